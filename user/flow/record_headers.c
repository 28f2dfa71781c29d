// SPDX-License-Identifier: BSD-3-Clause
/* What a record says of IP and TCP headers. */
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

void rj_record_put_flags(const struct walk *w, uint8_t flags)
{
	char text[9];
	size_t len = 0;

	for (unsigned int left = flags; left; left &= left - 1)
		text[len++] = "FSRPAUEC"[__builtin_ctz(left)];
	w->v->ops->string(w->v, F(TCP_FLAGS), text, len);
}

static uint64_t be(const uint8_t *at, unsigned int len)
{
	uint64_t value = 0;

	while (len--)
		value = value << 8 | *at++;
	return value;
}

/* An option with its data, RFC 9293 3.1 and where noted; its length is known to be right. */
static void put_option(const struct walk *w, uint8_t kind, const uint8_t *data, unsigned int len)
{
	open(w, F(TCP_OPT));
	if (kind == 2 && len == 2) {
		put_u64(w, F(OPT_MSS), be(data, 2));
	} else if (kind == 3 && len == 1) {
		put_u64(w, F(OPT_WS), *data);
	} else if (kind == 4 && !len) {
		w->v->ops->null(w->v, F(OPT_SACKP));
	} else if (kind == 8 && len == 8) {
		open(w, F(OPT_TS));
		put_u64(w, F(OPT_TS_VAL), be(data, 4));
		put_u64(w, F(OPT_TS_ECR), be(data + 4, 4));
		close(w);
	} else if (kind == 2 || kind == 3 || kind == 4 || kind == 8) {
		open(w, F(OPT_MALFORMED));
		put_u64(w, F(OPT_KIND), kind);
		put_hex(w, F(OPT_DATA), data, len);
		put_u64(w, F(OPT_LEN), len + 2);
		close(w);
	} else {
		put_u64(w, F(OPT_KIND), kind);
		put_hex(w, F(OPT_DATA), data, len);
	}
	close(w);
}

static void put_bad_option(const struct walk *w, uint8_t kind, unsigned int claimed_len)
{
	open(w, F(TCP_OPT));
	open(w, F(OPT_MALFORMED));
	put_u64(w, F(OPT_KIND), kind);
	put_u64(w, F(OPT_LEN), claimed_len);
	close(w);
	close(w);
}

void rj_record_put_options(const struct walk *w, const uint8_t *opts, unsigned int left)
{
	open(w, F(TCP_OPTS));
	while (left && *opts) { /* kind 0 ends the list */
		unsigned int len = left > 1 ? opts[1] : 0;

		if (*opts == 1) {
			open(w, F(TCP_OPT));
			w->v->ops->null(w->v, F(OPT_NOOP));
			close(w);
			len = 1;
		} else if (len < 2 || len > left) {
			put_bad_option(w, *opts, len);
			break;
		} else {
			put_option(w, *opts, opts + 2, len - 2);
		}
		opts += len;
		left -= len;
	}
	close(w);
}

static void put_tcp_side(const struct walk *w, const struct rj_field *f, unsigned int side)
{
	const struct rj_half *half = half_of(w, side);

	if (!(half->tcp_bits & RJ_TCP_HAS_SYN))
		return;
	open(w, f);
	rj_record_put_flags(w,
			    half->tcp_bits & RJ_TCP_SYN_ACK ? RJ_TCP_SYN | RJ_TCP_ACK : RJ_TCP_SYN);
	put_u64(w, F(TCP_WINDOW), rest_of(w, side)->syn_window);
	put_u64(w, F(TCP_OPT_LEN), rest_of(w, side)->syn_opt_len);
	rj_record_put_options(w, rest_of(w, side)->syn_opts, rest_of(w, side)->syn_opt_len);
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
