/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of a file or pipe, decompressed where they are gzip's, as they come. */
#ifndef RJ_SOURCE_STREAM_H
#define RJ_SOURCE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct rj_stream;

/*
 * rj_stream_open - the file of that name; "-": standard input. NULL with errno set when it cannot
 * be opened or its first bytes not be read; EINTR where a signal came before there was one.
 */
struct rj_stream *rj_stream_open(const char *path);

/* rj_stream_head - the first bytes, RJ_CAPTURE_HEAD_LEN at most, which are still to be read. */
const uint8_t *rj_stream_head(const struct rj_stream *s, size_t *ret_len);

/*
 * rj_stream_read - up to @len bytes: how many, as soon as there are some; 0 at the end, negative
 * with errno set when it failed: EIO where compressed data are not right or cut short. A signal
 * ends the stream with EINTR, for good, once what had come before it is read.
 */
ssize_t rj_stream_read(struct rj_stream *s, void *to, size_t len);

/* rj_stream_was_interrupted - by a signal, whatever whoever reads it made of that. */
bool rj_stream_was_interrupted(const struct rj_stream *s);

/* rj_stream_close - takes NULL. */
void rj_stream_close(struct rj_stream *s);

#endif
