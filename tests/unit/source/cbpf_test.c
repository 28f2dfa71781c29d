/* SPDX-License-Identifier: BSD-3-Clause */
/* Classic programs: what is taken, and where its jumps go. */
#include "source/cbpf.h"

#include <errno.h>

#include "tests/unit/unit.h"

#define NUM(array) ((uint32_t)(sizeof(array) / sizeof(*(array))))
#define RET(k) BPF_STMT(BPF_RET | BPF_K, (k))

static int decode(const struct sock_filter *program, uint32_t len, struct rj_cbpf *out)
{
	struct rj_error error = { { 0 } };
	int err = rj_cbpf_decode(program, len, out, &error);

	CHECK_EQ(!!err, !!*error.text);
	return err;
}

static int decode_one(struct sock_filter op)
{
	struct sock_filter program[] = { op, RET(1) };
	struct rj_cbpf c;
	int err = decode(program, NUM(program), &c);

	if (!err)
		rj_cbpf_done(&c);
	return err;
}

TEST(cbpf_takes_the_classic_set_alone)
{
	uint32_t num = 0;

	for (uint32_t code = 0; code <= 0xffff; code++)
		num += !decode_one((struct sock_filter){ (uint16_t)code, 0, 0, 1 });
	/* 12 loads, 2 stores, 21 of arithmetic, 9 jumps, 2 returns, 2 moves */
	CHECK_EQ(num, 48);
}

TEST(cbpf_refuses_what_is_not_in_the_frame)
{
	const uint32_t places[] = { (uint32_t)SKF_AD_OFF, (uint32_t)SKF_AD_OFF + SKF_AD_PKTTYPE,
				    (uint32_t)SKF_NET_OFF, (uint32_t)SKF_LL_OFF, UINT32_MAX };

	for (uint32_t i = 0; i < NUM(places); i++)
		CHECK_EQ(decode_one(
				 (struct sock_filter)BPF_STMT(BPF_LD | BPF_H | BPF_ABS, places[i])),
			 -EOPNOTSUPP);
	CHECK_EQ(decode_one((struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, UINT32_MAX)), 0);
}

TEST(cbpf_refuses_memory_and_divisors_that_are_none)
{
	const struct sock_filter bad[] = {
		BPF_STMT(BPF_ST, 16),
		BPF_STMT(BPF_STX, 16),
		BPF_STMT(BPF_LD | BPF_MEM, 16),
		BPF_STMT(BPF_LDX | BPF_MEM, UINT32_MAX),
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0),
		BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 0),
	};

	for (uint32_t i = 0; i < NUM(bad); i++)
		CHECK_EQ(decode_one(bad[i]), -EINVAL);
	CHECK_EQ(decode_one((struct sock_filter)BPF_STMT(BPF_ST, 15)), 0);
}

TEST(cbpf_refuses_jumps_out_and_programs_without_end)
{
	struct sock_filter program[] = { BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 1, 0),
					 BPF_STMT(BPF_LD | BPF_IMM, 1), RET(0) };
	struct rj_cbpf c;

	CHECK_EQ(decode(program, 0, &c), -EINVAL);
	CHECK_EQ(decode(program, 2, &c), -EINVAL);
	CHECK_EQ(decode(program, 3, &c), 0);
	rj_cbpf_done(&c);
	program[0].jt = 2;
	CHECK_EQ(decode(program, 3, &c), -EINVAL);
	program[0].jt = 0;
	program[0].jf = 255;
	CHECK_EQ(decode(program, 3, &c), -EINVAL);
	program[0].jf = 0;
	program[2] = (struct sock_filter)BPF_STMT(BPF_MISC | BPF_TAX, 0);
	CHECK_EQ(decode(program, 3, &c), -EINVAL);
}

TEST(cbpf_follows_jumps_to_their_end)
{
	const struct sock_filter program[] = {
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 1, 3),
		BPF_STMT(BPF_LD | BPF_IMM, 1), /* dead */
		BPF_STMT(BPF_JMP | BPF_JA, 0),
		BPF_STMT(BPF_JMP | BPF_JA, 1),
		RET(0),
		RET(262144),
	};
	struct rj_cbpf c;

	CHECK_EQ(decode(program, NUM(program), &c), 0);
	CHECK_EQ(c.ops[0].jt, RJ_CBPF_ACCEPT);
	CHECK_EQ(c.ops[0].jf, RJ_CBPF_REJECT);
	CHECK(c.ops[0].is_reached);
	for (uint32_t i = 1; i < c.num; i++)
		CHECK(!c.ops[i].is_reached);
	rj_cbpf_done(&c);
}

TEST(cbpf_takes_a_load_behind_all_frames_for_no_match)
{
	const struct sock_filter program[] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0xfffc), RET(1) };
	const struct sock_filter last[] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0xfffb), RET(1) };
	struct rj_cbpf c;

	CHECK_EQ(decode(program, NUM(program), &c), 0);
	CHECK_EQ(c.ops[0].code, BPF_RET | BPF_K);
	CHECK_EQ(c.ops[0].k, 0);
	rj_cbpf_done(&c);
	CHECK_EQ(decode(last, NUM(last), &c), 0);
	CHECK_EQ(rj_cbpf_load_end(&c.ops[0]), RJ_CBPF_MAX_LOAD_END);
	rj_cbpf_done(&c);
}

TEST(cbpf_writes_the_rounds_of_a_loop_in_a_row)
{
	const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_IMM, 0),		      /* 0 */
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1),	      /* 1, the start */
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 5, 1, 0), /* 2 */
		BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)-3),     /* 3, back */
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		RET(1), /* 4 */
	};
	struct rj_cbpf c;

	CHECK_EQ(decode(program, NUM(program), &c), 0);
	CHECK_EQ(c.num, 6 + 3 * (RJ_CBPF_MAX_ROUNDS - 1));
	for (uint32_t round = 0; round < RJ_CBPF_MAX_ROUNDS; round++) {
		const struct rj_cbpf_op *test = &c.ops[2 + 3 * round];
		bool is_last = round + 1 == RJ_CBPF_MAX_ROUNDS;

		CHECK_EQ(test->code, BPF_JMP | BPF_JGT | BPF_K);
		CHECK_EQ(test->jt, c.num - 2);
		CHECK_EQ(test->jf, is_last ? RJ_CBPF_REJECT : 1 + 3 * (round + 1));
	}
	rj_cbpf_done(&c);
}

TEST(cbpf_writes_each_of_two_loops_in_a_row)
{
	const struct sock_filter program[] = {
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1),	      /* 0, the start of one */
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 5, 1, 0), /* 1 */
		BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)-3),     /* 2, back */
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 2),	      /* 4, the start of the other */
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 7, 1, 0), /* 5 */
		BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)-3),     /* 6, back */
		RET(1),
	};
	const uint32_t more = 3 * (RJ_CBPF_MAX_ROUNDS - 1);
	struct rj_cbpf c;

	CHECK_EQ(decode(program, NUM(program), &c), 0);
	CHECK_EQ(c.num, 8 + 2 * more);
	for (uint32_t round = 0; round < RJ_CBPF_MAX_ROUNDS; round++) {
		const struct rj_cbpf_op *one = &c.ops[1 + 3 * round];
		const struct rj_cbpf_op *other = &c.ops[5 + more + 3 * round];
		bool is_last = round + 1 == RJ_CBPF_MAX_ROUNDS;

		CHECK_EQ(one->k, 5);
		CHECK_EQ(one->jt, 3 + more);
		CHECK_EQ(one->jf, is_last ? RJ_CBPF_REJECT : 3 * (round + 1));
		CHECK_EQ(other->k, 7);
		CHECK_EQ(other->jt, RJ_CBPF_ACCEPT);
		CHECK_EQ(other->jf, is_last ? RJ_CBPF_REJECT : 4 + more + 3 * (round + 1));
	}
	rj_cbpf_done(&c);
}

TEST(cbpf_refuses_loops_that_lie_in_each_other)
{
	const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_IMM, 0),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 5, 1, 0),
		BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)-3),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 9, 1, 0),
		BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)-6),
		RET(1),
	};
	struct rj_cbpf c;

	CHECK_EQ(decode(program, NUM(program), &c), -EOPNOTSUPP);
}
