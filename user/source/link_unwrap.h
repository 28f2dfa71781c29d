/* SPDX-License-Identifier: BSD-3-Clause */
/* What the readers of link headers share: a frame on the way to its network header. */
#ifndef RJ_SOURCE_LINK_UNWRAP_H
#define RJ_SOURCE_LINK_UNWRAP_H

#include "bpf/parse.h"
#include "core/cursor.h"

/* Link types behind link types: PPI, PKTAP and the like name one, which may name another. */
#define RJ_MAX_LINK_TYPES 4u

/* Octets before the network header; with those parse.h reads, payload_off holds their sum. */
#define RJ_MAX_PASSED 0xb000u

/*
 * struct rj_unwrap - a frame, as far as it is not passed over yet.
 * @f: what is left: offset 0 is the next header
 * @passed: octets of the frame before it
 * @at, @next: rj_link_parse's position: this packet's (0: the first), and the next one's (0: none)
 * @depth: link types so far
 */
struct rj_unwrap {
	struct rj_frame f;
	uint32_t passed;
	uint32_t at;
	uint32_t next;
	unsigned int depth;
	struct rj_layers *layers;
	struct rj_packet *packet;
};

/*
 * A reader takes the frame from the start of its header on, reads by rj_unwrap_cursor and hands
 * the rest over by one of the three functions below, whose result is its own. Octets that were
 * not captured are RJ_REASON_LINK_TRUNCATED; what the definition does not know is
 * RJ_REASON_NOT_IP, and what we do not, RJ_REASON_LINK_TYPE.
 */

/* rj_unwrap_cursor - over what was captured of the rest; its end is soft. */
static inline struct rj_cursor rj_unwrap_cursor(const struct rj_unwrap *u)
{
	return rj_cursor_init(u->f.data, u->f.captured_len, false);
}

/* rj_unwrap_network - what is at @c, a cursor of rj_unwrap_cursor, is of this EtherType. */
enum rj_reason rj_unwrap_network(struct rj_unwrap *u, const struct rj_cursor *c, uint16_t type);

/* rj_unwrap_llc - an IEEE 802.2 header is at @c. */
static inline enum rj_reason rj_unwrap_llc(struct rj_unwrap *u, const struct rj_cursor *c)
{
	return rj_unwrap_network(u, c, 0);
}

/* rj_unwrap_link - a header of @link_type (DLT_*) is at @c. */
enum rj_reason rj_unwrap_link(struct rj_unwrap *u, const struct rj_cursor *c, int link_type);

/* rj_unwrap_pass - moves to @c; RJ_REASON_NONE, or RJ_REASON_LINK_DEPTH where it is too far. */
enum rj_reason rj_unwrap_pass(struct rj_unwrap *u, const struct rj_cursor *c);

/* rj_cursor_le - the next @len (1..4) bytes as a little-endian number in *@out. */
RJ_MUST_CHECK static inline enum rj_status rj_cursor_le(struct rj_cursor *c, size_t len,
							uint32_t *out)
{
	uint64_t value;
	enum rj_status st = rj_cursor_be(c, len, &value);

	if (!st)
		*out = __builtin_bswap32((uint32_t)value) >> (32 - 8 * len);
	return st;
}

/* The readers, by what they read first. */

/* link_host.c: what hosts put before packets of their interfaces */
enum rj_reason rj_link_loopback(struct rj_unwrap *u); /* LINKTYPE_NULL, _LOOP */
enum rj_reason rj_link_enc(struct rj_unwrap *u);
enum rj_reason rj_link_pflog(struct rj_unwrap *u);
enum rj_reason rj_link_cooked(struct rj_unwrap *u);
enum rj_reason rj_link_cooked2(struct rj_unwrap *u);
enum rj_reason rj_link_nflog(struct rj_unwrap *u);
enum rj_reason rj_link_pktap(struct rj_unwrap *u);
enum rj_reason rj_link_ipnet(struct rj_unwrap *u);

/* link_ether.c: Ethernet frames with something before or in them, ERF */
enum rj_reason rj_link_preamble(struct rj_unwrap *u);
enum rj_reason rj_link_juniper(struct rj_unwrap *u);
enum rj_reason rj_link_dsa(struct rj_unwrap *u);
enum rj_reason rj_link_edsa(struct rj_unwrap *u);
enum rj_reason rj_link_erf(struct rj_unwrap *u);

/* link_serial.c: PPP, HDLC, Frame Relay, ATM */
enum rj_reason rj_link_ppp_frame(struct rj_unwrap *u);
enum rj_reason rj_link_pppoe(struct rj_unwrap *u);
enum rj_reason rj_link_hdlc(struct rj_unwrap *u);
enum rj_reason rj_link_frelay(struct rj_unwrap *u);
enum rj_reason rj_link_multi_frelay(struct rj_unwrap *u);
enum rj_reason rj_link_atm(struct rj_unwrap *u);
enum rj_reason rj_link_sunatm(struct rj_unwrap *u);

/* link_lan.c: other local networks */
enum rj_reason rj_link_token_ring(struct rj_unwrap *u);
enum rj_reason rj_link_fddi(struct rj_unwrap *u);
enum rj_reason rj_link_arcnet(struct rj_unwrap *u); /* from the protocol on */
enum rj_reason rj_link_infiniband(struct rj_unwrap *u);

/* link_wlan.c, link_radio.c: IEEE 802.11 and what may stand before it */
enum rj_reason rj_link_wlan(struct rj_unwrap *u);
/* rj_link_wlan_padded - the same, the body aligned to 32 bits where @is_padded. */
enum rj_reason rj_link_wlan_padded(struct rj_unwrap *u, bool is_padded);
enum rj_reason rj_link_radiotap(struct rj_unwrap *u);
enum rj_reason rj_link_avs(struct rj_unwrap *u);
enum rj_reason rj_link_prism(struct rj_unwrap *u);
enum rj_reason rj_link_ppi(struct rj_unwrap *u);

#endif
