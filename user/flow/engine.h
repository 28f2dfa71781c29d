/* SPDX-License-Identifier: BSD-3-Clause */
/* The flow engine: packets, or the kernel's states and samples, become finished flows. */
#ifndef RJ_FLOW_ENGINE_H
#define RJ_FLOW_ENGINE_H

#include "bpf/abi.h"
#include "flow/datagram.h"
#include "flow/fragments.h"
#include "flow/record.h"

struct rj_engine;

/*
 * struct rj_engine_options - fixed at construction.
 * @max_flows: flows held at once; the oldest is ended ("evicted") for a new one
 * @on_record: called for each flow that ended; the record is borrowed
 * @max_dissect_bytes: memory of all dissectors, 0 no cap; a flow that would go over it has none
 * @bd_bytes: payload bytes of each side whose values are counted, where a feature wants that
 * @max_datagram_bytes: of fragments that are put together; 0 for RJ_MAX_DATAGRAM_BYTES
 * @is_part: one of several that share the packets (flow/parts.h): fragments come joined
 * @pools: NULL for its own, or memory that several parts of one thread share; borrowed
 * @labels: NULL, or names of subnets for the records; borrowed
 * @anonymizer: NULL, or what records do not show; borrowed
 * @enricher: NULL, or who adds to them; borrowed
 * @owner_names: NULL, or who knows the processes of sockets; borrowed
 * @is_alive: NULL, or asks the source whether a kernel flow of @key is going on, and since when:
 *       a flow that also has packets that went around the kernel waits for it
 * @want: NULL, or tells the source what is wanted of a side's payload from now on: @until of struct
 *       rj_slot_head for the @slot and @generation that a sample of it named
 */
struct rj_engine_options {
	struct rj_limits limits;
	struct rj_feature_set features;
	uint32_t max_flows;
	size_t max_dissect_bytes;
	size_t max_datagram_bytes;
	uint64_t bd_bytes;
	bool is_part;
	struct rj_flow_pools *pools;
	const struct rj_labels *labels;
	struct rj_anonymizer *anonymizer;
	const struct rj_enricher *enricher;
	struct rj_owner_names *owner_names;
	int64_t clock_ns;
	int time_decimals;
	void (*on_record)(void *user, const struct rj_record *record);
	const char *(*ifname)(void *user, uint32_t ifindex);
	bool (*is_alive)(void *user, const struct rj_key *key, uint64_t *ret_start_ns);
	void (*want)(void *user, uint32_t slot, uint32_t generation, uint32_t until);
	void *user;
};

/*
 * struct rj_engine_stats - all but @flows_now only grow.
 * @packets_in_flows: of the records handed over and the flows held now
 * @packets_recorded: of the records handed over
 * @refused: packets without a flow because memory was out
 * @duplicate: packets that are counted on another interface
 * @fragments: later fragments, without a flow as yet or for good
 */
struct rj_engine_stats {
	uint64_t packets_in_flows;
	uint64_t packets_recorded;
	uint64_t packets_refused;
	uint64_t packets_duplicate;
	uint64_t flows;
	uint64_t flows_now;
	uint64_t flows_evicted;
	uint64_t samples_lost; /* of orphans */
	uint64_t dissect_bytes;
	uint64_t dissect_refused; /* flows whose dissectors were given up for max_dissect_bytes */
	struct rj_dissect_counts dissect;
	struct rj_fragment_counts fragments;
	struct rj_datagram_counts datagrams;
};

/* rj_engine_new - 0, -ENOMEM, or -EINVAL for options out of bounds. */
RJ_MUST_CHECK int rj_engine_new(const struct rj_engine_options *options, struct rj_engine **out);

/* rj_engine_free - takes NULL; flows still held are forgotten: rj_engine_flush first. */
void rj_engine_free(struct rj_engine *e);

/*
 * rj_engine_packet - accumulates a packet; @payload of @payload_len bytes is what was
 * captured of its transport payload. Ends the flows whose time is over at
 * p->time_ns first. A later fragment, as the parser leaves it, waits for its datagram's first
 * where that has not come.
 */
void rj_engine_packet(struct rj_engine *e, const struct rj_packet *p, const uint8_t *payload,
		      uint32_t payload_len);

/*
 * struct rj_captured - what was captured of a packet, borrowed.
 * @payload, @payload_len: of its transport payload
 * @ip, @ip_len: from its IP header on; @ip_len 0 where that is not there
 */
struct rj_captured {
	const uint8_t *payload;
	uint32_t payload_len;
	const uint8_t *ip;
	uint32_t ip_len;
};

/*
 * rj_engine_orphan - accumulates a packet that found no place in the kernel's map. Its payload did
 * not come along: where it was among what is sampled, that is a sample lost. Of a later fragment
 * that waits for its first it may come, as a sample.
 */
void rj_engine_orphan(struct rj_engine *e, const struct rj_packet *p);

/*
 * rj_engine_first - a first fragment that the kernel has counted and that later fragments, handed
 * to rj_engine_orphan, came before: they are packets of its flow. What samples told of their bytes
 * is read when that of the first comes.
 */
void rj_engine_first(struct rj_engine *e, const struct rj_packet *p);

/*
 * rj_engine_tunnels - what a packet at @time_ns came in, if it is the one that its flow began with:
 * @id is that time for a flow of the kernel's, 0 for one whose packets are counted here.
 */
void rj_engine_tunnels(struct rj_engine *e, const struct rj_key *key, uint64_t id, uint64_t time_ns,
		       const struct rj_tunnels *tunnels);

/* rj_engine_is_closed - whether tunnels are not to be opened. */
bool rj_engine_is_closed(const struct rj_engine *e);

/* rj_engine_is_one_way - whether each direction is to be a flow of its own. */
bool rj_engine_is_one_way(const struct rj_engine *e);

/* rj_engine_sample - payload of a flow that the kernel keeps. */
void rj_engine_sample(struct rj_engine *e, const struct rj_sample *sample);

/*
 * rj_engine_state - a flow that the kernel kept is over: @flow and the rest of its two sides, all
 * borrowed; of a side that sent nothing @seq has no rest.
 */
void rj_engine_state(struct rj_engine *e, const struct rj_key *key, const struct rj_flow *flow,
		     const struct rj_seq seq[RJ_NUM_SIDES], enum rj_end end);

/*
 * rj_engine_max_bytes - memory of @max_flows flows with whole sequences, and of dissectors up to
 * @max_dissect_bytes.
 */
uint64_t rj_engine_max_bytes(const struct rj_engine_options *options);

/* rj_engine_set_clock - what to add to times for Unix time from now on. */
void rj_engine_set_clock(struct rj_engine *e, int64_t clock_ns);

/* rj_engine_set_decimals - digits of a second that times have from now on. */
void rj_engine_set_decimals(struct rj_engine *e, int decimals);

/* rj_engine_tick - time has come to @now_ns: flows that are over by then end. */
void rj_engine_tick(struct rj_engine *e, uint64_t now_ns);

/*
 * For whoever has several engines and ends flows in an order over all of them (flow/parts.h):
 * rj_engine_at - what comes from now on stands at @at in the order of all packets.
 * rj_engine_set_now - time has come to @now_ns; false where it had already.
 * rj_engine_over - a flow that is over by @now_ns, to be ended by rj_engine_end, or NULL.
 * rj_engine_looks_at - no flow is found over before this time.
 * rj_engine_oldest - the flow that began first, or NULL.
 * rj_engine_end - ends it: because of @end, or of a limit long past.
 * rj_engine_hash - of the packet's flow; rj_engine_fetch - as rj_table_fetch;
 *     rj_engine_fetch_entry - as rj_table_fetch_entry.
 * rj_engine_packet_hashed - rj_engine_packet for a part: by now fragments are joined, and the flows
 *     ended whose time is over.
 * rj_engine_fragment - likewise of a fragment: of a first one that ends within the TCP header its
 *     payload is what there is of that.
 */
struct rj_entry;
void rj_engine_at(struct rj_engine *e, uint64_t at);
bool rj_engine_set_now(struct rj_engine *e, uint64_t now_ns);
struct rj_entry *rj_engine_over(struct rj_engine *e, uint64_t now_ns);
uint64_t rj_engine_looks_at(const struct rj_engine *e);
struct rj_entry *rj_engine_oldest(struct rj_engine *e);
void rj_engine_end(struct rj_engine *e, struct rj_entry *entry, enum rj_end end);
uint64_t rj_engine_hash(const struct rj_engine *e, const struct rj_packet *p);
void rj_engine_fetch(const struct rj_engine *e, uint64_t hash, unsigned int side, int step);
void rj_engine_fetch_entry(const struct rj_engine *e, const struct rj_entry *entry, int step);
void rj_engine_packet_hashed(struct rj_engine *e, const struct rj_packet *p, uint64_t hash,
			     const struct rj_captured *c);
void rj_engine_fragment(struct rj_engine *e, const struct rj_packet *p, uint64_t hash,
			const struct rj_captured *c);

/* rj_engine_flush - every flow ends, oldest first: because of @end, or of a limit long past. */
void rj_engine_flush(struct rj_engine *e, enum rj_end end);

void rj_engine_get_stats(const struct rj_engine *e, struct rj_engine_stats *out);

/* rj_engine_stats_add - *@to becomes the sum of both. */
void rj_engine_stats_add(struct rj_engine_stats *to, const struct rj_engine_stats *s);

#endif
