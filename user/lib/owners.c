// SPDX-License-Identifier: BSD-3-Clause
/* Keeps the processes that the kernel's hooks tell of, and shows them in records. */
#include "lib/owners.h"

#include <string.h>

#include "core/clock.h"

/* Processes remembered at once; each takes some 1 KiB. Ours. */
#define MAX_PROCESSES 65536u
#define MAX_CONTAINERS 4096u /* likewise, of 1.6 KiB */
#define MAX_CGROUPS 8192u    /* likewise, of 0.3 KiB */

static void on_met(void *user, const struct rj_process_met *met)
{
	struct rj_session_owners *o = user;
	const struct rj_process *process;

	rj_processes_meet(o->processes, met);
	process = rj_processes_find(o->processes, met->name);
	/* what says more of its container may be gone with it when the record is written */
	if (process && process->cgroup)
		(void)rj_containers_find(o->containers, process->cgroup,
					 rj_clock_ns(CLOCK_MONOTONIC));
}

/* Nothing is said of one that is not known any more: it made room, or was met before a restart. */
static const struct rj_process *find(struct rj_session_owners *o, uint64_t name)
{
	const struct rj_process *found = rj_processes_find(o->processes, name);

	o->num_unknown += name && !found;
	return found;
}

static void emit_end(struct rj_session_owners *o, const struct rj_owner *owner,
		     enum rj_process_field field, uint64_t now_ns, struct rj_visitor *v)
{
	const struct rj_process *user = find(o, owner->user);
	const struct rj_process *opener = user;

	if (owner->opener != owner->user)
		opener = find(o, owner->opener);
	rj_process_emit(user, opener, field, now_ns, o->containers, v);
}

static void emit(struct rj_owner_names *names, const struct rj_owner *originator,
		 const struct rj_owner *responder, uint64_t now_ns, struct rj_visitor *v)
{
	struct rj_session_owners *o = (struct rj_session_owners *)names;

	if (!originator) {
		o->num_unowned++;
		return;
	}
	emit_end(o, originator, RJ_EXE_ORIGINATOR, now_ns, v);
	emit_end(o, responder, RJ_EXE_RESPONDER, now_ns, v);
}

int rj_session_owners_open(struct rj_session_owners *o, struct rj_live_config *config,
			   struct rj_error *error)
{
	struct rj_processes_options options = { .max = MAX_PROCESSES,
						.with_cmdline = o->with_cmdline };
	int err = 0;

	if (!o->cgroups)
		err = rj_cgroup_ids_new(MAX_CGROUPS, &o->cgroups);
	if (err)
		return rj_error_set(error, err, "out of memory");
	options.cgroups = o->cgroups;
	if (!o->containers)
		err = rj_containers_new("/", MAX_CONTAINERS, &o->containers, error);
	if (!err && !o->processes) {
		err = rj_processes_new(&options, &o->processes);
		if (err)
			rj_error_set(error, err, "starting: %s", strerror(-err));
	}
	if (!err && o->api.url && !o->kubernetes) {
		err = rj_kubernetes_new(&o->api, &o->kubernetes, error);
		rj_containers_ask(o->containers, o->kubernetes);
	}
	o->names.emit = emit;
	config->on_met = on_met;
	config->met_user = o;
	return err;
}

struct rj_owner_names *rj_session_owners_names(struct rj_session_owners *o)
{
	return o->processes ? &o->names : NULL;
}

static void put_kubernetes(const struct rj_session_owners *o, struct rj_stats *to)
{
	struct rj_kubernetes_counts counts;

	to->with_kubernetes = o->kubernetes != NULL;
	if (!o->kubernetes)
		return;
	rj_kubernetes_get_counts(o->kubernetes, &counts);
	to->kubernetes_requests = counts.requests;
	to->kubernetes_pods = counts.pods;
	memcpy(to->kubernetes_failed, counts.failed, sizeof(counts.failed));
}

void rj_session_owners_stats(const struct rj_session_owners *o, const struct rj_source *source,
			     struct rj_stats *to)
{
	uint64_t sockets[RJ_NUM_OWNER_COUNTERS];
	struct rj_process_counts counts;
	struct rj_containers_stats of;

	to->with_owners = o->processes && rj_live_has_owners(source);
	if (!to->with_owners)
		return;
	rj_live_owner_counters(source, sockets);
	rj_processes_get_counts(o->processes, &counts);
	to->sockets_owned = sockets[RJ_OWNER_SOCKETS];
	to->sockets_unowned = sockets[RJ_OWNER_NO_ROOM] + sockets[RJ_OWNER_RING_FULL];
	to->processes = counts.met;
	to->processes_gone = counts.gone;
	to->processes_hidden = counts.hidden;
	to->processes_forgotten = counts.forgotten;
	to->executables_unread = counts.files.unread;
	to->executables_crowded = counts.files.crowded;
	to->owners_unknown = o->num_unknown;
	to->flows_unowned = o->num_unowned;
	of = rj_containers_stats(o->containers);
	to->containers = of.num + of.evicted;
	to->containers_forgotten = of.evicted;
	to->cgroups_gone = rj_cgroup_ids_get_counts(o->cgroups).gone;
	memcpy(to->containers_stateless, of.stateless, sizeof(of.stateless));
	memcpy(to->pods_nameless, of.nameless, sizeof(of.nameless));
	put_kubernetes(o, to);
}

_Static_assert(RJ_NUM_GAPS <= RJ_MAX_GAPS && RJ_NUM_HTTPS_FAILURES <= RJ_MAX_GAPS,
	       "room for all reasons");

const char *rj_kubernetes_failure_name(unsigned int failure)
{
	return rj_https_failure_text(failure);
}

const char *rj_gap_name(unsigned int gap)
{
	return rj_gap_text(gap);
}

void rj_session_owners_close(struct rj_session_owners *o)
{
	rj_processes_free(o->processes);
	rj_containers_free(o->containers);
	rj_cgroup_ids_free(o->cgroups);
	rj_kubernetes_free(o->kubernetes);
	o->processes = NULL;
	o->cgroups = NULL;
	o->containers = NULL;
	o->kubernetes = NULL;
}
