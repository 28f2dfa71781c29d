/* SPDX-License-Identifier: BSD-3-Clause */
/* The host's side of the parity test: what the BPF programs do, done with the shared headers. */
#ifndef RJ_TESTS_BPF_MODEL_H
#define RJ_TESTS_BPF_MODEL_H

#include <stdbool.h>
#include <stdlib.h>

#include "bpf/accumulate.h"
#include "bpf/owner.h"
#include "bpf/fragment.h"
#include "bpf/parse.h"
#include "bpf/tlsrec.h"
#include "tests/bpf/frames.h"

#define MODEL_BUCKETS 8192u
#define IFINDEX 1u /* a test run comes in over the loopback interface */

enum hook { HOOK_TC, HOOK_XDP, HOOK_TC_IP, NUM_HOOKS };

/* struct model_flow - @slot: the kernel must have taken one for the rest of the side, @seq. */
struct model_flow {
	struct model_flow *next;
	struct rj_key key;
	struct rj_flow flow;
	struct rj_seq seq[RJ_NUM_SIDES];
	uint8_t *slot[RJ_NUM_SIDES];
};

/* struct model_datagram - an entry of the kernel's rj_datagrams. */
struct model_datagram {
	struct model_datagram *next;
	struct rj_key name;
	struct rj_first first;
};

struct model {
	struct rj_limits limits;
	struct model_datagram *datagrams[MODEL_BUCKETS];
	enum hook hook;
	struct model_flow *bucket[MODEL_BUCKETS];
	uint32_t num_flows;
	bool is_starved;   /* no slot is to be had */
	bool is_ring_full; /* no flow can be cut */
	bool is_claimed;   /* another CPU is turning every flow */
	bool is_several;   /* packets may pass several interfaces */
};

/* struct verdict - what the host makes of a frame. @finished: the flow it cut, the caller's. */
struct verdict {
	enum rj_reason reason;
	struct rj_packet packet;
	struct rj_tunnels tunnels;
	struct model_flow *flow;
	struct model_flow *finished;
	enum rj_end end;
	uint32_t cuts_late, tls_words;
	bool is_behind;		     /* …which are behind another protocol */
	bool is_short;		     /* no slot was left for it */
	bool is_plain;		     /* the kernel need not have asked for the rest */
	bool is_waiting, is_awaited; /* a later fragment without its first; such a first */
};

static uint32_t model_hash(const struct rj_key *key)
{
	const uint8_t *at = (const void *)key;
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < sizeof(*key); i++)
		hash = (hash ^ at[i]) * 16777619u;
	return hash % MODEL_BUCKETS;
}

static struct model_flow **model_bucket(struct model *m, const struct rj_key *key)
{
	return &m->bucket[model_hash(key)];
}

static struct model_datagram *model_datagram_of(struct model *m, const struct rj_packet *p)
{
	struct model_datagram *d, **bucket;
	struct rj_key name;

	rj_fragment_name(p, &name);
	bucket = &m->datagrams[model_hash(&name)];
	for (d = *bucket; d; d = d->next)
		if (!memcmp(&d->name, &name, sizeof(name)))
			return d;
	d = calloc(1, sizeof(*d));
	if (!d)
		abort();
	d->name = name;
	d->next = *bucket;
	*bucket = d;
	return d;
}

/* model_fragment - what rj_fragment does, in a table that forgets nothing. */
static void model_fragment(struct model *m, struct verdict *v)
{
	struct rj_packet *p = &v->packet;
	struct model_datagram *d;

	if (!(p->bits & (RJ_PKT_FIRST_FRAG | RJ_PKT_LATER_FRAG)))
		return;
	d = model_datagram_of(m, p);
	if (p->bits & RJ_PKT_FIRST_FRAG) {
		v->is_awaited = d->first.time_ns && !d->first.is_known;
		rj_fragment_note(p, &d->first);
	} else if (d->first.is_known) {
		rj_fragment_join(&d->first, p);
	} else {
		v->is_waiting = true;
		d->first.time_ns = p->time_ns;
	}
}

static void model_clear_datagrams(struct model *m)
{
	for (uint32_t i = 0; i < MODEL_BUCKETS; i++) {
		while (m->datagrams[i]) {
			struct model_datagram *d = m->datagrams[i];

			m->datagrams[i] = d->next;
			free(d);
		}
	}
}

static struct model_flow *model_find(struct model *m, const struct rj_key *key)
{
	struct model_flow *f = *model_bucket(m, key);

	while (f && memcmp(&f->key, key, sizeof(*key)))
		f = f->next;
	return f;
}

static void model_flow_free(struct model_flow *f)
{
	if (!f)
		return;
	free(f->slot[0]);
	free(f->slot[1]);
	free(f);
}

static struct model_flow *model_flow_new(const struct rj_key *key)
{
	struct model_flow *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->key = *key;
	return f;
}

static struct model_flow *model_add(struct model *m, const struct rj_packet *p,
				    const struct model_flow *before)
{
	struct model_flow **bucket = model_bucket(m, &p->key);
	struct model_flow *f = model_flow_new(&p->key);

	if (before)
		memcpy(f->flow.owner, before->flow.owner, sizeof(f->flow.owner));
	rj_flow_start(&f->flow, p, before ? before->flow.originator : -1);
	f->next = *bucket;
	*bucket = f;
	m->num_flows++;
	return f;
}

/* Takes the flow out of the table; the caller frees it. */
static void model_unlink(struct model *m, struct model_flow *f)
{
	struct model_flow **at = model_bucket(m, &f->key);

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	m->num_flows--;
}

static void model_clear(struct model *m)
{
	for (uint32_t i = 0; i < MODEL_BUCKETS; i++) {
		while (m->bucket[i]) {
			struct model_flow *f = m->bucket[i];

			model_unlink(m, f);
			model_flow_free(f);
		}
	}
}

/* Room for the rest of the side: its sequences are filled with what no packet writes. */
static void model_take_slot(const struct model *m, struct model_flow *f, unsigned int side)
{
	uint32_t len = rj_slot_bytes(&m->limits);
	uint8_t *block = malloc(len);

	if (!block)
		abort();
	memset(block, 0xa5, len);
	rj_slot_open(block, &m->limits, &f->seq[side]);
	*f->seq[side].rest = (struct rj_rest){ 0 };
	if (m->limits.with_hist)
		*f->seq[side].hist = (struct rj_hist){ 0 };
	f->slot[side] = block;
}

/* The EtherType that eth_type_trans gives the program: a length is not one (IEEE 802.3 3.2.6). */
static uint16_t skb_protocol(const uint8_t *bytes)
{
	uint16_t type = (uint16_t)(bytes[12] << 8 | bytes[13]);

	if (type >= 0x600)
		return type;
	return bytes[14] == 0xff && bytes[15] == 0xff ? 1 : 4;
}

/* model_parse - from a block of exactly the frame's bytes: a sanitizer sees one too many. */
static enum rj_reason model_parse(const struct model *m, const struct frame *f,
				  struct rj_packet *out, struct rj_tunnels *tunnels)
{
	uint8_t *bytes = malloc(f->len);
	const struct rj_frame frame = { .data = bytes,
					.captured_len = f->len,
					.wire_len = f->len,
					.is_closed = m->limits.no_decap };
	struct rj_layers layers = { 0 };
	enum rj_reason reason;

	if (!bytes)
		abort();
	memcpy(bytes, f->bytes, f->len);
	if (m->hook == HOOK_TC_IP)
		reason = rj_parse_network(&frame, 0, skb_protocol(f->bytes), &layers, out);
	else
		reason = rj_parse_ethernet(&frame, &layers, out);
	free(bytes);
	*tunnels = layers.tunnels;
	if (m->limits.no_bidir)
		rj_go_one_way(out);
	if ((!reason || reason == RJ_REASON_FRAGMENT) && m->hook != HOOK_XDP)
		rj_unfold(out, f->gso_size);
	return reason;
}

/* model_is_duplicate - whether another interface counts the packet; notes where it was. */
static bool model_is_duplicate(struct model *m, const struct rj_packet *p)
{
	struct model_flow *f = m->is_several ? model_find(m, &p->key) : NULL;

	if (!f || !rj_is_duplicate(&f->flow, &f->flow.half[p->side], p))
		return false;
	if (f->slot[p->side])
		rj_owner_note(f->seq[p->side].rest, p->ifindex);
	return true;
}

/* Follows TLS records in a block of exactly the payload's bytes. */
static void model_records(const struct model *m, struct model_flow *f, const struct rj_packet *p,
			  const struct frame *frame)
{
	struct rj_half *half = &f->flow.half[p->side];
	const struct rj_tls_list list = { .words = f->seq[p->side].records,
					  .num_words = rj_tls_words(&m->limits) };
	uint32_t captured = frame->len > p->payload_off ? frame->len - p->payload_off : 0;
	uint8_t *bytes = malloc(captured + !captured);
	const struct rj_frame at = { .data = bytes, .captured_len = captured };

	if (!bytes)
		abort();
	memcpy(bytes, frame->bytes + p->payload_off, captured);
	if (list.num_words && rj_tlsrec_wants(half, f->seq[p->side].rest, p))
		rj_tlsrec_add(&at, 0, half, f->seq[p->side].rest, &list, p,
			      p->time_ns - f->flow.start_ns);
	free(bytes);
}

/* model_go_on - what a flow has to know of the one before it, for each side that had a slot. */
static void model_go_on(const struct model *m, struct model_flow *f,
			const struct model_flow *before)
{
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		if (!before->slot[side])
			continue;
		model_take_slot(m, f, side);
		rj_tlsrec_go_on(&f->flow.half[side], f->seq[side].rest, before->seq[side].rest);
	}
}

/* model_account - adds @frame, the packet of @v, at @time_ns to its flow, as rj_account does. */
static void model_account(struct model *m, struct verdict *v, const struct frame *frame,
			  uint64_t time_ns)
{
	struct rj_packet *p = &v->packet;
	struct model_flow *f = model_find(m, &p->key);
	struct rj_half *half;
	struct rj_rest *rest;
	struct model_flow *before = NULL;

	p->time_ns = time_ns;
	if (f) {
		half = f->flow.half;
		f->flow.dying = 0; /* whom a packet reaches in time lives on */
		v->end = rj_flow_cut(&f->flow, &half[p->side], &half[!p->side], p, &m->limits);
		if (v->end && m->is_ring_full) {
			v->end = RJ_END_NONE;
			v->cuts_late++;
		}
	}
	if (v->end) {
		if (v->end == RJ_END_ACTIVE || v->end == RJ_END_FOLD)
			before = f;
		model_unlink(m, f);
		v->finished = f;
		f = NULL;
	}
	if (!f) {
		f = model_add(m, p, before);
		if (before)
			model_go_on(m, f, before);
	}
	v->flow = f;
	if (!f->slot[p->side] && m->is_starved) {
		v->is_short = true;
		return;
	}
	if (!f->slot[p->side])
		model_take_slot(m, f, p->side);
	half = &f->flow.half[p->side];
	rest = f->seq[p->side].rest;
	v->is_plain = rj_is_plain(half, p, &m->limits);
	if (m->is_several)
		rj_owner_set(&f->flow, rest, p);
	rj_flow_add(&f->flow, half, &f->seq[p->side], p, &m->limits);
	v->tls_words = rest->tls.num_words;
	model_records(m, f, p, frame);
	v->tls_words = rest->tls.num_words > v->tls_words ? rest->tls.num_words - v->tls_words : 0;
	v->is_behind = rest->tls.bits & RJ_TLS_BEHIND;
}

#endif
