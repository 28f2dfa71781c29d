/* SPDX-License-Identifier: BSD-3-Clause */
/* Which of many sets of subnets an address is in. */
#ifndef RJ_CORE_SUBNETS_H
#define RJ_CORE_SUBNETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/status.h"

/* Sets that are told apart: a bit each in the word that is found. */
#define RJ_MAX_SUBNET_SETS 64u

/*
 * struct rj_subnets - opaque. Subnets are put in, it is sealed, and from then on it changes no
 * more: any number of threads may look addresses up.
 */
struct rj_subnets;

/* rj_subnets_new - an empty one, or NULL without memory. */
struct rj_subnets *rj_subnets_new(void);

/* rj_subnets_free - takes NULL. */
void rj_subnets_free(struct rj_subnets *s);

/*
 * rj_subnets_add - puts ADDRESS or ADDRESS/LENGTH, IPv4 or IPv6, into set number @set (below
 * RJ_MAX_SUBNET_SETS). Bits behind the length do not count. -EINVAL: that is no subnet; or -ENOMEM.
 */
RJ_MUST_CHECK int rj_subnets_add(struct rj_subnets *s, const char *text, unsigned int set);

/* rj_subnets_read - puts the lines of a file in (core/lines.h); else *@error says why not. */
RJ_MUST_CHECK int rj_subnets_read(struct rj_subnets *s, const char *path, unsigned int set,
				  struct rj_error *error);

/* rj_subnets_seal - makes it ready to be asked; nothing may be added any more. 0 or -ENOMEM. */
RJ_MUST_CHECK int rj_subnets_seal(struct rj_subnets *s);

/*
 * rj_subnets_find - the sets that an address is in, bit i for set i. @addr: 16 bytes in network
 * order, IPv4, which is never in a subnet of IPv6, as ::ffff:a.b.c.d.
 */
uint64_t rj_subnets_find(const struct rj_subnets *s, const uint8_t addr[16], bool is_ipv4);

#endif
