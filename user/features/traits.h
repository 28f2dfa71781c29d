/* SPDX-License-Identifier: BSD-3-Clause */
/* What features keep of a flow's packets, each only where it is asked for. */
#ifndef RJ_FEATURES_TRAITS_H
#define RJ_FEATURES_TRAITS_H

#include <stddef.h>

#include "features/hd.h"
#include "features/idp.h"
#include "features/ppi.h"
#include "features/prefix.h"
#include "features/salt.h"
#include "features/seen.h"

/*
 * struct rj_trait_options - what to keep; 0: nothing of that kind.
 * @hd_len: bytes of segments that are compared, at most RJ_HD_MAX_LEN
 * @idp_len: bytes of the initial data packet, at most RJ_IDP_MAX_LEN
 * @prefix_len: first payload bytes of each side, at most RJ_PREFIX_MAX_LEN
 * @num_ppi, @num_salt: packets of each side
 */
struct rj_trait_options {
	uint32_t hd_len;
	uint32_t idp_len;
	uint32_t prefix_len;
	uint32_t num_ppi;
	uint32_t num_salt;
};

/*
 * struct rj_traits - of one flow; see rj_traits_init. First what every packet asks for.
 * @is_cut: memory was short: something is missing
 */
struct rj_traits {
	struct rj_ppi ppi;
	struct rj_salt salt[RJ_NUM_SIDES];
	struct rj_idp idp[RJ_NUM_SIDES];
	struct rj_prefix prefix[RJ_NUM_SIDES];
	bool is_cut;
	struct rj_hd hd[RJ_NUM_SIDES];
};

/* rj_traits_init - nothing yet, whatever stood in the memory before. */
void rj_traits_init(struct rj_traits *t);

/* rj_traits_wants - whether packets like this one are to be handed over. */
static inline bool rj_traits_wants(const struct rj_trait_options *o, const struct rj_packet *p)
{
	if (p->bits & RJ_PKT_BAD_L4)
		return false;
	if (p->bits & RJ_PKT_TCP && (o->num_ppi || o->num_salt))
		return true;
	return p->payload_len && (o->hd_len || o->idp_len || o->prefix_len);
}

/*
 * rj_traits_packet - what the packet tells, for each kind that is asked for. False without memory:
 * what was there stays. All memory is of @blocks, the same ones in all calls.
 */
RJ_MUST_CHECK bool rj_traits_packet(struct rj_traits *t, const struct rj_seen *s,
				    const struct rj_trait_options *o, struct rj_blocks *blocks);

/* What every packet asks for: lines to fetch. */
#define RJ_TRAITS_FETCH offsetof(struct rj_traits, is_cut)

/*
 * rj_traits_fetch - has the processor fetch what a record needs: at step 0 the traits, then what
 * they point to.
 */
void rj_traits_fetch(const struct rj_traits *t, int step);

/* rj_traits_done - gives back what it holds of @blocks. */
void rj_traits_done(struct rj_traits *t, struct rj_blocks *blocks);

#endif
