/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that the kernel hands up whole: read here as those of files are. */
#ifndef RJ_SOURCE_WHOLE_H
#define RJ_SOURCE_WHOLE_H

#include "bpf/abi.h"
#include "flow/engine.h"

/*
 * rj_whole_take - a frame's packet to the engine, or aside in @meta, which has the account of both.
 */
void rj_whole_take(struct rj_engine *e, const struct rj_ring_frame *frame, struct rj_meta *meta);

/* rj_whole_unread - how many @meta has set aside. */
uint64_t rj_whole_unread(const struct rj_meta *meta);

#endif
