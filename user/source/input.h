/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of a file or pipe, decompressed where they are gzip's, as they come. */
#ifndef RJ_SOURCE_INPUT_H
#define RJ_SOURCE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct rj_input;

/*
 * rj_input_open - the file of that name; "-": standard input. NULL with errno set when it cannot
 * be opened or its first bytes not be read; EINTR where a signal came before there was one.
 * @is_followed: it still grows, and need not be there yet: reading it never waits
 */
struct rj_input *rj_input_open(const char *path, bool is_followed);

/*
 * rj_input_read - up to @len bytes: how many, as soon as there are some; 0 at the end, negative
 * with errno set when it failed: EIO where compressed data are not right or cut short. A signal
 * ends it with EINTR, for good, once what had come before it is read. Of one that is followed also
 * EAGAIN: nothing more as yet; and ESTALE, for good (rj_follow_read): rj_input_fate says why.
 */
ssize_t rj_input_read(struct rj_input *s, void *to, size_t len);

/* rj_input_is_damaged - whether compressed data are not right or cut short: EIO is for this. */
bool rj_input_is_damaged(const struct rj_input *s);

/* rj_input_is_followed - whether it was opened so. */
bool rj_input_is_followed(const struct rj_input *s);

/* rj_input_may_wait - whether reading may have to wait for whoever writes: all but a whole file. */
bool rj_input_may_wait(const struct rj_input *s);

/* rj_input_fate - a few words. */
const char *rj_input_fate(const struct rj_input *s);

/* rj_input_wait - until there may be more of one that is followed, or @timeout_ms, or a signal. */
void rj_input_wait(struct rj_input *s, int timeout_ms);

/* rj_input_quiet_ns - for how long nothing has come, of one that is followed. */
uint64_t rj_input_quiet_ns(const struct rj_input *s);

/*
 * rj_input_position - how far the file itself, compressed as it may be, was read, and how long it
 * is: 0 where that is not known.
 */
void rj_input_position(const struct rj_input *s, uint64_t *ret_read, uint64_t *ret_total);

/* rj_input_close - takes NULL. */
void rj_input_close(struct rj_input *s);

#endif
