/* SPDX-License-Identifier: BSD-3-Clause */
/* What the parts of a record's walk (record.c) share: the record, its visitor, putting a value. */
#ifndef RJ_FLOW_RECORD_WALK_H
#define RJ_FLOW_RECORD_WALK_H

#include <stdbool.h>
#include <string.h>

#include "bpf/wire.h"
#include "core/visitor.h"
#include "flow/record_fields.h"

/* struct walk - what the parts below pass on: the record, who visits, who is out and who is in. */
struct walk {
	const struct rj_record *r;
	struct rj_visitor *v;
	unsigned int out;
	unsigned int in;
};

static inline const struct rj_half *half_of(const struct walk *w, unsigned int side)
{
	return &w->r->flow->half[side];
}

static inline const struct rj_rest *rest_of(const struct walk *w, unsigned int side)
{
	return w->r->seq[side].rest;
}

static inline void put_u64(const struct walk *w, const struct rj_field *f, uint64_t value)
{
	w->v->ops->u64(w->v, f, value);
}

static inline void put_text(const struct walk *w, const struct rj_field *f, const char *text)
{
	w->v->ops->string(w->v, f, text, strlen(text));
}

static inline void open(const struct walk *w, const struct rj_field *f)
{
	w->v->ops->open(w->v, f);
}

static inline void close(const struct walk *w)
{
	w->v->ops->close(w->v);
}

static inline bool has_ports(const struct rj_record *r)
{
	uint8_t proto = r->key->proto;

	return proto == RJ_IP_TCP || proto == RJ_IP_UDP || proto == RJ_IP_SCTP ||
	       proto == RJ_IP_DCCP;
}

static inline void put_i64(const struct walk *w, const struct rj_field *f, int64_t value)
{
	w->v->ops->i64(w->v, f, value);
}

static inline void put_hex(const struct walk *w, const struct rj_field *f, const uint8_t *bytes,
			   size_t len)
{
	w->v->ops->hex(w->v, f, bytes, len);
}

static inline void put_f64(const struct walk *w, const struct rj_field *f, double value)
{
	w->v->ops->f64(w->v, f, value);
}

static inline void put_nonzero(const struct walk *w, const struct rj_field *f, uint64_t value)
{
	if (value)
		put_u64(w, f, value);
}

/* rj_record_is_odd - of IPv6, though it looks like IPv4 in IPv6. */
bool rj_record_is_odd(unsigned int version, const __u64 *addr);

/* rj_record_put_ip_address - one that is odd is said as what it is. */
void rj_record_put_ip_address(const struct walk *w, const struct rj_field *f, unsigned int version,
			      const __u64 *end);

/* rj_record_put_bytes - byte_dist, entropy and what else follows from byte values. */
void rj_record_put_bytes(const struct walk *w);

/* rj_record_put_malware - p_malware. */
void rj_record_put_malware(const struct walk *w);

/* rj_record_put_wht - wht. */
void rj_record_put_wht(const struct walk *w);

/* rj_record_put_owners - exe and exe_da; false where nothing is known of either. */
bool rj_record_put_owners(const struct walk *w);

/* rj_record_put_traits - what features keep of packets, payload to idp_len_in, and processes. */
void rj_record_put_traits(const struct walk *w);

/* rj_record_put_syn - what the side's SYN had. */
void rj_record_put_syn(const struct walk *w, unsigned int side);

/* rj_record_put_ppi - ppi. */
void rj_record_put_ppi(const struct walk *w, const struct rj_ppi *ppi);

/* rj_record_put_fpx - fpx and fpx_in, where the feature is on. */
void rj_record_put_fpx(const struct walk *w);

/* rj_record_put_headers - the objects ip and tcp. */
void rj_record_put_headers(const struct walk *w);

/* rj_record_put_way - the VLANs and tunnels it came in. */
void rj_record_put_way(const struct walk *w);

/* rj_record_put_interfaces - where it was seen. */
void rj_record_put_interfaces(const struct walk *w);

static inline void put_numbers(const struct walk *w, const struct rj_field *f,
			       const struct rj_field *item, const uint64_t *values, size_t num)
{
	rj_visitor_numbers(w->v, f, item, values, num);
}

/* put_steps - see steps of struct rj_visitor_ops. */
static inline void put_steps(const struct walk *w, const struct rj_step *steps, size_t num_steps,
			     const uint64_t *values, size_t times)
{
	rj_visitor_steps(w->v, steps, num_steps, values, times);
}

/* struct listed - a packet of the sequence: @side of the sender, @gap_ms since the one before. */
struct listed {
	unsigned int side;
	uint32_t len;
	uint64_t gap_ms;
};

/*
 * struct sequence - both sides' sequences as one; see sequence_of.
 * @at, @end: what is left of either; @first: where it began
 */
struct sequence {
	const __u64 *at[RJ_NUM_SIDES];
	const __u64 *end[RJ_NUM_SIDES];
	const __u64 *first[RJ_NUM_SIDES];
	unsigned int side[RJ_NUM_SIDES];
	uint64_t before_us;
};

/* sequence_of - of a record, from its beginning on. */
struct sequence sequence_of(const struct walk *w);

/* next_listed - the next packet, by time, at equal times the originator's first; false: no more. */
bool next_listed(struct sequence *s, struct listed *out);

#endif
