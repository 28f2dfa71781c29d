/* SPDX-License-Identifier: BSD-3-Clause */
/* Output in several files, one after the other: their names, and when the next one is due. */
#ifndef RJ_CLI_ROTATE_H
#define RJ_CLI_ROTATE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/*
 * struct rotation - what a file may hold: bytes of text, records, seconds since it was begun; 0: as
 * much as comes.
 * @put_name: NULL for BASE-YYYYMMDDhhmmss-NNNNNN.EXTENSION, UTC; or writes the name of file @number
 *        (from 1), begun at @when, to @out. @base_len bytes of @name stand before its extension.
 */
struct rotation {
	uint64_t max_bytes;
	uint64_t max_records;
	double max_seconds;
	void (*put_name)(char out[PATH_MAX], const char *name, int base_len, unsigned long number,
			 time_t when);
};

static inline bool rotation_is_on(const struct rotation *r)
{
	return r->max_bytes || r->max_records || r->max_seconds > 0;
}

/*
 * struct rotating - the file of now, or that there is none. @path: what its name will be
 * @num_files: begun so far
 */
struct rotating {
	char path[PATH_MAX];
	unsigned long num_files;
	uint64_t num_bytes;
	uint64_t num_records;
	double since;
};

/*
 * rotate_open - begins the next file of those named after @name: as PATH.part until rotate_close.
 * What is there already stays: then the next number is taken. Its descriptor, or -1 with errno set.
 */
int rotate_open(const struct rotation *r, struct rotating *now, const char *name);

/* rotate_close - the file, which is closed, gets its name. False with errno set. */
bool rotate_close(const struct rotating *now);

/* rotate_is_due - whether a record of @len bytes, with its line end, belongs to the next file. */
bool rotate_is_due(const struct rotation *r, const struct rotating *now, uint64_t len);

/* rotate_is_late - whether the file has been open for so long that it is to be closed. */
bool rotate_is_late(const struct rotation *r, const struct rotating *now);

#endif
