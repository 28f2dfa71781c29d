/* SPDX-License-Identifier: BSD-3-Clause */
/* Puts eBPF instructions in a row and finds where their jumps go. */
#ifndef RJ_SOURCE_ASSEMBLER_H
#define RJ_SOURCE_ASSEMBLER_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/* A place that jumps name before it is known. */
typedef uint32_t rj_label;

/*
 * struct rj_assembler - embedded, zero before use. A failure (memory, a jump too far) stays, and
 * rj_assembler_finish tells it.
 */
struct rj_assembler {
	struct bpf_insn *insns;
	uint32_t num, capacity;
	int64_t *places; /* by label, -1 while it has none */
	uint32_t num_labels, labels_capacity;
	struct rj_jump {
		uint32_t at;
		rj_label to;
	} * jumps;
	uint32_t num_jumps, jumps_capacity;
	int err;
};

rj_label rj_assembler_label(struct rj_assembler *a);

/* rj_assembler_bind - the label is where the next instruction will stand. */
void rj_assembler_bind(struct rj_assembler *a, rj_label label);

void rj_assembler_put(struct rj_assembler *a, struct bpf_insn insn);

/* rj_assembler_jump - @insn, a jump, with its offset to @to, which lies ahead. */
void rj_assembler_jump(struct rj_assembler *a, struct bpf_insn insn, rj_label to);

/* rj_assembler_map - two instructions: register @reg is the map of @fd. */
void rj_assembler_map(struct rj_assembler *a, uint8_t reg, int fd);

/*
 * rj_assembler_tail_call - to the program at @index of the array of @fd, with the context that is
 * in R1; goes on behind it when there is none.
 */
void rj_assembler_tail_call(struct rj_assembler *a, int fd, uint32_t index);

/*
 * rj_assembler_finish - fills in the jumps. 0, -ENOMEM, or -E2BIG: a jump further than an
 * instruction can say.
 */
RJ_MUST_CHECK int rj_assembler_finish(struct rj_assembler *a);

void rj_assembler_done(struct rj_assembler *a);

/*
 * struct rj_relay - a label that jumps from anywhere in a long program reach, by jumps that stand
 * between. @is_used: something jumps to it since the last of these.
 */
struct rj_relay {
	rj_label label;
	bool is_used;
};

/* rj_relay_to - the label to jump to now. */
rj_label rj_relay_to(struct rj_relay *relay);

/* rj_relays_pass - called between operations: puts jumps on the way to all @relays when due. */
void rj_relays_pass(struct rj_assembler *a, struct rj_relay **relays, uint32_t num,
		    uint32_t *last_at);

#endif
