/* SPDX-License-Identifier: BSD-3-Clause */
/* The processes of a session's sockets, from the kernel's hooks to the records. */
#ifndef RJ_LIB_OWNERS_H
#define RJ_LIB_OWNERS_H

#include <rejoice/rejoice.h>

#include "flow/record.h"
#include "owner/kubernetes.h"
#include "owner/process.h"
#include "source/live.h"

/*
 * struct rj_session_owners - embedded; zero before it is opened, but for @with_cmdline and
 * @api, whose url is NULL where it is not to be asked.
 * @num_unknown: owners of records of whom nothing is known any more
 * @num_unowned: records without owners
 */
struct rj_session_owners {
	struct rj_owner_names names;
	struct rj_processes *processes;
	struct rj_containers *containers;
	struct rj_cgroup_ids *cgroups;
	struct rj_kubernetes *kubernetes;
	struct rj_kubernetes_options api;
	bool with_cmdline;
	uint64_t num_unknown;
	uint64_t num_unowned;
};

/*
 * rj_session_owners_open - has @config tell of processes. 0, or a negative errno and *@error says
 * what is wrong.
 */
RJ_MUST_CHECK int rj_session_owners_open(struct rj_session_owners *o, struct rj_live_config *config,
					 struct rj_error *error);

/* rj_session_owners_names - for struct rj_engine_options; NULL where it is not open. */
struct rj_owner_names *rj_session_owners_names(struct rj_session_owners *o);

/* rj_session_owners_stats - into @to, with what the source says of sockets. */
void rj_session_owners_stats(const struct rj_session_owners *o, const struct rj_source *source,
			     struct rj_stats *to);

void rj_session_owners_close(struct rj_session_owners *o);

#endif
