/* SPDX-License-Identifier: BSD-3-Clause */
/* The few words that differ between the kernel side and the host for code compiled for both. [both] */
#ifndef RJ_BPF_SIDE_H
#define RJ_BPF_SIDE_H

#include <linux/types.h>

#ifdef __bpf__

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define RJ_WIRE
#define rj_be16(x) bpf_ntohs(x)
#define rj_be32(x) bpf_ntohl(x)
/* several CPUs may count in one place: an atomic add without a result, as 5.10 has it */
#define rj_count(at, n) ((void)__sync_fetch_and_add((at), (n)))

#else

#include <endian.h>

#define RJ_WIRE __attribute__((packed))
#define rj_be16(x) be16toh(x)
#define rj_be32(x) be32toh(x)
#define rj_count(at, n) ((void)(*(at) += (n)))
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#endif

#define rj_copy(to, from, len) __builtin_memcpy((to), (from), (len))
#define rj_zero(at, len) __builtin_memset((at), 0, (len))

/*
 * struct rj_frame - the bytes of a frame that can be read.
 * @data, @end: first byte and one past the last
 * @wire_len: length on the wire, which may be more
 * @outer_tci: VLAN tag that the network card took out of the frame, with
 *        RJ_TCI_PRESENT, else 0
 */
struct rj_frame {
	const void *data;
	const void *end;
	__u32 wire_len;
	__u32 outer_tci;
};

#define RJ_TCI_PRESENT 0x10000u

/*
 * rj_at - the @type at byte @off of the frame, or NULL where the captured bytes
 * do not reach. The bound is checked on the pointer that is returned, which is
 * the form the verifier follows.
 */
#ifdef __bpf__
#define rj_at(frame, off, type)                                                    \
	({                                                                         \
		const type *at_ = (const void *)((frame)->data + (off));           \
		(const void *)(at_ + 1) > (frame)->end ? (const type *)0 : at_;    \
	})
#else
#define rj_at(frame, off, type)                                                    \
	((__u64)(off) + sizeof(type) <=                                            \
			 (__u64)((const char *)(frame)->end - (const char *)(frame)->data) ? \
		 (const type *)(const void *)((const char *)(frame)->data + (off)) : \
		 (const type *)0)
#endif

#endif
