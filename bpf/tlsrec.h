/* SPDX-License-Identifier: BSD-3-Clause */
/* TLS records of one side, followed from header to header; no other payload is read. [both] */
#ifndef RJ_BPF_TLSREC_H
#define RJ_BPF_TLSREC_H

#include "bpf/splt.h"
#include "bpf/tcp.h"
#include "bpf/wire.h"

/*
 * A header says where the next one is. So each byte of a header is taken from the first packet that
 * brings it after all headers before it were read; packets before and behind that place do not
 * matter, nor in which order they come. A header that went by before those in front of it were
 * known (they were lost, and sent again later) is missed, unless it is sent again too: the list
 * ends there. It ends as well where a header cannot be one, or was not captured.
 *
 * TLS may start behind another protocol (STARTTLS, CONNECT, SOCKS): of a side that begins with
 * something else the first packets are looked at, whether one starts with a hello or an alert.
 * Who starts TLS has waited for an answer, and so does that in a packet of its own. Nobody answers
 * a PROXY header, which is passed over therefore.
 */

#define RJ_TLS_RECORD_LEN 5u   /* RFC 8446 5.1: type, legacy version, length */
#define RJ_TLS_MESSAGE_HEAD 4u /* RFC 8446 4: type, length */
/* RFC 5246 6.2.3: what encryption and compression may add to 2^14 */
#define RJ_TLS_RECORD_MAX ((1u << 14) + 2048u)

/* ContentType, RFC 8446 5.1; 24 is RFC 6520 */
#define RJ_TLS_CCS 20u
#define RJ_TLS_ALERT 21u
#define RJ_TLS_HANDSHAKE 22u
#define RJ_TLS_DATA 23u
#define RJ_TLS_HEARTBEAT 24u

#define RJ_TLS_TYPE_BITS (RJ_SPLT_TIME_BITS + 16)

/*
 * Up to where a side is looked at for TLS behind another protocol: its packets and payload bytes.
 * Ours: the dissectors of those protocols read 64 lines and 16 KiB.
 */
#define RJ_TLS_BEHIND_PACKETS 64u
#define RJ_TLS_BEHIND_BYTES 32768u

/* PROXY protocol 2.1 and 2.2: first five bytes, longest line; bytes before the rest, its length */
#define RJ_PROXY1_HEAD 0x50524f5859ull /* "PROXY" */
#define RJ_PROXY1_MAX 107u
#define RJ_PROXY2_HEAD 0x0d0a0d0a00ull
#define RJ_PROXY2_LEN 16u
#define RJ_PROXY2_LEN_OFF 14u

#ifdef __bpf__
/* In bpf/ctx.h, which knows the two kinds of packets. */
static __always_inline int rj_frame_load_few(const struct rj_frame *f, __u32 off, void *to,
					     __u64 len);
#define rj_tls_load rj_frame_load_few
#else
#define rj_frame_load_few rj_frame_load

/* 1 to 8 bytes for the first ones of *@to; on the host a whole word costs least, where it is. */
static __always_inline int rj_tls_load(const struct rj_frame *f, __u32 off, __u64 *to, __u64 len)
{
	return rj_frame_load(f, off, to, sizeof(*to)) || rj_frame_load(f, off, to, len);
}
#endif

/*
 * struct rj_tls_list - where entries go: number @first of the list into words[0]. @words is NULL
 * when there is no room now.
 */
struct rj_tls_list {
	__u64 *words;
	__u32 first;
	__u32 num_words; /* of the whole list */
};

static __always_inline __u64 rj_tls_pack(__u64 since_start_ns, __u32 len, __u8 type)
{
	__u64 us = since_start_ns / 1000;

	if (us > RJ_SPLT_TIME_MAX)
		us = RJ_SPLT_TIME_MAX;
	return us | (__u64)len << RJ_SPLT_TIME_BITS | (__u64)type << RJ_TLS_TYPE_BITS;
}

static __always_inline void rj_tls_put(struct rj_tls_walk *w, const struct rj_tls_list *list,
				       __u64 entry)
{
	__u64 at = w->num_words;

	at -= list->first;
	rj_hide(at);
	if (at < list->num_words - list->first)
		list->words[at] = entry;
	w->num_words++;
	if (w->num_words >= list->num_words)
		w->state = RJ_TLS_FULL;
}

/* The sequence number of the first payload byte: a SYN has one of its own. */
static __always_inline __u32 rj_tls_seq(const struct rj_packet *p)
{
	return p->tcp_seq + (p->tcp_flags & RJ_TCP_SYN ? 1 : 0);
}

/* Whether the packet stands so far behind what is waited for that it can only have been missed. */
static __always_inline int rj_tls_is_missed(const struct rj_tls_walk *w, __u32 seq)
{
	__u32 ahead = seq - w->next;

	return ahead > RJ_TCP_REACH && ahead < 1u << 31;
}

/* rj_tls_is_behind - whether TLS may start with any packet. */
static __always_inline int rj_tls_is_behind(const struct rj_tls_walk *w)
{
	return w->state == RJ_TLS_START && w->bits & RJ_TLS_BEHIND;
}

/* rj_tlsrec_may_want - whether rj_tlsrec_wants may say so. */
static __always_inline int rj_tlsrec_may_want(const struct rj_half *h, const struct rj_packet *p)
{
	return p->bits & RJ_PKT_TCP && p->payload_len && !(h->tcp_bits & RJ_TCP_NO_TLS);
}

/* rj_tlsrec_wants - whether the packet can change anything: asked of each, so kept short. */
static __always_inline int rj_tlsrec_wants(const struct rj_half *h, const struct rj_rest *r,
					   const struct rj_packet *p)
{
	__u32 seq = rj_tls_seq(p);

	if (!rj_tlsrec_may_want(h, p))
		return 0;
	return r->tls.state == RJ_TLS_UNKNOWN || rj_tls_is_behind(&r->tls) ||
	       r->tls.next - seq < p->payload_len || rj_tls_is_missed(&r->tls, seq);
}

/* rj_tls_settle - RJ_TCP_NO_TLS as the state has it. */
static __always_inline void rj_tls_settle(struct rj_half *h, const struct rj_rest *r)
{
	int is_over = r->tls.state > RJ_TLS_FOLLOW;

	if (is_over != !!(h->tcp_bits & RJ_TCP_NO_TLS))
		h->tcp_bits ^= RJ_TCP_NO_TLS;
}

/* Where to start: behind the SYN; without one seen, where the first payload does. */
static __always_inline void rj_tls_start(const struct rj_half *h, struct rj_rest *r, __u32 seq)
{
	struct rj_tls_walk *w = &r->tls;

	w->state = RJ_TLS_START;
	w->next = seq;
	if (h->tcp_bits & RJ_TCP_HAS_SYN)
		w->next = r->syn_seq + 1;
	else
		w->bits = RJ_TLS_JOINED | RJ_TLS_SEALED;
}

/* The side does not begin with TLS: looks for it where packets start. */
static __always_inline void rj_tls_seek(struct rj_tls_walk *w)
{
	const struct rj_tls_walk behind = { .state = RJ_TLS_START, .bits = RJ_TLS_BEHIND };

	*w = behind;
}

/* What a record may have for its length. Of encrypted data, an authentication tag at the least. */
static __always_inline int rj_tls_is_likely(__u32 type, __u32 len)
{
	if (type == RJ_TLS_CCS)
		return len == 1;
	if (type == RJ_TLS_ALERT)
		return len == 2 || (len > 16 && len < 256);
	if (type == RJ_TLS_HANDSHAKE)
		return len >= RJ_TLS_MESSAGE_HEAD;
	return type == RJ_TLS_DATA && len > 16;
}

/*
 * Whether this can be a record's header. A side begins with a hello or refuses with an alert; in
 * the middle of a stream, where chance may make anything of its bytes, no rare form is believed.
 */
static __always_inline int rj_tls_is_record(const struct rj_tls_walk *w, __u32 type, __u32 version,
					    __u32 len)
{
	if (type < RJ_TLS_CCS || type > RJ_TLS_HEARTBEAT || version < 0x300 || version > 0x304 ||
	    len > RJ_TLS_RECORD_MAX || (!len && type != RJ_TLS_DATA))
		return 0;
	if (w->state == RJ_TLS_FOLLOW)
		return 1;
	if (w->bits & RJ_TLS_JOINED)
		return version < 0x304 && rj_tls_is_likely(type, len);
	return type == RJ_TLS_HANDSHAKE || (type == RJ_TLS_ALERT && len == 2);
}

/*
 * What stands where a header should is none. One record found in the middle of a stream, or where
 * a packet starts, was chance then.
 */
static __always_inline void rj_tls_break(struct rj_tls_walk *w)
{
	int is_chance = w->bits & (RJ_TLS_JOINED | RJ_TLS_BEHIND) && w->num_words <= 1;

	if (w->state == RJ_TLS_START || is_chance)
		rj_tls_seek(w);
	else
		w->state = RJ_TLS_LOST;
}

/* Goes behind the record, of which @left bytes are left. */
static __always_inline void rj_tls_leave(struct rj_tls_walk *w, __u32 left)
{
	w->next += left;
	w->rest = 0;
	w->bits &= (__u8)~RJ_TLS_IN_RECORD;
}

/* To the next message of the record, @left bytes from here; one whose header is cut ends them. */
static __always_inline void rj_tls_enter(struct rj_tls_walk *w, __u32 left)
{
	if (left >= RJ_TLS_MESSAGE_HEAD) {
		w->bits |= RJ_TLS_IN_RECORD;
		w->rest = left & 0xffffff;
		return;
	}
	if (left)
		w->bits |= RJ_TLS_NO_MESSAGES;
	rj_tls_leave(w, left);
}

/* To where the first message of a handshake record of @len bytes starts, or behind the record. */
static __always_inline void rj_tls_open(struct rj_tls_walk *w, __u32 len)
{
	__u32 go_on = w->rest;

	if (go_on >= len) {
		w->next += len;
		w->rest = (go_on - len) & 0xffffff;
		return;
	}
	w->next += go_on;
	rj_tls_enter(w, len - go_on);
}

/*
 * A client of before TLS 1.1 may begin with a hello in SSL 2's record: length with the top bit set,
 * type, version (RFC 5246 E.2). It is no record; how many bytes it has behind @head, its first
 * five, or 0.
 */
static __always_inline __u32 rj_tls_ssl2_left(const struct rj_tls_walk *w, __u64 head)
{
	__u32 len = (__u32)(head >> 24) & 0x7fff;
	__u32 rest = (__u32)head & 0xffffff;

	if (w->state != RJ_TLS_START || w->bits & RJ_TLS_JOINED || !(head >> 39 & 1) || len < 9 ||
	    rest < 0x010300 || rest > 0x010303)
		return 0;
	return len - 3;
}

/*
 * The same of a PROXY header that the stream begins with: what stands behind @head is at byte @off
 * of the frame.
 */
static __always_inline __u32 rj_tls_proxy_left(const struct rj_frame *f, __u32 off,
					       const struct rj_tls_walk *w, __u64 head)
{
	__u16 len;

	if (w->state != RJ_TLS_START || w->bits & (RJ_TLS_JOINED | RJ_TLS_BEHIND))
		return 0;
	if (head == RJ_PROXY2_HEAD) {
		if (!rj_frame_load_few(f, off + RJ_PROXY2_LEN_OFF - RJ_TLS_RECORD_LEN, &len,
				       sizeof(len)))
			return 0;
		return RJ_PROXY2_LEN - RJ_TLS_RECORD_LEN + rj_be16(len);
	}
	for (__u32 i = 0; i < RJ_PROXY1_MAX - RJ_TLS_RECORD_LEN && head == RJ_PROXY1_HEAD; i++) {
		__u8 byte;

		if (!rj_frame_load_few(f, off + i, &byte, sizeof(byte)))
			return 0;
		if (byte == '\n')
			return i + 1;
	}
	return 0;
}

/* A record's header: @head is its five bytes, behind which byte @off of the frame stands. */
static __always_inline void rj_tls_record(const struct rj_frame *f, __u32 off,
					  struct rj_tls_walk *w, const struct rj_tls_list *list,
					  __u64 head, __u64 since_start_ns)
{
	__u32 type = (__u32)(head >> 32) & 0xff;
	__u32 len = (__u32)head & 0xffff;

	if (!rj_tls_is_record(w, type, (__u32)head >> 16, len)) {
		len = rj_tls_ssl2_left(w, head);
		if (!len)
			len = rj_tls_proxy_left(f, off, w, head);
		if (len)
			w->next += len;
		else
			rj_tls_break(w);
		return;
	}
	w->state = RJ_TLS_FOLLOW;
	rj_tls_put(w, list, rj_tls_pack(since_start_ns, len, (__u8)type));
	if (type == RJ_TLS_HANDSHAKE && !(w->bits & RJ_TLS_NO_MESSAGES)) {
		rj_tls_open(w, len);
		return;
	}
	if (type == RJ_TLS_CCS)
		w->bits |= RJ_TLS_SEALED;
	if (w->rest) /* another type within a message, which RFC 8446 5.1 forbids */
		w->bits |= RJ_TLS_NO_MESSAGES;
	rj_tls_leave(w, len);
}

/*
 * A handshake message's header: @head is its four bytes. Encrypted ones are noise; but after a
 * ChangeCipherSpec another hello in the clear may come (RFC 8446 D.4), alone in its record.
 */
static __always_inline void rj_tls_message(struct rj_tls_walk *w, const struct rj_tls_list *list,
					   __u32 head)
{
	__u32 type = head >> 24;
	__u32 len = head & 0xffffff;
	__u32 room = w->rest - RJ_TLS_MESSAGE_HEAD;

	if (w->bits & RJ_TLS_SEALED && (len != room || (type != 1 && type != 2))) {
		rj_tls_leave(w, room);
		return;
	}
	w->bits &= (__u8)~RJ_TLS_SEALED;
	if (w->bits & RJ_TLS_BEHIND && w->num_words == 1 && type != 1 && type != 2) {
		rj_tls_break(w);
		return;
	}
	rj_tls_put(w, list, RJ_TLS_MESSAGE | (__u64)type << RJ_TLS_MESSAGE_LEN_BITS | len);
	if (len > room) {
		rj_tls_leave(w, room);
		w->rest = (len - room) & 0xffffff;
		return;
	}
	w->next += len;
	rj_tls_enter(w, room - len);
}

/* rj_tls_may_begin - whether a side's TLS may, with a record of this type. */
static __always_inline int rj_tls_may_begin(__u8 type)
{
	return type == RJ_TLS_HANDSHAKE || type == RJ_TLS_ALERT;
}

/*
 * Whether the first bytes of the first header already show that it is none; elsewhere than at the
 * stream's start a packet that has only some of it does, too.
 */
static __always_inline int rj_tls_is_hopeless(const struct rj_tls_walk *w)
{
	__u32 type = w->head >> (8 * (w->head_len - 1) & 31) & 0xff;

	if (w->state != RJ_TLS_START)
		return 0;
	return w->bits & (RJ_TLS_JOINED | RJ_TLS_BEHIND) ||
	       (!rj_tls_may_begin((__u8)type) && type < 0x80);
}

/*
 * Takes what the packet has of the header that is waited for, @off bytes into the frame where at
 * most @left are the payload's. False when it was not captured.
 */
static __always_inline int rj_tls_head(const struct rj_frame *f, __u32 off, __u32 left,
				       struct rj_tls_walk *w, const struct rj_tls_list *list,
				       __u64 since_start_ns)
{
	__u32 head_len = w->bits & RJ_TLS_IN_RECORD ? RJ_TLS_MESSAGE_HEAD : RJ_TLS_RECORD_LEN;
	__u32 missing = head_len - w->head_len;
	__u64 len = left < missing ? left : missing;
	__u64 bytes = 0, head;

	/* two comparisons of the very register, the second signed, as in rj_sample_record */
	rj_hide(len);
	if (len > RJ_TLS_RECORD_LEN)
		return 0;
	rj_hide(len);
	if ((__s64)len < 1 || !rj_tls_load(f, off, &bytes, len))
		return 0;
	head = (__u64)w->head << 8 * len | rj_be64(bytes) >> (64 - 8 * len);
	w->next += (__u32)len;
	w->head = (__u32)head;
	w->head_len = (w->head_len + len) & 0xff;
	if (len < missing) {
		if (rj_tls_is_hopeless(w))
			rj_tls_seek(w);
		return 1;
	}
	w->head_len = 0;
	w->head = 0;
	if (head_len == RJ_TLS_MESSAGE_HEAD)
		rj_tls_message(w, list, (__u32)head);
	else
		rj_tls_record(f, off + (__u32)len, w, list, head, since_start_ns);
	return 1;
}

#ifdef __bpf__
/* rj_tls_head, by a function that the verifier follows once. In bpf/flow.bpf.c. */
static __always_inline int rj_tls_head_apart(const struct rj_frame *f, __u32 off, __u32 left,
					     struct rj_tls_walk *w, const struct rj_tls_list *list,
					     __u64 since_start_ns);
#define rj_tls_whole(f, off, left, w, list, since_start_ns) 0
#else
/* A function of its own, as rj_tls_whole reads most headers. */
static __attribute__((noinline, unused)) int rj_tls_head_apart(const struct rj_frame *f, __u32 off,
							       __u32 left, struct rj_tls_walk *w,
							       const struct rj_tls_list *list,
							       __u64 since_start_ns)
{
	return rj_tls_head(f, off, left, w, list, since_start_ns);
}

/* rj_tls_head of a header that the packet has as a whole. False: it may not, nothing was done. */
static __always_inline int rj_tls_whole(const struct rj_frame *f, __u32 off, __u32 left,
					struct rj_tls_walk *w, const struct rj_tls_list *list,
					__u64 since_start_ns)
{
	__u64 word;

	if (w->head_len || left < RJ_TLS_RECORD_LEN || !rj_frame_load(f, off, &word, sizeof(word)))
		return 0;
	word = rj_be64(word);
	if (w->bits & RJ_TLS_IN_RECORD) {
		w->next += RJ_TLS_MESSAGE_HEAD;
		rj_tls_message(w, list, (__u32)(word >> 32));
		return 1;
	}
	w->next += RJ_TLS_RECORD_LEN;
	rj_tls_record(f, off + RJ_TLS_RECORD_LEN, w, list, word >> (64 - 8 * RJ_TLS_RECORD_LEN),
		      since_start_ns);
	return 1;
}
#endif

/* rj_tls_is_past - whether the side is looked at no more for TLS behind another protocol. */
static __always_inline int rj_tls_is_past(const struct rj_half *h)
{
	return h->packets > RJ_TLS_BEHIND_PACKETS || h->payload_bytes > RJ_TLS_BEHIND_BYTES;
}

/* Whether TLS may start with the packet, which is one of the side's first. */
static __always_inline int rj_tls_begins(const struct rj_frame *f, __u32 off,
					 const struct rj_half *h, struct rj_rest *r, __u32 seq)
{
	__u8 type = 0;

	if (rj_tls_is_past(h)) {
		r->tls.state = RJ_TLS_OTHER;
		return 0;
	}
	if (!rj_frame_load_few(f, off, &type, sizeof(type)) || !rj_tls_may_begin(type))
		return 0;
	r->tls.next = seq;
	r->tls_seq = seq;
	return 1;
}

static __always_inline void rj_tls_follow(const struct rj_frame *f, __u32 off,
					  const struct rj_half *h, struct rj_rest *r,
					  const struct rj_tls_list *list, const struct rj_packet *p,
					  __u64 since_start_ns)
{
	struct rj_tls_walk *w = &r->tls;
	__u32 seq = rj_tls_seq(p);

	if (w->state > RJ_TLS_FOLLOW) /* another CPU's write of tcp_bits has lost that it is so */
		return;
	if (w->state == RJ_TLS_UNKNOWN)
		rj_tls_start(h, r, seq);
	if (rj_tls_is_behind(w) && !rj_tls_begins(f, off, h, r, seq))
		return;
	if (!list->words || rj_tls_is_missed(w, seq)) {
		w->state = w->state == RJ_TLS_START ? RJ_TLS_OTHER : RJ_TLS_LOST;
		return;
	}
	/* 64 bits: of a counter put by on the stack the verifier knows the value then */
	for (__u64 i = 0; i < RJ_TLS_HEADS; i++) {
		__u32 at = w->next - seq;

		if (at >= p->payload_len || w->state > RJ_TLS_FOLLOW)
			return;
		if (!rj_tls_whole(f, off + at, p->payload_len - at, w, list, since_start_ns) &&
		    !rj_tls_head_apart(f, off + at, p->payload_len - at, w, list, since_start_ns))
			break;
		rj_forget();
		if (rj_tls_is_behind(w))
			return;
	}
	/* not captured; or more headers than are read in one packet, if another one follows */
	if (w->state <= RJ_TLS_FOLLOW && w->next - seq < p->payload_len)
		w->state = w->state == RJ_TLS_START ? RJ_TLS_OTHER : RJ_TLS_LOST;
}

/*
 * rj_tlsrec_add - follows the records of the side through a packet's payload, which starts at byte
 * @off of the frame; for packets that rj_tlsrec_wants.
 */
static __always_inline void rj_tlsrec_add(const struct rj_frame *f, __u32 off, struct rj_half *h,
					  struct rj_rest *r, const struct rj_tls_list *list,
					  const struct rj_packet *p, __u64 since_start_ns)
{
	rj_tls_follow(f, off, h, r, list, p, since_start_ns);
	rj_tls_settle(h, r);
}

/*
 * rj_tlsrec_go_on - what @half and @to, of a flow that goes on from the one of @from, have to know.
 * Where the place in the stream is not known, the first payload may show it. Behind another
 * protocol, which the next flow does not have, several records that lead to each other are TLS.
 */
static __always_inline void rj_tlsrec_go_on(struct rj_half *half, struct rj_rest *to,
					    const struct rj_rest *from)
{
	struct rj_tls_walk none = {};

	int is_sure = !(from->tls.bits & RJ_TLS_BEHIND) || from->tls.num_words > 2;

	to->tls = from->tls;
	to->tls.num_words = 0;
	if (to->tls.state == RJ_TLS_FOLLOW && is_sure)
		to->tls.bits &= (__u8)~RJ_TLS_BEHIND;
	else if (to->tls.state != RJ_TLS_OTHER && !rj_tls_is_behind(&from->tls))
		to->tls = none;
	rj_tls_settle(half, to);
}

#endif
