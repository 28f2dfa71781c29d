// SPDX-License-Identifier: BSD-3-Clause
/* What features keep of a flow's packets. */
#include "features/traits.h"

static bool add_prefix(struct rj_prefix *x, const struct rj_seen *s, uint32_t limit,
		       struct rj_blocks *blocks)
{
	const struct rj_packet *p = s->packet;

	if (p->bits & RJ_PKT_TCP) {
		if (s->has_start)
			rj_prefix_start(x, s->start_seq);
		return rj_prefix_stream(x, rj_seen_seq(s), s->payload, s->len, limit, blocks);
	}
	/* a later fragment starts no datagram, and where TCP was not read nothing has a place */
	if (p->bits & RJ_PKT_LATER_FRAG || p->key.proto == RJ_IP_TCP)
		return true;
	return rj_prefix_datagram(x, s->payload, s->len, limit, blocks);
}

bool rj_traits_packet(struct rj_traits *t, const struct rj_seen *s,
		      const struct rj_trait_options *o, struct rj_blocks *blocks)
{
	unsigned int side = s->packet->side & 1;
	bool is_kept = true;

	if (o->hd_len)
		rj_hd_packet(&t->hd[side], s, o->hd_len);
	if (o->idp_len)
		is_kept &= rj_idp_packet(&t->idp[side], s, o->idp_len, blocks);
	if (o->prefix_len)
		is_kept &= add_prefix(&t->prefix[side], s, o->prefix_len, blocks);
	if (o->num_salt)
		is_kept &= rj_salt_packet(&t->salt[side], s, o->num_salt, blocks);
	if (o->num_ppi)
		is_kept &= rj_ppi_packet(&t->ppi, s, o->num_ppi, blocks);
	return is_kept;
}

void rj_traits_init(struct rj_traits *t)
{
	memset(t, 0, offsetof(struct rj_traits, hd));
	rj_hd_init(&t->hd[0]);
	rj_hd_init(&t->hd[1]);
}

static void fetch(const void *from, size_t len)
{
	for (const char *at = from; from && at < (const char *)from + len; at += 64)
		__builtin_prefetch(at);
}

/* Of what is long the beginning: from there on the processor sees by itself how it goes on. */
void rj_traits_fetch(const struct rj_traits *t, int step)
{
	if (!step) {
		fetch(t, sizeof(*t));
		return;
	}
	fetch(t->ppi.packets.data, t->ppi.packets.len ? 256 : 0);
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		fetch(t->idp[side].bytes.data, t->idp[side].bytes.len ? 128 : 0);
		fetch(t->salt[side].pairs.data, 64);
		fetch(t->prefix[side].bytes, 64);
	}
}

void rj_traits_done(struct rj_traits *t, struct rj_blocks *blocks)
{
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		rj_list_done(&t->idp[side].bytes, blocks);
		rj_list_done(&t->salt[side].pairs, blocks);
		rj_prefix_done(&t->prefix[side], blocks);
	}
	rj_list_done(&t->ppi.packets, blocks);
}
