// SPDX-License-Identifier: BSD-3-Clause
/* What features keep of a flow's packets. */
#include "features/traits.h"

static bool add_prefix(struct rj_prefix *x, const struct rj_seen *s, uint32_t limit)
{
	const struct rj_packet *p = s->packet;

	if (p->bits & RJ_PKT_TCP) {
		if (s->has_start)
			rj_prefix_start(x, s->start_seq);
		return rj_prefix_stream(x, rj_seen_seq(s), s->payload, s->len, limit);
	}
	/* a later fragment starts no datagram, and where TCP was not read nothing has a place */
	if (p->bits & RJ_PKT_LATER_FRAG || p->key.proto == RJ_IP_TCP)
		return true;
	return rj_prefix_datagram(x, s->payload, s->len, limit);
}

bool rj_traits_packet(struct rj_traits *t, const struct rj_seen *s,
		      const struct rj_trait_options *o)
{
	unsigned int side = s->packet->side & 1;
	bool is_kept = true;

	if (o->hd_len)
		rj_hd_packet(&t->hd[side], s, o->hd_len);
	if (o->idp_len)
		is_kept &= rj_idp_packet(&t->idp[side], s, o->idp_len);
	if (o->prefix_len)
		is_kept &= add_prefix(&t->prefix[side], s, o->prefix_len);
	if (o->num_salt)
		is_kept &= rj_salt_packet(&t->salt[side], s, o->num_salt);
	if (o->num_ppi)
		is_kept &= rj_ppi_packet(&t->ppi, s, o->num_ppi);
	return is_kept;
}

size_t rj_traits_bytes(const struct rj_traits *t)
{
	size_t len = t ? sizeof(*t) + t->ppi.packets.capacity : 0;

	for (unsigned int side = 0; t && side < RJ_NUM_SIDES; side++)
		len += t->idp[side].bytes.capacity + t->salt[side].pairs.capacity +
		       2 * (size_t)t->prefix[side].capacity;
	return len;
}

void rj_traits_done(struct rj_traits *t)
{
	if (!t)
		return;
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		rj_list_done(&t->idp[side].bytes);
		rj_list_done(&t->salt[side].pairs);
		rj_prefix_done(&t->prefix[side]);
	}
	rj_list_done(&t->ppi.packets);
}
