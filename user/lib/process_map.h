/* SPDX-License-Identifier: BSD-3-Clause */
/* Processes of a recorded table, into the records of captures. */
#ifndef RJ_LIB_PROCESS_MAP_H
#define RJ_LIB_PROCESS_MAP_H

#include <rejoice/rejoice.h>
#include <stdatomic.h>

#include "flow/record.h"
#include "owner/map.h"

/*
 * struct rj_process_map - embedded; zero before it is read. Records are joined by several threads.
 * @joined: with an owner at one end at least; @doubtful: with an end that several owners fit;
 * @unowned: without an owner
 */
struct rj_process_map {
	struct rj_owner_names names;
	struct rj_owner_map *map;
	uint64_t slack_ns;
	atomic_uint_fast64_t num_joined;
	atomic_uint_fast64_t num_doubtful;
	atomic_uint_fast64_t num_unowned;
};

/* rj_process_map_read - as rj_owner_map_read. */
RJ_MUST_CHECK int rj_process_map_read(struct rj_process_map *m, const char *path, uint64_t slack_ns,
				      struct rj_error *error);

/* rj_process_map_names - for struct rj_engine_options; NULL where none was read. */
struct rj_owner_names *rj_process_map_names(const struct rj_process_map *m);

void rj_process_map_stats(const struct rj_process_map *m, struct rj_stats *to);

void rj_process_map_done(struct rj_process_map *m);

#endif
