// SPDX-License-Identifier: BSD-3-Clause
/* TCP segments that are read when their datagram has been put together. */
#include "flow/split_head.h"

#include "bpf/accumulate.h"
#include "bpf/parse.h"

/*
 * Reads the header in what has come of @d into @segment, which has the key, the side, and what the
 * IP header says. Its payload starts at payload_off. False: there is none.
 */
static bool read_header(const struct rj_datagram *d, struct rj_packet *segment)
{
	const struct rj_frame f = {
		.data = d->bytes,
		.captured_len = rj_datagram_prefix(d),
		.wire_len = rj_datagram_prefix(d),
		.is_deep = 1,
	};
	struct rj_layers l = { .l4_len = d->len ? d->len : f.captured_len };

	/* where it ends is not known: a FIN may stand further on */
	segment->bits |= d->len ? 0 : RJ_PKT_FIRST_FRAG;
	rj_parse_tcp_rest(&f, &l, segment);
	segment->payload_off = (uint16_t)l.off;
	segment->payload_len = l.l4_len;
	segment->num_segments = 1;
	return segment->bits & RJ_PKT_TCP;
}

/* A flow that begins with the datagram @d was started by a packet whose flags were not read. */
static void note_originator(struct rj_flow *flow, const struct rj_datagram *d,
			    const struct rj_packet *segment)
{
	bool is_answer = segment->tcp_flags & RJ_TCP_ACK && !(segment->bits & RJ_PKT_SAME_ENDS);

	if (!(segment->tcp_flags & RJ_TCP_SYN) || flow->originator_by != RJ_ORIG_FIRST ||
	    flow->starter != d->side || flow->start_ns != d->time_ns)
		return;
	flow->originator_by = RJ_ORIG_SYN;
	flow->originator = (uint8_t)(is_answer ? !d->side : d->side);
}

static void tell(struct rj_payloads *p, struct rj_entry *entry, const struct rj_datagram *d,
		 const struct rj_packet *segment)
{
	uint32_t left = rj_datagram_prefix(d) - segment->payload_off;
	const struct rj_captured c = {
		.payload = d->bytes + segment->payload_off,
		.payload_len = left < segment->payload_len ? left : segment->payload_len,
	};
	struct rj_half *half = &entry->flow.half[d->side];
	struct rj_rest *rest = rj_rest_of(entry, d->side);

	note_originator(&entry->flow, d, segment);
	rj_tcp_add(half, rest, segment);
	if (p->options->limits.num_records && rj_tlsrec_wants(half, rest, segment))
		rj_payloads_records(p, entry, segment, &c);
	rj_payloads_segment(p, entry, segment, c.payload, c.payload_len);
}

void rj_split_head_take(struct rj_payloads *p, struct rj_entry *entry,
			const struct rj_packet *packet, const uint8_t *bytes, uint32_t len)
{
	bool is_later = packet->bits & RJ_PKT_LATER_FRAG;
	const struct rj_fragment fragment = {
		.time_ns = packet->time_ns,
		.id = packet->frag_id,
		.side = packet->side,
		.off = is_later ? packet->frag_off : 0,
		.len = len,
		.wire_len = is_later ? packet->payload_len : len,
		.bytes = bytes,
		.is_last = packet->bits & RJ_PKT_LAST_FRAG,
	};
	struct rj_datagram *d = rj_datagram_put(&entry->datagrams, &fragment, &p->stats->datagrams);
	struct rj_packet segment;

	if (!d)
		return;
	segment = *packet;
	segment.bits &= RJ_PKT_IPV4 | RJ_PKT_SAME_ENDS;
	if (read_header(d, &segment))
		tell(p, entry, d, &segment);
	rj_datagram_remove(&entry->datagrams, d, &p->stats->datagrams);
}

void rj_split_head_end(struct rj_payloads *p, struct rj_entry *entry, const struct rj_datagram *d)
{
	struct rj_packet segment = {
		.key = entry->key,
		.time_ns = d->time_ns,
		.side = (uint8_t)d->side,
		.ttl = entry->flow.half[d->side].ttl_min,
		.ip_id = (uint16_t)d->id,
	};

	if (rj_datagram_prefix(d) && read_header(d, &segment))
		tell(p, entry, d, &segment);
}
