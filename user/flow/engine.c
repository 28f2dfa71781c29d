// SPDX-License-Identifier: BSD-3-Clause
/* Packets into flows, flows into records: the one engine behind every source. */
#include "flow/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "bpf/accumulate.h"
#include "bpf/owner.h"
#include "bpf/fragment.h"
#include "bpf/tlsrec.h"
#include "flow/about.h"
#include "flow/limits.h"
#include "flow/merge.h"
#include "flow/payloads.h"
#include "flow/pieces.h"
#include "flow/seq.h"
#include "flow/split_head.h"
#include "flow/table.h"
#include "flow/wanted.h"

/* @looks_at_payload: whether a feature is on that asks for payload, or for packets as they come */
struct rj_engine {
	struct rj_engine_options options;
	struct rj_table table;
	struct rj_fragments *fragments;
	struct rj_engine_stats stats;
	struct rj_payloads payloads;
	struct rj_flow_pools own_pools;
	bool looks_at_payload;
	uint64_t now_ns;
	uint64_t at;
};

/* How far ahead a flow's end can lie: deadlines are by idleness where there is such a limit. */
static uint64_t span_ns(const struct rj_limits *limits)
{
	return limits->idle_ns ? limits->idle_ns : limits->active_ns;
}

int rj_engine_new(const struct rj_engine_options *options, struct rj_engine **out)
{
	struct rj_flow_pools *pools;
	struct rj_engine *e;
	uint64_t seed;
	int err;

	if (options->limits.num_packets > RJ_MAX_PACKETS ||
	    options->limits.num_records > RJ_MAX_TLS_RECORDS || !options->max_flows)
		return -EINVAL;
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return -EIO;
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->options = *options;
	e->stats.datagrams.max_bytes = options->max_datagram_bytes;
	pools = options->pools ? options->pools : &e->own_pools;
	rj_payloads_init(&e->payloads, &e->options, &e->table, &e->stats, pools);
	/* who wants any protocol's wants TCP's, too */
	e->looks_at_payload = e->payloads.has_traits || rj_payloads_wants(&e->payloads, RJ_IP_TCP);
	e->fragments = options->is_part ? NULL : rj_fragments_new(seed);
	err = e->fragments || options->is_part ? 0 : -ENOMEM;
	if (!err && !options->pools)
		err = rj_flow_pools_init(&e->own_pools, &options->limits);
	err = err ? err :
		    rj_table_init(&e->table, &options->limits, span_ns(&options->limits), seed,
				  pools);
	if (err) {
		rj_flow_pools_done(&e->own_pools);
		rj_fragments_free(e->fragments);
		free(e);
		return err;
	}
	*out = e;
	return 0;
}

void rj_engine_free(struct rj_engine *e)
{
	if (!e)
		return;
	for (struct rj_entry *entry = e->table.oldest; entry; entry = entry->newer)
		rj_payloads_drop(&e->payloads, entry);
	rj_table_done(&e->table);
	rj_flow_pools_done(&e->own_pools);
	rj_fragments_free(e->fragments);
	free(e);
}

/* One that came round would be past, and due for ever. */
static uint64_t later_by(uint64_t time_ns, uint64_t limit_ns)
{
	return time_ns + limit_ns < time_ns ? UINT64_MAX : time_ns + limit_ns;
}

static void set_deadline(struct rj_engine *e, struct rj_entry *entry)
{
	const struct rj_limits *limits = &e->options.limits;

	if (limits->idle_ns)
		rj_table_set_deadline(&e->table, entry,
				      later_by(rj_flow_last(&entry->flow), limits->idle_ns));
	else if (limits->active_ns)
		rj_table_set_deadline(&e->table, entry,
				      later_by(entry->flow.start_ns, limits->active_ns));
}

/* An entry with samples alone: its end is the kernel's to tell, but a lost one must not stay. */
static void look_again(struct rj_engine *e, struct rj_entry *entry, uint64_t now_ns)
{
	uint64_t span = span_ns(&e->options.limits);

	if (span)
		rj_table_set_deadline(&e->table, entry, later_by(now_ns, span));
}

/* Takes an entry out, with all that it holds. */
static void remove_entry(struct rj_engine *e, struct rj_entry *entry)
{
	rj_payloads_drop(&e->payloads, entry);
	rj_table_remove(&e->table, entry);
}

/* Hands the entry over as a record and forgets it. */
static void finish(struct rj_engine *e, struct rj_entry *entry, enum rj_end end)
{
	struct rj_seq seq[RJ_NUM_SIDES];
	struct rj_record record = {
		.key = &entry->key,
		.flow = &entry->flow,
		.seq = seq,
		.bytes = entry->bytes,
		.traits = entry->traits,
		.is_untold = entry->is_untold,
		.tunnels = entry->tunnels,
		.owners = entry->owners,
		.owner_names = e->options.owner_names,
		.labels = e->options.labels,
		.anonymizer = e->options.anonymizer,
		.enricher = e->options.enricher,
		.about = entry->about,
		.features = &e->options.features,
		.limits = &e->options.limits,
		.end = end,
		.at = e->at,
		.began = entry->began,
		.clock_ns = e->options.clock_ns,
		.time_decimals = e->options.time_decimals,
	};

	rj_payloads_end(&e->payloads, entry);
	record.dissect = entry->dissect;
	if (rj_flow_packets(&entry->flow)) {
		e->stats.flows++;
		e->stats.packets_recorded += rj_flow_packets(&entry->flow);
		rj_table_unpack(&e->table, entry, 0, seq);
		if (e->options.ifname)
			rj_record_name_interfaces(&record, e->options.ifname, e->options.user);
		e->options.on_record(e->options.user, &record);
	}
	remove_entry(e, entry);
}

/*
 * The oldest of those whose packets are counted here, so that a flood of them does not push out
 * what is known of the kernel's flows. Those it meets first become the newest: they are met again
 * only when all others have gone, and there is room for as many others (rj_session_watch).
 */
static struct rj_entry *to_evict(struct rj_engine *e)
{
	for (size_t i = 0; i < e->table.num_entries && e->table.oldest->id; i++)
		rj_table_renew(&e->table, e->table.oldest);
	return e->table.oldest;
}

/* A new entry; the oldest goes when all are taken. NULL without memory. */
static struct rj_entry *add_entry(struct rj_engine *e, const struct rj_key *key, uint64_t id)
{
	struct rj_entry *entry;

	if (e->table.num_entries >= e->options.max_flows) {
		e->stats.flows_evicted++;
		finish(e, to_evict(e), RJ_END_EVICTED);
	}
	entry = rj_table_add(&e->table, key, id);
	if (entry)
		entry->began = e->at;
	return entry;
}

/* The entry of the flow that @p starts, behind @entry, which ends by @end, where there is one. */
static __attribute__((noinline)) struct rj_entry *
start_flow(struct rj_engine *e, const struct rj_packet *p, struct rj_entry *entry, enum rj_end end)
{
	struct rj_rest rests[RJ_NUM_SIDES];
	int before = -1;

	if (entry) {
		if (end == RJ_END_ACTIVE || end == RJ_END_FOLD)
			before = entry->flow.originator;
		for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
			rests[side] = *rj_rest_of(entry, side);
		finish(e, entry, end);
	}
	entry = add_entry(e, &p->key, 0);
	if (!entry)
		return NULL;
	rj_flow_start(&entry->flow, p, before);
	for (unsigned int side = 0; before >= 0 && side < RJ_NUM_SIDES; side++)
		if (rests[side].tls.state && rj_table_open(&e->table, entry, side))
			rj_tlsrec_go_on(&entry->flow.half[side], rj_rest_of(entry, side),
					&rests[side]);
	set_deadline(e, entry);
	return entry;
}

/* The entry that @p is to be added to: the one there is, unless @p starts a new flow. */
static __always_inline struct rj_entry *entry_for(struct rj_engine *e, const struct rj_packet *p,
						  uint64_t hash)
{
	struct rj_entry *entry = rj_table_find_hashed(&e->table, &p->key, 0, hash);
	enum rj_end end = RJ_END_NONE;

	if (entry) {
		struct rj_half *half = entry->flow.half;

		end = rj_flow_cut(&entry->flow, &half[p->side], &half[!p->side], p,
				  &e->options.limits);
		if (!end)
			return entry;
	}
	return start_flow(e, p, entry, end);
}

/* Whether the packet, which came by an interface, is counted on another one that it passes. */
static bool is_duplicate(struct rj_engine *e, const struct rj_packet *p)
{
	struct rj_entry *entry = rj_table_find(&e->table, &p->key, 0);

	if (!entry || !rj_is_duplicate(&entry->flow, &entry->flow.half[p->side], p))
		return false;
	if (rj_table_open(&e->table, entry, p->side))
		rj_owner_note(rj_rest_of(entry, p->side), p->ifindex);
	return true;
}

/* Adds a packet of several segments. False without memory for them in the lists. */
static __attribute__((noinline)) bool add_segments(struct rj_engine *e, struct rj_entry *entry,
						   struct rj_half *half, const struct rj_packet *p)
{
	const struct rj_seq seq = rj_table_room(&e->table, entry, p->side, 0);
	uint32_t num_splt = seq.rest->num_splt, num_ids = seq.rest->num_ids;

	rj_flow_add(&entry->flow, half, &seq, p, &e->options.limits);
	return rj_packed_add(&entry->side[p->side]->packed, &e->table.pools->sequences, &seq,
			     num_splt, num_ids);
}

/* Likewise of one, which goes to the lists from here. */
static __always_inline bool add_segment(struct rj_engine *e, struct rj_entry *entry,
					struct rj_half *half, const struct rj_packet *p)
{
	uint64_t start_ns = entry->flow.start_ns;
	struct rj_side *kept = entry->side[p->side];
	struct rj_rest *rest = &kept->rest;
	const struct rj_seq seq = { .rest = rest, .hist = e->table.with_hist ? &kept->hist : NULL };
	uint32_t num_splt = rest->num_splt, num_ids = rest->num_ids;
	uint32_t id = RJ_PACKED_NO_ID;
	bool is_kept = true;

	rj_flow_add(&entry->flow, half, &seq, p, &e->options.limits);
	if (rest->num_ids != num_ids && num_ids >= RJ_FIRST_IDS)
		id = p->ip_id;
	if (rest->num_splt != num_splt)
		is_kept = rj_packed_packet(
			&kept->packed, &e->table.pools->sequences,
			rj_splt_pack(p->time_ns > start_ns ? p->time_ns - start_ns : 0,
				     p->payload_len, p->tcp_flags),
			id);
	else if (id != RJ_PACKED_NO_ID)
		is_kept = rj_packed_id(&kept->packed, &e->table.pools->sequences, p->ip_id);
	if (is_kept)
		return true;
	rest->num_splt = num_splt;
	if (id != RJ_PACKED_NO_ID)
		rest->num_ids = num_ids;
	return false;
}

/* Whether the packet, where TLS may start behind another protocol, is none that it starts with. */
static bool is_no_start(const struct rj_half *half, const struct rj_captured *c)
{
	return !rj_tls_is_past(half) && (!c->payload_len || !rj_tls_may_begin(c->payload[0]));
}

/* A packet that enters one of the lists, or changes what only some packets change. */
static __attribute__((noinline)) void add_to_lists(struct rj_engine *e, struct rj_entry *entry,
						   struct rj_half *half, const struct rj_packet *p,
						   const struct rj_captured *c)
{
	const struct rj_rest *rest = rj_rest_of(entry, p->side);
	bool is_kept = p->num_segments == 1 ? add_segment(e, entry, half, p) :
					      add_segments(e, entry, half, p);

	if (!is_kept) {
		e->stats.dissect.no_memory++;
		half->bits |= RJ_HALF_LISTED | RJ_HALF_NUMBERED;
	}
	if (e->options.limits.num_records && rj_tlsrec_wants(half, rest, p) &&
	    !(rj_tls_is_behind(&rest->tls) && is_no_start(half, c)))
		rj_payloads_records(&e->payloads, entry, p, c);
}

/* Most packets of a long flow need no more than its counters: rj_is_plain. */
static __always_inline void add_packet(struct rj_engine *e, struct rj_entry *entry,
				       const struct rj_packet *p, const struct rj_captured *c)
{
	struct rj_half *half = &entry->flow.half[p->side];

	if (rj_owner_changes(&entry->flow, p))
		rj_owner_set(&entry->flow, rj_rest_of(entry, p->side), p);
	if (rj_is_plain(half, p, &e->options.limits))
		rj_flow_add_plain(half, rj_table_room(&e->table, entry, p->side, 0).hist, p);
	else
		add_to_lists(e, entry, half, p, c);
}

/* Adds a packet to its entry, which is returned; NULL without memory. */
static __always_inline struct rj_entry *take_packet(struct rj_engine *e, const struct rj_packet *p,
						    uint64_t hash, const struct rj_captured *c)
{
	struct rj_entry *entry;

	if (p->ifindex && is_duplicate(e, p)) {
		e->stats.packets_duplicate += p->num_segments;
		return NULL;
	}
	entry = entry_for(e, p, hash);
	if (!entry || !rj_table_open(&e->table, entry, p->side)) {
		e->stats.packets_refused += p->num_segments;
		return NULL;
	}
	add_packet(e, entry, p, c);
	e->stats.packets_in_flows += p->num_segments;
	return entry;
}

/* Of an ICMP error the packet it is about; of one in fragments the first has its headers. */
static __attribute__((noinline)) void note_about(struct rj_engine *e, struct rj_entry *entry,
						 uint8_t bits, const uint8_t *bytes, uint32_t len)
{
	if (e->options.features.is_bare || bits & (RJ_PKT_LATER_FRAG | RJ_PKT_BAD_L4))
		return;
	if (!rj_abouts_note(&entry->about, bytes, len))
		e->stats.dissect.no_memory++;
}

static __attribute__((noinline)) void look_into(struct rj_engine *e, struct rj_entry *entry,
						const struct rj_packet *p,
						const struct rj_captured *c)
{
	if (e->payloads.has_traits)
		rj_payloads_traits(&e->payloads, entry, p, c);
	rj_payloads_packet(&e->payloads, entry, p, c->payload, c->payload_len);
}

static void account(struct rj_engine *e, const struct rj_packet *p, uint64_t hash,
		    const struct rj_captured *c)
{
	struct rj_entry *entry = take_packet(e, p, hash, c);

	if (!entry)
		return;
	if (rj_is_icmp_error(&entry->key))
		note_about(e, entry, p->bits, c->payload, c->payload_len);
	if (e->looks_at_payload &&
	    (e->payloads.has_traits || !rj_payloads_passes(&e->payloads, entry, p)))
		look_into(e, entry, p, c);
}

uint64_t rj_engine_hash(const struct rj_engine *e, const struct rj_packet *p)
{
	return rj_table_hash(&e->table, &p->key, 0);
}

/*
 * Those that waited for the first fragment @p. With @is_kernels that is in the kernel's flow, where
 * bytes of a stream are to be read, and its sample names the flow (of datagrams, see
 * rj_payloads_gather).
 */
static void take_waiting(struct rj_engine *e, const struct rj_packet *p, bool is_kernels)
{
	struct rj_waiting *w = rj_fragments_first(e->fragments, p);
	struct rj_waiting *next;

	for (; w; w = next) {
		bool is_held = is_kernels && w->packet.bits & RJ_PKT_TCP;
		const struct rj_captured c = { .payload = w->bytes, .payload_len = w->len };
		const struct rj_captured none = { 0 };

		next = w->next;
		if (!is_held)
			account(e, &w->packet, rj_engine_hash(e, &w->packet), &c);
		else
			take_packet(e, &w->packet, rj_engine_hash(e, &w->packet), &none);
		if (is_held && w->len)
			rj_fragments_hold(e->fragments, w);
		else
			free(w);
	}
}

void rj_engine_first(struct rj_engine *e, const struct rj_packet *p)
{
	take_waiting(e, p, true);
}

/* The bytes of those that waited for the first fragment whose sample came for @entry. */
static void take_held(struct rj_engine *e, struct rj_entry *entry, unsigned int side)
{
	struct rj_waiting *w = rj_fragments_held(e->fragments, &entry->key, side);

	while (w) {
		rj_payloads_packet(&e->payloads, entry, &w->packet, w->bytes, w->len);
		free(w);
		w = rj_fragments_held(e->fragments, &entry->key, side);
	}
}

/*
 * The packet as one of its flow, in @later where it is a later fragment. NULL when it has to wait
 * for its first.
 */
static const struct rj_packet *joined(struct rj_engine *e, const struct rj_packet *p,
				      struct rj_packet *later, const uint8_t *payload,
				      uint32_t payload_len)
{
	rj_engine_tick(e, p->time_ns);
	if (p->bits & RJ_PKT_LATER_FRAG && !(p->bits & RJ_PKT_JOINED_FRAG)) {
		*later = *p;
		return rj_fragments_later(e->fragments, later, payload, payload_len) ? later : NULL;
	}
	if (p->bits & RJ_PKT_FIRST_FRAG)
		take_waiting(e, p, false);
	return p;
}

void rj_engine_packet(struct rj_engine *e, const struct rj_packet *p, const uint8_t *payload,
		      uint32_t payload_len)
{
	const struct rj_captured c = { .payload = payload, .payload_len = payload_len };
	struct rj_packet later;

	p = joined(e, p, &later, payload, payload_len);
	if (p)
		account(e, p, rj_engine_hash(e, p), &c);
}

void rj_engine_packet_hashed(struct rj_engine *e, const struct rj_packet *p, uint64_t hash,
			     const struct rj_captured *c)
{
	account(e, p, hash, c);
}

void rj_engine_fragment(struct rj_engine *e, const struct rj_packet *p, uint64_t hash,
			const struct rj_captured *c)
{
	struct rj_captured counted = *c;
	struct rj_entry *entry;

	if (counted.payload_len > p->payload_len)
		counted.payload_len = p->payload_len;
	account(e, p, hash, &counted);
	if (p->key.proto != RJ_IP_TCP || p->bits & RJ_PKT_TCP)
		return;
	entry = rj_table_find_hashed(&e->table, &p->key, 0, hash);
	if (entry && rj_table_open(&e->table, entry, p->side))
		rj_split_head_take(&e->payloads, entry, p, c->payload, c->payload_len);
}

void rj_engine_fetch(const struct rj_engine *e, uint64_t hash, unsigned int side, int step)
{
	rj_table_fetch(&e->table, hash, side, step);
}

void rj_engine_fetch_entry(const struct rj_engine *e, const struct rj_entry *entry, int step)
{
	rj_table_fetch_entry(&e->table, entry, step);
}

void rj_engine_orphan(struct rj_engine *e, const struct rj_packet *p)
{
	bool is_wanted = rj_payloads_wants(&e->payloads, p->key.proto);
	const struct rj_captured none = { 0 };
	struct rj_packet later;
	struct rj_entry *entry;

	p = joined(e, p, &later, NULL, 0);
	if (!p)
		return;
	entry = take_packet(e, p, rj_engine_hash(e, p), &none);
	if (!entry || !is_wanted || !p->payload_len)
		return;
	if (entry->flow.half[p->side].payload_bytes - p->payload_len >=
	    e->options.limits.sample_bytes)
		return;
	rj_rest_of(entry, p->side)->lost_samples++;
	e->stats.samples_lost++;
}

/* The entry of the kernel's flow that began at @start_ns, made when it is first heard of. */
static struct rj_entry *kernel_entry(struct rj_engine *e, const struct rj_key *key,
				     uint64_t start_ns, uint64_t now_ns)
{
	struct rj_entry *entry = rj_table_find(&e->table, key, start_ns);

	if (entry)
		return entry;
	entry = add_entry(e, key, start_ns);
	if (entry)
		look_again(e, entry, now_ns);
	return entry;
}

void rj_engine_tunnels(struct rj_engine *e, const struct rj_key *key, uint64_t id, uint64_t time_ns,
		       const struct rj_tunnels *tunnels)
{
	struct rj_entry *entry = id ? kernel_entry(e, key, id, time_ns) :
				      rj_table_find(&e->table, key, 0);

	if (!entry || entry->tunnels || (!id && entry->flow.start_ns != time_ns))
		return;
	entry->tunnels = malloc(sizeof(*tunnels));
	if (entry->tunnels)
		*entry->tunnels = *tunnels;
	else
		e->stats.dissect.no_memory++;
}

bool rj_engine_is_one_way(const struct rj_engine *e)
{
	return e->options.limits.no_bidir;
}

bool rj_engine_is_closed(const struct rj_engine *e)
{
	return e->options.limits.no_decap;
}

void rj_engine_sample(struct rj_engine *e, const struct rj_sample *s)
{
	bool is_wanted = rj_payloads_wants(&e->payloads, s->key.proto);
	struct rj_entry *entry;
	struct rj_key name;

	if (!is_wanted && !rj_is_icmp_error(&s->key))
		return;
	if (s->bits & RJ_PKT_LATER_FRAG && !(s->bits & RJ_PKT_JOINED_FRAG)) {
		rj_fragment_name_sample(s, &name);
		rj_fragments_bytes(e->fragments, &name, s->offset, s->bytes, s->len);
		return;
	}
	entry = kernel_entry(e, &s->key, s->flow_start_ns, s->time_ns);
	if (!entry) {
		e->stats.dissect.no_memory++;
		return;
	}
	if (rj_is_icmp_error(&entry->key))
		note_about(e, entry, s->bits, s->bytes, s->len);
	if (!is_wanted)
		return;
	/* those that waited for their first, which may have no payload, went around the kernel */
	if (s->bits & (RJ_PKT_FIRST_FRAG | RJ_PKT_LATER_FRAG))
		rj_payloads_gather(&e->payloads, rj_table_find(&e->table, &s->key, 0), entry, s);
	rj_payloads_sample(&e->payloads, entry, s);
	if (s->bits & (RJ_PKT_FIRST_FRAG | RJ_PKT_LATER_FRAG) && s->bits & RJ_PKT_TCP)
		take_held(e, entry, s->side);
	rj_wanted_note(entry, s);
	rj_wanted_tell(entry, e->options.limits.sample_bytes, e->options.want, e->options.user);
}

/* Joins the kernel's part of a flow to the packets of it that went around the kernel before. */
static void join(struct rj_engine *e, struct rj_entry *around, struct rj_entry *entry)
{
	struct rj_seq seq[RJ_NUM_SIDES], later_seq[RJ_NUM_SIDES];
	struct rj_piece earlier = { .flow = &around->flow, .seq = seq };
	const struct rj_piece later = { .flow = &entry->flow, .seq = later_seq };

	rj_table_unpack(&e->table, around, 0, seq);
	rj_table_unpack(&e->table, entry, 1, later_seq);
	rj_flow_merge(earlier, &e->table.pools->blocks, &later, &e->options.limits);
	rj_seq_sort(&seq[0]); /* fragments that waited came before their first */
	rj_seq_sort(&seq[1]);
	if (!rj_table_repack(&e->table, around, seq))
		e->stats.dissect.no_memory++;
	rj_payloads_end_datagrams(&e->payloads, entry);
	rj_payloads_join(&e->payloads, around, entry);
	rj_piece_join_ways(around, entry);
	if (!rj_abouts_join(&around->about, entry->about))
		e->stats.dissect.no_memory++;
	remove_entry(e, entry);
}

void rj_engine_state(struct rj_engine *e, const struct rj_key *key, const struct rj_flow *flow,
		     const struct rj_seq seq[RJ_NUM_SIDES], enum rj_end end)
{
	struct rj_entry *around = rj_table_find(&e->table, key, 0);
	struct rj_entry *entry = rj_table_find(&e->table, key, flow->start_ns);
	uint64_t packets = rj_flow_packets(flow);

	if (!entry)
		entry = add_entry(e, key, flow->start_ns);
	if (!entry || !rj_piece_take(&e->table, entry, flow, seq, &e->options.limits)) {
		e->stats.packets_refused += packets;
		if (entry)
			remove_entry(e, entry);
		return;
	}
	rj_piece_tell_bounds(entry, &e->stats.dissect);
	e->stats.packets_in_flows += packets;
	/* adding the entry may have evicted the other one */
	around = around ? rj_table_find(&e->table, key, 0) : NULL;
	if (around && (!rj_piece_fits(around, flow) || !rj_table_open_both(&e->table, around))) {
		finish(e, around, RJ_END_FOLD);
		around = NULL;
	}
	if (rj_piece_is_before(around, flow, &e->options.limits)) {
		join(e, around, entry);
		entry = around;
	} else if (rj_piece_is_within(around, flow, &e->options.limits)) {
		join(e, entry, around);
		if (end == RJ_END_FOLD)
			rj_table_rename(&e->table, entry, 0);
	} else if (end == RJ_END_FOLD && !around) {
		rj_table_rename(&e->table, entry, 0);
	}
	if (end == RJ_END_FOLD && !entry->id)
		set_deadline(e, entry);
	else
		finish(e, entry, end);
}

/* What to do with an entry of samples whose time has come: a sample may be late for its flow. */
static void check_samples(struct rj_engine *e, struct rj_entry *entry, uint64_t now_ns)
{
	uint64_t start_ns;

	if (e->options.is_alive && e->options.is_alive(e->options.user, &entry->key, &start_ns) &&
	    start_ns == entry->id)
		look_again(e, entry, now_ns);
	else
		remove_entry(e, entry);
}

/*
 * Whether the kernel goes on with a flow of which packets went around it: then its state is to
 * come, and the two are one record.
 */
static bool goes_on(const struct rj_engine *e, const struct rj_entry *entry)
{
	uint64_t start_ns;

	if (!e->options.is_alive || entry->id ||
	    !e->options.is_alive(e->options.user, &entry->key, &start_ns))
		return false;
	return !rj_is_late(start_ns, rj_flow_last(&entry->flow), e->options.limits.idle_ns);
}

void rj_engine_set_clock(struct rj_engine *e, int64_t clock_ns)
{
	e->options.clock_ns = clock_ns;
}

void rj_engine_set_decimals(struct rj_engine *e, int decimals)
{
	e->options.time_decimals = decimals;
}

struct rj_entry *rj_engine_over(struct rj_engine *e, uint64_t now_ns)
{
	const struct rj_limits *limits = &e->options.limits;
	struct rj_entry *entry;

	if (!span_ns(limits))
		return NULL;
	while ((entry = rj_table_due(&e->table, now_ns))) {
		if (entry->id) {
			check_samples(e, entry, now_ns);
		} else if (!rj_flow_is_over(&entry->flow, now_ns, limits)) {
			set_deadline(e, entry);
		} else if (goes_on(e, entry)) {
			/* its own deadline is past: it would be due for ever */
			look_again(e, entry, now_ns);
		} else {
			/* asked for soon */
			rj_table_fetch_entry(&e->table, entry->bucket_next, 0);
			rj_table_clear_deadline(&e->table, entry);
			return entry;
		}
	}
	return NULL;
}

uint64_t rj_engine_looks_at(const struct rj_engine *e)
{
	if (!span_ns(&e->options.limits))
		return UINT64_MAX;
	return (e->table.bucket_at + 1) * e->table.bucket_ns;
}

void rj_engine_end(struct rj_engine *e, struct rj_entry *entry, enum rj_end end)
{
	const struct rj_limits *limits = &e->options.limits;
	enum rj_end own = limits->idle_ns ? RJ_END_IDLE : RJ_END_ACTIVE;

	/* one whose time is over says so: deadlines are looked at in strides */
	finish(e, entry, rj_flow_is_over(&entry->flow, e->now_ns, limits) ? own : end);
}

bool rj_engine_set_now(struct rj_engine *e, uint64_t now_ns)
{
	if (now_ns <= e->now_ns) /* clocks step back; the engine's does not */
		return false;
	e->now_ns = now_ns;
	return true;
}

void rj_engine_tick(struct rj_engine *e, uint64_t now_ns)
{
	struct rj_entry *entry;

	if (!rj_engine_set_now(e, now_ns))
		return;
	if (e->fragments)
		rj_fragments_expire(e->fragments, now_ns);
	while ((entry = rj_engine_over(e, now_ns)))
		rj_engine_end(e, entry, RJ_END_IDLE);
}

struct rj_entry *rj_engine_oldest(struct rj_engine *e)
{
	return e->table.oldest;
}

void rj_engine_flush(struct rj_engine *e, enum rj_end end)
{
	while (e->table.oldest)
		rj_engine_end(e, e->table.oldest, end);
	if (e->fragments)
		rj_fragments_expire(e->fragments, UINT64_MAX);
	e->now_ns = 0;
	e->table.bucket_at = 0;
}

void rj_engine_at(struct rj_engine *e, uint64_t at)
{
	e->at = at;
}

void rj_engine_stats_add(struct rj_engine_stats *to, const struct rj_engine_stats *s)
{
	to->packets_in_flows += s->packets_in_flows;
	to->packets_recorded += s->packets_recorded;
	to->packets_refused += s->packets_refused;
	to->packets_duplicate += s->packets_duplicate;
	to->flows += s->flows;
	to->flows_now += s->flows_now;
	to->flows_evicted += s->flows_evicted;
	to->samples_lost += s->samples_lost;
	to->dissect_bytes += s->dissect_bytes;
	to->dissect_refused += s->dissect_refused;
	to->dissect.malformed += s->dissect.malformed;
	to->dissect.over_budget += s->dissect.over_budget;
	to->dissect.holes += s->dissect.holes;
	to->dissect.no_memory += s->dissect.no_memory;
	to->dissect.conflicts += s->dissect.conflicts;
	to->fragments.waiting += s->fragments.waiting;
	to->fragments.unjoined += s->fragments.unjoined;
	to->fragments.flooded += s->fragments.flooded;
	to->fragments.unread += s->fragments.unread;
	to->datagrams.bytes += s->datagrams.bytes;
	to->datagrams.whole += s->datagrams.whole;
	to->datagrams.overlapped += s->datagrams.overlapped;
	to->datagrams.incomplete += s->datagrams.incomplete;
	to->datagrams.over_limit += s->datagrams.over_limit;
}

void rj_engine_get_stats(const struct rj_engine *e, struct rj_engine_stats *out)
{
	*out = e->stats;
	out->flows_now = e->table.num_entries;
	if (e->fragments)
		out->fragments = rj_fragments_get_counts(e->fragments);
}
