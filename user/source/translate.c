// SPDX-License-Identifier: BSD-3-Clause
/*
 * Classic BPF to eBPF. A frame is read in place as long as that goes; where it ends early, lies in
 * pieces or has its tag beside it, the program begins again and reads it with care: an skb from a
 * copy of its beginning and by helper behind that, XDP in place with each bound checked. A program
 * changes nothing, so beginning again is free of effects.
 */
#include "source/translate.h"

#include <errno.h>
#include <stdlib.h>

#include "bpf/abi.h"
#include "bpf/wire.h"

/* Registers. R0 to R5 are lost in calls, so END is good only where nothing is called. */
enum {
	R0 = BPF_REG_0,
	R1 = BPF_REG_1,
	R2 = BPF_REG_2,
	R3 = BPF_REG_3,
	R4 = BPF_REG_4,
	END = BPF_REG_5,  /* end of what can be read in place */
	CTX = BPF_REG_6,  /* xdp_md or __sk_buff */
	A = BPF_REG_7,	  /* accumulator, always below 2^32 */
	X = BPF_REG_8,	  /* index register, likewise */
	BASE = BPF_REG_9, /* the frame, or the copy of its beginning */
	FP = BPF_REG_10
};

/* The stack. */
#define MEM_AT(n) ((int16_t)(-64 + 4 * (int)(n)))
#define LOADED_AT (-72)
#define LEN_AT (-76)   /* bytes of the frame, its tag among them */
#define SHIFT_AT (-80) /* bytes that the frame has before a place and the skb has not */
#define KEY_AT (-84)

#define NUM_LEVELS 3
#define ETHERNET_LEN 14
#define ETHERNET_ADDRESSES_LEN 12
#define TAG_LEN 4

enum mode {
	IN_PLACE, /* a bound that is missed means to begin again */
	COPIED,	  /* skb: from its copied beginning */
	CHECKED	  /* XDP: in place, with every bound checked by itself */
};

/*
 * struct job - a translation. @labels: of operations. @checked: by operation, bytes at BASE that
 * are known to be there on every way to it. @levels: bytes that are checked at once. @accept,
 * @reject, @again: where all ways end
 */
struct job {
	const struct rj_cbpf *program;
	const struct rj_translate_target *target;
	struct rj_assembler *a;
	rj_label *labels;
	uint32_t *checked;
	uint32_t levels[NUM_LEVELS];
	struct rj_relay accept, reject, again;
	uint32_t relayed_at;
	enum mode mode;
};

static void put(struct job *j, int code, int dst, int src, int off, uint32_t imm)
{
	rj_assembler_put(j->a, (struct bpf_insn){ .code = (uint8_t)code,
						  .dst_reg = (uint8_t)dst & 0xfu,
						  .src_reg = (uint8_t)src & 0xfu,
						  .off = (int16_t)off,
						  .imm = (int32_t)imm });
}

static void move(struct job *j, int dst, int src)
{
	put(j, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}

static void set(struct job *j, int dst, uint32_t value)
{
	put(j, BPF_ALU | BPF_MOV | BPF_K, dst, 0, 0, value);
}

static void add(struct job *j, int dst, uint32_t value)
{
	put(j, BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, value);
}

static void load(struct job *j, int size, int dst, int src, int off)
{
	put(j, BPF_LDX | size | BPF_MEM, dst, src, off, 0);
}

static void store(struct job *j, int size, int dst, int off, int src)
{
	put(j, BPF_STX | size | BPF_MEM, dst, src, off, 0);
}

static void call(struct job *j, uint32_t helper)
{
	put(j, BPF_JMP | BPF_CALL, 0, 0, 0, helper);
}

static void go(struct job *j, rj_label to)
{
	rj_assembler_jump(j->a, (struct bpf_insn){ .code = BPF_JMP | BPF_JA }, to);
}

/* Jumps when @dst and @imm are so, as numbers of 64 bits. */
static void go_if(struct job *j, int op, int dst, uint32_t imm, rj_label to)
{
	rj_assembler_jump(j->a,
			  (struct bpf_insn){ .code = (uint8_t)(BPF_JMP | op | BPF_K),
					     .dst_reg = (uint8_t)dst & 0xfu,
					     .imm = (int32_t)imm },
			  to);
}

static bool is_xdp(const struct job *j)
{
	return j->target->hook == RJ_TRANSLATE_XDP;
}

/* A 32-bit member of the context. */
static void load_ctx(struct job *j, int dst, size_t skb_off, size_t xdp_off)
{
	load(j, BPF_W, dst, CTX, (int)(is_xdp(j) ? xdp_off : skb_off));
}

static void load_data(struct job *j, int dst)
{
	load_ctx(j, dst, offsetof(struct __sk_buff, data), offsetof(struct xdp_md, data));
}

static void load_data_end(struct job *j, int dst)
{
	load_ctx(j, dst, offsetof(struct __sk_buff, data_end), offsetof(struct xdp_md, data_end));
}

/* Where a load goes that does not find its bytes. */
static rj_label miss(struct job *j)
{
	return rj_relay_to(j->mode == IN_PLACE ? &j->again : &j->reject);
}

/*
 * Goes on when @dst and @imm are so, and else to @to. The verifier puts the way that jumps aside
 * and goes the other first; it has room for 8192 ways. This way round the one that soon ends is
 * done first, and no more than one is waiting.
 */
static void need(struct job *j, int op, int dst, uint32_t imm, rj_label to)
{
	put(j, BPF_JMP | op | BPF_K, dst, 0, 1, imm);
	go(j, to);
}

/* Likewise, that pointer @dst is not behind END. */
static void need_in_place(struct job *j, int dst)
{
	put(j, BPF_JMP | BPF_JLE | BPF_X, dst, END, 1, 0);
	go(j, miss(j));
}

static rj_label target_of(struct job *j, uint32_t to)
{
	if (to == RJ_CBPF_ACCEPT)
		return rj_relay_to(&j->accept);
	if (to == RJ_CBPF_REJECT)
		return rj_relay_to(&j->reject);
	return j->labels[to];
}

/* --- loads from the frame --------------------------------------------------- */

static int size_of(uint32_t len)
{
	if (len == 1)
		return BPF_B;
	return len == 2 ? BPF_H : BPF_W;
}

static void to_host_order(struct job *j, int reg, uint32_t len)
{
	if (len > 1)
		put(j, BPF_ALU | BPF_END | BPF_TO_BE, reg, 0, 0, len * 8);
}

/*
 * How far to check when bytes up to @end are asked for. Frames have whole headers; checked with
 * these, few checks do for all. One that ends before is read with care.
 */
static uint32_t check_up_to(const struct job *j, uint32_t end)
{
	for (uint32_t i = 0; i < NUM_LEVELS; i++)
		if (end <= j->levels[i])
			return j->levels[i];
	return end;
}

/* The most that the program reads of IPv4's header, of IPv6's, and of the ports behind that. */
static void set_levels(struct job *j)
{
	static const uint32_t headers[NUM_LEVELS] = { 20, 40, 48 };
	uint32_t link_len = j->target->hook == RJ_TRANSLATE_IP ? 0 : ETHERNET_LEN;

	for (uint32_t n = 0; n < j->program->num; n++) {
		uint64_t end = rj_cbpf_load_end(&j->program->ops[n]);

		for (uint32_t i = 0; i < NUM_LEVELS; i++)
			if (end <= link_len + headers[i] && end > j->levels[i])
				j->levels[i] = (uint32_t)end;
	}
}

static void load_in_place(struct job *j, uint32_t at, int dst, uint32_t off, uint32_t len)
{
	if (j->checked[at] < off + len) {
		j->checked[at] = check_up_to(j, off + len);
		move(j, R1, BASE);
		add(j, R1, j->checked[at]);
		need_in_place(j, R1);
	}
	load(j, size_of(len), dst, BASE, (int)off);
}

/* The pointer comes fresh from the context: what is known of it has no past for the verifier. */
static void load_checked(struct job *j, int dst, uint32_t off, uint32_t len)
{
	load_data(j, R1);
	move(j, R2, R1);
	add(j, R2, off + len);
	need_in_place(j, R2);
	load(j, size_of(len), dst, R1, (int)off);
}

static void load_copied(struct job *j, int dst, uint32_t off, uint32_t len)
{
	load(j, BPF_W, R1, FP, LEN_AT);
	need(j, BPF_JGE, R1, off + len, miss(j));
	load(j, size_of(len), dst, BASE, (int)off);
}

/*
 * Bounds R1, a place in the frame, by @max where it is not above it. Twice: of a way that the bits
 * of R1 forbid but its range does not, verifiers from 6.8 on find at the first test that it cannot
 * be; they forget R1 then and go on ("math between map_value pointer and register with unbounded
 * min value" on 6.12, with ip6 protochain). The second test is the first to them.
 */
static void bound(struct job *j, uint32_t max)
{
	need(j, BPF_JLE, R1, max, miss(j));
	need(j, BPF_JLE, R1, max, miss(j));
}

/* In place, at the byte that R1 says, not yet bounded. */
static void load_variable_in_place(struct job *j, int dst, uint32_t len)
{
	bound(j, RJ_CBPF_MAX_LOAD_END - len);
	if (j->mode == CHECKED)
		load_data(j, R2);
	else
		move(j, R2, BASE);
	put(j, BPF_ALU64 | BPF_ADD | BPF_X, R2, R1, 0, 0);
	move(j, R1, R2);
	add(j, R1, len);
	need_in_place(j, R1);
	load(j, size_of(len), dst, R2, 0);
}

/* Likewise, from the copy or, where that ends, from the skb. */
static void load_variable_copied(struct job *j, int dst, uint32_t len)
{
	rj_label is_far = rj_assembler_label(j->a), is_loaded = rj_assembler_label(j->a);

	need(j, BPF_JLE, R1, RJ_CBPF_MAX_LOAD_END - len, miss(j));
	move(j, R2, R1);
	add(j, R2, len);
	load(j, BPF_W, R3, FP, LEN_AT);
	put(j, BPF_JMP | BPF_JLE | BPF_X, R2, R3, 1, 0);
	go(j, miss(j));
	go_if(j, BPF_JGT, R1, RJ_HEAD_LEN - len, is_far);
	need(j, BPF_JLE, R1, RJ_HEAD_LEN - len, miss(j));
	move(j, R2, BASE);
	put(j, BPF_ALU64 | BPF_ADD | BPF_X, R2, R1, 0, 0);
	load(j, size_of(len), dst, R2, 0);
	go(j, is_loaded);
	rj_assembler_bind(j->a, is_far);
	move(j, R2, R1);
	load(j, BPF_W, R1, FP, SHIFT_AT);
	put(j, BPF_ALU64 | BPF_SUB | BPF_X, R2, R1, 0, 0);
	move(j, R1, CTX);
	move(j, R3, FP);
	add(j, R3, (uint32_t)LOADED_AT);
	set(j, R4, len);
	call(j, BPF_FUNC_skb_load_bytes);
	need(j, BPF_JEQ, R0, 0, miss(j));
	load(j, size_of(len), dst, FP, LOADED_AT);
	rj_assembler_bind(j->a, is_loaded);
}

static void load_variable(struct job *j, int dst, uint32_t len)
{
	if (j->mode == COPIED)
		load_variable_copied(j, dst, len);
	else
		load_variable_in_place(j, dst, len);
}

/* The bytes at a place that is known now. */
static void load_constant(struct job *j, uint32_t at, int dst, uint32_t off, uint32_t len)
{
	if (off + len > RJ_HEAD_LEN) {
		set(j, R1, off);
		load_variable(j, dst, len);
	} else if (j->mode == IN_PLACE) {
		load_in_place(j, at, dst, off, len);
	} else if (j->mode == CHECKED) {
		load_checked(j, dst, off, len);
	} else {
		load_copied(j, dst, off, len);
	}
}

static void load_indexed(struct job *j, uint32_t off, uint32_t len)
{
	move(j, R1, X);
	if (off)
		add(j, R1, off);
	load_variable(j, A, len);
}

static void load_frame_len(struct job *j, int dst)
{
	if (j->mode == COPIED) {
		load(j, BPF_W, dst, FP, LEN_AT);
	} else if (is_xdp(j)) {
		load_data(j, R1);
		move(j, dst, END);
		put(j, BPF_ALU64 | BPF_SUB | BPF_X, dst, R1, 0, 0);
	} else {
		load(j, BPF_W, dst, CTX, (int)offsetof(struct __sk_buff, len));
	}
}

/* --- operations --------------------------------------------------------------- */

static void put_ld(struct job *j, uint32_t at, const struct rj_cbpf_op *op)
{
	uint32_t len = rj_cbpf_load_len(op);

	switch (BPF_MODE(op->code)) {
	case BPF_ABS:
		load_constant(j, at, A, op->k, len);
		to_host_order(j, A, len);
		break;
	case BPF_IND:
		load_indexed(j, op->k, len);
		to_host_order(j, A, len);
		break;
	case BPF_IMM:
		set(j, A, op->k);
		break;
	case BPF_MEM:
		load(j, BPF_W, A, FP, MEM_AT(op->k));
		break;
	default:
		load_frame_len(j, A);
	}
}

static void put_ldx(struct job *j, uint32_t at, const struct rj_cbpf_op *op)
{
	switch (BPF_MODE(op->code)) {
	case BPF_MSH: /* the length that an IPv4 header says, in bytes */
		load_constant(j, at, X, op->k, 1);
		put(j, BPF_ALU | BPF_AND | BPF_K, X, 0, 0, 0xf);
		put(j, BPF_ALU | BPF_LSH | BPF_K, X, 0, 0, 2);
		break;
	case BPF_IMM:
		set(j, X, op->k);
		break;
	case BPF_MEM:
		load(j, BPF_W, X, FP, MEM_AT(op->k));
		break;
	default:
		load_frame_len(j, X);
	}
}

/* A shift by more than there are bits leaves nothing; eBPF takes the number modulo 32. */
static void put_shift(struct job *j, const struct rj_cbpf_op *op)
{
	rj_label is_whole, is_done;

	if (BPF_SRC(op->code) == BPF_K) {
		if (op->k < 32)
			put(j, op->code, A, 0, 0, op->k);
		else
			set(j, A, 0);
		return;
	}
	is_whole = rj_assembler_label(j->a);
	is_done = rj_assembler_label(j->a);
	go_if(j, BPF_JLT, X, 32, is_whole);
	set(j, A, 0);
	go(j, is_done);
	rj_assembler_bind(j->a, is_whole);
	put(j, op->code, A, X, 0, 0);
	rj_assembler_bind(j->a, is_done);
}

static void put_alu(struct job *j, const struct rj_cbpf_op *op)
{
	uint32_t what = BPF_OP(op->code);
	bool by_x = BPF_SRC(op->code) == BPF_X;

	if (what == BPF_NEG) {
		put(j, BPF_ALU | BPF_NEG, A, 0, 0, 0);
		return;
	}
	if (what == BPF_LSH || what == BPF_RSH) {
		put_shift(j, op);
		return;
	}
	if ((what == BPF_DIV || what == BPF_MOD) && by_x)
		need(j, BPF_JNE, X, 0, rj_relay_to(&j->reject));
	/* the codes are eBPF's own, of 32 bits */
	put(j, op->code, A, by_x ? X : 0, 0, by_x ? 0 : op->k);
}

/* The test that holds where @what does not. */
static int opposite(uint32_t what)
{
	switch (what) {
	case BPF_JEQ:
		return BPF_JNE;
	case BPF_JGT:
		return BPF_JLE;
	default: /* BPF_JGE */
		return BPF_JLT;
	}
}

static void jump_by_a(struct job *j, const struct rj_cbpf_op *op, int what, rj_label to)
{
	rj_assembler_jump(
		j->a,
		(struct bpf_insn){ .code = (uint8_t)(BPF_JMP32 | what | BPF_SRC(op->code)),
				   .dst_reg = A,
				   .src_reg = (BPF_SRC(op->code) == BPF_X ? X : 0) & 0xfu,
				   .imm = BPF_SRC(op->code) == BPF_X ? 0 : (int32_t)op->k },
		to);
}

/* The way that waits (see need) is the one to the nearer operation: the far one is soon done. */
static void put_jump(struct job *j, const struct rj_cbpf_op *op)
{
	uint32_t what = BPF_OP(op->code);
	bool is_true_near = op->jt < op->jf;
	rj_label near, far;

	if (op->jt == op->jf) {
		go(j, target_of(j, op->jt));
		return;
	}
	near = target_of(j, is_true_near ? op->jt : op->jf);
	far = target_of(j, is_true_near ? op->jf : op->jt);
	if (what == BPF_JSET) {
		put(j, BPF_ALU | BPF_MOV | BPF_X, R1, A, 0, 0);
		if (BPF_SRC(op->code) == BPF_X)
			put(j, BPF_ALU | BPF_AND | BPF_X, R1, X, 0, 0);
		else
			put(j, BPF_ALU | BPF_AND | BPF_K, R1, 0, 0, op->k);
		go_if(j, is_true_near ? BPF_JNE : BPF_JEQ, R1, 0, near);
	} else {
		jump_by_a(j, op, is_true_near ? (int)what : opposite(what), near);
	}
	go(j, far);
}

/* A RET that is come to without a jump. */
static void put_ret(struct job *j, const struct rj_cbpf_op *op)
{
	if (BPF_RVAL(op->code) == BPF_A) {
		go_if(j, BPF_JEQ, A, 0, rj_relay_to(&j->reject));
		go(j, rj_relay_to(&j->accept));
	} else {
		go(j, rj_relay_to(op->k ? &j->accept : &j->reject));
	}
}

/* What was checked before @at is checked at @next too, unless another way comes there. */
static void pass_checked(struct job *j, uint32_t at, uint32_t next)
{
	if (next < j->program->num && j->checked[next] > j->checked[at])
		j->checked[next] = j->checked[at];
}

static void put_op(struct job *j, uint32_t at)
{
	const struct rj_cbpf_op *op = &j->program->ops[at];

	switch (BPF_CLASS(op->code)) {
	case BPF_LD:
		put_ld(j, at, op);
		break;
	case BPF_LDX:
		put_ldx(j, at, op);
		break;
	case BPF_ST:
		store(j, BPF_W, FP, MEM_AT(op->k), A);
		break;
	case BPF_STX:
		store(j, BPF_W, FP, MEM_AT(op->k), X);
		break;
	case BPF_ALU:
		put_alu(j, op);
		break;
	case BPF_MISC:
		if (BPF_MISCOP(op->code) == BPF_TAX)
			move(j, X, A);
		else
			move(j, A, X);
		break;
	case BPF_JMP:
		put_jump(j, op);
		pass_checked(j, at, op->jt);
		pass_checked(j, at, op->jf);
		return;
	default:
		put_ret(j, op);
		return;
	}
	pass_checked(j, at, at + 1);
}

/* --- the frame ---------------------------------------------------------------- */

/* A, X and what is read of M are zero at the start; the verifier wants to see it. */
static void put_start(struct job *j)
{
	uint32_t used = 0;

	set(j, A, 0);
	set(j, X, 0);
	for (uint32_t i = 0; i < j->program->num; i++) {
		const struct rj_cbpf_op *op = &j->program->ops[i];

		if (op->is_reached &&
		    (op->code == (BPF_LD | BPF_MEM) || op->code == (BPF_LDX | BPF_W | BPF_MEM)))
			used |= 1u << op->k;
	}
	for (uint32_t n = 0; n < BPF_MEMWORDS; n++)
		if (used & 1u << n)
			store(j, BPF_W, FP, MEM_AT(n), A);
}

/* All operations, in the order that they have. */
static void put_program(struct job *j)
{
	struct rj_relay *relays[] = { &j->accept, &j->reject, &j->again };

	for (uint32_t i = 0; i < j->program->num; i++) {
		j->labels[i] = rj_assembler_label(j->a);
		j->checked[i] = UINT32_MAX;
	}
	j->checked[0] = 0;
	for (uint32_t i = 0; i < j->program->num; i++) {
		if (!j->program->ops[i].is_reached)
			continue;
		rj_relays_pass(j->a, relays, 3, &j->relayed_at);
		rj_assembler_bind(j->a, j->labels[i]);
		put_op(j, i);
	}
}

static void put_in_place(struct job *j)
{
	j->mode = IN_PLACE;
	if (j->target->hook == RJ_TRANSLATE_ETHERNET) {
		load(j, BPF_W, R1, CTX, (int)offsetof(struct __sk_buff, vlan_present));
		go_if(j, BPF_JNE, R1, 0, rj_relay_to(&j->again));
	}
	load_data(j, BASE);
	load_data_end(j, END);
	set_levels(j);
	put_start(j);
	put_program(j);
}

/* Copies R4 (at most @max) bytes from byte @from of the skb to byte @to of the copy. */
static void put_copy(struct job *j, uint32_t from, uint32_t to, uint32_t max, rj_label is_done)
{
	rj_label fits = rj_assembler_label(j->a);

	go_if(j, BPF_JLT, R4, 1, is_done);
	go_if(j, BPF_JLT, R4, max + 1, fits);
	set(j, R4, max);
	rj_assembler_bind(j->a, fits);
	move(j, R1, CTX);
	set(j, R2, from);
	move(j, R3, BASE);
	add(j, R3, to);
	call(j, BPF_FUNC_skb_load_bytes);
	/* cannot be; but a packet let through is set aside, one held back were lost */
	go_if(j, BPF_JNE, R0, 0, rj_relay_to(&j->accept));
}

/* The EtherType and the TCI into the place that they have on the wire. */
static void put_tag(struct job *j)
{
	if (j->target->tag) {
		set(j, R1, j->target->tag >> 16);
		put(j, BPF_ALU | BPF_END | BPF_TO_BE, R1, 0, 0, 16);
		set(j, R2, j->target->tag & 0xffff);
	} else { /* as it is on the wire */
		load(j, BPF_W, R1, CTX, (int)offsetof(struct __sk_buff, vlan_proto));
		load(j, BPF_W, R2, CTX, (int)offsetof(struct __sk_buff, vlan_tci));
	}
	store(j, BPF_H, BASE, ETHERNET_ADDRESSES_LEN, R1);
	put(j, BPF_ALU | BPF_END | BPF_TO_BE, R2, 0, 0, 16);
	store(j, BPF_H, BASE, ETHERNET_ADDRESSES_LEN + 2, R2);
}

/* As libpcap sees it: the tag that the kernel or the card took out stands in the frame. */
static void put_tagged_copy(struct job *j, rj_label is_done)
{
	load(j, BPF_W, A, CTX, (int)offsetof(struct __sk_buff, len));
	go_if(j, BPF_JLT, A, ETHERNET_ADDRESSES_LEN, rj_relay_to(&j->accept));
	put(j, BPF_ST | BPF_W | BPF_MEM, FP, 0, SHIFT_AT, TAG_LEN);
	move(j, R1, A);
	add(j, R1, TAG_LEN);
	store(j, BPF_W, FP, LEN_AT, R1);
	set(j, R4, ETHERNET_ADDRESSES_LEN);
	put_copy(j, 0, 0, ETHERNET_ADDRESSES_LEN, is_done);
	put_tag(j);
	move(j, R4, A);
	add(j, R4, (uint32_t)-ETHERNET_ADDRESSES_LEN);
	put_copy(j, ETHERNET_ADDRESSES_LEN, ETHERNET_ADDRESSES_LEN + TAG_LEN,
		 RJ_HEAD_LEN - ETHERNET_ADDRESSES_LEN - TAG_LEN, is_done);
	go(j, is_done);
}

static void put_plain_copy(struct job *j, rj_label is_done)
{
	load(j, BPF_W, R4, CTX, (int)offsetof(struct __sk_buff, len));
	put(j, BPF_ST | BPF_W | BPF_MEM, FP, 0, SHIFT_AT, 0);
	store(j, BPF_W, FP, LEN_AT, R4);
	put_copy(j, 0, 0, RJ_HEAD_LEN, is_done);
	go(j, is_done);
}

static void put_copied(struct job *j)
{
	rj_label is_plain = rj_assembler_label(j->a), is_done = rj_assembler_label(j->a);

	j->mode = COPIED;
	put(j, BPF_ST | BPF_W | BPF_MEM, FP, 0, KEY_AT, 0);
	move(j, R2, FP);
	add(j, R2, (uint32_t)KEY_AT);
	rj_assembler_map(j->a, R1, j->target->head_fd);
	call(j, BPF_FUNC_map_lookup_elem);
	go_if(j, BPF_JEQ, R0, 0, rj_relay_to(&j->accept)); /* an array's entry is always there */
	move(j, BASE, R0);
	if (j->target->hook == RJ_TRANSLATE_ETHERNET && !j->target->is_careful) {
		load(j, BPF_W, R1, CTX, (int)offsetof(struct __sk_buff, vlan_present));
		go_if(j, BPF_JEQ, R1, 0, is_plain);
	}
	if (j->target->hook == RJ_TRANSLATE_ETHERNET && (!j->target->is_careful || j->target->tag))
		put_tagged_copy(j, is_done);
	rj_assembler_bind(j->a, is_plain);
	if (!j->target->tag)
		put_plain_copy(j, is_done);
	rj_assembler_bind(j->a, is_done);
	put_start(j);
	put_program(j);
}

static void put_checked(struct job *j)
{
	j->mode = CHECKED;
	load_data_end(j, END);
	put_start(j);
	put_program(j);
}

/* --- the end -------------------------------------------------------------------- */

/* Adds to the counter @index of the value in R0 what is in A. */
static void put_count(struct job *j, unsigned int index)
{
	int off = (int)(index * sizeof(uint64_t));

	load(j, BPF_DW, R1, R0, off);
	put(j, BPF_ALU64 | BPF_ADD | BPF_X, R1, A, 0, 0);
	store(j, BPF_DW, R0, off, R1);
}

/* The packet ends here, and is counted as set aside by @reason. */
static void put_set_aside(struct job *j, enum rj_reason reason)
{
	rj_label is_one = rj_assembler_label(j->a), is_counted = rj_assembler_label(j->a);

	put(j, BPF_ST | BPF_W | BPF_MEM, FP, 0, KEY_AT, 0);
	move(j, R2, FP);
	add(j, R2, (uint32_t)KEY_AT);
	rj_assembler_map(j->a, R1, j->target->cpus_fd);
	call(j, BPF_FUNC_map_lookup_elem);
	go_if(j, BPF_JEQ, R0, 0, is_counted);
	if (!is_xdp(j)) { /* what an interface card folded into one counts as its segments */
		load(j, BPF_W, A, CTX, (int)offsetof(struct __sk_buff, gso_segs));
		go_if(j, BPF_JNE, A, 0, is_one);
	}
	set(j, A, 1);
	rj_assembler_bind(j->a, is_one);
	put_count(j, RJ_COUNT_PACKETS);
	put_count(j, reason);
	rj_assembler_bind(j->a, is_counted);
	set(j, R0, is_xdp(j) ? (uint32_t)XDP_PASS : UINT32_MAX); /* the latter: go on */
	put(j, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static void put_ends(struct job *j)
{
	if (j->accept.is_used) {
		rj_assembler_bind(j->a, j->accept.label);
		move(j, R1, CTX);
		rj_assembler_tail_call(j->a, j->target->programs_fd, j->target->index);
		/* comes back only when the program is gone */
		put_set_aside(j, RJ_REASON_UNWATCHED);
	}
	if (j->reject.is_used) {
		rj_assembler_bind(j->a, j->reject.label);
		put_set_aside(j, RJ_REASON_FILTERED);
	}
}

int rj_translate(const struct rj_cbpf *program, const struct rj_translate_target *target,
		 struct rj_assembler *out)
{
	struct job j = { .program = program, .target = target, .a = out };

	*out = (struct rj_assembler){ 0 };
	j.labels = calloc(program->num, sizeof(*j.labels));
	j.checked = calloc(program->num, sizeof(*j.checked));
	if (!j.labels || !j.checked)
		out->err = -ENOMEM;
	j.accept.label = rj_assembler_label(out);
	j.reject.label = rj_assembler_label(out);
	j.again.label = rj_assembler_label(out);
	if (!out->err) {
		move(&j, CTX, R1);
		if (!target->is_careful)
			put_in_place(&j);
		if (j.again.is_used || target->is_careful) {
			rj_assembler_bind(out, j.again.label);
			j.again.is_used = false;
			if (is_xdp(&j))
				put_checked(&j);
			else
				put_copied(&j);
		}
		put_ends(&j);
	}
	free(j.labels);
	free(j.checked);
	return rj_assembler_finish(out);
}
