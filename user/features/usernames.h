/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of users that stand in texts as whole words. */
#ifndef RJ_FEATURES_USERNAMES_H
#define RJ_FEATURES_USERNAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/status.h"

#define RJ_MAX_USERNAME_LEN 255u /* ours */

/* struct rj_usernames - opaque; does not change once it is read. */
struct rj_usernames;

/* rj_usernames_read - the lines of a file (core/lines.h); else *@error says why not. */
RJ_MUST_CHECK int rj_usernames_read(const char *path, struct rj_usernames **out,
				    struct rj_error *error);

/* rj_usernames_free - takes NULL. */
void rj_usernames_free(struct rj_usernames *u);

/*
 * rj_usernames_find - the first name from byte @from of a text of @len bytes on that stands there
 * as a word: between the text's ends or any of ? & / - \ _ . = ; and NUL. Of those that begin
 * at one place the longest. False when there is none.
 */
bool rj_usernames_find(const struct rj_usernames *u, const uint8_t *text, size_t len, size_t from,
		       size_t *ret_at, size_t *ret_len);

#endif
