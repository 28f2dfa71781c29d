/* SPDX-License-Identifier: BSD-3-Clause */
/* Interfaces watched through BPF as a source of flows. */
#ifndef RJ_SOURCE_LIVE_H
#define RJ_SOURCE_LIVE_H

#include "source/attach.h"
#include "source/source.h"

/*
 * struct rj_live_config - @interfaces: names separated by commas. @directions: RJ_WATCH_*.
 * @filter: needed while opening alone; NULL for all packets
 */
struct rj_live_config {
	const char *interfaces;
	enum rj_attach_mode mode;
	unsigned int directions;
	uint32_t num_flows;
	struct rj_limits limits;
	struct rj_filter *filter;
};

/* rj_live_open - attaches to all of them, or to none and says why. */
RJ_MUST_CHECK int rj_live_open(const struct rj_live_config *config, struct rj_source **out,
			       struct rj_error *error);

/* rj_live_watching - how each interface is watched, one line for people. */
const char *rj_live_watching(const struct rj_source *s);

/* rj_live_ifname, rj_live_is_alive - for struct rj_engine_options; @s is the live source. */
const char *rj_live_ifname(const struct rj_source *s, uint32_t ifindex);
bool rj_live_is_alive(const struct rj_source *s, const struct rj_key *key, uint64_t *ret_start_ns);

#endif
