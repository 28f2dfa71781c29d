/* SPDX-License-Identifier: BSD-3-Clause */
/* The few words that differ between the kernel side and the host. [both] */
#ifndef RJ_BPF_SIDE_H
#define RJ_BPF_SIDE_H

#include <linux/types.h>

/*
 * No header is read that starts further into the frame than this. It bounds
 * the offsets for the verifier; the longest chain that parse.h passes over
 * in a frame of ordinary size lies well within.
 */
#define RJ_MAX_HEADER_OFF 4095u

#define RJ_TCI_PRESENT 0x10000u

#ifdef __bpf__

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define RJ_WIRE
#define rj_be16(x) bpf_ntohs(x)
#define rj_be32(x) bpf_ntohl(x)
#define rj_be64(x) bpf_be64_to_cpu(x)
/* several CPUs may count in one place: an atomic add without a result, as 5.10 has it */
#define rj_count(at, n) ((void)__sync_fetch_and_add((at), (n)))
/*
 * rj_reserve - rj_count of 64 bits that says what was there before. Where the kernel's atomic
 * additions do not say so (before 5.12), two CPUs at the same place may both be told the same.
 */
#ifdef RJ_FETCH
#define rj_reserve(at, n) __sync_fetch_and_add((at), (n))
#else
#define rj_reserve(at, n)                                                                          \
	({                                                                                         \
		__u64 was_ = *(at);                                                                \
		rj_count(at, n);                                                                   \
		was_;                                                                              \
	})
#endif

/*
 * rj_swap - puts @value of 64 bits where @was is; false where something else is by now. There is
 * none before 5.12.
 */
#ifdef RJ_FETCH
#define rj_swap(at, was, value) (__sync_val_compare_and_swap((at), (was), (value)) == (was))
#endif

/*
 * rj_forget - makes clang read again what lies in memory. The verifier follows
 * each path's values as long as they stand in registers or on the stack, and
 * there are too many paths through a parser; what comes out of a map is any
 * value to it, and the paths become one. Needed by every kernel from 5.10.
 */
#define rj_forget() asm volatile("" ::: "memory")

#define rj_zero(at, len) __builtin_memset((at), 0, (len))

/*
 * rj_hide - makes clang compare and use this very register: it would else compare a copy of
 * another width, and the verifier learns nothing of what is used ("unbounded memory access").
 * Needed by every kernel, with variables of 64 bits.
 */
#define rj_hide(x) asm volatile("" : "+r"(x))

enum rj_hook { RJ_HOOK_XDP, RJ_HOOK_SKB };

/*
 * struct rj_frame - a packet context and what kind it is. @hook is a constant
 * wherever this is made, so that one branch of each function on it is left.
 * @wire_len: length on the wire
 * @outer_tci: VLAN tag that the network card took out of the frame, with
 *        RJ_TCI_PRESENT, else 0
 * @type: EtherType that the kernel knows the frame by; 0: nobody says
 * @is_closed: tunnels in it are not to be opened
 */
struct rj_frame {
	void *ctx;
	enum rj_hook hook;
	__u32 wire_len;
	__u32 outer_tci;
	__u16 type;
	__u8 is_closed;
};

/* rj_is_deep - the host's alone: here loops have the bounds that the verifier can follow. */
static __always_inline int rj_is_deep(const struct rj_frame *f)
{
	(void)f;
	return 0;
}

/*
 * rj_ctx_word - a 32-bit member of a context, read by this very instruction:
 * clang would else keep the member's address for later, and the verifier
 * refuses to read a context through an adjusted pointer ("dereference of
 * modified ctx ptr", every kernel).
 */
#define rj_ctx_word(ctx, type, member)                                                             \
	({                                                                                         \
		__u64 word_;                                                                       \
		asm volatile("%0 = *(u32 *)(%1 + %2)"                                              \
			     : "=r"(word_)                                                         \
			     : "r"(ctx), "i"(__builtin_offsetof(type, member)));                   \
		word_;                                                                             \
	})

static __always_inline const void *rj_frame_data(const struct rj_frame *f)
{
	if (f->hook == RJ_HOOK_XDP)
		return (const void *)rj_ctx_word(f->ctx, struct xdp_md, data);
	return (const void *)rj_ctx_word(f->ctx, struct __sk_buff, data);
}

static __always_inline const void *rj_frame_end(const struct rj_frame *f)
{
	if (f->hook == RJ_HOOK_XDP)
		return (const void *)rj_ctx_word(f->ctx, struct xdp_md, data_end);
	return (const void *)rj_ctx_word(f->ctx, struct __sk_buff, data_end);
}

/*
 * rj_ptr - @len bytes at byte @off of the frame, or NULL where the directly
 * readable bytes do not reach. The bound is checked on the pointer returned,
 * which is the form the verifier follows.
 */
static __always_inline const void *rj_ptr(const struct rj_frame *f, __u32 off, __u32 len)
{
	const void *at = rj_frame_data(f);

	if (off > RJ_MAX_HEADER_OFF)
		return 0;
	at += off;
	return at + len > rj_frame_end(f) ? 0 : at;
}

/* rj_keeps_headers - whether where headers stand is asked for: by features of files alone. */
#define rj_keeps_headers(f) 0

struct rj_layers;
struct rj_packet;

/* rj_scratch - the CPU's own layers and packet; false where there are none. In bpf/maps.h. */
static __always_inline int rj_scratch(struct rj_layers **l, struct rj_packet **p);

/*
 * RJ_OUT_OF_LINE - name(frame, layers, packet), made of name_here, as a global function, which the
 * verifier follows once and not for each call; with a loop of headers in a loop of tunnels it would
 * not end otherwise. Such a function takes no pointer but a context before 5.12, so that it finds
 * the rest itself: layers and packet must be those of rj_scratch.
 */
#define RJ_OUT_OF_LINE(name)                                                                       \
	int name##_xdp(struct xdp_md *xdp);                                                        \
	__attribute__((noinline)) int name##_xdp(struct xdp_md *xdp)                               \
	{                                                                                          \
		const struct rj_frame f = {                                                        \
			.ctx = xdp,                                                                \
			.hook = RJ_HOOK_XDP,                                                       \
			.wire_len = rj_xdp_len(xdp),                                               \
		};                                                                                 \
		struct rj_layers *l;                                                               \
		struct rj_packet *p;                                                               \
                                                                                                   \
		return rj_scratch(&l, &p) ? (int)name##_here(&f, l, p) : 0;                        \
	}                                                                                          \
                                                                                                   \
	int name##_skb(struct __sk_buff *skb);                                                     \
	__attribute__((noinline)) int name##_skb(struct __sk_buff *skb)                            \
	{                                                                                          \
		const struct rj_frame f = {                                                        \
			.ctx = skb,                                                                \
			.hook = RJ_HOOK_SKB,                                                       \
			.wire_len = skb->len,                                                      \
		};                                                                                 \
		struct rj_layers *l;                                                               \
		struct rj_packet *p;                                                               \
                                                                                                   \
		return rj_scratch(&l, &p) ? (int)name##_here(&f, l, p) : 0;                        \
	}                                                                                          \
                                                                                                   \
	static __always_inline enum rj_reason name(const struct rj_frame *f, struct rj_layers *l,  \
						   struct rj_packet *p)                            \
	{                                                                                          \
		(void)l;                                                                           \
		(void)p;                                                                           \
		rj_forget();                                                                       \
		if (f->hook == RJ_HOOK_XDP)                                                        \
			return (enum rj_reason)name##_xdp(f->ctx);                                 \
		return (enum rj_reason)name##_skb(f->ctx);                                         \
	}

#else

#include <endian.h>

#define RJ_WIRE __attribute__((packed))
#define rj_be16(x) be16toh(x)
#define rj_be32(x) be32toh(x)
#define rj_be64(x) be64toh(x)
#define rj_count(at, n) ((void)(*(at) += (n)))
#define rj_reserve(at, n) ((*(at) += (n)) - (n))
#define rj_forget() ((void)0)
#define rj_hide(x) ((void)0)
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

/*
 * rj_zero - memset of a constant @len, in pieces that compilers write in line: of what is longer
 * they make an instruction that takes long to start.
 */
static __always_inline void rj_zero(void *at, __u64 len)
{
	__u64 piece = len < 64 ? len : 64;

	__builtin_memset(at, 0, piece);
	if (len > 128) {
		__builtin_memset((__u8 *)at + 64, 0, 64);
		__builtin_memset((__u8 *)at + 128, 0, len - 128);
	} else if (len > 64) {
		__builtin_memset((__u8 *)at + 64, 0, len - 64);
	}
}

/*
 * struct rj_frame - the captured bytes of a frame, borrowed.
 * @data, @captured_len: what can be read
 * @wire_len: length on the wire, which may be more
 * @outer_tci: VLAN tag that the network card took out of the frame, with
 *        RJ_TCI_PRESENT, else 0
 * @type: EtherType that the kernel knows the frame by; 0: nobody says
 * @is_closed: tunnels in it are not to be opened
 * @keeps_headers: ip_off of struct rj_packet, and the options of all TCP segments, are asked for
 * @is_deep: read as many headers as there are, where the kernel side stops at what its verifier
 *        can follow
 */
struct rj_frame {
	const __u8 *data;
	__u32 captured_len;
	__u32 wire_len;
	__u32 outer_tci;
	__u16 type;
	__u8 is_closed;
	__u8 keeps_headers;
	__u8 is_deep;
};

#define rj_keeps_headers(f) ((f)->keeps_headers)

/* The same as RJ_MAX_HEADER_OFF where is_deep: what is longer than jumbo frames. */
#define RJ_MAX_DEEP_OFF 0x3fffu

static __always_inline int rj_is_deep(const struct rj_frame *f)
{
	return f->is_deep;
}

/* rj_ptr - @len bytes at byte @off of the frame, or NULL where the captured bytes do not reach. */
static __always_inline const void *rj_ptr(const struct rj_frame *f, __u32 off, __u32 len)
{
	if (off > (f->is_deep ? RJ_MAX_DEEP_OFF : RJ_MAX_HEADER_OFF) || off + len > f->captured_len)
		return 0;
	return f->data + off;
}

/* rj_frame_load - copies @len bytes at @off of the frame; true when they were captured. */
static __always_inline int rj_frame_load(const struct rj_frame *f, __u32 off, void *to, __u64 len)
{
	if (off > f->captured_len || len > f->captured_len - off)
		return 0;
	__builtin_memcpy(to, f->data + off, len);
	return 1;
}

#endif

/* rj_first32 - the half of @word that comes first in memory; rj_join32 puts it there. */
static __always_inline __u32 rj_first32(__u64 word)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (__u32)word;
#else
	return (__u32)(word >> 32);
#endif
}

static __always_inline __u32 rj_second32(__u64 word)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (__u32)(word >> 32);
#else
	return (__u32)word;
#endif
}

/*
 * rj_join8, rj_join16, rj_join32 - two values in one word, so that in memory @first comes before
 * @second. What is written in parts and read as a whole costs a dozen cycles more than one store.
 */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define rj_join(type, first, second) ((type)((type)(first) | (type)(second) << sizeof(type) * 4))
#else
#define rj_join(type, first, second) ((type)((type)(first) << sizeof(type) * 4 | (type)(second)))
#endif

static __always_inline __u16 rj_join8(__u8 first, __u8 second)
{
	return rj_join(__u16, first, second);
}

static __always_inline __u32 rj_join16(__u16 first, __u16 second)
{
	return rj_join(__u32, first, second);
}

static __always_inline __u64 rj_join32(__u32 first, __u32 second)
{
	return rj_join(__u64, first, second);
}

#ifndef RJ_OUT_OF_LINE
/* The frame as a copy: what has only been read of the caller's own is in registers there. */
#define RJ_OUT_OF_LINE(name)                                                                       \
	static __attribute__((noinline)) enum rj_reason name##_apart(                              \
		const struct rj_frame *f, struct rj_layers *l, struct rj_packet *p)                \
	{                                                                                          \
		return name##_here(f, l, p);                                                       \
	}                                                                                          \
                                                                                                   \
	static __always_inline enum rj_reason name(const struct rj_frame *f, struct rj_layers *l,  \
						   struct rj_packet *p)                            \
	{                                                                                          \
		const struct rj_frame copy = *f;                                                   \
                                                                                                   \
		return name##_apart(&copy, l, p);                                                  \
	}
#endif

#define rj_copy(to, from, len) __builtin_memcpy((to), (from), (len))

/* rj_at - the @type at byte @off of the frame, or NULL. */
#define rj_at(frame, off, type) ((const type *)rj_ptr((frame), (off), sizeof(type)))

#endif
