/* SPDX-License-Identifier: BSD-3-Clause */
/* TCP segments whose header lies in several IP fragments (RFC 791 2.3: of 8 octets and more). */
#ifndef RJ_FLOW_SPLIT_HEAD_H
#define RJ_FLOW_SPLIT_HEAD_H

#include "flow/payloads.h"

/*
 * The packets of such a segment are counted as they come, by their IP headers, as TCP that was not
 * to be read. When the datagram is whole, its flow is told of the segment as of any other: flags,
 * options of a SYN, order, records of TLS, payload.
 */

/*
 * rj_split_head_take - a fragment that was added to the entry: of a datagram of TCP whose first has
 * no whole header. @bytes: @len bytes of the datagram, from @packet->frag_off on.
 */
void rj_split_head_take(struct rj_payloads *p, struct rj_entry *entry,
			const struct rj_packet *packet, const uint8_t *bytes, uint32_t len);

/* rj_split_head_end - no more fragments come: of the datagram @d what there is. */
void rj_split_head_end(struct rj_payloads *p, struct rj_entry *entry, const struct rj_datagram *d);

#endif
