// SPDX-License-Identifier: BSD-3-Clause
/* Ethernet frames with a preamble, a switch's tag or a capturing device's header; ERF records. */
#include <pcap/dlt.h>

#include "source/link_unwrap.h"

static enum rj_reason read_frame(struct rj_unwrap *u, const struct rj_cursor *c)
{
	return rj_unwrap_link(u, c, DLT_EN10MB);
}

/* Octets of a preamble, and of a preamble that came in too long (ours) */
#define PREAMBLE 0x55u
#define MAX_PREAMBLE_LEN 15

/* IEEE 802.3 99.3.3: start of a whole frame; of the first part of one that may be interrupted */
static bool is_start(uint8_t delimiter)
{
	return delimiter == 0xd5 || delimiter == 0xe6 || delimiter == 0x4c || delimiter == 0x7f ||
	       delimiter == 0xb3;
}

/* The preamble up to the start of the frame; a later part of a frame has another delimiter. */
enum rj_reason rj_link_preamble(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint8_t octet = PREAMBLE;

	for (int i = 0; octet == PREAMBLE && i <= MAX_PREAMBLE_LEN; i++)
		if (rj_cursor_u8(&c, &octet))
			return RJ_REASON_LINK_TRUNCATED;
	return is_start(octet) ? read_frame(u, &c) : RJ_REASON_NOT_IP;
}

#define JUNIPER_MAGIC 0x4d4743u
#define JUNIPER_HAS_EXTENSIONS 0x80u
#define JUNIPER_IS_BARE 0x02u

/* Juniper's: magic, flags, extensions behind their length; without link header, a protocol (4) */
enum rj_reason rj_link_juniper(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint16_t extensions_len = 0;
	uint32_t magic;
	uint8_t flags;

	if (rj_cursor_u24(&c, &magic))
		return RJ_REASON_LINK_TRUNCATED;
	if (magic != JUNIPER_MAGIC)
		return RJ_REASON_NOT_IP;
	if (rj_cursor_u8(&c, &flags))
		return RJ_REASON_LINK_TRUNCATED;
	if (flags & JUNIPER_HAS_EXTENSIONS && rj_cursor_u16(&c, &extensions_len))
		return RJ_REASON_LINK_TRUNCATED;
	if (rj_cursor_skip(&c, extensions_len))
		return RJ_REASON_LINK_TRUNCATED;
	if (!(flags & JUNIPER_IS_BARE))
		return read_frame(u, &c);
	if (rj_cursor_skip(&c, 4))
		return RJ_REASON_LINK_TRUNCATED;
	return rj_unwrap_link(u, &c, DLT_RAW);
}

#define DSA_IS_TAGGED 0x20000000u
#define EDSA_TYPE 0xdadau

/* Marvell's tag, which took the place of IEEE 802.1Q's where the frame had one, then the type */
static enum rj_reason read_dsa(struct rj_unwrap *u, struct rj_cursor *c)
{
	uint32_t tag;
	uint16_t type;

	if (rj_cursor_u32(c, &tag) || rj_cursor_u16(c, &type))
		return RJ_REASON_LINK_TRUNCATED;
	if (tag & DSA_IS_TAGGED)
		u->f.outer_tci = RJ_TCI_PRESENT | (tag & 0xffff);
	return rj_unwrap_network(u, c, type);
}

enum rj_reason rj_link_dsa(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);

	return read_dsa(u, &c);
}

/* The tag behind an EtherType and two reserved octets; a frame may go without. */
enum rj_reason rj_link_edsa(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint16_t type;

	if (rj_cursor_u16(&c, &type))
		return RJ_REASON_LINK_TRUNCATED;
	if (type != EDSA_TYPE)
		return rj_unwrap_network(u, &c, type);
	if (rj_cursor_skip(&c, 2))
		return RJ_REASON_LINK_TRUNCATED;
	return read_dsa(u, &c);
}

/* Endace's extensible record format: types of records, and the bit for more headers */
enum erf_type {
	ERF_HDLC = 1,
	ERF_ETH = 2,
	ERF_MC_HDLC = 5,
	ERF_COLOR_HDLC = 10,
	ERF_COLOR_ETH = 11,
	ERF_DSM_COLOR_HDLC = 15,
	ERF_DSM_COLOR_ETH = 16,
	ERF_COLOR_MC_HDLC = 17,
	ERF_COLOR_HASH_HDLC = 19,
	ERF_COLOR_HASH_ETH = 20,
	ERF_IPV4 = 22,
	ERF_IPV6 = 23,
};
#define ERF_MORE 0x80u
#define ERF_MAX_EXTENSIONS 16 /* ours */

static enum rj_reason read_erf(struct rj_unwrap *u, struct rj_cursor *c, unsigned int type)
{
	switch (type) {
	case ERF_ETH:
	case ERF_COLOR_ETH:
	case ERF_DSM_COLOR_ETH:
	case ERF_COLOR_HASH_ETH: /* offset and padding come first */
		return rj_cursor_skip(c, 2) ? RJ_REASON_LINK_TRUNCATED : read_frame(u, c);
	case ERF_MC_HDLC:
	case ERF_COLOR_MC_HDLC: /* a header of the channel */
		if (rj_cursor_skip(c, 4))
			return RJ_REASON_LINK_TRUNCATED;
		return rj_unwrap_link(u, c, DLT_PPP_SERIAL);
	case ERF_HDLC:
	case ERF_COLOR_HDLC:
	case ERF_DSM_COLOR_HDLC:
	case ERF_COLOR_HASH_HDLC:
		return rj_unwrap_link(u, c, DLT_PPP_SERIAL);
	case ERF_IPV4:
	case ERF_IPV6:
		return rj_unwrap_link(u, c, DLT_RAW);
	default:
		return RJ_REASON_LINK_TYPE;
	}
}

/* Time (8), type, flags, lengths and losses (6); headers of 8 octets, each says if more follow. */
enum rj_reason rj_link_erf(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint8_t type, more;

	if (rj_cursor_skip(&c, 8) || rj_cursor_u8(&c, &type) || rj_cursor_skip(&c, 7))
		return RJ_REASON_LINK_TRUNCATED;
	more = type;
	for (int i = 0; more & ERF_MORE; i++) {
		if (i == ERF_MAX_EXTENSIONS)
			return RJ_REASON_LINK_DEPTH;
		if (rj_cursor_u8(&c, &more) || rj_cursor_skip(&c, 7))
			return RJ_REASON_LINK_TRUNCATED;
	}
	return read_erf(u, &c, type & ~ERF_MORE);
}
