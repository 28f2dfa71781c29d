/* SPDX-License-Identifier: BSD-3-Clause */
/* Sequence and acknowledgement numbers of a side's TCP packets. */
#ifndef RJ_FEATURES_SALT_H
#define RJ_FEATURES_SALT_H

#include "features/list.h"
#include "features/seen.h"

/* Joy's, of each direction; more where --packets is. */
#define RJ_SALT_PACKETS 200u

/* struct rj_salt_pair - of one packet. */
struct rj_salt_pair {
	uint32_t seq;
	uint32_t ack;
};

/* struct rj_salt - of one side: @num pairs in order of arrival; zero is none yet. */
struct rj_salt {
	struct rj_list pairs;
	uint32_t num;
};

/* rj_salt_packet - notes a TCP packet while there are fewer than @limit; false without memory. */
RJ_MUST_CHECK bool rj_salt_packet(struct rj_salt *salt, const struct rj_seen *s, uint32_t limit,
				  struct rj_blocks *blocks);

/* rj_salt_at - pair number @at (< num). */
struct rj_salt_pair rj_salt_at(const struct rj_salt *salt, uint32_t at);

#endif
