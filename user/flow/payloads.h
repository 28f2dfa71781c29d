/* SPDX-License-Identifier: BSD-3-Clause */
/* A flow's payload to what wants it: dissectors, byte counts, datagrams that are put together. */
#ifndef RJ_FLOW_PAYLOADS_H
#define RJ_FLOW_PAYLOADS_H

#include "flow/engine.h"
#include "flow/pools.h"
#include "flow/table.h"

/*
 * struct rj_payloads - embedded in an engine, whose options, table and account these are. @traits:
 * what is kept of packets, where @has_traits; @counts_bytes: whether values of bytes are counted;
 * @pools: where their memory comes from.
 */
struct rj_payloads {
	const struct rj_engine_options *options;
	struct rj_table *table;
	struct rj_engine_stats *stats;
	struct rj_trait_options traits;
	bool has_traits;
	bool counts_bytes;
	struct rj_flow_pools *pools;
};

/* rj_payloads_init - with what @options ask for; all are borrowed. */
void rj_payloads_init(struct rj_payloads *p, const struct rj_engine_options *options,
		      struct rj_table *table, struct rj_engine_stats *stats,
		      struct rj_flow_pools *pools);

/* rj_payloads_wants - whether payload of @proto is to be looked at at all. */
bool rj_payloads_wants(const struct rj_payloads *p, uint8_t proto);

/* rj_payloads_passes - whether a packet has nothing for rj_payloads_packet, as most have not. */
static inline bool rj_payloads_passes(const struct rj_payloads *p, const struct rj_entry *entry,
				      const struct rj_packet *packet)
{
	if (!packet->payload_len)
		return !(packet->tcp_flags & (RJ_TCP_SYN | RJ_TCP_FIN));
	return entry->unheard >> packet->side & 1 && !p->counts_bytes &&
	       !(packet->bits & (RJ_PKT_FIRST_FRAG | RJ_PKT_LATER_FRAG));
}

/* rj_payloads_packet - the payload of a packet of the entry, of which @len bytes were captured. */
void rj_payloads_packet(struct rj_payloads *p, struct rj_entry *entry,
			const struct rj_packet *packet, const uint8_t *bytes, uint32_t len);

/*
 * rj_payloads_segment - the same of a segment that was put together. A function of its own, so that
 * the other one is part of its only caller.
 */
void rj_payloads_segment(struct rj_payloads *p, struct rj_entry *entry,
			 const struct rj_packet *segment, const uint8_t *bytes, uint32_t len);

/*
 * rj_payloads_records - the packet's records of TLS, for one that rj_tlsrec_wants, into the entry's
 * list.
 */
void rj_payloads_records(struct rj_payloads *p, struct rj_entry *entry,
			 const struct rj_packet *packet, const struct rj_captured *c);

/*
 * rj_payloads_traits - what features keep of a packet of the entry, which was added to it before;
 * only where has_traits.
 */
void rj_payloads_traits(struct rj_payloads *p, struct rj_entry *entry,
			const struct rj_packet *packet, const struct rj_captured *c);

/* rj_payloads_sample - payload that the kernel has sampled of the entry's flow. */
void rj_payloads_sample(struct rj_payloads *p, struct rj_entry *entry, const struct rj_sample *s);

/*
 * rj_payloads_gather - what @around, the entry of packets of the same key that went around the
 * kernel (or NULL), has of the datagram whose first fragment is @s, becomes @entry's.
 */
void rj_payloads_gather(struct rj_payloads *p, struct rj_entry *around, struct rj_entry *entry,
			const struct rj_sample *s);

/* rj_payloads_join - what features have of the payload of @entry becomes part of @around's. */
void rj_payloads_join(struct rj_payloads *p, struct rj_entry *around, struct rj_entry *entry);

/*
 * rj_payloads_end_datagrams - no more fragments come: the first bytes of a datagram may tell
 * something too.
 */
void rj_payloads_end_datagrams(struct rj_payloads *p, struct rj_entry *entry);

/* rj_payloads_end - no more payload comes: what dissectors still wait with is to be said now. */
void rj_payloads_end(struct rj_payloads *p, struct rj_entry *entry);

/* rj_payloads_drop - gives back all that the entry holds of payload. */
void rj_payloads_drop(struct rj_payloads *p, struct rj_entry *entry);

#endif
