/* SPDX-License-Identifier: BSD-3-Clause */
/* Which cgroup has an id that the kernel told of: also of a process that is gone. */
#ifndef RJ_OWNER_CGROUP_IDS_H
#define RJ_OWNER_CGROUP_IDS_H

#include "core/status.h"
#include "owner/cgroup.h"

/* struct rj_cgroup_ids - those of version 2 that were asked for; for one thread. */
struct rj_cgroup_ids;

/* @resolved: ids that were found; @gone: asked for in vain: the cgroup had gone, too */
struct rj_cgroup_ids_counts {
	uint64_t resolved;
	uint64_t gone;
};

/*
 * rj_cgroup_ids_new - keeps at most @max of them (at least 1), of some 330 bytes each: one that is
 * new may take the place of another. Where no cgroups of version 2 are mounted none is found.
 * 0 or -ENOMEM.
 */
RJ_MUST_CHECK int rj_cgroup_ids_new(size_t max, struct rj_cgroup_ids **out);

/* rj_cgroup_ids_free - takes NULL. */
void rj_cgroup_ids_free(struct rj_cgroup_ids *ids);

/*
 * rj_cgroup_ids_find - what the path of the cgroup @id says; NULL where it says nothing or is not
 * known; valid until the next call. @text: /proc/PID/cgroup, of @len bytes, of a process that the
 * kernel told of with this id, or NULL: what it says of version 2 is used where the kernel does
 * not let us ask for the id (CAP_DAC_READ_SEARCH), if the folder there has this id.
 */
const struct rj_cgroup *rj_cgroup_ids_find(struct rj_cgroup_ids *ids, uint64_t id, const char *text,
					   size_t len);

struct rj_cgroup_ids_counts rj_cgroup_ids_get_counts(const struct rj_cgroup_ids *ids);

#endif
