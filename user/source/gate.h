/* SPDX-License-Identifier: BSD-3-Clause */
/* The filter in the kernel: programs that stand before the packet programs. */
#ifndef RJ_SOURCE_GATE_H
#define RJ_SOURCE_GATE_H

#include "source/attach.h"
#include "source/filter.h"

struct rj_gate;

/*
 * rj_gate_open - loads a filter before each of @programs. @cpus_fd: their rj_cpus, where what does
 * not match is counted. In *@programs the filters take the places of what they stand before; those
 * for frames that start with IP are -1 when the expression does not fit such (why_no_ip tells).
 * With pins (@programs->pin) the way from filters to programs is pinned, or is there and from now
 * on leads to @programs, also from the filters that are still attached.
 * 0, -EINVAL (the expression), -E2BIG, -EPERM, -EOPNOTSUPP or another errno, with @error set.
 */
RJ_MUST_CHECK int rj_gate_open(struct rj_filter *filter, int cpus_fd,
			       struct rj_attach_programs *programs, struct rj_gate **out,
			       struct rj_error *error);

/* rj_gate_close - takes NULL; without pins only after the programs are detached. */
void rj_gate_close(struct rj_gate *g);

#endif
