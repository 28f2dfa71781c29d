/* SPDX-License-Identifier: BSD-3-Clause */
/* Per-packet information of a TCP flow: numbers, lengths, flags, options of each packet. */
#ifndef RJ_FEATURES_PPI_H
#define RJ_FEATURES_PPI_H

#include "features/list.h"
#include "features/seen.h"

/*
 * struct rj_ppi_packet - one packet; its options stand behind it in the list.
 * @since_us: since the flow's first packet; never before the one of the packet before
 * @rseq: from the highest sequence number of its side so far; 0 for a SYN and the side's first
 * @rack: its acknowledgement from the other side's highest sequence number so far; 0 where it has
 *        none, or nothing came from there yet
 * @payload_len: by the IP length
 */
struct rj_ppi_packet {
	uint64_t since_us;
	uint32_t seq;
	uint32_t ack;
	int32_t rseq;
	int32_t rack;
	uint32_t payload_len;
	uint8_t side;
	uint8_t flags;
	uint8_t opt_len;
	uint8_t zero;
};

/* struct rj_ppi - both sides' packets in order of arrival; zero is none yet. */
struct rj_ppi {
	struct rj_list packets;
	uint64_t last_us;
	uint32_t num[RJ_NUM_SIDES];
	uint32_t high_seq[RJ_NUM_SIDES];
	bool has_seq[RJ_NUM_SIDES];
};

/*
 * rj_ppi_packet - notes a TCP packet while there are fewer than @limit of its side; false without
 * memory.
 */
RJ_MUST_CHECK bool rj_ppi_packet(struct rj_ppi *ppi, const struct rj_seen *s, uint32_t limit,
				 struct rj_blocks *blocks);

/*
 * rj_ppi_next - the packet at *@at, which is 0 for the first, in *@out and its options, borrowed,
 * in *@ret_opts; moves *@at on. False behind the last.
 */
bool rj_ppi_next(const struct rj_ppi *ppi, uint32_t *at, struct rj_ppi_packet *out,
		 const uint8_t **ret_opts);

#endif
