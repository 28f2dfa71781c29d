// SPDX-License-Identifier: BSD-3-Clause
/* What a record says of IP headers and of TCP's first. */
#include "flow/record_walk.h"

#include "bpf/accumulate.h"
#include "flow/seq.h"

static void put_ip_side(const struct walk *w, const struct rj_field *f, unsigned int side)
{
	const struct rj_half *half = half_of(w, side);
	const struct rj_seq *seq = &w->r->seq[side];
	uint32_t num = rj_seq_num_ids(seq);
	uint64_t ids[RJ_MAX_PACKETS];

	if (!half->packets)
		return;
	if (num > w->r->limits->num_packets)
		num = w->r->limits->num_packets;
	open(w, f);
	put_u64(w, F(TTL), half->ttl_min);
	if (seq->rest->num_ids) {
		for (uint32_t i = 0; i < num; i++)
			ids[i] = rj_seq_id(seq, i);
		put_numbers(w, F(IP_IDS), F(IP_ID), ids, num);
	}
	close(w);
}

static void put_ip(const struct walk *w)
{
	open(w, F(IP));
	put_ip_side(w, F(OUT), w->out);
	put_ip_side(w, F(IN), w->in);
	close(w);
}

static void put_tcp_side(const struct walk *w, const struct rj_field *f, unsigned int side)
{
	const struct rj_half *half = half_of(w, side);

	if (!(half->tcp_bits & RJ_TCP_HAS_SYN))
		return;
	open(w, f);
	rj_record_put_syn(w, side);
	close(w);
}

static void put_tcp(const struct walk *w)
{
	const struct rj_half *out = half_of(w, w->out);
	const struct rj_half *in = half_of(w, w->in);

	if (!((out->tcp_bits | in->tcp_bits) & RJ_TCP_HAS_SYN))
		return;
	open(w, F(TCP));
	if (out->tcp_bits & RJ_TCP_HAS_SYN)
		put_u64(w, F(FIRST_SEQ), rest_of(w, w->out)->syn_seq);
	put_tcp_side(w, F(OUT), w->out);
	put_tcp_side(w, F(IN), w->in);
	close(w);
}

void rj_record_put_headers(const struct walk *w)
{
	put_ip(w);
	put_tcp(w);
}
