/* SPDX-License-Identifier: BSD-3-Clause */
/* Interfaces watched through BPF as a source of flows. */
#ifndef RJ_SOURCE_LIVE_H
#define RJ_SOURCE_LIVE_H

#include "source/owners.h"
#include "source/source.h"
#include "source/watch.h"

/*
 * struct rj_live_config - @watch: interfaces and how; its strings are borrowed for the call.
 * @netns: of another namespace (rj_netns_open), or NULL; where @stay_in_netns, the thread goes
 * there for good. @pin: a directory in which maps and attachments outlive the process, or NULL.
 * @pin_owner: 0, or the user it is given to. @max_flows: of the engine, to tell the memory it may
 * take. @filter: needed while opening alone; NULL for all packets. @on_met: NULL, or told of
 * processes, for @met_user, while opening and in each poll: then flows know theirs, where this
 * machine can tell. @without_hooks: where it cannot, called in the namespace of the interfaces with
 * the reason; returns whether @met_user finds processes in another way.
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
	rj_owners_met *on_met;
	bool (*without_hooks)(void *user, const struct rj_error *why);
	void *met_user;
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

/* rj_live_has_owners - whether sockets tell whose they are; see rj_owners_counters. */
bool rj_live_has_owners(const struct rj_source *s);
void rj_live_owner_counters(const struct rj_source *s, uint64_t out[RJ_NUM_OWNER_COUNTERS]);

#endif
