/* SPDX-License-Identifier: BSD-3-Clause */
/* Jumps and what they come to. */
#include "source/assembler.h"

#include <errno.h>

#include "tests/unit/unit.h"

static const struct bpf_insn go = { .code = BPF_JMP | BPF_JA };
static const struct bpf_insn nothing = { .code = BPF_ALU64 | BPF_MOV | BPF_K };

static void put_many(struct rj_assembler *a, uint32_t num)
{
	while (num--)
		rj_assembler_put(a, nothing);
}

TEST(assembler_fills_in_jumps)
{
	struct rj_assembler a = { 0 };
	rj_label near = rj_assembler_label(&a), far = rj_assembler_label(&a);

	rj_assembler_jump(&a, go, far);
	rj_assembler_jump(&a, go, near);
	rj_assembler_bind(&a, near);
	put_many(&a, 1000);
	rj_assembler_bind(&a, far);
	rj_assembler_put(&a, nothing);
	CHECK_EQ(rj_assembler_finish(&a), 0);
	CHECK_EQ(a.num, 1003);
	CHECK_EQ(a.insns[0].off, 1001);
	CHECK_EQ(a.insns[1].off, 0);
	rj_assembler_done(&a);
}

TEST(assembler_refuses_a_jump_that_is_too_far)
{
	for (uint32_t num = 32766; num <= 32769; num++) {
		struct rj_assembler a = { 0 };
		rj_label end = rj_assembler_label(&a);

		rj_assembler_jump(&a, go, end);
		put_many(&a, num);
		rj_assembler_bind(&a, end);
		CHECK_EQ(rj_assembler_finish(&a), num <= 32767 ? 0 : -E2BIG);
		rj_assembler_done(&a);
	}
}

TEST(assembler_refuses_jumps_back_and_to_nowhere)
{
	struct rj_assembler a = { 0 };
	rj_label label = rj_assembler_label(&a);

	rj_assembler_bind(&a, label);
	rj_assembler_jump(&a, go, label);
	CHECK_EQ(rj_assembler_finish(&a), -EINVAL);
	rj_assembler_done(&a);
	label = rj_assembler_label(&a);
	rj_assembler_jump(&a, go, label);
	CHECK_EQ(rj_assembler_finish(&a), -EINVAL);
	rj_assembler_done(&a);
}

/* Follows unconditional jumps from instruction @at. */
static uint32_t follow(const struct rj_assembler *a, uint32_t at)
{
	while (at < a->num && a->insns[at].code == go.code)
		at += 1u + (uint32_t)a->insns[at].off;
	return at;
}

TEST(relays_reach_the_end_of_any_program)
{
	struct rj_assembler a = { 0 };
	struct rj_relay used = { .label = rj_assembler_label(&a) };
	struct rj_relay unused = { .label = rj_assembler_label(&a) };
	struct rj_relay *relays[] = { &used, &unused };
	uint32_t last_at = 0, num_jumps = 0;
	uint32_t jumps[100];

	for (uint32_t i = 0; i < 100; i++) {
		put_many(&a, 1500);
		rj_relays_pass(&a, relays, 2, &last_at);
		jumps[num_jumps++] = a.num;
		rj_assembler_jump(&a, (struct bpf_insn){ .code = BPF_JMP | BPF_JEQ | BPF_K },
				  rj_relay_to(&used));
	}
	CHECK(!unused.is_used);
	rj_assembler_bind(&a, used.label);
	rj_assembler_put(&a, nothing);
	CHECK_EQ(rj_assembler_finish(&a), 0);
	for (uint32_t i = 0; i < num_jumps; i++)
		CHECK_EQ(follow(&a, jumps[i] + 1u + (uint32_t)a.insns[jumps[i]].off), a.num - 1);
	rj_assembler_done(&a);
}
