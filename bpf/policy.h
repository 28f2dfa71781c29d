/* SPDX-License-Identifier: BSD-3-Clause */
/* Which payload is worth handing up, and what may be spent on it: decisions without maps. [both] */
#ifndef RJ_BPF_POLICY_H
#define RJ_BPF_POLICY_H

#include "bpf/abi.h"
#include "bpf/side.h"
#include "bpf/wire.h"

/*
 * Segments of one side that are sampled at most: retransmissions must not fill the ring, nor small
 * segments hide a head or end a count of bytes.
 */
#define RJ_MAX_SAMPLED_PACKETS 1024u
/*
 * The same of shorter segments than so many of which cover the first bytes, by default 8192: so
 * that these may come a byte at a time. What a record of the ring takes bounds them all.
 */
#define RJ_SMALL_SEGMENT_BYTES 8u
#define RJ_MAX_SAMPLED_SMALL 8192u
/* The same once a later head of HTTP was: long connections have more than anybody lists. */
#define RJ_MAX_SAMPLED_HEADS 64u
/* A datagram protocol's side may ask and answer more often than a stream has first segments. */
#define RJ_MAX_SAMPLED_DATAGRAMS 400u
/*
 * Datagrams of a side that are looked at for the handshake of QUIC or DTLS: Initials, their acks
 * and retries; a chain of certificates in small pieces.
 */
#define RJ_MAX_HANDSHAKE_DATAGRAMS 64u
/* How far before the first segment seen one that was overtaken may start. */
#define RJ_SAMPLE_REORDER_BYTES 65536
/* How far a stream is sampled at most where user space asks for more: a TLS handshake message. */
#define RJ_SAMPLE_MOST_BYTES 65536u
/* What is sampled from the start of a later head on: those of browsers have 1 to 2 KiB. Ours. */
#define RJ_LATER_HEAD_BYTES 2048u
/* Payload a half's first bytes are told by; shorter is not looked at. */
#define RJ_TELLING_BYTES 8u

/* rj_max_sampled - how many segments of a side may be sampled, the next of which has @len bytes. */
static __always_inline __u32 rj_max_sampled(int is_later, __u32 len)
{
	if (is_later)
		return RJ_MAX_SAMPLED_HEADS;
	return len < RJ_SMALL_SEGMENT_BYTES ? RJ_MAX_SAMPLED_SMALL : RJ_MAX_SAMPLED_PACKETS;
}

/* rj_is_whole_port - ports whose datagrams are handed up for as long as there are samples left. */
static __always_inline int rj_is_whole_port(__u16 port)
{
	switch (port) {
	case 53: /* DNS */
	case 67: /* DHCP */
	case 68:
	case 137: /* NetBIOS names */
	case 500: /* IKE */
	case 546: /* DHCPv6 */
	case 547:
	case 4500: /* IKE between ESP, until user space has what it wants */
	case 5353: /* mDNS */
	case 5355: /* LLMNR */
		return 1;
	default:
		return 0;
	}
}

/* Packets that the errors of one flow are about, kept and so handed up. Ours. */
#define RJ_MAX_ABOUT 8u
/* What an error has of its packet at the least (RFC 1812 4.3.2.3), and more than keys need. */
#define RJ_ABOUT_BYTES 256u

/* rj_is_icmp_error - of a message that carries the packet it is about: RFC 792, RFC 4443 2.1. */
static __always_inline int rj_is_icmp_error(const struct rj_key *key)
{
	if (key->proto == RJ_IP_ICMPV6)
		return key->version == 6 && key->kind < 128;
	/* unreachable, quench, redirect, time exceeded, parameter problem */
	return key->proto == RJ_IP_ICMP && key->version == 4 && key->kind < 16 &&
	       0x1838u >> key->kind & 1;
}

#define RJ_WORD4(a, b, c, d) ((__u64)(a) << 24 | (__u64)(b) << 16 | (__u64)(c) << 8 | (__u64)(d))
#define RJ_WORD8(a, b, c, d, e, f, g, h) (RJ_WORD4(a, b, c, d) << 32 | RJ_WORD4(e, f, g, h))

/*
 * rj_is_http_head - whether a message of HTTP/1 may start with these 8 bytes, the first the most
 * significant. The methods of RFC 9110 and PATCH; the dissector decides.
 */
static __always_inline int rj_is_http_head(__u64 first)
{
	switch (first >> 32) {
	case RJ_WORD4('H', 'T', 'T', 'P'):
		return first >> 8 == RJ_WORD8(0, 'H', 'T', 'T', 'P', '/', '1', '.');
	case RJ_WORD4('G', 'E', 'T', ' '):
	case RJ_WORD4('P', 'U', 'T', ' '):
		return 1;
	case RJ_WORD4('P', 'O', 'S', 'T'):
	case RJ_WORD4('H', 'E', 'A', 'D'):
		return (first >> 24 & 0xff) == ' ';
	case RJ_WORD4('D', 'E', 'L', 'E'):
		return (first >> 8 & 0xffffff) == RJ_WORD4(0, 'T', 'E', ' ');
	case RJ_WORD4('P', 'A', 'T', 'C'):
		return (first >> 16 & 0xffff) == RJ_WORD4(0, 0, 'H', ' ');
	case RJ_WORD4('T', 'R', 'A', 'C'):
		return (first >> 16 & 0xffff) == RJ_WORD4(0, 0, 'E', ' ');
	case RJ_WORD4('O', 'P', 'T', 'I'):
		return (first & 0xffffffff) == RJ_WORD4('O', 'N', 'S', ' ');
	case RJ_WORD4('C', 'O', 'N', 'N'):
		return (first & 0xffffffff) == RJ_WORD4('E', 'C', 'T', ' ');
	default:
		return 0;
	}
}

/*
 * rj_is_quic_long - whether a datagram starts with QUIC's long header of a version there is:
 * versions 1 (RFC 9000), 2 (RFC 9369) and the drafts 27 to 34 that were in use. RFC 8999 5.1: one
 * bit says long, 32 after the first byte are the version.
 */
static __always_inline int rj_is_quic_long(__u64 first)
{
	__u32 version = (__u32)(first >> 24);

	if (!(first >> 63))
		return 0;
	return version == 1 || version == 0x6b3343cf ||
	       (version >= 0xff00001b && version <= 0xff000022);
}

/*
 * rj_is_dtls_clear - whether a datagram starts with a record of DTLS that is not encrypted: epoch
 * 0, ChangeCipherSpec, alert or handshake, of any version (RFC 6347 4.1), and of OpenSSL before.
 */
static __always_inline int rj_is_dtls_clear(__u64 first)
{
	__u32 type = (__u32)(first >> 56);
	__u32 version = (__u32)(first >> 40) & 0xffff;

	return type >= 20 && type <= 22 && (version >> 8 == 0xfe || version == 0x0100) &&
	       !(first >> 24 & 0xffff);
}

/* rj_is_handshake - whether a datagram starts as those with hellos and certificates do. */
static __always_inline int rj_is_handshake(__u64 first)
{
	return rj_is_quic_long(first) || rj_is_dtls_clear(first);
}

/* How much the loss of a sample would hurt, least first. */
enum rj_sample_class {
	RJ_CLASS_REST,	    /* what follows the first packets */
	RJ_CLASS_FIRST,	    /* first payload of a flow that nobody has answered yet */
	RJ_CLASS_HANDSHAKE, /* first payload of flows in which both sides speak */
	RJ_NUM_CLASSES
};

/* Sampled packets of a side that are its handshake. Ours: a hello and a chain of certificates. */
#define RJ_HANDSHAKE_PACKETS 8u

/* rj_sample_class - of the next sample of a side that has @num_samples, the other side @answers. */
static __always_inline enum rj_sample_class rj_sample_class(__u32 num_samples, int answers)
{
	if (answers && num_samples < RJ_HANDSHAKE_PACKETS)
		return RJ_CLASS_HANDSHAKE;
	return num_samples ? RJ_CLASS_REST : RJ_CLASS_FIRST;
}

/*
 * rj_ring_has_room - whether a sample may use the ring, of @size bytes with @used of them taken:
 * the rest up to one half, first payload up to five eighths, handshakes up to three quarters. The
 * last quarter is for cut flows and orphans, whose loss would cost more than names.
 */
static __always_inline int rj_ring_has_room(enum rj_sample_class class, __u64 used, __u64 size)
{
	return used < size / 8 * (4 + class);
}

/*
 * struct rj_budget - bytes of samples that a CPU may hand up: filled by time, emptied by samples.
 * @spent is counted down by @rate bytes in 1024 ns.
 */
struct rj_budget {
	__u64 spent;
	__u64 time_ns;
};

/* What may be spent at once: a burst of some 1,000 handshakes. Ours. */
#define RJ_BUDGET_BYTES (4u << 20)

/*
 * rj_budget_take - spends @num_bytes at @now_ns; 0: it may not. Classes share it as they share
 * the ring: the last quarter is the handshakes'.
 */
static __always_inline int rj_budget_take(struct rj_budget *b, __u64 now_ns, __u32 num_bytes,
					  enum rj_sample_class class, __u32 rate)
{
	__u64 gone_ns = now_ns > b->time_ns ? now_ns - b->time_ns : 0;
	__u64 back;

	if (gone_ns > 1u << 30) /* long enough for any rate, and no product comes round */
		gone_ns = 1u << 30;
	back = gone_ns * rate >> 10;
	if (back) { /* else the time goes on adding up */
		b->spent = b->spent > back ? b->spent - back : 0;
		b->time_ns = now_ns;
	}
	if (b->spent + num_bytes > RJ_BUDGET_BYTES / 4 * (2 + class))
		return 0;
	b->spent += num_bytes;
	return 1;
}

#endif
