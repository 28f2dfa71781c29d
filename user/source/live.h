/* SPDX-License-Identifier: BSD-3-Clause */
/* Interfaces watched through BPF as a source of flows. */
#ifndef RJ_SOURCE_LIVE_H
#define RJ_SOURCE_LIVE_H

#include "source/source.h"
#include "source/watch.h"

/*
 * struct rj_live_config - @watch: interfaces and how; its strings are borrowed for the call.
 * @netns: of another namespace (rj_netns_open), or NULL; where @stay_in_netns, the thread goes
 * there for good. @pin: a directory in which maps and attachments outlive the process, or NULL.
 * @pin_owner: 0, or the user it is given to. @max_flows: of the engine, to tell the memory it may
 * take. @filter: needed while opening alone; NULL for all packets.
 */
struct rj_live_config {
	struct rj_watch_config watch; /* without netns, which is ours to find */
	const char *netns;
	bool stay_in_netns;
	uint32_t num_flows;
	struct rj_limits limits;
	const char *pin;
	uid_t pin_owner;
	uint32_t max_flows;
	struct rj_filter *filter;
};

/*
 * rj_live_open - attaches to all of them, or to none and says why. With pins that are there it
 * goes on with their flows; when that fails they stay as they are.
 */
RJ_MUST_CHECK int rj_live_open(const struct rj_live_config *config, struct rj_source **out,
			       struct rj_error *error);

/* rj_live_watching - how each interface is watched, one line for people. */
const char *rj_live_watching(const struct rj_source *s);

/* rj_live_ifname, rj_live_is_alive, rj_live_want - for struct rj_engine_options. */
const char *rj_live_ifname(const struct rj_source *s, uint32_t ifindex);
bool rj_live_is_alive(const struct rj_source *s, const struct rj_key *key, uint64_t *ret_start_ns);
void rj_live_want(const struct rj_source *s, uint32_t slot, uint32_t generation, uint32_t until);

#endif
