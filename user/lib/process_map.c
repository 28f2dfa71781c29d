// SPDX-License-Identifier: BSD-3-Clause
/* Joins records with a recorded table of flows and their processes. */
#include "lib/process_map.h"

#include <errno.h>

static bool emit(struct rj_owner_names *names, const struct rj_record *record, unsigned int out,
		 struct rj_visitor *v)
{
	static const enum rj_process_field fields[] = { RJ_EXE_ORIGINATOR, RJ_EXE_RESPONDER };
	struct rj_process_map *m = (struct rj_process_map *)names;
	uint64_t clock_ns = (uint64_t)record->clock_ns;
	struct rj_key key = *record->key;
	const struct rj_owner_ask ask = { .key = &key,
					  .start_ns = record->flow->start_ns + clock_ns,
					  .end_ns = rj_record_last_ns(record) + clock_ns,
					  .reach_ns = m->slack_ns };
	bool is_known = false, is_doubtful = false;

	key.direction = 0; /* of a direction alone the ends are the same */
	for (unsigned int i = 0; i < RJ_NUM_SIDES; i++) {
		struct rj_owner_found found = { NULL, NULL };
		enum rj_owner_fit fit = rj_owner_map_find(m->map, &ask, i ? !out : out, &found);

		rj_process_view_emit(found.user, found.opener, fields[i], ask.end_ns, v);
		is_known |= fit == RJ_OWNER_FITS;
		is_doubtful |= fit == RJ_OWNER_DOUBTFUL;
	}
	atomic_fetch_add_explicit(is_known ? &m->num_joined : &m->num_unowned, 1,
				  memory_order_relaxed);
	if (is_doubtful)
		atomic_fetch_add_explicit(&m->num_doubtful, 1, memory_order_relaxed);
	return is_known;
}

int rj_process_map_read(struct rj_process_map *m, const char *path, uint64_t slack_ns,
			struct rj_error *error)
{
	if (!m->map)
		m->map = rj_owner_map_new();
	if (!m->map)
		return rj_error_set(error, -ENOMEM, "out of memory");
	m->names.emit = emit;
	m->slack_ns = slack_ns;
	return rj_owner_map_read(m->map, path, error);
}

struct rj_owner_names *rj_process_map_names(const struct rj_process_map *m)
{
	return m->map ? (struct rj_owner_names *)&m->names : NULL;
}

static uint64_t value_of(const atomic_uint_fast64_t *counter)
{
	return atomic_load_explicit((atomic_uint_fast64_t *)counter, memory_order_relaxed);
}

void rj_process_map_stats(const struct rj_process_map *m, struct rj_stats *to)
{
	struct rj_owner_map_counts counts;

	if (!m->map)
		return;
	rj_owner_map_get_counts(m->map, &counts);
	to->with_owners = 1;
	to->owners_method = RJ_OWNERS_FILE;
	to->map_rows = counts.rows;
	to->map_malformed = counts.malformed;
	to->map_over_limit = counts.over_limit;
	to->flows_joined = value_of(&m->num_joined);
	to->flows_doubtful = value_of(&m->num_doubtful);
	to->flows_unowned = value_of(&m->num_unowned);
}

void rj_process_map_done(struct rj_process_map *m)
{
	rj_owner_map_free(m->map);
	m->map = NULL;
}
