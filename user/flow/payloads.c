// SPDX-License-Identifier: BSD-3-Clause
/* Payload of packets and of samples; the memory of all flows together has a cap, kept here. */
#include "flow/payloads.h"

#include <stdlib.h>
#include <string.h>

#include "bpf/tcp.h"
#include "bpf/tlsrec.h"
#include "bpf/wire.h"
#include "flow/paused.h"
#include "flow/seq.h"
#include "flow/split_head.h"
#include "proto/dissector.h"

void rj_payloads_init(struct rj_payloads *p, const struct rj_engine_options *options,
		      struct rj_table *table, struct rj_engine_stats *stats,
		      struct rj_flow_pools *pools)
{
	const struct rj_trait_options none = { 0 };

	*p = (struct rj_payloads){ .options = options, .table = table, .stats = stats };
	p->traits = rj_feature_traits(&options->features, options->limits.num_packets);
	p->has_traits = memcmp(&p->traits, &none, sizeof(none)) != 0;
	p->counts_bytes = rj_feature_counts_bytes(&options->features);
	p->pools = pools;
}

static bool dissects(const struct rj_payloads *p, uint8_t proto)
{
	return p->options->features.dissectors && (proto == RJ_IP_TCP || proto == RJ_IP_UDP);
}

bool rj_payloads_wants(const struct rj_payloads *p, uint8_t proto)
{
	return dissects(p, proto) || rj_feature_counts_bytes(&p->options->features) ||
	       p->traits.prefix_len;
}

static void drop_paused(struct rj_payloads *p, struct rj_entry *entry, unsigned int side)
{
	if (!entry->paused[side])
		return;
	p->stats->dissect_bytes -= sizeof(*entry->paused[side]);
	rj_pool_put(&p->pools->paused, entry->paused[side]);
	entry->paused[side] = NULL;
}

static void drop_dissect(struct rj_payloads *p, struct rj_entry *entry)
{
	if (entry->dissect)
		p->stats->dissect_bytes -= rj_dissect_bytes(entry->dissect);
	rj_dissect_free(entry->dissect);
	entry->dissect = NULL;
	drop_paused(p, entry, 0);
	drop_paused(p, entry, 1);
}

static void drop_bytes(struct rj_payloads *p, struct rj_entry *entry)
{
	if (!entry->bytes)
		return;
	p->stats->dissect_bytes -= rj_bytes_memory(entry->bytes);
	rj_bytes_done(entry->bytes);
	rj_pool_put(&p->pools->all_bytes, entry->bytes);
	entry->bytes = NULL;
}

static void drop_traits(struct rj_payloads *p, struct rj_entry *entry)
{
	size_t before = p->pools->blocks.held;

	if (!entry->traits)
		return;
	rj_traits_done(entry->traits, &p->pools->blocks);
	p->stats->dissect_bytes -= before - p->pools->blocks.held + sizeof(*entry->traits);
	rj_pool_put(&p->pools->all_traits, entry->traits);
	entry->traits = NULL;
}

void rj_payloads_drop(struct rj_payloads *p, struct rj_entry *entry)
{
	drop_dissect(p, entry);
	drop_bytes(p, entry);
	drop_traits(p, entry);
	while (entry->datagrams)
		rj_datagram_remove(&entry->datagrams, entry->datagrams, &p->stats->datagrams);
}

/* The time of a packet, which its source's clock gave, as dissectors have it. */
static uint64_t unix_time(const struct rj_payloads *p, uint64_t time_ns)
{
	return time_ns + (uint64_t)p->options->clock_ns;
}

/* Hands payload over and keeps the account of memory. */
static void hand_over(struct rj_payloads *p, struct rj_entry *entry,
		      const struct rj_payload *payload)
{
	size_t before = rj_dissect_bytes(entry->dissect);
	bool is_over;

	rj_dissect_payload(entry->dissect, payload, &p->stats->dissect);
	p->stats->dissect_bytes += rj_dissect_bytes(entry->dissect) - before;
	is_over = p->options->max_dissect_bytes &&
		  p->stats->dissect_bytes > p->options->max_dissect_bytes;
	if (!is_over && !rj_dissect_is_vain(entry->dissect))
		return;
	p->stats->dissect_refused += is_over;
	drop_dissect(p, entry);
	entry->is_opaque = true;
}

static bool is_paused(const struct rj_entry *entry)
{
	return entry->paused[0] || entry->paused[1];
}

/* The entry's dissectors, made when the first payload comes; NULL when there are to be none. */
static struct rj_dissect *dissect_of(struct rj_payloads *p, struct rj_entry *entry)
{
	if (entry->dissect || entry->is_opaque)
		return entry->dissect;
	entry->dissect = rj_dissect_new(&p->pools->dissects, &p->pools->blocks,
					p->options->features.dissectors);
	if (!entry->dissect) {
		p->stats->dissect.no_memory++;
		return NULL;
	}
	p->stats->dissect_bytes += rj_dissect_bytes(entry->dissect);
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
		if (entry->unheard >> side & 1)
			rj_dissect_give_up(entry->dissect, side);
	return entry->dissect;
}

/* Says where a side's stream starts, by a SYN of which there was nobody to be told. */
static void tell_start(struct rj_payloads *p, struct rj_entry *entry,
		       const struct rj_payload *payload, unsigned int side)
{
	struct rj_payload syn = *payload;

	if (payload->over != RJ_OVER_TCP || !entry->dissect ||
	    !(entry->flow.half[side].tcp_bits & RJ_TCP_HAS_SYN))
		return;
	syn.side = side;
	syn.src_port = entry->key.port[side];
	syn.dst_port = entry->key.port[!side];
	syn.is_syn = true;
	syn.is_fin = false;
	syn.seq = rj_rest_of(entry, side)->syn_seq + 1;
	syn.len = 0;
	syn.wire_len = 0;
	hand_over(p, entry, &syn);
}

static bool has_memory_for(const struct rj_payloads *p, size_t num_bytes)
{
	size_t most = p->options->max_dissect_bytes;

	return !most || p->stats->dissect_bytes + num_bytes <= most;
}

/* The entry's byte counts, made with the first payload: a flow counts from its start or never. */
static struct rj_bytes *bytes_of(struct rj_payloads *p, struct rj_entry *entry)
{
	if (entry->bytes || entry->is_uncounted)
		return entry->bytes;
	if (has_memory_for(p, rj_bytes_size()))
		entry->bytes = rj_pool_take_raw(&p->pools->all_bytes);
	if (entry->bytes) {
		rj_bytes_init(entry->bytes);
		if (rj_feature_on(&p->options->features, RJ_FEATURE_WHT))
			rj_bytes_transform(entry->bytes);
		p->stats->dissect_bytes += rj_bytes_size();
		return entry->bytes;
	}
	entry->is_uncounted = true;
	p->stats->dissect_refused++;
	return NULL;
}

/* The entry's traits, made with the first packet that is wanted; NULL when memory is short. */
static struct rj_traits *traits_of(struct rj_payloads *p, struct rj_entry *entry)
{
	if (entry->traits || entry->is_untold)
		return entry->traits;
	if (has_memory_for(p, sizeof(*entry->traits)))
		entry->traits = rj_pool_take_raw(&p->pools->all_traits);
	if (entry->traits) {
		rj_traits_init(entry->traits);
		p->stats->dissect_bytes += sizeof(*entry->traits);
		return entry->traits;
	}
	entry->is_untold = true;
	p->stats->dissect_refused++;
	return NULL;
}

/* Hands a packet over and keeps the account of memory; once that is short nothing is added. */
static void tell_traits(struct rj_payloads *p, struct rj_entry *entry, const struct rj_seen *seen)
{
	struct rj_traits *t = traits_of(p, entry);
	size_t before = p->pools->blocks.held;

	if (!t || t->is_cut)
		return;
	t->is_cut = !rj_traits_packet(t, seen, &p->traits, &p->pools->blocks);
	p->stats->dissect_bytes += p->pools->blocks.held - before;
	t->is_cut |= !has_memory_for(p, 0);
	p->stats->dissect_refused += t->is_cut;
}

/* Whether the byte of a segment is no part of the stream; the kernel hands such ones not up. */
static bool is_probe(const struct rj_entry *entry, const struct rj_packet *packet)
{
	return packet->payload_len == 1 && rj_tcp_is_probe(&entry->flow.half[packet->side],
							   rj_rest_of(entry, packet->side), packet);
}

void rj_payloads_traits(struct rj_payloads *p, struct rj_entry *entry,
			const struct rj_packet *packet, const struct rj_captured *c)
{
	unsigned int side = packet->side;
	uint64_t start_ns = entry->flow.start_ns;
	uint32_t retrans = rj_rest_of(entry, side)->retrans;
	const struct rj_seen seen = {
		.packet = packet,
		.since_us = packet->time_ns > start_ns ? (packet->time_ns - start_ns) / 1000 : 0,
		.payload = c->payload,
		.len = is_probe(entry, packet) ? 0 : c->payload_len,
		.ip = c->ip,
		.ip_len = c->ip_len,
		.has_start = entry->flow.half[side].tcp_bits & RJ_TCP_HAS_SYN,
		.start_seq = rj_rest_of(entry, side)->syn_seq + 1,
		.is_resent = retrans != entry->told_retrans[side],
	};

	entry->told_retrans[side] = retrans;
	if (rj_traits_wants(&p->traits, packet))
		tell_traits(p, entry, &seen);
}

/* Makes room for @need entries in a side's list; false without memory. */
static __attribute__((noinline)) bool reserve_records(struct rj_payloads *p,
						      struct rj_packed *packed, uint32_t need)
{
	struct rj_seq seq = { .records = packed->records, .num_words = packed->num_words };

	if (!rj_seq_reserve_records(&seq, &p->pools->blocks, need))
		return false;
	packed->records = seq.records;
	packed->num_words = (uint16_t)seq.num_words;
	return true;
}

void rj_payloads_records(struct rj_payloads *p, struct rj_entry *entry,
			 const struct rj_packet *packet, const struct rj_captured *c)
{
	struct rj_half *half = &entry->flow.half[packet->side];
	struct rj_packed *packed = &entry->side[packet->side]->packed;
	struct rj_rest *rest = rj_rest_of(entry, packet->side);
	const struct rj_frame f = { .data = c->payload, .captured_len = c->payload_len };
	uint64_t start_ns = entry->flow.start_ns;
	struct rj_tls_walk *walk = &rest->tls;
	uint16_t before = walk->num_words;
	__u64 words[RJ_TLS_HEADS];
	const struct rj_tls_list list = { .words = words,
					  .first = before,
					  .num_words = rj_tls_words(&p->options->limits) };

	/* a fragment that went around the kernel, whose state has the records */
	if (!c->payload_len && packet->bits & RJ_PKT_JOINED_FRAG)
		return;
	rj_tlsrec_add(&f, 0, half, rest, &list, packet,
		      packet->time_ns > start_ns ? packet->time_ns - start_ns : 0);
	if (walk->num_words > packed->num_words && !reserve_records(p, packed, walk->num_words)) {
		p->stats->dissect.no_memory++;
		walk->num_words = before;
		walk->state = RJ_TLS_LOST;
		return;
	}
	for (uint32_t i = before; i < walk->num_words; i++)
		packed->records[i] = words[i - before];
}

/* Of a sample the first bytes of its side. */
static void tell_sample(struct rj_payloads *p, struct rj_entry *entry, const struct rj_sample *s)
{
	struct rj_packet packet = {
		.key = s->key,
		.payload_len = s->len,
		.tcp_seq = s->stream_seq,
		.side = s->side,
		.bits = s->bits,
	};
	const struct rj_seen seen = {
		.packet = &packet,
		.payload = s->bytes,
		.len = s->len,
		.has_start = entry->flow.half[s->side].tcp_bits & RJ_TCP_HAS_SYN,
		.start_seq = rj_rest_of(entry, s->side)->syn_seq + 1,
	};

	if (p->has_traits && (s->bits & RJ_PKT_TCP || !s->offset))
		tell_traits(p, entry, &seen);
}

/* Keeps the account of memory, which was @before; for what that has no room is not counted on. */
static void note_bytes(struct rj_payloads *p, struct rj_entry *entry, size_t before,
		       bool is_counted)
{
	size_t now = rj_bytes_memory(entry->bytes);

	if (is_counted && now == before) /* nearly always */
		return;
	p->stats->dissect_bytes += now - before;
	if (is_counted && has_memory_for(p, 0))
		return;
	drop_bytes(p, entry);
	entry->is_uncounted = true;
	p->stats->dissect_refused++;
}

/* Counts the values of payload bytes, where counts_bytes; @seq: of a stream the first's. */
static void count_bytes(struct rj_payloads *p, struct rj_entry *entry, unsigned int side,
			bool is_stream, uint32_t seq, const uint8_t *bytes, uint32_t len)
{
	uint64_t limit = p->options->bd_bytes;
	struct rj_bytes *counts;
	bool is_counted;
	size_t before;

	if (!len)
		return;
	counts = bytes_of(p, entry);
	if (!counts)
		return;
	before = rj_bytes_memory(counts);
	if (is_stream && entry->flow.half[side].tcp_bits & RJ_TCP_HAS_SYN)
		rj_bytes_start(counts, side, rj_rest_of(entry, side)->syn_seq + 1);
	if (is_stream)
		is_counted = rj_bytes_stream(counts, side, seq, bytes, len, limit);
	else
		is_counted = rj_bytes_datagram(counts, side, bytes, len, limit);
	note_bytes(p, entry, before, is_counted);
}

void rj_payloads_join(struct rj_payloads *p, struct rj_entry *around, struct rj_entry *entry)
{
	if (!around->dissect && !is_paused(around)) {
		around->dissect = entry->dissect;
		around->unheard = entry->unheard;
		entry->dissect = NULL;
		memcpy(around->paused, entry->paused, sizeof(around->paused));
		memset(entry->paused, 0, sizeof(entry->paused));
	}
	if (around->bytes && entry->bytes) {
		size_t before = rj_bytes_memory(around->bytes);

		note_bytes(p, around, before, rj_bytes_add(around->bytes, entry->bytes));
	} else if (!around->bytes) {
		around->bytes = entry->bytes;
		entry->bytes = NULL;
	}
	if (around->traits)
		return;
	around->traits = entry->traits;
	entry->traits = NULL;
}

/* Hands over what there is of a datagram that came in fragments, and forgets it. */
static void dissect_datagram(struct rj_payloads *p, struct rj_entry *entry, struct rj_datagram *d)
{
	uint32_t len = rj_datagram_prefix(d);
	const struct rj_payload payload = {
		.side = d->side,
		.over = RJ_OVER_UDP,
		.src_port = entry->key.port[d->side],
		.dst_port = entry->key.port[!d->side],
		.time_ns = unix_time(p, d->time_ns),
		.bytes = d->bytes,
		.len = len,
		/* without the rest as if the capture had cut it */
		.wire_len = len == d->len ? len : len + 1,
	};

	if (len && entry->dissect)
		hand_over(p, entry, &payload);
	rj_datagram_remove(&entry->datagrams, d, &p->stats->datagrams);
}

void rj_payloads_end_datagrams(struct rj_payloads *p, struct rj_entry *entry)
{
	while (entry->datagrams) {
		struct rj_datagram *d = entry->datagrams;

		p->stats->datagrams.incomplete += !d->is_dead;
		if (entry->key.proto != RJ_IP_TCP) {
			dissect_datagram(p, entry, d);
			continue;
		}
		rj_split_head_end(p, entry, d);
		rj_datagram_remove(&entry->datagrams, d, &p->stats->datagrams);
	}
}

void rj_payloads_end(struct rj_payloads *p, struct rj_entry *entry)
{
	size_t before;

	rj_payloads_end_datagrams(p, entry);
	if (!entry->dissect)
		return;
	before = rj_dissect_bytes(entry->dissect);
	rj_dissect_end(entry->dissect, &p->stats->dissect);
	p->stats->dissect_bytes += rj_dissect_bytes(entry->dissect) - before;
}

/* A fragment of a datagram that is not TCP's: its payload is put together first. */
static void dissect_fragment(struct rj_payloads *p, struct rj_entry *entry,
			     const struct rj_fragment *fragment)
{
	struct rj_datagram *d;

	if (!dissect_of(p, entry))
		return;
	d = rj_datagram_put(&entry->datagrams, fragment, &p->stats->datagrams);
	if (d)
		dissect_datagram(p, entry, d);
}

static bool is_fragment(uint8_t bits)
{
	return bits & (RJ_PKT_FIRST_FRAG | RJ_PKT_LATER_FRAG) && !(bits & RJ_PKT_TCP);
}

static struct rj_payload payload_of(const struct rj_payloads *p, const struct rj_packet *packet,
				    const uint8_t *bytes, uint32_t len)
{
	bool is_syn = packet->tcp_flags & RJ_TCP_SYN;

	return (struct rj_payload){
		.side = packet->side,
		.over = packet->bits & RJ_PKT_TCP ? RJ_OVER_TCP : RJ_OVER_UDP,
		.src_port = packet->key.port[packet->side],
		.dst_port = packet->key.port[!packet->side],
		.time_ns = unix_time(p, packet->time_ns),
		.seq = packet->tcp_seq + is_syn,
		.is_syn = is_syn,
		/* a FIN stands behind all bytes of its segment, which end in a later fragment */
		.is_fin = packet->tcp_flags & RJ_TCP_FIN && !(packet->bits & RJ_PKT_FIRST_FRAG),
		.bytes = bytes,
		.len = len,
		.wire_len = packet->payload_len,
	};
}

static void take_fragment(struct rj_payloads *p, struct rj_entry *entry,
			  const struct rj_packet *packet, const uint8_t *bytes, uint32_t len)
{
	const struct rj_fragment fragment = {
		.time_ns = packet->time_ns,
		.id = packet->frag_id,
		.side = packet->side,
		.off = packet->bits & RJ_PKT_LATER_FRAG ? packet->frag_off : 0,
		.len = len,
		.wire_len = packet->payload_len,
		.bytes = bytes,
		.is_last = packet->bits & RJ_PKT_LAST_FRAG,
	};

	dissect_fragment(p, entry, &fragment);
}

/*
 * Whether there is anything to dissect, or somebody who asked to be told of ends. Of most flows'
 * packets most come when all that dissectors want is read.
 */
static __always_inline bool is_to_be_dissected(struct rj_entry *entry,
					       const struct rj_packet *packet)
{
	uint8_t bit = (uint8_t)(1u << packet->side);

	if (!(entry->unheard & bit) && entry->dissect &&
	    !rj_dissect_wants(entry->dissect, packet->side))
		entry->unheard |= bit;
	if (entry->unheard & bit && !(entry->dissect && is_fragment(packet->bits)))
		return false;
	if (entry->is_opaque)
		return false;
	if (packet->payload_len)
		return true;
	if (packet->tcp_flags & RJ_TCP_SYN && entry->dissect)
		return true;
	return packet->tcp_flags & RJ_TCP_FIN && (entry->dissect || is_paused(entry));
}

/* Many flows are seen one way alone: their dissectors are in the way of others' memory. */
static void drop_waiting(struct rj_payloads *p, struct rj_entry *entry, unsigned int side)
{
	if (!rj_dissect_waits_for_other(entry->dissect, side))
		return;
	drop_dissect(p, entry);
	entry->unheard |= (uint8_t)(1u << side);
}

/* Keeps no dissectors for what none of them knows, but what they might still be asked of. */
static void pause_flow(struct rj_payloads *p, struct rj_entry *entry, unsigned int side)
{
	struct rj_paused *paused[RJ_NUM_SIDES];
	uint8_t done;

	if (!entry->dissect ||
	    !rj_dissect_pause(entry->dissect, side, &p->pools->paused, paused, &done))
		return;
	drop_dissect(p, entry);
	entry->unheard |= done;
	for (unsigned int nr = 0; nr < RJ_NUM_SIDES; nr++) {
		entry->paused[nr] = paused[nr];
		p->stats->dissect_bytes += paused[nr] ? sizeof(*paused[nr]) : 0;
	}
}

/* No protocol was found: others' memory comes first. */
static __attribute__((noinline)) void let_rest(struct rj_payloads *p, struct rj_entry *entry,
					       unsigned int side)
{
	drop_waiting(p, entry, side);
	pause_flow(p, entry, side);
}

/* Hands payload to what was paused, or makes dissectors of that again. Whether it was taken. */
static __attribute__((noinline)) bool take_paused(struct rj_payloads *p, struct rj_entry *entry,
						  const struct rj_payload *payload)
{
	struct rj_paused *paused = entry->paused[payload->side];
	unsigned int side = payload->side;
	enum rj_paused_news news = RJ_PAUSED_RESUME;

	if (paused)
		news = rj_paused_take(paused, payload);
	if (news == RJ_PAUSED_DONE) {
		drop_paused(p, entry, side);
		entry->unheard |= (uint8_t)(1u << side);
		entry->is_opaque = entry->unheard == (1u << RJ_NUM_SIDES) - 1;
	}
	if (news != RJ_PAUSED_RESUME || entry->unheard >> side & 1 || !dissect_of(p, entry))
		return true;
	p->stats->dissect_bytes -= rj_dissect_bytes(entry->dissect);
	rj_dissect_resume(entry->dissect, payload, entry->paused, &p->stats->dissect);
	p->stats->dissect_bytes += rj_dissect_bytes(entry->dissect);
	drop_paused(p, entry, 0);
	drop_paused(p, entry, 1);
	return false;
}

static __always_inline void dissect_packet(struct rj_payloads *p, struct rj_entry *entry,
					   const struct rj_packet *packet, const uint8_t *bytes,
					   uint32_t len)
{
	bool is_first = !entry->dissect;
	struct rj_payload payload;

	if (is_fragment(packet->bits)) {
		take_fragment(p, entry, packet, bytes, len);
		return;
	}
	payload = payload_of(p, packet, bytes, len);
	if (is_first && is_paused(entry)) {
		if (take_paused(p, entry, &payload))
			return;
		is_first = false;
	}
	if (is_first && entry->unheard >> packet->side & 1)
		return;
	if (!dissect_of(p, entry))
		return;
	if (is_first) {
		tell_start(p, entry, &payload, 0);
		tell_start(p, entry, &payload, 1);
	}
	if (entry->dissect)
		hand_over(p, entry, &payload);
	if (entry->dissect && rj_dissect_is_refused(entry->dissect, packet->side))
		let_rest(p, entry, packet->side);
}

static __always_inline void take_payload(struct rj_payloads *p, struct rj_entry *entry,
					 const struct rj_packet *packet, bool is_tcp,
					 const uint8_t *bytes, uint32_t len)
{
	bool is_syn = packet->tcp_flags & RJ_TCP_SYN;

	if (is_probe(entry, packet))
		return;
	if (p->counts_bytes)
		count_bytes(p, entry, packet->side, is_tcp, packet->tcp_seq + is_syn, bytes, len);
	if (is_to_be_dissected(entry, packet) && dissects(p, packet->key.proto))
		dissect_packet(p, entry, packet, bytes, len);
}

void rj_payloads_packet(struct rj_payloads *p, struct rj_entry *entry,
			const struct rj_packet *packet, const uint8_t *bytes, uint32_t len)
{
	bool is_tcp = packet->bits & RJ_PKT_TCP;

	/* behind a header that was not to be read nothing has a known place */
	if (packet->bits & RJ_PKT_BAD_L4 || (packet->key.proto == RJ_IP_TCP && !is_tcp))
		return;
	take_payload(p, entry, packet, is_tcp, bytes, len);
}

void rj_payloads_segment(struct rj_payloads *p, struct rj_entry *entry,
			 const struct rj_packet *segment, const uint8_t *bytes, uint32_t len)
{
	take_payload(p, entry, segment, true, bytes, len);
}

void rj_payloads_gather(struct rj_payloads *p, struct rj_entry *around, struct rj_entry *entry,
			const struct rj_sample *s)
{
	if (!around || !around->datagrams)
		return;
	rj_datagram_move(&around->datagrams, &entry->datagrams, s->stream_seq, s->side);
	if (!around->datagrams)
		drop_dissect(p, around);
}

/*
 * Where a side's stream starts, samples tell from the first on: its state comes with its end. True
 * where that is news.
 */
static bool note_start(struct rj_payloads *p, struct rj_entry *entry, const struct rj_sample *s)
{
	struct rj_half *half = &entry->flow.half[s->side];

	if (!s->has_start || half->tcp_bits & RJ_TCP_HAS_SYN)
		return false;
	if (!rj_table_open(p->table, entry, s->side)) {
		p->stats->dissect.no_memory++;
		return false;
	}
	half->tcp_bits |= RJ_TCP_HAS_SYN;
	rj_rest_of(entry, s->side)->syn_seq = s->start_seq - 1;
	return true;
}

void rj_payloads_sample(struct rj_payloads *p, struct rj_entry *entry, const struct rj_sample *s)
{
	const struct rj_payload payload = {
		.side = s->side,
		.over = s->key.proto == RJ_IP_TCP ? RJ_OVER_TCP : RJ_OVER_UDP,
		.src_port = s->key.port[s->side],
		.dst_port = s->key.port[!s->side],
		.time_ns = unix_time(p, s->time_ns),
		.seq = s->stream_seq,
		.is_syn = s->tcp_flags & RJ_TCP_SYN && !s->offset,
		/* a FIN stands behind all of its segment's bytes */
		.is_fin = s->tcp_flags & RJ_TCP_FIN && s->offset + s->len == s->payload_len &&
			  !(s->bits & RJ_PKT_FIRST_FRAG),
		.bytes = s->bytes,
		.len = s->len,
		.wire_len = s->payload_len - s->offset,
	};
	const struct rj_fragment fragment = {
		.time_ns = s->time_ns,
		.id = s->stream_seq,
		.side = s->side,
		.off = s->offset,
		.len = s->len,
		.wire_len = s->payload_len,
		.bytes = s->bytes,
		.is_last = s->bits & RJ_PKT_LAST_FRAG,
	};

	bool is_new = s->bits & RJ_PKT_TCP && note_start(p, entry, s);

	tell_sample(p, entry, s);
	if (p->counts_bytes)
		count_bytes(p, entry, s->side, s->bits & RJ_PKT_TCP, s->stream_seq, s->bytes,
			    s->len);
	if (!dissects(p, s->key.proto))
		return;
	if (is_fragment(s->bits)) {
		dissect_fragment(p, entry, &fragment);
	} else if (dissect_of(p, entry)) {
		if (is_new)
			tell_start(p, entry, &payload, s->side);
		if (entry->dissect)
			hand_over(p, entry, &payload);
	}
}
