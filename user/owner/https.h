/* SPDX-License-Identifier: BSD-3-Clause */
/* One answer over HTTPS, by libcurl, which is loaded when it is wanted. */
#ifndef RJ_OWNER_HTTPS_H
#define RJ_OWNER_HTTPS_H

#include <stdatomic.h>
#include <stddef.h>

#include "core/error.h"
#include "core/status.h"

/* RJ_HTTPS_FAILURES(X) - X(NAME, text): why there is no answer. */
#define RJ_HTTPS_FAILURES(X)                                                                       \
	X(CONNECT, "connect") /* nobody is there, or who is hung up */                             \
	X(CERTIFICATE, "certificate")                                                              \
	X(TIMEOUT, "timeout")                                                                      \
	X(TOKEN, "token")     /* there is none to show */                                          \
	X(REFUSED, "refused") /* status 401 or 403 */                                              \
	X(STATUS, "status")   /* another one that is not 200 */                                    \
	X(OVER_LIMIT, "over_limit")                                                                \
	X(MALFORMED, "malformed")                                                                  \
	X(OTHER, "other")

enum rj_https_failure {
#define X(name, text) RJ_HTTPS_##name,
	RJ_HTTPS_FAILURES(X)
#undef X
		RJ_NUM_HTTPS_FAILURES,
	RJ_HTTPS_DONE = RJ_NUM_HTTPS_FAILURES
};

/* rj_https_failure_text - as in statistics; NULL past the last. */
const char *rj_https_failure_text(unsigned int failure);

struct rj_https;

/* rj_https_open - 0, or a negative errno and *@error says that the library is not here. */
RJ_MUST_CHECK int rj_https_open(struct rj_https **out, struct rj_error *error);

/* rj_https_close - takes NULL. */
void rj_https_close(struct rj_https *h);

/*
 * struct rj_https_request - @url: of https; @ca_file: PEM, whose certificates alone are trusted;
 * @token: NULL, or the bearer's; @accept: which form is wanted; @max_bytes: of the answer;
 * @max_ms: until it is all there; @stop: once true it is given up.
 */
struct rj_https_request {
	const char *url;
	const char *ca_file;
	const char *token;
	const char *accept;
	size_t max_bytes;
	long max_ms;
	const atomic_bool *stop;
};

/*
 * rj_https_get - the answer's bytes to *@out, which the caller frees, and how many to *@len;
 * RJ_HTTPS_DONE, or why not. No proxy is asked, and nothing that the answer leads to.
 */
RJ_MUST_CHECK enum rj_https_failure
rj_https_get(struct rj_https *h, const struct rj_https_request *r, char **out, size_t *len);

#endif
