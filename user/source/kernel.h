/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel side as an object: sizing, loading, slots, counters, walking the flow map. */
#ifndef RJ_SOURCE_KERNEL_H
#define RJ_SOURCE_KERNEL_H

#include <stdbool.h>

#include "bpf/abi.h"
#include "bpf/splt.h"
#include "core/error.h"
#include "core/status.h"
#include "source/attach.h"
#include "source/owners.h"

struct rj_kernel;
struct rj_pin;

/*
 * struct rj_kernel_options - @num_flows: entries of the flow map; either side of each has a slot
 * for its lists. @with_xdp: load the XDP program too. @with_ip: those for interfaces without
 * Ethernet headers too; each takes the verifier a third of a second. @pin: NULL, or where maps are
 * to be pinned (rj_kernel_pin), or are already: then these are gone on with. @settings: what they
 * are made for; not NULL with @pin. @several: packets may pass several interfaces. @with_frags:
 * XDP frames of several pieces, where the kernel has them; a filter reads one alone. @owners:
 * of rj_owners_maps.
 */
struct rj_kernel_options {
	struct rj_limits limits;
	uint32_t num_flows;
	uint32_t ring_bytes; /* a power of two, at least a page */
	bool with_xdp;
	bool with_ip;
	const struct rj_pin *pin;
	const char *settings;
	bool several;
	bool with_frags;
	struct rj_owner_maps owners;
};

/* rj_kernel_open - loads the programs. 0, -EPERM, -EOPNOTSUPP or another errno, with @error set. */
RJ_MUST_CHECK int rj_kernel_open(const struct rj_kernel_options *options, struct rj_kernel **out,
				 struct rj_error *error);

/*
 * rj_kernel_pin - pins the maps in @pin, unless they were pinned when it was opened: from then on
 * whoever comes goes on with them. 0, or a negative errno with @error set.
 */
RJ_MUST_CHECK int rj_kernel_pin(const struct rj_kernel *k, const struct rj_pin *pin,
				struct rj_error *error);

/* rj_kernel_close - takes NULL; programs still attached by a filter stay so. */
void rj_kernel_close(struct rj_kernel *k);

void rj_kernel_programs(const struct rj_kernel *k, struct rj_attach_programs *out);

int rj_kernel_ring_fd(const struct rj_kernel *k);

/* rj_kernel_bytes - memory that the maps take, all of it from the start. */
uint64_t rj_kernel_bytes(const struct rj_kernel *k);
/* rj_kernel_cpus_fd - the map of counters, rj_cpus. */
int rj_kernel_cpus_fd(const struct rj_kernel *k);

/* rj_kernel_counters - sums over CPUs, by enum rj_reason and enum rj_counter. */
RJ_MUST_CHECK int rj_kernel_counters(const struct rj_kernel *k, uint64_t out[RJ_NUM_COUNTERS]);

/*
 * rj_kernel_seq - the rest of a half taken out of the kernel; it points into the map and is good
 * until rj_kernel_release. Without a slot all of it is NULL.
 */
void rj_kernel_seq(const struct rj_kernel *k, const struct rj_half *half, struct rj_seq *out);

/*
 * rj_kernel_want - tells the packet programs what is wanted of a side's payload, see struct
 * rj_slot_head. @slot, @generation: as a sample of it said; harmless where the slot was given back
 * since, as that happens in this process and counts the generation up.
 */
void rj_kernel_want(struct rj_kernel *k, uint32_t slot, uint32_t generation, uint32_t until);

/*
 * rj_kernel_release - gives the slot of a half that the reaper took out back to the packet
 * programs.
 */
void rj_kernel_release(struct rj_kernel *k, const struct rj_half *half);

/*
 * rj_kernel_release_later - likewise for a flow that a packet program cut: one on another CPU may
 * still write into the slot, so it is given back with the second reaping from now.
 */
void rj_kernel_release_later(struct rj_kernel *k, const struct rj_half *half);

/* rj_kernel_find - whether the map has a flow of this key, and when it began. */
bool rj_kernel_find(const struct rj_kernel *k, const struct rj_key *key, uint64_t *ret_start_ns);

/*
 * rj_kernel_reap - takes out the flows that are over (@all: every flow; the programs must be
 * detached then) and calls @take for each, whose halves it must release. 0 or a negative errno.
 * While the map is short of room, spare flows (rj_flow_is_spare) are taken before their time.
 */
RJ_MUST_CHECK int rj_kernel_reap(struct rj_kernel *k, bool all,
				 void (*take)(void *user, const struct rj_key *key,
					      const struct rj_flow *flow),
				 void *user);

/* rj_kernel_is_short - whether the last reaping found the map more than three quarters full. */
bool rj_kernel_is_short(const struct rj_kernel *k);
/*
 * rj_kernel_recover, rj_kernel_recovered - around draining the ring of pinned maps for the first
 * time: gives the slots back that the process before had in its hands; see recover.h.
 */
RJ_MUST_CHECK int rj_kernel_recover(struct rj_kernel *k);
void rj_kernel_recovered(struct rj_kernel *k);

/* rj_kernel_meta - the account across processes: as the kernel has it, and user space writes it. */
struct rj_meta *rj_kernel_meta(const struct rj_kernel *k);

/* rj_meta_set_aside - packets that left the kernel and are in no record, for a reason told. */
uint64_t rj_meta_set_aside(const struct rj_meta *m);

/* rj_meta_missing - packets that left the kernel and are in no part of the account. */
uint64_t rj_meta_missing(const struct rj_meta *m);

/* rj_kernel_settle - returns when no packet program that runs now can still be running. */
void rj_kernel_settle(void);

#endif
