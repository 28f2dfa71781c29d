// SPDX-License-Identifier: BSD-3-Clause
/* Sequence and acknowledgement numbers of a side's TCP packets. */
#include "features/salt.h"

bool rj_salt_packet(struct rj_salt *salt, const struct rj_seen *s, uint32_t limit,
		    struct rj_blocks *blocks)
{
	const struct rj_packet *p = s->packet;
	const struct rj_salt_pair pair = { p->tcp_seq, p->tcp_ack };

	/* a later fragment has no TCP header */
	if (!(p->bits & RJ_PKT_TCP) || p->bits & RJ_PKT_LATER_FRAG || salt->num >= limit)
		return true;
	if (!rj_list_put(&salt->pairs, blocks, &pair, sizeof(pair)))
		return false;
	salt->num++;
	return true;
}

struct rj_salt_pair rj_salt_at(const struct rj_salt *salt, uint32_t at)
{
	struct rj_salt_pair pair;

	memcpy(&pair, salt->pairs.data + at * sizeof(pair), sizeof(pair));
	return pair;
}
