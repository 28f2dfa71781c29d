// SPDX-License-Identifier: BSD-3-Clause
/* Takes classic BPF apart (McCanne and Jacobson 1993, section 3.3; linux/filter.h). */
#include "source/cbpf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of what the classic set has; what is in no list is refused. */
static const uint16_t known_codes[] = {
	BPF_LD | BPF_W | BPF_ABS,
	BPF_LD | BPF_H | BPF_ABS,
	BPF_LD | BPF_B | BPF_ABS,
	BPF_LD | BPF_W | BPF_IND,
	BPF_LD | BPF_H | BPF_IND,
	BPF_LD | BPF_B | BPF_IND,
	BPF_LD | BPF_IMM,
	BPF_LD | BPF_W | BPF_LEN,
	BPF_LD | BPF_MEM,
	BPF_LDX | BPF_W | BPF_IMM,
	BPF_LDX | BPF_W | BPF_LEN,
	BPF_LDX | BPF_W | BPF_MEM,
	BPF_LDX | BPF_B | BPF_MSH,
	BPF_ST,
	BPF_STX,
	BPF_ALU | BPF_ADD | BPF_K,
	BPF_ALU | BPF_ADD | BPF_X,
	BPF_ALU | BPF_SUB | BPF_K,
	BPF_ALU | BPF_SUB | BPF_X,
	BPF_ALU | BPF_MUL | BPF_K,
	BPF_ALU | BPF_MUL | BPF_X,
	BPF_ALU | BPF_DIV | BPF_K,
	BPF_ALU | BPF_DIV | BPF_X,
	BPF_ALU | BPF_MOD | BPF_K,
	BPF_ALU | BPF_MOD | BPF_X,
	BPF_ALU | BPF_AND | BPF_K,
	BPF_ALU | BPF_AND | BPF_X,
	BPF_ALU | BPF_OR | BPF_K,
	BPF_ALU | BPF_OR | BPF_X,
	BPF_ALU | BPF_XOR | BPF_K,
	BPF_ALU | BPF_XOR | BPF_X,
	BPF_ALU | BPF_LSH | BPF_K,
	BPF_ALU | BPF_LSH | BPF_X,
	BPF_ALU | BPF_RSH | BPF_K,
	BPF_ALU | BPF_RSH | BPF_X,
	BPF_ALU | BPF_NEG,
	BPF_JMP | BPF_JA,
	BPF_JMP | BPF_JEQ | BPF_K,
	BPF_JMP | BPF_JEQ | BPF_X,
	BPF_JMP | BPF_JGT | BPF_K,
	BPF_JMP | BPF_JGT | BPF_X,
	BPF_JMP | BPF_JGE | BPF_K,
	BPF_JMP | BPF_JGE | BPF_X,
	BPF_JMP | BPF_JSET | BPF_K,
	BPF_JMP | BPF_JSET | BPF_X,
	BPF_RET | BPF_K,
	BPF_RET | BPF_A,
	BPF_MISC | BPF_TAX,
	BPF_MISC | BPF_TXA,
};

static bool is_known(uint16_t code)
{
	for (size_t i = 0; i < sizeof(known_codes) / sizeof(*known_codes); i++)
		if (known_codes[i] == code)
			return true;
	return false;
}

static bool is_jump(const struct rj_cbpf_op *op)
{
	return BPF_CLASS(op->code) == BPF_JMP;
}

static bool is_memory(uint16_t code)
{
	return code == BPF_ST || code == BPF_STX || code == (BPF_LD | BPF_MEM) ||
	       code == (BPF_LDX | BPF_W | BPF_MEM);
}

uint32_t rj_cbpf_load_len(const struct rj_cbpf_op *op)
{
	switch (BPF_SIZE(op->code)) {
	case BPF_B:
		return 1;
	case BPF_H:
		return 2;
	default:
		return 4;
	}
}

uint64_t rj_cbpf_load_end(const struct rj_cbpf_op *op)
{
	uint32_t class = BPF_CLASS(op->code), mode = BPF_MODE(op->code);

	if ((class == BPF_LD && mode == BPF_ABS) || (class == BPF_LDX && mode == BPF_MSH))
		return (uint64_t)op->k + rj_cbpf_load_len(op);
	return 0;
}

static int check_one(const struct sock_filter *f, uint32_t at, struct rj_error *error)
{
	bool divides = f->code == (BPF_ALU | BPF_DIV | BPF_K) ||
		       f->code == (BPF_ALU | BPF_MOD | BPF_K);

	if (!is_known(f->code) || (divides && !f->k) ||
	    (is_memory(f->code) && f->k >= BPF_MEMWORDS))
		return rj_error_set(error, -EINVAL, "filter: instruction %u (code %#x) is none", at,
				    f->code);
	/* what lies there is not the frame but what Linux says of it */
	if (BPF_CLASS(f->code) == BPF_LD && f->k >= (uint32_t)SKF_LL_OFF &&
	    BPF_MODE(f->code) == BPF_ABS)
		return rj_error_set(error, -EOPNOTSUPP,
				    "filter: instruction %u asks for what is not in the frame", at);
	return 0;
}

/* Whether @op reads from the frame, and never so far into it that it can be there. */
static bool never_loads(const struct rj_cbpf_op *op)
{
	bool is_indexed = BPF_CLASS(op->code) == BPF_LD && BPF_MODE(op->code) == BPF_IND;
	uint64_t end = is_indexed ? (uint64_t)op->k + rj_cbpf_load_len(op) : rj_cbpf_load_end(op);

	return end > RJ_CBPF_MAX_LOAD_END;
}

/* Jumps as indices. A jump back is told apart by being less than where it stands. */
static int decode_one(const struct sock_filter *f, uint32_t at, uint32_t len, struct rj_cbpf_op *op,
		      struct rj_error *error)
{
	int err = check_one(f, at, error);

	if (err)
		return err;
	*op = (struct rj_cbpf_op){ .code = f->code, .k = f->k };
	if (never_loads(op))
		*op = (struct rj_cbpf_op){ .code = BPF_RET | BPF_K };
	if (!is_jump(op))
		return 0;
	op->jt = op->jf = at + 1;
	if (f->code == (BPF_JMP | BPF_JA)) {
		op->jt += f->k;
		op->jf += f->k;
	} else {
		op->jt += f->jt;
		op->jf += f->jf;
	}
	if (op->jt < len && op->jf < len)
		return 0;
	return rj_error_set(error, -EINVAL, "filter: instruction %u jumps out of the program", at);
}

/* struct loop - the operations that a jump back goes round: [@start, @end). */
struct loop {
	uint32_t start, end;
};

/* The first loop; empty at the end when there is none. */
static struct loop next_loop(const struct rj_cbpf *c)
{
	struct loop l = { c->num, c->num };

	for (uint32_t i = 0; i < c->num; i++)
		if (is_jump(&c->ops[i]) && c->ops[i].jt <= i && c->ops[i].jt < l.start)
			l.start = c->ops[i].jt;
	for (uint32_t i = l.start; i < c->num; i++)
		if (is_jump(&c->ops[i]) && c->ops[i].jt == l.start && i >= l.start)
			l.end = i + 1;
	return l;
}

/* Loops that lie apart, are entered at their start alone and have one way back. */
static bool is_plain(const struct rj_cbpf *c, const struct loop *l)
{
	for (uint32_t i = 0; i < c->num; i++) {
		const struct rj_cbpf_op *op = &c->ops[i];
		bool is_inside = i >= l->start && i < l->end;

		if (!is_jump(op))
			continue;
		if (is_inside && op->jt <= i && op->jt != l->start)
			return false;
		if (!is_inside && ((op->jt > l->start && op->jt < l->end) ||
				   (op->jf > l->start && op->jf < l->end)))
			return false;
	}
	return true;
}

/* Where operation @target of the old program stands when the loop's rounds stand in a row. */
static uint32_t moved(const struct loop *l, uint32_t round, uint32_t at, uint32_t target)
{
	uint32_t len = l->end - l->start;

	if (target < l->start || target >= RJ_CBPF_REJECT)
		return target;
	if (target >= l->end)
		return target + len * (RJ_CBPF_MAX_ROUNDS - 1);
	if (at < l->start || at >= l->end)
		return target;
	if (target > at)
		return target + round * len;
	return round + 1 < RJ_CBPF_MAX_ROUNDS ? target + (round + 1) * len : RJ_CBPF_REJECT;
}

static void put_moved(struct rj_cbpf *out, const struct rj_cbpf_op *op, const struct loop *l,
		      uint32_t round, uint32_t at)
{
	struct rj_cbpf_op *to = &out->ops[out->num++];

	*to = *op;
	if (!is_jump(op))
		return;
	to->jt = moved(l, round, at, op->jt);
	to->jf = moved(l, round, at, op->jf);
}

/* Writes the rounds of a loop in a row; what comes round once more is not matched. */
static int unroll(struct rj_cbpf *c, const struct loop *l)
{
	uint32_t len = l->end - l->start;
	struct rj_cbpf out = {
		.ops = calloc(c->num + len * (RJ_CBPF_MAX_ROUNDS - 1), sizeof(*out.ops)),
	};

	if (!out.ops)
		return -ENOMEM;
	for (uint32_t i = 0; i < l->start; i++)
		put_moved(&out, &c->ops[i], l, 0, i);
	for (uint32_t round = 0; round < RJ_CBPF_MAX_ROUNDS; round++)
		for (uint32_t i = l->start; i < l->end; i++)
			put_moved(&out, &c->ops[i], l, round, i);
	for (uint32_t i = l->end; i < c->num; i++)
		put_moved(&out, &c->ops[i], l, 0, i);
	free(c->ops);
	*c = out;
	return 0;
}

/* Unrolls loop by loop; before the next one nothing goes back any more. */
static int unroll_all(struct rj_cbpf *c, struct rj_error *error)
{
	for (struct loop l = next_loop(c); l.start < c->num; l = next_loop(c)) {
		int err;

		if (!is_plain(c, &l))
			return rj_error_set(error, -EOPNOTSUPP,
					    "filter: the program loops in a way that this build "
					    "does not know of libpcap");
		err = unroll(c, &l);
		if (err)
			return rj_error_set(error, err, "out of memory");
	}
	return 0;
}

/* Where a jump to @at comes to in the end. Jumps go forward, so this is one. */
static uint32_t follow(const struct rj_cbpf *c, uint32_t at)
{
	while (at < c->num && is_jump(&c->ops[at]) && c->ops[at].jt == c->ops[at].jf)
		at = c->ops[at].jt;
	if (at < c->num && c->ops[at].code == (BPF_RET | BPF_K))
		return c->ops[at].k ? RJ_CBPF_ACCEPT : RJ_CBPF_REJECT;
	return at;
}

/* Marks what can be reached: the verifier takes nothing else. Every way is forward. */
static int mark(struct rj_cbpf *c, struct rj_error *error)
{
	c->ops[0].is_reached = true;
	for (uint32_t i = 0; i < c->num; i++) {
		struct rj_cbpf_op *op = &c->ops[i];

		if (!op->is_reached || BPF_CLASS(op->code) == BPF_RET)
			continue;
		if (is_jump(op)) {
			op->jt = follow(c, op->jt);
			op->jf = follow(c, op->jf);
			if (op->jt < c->num)
				c->ops[op->jt].is_reached = true;
			if (op->jf < c->num)
				c->ops[op->jf].is_reached = true;
		} else if (i + 1 < c->num) {
			c->ops[i + 1].is_reached = true;
		} else {
			return rj_error_set(error, -EINVAL, "filter: the program has no end");
		}
	}
	return 0;
}

int rj_cbpf_decode(const struct sock_filter *program, uint32_t len, struct rj_cbpf *out,
		   struct rj_error *error)
{
	struct rj_cbpf c = { .num = len };
	int err = 0;

	if (!len || len > UINT16_MAX)
		return rj_error_set(error, -EINVAL, "filter: a program of %u instructions", len);
	c.ops = calloc(len, sizeof(*c.ops));
	if (!c.ops)
		return rj_error_set(error, -ENOMEM, "out of memory");
	for (uint32_t i = 0; i < len && !err; i++)
		err = decode_one(&program[i], i, len, &c.ops[i], error);
	err = err ? err : unroll_all(&c, error);
	err = err ? err : mark(&c, error);
	if (err)
		rj_cbpf_done(&c);
	else
		*out = c;
	return err;
}

void rj_cbpf_done(struct rj_cbpf *c)
{
	free(c->ops);
	*c = (struct rj_cbpf){ 0 };
}

/* Instructions of each operation: conditional jumps reach 255 far, so that each has two others. */
#define ENCODED 3u

static uint32_t place_of(const struct rj_cbpf *c, uint32_t target)
{
	if (target == RJ_CBPF_ACCEPT)
		return c->num * ENCODED;
	if (target == RJ_CBPF_REJECT)
		return c->num * ENCODED + 1;
	return target * ENCODED;
}

static struct sock_filter jump(uint32_t from, uint32_t to)
{
	return (struct sock_filter){ .code = BPF_JMP | BPF_JA, .k = to - from - 1 };
}

static void encode_one(const struct rj_cbpf *c, uint32_t i, struct sock_filter *out)
{
	const struct rj_cbpf_op *op = &c->ops[i];
	uint32_t at = i * ENCODED;

	out[at] = (struct sock_filter){ .code = op->code, .k = op->k };
	out[at + 1] = jump(at + 1, at + ENCODED);
	if (!is_jump(op))
		return;
	out[at].jf = 1;
	if (op->code == (BPF_JMP | BPF_JA))
		out[at] = jump(at, at + 1);
	out[at + 1] = jump(at + 1, place_of(c, op->jt));
	out[at + 2] = jump(at + 2, place_of(c, op->jf));
}

struct sock_filter *rj_cbpf_encode(const struct rj_cbpf *c, uint32_t *ret_len)
{
	uint32_t len = c->num * ENCODED + 2;
	struct sock_filter *out = calloc(len, sizeof(*out));

	if (!out)
		return NULL;
	for (uint32_t i = 0; i < c->num; i++)
		if (c->ops[i].is_reached)
			encode_one(c, i, out);
	out[len - 2] = (struct sock_filter){ .code = BPF_RET | BPF_K, .k = UINT32_MAX };
	out[len - 1] = (struct sock_filter){ .code = BPF_RET | BPF_K };
	*ret_len = len;
	return out;
}
