/* SPDX-License-Identifier: BSD-3-Clause */
/* Databases of fingerprints: made of records, merged, shown, asked. Part of librejoice. */
#ifndef REJOICE_FINGERPRINT_DB_H
#define REJOICE_FINGERPRINT_DB_H

#include <stddef.h>
#include <stdint.h>

#include <rejoice/record.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A database is one handle for one thread at a time. Calls return 0 (or what they say) or a
 * negative errno, and rj_fingerprint_db_error then says in one line what, where and what to do.
 * Lines of JSON are handed over without a line end, and borrowed for the call.
 */
struct rj_fingerprint_db;

/* rj_fingerprint_db_open - an empty one in *@out. */
RJ_API int rj_fingerprint_db_open(struct rj_fingerprint_db **out);

/* rj_fingerprint_db_close - takes NULL. */
RJ_API void rj_fingerprint_db_close(struct rj_fingerprint_db *db);

/* rj_fingerprint_db_error - the line about the last call that failed; "" when none did. */
RJ_API const char *rj_fingerprint_db_error(const struct rj_fingerprint_db *db);

/*
 * rj_fingerprint_db_read - adds a database: ours, Joy's, Mercury's (also in its archive of
 * resources), compressed by gzip or not; "-": standard input. -EINVAL: a line is wrong; what stands
 * before it is added.
 */
RJ_API int rj_fingerprint_db_read(struct rj_fingerprint_db *db, const char *path);

/*
 * rj_fingerprint_db_build - adds the fingerprints of records, lines of JSON, whose process is
 * known; else likewise. *@ret_records and *@ret_used: how many there were, and with a process.
 */
RJ_API int rj_fingerprint_db_build(struct rj_fingerprint_db *db, const char *path,
				   uint64_t *ret_records, uint64_t *ret_used);

/*
 * struct rj_fingerprint_row - what a database has of one; borrowed for the call. Set by the caller
 * of nothing; members are only ever added at the end.
 * @process: that of the most flows, NULL where none is known
 * @first_us, @last_us: Unix microseconds; 0 where they are not known
 */
struct rj_fingerprint_row {
	const char *fingerprint;
	const char *kind;
	uint64_t count;
	uint32_t num_processes;
	const char *process;
	uint64_t process_count;
	uint64_t first_us;
	uint64_t last_us;
};

/*
 * struct rj_fingerprint_filter - which are to be shown; NULL or 0: all. Set @size to its size.
 * @text: what stands in the fingerprint
 * @process: the name of one of its processes
 */
struct rj_fingerprint_filter {
	size_t size;
	const char *text;
	const char *process;
};

/*
 * rj_fingerprint_db_show - calls back for each fingerprint that passes the filter, those of the
 * most flows first: @on_json with a line of our format, @on_row with a summary; either may be NULL.
 */
RJ_API int rj_fingerprint_db_show(struct rj_fingerprint_db *db,
				  const struct rj_fingerprint_filter *filter,
				  void (*on_json)(void *user, const char *line, size_t len),
				  void (*on_row)(void *user, const struct rj_fingerprint_row *row),
				  void *user);

/*
 * rj_fingerprint_db_match - calls back with the fingerprint as it is compared, and under "match"
 * what is known of it; without that where nothing is. Nothing can be added to the database from
 * then on (-EBUSY). -EINVAL: it is none.
 */
RJ_API int rj_fingerprint_db_match(struct rj_fingerprint_db *db, const char *fingerprint,
				   void (*on_json)(void *user, const char *line, size_t len),
				   void *user);

/*
 * rj_fingerprint_db_match_records - calls back for each line of records, with fingerprints.match
 * added as -f +match would have done.
 */
RJ_API int rj_fingerprint_db_match_records(struct rj_fingerprint_db *db, const char *path,
					   void (*on_json)(void *user, const char *line,
							   size_t len),
					   void *user);

#ifdef __cplusplus
}
#endif
#endif
