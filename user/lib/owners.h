/* SPDX-License-Identifier: BSD-3-Clause */
/* The processes of a session's sockets, from the kernel's hooks to the records. */
#ifndef RJ_LIB_OWNERS_H
#define RJ_LIB_OWNERS_H

#include <rejoice/rejoice.h>

#include "flow/record.h"
#include "owner/kubernetes.h"
#include "owner/process.h"
#include "owner/sockets.h"
#include "source/live.h"

/*
 * struct rj_session_owners - embedded; zero before it is opened, but for @with_cmdline, @keep_ns
 * and @api, whose url is NULL where it is not to be asked.
 * @keep_ns: how long a socket's flows may still become records after it is closed
 * @sockets: where the kernel has no hooks
 * @notice: what is to be said of that; or empty
 * @is_again: the record that is shown was counted
 * @num_unknown: owners of records of whom nothing is known any more
 * @num_doubtful: records with an end that several processes had open
 * @num_unowned: records without owners
 */
struct rj_session_owners {
	struct rj_owner_names names;
	struct rj_processes *processes;
	struct rj_containers *containers;
	struct rj_cgroup_ids *cgroups;
	struct rj_kubernetes *kubernetes;
	struct rj_kubernetes_options api;
	struct rj_sockets *sockets;
	struct rj_error notice;
	bool with_cmdline;
	bool is_again;
	uint64_t keep_ns;
	uint64_t num_unknown;
	uint64_t num_doubtful;
	uint64_t num_unowned;
};

/*
 * rj_session_owners_open - has @config tell of processes. 0, or a negative errno and *@error says
 * what is wrong.
 */
RJ_MUST_CHECK int rj_session_owners_open(struct rj_session_owners *o, struct rj_live_config *config,
					 struct rj_error *error);

/* rj_session_owners_take - meets the processes that are there by now. */
void rj_session_owners_take(struct rj_session_owners *o);

/* rj_session_owners_names - for struct rj_engine_options; NULL where it is not open. */
struct rj_owner_names *rj_session_owners_names(struct rj_session_owners *o);

/* rj_session_owners_stats - into @to, with what the source says of sockets. */
void rj_session_owners_stats(const struct rj_session_owners *o, const struct rj_source *source,
			     struct rj_stats *to);

void rj_session_owners_close(struct rj_session_owners *o);

#endif
