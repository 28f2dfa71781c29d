/* SPDX-License-Identifier: BSD-3-Clause */
/* Community ID: a flow hash that other tools compute the same. */
#ifndef RJ_FEATURES_COMMUNITY_H
#define RJ_FEATURES_COMMUNITY_H

#include "bpf/abi.h"

/* "1:" and the base64 of 20 octets, with its terminating NUL. */
#define RJ_COMMUNITY_ID_LEN 31

/*
 * rj_community_id - Community ID v1 with seed 0 of a flow, as text in @out. @first: of the side
 * that sent its first packet.
 * Source: https://github.com/corelight/community-id-spec
 */
void rj_community_id(const struct rj_key *key, const struct rj_flow *flow,
		     const struct rj_rest *first, char out[RJ_COMMUNITY_ID_LEN]);

#endif
