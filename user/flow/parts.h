/* SPDX-License-Identifier: BSD-3-Clause */
/* The flows of a capture, in parts that several threads may share between them. */
#ifndef RJ_FLOW_PARTS_H
#define RJ_FLOW_PARTS_H

#include "flow/engine.h"
#include "flow/table.h"

/*
 * How many parts there are follows from the options alone, and what a part does from its packets
 * and the times of all frames. So the records and their order are the same for any number of
 * threads.
 */
#define RJ_NUM_PARTS 32u
/* With less room for flows there is one part: shares of so little would be uneven. Ours. */
#define RJ_MIN_FLOWS_FOR_PARTS 65536u
/* Packets of one frame (A-MSDU) that have places of their own in the order. */
#define RJ_PLACES_A_FRAME 65536u

/*
 * rj_place - of the @packet-th packet of the @frame-th frame, in the order of all packets; 0 of a
 * frame is the time that has come with it.
 */
static inline uint64_t rj_place(uint64_t frame, uint32_t packet)
{
	return frame * RJ_PLACES_A_FRAME + (packet < RJ_PLACES_A_FRAME ? packet : 0xffff);
}

/* rj_part_mix - which part the flow is in whose ends have these sums; see rj_part_of. */
static inline uint32_t rj_part_mix(uint64_t addr_sum, uint32_t port_sum)
{
	uint64_t h = (addr_sum + port_sum * 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull;

	return (uint32_t)(h >> 32) % RJ_NUM_PARTS;
}

/* rj_part_of - the same for both directions, and known before parsing (source/part.h). */
static inline uint32_t rj_part_of(const struct rj_key *key)
{
	return rj_part_mix(key->addr[0][0] + key->addr[1][0] + key->addr[0][1] + key->addr[1][1],
			   (uint32_t)key->port[0] + key->port[1]);
}

struct rj_parts;

/* rj_parts_num - how many there are for these options. */
uint32_t rj_parts_num(const struct rj_engine_options *options);

/*
 * rj_parts_new - parts number @first to @first + @num - 1 of all that there are for these options,
 * whose limits are those of all parts together. on_record is called in order of struct rj_record's
 * at, then began. 0 or what rj_engine_new says.
 */
RJ_MUST_CHECK int rj_parts_new(const struct rj_engine_options *options, uint32_t first,
			       uint32_t num, struct rj_parts **out);

/* rj_parts_free - takes NULL; flows still held are forgotten. */
void rj_parts_free(struct rj_parts *p);

/* rj_parts_has - whether part @number (of rj_part_of) is among these. */
bool rj_parts_has(const struct rj_parts *p, uint32_t number);

/* rj_parts_time - the @frame-th frame is of @time_ns: flows that are over by then end. */
void rj_parts_time(struct rj_parts *p, uint64_t frame, uint64_t time_ns);

/* rj_parts_now - the latest of these times; rj_parts_looks_at: no flow is over before. */
uint64_t rj_parts_now(const struct rj_parts *p);
uint64_t rj_parts_looks_at(const struct rj_parts *p);

/* struct rj_spot - where a packet's flow is looked for; @engine NULL: not in these parts. */
struct rj_spot {
	struct rj_engine *engine;
	uint64_t hash;
};

/* rj_parts_spot - of a packet that is no later fragment. */
struct rj_spot rj_parts_spot(const struct rj_parts *p, const struct rj_packet *packet);

/* rj_spot_fetch - as rj_table_fetch, for a packet from @side that comes soon. */
void rj_spot_fetch(const struct rj_spot *spot, unsigned int side, int step);

/*
 * rj_parts_packet - adds a packet, if it is of these parts; as rj_engine_packet. @place: of it, by
 * rj_place; @spot: rj_parts_spot of it. Fragments are to be handed to all parts: one may be the
 * first of what waits elsewhere.
 */
void rj_parts_packet(struct rj_parts *p, uint64_t place, const struct rj_packet *packet,
		     const struct rj_spot *spot, const struct rj_captured *c);

/* rj_parts_tunnels - as rj_engine_tunnels, for a packet just added. */
void rj_parts_tunnels(struct rj_parts *p, const struct rj_packet *packet,
		      const struct rj_tunnels *tunnels);

/* rj_parts_set_decimals - as rj_engine_set_decimals. */
void rj_parts_set_decimals(struct rj_parts *p, int decimals);

/* rj_parts_is_closed - whether tunnels are not to be opened. */
bool rj_parts_is_closed(const struct rj_parts *p);

/* rj_parts_keeps_headers - whether a feature needs what rj_feature_keeps_headers says. */
bool rj_parts_keeps_headers(const struct rj_parts *p);

/* rj_parts_is_one_way - whether each direction is to be a flow of its own. */
bool rj_parts_is_one_way(const struct rj_parts *p);

/* rj_parts_flush - every flow ends, in order of beginning: because of @end, or of a limit past. */
void rj_parts_flush(struct rj_parts *p, enum rj_end end);

/* rj_parts_add_stats - adds these parts' to *@out, whose counts of fragments the first part has. */
void rj_parts_add_stats(const struct rj_parts *p, struct rj_engine_stats *out);

#endif
