/* SPDX-License-Identifier: BSD-3-Clause */
/* A tcpdump expression, compiled by libpcap for a link type. */
#ifndef RJ_SOURCE_FILTER_H
#define RJ_SOURCE_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/status.h"

struct rj_filter;

/*
 * rj_filter_new - an expression in the language of pcap-filter(7). 0, -ENOMEM, or with @error set
 * -EINVAL when it is none for any link type that we read; what is wrong with it for some of them,
 * rj_filter_use tells.
 */
RJ_MUST_CHECK int rj_filter_new(const char *expression, struct rj_filter **out,
				struct rj_error *error);

/* rj_filter_expression - as it was given. */
const char *rj_filter_expression(const struct rj_filter *f);

/* rj_filter_free - takes NULL. */
void rj_filter_free(struct rj_filter *f);

/*
 * rj_filter_use - compiles it for frames of @link_type (DLT_* of libpcap), unless it is. 0, -ENOMEM
 * or -EINVAL with @error set: it does not fit this link type, and matches nothing.
 */
RJ_MUST_CHECK int rj_filter_use(struct rj_filter *f, int link_type, struct rj_error *error);

/* rj_filter_matches - whether a frame of the link type last used does. */
bool rj_filter_matches(const struct rj_filter *f, const uint8_t *data, uint32_t captured_len,
		       uint32_t wire_len);

/* rj_filter_program - as classic BPF, for the link type last used; good until the next use. */
const struct sock_filter *rj_filter_program(const struct rj_filter *f, uint32_t *ret_len);

#endif
