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
static void hand_over(struct rj_engine *e, const struct rj_capture *frame, uint32_t end,
		      struct rj_packet *p)
{
	uint32_t left = end > p->payload_off ? end - p->payload_off : 0;

	p->time_ns = frame->time_ns;
	rj_engine_packet(e, p, frame->data + (left ? p->payload_off : 0),
			 left < p->payload_len ? left : p->payload_len);
}

/* Takes the frame's packet at *@at, as rj_link_parse does. */
static void take_packet(struct rj_intake *in, struct rj_engine *e, const struct rj_capture *frame,
			const struct rj_frame *f, uint32_t *at)
{
	struct rj_layers layers;
	struct rj_packet p;
	enum rj_reason reason = rj_link_parse(frame->link_type, f, at, &layers, &p);

	in->packets++;
	/* a later fragment is the engine's: it knows the first, or waits for it */
	if (reason && reason != RJ_REASON_FRAGMENT)
		in->set_aside[reason]++;
	else
		hand_over(e, frame, *at ? *at : frame->captured_len, &p);
	if (!reason && p.num_tunnels)
		rj_engine_tunnels(e, &p.key, 0, p.time_ns, &layers.tunnels);
}

void rj_intake_frame(struct rj_intake *in, struct rj_engine *e, const struct rj_capture *frame)
{
	struct rj_frame f = {
		.data = frame->data,
		.captured_len = frame->captured_len,
		.wire_len = frame->wire_len,
		.is_closed = rj_engine_is_closed(e),
	};
	uint32_t at = 0;

	in->bytes += frame->wire_len;
	do
		take_packet(in, e, frame, &f, &at);
	while (at);
}

void rj_intake_filtered(struct rj_intake *in, uint32_t wire_len)
{
	in->packets++;
	in->bytes += wire_len;
	in->set_aside[RJ_REASON_FILTERED]++;
}
