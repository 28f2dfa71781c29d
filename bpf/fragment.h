/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragments of IP datagrams: how a later one gets the key of the first. [both] */
#ifndef RJ_BPF_FRAGMENT_H
#define RJ_BPF_FRAGMENT_H

#include "bpf/abi.h"
#include "bpf/wire.h"

/*
 * rj_fragment_name - what the fragments of one datagram have in common: addresses, identification
 * and for IPv4 the protocol (RFC 791 3.2; RFC 8200 4.5 leaves that to the first fragment). A key
 * of another use: ends as sent, the identification in place of the ports.
 */
static __always_inline void rj_fragment_name(const struct rj_packet *p, struct rj_key *out)
{
	rj_zero(out, sizeof(*out));
	rj_copy(out->addr[0], p->key.addr[p->side & 1], 16);
	rj_copy(out->addr[1], p->key.addr[!(p->side & 1)], 16);
	out->port[0] = (__u16)(p->frag_id >> 16);
	out->port[1] = (__u16)p->frag_id;
	out->proto = p->frag_proto;
	out->version = p->key.version;
}

/* rj_fragment_name_sample - the same of the sample @s of a fragment that waits. */
static __always_inline void rj_fragment_name_sample(const struct rj_sample *s, struct rj_key *out)
{
	rj_zero(out, sizeof(*out));
	rj_copy(out->addr[0], s->key.addr[s->side & 1], 16);
	rj_copy(out->addr[1], s->key.addr[!(s->side & 1)], 16);
	out->port[0] = (__u16)(s->stream_seq >> 16);
	out->port[1] = (__u16)s->stream_seq;
	out->proto = s->key.version == 4 ? s->key.proto : 0;
	out->version = s->key.version;
}

/* rj_fragment_note - what later fragments need of the first one @p, in *@out. */
static __always_inline void rj_fragment_note(const struct rj_packet *p, struct rj_first *out)
{
	rj_zero(out, sizeof(*out));
	out->key = p->key;
	out->time_ns = p->time_ns;
	out->seq = p->tcp_seq + (p->tcp_flags & RJ_TCP_SYN ? 1 : 0);
	out->frag_off = p->frag_off;
	out->side = p->side;
	out->bits = p->bits;
	out->icmp_type = p->icmp_type;
	out->icmp_code = p->icmp_code;
	out->is_known = 1;
}

/*
 * rj_fragment_join - makes the later fragment @p a packet of its datagram's flow. Of TCP it goes
 * on as a segment: its place in the sequence space follows from the first's. One that begins
 * within the headers (RFC 1858 3) has no such place.
 */
static __always_inline void rj_fragment_join(const struct rj_first *first, struct rj_packet *p)
{
	p->key = first->key;
	p->side = first->side;
	p->icmp_type = first->icmp_type;
	p->icmp_code = first->icmp_code;
	p->bits |= RJ_PKT_JOINED_FRAG | (first->bits & RJ_PKT_SAME_ENDS);
	if (p->frag_off < first->frag_off) {
		p->bits |= RJ_PKT_BAD_L4;
		return;
	}
	p->frag_off = (__u16)(p->frag_off - first->frag_off);
	if (first->bits & RJ_PKT_TCP) {
		p->bits |= RJ_PKT_TCP;
		p->tcp_seq = first->seq + p->frag_off;
	}
}

#endif
