/* SPDX-License-Identifier: BSD-3-Clause */
/* A packet as features see it: what was parsed, and the bytes that were captured of it. */
#ifndef RJ_FEATURES_SEEN_H
#define RJ_FEATURES_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/abi.h"
#include "bpf/wire.h"

/*
 * struct rj_seen - borrowed for a call.
 * @packet: as parsed; with all TCP options where the source was asked for headers
 * @since_us: since the flow's first packet; 0 where clocks stepped back
 * @payload, @len: its transport payload, as far as captured
 * @ip, @ip_len: the packet from its IP header on (the innermost, where tunnels were opened), as far
 *       as captured; @ip_len 0 where those bytes are not there
 * @start_seq: TCP, where @has_start: sequence number of the stream's first byte, by its side's SYN
 * @is_resent: TCP: has bytes of the stream that came before
 */
struct rj_seen {
	const struct rj_packet *packet;
	uint64_t since_us;
	const uint8_t *payload;
	uint32_t len;
	const uint8_t *ip;
	uint32_t ip_len;
	uint32_t start_seq;
	bool has_start;
	bool is_resent;
};

/* rj_seen_seq - sequence number of the packet's first payload byte. */
static inline uint32_t rj_seen_seq(const struct rj_seen *s)
{
	return s->packet->tcp_seq + (s->packet->tcp_flags & RJ_TCP_SYN ? 1 : 0);
}

#endif
