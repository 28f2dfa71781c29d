// SPDX-License-Identifier: BSD-3-Clause
/* Frames that the kernel hands up whole: the same parser without the verifier's bounds. */
#include "source/whole.h"

#include "bpf/parse.h"

static void hand_over(struct rj_engine *e, const struct rj_ring_frame *frame, struct rj_packet *p)
{
	uint32_t left = frame->len > p->payload_off ? frame->len - p->payload_off : 0;

	p->time_ns = frame->time_ns;
	p->ifindex = frame->ifindex;
	rj_engine_packet(e, p, frame->bytes + (left ? p->payload_off : 0),
			 left < p->payload_len ? left : p->payload_len);
}

void rj_whole_take(struct rj_engine *e, const struct rj_ring_frame *frame, struct rj_meta *meta)
{
	const struct rj_frame f = {
		.data = frame->bytes,
		.captured_len = frame->len,
		.wire_len = frame->wire_len,
		.outer_tci = frame->outer_tci,
		.type = frame->type,
		.is_closed = rj_engine_is_closed(e),
		.is_deep = 1,
	};
	struct rj_layers layers;
	enum rj_reason reason;
	struct rj_packet p;

	if (frame->is_bare)
		reason = rj_parse_network(&f, 0, frame->type, &layers, &p);
	else
		reason = rj_parse_ethernet(&f, &layers, &p);
	if (reason && reason != RJ_REASON_FRAGMENT) {
		meta->unread[reason]++;
		meta->ringed++;
		return;
	}
	if (rj_engine_is_one_way(e))
		rj_go_one_way(&p);
	rj_unfold(&p, frame->segment_len);
	hand_over(e, frame, &p);
	if (!reason && p.num_tunnels)
		rj_engine_tunnels(e, &p.key, 0, p.time_ns, &layers.tunnels);
	meta->unfolded += p.num_segments - 1u;
	meta->whole_bytes += p.ip_len;
	meta->ringed += p.num_segments;
}

uint64_t rj_whole_unread(const struct rj_meta *meta)
{
	uint64_t num = 0;

	for (unsigned int i = 0; i < RJ_NUM_REASONS; i++)
		num += meta->unread[i];
	return num;
}
