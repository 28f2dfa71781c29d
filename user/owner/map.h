/* SPDX-License-Identifier: BSD-3-Clause */
/* A recorded table of flows and their processes, for captures that were taken beside it. */
#ifndef RJ_OWNER_MAP_H
#define RJ_OWNER_MAP_H

#include "core/error.h"
#include "core/status.h"
#include "owner/process.h"
#include "owner/rows.h"

/* Ours, of some 100 bytes each: an hour of a thousand flows a second. */
#define RJ_OWNER_MAP_MAX_ROWS (4u << 20)
/* Of processes and their texts, each of which is kept once. Ours. */
#define RJ_OWNER_MAP_MAX_BYTES (256u << 20)
/* Of a line: RJ_MAX_LINE_BYTES, as records are written. */
#define RJ_OWNER_MAP_LINE_MAX (16u << 20)
/* Of a text: PATH_MAX, of whose bytes each may be the three of U+FFFD. */
#define RJ_OWNER_MAP_MAX_TEXT (3u * 4096u)

struct rj_owner_map;

/*
 * struct rj_owner_map_counts - @rows: that flows are compared with. @malformed: lines that are no
 * JSON object, or name a process and are no row. @over_limit: rows and what they say for which
 * there was no room.
 */
struct rj_owner_map_counts {
	uint64_t rows;
	uint64_t malformed;
	uint64_t over_limit;
};

/* rj_owner_map_new - an empty one; NULL without memory. */
struct rj_owner_map *rj_owner_map_new(void);

/* rj_owner_map_free - takes NULL. */
void rj_owner_map_free(struct rj_owner_map *map);

/*
 * rj_owner_map_read - adds the rows of a file ("-": standard input; or compressed by gzip): lines
 * of JSON as `rejoice live` writes them. A row is an object with exe or exe_da; it needs sa, da,
 * pr, sp, dp, time_start and time_end. Other objects are passed over, as are rows of ICMP, whose
 * members do not say which flow it is. 0; 1 where some is wrong, which is passed over and counted,
 * or the rest could not be read: *@error has the first line about that; or a negative errno where
 * the file could not be read at all, with *@error set.
 */
RJ_MUST_CHECK int rj_owner_map_read(struct rj_owner_map *map, const char *path,
				    struct rj_error *error);

void rj_owner_map_get_counts(const struct rj_owner_map *map, struct rj_owner_map_counts *out);

/* struct rj_owner_found - the processes of an end; NULL: not known. */
struct rj_owner_found {
	const struct rj_process_view *user;
	const struct rj_process_view *opener;
};

/*
 * rj_owner_map_find - who had the end @side of a flow, by Unix time; as rj_owner_rows_find. By
 * several threads at once.
 */
enum rj_owner_fit rj_owner_map_find(const struct rj_owner_map *map, const struct rj_owner_ask *ask,
				    unsigned int side, struct rj_owner_found *out);

#endif
