// SPDX-License-Identifier: BSD-3-Clause
/* The initial data packet of a side. */
#include "features/idp.h"

bool rj_idp_packet(struct rj_idp *idp, const struct rj_seen *s, uint32_t limit,
		   struct rj_blocks *blocks)
{
	const struct rj_packet *p = s->packet;
	uint32_t len = s->ip_len < limit ? s->ip_len : limit;

	if (idp->bytes.len || !len || !p->payload_len || p->bits & RJ_PKT_LATER_FRAG)
		return true;
	if (p->bits & RJ_PKT_TCP && s->has_start && rj_seen_seq(s) != s->start_seq)
		return true;
	return rj_list_put(&idp->bytes, blocks, s->ip, len);
}
