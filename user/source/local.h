/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether packets to an address stay in a network namespace, or in the one behind an interface. */
#ifndef RJ_SOURCE_LOCAL_H
#define RJ_SOURCE_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

struct rj_local;

/* rj_local_open - in the namespace that the process is in now. 0 or a negative errno. */
RJ_MUST_CHECK int rj_local_open(struct rj_local **out);

/* rj_local_close - takes NULL. */
void rj_local_close(struct rj_local *l);

/*
 * rj_local_has - whether @addr, 16 bytes as in struct rj_key, is one of the namespace's own, as its
 * routes say, or where @peer is not 0 an address of the namespace whose number in this one, + 1, it
 * is. False where the kernel does not say, and for NULL; of a namespace that is gone what it said
 * last. Asks the kernel, for the same one at most once in RJ_LOCAL_NS. @now_ns: CLOCK_MONOTONIC
 */
#define RJ_LOCAL_NS 1000000000ull
bool rj_local_has(struct rj_local *l, uint32_t peer, const void *addr, uint8_t version,
		  uint64_t now_ns);

#endif
