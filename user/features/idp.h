/* SPDX-License-Identifier: BSD-3-Clause */
/* The initial data packet of a side: from its IP header on, the first that carries payload. */
#ifndef RJ_FEATURES_IDP_H
#define RJ_FEATURES_IDP_H

#include "features/list.h"
#include "features/seen.h"

#define RJ_IDP_MAX_LEN 1500u /* Joy's: idp=0…1500 */

/* struct rj_idp - of one side; zero is none yet. */
struct rj_idp {
	struct rj_list bytes;
};

/*
 * rj_idp_packet - keeps up to @limit bytes of the packet if it is the one: with payload, and of TCP
 * the payload that follows the SYN, where that was seen. False without memory.
 */
RJ_MUST_CHECK bool rj_idp_packet(struct rj_idp *idp, const struct rj_seen *s, uint32_t limit,
				 struct rj_blocks *blocks);

#endif
