/* SPDX-License-Identifier: BSD-3-Clause */
/* Flows that go on over many packets, interleaved. Included by parity.c alone. */
#ifndef RJ_TESTS_BPF_CONVERSE_H
#define RJ_TESTS_BPF_CONVERSE_H

#include "tests/bpf/generate.h"

#define NUM_TALKS 256u
#define NUM_GAPS 6u

/* struct talk_side - @gap: where segments were passed over, to be sent late. */
struct talk_side {
	uint32_t next;
	uint32_t last_len;
	uint16_t id;
	struct {
		uint32_t seq, len;
	} gap[NUM_GAPS];
};

/* struct talk - one flow; @stage: 0 nothing, 1 SYN sent, 2 open, then what closes it. */
struct talk {
	struct spec base;
	uint32_t stage;
	struct talk_side side[2];
};

static void talk_init(struct gen *g, struct talk *t, uint32_t number)
{
	static const uint8_t protos[] = { RJ_IP_TCP, RJ_IP_TCP, RJ_IP_TCP,  RJ_IP_TCP,	RJ_IP_TCP,
					  RJ_IP_UDP, RJ_IP_UDP, RJ_IP_ICMP, RJ_IP_SCTP, 47 };

	memset(t, 0, sizeof(*t));
	spec_init(&t->base, number & 1 ? 4 : 6, protos[below(&g->r, sizeof(protos))]);
	if (t->base.version == 6 && t->base.proto == RJ_IP_ICMP)
		t->base.proto = RJ_IP_ICMPV6;
	t->base.src = (uint8_t)number;
	t->base.dst = number % 16 ? 200 : t->base.src; /* some talk to themselves */
	t->base.sport = (uint16_t)(20000 + below(&g->r, 1000));
	t->base.dport = (uint16_t)(one_in(&g->r, 4) ? t->base.sport : 53 + 390 * below(&g->r, 2));
	t->base.icmp_type = t->base.version == 4 ? 8 : 128;
	add_tags(g, &t->base, one_in(&g->r, 4) ? 1 + below(&g->r, 3) : 0);
	t->side[0].next = one_in(&g->r, 3) ? 0xffffff00u : (uint32_t)prng_next(&g->r);
	t->side[1].next = one_in(&g->r, 3) ? 0xfffff000u : (uint32_t)prng_next(&g->r);
}

/* The payload length: none, little, full, or a super-packet. */
static uint32_t talk_len(struct gen *g, struct spec *s, int with_gso)
{
	static const uint16_t sizes[] = { 1, 20, 48, 100, 536, 1000, 1448 };
	uint32_t len = below(&g->r, one_in(&g->r, 2) ? 40 : 1400);

	if (one_in(&g->r, 5))
		return 0;
	if (!with_gso || !one_in(&g->r, 3))
		return len;
	len = 1 + below(&g->r, 3000);
	s->gso_size = sizes[below(&g->r, 7)];
	return len;
}

/* Where in sequence space a segment goes: in order, again, overlapping, ahead, or into a gap. */
static void talk_place(struct gen *g, struct talk_side *side, struct spec *s)
{
	uint32_t gap = below(&g->r, NUM_GAPS);

	s->seq = side->next;
	switch (below(&g->r, 12)) {
	case 0: /* the last again */
		s->seq = side->next - side->last_len;
		s->payload = side->last_len;
		return;
	case 1: /* over the last's end */
		s->seq = side->next - below(&g->r, side->last_len + 1);
		break;
	case 2: /* long ago, or before all */
		s->seq = side->next - below(&g->r, 100000);
		return;
	case 3:
	case 4: /* ahead */
		side->gap[gap].seq = side->next;
		side->gap[gap].len = 1 + below(&g->r, 1400);
		s->seq += side->gap[gap].len;
		break;
	case 5:
	case 6: /* late: all of a gap, or a part of it */
		s->seq = side->gap[gap].seq;
		s->payload = side->gap[gap].len;
		if (one_in(&g->r, 2)) {
			s->seq += below(&g->r, s->payload + 1);
			s->payload = below(&g->r, s->payload + 1);
		}
		return;
	case 7: /* keep-alive (RFC 9293 3.8.4) */
		s->seq--;
		s->payload = below(&g->r, 2);
		return;
	default:
		break;
	}
	side->last_len = s->payload;
	side->next = s->seq + s->payload;
}

static uint8_t talk_flags(struct gen *g, struct talk *t, int from)
{
	if (t->stage == 0) {
		t->stage = one_in(&g->r, 8) ? 2 : 1;
		return t->stage == 1 ? RJ_TCP_SYN : RJ_TCP_ACK;
	}
	if (t->stage == 1) {
		if (one_in(&g->r, 4))
			return RJ_TCP_SYN; /* again, or from both sides */
		t->stage = 2;
		return from ? RJ_TCP_SYN | RJ_TCP_ACK : RJ_TCP_ACK;
	}
	if (one_in(&g->r, 40))
		return RJ_TCP_FIN | RJ_TCP_ACK;
	if (one_in(&g->r, 80)) {
		t->stage = 0; /* the next is a new SYN */
		return RJ_TCP_RST | (uint8_t)(below(&g->r, 2) * RJ_TCP_ACK);
	}
	if (one_in(&g->r, 120))
		return RJ_TCP_SYN; /* out of place, or reuse after FIN */
	return (uint8_t)(RJ_TCP_ACK | (below(&g->r, 64) & (RJ_TCP_PSH | RJ_TCP_URG)));
}

static void talk_tcp(struct gen *g, struct talk *t, int from, struct spec *s, int with_gso)
{
	s->flags = talk_flags(g, t, from);
	s->payload = talk_len(g, s, with_gso);
	if (s->flags & RJ_TCP_SYN) {
		s->tcp_options = below(&g->r, 11) * 4;
		s->payload = one_in(&g->r, 8) ? s->payload : 0; /* TCP Fast Open, RFC 7413 */
	}
	talk_place(g, &t->side[from], s);
	if (s->flags & (RJ_TCP_SYN | RJ_TCP_FIN))
		t->side[from].next++;
	s->ack = t->side[!from].next;
	s->window = (uint16_t)below(&g->r, 65536);
}

/* One packet of the flow; now and then the super-packet's numbers contradict its length. */
static void talk(struct gen *g, struct talk *t, int with_gso)
{
	struct spec s = t->base;
	int from = one_in(&g->r, 3);

	if (from) {
		s.src = t->base.dst;
		s.dst = t->base.src;
		s.sport = t->base.dport;
		s.dport = t->base.sport;
		s.icmp_type = s.version == 4 ? 0 : 129;
	}
	if (s.proto == RJ_IP_ICMP || s.proto == RJ_IP_ICMPV6)
		s.sport = t->base.sport;
	s.id = t->side[from].id++;
	s.ttl = (uint8_t)(60 + below(&g->r, 6));
	s.padding = one_in(&g->r, 8) ? below(&g->r, 20) : 0;
	if (s.proto == RJ_IP_TCP)
		talk_tcp(g, t, from, &s, with_gso);
	else
		s.payload = talk_len(g, &s, with_gso && s.proto == RJ_IP_UDP);
	if (s.gso_size)
		s.gso_segs = (s.payload + s.gso_size - 1) / s.gso_size;
	if (with_gso && one_in(&g->r, 40))
		s.gso_segs = below(&g->r, one_in(&g->r, 2) ? 4 : 65536);
	if (with_gso && one_in(&g->r, 40))
		s.gso_size = below(&g->r, one_in(&g->r, 2) ? 4 : 65536);
	emit(g, &s);
}

static struct talk talks[NUM_TALKS];

/* Goes on with the flows there are: most of it on a few, so that they become long. */
static void more_talks(struct gen *g, uint32_t num, int with_gso)
{
	while (num--)
		talk(g, &talks[below(&g->r, one_in(&g->r, 4) ? NUM_TALKS : 24)], with_gso);
}

static void gen_talks(struct gen *g, uint32_t num, int with_gso)
{
	for (uint32_t i = 0; i < NUM_TALKS; i++)
		talk_init(g, &talks[i], i);
	more_talks(g, num, with_gso);
}

#endif
