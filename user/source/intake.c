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

static void hand_over(struct rj_engine *e, const struct rj_capture *frame, struct rj_packet *p)
{
	uint32_t left =
		frame->captured_len > p->payload_off ? frame->captured_len - p->payload_off : 0;

	p->time_ns = frame->time_ns;
	rj_engine_packet(e, p, frame->data + (left ? p->payload_off : 0),
			 left < p->payload_len ? left : p->payload_len);
}

void rj_intake_frame(struct rj_intake *in, struct rj_engine *e, const struct rj_capture *frame)
{
	struct rj_frame f = {
		.data = frame->data,
		.captured_len = frame->captured_len,
		.wire_len = frame->wire_len,
		.is_closed = rj_engine_is_closed(e),
	};
	struct rj_layers layers;
	struct rj_packet p;
	enum rj_reason reason = rj_link_parse(frame->link_type, &f, &layers, &p);

	in->packets++;
	in->bytes += frame->wire_len;
	/* a later fragment is the engine's: it knows the first, or waits for it */
	if (reason && reason != RJ_REASON_FRAGMENT)
		in->set_aside[reason]++;
	else
		hand_over(e, frame, &p);
	if (!reason && p.num_tunnels)
		rj_engine_tunnels(e, &p.key, 0, p.time_ns, &layers.tunnels);
}

void rj_intake_filtered(struct rj_intake *in, uint32_t wire_len)
{
	in->packets++;
	in->bytes += wire_len;
	in->set_aside[RJ_REASON_FILTERED]++;
}
