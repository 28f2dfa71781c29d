/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames from files into flows, and the account of those that are in no flow. */
#ifndef RJ_SOURCE_INTAKE_H
#define RJ_SOURCE_INTAKE_H

#include "bpf/abi.h"
#include "flow/parts.h"

/*
 * struct rj_intake - what came in. packets = packets in flows + sum of set_aside.
 * @packets: frames; on the wire a super-packet counts as its segments, and one of IEEE 802.11 that
 *       holds several packets (A-MSDU) as those
 * @set_aside: by enum rj_reason
 * @packets_unlisted: live: packets that went around the flow map, because no slot was free
 * @cuts_late: live: packets that should have cut their flow while the ring was full
 * @lost: live: @samples_lost by enum rj_loss
 * @flows_evicted: live: taken before their time, the kernel's map being short of room
 * @packets_in_flows: live, with @is_counting: while programs are attached, and with pinned maps;
 *       else the engine's count
 * @bytes: of frames on the wire (live: of IP packets)
 */
struct rj_intake {
	uint64_t packets;
	uint64_t bytes;
	uint64_t set_aside[RJ_NUM_REASONS];
	uint64_t samples;
	uint64_t samples_lost;
	uint64_t packets_unlisted;
	uint64_t cuts_late;
	uint64_t lost[RJ_NUM_LOSSES];
	uint64_t flows_evicted;
	uint64_t packets_in_flows;
	bool is_counting;
};

/* rj_reason_text - the name of a reason in --stats. */
const char *rj_reason_text(enum rj_reason reason);

/*
 * struct rj_capture - one frame of a capture, borrowed.
 * @link_type: DLT_* of libpcap
 * @before_ns: the latest time of all frames before it; only where frames are chosen
 * @captured_len, @wire_len: bytes at @data, bytes there were
 */
struct rj_capture {
	int link_type;
	uint64_t time_ns;
	uint64_t before_ns;
	const uint8_t *data;
	uint32_t captured_len;
	uint32_t wire_len;
};

/*
 * struct rj_chosen - the frames of a batch that are to be parsed by one of several.
 * @at: @num of them, in order: the frame's number times two, and 1 where it is known that its
 *     packet is of these parts. All the others are for each of the several to look at
 */
struct rj_chosen {
	const uint32_t *at;
	size_t num;
};

/*
 * rj_intake_frames - parses @num frames, the first of which is the @number-th, and hands their
 * packets to their parts, if these are of @parts, or sets them aside. @chosen: NULL for all of
 * them; of the others only the time is seen. A frame that all have to look at is counted with the
 * first part.
 */
void rj_intake_frames(struct rj_intake *in, struct rj_parts *parts, uint64_t number,
		      const struct rj_capture *frames, size_t num, const struct rj_chosen *chosen);

/* rj_intake_add - *@to becomes the sum of both. */
void rj_intake_add(struct rj_intake *to, const struct rj_intake *in);

/* rj_intake_filtered - counts a frame of @wire_len bytes that the filter leaves out. */
void rj_intake_filtered(struct rj_intake *in, uint32_t wire_len);

#endif
