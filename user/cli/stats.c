// SPDX-License-Identifier: BSD-3-Clause
/* The --stats object. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"

/* The counters that are not 0, each by its name, until there is no name. */
static void put_counts(FILE *to, const char *key, const uint64_t *counts, unsigned int num,
		       const char *(*name_of)(unsigned int which))
{
	const char *comma = "";

	fprintf(to, "\"%s\":{", key);
	for (unsigned int i = 0; i < num && name_of(i); i++) {
		if (!counts[i])
			continue;
		fprintf(to, "%s\"%s\":%" PRIu64, comma, name_of(i), counts[i]);
		comma = ",";
	}
	fputc('}', to);
}

/* What became of payload that came in IP fragments. */
static void put_datagrams(FILE *to, const struct rj_stats *stats)
{
	fprintf(to,
		"\"datagrams\":{\"whole\":%" PRIu64 ",\"overlapped\":%" PRIu64
		",\"incomplete\":%" PRIu64 ",\"over_limit\":%" PRIu64 "},",
		stats->datagrams_whole, stats->datagrams_overlapped, stats->datagrams_incomplete,
		stats->datagrams_over_limit);
}

/* Of a process map. */
static void put_joined(FILE *to, const struct rj_stats *stats)
{
	fprintf(to,
		"\"owners\":{\"method\":\"file\",\"rows\":%" PRIu64 ",\"rows_malformed\":%" PRIu64
		",\"rows_over_limit\":%" PRIu64 ",\"flows_joined\":%" PRIu64
		",\"flows_doubtful\":%" PRIu64 ",\"flows_unowned\":%" PRIu64 "},",
		stats->map_rows, stats->map_malformed, stats->map_over_limit, stats->flows_joined,
		stats->flows_doubtful, stats->flows_unowned);
}

static void put_owners(FILE *to, const struct rj_stats *stats)
{
	bool is_proc = stats->owners_method == RJ_OWNERS_PROC;

	if (stats->owners_method == RJ_OWNERS_FILE) {
		put_joined(to, stats);
		return;
	}
	fprintf(to, "\"owners\":{\"method\":\"%s\",", is_proc ? "proc" : "hooks");
	if (is_proc)
		fprintf(to, "\"scans\":%" PRIu64 ",\"flows_doubtful\":%" PRIu64 ",",
			stats->owner_scans, stats->flows_doubtful);
	fprintf(to,
		"\"sockets\":%" PRIu64 ",\"sockets_unowned\":%" PRIu64 ",\"processes\":%" PRIu64
		",\"processes_gone\":%" PRIu64 ",\"processes_hidden\":%" PRIu64
		",\"processes_forgotten\":%" PRIu64 ",\"executables_unread\":%" PRIu64
		",\"executables_crowded\":%" PRIu64 ",\"unknown\":%" PRIu64
		",\"flows_unowned\":%" PRIu64 ",\"containers\":%" PRIu64
		",\"containers_forgotten\":%" PRIu64 ",\"cgroups_gone\":%" PRIu64 ",",
		stats->sockets_owned, stats->sockets_unowned, stats->processes,
		stats->processes_gone, stats->processes_hidden, stats->processes_forgotten,
		stats->executables_unread, stats->executables_crowded, stats->owners_unknown,
		stats->flows_unowned, stats->containers, stats->containers_forgotten,
		stats->cgroups_gone);
	put_counts(to, "containers_stateless", stats->containers_stateless, RJ_MAX_GAPS,
		   rj_gap_name);
	fputc(',', to);
	put_counts(to, "pods_nameless", stats->pods_nameless, RJ_MAX_GAPS, rj_gap_name);
	if (stats->with_kubernetes) {
		fprintf(to, ",\"kubernetes\":{\"requests\":%" PRIu64 ",",
			stats->kubernetes_requests);
		put_counts(to, "failed", stats->kubernetes_failed, RJ_MAX_GAPS,
			   rj_kubernetes_failure_name);
		fprintf(to, ",\"pods\":%" PRIu64 "}", stats->kubernetes_pods);
	}
	fputs("},", to);
}

enum exit_status stats_open(const char *name, FILE **out)
{
	*out = NULL;
	if (!name)
		return EXIT_DONE;
	*out = strcmp(name, "-") ? fopen(name, "w") : stderr;
	if (*out)
		return EXIT_DONE;
	complain("%s: cannot be written: %s", name, strerror(errno));
	return EXIT_SOME_FAILED;
}

enum exit_status stats_write(const char *name, FILE *to, const struct rj_session *s,
			     const struct output *out, double seconds)
{
	struct rj_stats stats = { .size = sizeof(stats) };
	int err;

	if (!to)
		return EXIT_DONE;
	rj_session_get_stats(s, &stats);
	fprintf(to, "{\"packets\":%" PRIu64 ",\"packets_in_flows\":%" PRIu64 ",", stats.packets,
		stats.packets_in_flows);
	put_counts(to, "set_aside", stats.set_aside, RJ_MAX_SET_ASIDE, rj_set_aside_name);
	fputc(',', to);
	put_datagrams(to, &stats);
	fprintf(to,
		"\"flows\":%" PRIu64 ",\"flows_evicted\":%" PRIu64 ",\"records_written\":%" PRIu64
		",\"records_lost\":%" PRIu64 ",\"samples\":%" PRIu64 ",\"samples_lost\":%" PRIu64
		",",
		stats.flows, stats.flows_evicted, out->num_written, out->num_lost, stats.samples,
		stats.samples_lost);
	put_counts(to, "samples_lost_by", stats.lost, RJ_MAX_LOST, rj_loss_name);
	fputc(',', to);
	if (stats.with_owners)
		put_owners(to, &stats);
	fprintf(to,
		"\"packets_unlisted\":%" PRIu64 ",\"cuts_late\":%" PRIu64 ",\"bytes\":%" PRIu64
		",\"seconds\":%.6f}\n",
		stats.packets_unlisted, stats.cuts_late, stats.bytes, seconds);
	err = ferror(to);
	if (to != stderr)
		err |= fclose(to);
	if (!err)
		return EXIT_DONE;
	complain("%s: writing failed: %s", name, strerror(errno));
	return EXIT_SOME_FAILED;
}
