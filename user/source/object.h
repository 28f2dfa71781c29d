/* SPDX-License-Identifier: BSD-3-Clause */
/* Which of the two builds of the BPF programs is opened. */
#ifndef RJ_SOURCE_OBJECT_H
#define RJ_SOURCE_OBJECT_H

#include "bpf/abi.h" /* which the skeleton needs */

#include "bpf/flow.skel.h"

/*
 * RJ_OBJECT_PLAIN loads from 5.10 on; RJ_OBJECT_FETCH needs atomic additions that say what was
 * there (5.12). Maps, names and sizes are the same.
 */
enum rj_object { RJ_OBJECT_PLAIN, RJ_OBJECT_FETCH };

/* rj_object_best - RJ_OBJECT_FETCH where this kernel takes it, found by asking it. */
enum rj_object rj_object_best(void);

/* rj_object_open - the object, not loaded yet; NULL with errno set. rj_flow_bpf__destroy frees. */
struct rj_flow_bpf *rj_object_open(enum rj_object which);

#endif
