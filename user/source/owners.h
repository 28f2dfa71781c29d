/* SPDX-License-Identifier: BSD-3-Clause */
/* The programs that note at each socket which process it is of. */
#ifndef RJ_SOURCE_OWNERS_H
#define RJ_SOURCE_OWNERS_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/abi.h"
#include "core/error.h"
#include "core/status.h"

struct rj_owners;

/* Told of each process once, before or soon after the first packet of its sockets. */
typedef void rj_owners_met(void *user, const struct rj_process_met *met);

/*
 * rj_owners_open - attaches to all sockets of this machine, and notes those that are open by now:
 * by an iterator of the kernel's (5.12), else taken from each process (rj_open_sockets_visit). The
 * hooks go with the process. 0, or a negative errno with @error set: -ENOENT without cgroups of
 * version 2, -EPERM, -EOPNOTSUPP.
 */
RJ_MUST_CHECK int rj_owners_open(rj_owners_met *met, void *user, struct rj_owners **out,
				 struct rj_error *error);

/* rj_owners_close - takes NULL. */
void rj_owners_close(struct rj_owners *o);

/* struct rj_owner_maps - descriptors of the maps that the packet programs read; -1: none. */
struct rj_owner_maps {
	int sockets;
	int listeners;
	int peers;
};

/* rj_owners_maps - none for NULL. */
struct rj_owner_maps rj_owners_maps(const struct rj_owners *o);

/* rj_owners_bytes - memory of the maps that are not rj_owner_maps; 0 for NULL. */
uint64_t rj_owners_bytes(const struct rj_owners *o);

/* rj_owners_fd - to be waited for; there are processes to be told of then. */
int rj_owners_fd(const struct rj_owners *o);

/* rj_owners_take - tells of those that there are. */
void rj_owners_take(struct rj_owners *o);

/* rj_owners_counters - sums over CPUs, by enum rj_owner_counter; zeros for NULL. */
void rj_owners_counters(const struct rj_owners *o, uint64_t out[RJ_NUM_OWNER_COUNTERS]);

/* rj_owners_lack - which sockets it cannot tell of, to be put behind a line; "" for all it can. */
const char *rj_owners_lack(const struct rj_owners *o);

#endif
