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
 */
struct rj_input *rj_input_open(const char *path);

/*
 * rj_input_read - up to @len bytes: how many, as soon as there are some; 0 at the end, negative
 * with errno set when it failed: EIO where compressed data are not right or cut short. A signal
 * ends it with EINTR, for good, once what had come before it is read.
 */
ssize_t rj_input_read(struct rj_input *s, void *to, size_t len);

/* rj_input_close - takes NULL. */
void rj_input_close(struct rj_input *s);

#endif
