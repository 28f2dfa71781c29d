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

	o->num_unknown += name && !found && !o->is_again;
	return found;
}

static bool emit_end(struct rj_session_owners *o, const struct rj_owner *owner,
		     enum rj_process_field field, uint64_t now_ns, struct rj_visitor *v)
{
	const struct rj_process *user = find(o, owner->user);
	const struct rj_process *opener = user;

	if (owner->opener != owner->user)
		opener = find(o, owner->opener);
	rj_process_emit(user, opener, field, now_ns, o->containers, v);
	return user || opener;
}

/* By the sockets that were seen open; false: no owner of either side is known. */
static bool find_sockets(struct rj_session_owners *o, const struct rj_record *record,
			 struct rj_owner owners[RJ_NUM_SIDES])
{
	struct rj_key key = *record->key;
	const struct rj_owner_ask ask = { .key = &key,
					  .start_ns = record->flow->start_ns,
					  .end_ns = rj_record_last_ns(record) };
	bool is_known = false, is_doubtful = false;

	key.direction = 0; /* of a direction alone it is the same socket */
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		enum rj_owner_fit fit = rj_sockets_find(o->sockets, &ask, side, &owners[side]);

		is_known |= fit == RJ_OWNER_FITS;
		is_doubtful |= fit == RJ_OWNER_DOUBTFUL;
	}
	o->num_doubtful += is_doubtful && !o->is_again;
	return is_known;
}

static bool emit(struct rj_owner_names *names, const struct rj_record *record, unsigned int out,
		 struct rj_visitor *v)
{
	struct rj_session_owners *o = (struct rj_session_owners *)names;
	uint64_t now_ns = rj_record_last_ns(record) + (uint64_t)record->clock_ns;
	struct rj_owner found[RJ_NUM_SIDES] = { { .user = 0 } };
	const struct rj_owner *owners = record->owners;
	bool is_known;

	if (o->sockets)
		owners = find_sockets(o, record, found) ? found : NULL;
	if (!owners) {
		o->num_unowned += !o->is_again;
		return false;
	}
	is_known = emit_end(o, &owners[out], RJ_EXE_ORIGINATOR, now_ns, v);
	return emit_end(o, &owners[!out], RJ_EXE_RESPONDER, now_ns, v) || is_known;
}

static int open_processes(struct rj_session_owners *o, bool by_proc)
{
	const struct rj_processes_options options = { .max = MAX_PROCESSES,
						      .with_cmdline = o->with_cmdline,
						      .by_proc = by_proc,
						      .cgroups = o->cgroups };

	return rj_processes_new(&options, &o->processes);
}

/* Numbers of processes are then those of /proc here, which may be a container's. */
static bool without_hooks(void *user, const struct rj_error *why)
{
	struct rj_session_owners *o = user;
	struct rj_error error;

	if (rj_sockets_open(o->keep_ns, &o->sockets, &error))
		return false;
	rj_processes_free(o->processes);
	o->processes = NULL;
	if (open_processes(o, true)) {
		rj_sockets_close(o->sockets);
		o->sockets = NULL;
		return false;
	}
	rj_error_set(&o->notice, 0,
		     "processes by sockets and /proc, once a second, as %s: those of sockets that "
		     "are open for less, in several processes at once or in other network "
		     "namespaces are missed",
		     why->text);
	return true;
}

int rj_session_owners_open(struct rj_session_owners *o, struct rj_live_config *config,
			   struct rj_error *error)
{
	int err = 0;

	if (!o->cgroups)
		err = rj_cgroup_ids_new(MAX_CGROUPS, &o->cgroups);
	if (err)
		return rj_error_set(error, err, "out of memory");
	if (!o->containers)
		err = rj_containers_new("/", MAX_CONTAINERS, &o->containers, error);
	if (!err && !o->processes) {
		err = open_processes(o, false);
		if (err)
			rj_error_set(error, err, "starting: %s", strerror(-err));
	}
	if (!err && o->api.url && !o->kubernetes) {
		err = rj_kubernetes_new(&o->api, &o->kubernetes, error);
		rj_containers_ask(o->containers, o->kubernetes);
	}
	o->names.emit = emit;
	config->on_met = on_met;
	config->without_hooks = without_hooks;
	config->met_user = o;
	return err;
}

void rj_session_owners_take(struct rj_session_owners *o)
{
	if (o->sockets)
		rj_sockets_take(o->sockets, on_met, o);
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

static void put_hooks(const struct rj_source *source, struct rj_stats *to)
{
	uint64_t sockets[RJ_NUM_OWNER_COUNTERS];

	rj_live_owner_counters(source, sockets);
	to->owners_method = RJ_OWNERS_HOOKS;
	to->sockets_owned = sockets[RJ_OWNER_SOCKETS];
	to->sockets_unowned = sockets[RJ_OWNER_NO_ROOM] + sockets[RJ_OWNER_RING_FULL];
}

static void put_proc(struct rj_sockets *sockets, struct rj_stats *to)
{
	struct rj_sockets_counts counts;

	rj_sockets_get_counts(sockets, &counts);
	to->owners_method = RJ_OWNERS_PROC;
	to->owner_scans = counts.scans;
	to->sockets_owned = counts.held;
	to->sockets_unowned = counts.sockets - counts.held;
}

void rj_session_owners_stats(const struct rj_session_owners *o, const struct rj_source *source,
			     struct rj_stats *to)
{
	struct rj_process_counts counts;
	struct rj_containers_stats of;

	to->with_owners = o->processes && (o->sockets || rj_live_has_owners(source));
	if (!to->with_owners)
		return;
	if (o->sockets)
		put_proc(o->sockets, to);
	else
		put_hooks(source, to);
	rj_processes_get_counts(o->processes, &counts);
	to->processes = counts.met;
	to->processes_gone = counts.gone;
	to->processes_hidden = counts.hidden;
	to->processes_forgotten = counts.forgotten;
	to->executables_unread = counts.files.unread;
	to->executables_crowded = counts.files.crowded;
	to->owners_unknown = o->num_unknown;
	to->flows_doubtful = o->num_doubtful;
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
	rj_sockets_close(o->sockets);
	rj_processes_free(o->processes);
	rj_containers_free(o->containers);
	rj_cgroup_ids_free(o->cgroups);
	rj_kubernetes_free(o->kubernetes);
	o->sockets = NULL;
	o->processes = NULL;
	o->cgroups = NULL;
	o->containers = NULL;
	o->kubernetes = NULL;
}
