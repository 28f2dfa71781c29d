// SPDX-License-Identifier: BSD-3-Clause
/* From captured frames to packets of the engine. */
#include "source/intake.h"

#include "source/link.h"

const char *rj_reason_text(enum rj_reason reason)
{
	static const char *const texts[] = {
#define X(name, number, text) [number] = text,
		RJ_REASONS(X)
#undef X
	};

	return texts[reason];
}

/* @end: where the next packet of the frame starts, or what was captured of the frame ends */
static void hand_over(struct rj_parts *parts, uint64_t place, const struct rj_capture *frame,
		      uint32_t end, struct rj_packet *p)
{
	uint32_t left = end > p->payload_off ? end - p->payload_off : 0;

	p->time_ns = frame->time_ns;
	rj_parts_packet(parts, place, p, frame->data + (left ? p->payload_off : 0),
			left < p->payload_len ? left : p->payload_len);
}

/* Takes the frame's packet at *@at, as rj_link_parse does. */
static void take_packet(struct rj_intake *in, struct rj_parts *parts, uint64_t place,
			const struct rj_capture *frame, const struct rj_frame *f, uint32_t *at)
{
	struct rj_layers layers;
	struct rj_packet p;
	enum rj_reason reason = rj_link_parse(frame->link_type, f, at, &layers, &p);

	in->packets++;
	/* a later fragment is the engine's: it knows the first, or waits for it */
	if (reason && reason != RJ_REASON_FRAGMENT)
		in->set_aside[reason]++;
	else
		hand_over(parts, place, frame, *at ? *at : frame->captured_len, &p);
	if (!reason && p.num_tunnels)
		rj_parts_tunnels(parts, &p, &layers.tunnels);
}

void rj_intake_frame(struct rj_intake *in, struct rj_parts *parts, uint64_t number,
		     const struct rj_capture *frame)
{
	struct rj_frame f = {
		.data = frame->data,
		.captured_len = frame->captured_len,
		.wire_len = frame->wire_len,
		.is_closed = rj_parts_is_closed(parts),
	};
	struct rj_intake elsewhere;
	uint32_t num_packets = 0;
	uint32_t at = 0;

	rj_parts_time(parts, number, frame->time_ns);
	if (frame->part != RJ_PART_UNKNOWN && !rj_parts_has(parts, frame->part))
		return;
	if (frame->part == RJ_PART_UNKNOWN && !rj_parts_has(parts, 0))
		in = &elsewhere;
	in->bytes += frame->wire_len;
	do
		take_packet(in, parts, rj_place(number, ++num_packets), frame, &f, &at);
	while (at);
}

void rj_intake_filtered(struct rj_intake *in, uint32_t wire_len)
{
	in->packets++;
	in->bytes += wire_len;
	in->set_aside[RJ_REASON_FILTERED]++;
}

void rj_intake_add(struct rj_intake *to, const struct rj_intake *in)
{
	to->packets += in->packets;
	to->bytes += in->bytes;
	to->samples += in->samples;
	to->samples_lost += in->samples_lost;
	to->packets_unlisted += in->packets_unlisted;
	to->cuts_late += in->cuts_late;
	to->flows_evicted += in->flows_evicted;
	to->packets_in_flows += in->packets_in_flows;
	to->is_counting = to->is_counting || in->is_counting;
	for (unsigned int i = 0; i < RJ_NUM_LOSSES; i++)
		to->lost[i] += in->lost[i];
	for (unsigned int i = 0; i < RJ_NUM_REASONS; i++)
		to->set_aside[i] += in->set_aside[i];
}
