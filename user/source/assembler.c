// SPDX-License-Identifier: BSD-3-Clause
/* eBPF instructions in a growing row. */
#include "source/assembler.h"

#include <errno.h>
#include <stdlib.h>

/* An offset has 16 bits; between two relays lies less than half of what they span. */
#define RELAY_EVERY 12000u

/* Makes room for one more of @size bytes in *@rows; false when there is no memory. */
static bool make_room(struct rj_assembler *a, void **rows, uint32_t num, uint32_t *capacity,
		      size_t size)
{
	uint32_t more = *capacity ? *capacity * 2 : 256;
	void *grown;

	if (a->err)
		return false;
	if (num < *capacity)
		return true;
	grown = reallocarray(*rows, more, size);
	if (!grown) {
		a->err = -ENOMEM;
		return false;
	}
	*rows = grown;
	*capacity = more;
	return true;
}

rj_label rj_assembler_label(struct rj_assembler *a)
{
	void *rows = a->places;
	bool has_room = make_room(a, &rows, a->num_labels, &a->labels_capacity, sizeof(*a->places));

	a->places = rows;
	if (!has_room)
		return 0;
	a->places[a->num_labels] = -1;
	return a->num_labels++;
}

void rj_assembler_bind(struct rj_assembler *a, rj_label label)
{
	if (!a->err)
		a->places[label] = a->num;
}

void rj_assembler_put(struct rj_assembler *a, struct bpf_insn insn)
{
	void *rows = a->insns;
	bool has_room = make_room(a, &rows, a->num, &a->capacity, sizeof(*a->insns));

	a->insns = rows;
	if (has_room)
		a->insns[a->num++] = insn;
}

void rj_assembler_jump(struct rj_assembler *a, struct bpf_insn insn, rj_label to)
{
	void *rows = a->jumps;
	bool has_room = make_room(a, &rows, a->num_jumps, &a->jumps_capacity, sizeof(*a->jumps));

	a->jumps = rows;
	if (has_room)
		a->jumps[a->num_jumps++] = (struct rj_jump){ .at = a->num, .to = to };
	rj_assembler_put(a, insn);
}

void rj_assembler_map(struct rj_assembler *a, uint8_t reg, int fd)
{
	rj_assembler_put(a, (struct bpf_insn){ .code = BPF_LD | BPF_IMM | BPF_DW,
					       .dst_reg = reg & 0xfu,
					       .src_reg = BPF_PSEUDO_MAP_FD,
					       .imm = fd });
	rj_assembler_put(a, (struct bpf_insn){ 0 });
}

void rj_assembler_tail_call(struct rj_assembler *a, int fd, uint32_t index)
{
	rj_assembler_map(a, BPF_REG_2, fd);
	rj_assembler_put(a, (struct bpf_insn){ .code = BPF_ALU | BPF_MOV | BPF_K,
					       .dst_reg = BPF_REG_3,
					       .imm = (int32_t)index });
	rj_assembler_put(a, (struct bpf_insn){ .code = BPF_JMP | BPF_CALL,
					       .imm = BPF_FUNC_tail_call });
}

int rj_assembler_finish(struct rj_assembler *a)
{
	for (uint32_t i = 0; i < a->num_jumps && !a->err; i++) {
		const struct rj_jump *j = &a->jumps[i];
		int64_t distance = a->places[j->to] - (int64_t)j->at - 1;

		if (a->places[j->to] < 0 || distance < 0)
			a->err = -EINVAL;
		else if (distance > INT16_MAX)
			a->err = -E2BIG;
		else
			a->insns[j->at].off = (int16_t)distance;
	}
	return a->err;
}

void rj_assembler_done(struct rj_assembler *a)
{
	free(a->insns);
	free(a->places);
	free(a->jumps);
	*a = (struct rj_assembler){ 0 };
}

rj_label rj_relay_to(struct rj_relay *relay)
{
	relay->is_used = true;
	return relay->label;
}

void rj_relays_pass(struct rj_assembler *a, struct rj_relay **relays, uint32_t num,
		    uint32_t *last_at)
{
	const struct bpf_insn go = { .code = BPF_JMP | BPF_JA };
	rj_label over;

	if (a->num - *last_at < RELAY_EVERY || a->err)
		return;
	over = rj_assembler_label(a);
	/* the verifier takes no instruction that is not reached */
	if (a->insns[a->num - 1].code != go.code)
		rj_assembler_jump(a, go, over);
	for (uint32_t i = 0; i < num; i++) {
		if (!relays[i]->is_used)
			continue;
		rj_assembler_bind(a, relays[i]->label);
		relays[i]->label = rj_assembler_label(a);
		rj_assembler_jump(a, go, relays[i]->label);
	}
	rj_assembler_bind(a, over);
	*last_at = a->num;
}
