/* SPDX-License-Identifier: BSD-3-Clause */
/* Digests of executables, made once for each file by a thread of their own. */
#ifndef RJ_OWNER_EXECUTABLE_H
#define RJ_OWNER_EXECUTABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

#define RJ_EXECUTABLE_DIGEST_LEN 32u /* SHA-256 */

struct rj_executable;
struct rj_executables;

/*
 * struct rj_executable_counts - files that have no digest, by why. @unread: not for this user to
 * read, longer than 1 GiB, or they changed meanwhile. @crowded: too many waited.
 */
struct rj_executable_counts {
	uint64_t unread;
	uint64_t crowded;
};

/* rj_executables_new - with its thread; 0 or a negative errno. */
RJ_MUST_CHECK int rj_executables_new(struct rj_executables **out);

/* rj_executables_free - takes NULL; what is not read yet is not waited for. */
void rj_executables_free(struct rj_executables *e);

/*
 * rj_executables_of - the file at @fd, which was opened with O_PATH and is its own from now on; the
 * same one for each of the same device, inode, size and time of change. It is kept until
 * rj_executable_put was called as often. NULL where there is no room or memory. Waits for no file
 * system: the thread does.
 */
struct rj_executable *rj_executables_of(struct rj_executables *e, int fd);

/* rj_executable_hold - @x, which may be NULL, once more. */
struct rj_executable *rj_executable_hold(struct rj_executable *x);

/* rj_executable_put - takes NULL. */
void rj_executable_put(struct rj_executable *x);

/* rj_executable_digest - false while it is not known, or the file could not be read. */
bool rj_executable_digest(struct rj_executable *x, uint8_t out[RJ_EXECUTABLE_DIGEST_LEN]);

void rj_executables_get_counts(struct rj_executables *e, struct rj_executable_counts *out);

#endif
