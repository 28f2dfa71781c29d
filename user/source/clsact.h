/* SPDX-License-Identifier: BSD-3-Clause */
/* clsact filters, the way to attach before TCX: they have no link and outlive their maker. */
#ifndef RJ_SOURCE_CLSACT_H
#define RJ_SOURCE_CLSACT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"
#include "source/alive.h"

/*
 * Our filters are known by their priority, and their handle is the number of a sign of life: one
 * whose owner is dead was left by a kill. Earlier builds had the process id for handle.
 */
#define RJ_CLSACT_PRIORITY 0x726a
/* Those that shall outlive it: their handle is that of the directory of pins. */
#define RJ_CLSACT_PRIORITY_PINNED 0x726b

/*
 * rj_clsact_attach - a filter that lives by *@owner, which is opened where it is not yet; or that
 * of @pinned_handle where this is not 0: one that is there then gets the program at once.
 * *@ret_made_qdisc is set when there was no clsact yet. 0, -EMEDIUMTYPE: the qdisc "ingress" is
 * there and @is_egress, or another negative errno.
 */
RJ_MUST_CHECK int rj_clsact_attach(int ifindex, bool is_egress, int prog_fd, uint32_t pinned_handle,
				   struct rj_alive *owner, bool *ret_made_qdisc);

/* rj_clsact_detach - takes the filter of @owner away, which stays open. */
void rj_clsact_detach(int ifindex, bool is_egress, const struct rj_alive *owner);

/* rj_clsact_detach_pinned - takes the filter of that pinned handle away. */
void rj_clsact_detach_pinned(int ifindex, bool is_egress, uint32_t handle);

/*
 * struct rj_clsact_found - what stood at an interface. @num_stale: filters of dead owners,
 * taken away; @num_ours: those and the ones of living rejoices; @num_total: anyone's.
 */
struct rj_clsact_found {
	int num_stale;
	int num_ours;
	int num_total;
};

/*
 * rj_clsact_sweep - takes filters of dead owners away, both directions. 0 or a negative
 * errno.
 */
int rj_clsact_sweep(int ifindex, struct rj_clsact_found *out);

/* rj_clsact_drop_qdisc - removes the clsact qdisc unless it has filters. */
void rj_clsact_drop_qdisc(int ifindex);

#endif
