/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of a file that still grows, as they come. */
#ifndef RJ_SOURCE_FOLLOW_H
#define RJ_SOURCE_FOLLOW_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct rj_follow;

/*
 * rj_follow_open - the file of that name, which may not be there yet; "-": standard input. NULL
 * with errno set when it cannot be opened. Nothing here waits but rj_follow_wait.
 */
struct rj_follow *rj_follow_open(const char *path);

/*
 * rj_follow_read - up to @len bytes: how many; 0 at the end, which pipes have when nobody writes to
 * them any more, and files never. Negative with errno set: EAGAIN: nothing more as yet; ESTALE: all
 * of it was read, and it has lost its name to another file, or is shorter than what was read of it.
 */
ssize_t rj_follow_read(struct rj_follow *f, void *to, size_t len);

/* rj_follow_wait - until there may be more, or @timeout_ms, or a signal. */
void rj_follow_wait(struct rj_follow *f, int timeout_ms);

/* rj_follow_quiet_ns - how long ago, by this host's clock, the last bytes were read. */
uint64_t rj_follow_quiet_ns(const struct rj_follow *f);

/* rj_follow_fate - what has become of it, where that was ESTALE: "" else. */
const char *rj_follow_fate(const struct rj_follow *f);

/* rj_follow_fd - what to ask about the file itself; -1 where there is none yet. */
int rj_follow_fd(const struct rj_follow *f);

/* rj_follow_close - takes NULL. */
void rj_follow_close(struct rj_follow *f);

#endif
