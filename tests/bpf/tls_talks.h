/* SPDX-License-Identifier: BSD-3-Clause */
/* TLS connections in segments, late, again, some behind another protocol. For parity.c alone. */
#ifndef RJ_TESTS_BPF_TLS_TALKS_H
#define RJ_TESTS_BPF_TLS_TALKS_H

#include "tests/bpf/generate.h"
#include "tests/unit/bpf/tls_stream.h"

/*
 * struct tls_way - one direction. @at: how far it was sent; @late: a segment to be sent later;
 * @before: bytes of another protocol
 */
struct tls_way {
	struct tls_stream stream;
	uint32_t isn, at, before;
	uint32_t late, late_len;
};

static struct tls_way tls_ways[2];

/* Bytes [from, from + len) of the direction, as one segment or a super-packet. */
static void tls_segment(struct gen *g, const struct spec *base, int way, uint32_t from,
			uint32_t len, int with_gso)
{
	const struct tls_way *w = &tls_ways[way];
	struct spec s = *base;

	if (way) {
		s.src = base->dst;
		s.dst = base->src;
		s.sport = base->dport;
		s.dport = base->sport;
	}
	s.seq = w->isn + 1 + from;
	s.payload = len;
	s.content = w->stream.bytes + from;
	if (with_gso && len > 100) {
		s.gso_size = 100 + below(&g->r, 1400);
		s.gso_segs = (len + s.gso_size - 1) / s.gso_size;
	}
	emit(g, &s);
}

/* The next segment of the direction, perhaps an older one before or after it. */
static void tls_next(struct gen *g, const struct spec *base, int way, int with_gso, int is_clean)
{
	struct tls_way *w = &tls_ways[way];
	uint32_t len = 1 + below(&g->r, one_in(&g->r, 3) ? 20 : 2900);

	if (len > w->stream.len - w->at)
		len = w->stream.len - w->at;
	if (w->at < w->before && len > w->before - w->at && !one_in(&g->r, 8))
		len = w->before - w->at;
	if (!is_clean && one_in(&g->r, 8)) {
		uint32_t from = below(&g->r, w->at + 1);

		tls_segment(g, base, way, from, w->at - from < 2900 ? w->at - from : 2900, 0);
	}
	if (w->late_len && one_in(&g->r, 2)) {
		tls_segment(g, base, way, w->late, w->late_len, 0);
		w->late_len = 0;
	}
	if (!is_clean && !w->late_len && one_in(&g->r, 12)) {
		w->late = w->at;
		w->late_len = len;
	} else {
		tls_segment(g, base, way, w->at, len, with_gso && one_in(&g->r, 2));
	}
	w->at += len;
}

static void tls_syn(struct gen *g, const struct spec *base, int way)
{
	struct spec s = *base;

	s.src = way ? base->dst : base->src;
	s.dst = way ? base->src : base->dst;
	s.sport = way ? base->dport : base->sport;
	s.dport = way ? base->sport : base->dport;
	s.flags = way ? RJ_TCP_SYN | RJ_TCP_ACK : RJ_TCP_SYN;
	s.seq = tls_ways[way].isn;
	emit(g, &s);
}

/* Puts another protocol in front of TLS; there is room for it. */
static void tls_behind(struct gen *g, struct tls_way *w)
{
	static const char *const starts[] = { "", "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n", "PROXY ",
					      "\r\n\r\n" };
	const char *start = starts[below(&g->r, 4)];
	uint32_t len = (uint32_t)strlen(start);

	w->before = len && one_in(&g->r, 2) ? len : len + 1 + below(&g->r, 200);
	memmove(w->stream.bytes + w->before, w->stream.bytes, w->stream.len);
	for (uint32_t i = 0; i < w->before; i++)
		w->stream.bytes[i] = i < len ? (uint8_t)start[i] : (uint8_t)below(&g->r, 128);
	w->stream.len += w->before;
}

/* One connection; some without a SYN, some with a byte changed, most in order. */
static void tls_talk(struct gen *g, uint32_t number, int with_gso)
{
	int is_clean = one_in(&g->r, 2), has_syn = !one_in(&g->r, 6);
	struct spec base;

	spec_init(&base, number & 1 ? 4 : 6, RJ_IP_TCP);
	base.src = (uint8_t)number;
	base.dst = 201;
	base.sport = (uint16_t)(10000 + (number >> 8));
	for (int way = 0; way < 2; way++) {
		struct tls_way *w = &tls_ways[way];

		w->isn = one_in(&g->r, 2) ? 0xfffff800u : (uint32_t)prng_next(&g->r);
		w->at = 0;
		w->late_len = 0;
		tls_stream_make(&w->stream, prng_next(&g->r), below(&g->r, 90));
		w->before = 0;
		if (one_in(&g->r, 3))
			tls_behind(g, w);
		if (one_in(&g->r, 10))
			w->stream.bytes[below(&g->r, w->stream.len)] ^= 1u << below(&g->r, 8);
		if (!has_syn && one_in(&g->r, 2))
			w->at = below(&g->r, w->stream.len);
		if (has_syn)
			tls_syn(g, &base, way);
	}
	while (tls_ways[0].at < tls_ways[0].stream.len || tls_ways[1].at < tls_ways[1].stream.len) {
		int way = one_in(&g->r, 2);

		if (tls_ways[way].at < tls_ways[way].stream.len)
			tls_next(g, &base, way, with_gso, is_clean);
	}
}

static void gen_tls(struct gen *g, uint32_t num, int with_gso)
{
	while (num--)
		tls_talk(g, num, with_gso);
}

#endif
