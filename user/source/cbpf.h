/* SPDX-License-Identifier: BSD-3-Clause */
/* Classic BPF programs as libpcap makes them: checked, and with jumps that are easy to follow. */
#ifndef RJ_SOURCE_CBPF_H
#define RJ_SOURCE_CBPF_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/status.h"

/*
 * libpcap's protochain loops over IPv6 extension headers: so many are followed, as few exist. Each
 * loop costs the verifier (5.10 to 7.3) 20,000 to 50,000 of the million instructions it goes
 * through, and more where several stand in an expression: four protochains take up to 415,000.
 */
#define RJ_CBPF_MAX_ROUNDS 16u

/*
 * No load reaches behind this byte, the last that the verifier lets be read in place and the last
 * that kernels before 6.0 copy: such a load finds the frame at its end. Nothing lies there unless
 * an IPv6 packet is a jumbogram.
 */
#define RJ_CBPF_MAX_LOAD_END 0xffffu

/* Targets of jumps that end the program. */
#define RJ_CBPF_ACCEPT UINT32_MAX
#define RJ_CBPF_REJECT (UINT32_MAX - 1)

/*
 * struct rj_cbpf_op - one instruction. @code, @k: as in struct sock_filter. @jt, @jf: of jumps,
 * the index of the next operation by outcome, or RJ_CBPF_*; never one behind. Both are equal where
 * there is nothing to decide. @is_reached: false: dead code
 */
struct rj_cbpf_op {
	uint16_t code;
	bool is_reached;
	uint32_t k;
	uint32_t jt, jf;
};

/* struct rj_cbpf - a program; its operations only ever go forward. */
struct rj_cbpf {
	struct rj_cbpf_op *ops;
	uint32_t num;
};

/*
 * rj_cbpf_decode - takes a program apart; rj_cbpf_done gives it back. 0, -ENOMEM, or with @error
 * set -EOPNOTSUPP for what cannot be told of a frame alone (Linux's ancillary data) or loops in
 * another way than libpcap's, -EINVAL for what is no program.
 */
RJ_MUST_CHECK int rj_cbpf_decode(const struct sock_filter *program, uint32_t len,
				 struct rj_cbpf *out, struct rj_error *error);

void rj_cbpf_done(struct rj_cbpf *c);

/*
 * rj_cbpf_encode - the program as classic BPF again, @ret_len instructions that only go forward,
 * for the caller to free. NULL: out of memory.
 */
struct sock_filter *rj_cbpf_encode(const struct rj_cbpf *c, uint32_t *ret_len);

/* rj_cbpf_load_end - for a load at a constant offset, the first byte behind what it reads; or 0. */
uint64_t rj_cbpf_load_end(const struct rj_cbpf_op *op);

/* rj_cbpf_load_len - bytes that a load from the frame reads: 1, 2, 4. */
uint32_t rj_cbpf_load_len(const struct rj_cbpf_op *op);

#endif
