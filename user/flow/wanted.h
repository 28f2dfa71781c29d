/* SPDX-License-Identifier: BSD-3-Clause */
/* What the packet programs are told of a flow's samples: enough, or go on. */
#ifndef RJ_FLOW_WANTED_H
#define RJ_FLOW_WANTED_H

#include "bpf/abi.h"
#include "flow/table.h"

/* rj_wanted_note - @sample came for a side of the entry. */
void rj_wanted_note(struct rj_entry *entry, const struct rj_sample *sample);

/*
 * rj_wanted_tell - stops the samples of sides that nobody needs more of, and has them go on where
 * one is needed: calls @want, which may be NULL, where that differs from what was said last.
 * @sample_bytes: what is sampled of each side where nothing is said
 */
void rj_wanted_tell(struct rj_entry *entry, uint32_t sample_bytes,
		    void (*want)(void *user, uint32_t slot, uint32_t generation, uint32_t until),
		    void *user);

#endif
