/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs what translate.c writes, on the host: the instructions, helpers and contexts it uses. */
#ifndef RJ_TESTS_UNIT_EBPF_RUN_H
#define RJ_TESTS_UNIT_EBPF_RUN_H

#include <arpa/inet.h>
#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "bpf/abi.h"
#include "source/translate.h"

#define EBPF_CTX 0x1000u /* R1 at the start; no address of the host */
#define EBPF_HEAD_FD 11
#define EBPF_CPUS_FD 12
#define EBPF_PROGRAMS_FD 13
#define EBPF_STACK_LEN 512u
#define EBPF_IS_BIG (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/*
 * struct ebpf - a frame and the machine. @data, @len: exactly the frame. @linear_len: of an skb,
 * what can be read in place. @tag: beside the frame, EtherType << 16 | TCI
 */
struct ebpf {
	const uint8_t *data;
	uint32_t len, linear_len;
	uint32_t tag, gso_segs;
	bool is_xdp;
	uint64_t counters[RJ_NUM_COUNTERS];
	uint64_t reg[11];
	uint8_t head[RJ_HEAD_LEN];
	uint8_t stack[EBPF_STACK_LEN];
	bool is_matched; /* the tail call was made */
};

/* Whether [at, at + len) lies in one of the places that the program may touch. */
static inline bool ebpf_may_touch(const struct ebpf *m, uint64_t at, uint32_t len, bool writes)
{
	const struct {
		const void *start;
		size_t len;
		bool is_writable;
	} places[] = {
		{ m->data, m->is_xdp ? m->len : m->linear_len, false },
		{ m->head, sizeof(m->head), true },
		{ m->stack, sizeof(m->stack), true },
		{ m->counters, sizeof(m->counters), true },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		uint64_t start = (uintptr_t)places[i].start;

		if (at >= start && at + len <= start + places[i].len)
			return places[i].is_writable || !writes;
	}
	return false;
}

static inline uint64_t ebpf_load_ctx(const struct ebpf *m, int off)
{
	uint32_t linear_len = m->is_xdp ? m->len : m->linear_len;

	if (m->is_xdp) {
		assert(off == offsetof(struct xdp_md, data) ||
		       off == offsetof(struct xdp_md, data_end));
		return (uintptr_t)m->data + (off == offsetof(struct xdp_md, data) ? 0 : linear_len);
	}
	switch (off) {
	case offsetof(struct __sk_buff, data):
		return (uintptr_t)m->data;
	case offsetof(struct __sk_buff, data_end):
		return (uintptr_t)m->data + linear_len;
	case offsetof(struct __sk_buff, len):
		return m->len;
	case offsetof(struct __sk_buff, vlan_present):
		return m->tag != 0;
	case offsetof(struct __sk_buff, vlan_tci):
		return m->tag & 0xffff;
	case offsetof(struct __sk_buff, vlan_proto):
		return htons((uint16_t)(m->tag >> 16)); /* as on the wire */
	case offsetof(struct __sk_buff, gso_segs):
		return m->gso_segs;
	default:
		assert(!"a member of the context that is not there");
		return 0;
	}
}

static inline uint32_t ebpf_size(const struct bpf_insn *i)
{
	static const uint32_t sizes[] = { 4, 2, 1, 8 };

	return sizes[BPF_SIZE(i->code) >> 3];
}

/* Where the low @len bytes of a value are. */
static inline void *ebpf_low(uint64_t *value, uint32_t len)
{
	return (uint8_t *)value + (EBPF_IS_BIG ? sizeof(*value) - len : 0);
}

static inline void ebpf_load(struct ebpf *m, const struct bpf_insn *i)
{
	uint64_t at = m->reg[i->src_reg] + (uint64_t)(int64_t)i->off, value = 0;

	if (m->reg[i->src_reg] == EBPF_CTX) {
		assert(BPF_SIZE(i->code) == BPF_W);
		m->reg[i->dst_reg] = ebpf_load_ctx(m, i->off);
		return;
	}
	assert(ebpf_may_touch(m, at, ebpf_size(i), false));
	memcpy(ebpf_low(&value, ebpf_size(i)), (const void *)(uintptr_t)at, ebpf_size(i));
	m->reg[i->dst_reg] = value;
}

static inline void ebpf_store(struct ebpf *m, const struct bpf_insn *i, uint64_t value)
{
	uint64_t at = m->reg[i->dst_reg] + (uint64_t)(int64_t)i->off;

	assert(ebpf_may_touch(m, at, ebpf_size(i), true));
	memcpy((void *)(uintptr_t)at, ebpf_low(&value, ebpf_size(i)), ebpf_size(i));
}

/* To the order of the wire, the rest cut off. */
static inline uint64_t ebpf_to_be(uint64_t value, int bits)
{
	return bits == 16 ? htons((uint16_t)value) : htonl((uint32_t)value);
}

static inline uint64_t ebpf_alu(const struct bpf_insn *i, uint64_t a, uint64_t b)
{
	bool is_64 = BPF_CLASS(i->code) == BPF_ALU64;
	uint32_t bits = is_64 ? 63 : 31;

	if (!is_64) {
		a = (uint32_t)a;
		b = (uint32_t)b;
	}
	switch (BPF_OP(i->code)) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_MUL:
		return a * b;
	case BPF_DIV:
		return b ? a / b : 0;
	case BPF_MOD:
		return b ? a % b : a;
	case BPF_AND:
		return a & b;
	case BPF_OR:
		return a | b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return a << (b & bits);
	case BPF_RSH:
		return a >> (b & bits);
	case BPF_NEG:
		return 0 - a;
	default:
		assert(BPF_OP(i->code) == BPF_MOV);
		return b;
	}
}

static inline bool ebpf_holds(const struct bpf_insn *i, uint64_t a, uint64_t b)
{
	if (BPF_CLASS(i->code) == BPF_JMP32) {
		a = (uint32_t)a;
		b = (uint32_t)b;
	}
	switch (BPF_OP(i->code)) {
	case BPF_JA:
		return true;
	case BPF_JEQ:
		return a == b;
	case BPF_JNE:
		return a != b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	case BPF_JLT:
		return a < b;
	default:
		assert(BPF_OP(i->code) == BPF_JLE);
		return a <= b;
	}
}

/* The registers that a call spoils hold nothing that may be used. */
static inline void ebpf_call(struct ebpf *m, int helper)
{
	uint64_t result = 0;

	if (helper == BPF_FUNC_map_lookup_elem) {
		assert(ebpf_may_touch(m, m->reg[2], 4, false) &&
		       !*(const uint32_t *)(uintptr_t)m->reg[2]);
		result = (uintptr_t)(m->reg[1] == EBPF_HEAD_FD ? (void *)m->head :
								 (void *)m->counters);
	} else if (helper == BPF_FUNC_tail_call) {
		assert(m->reg[1] == EBPF_CTX && m->reg[2] == EBPF_PROGRAMS_FD);
		m->is_matched = true;
	} else {
		assert(helper == BPF_FUNC_skb_load_bytes && !m->is_xdp && m->reg[4]);
		assert(ebpf_may_touch(m, m->reg[3], (uint32_t)m->reg[4], true));
		if (m->reg[2] > 0xffff || m->reg[2] + m->reg[4] > m->len)
			result = (uint64_t)-14;
		else
			memcpy((void *)(uintptr_t)m->reg[3], m->data + m->reg[2], m->reg[4]);
	}
	for (int i = 1; i <= 5; i++)
		m->reg[i] = 0xdeaddeaddeaddeadu;
	m->reg[0] = result;
}

/* ebpf_run - the program on the frame; whether it matched. */
static inline bool ebpf_run(struct ebpf *m, const struct rj_assembler *code)
{
	m->reg[1] = EBPF_CTX;
	m->reg[10] = (uintptr_t)m->stack + EBPF_STACK_LEN;
	m->is_matched = false;
	for (uint32_t at = 0; !m->is_matched; at++) {
		const struct bpf_insn *i = &code->insns[at];
		uint64_t b = i->code & BPF_X ? m->reg[i->src_reg] : (uint64_t)(int64_t)i->imm;
		uint64_t *dst = &m->reg[i->dst_reg];

		assert(at < code->num);
		switch (BPF_CLASS(i->code)) {
		case BPF_LD: /* of a map, in two */
			*dst = (uint32_t)i->imm;
			at++;
			break;
		case BPF_LDX:
			ebpf_load(m, i);
			break;
		case BPF_ST:
			ebpf_store(m, i, (uint64_t)(int64_t)i->imm);
			break;
		case BPF_STX:
			ebpf_store(m, i, m->reg[i->src_reg]);
			break;
		case BPF_ALU:
			*dst = BPF_OP(i->code) == BPF_END ? ebpf_to_be(*dst, i->imm) :
							    (uint32_t)ebpf_alu(i, *dst, b);
			break;
		case BPF_ALU64:
			*dst = ebpf_alu(i, *dst, b);
			break;
		default:
			if (i->code == (BPF_JMP | BPF_EXIT))
				return false;
			if (i->code == (BPF_JMP | BPF_CALL))
				ebpf_call(m, i->imm);
			else if (ebpf_holds(i, *dst, b))
				at += (uint32_t)i->off;
		}
	}
	return true;
}

#endif
