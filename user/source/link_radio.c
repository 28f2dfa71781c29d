// SPDX-License-Identifier: BSD-3-Clause
/* What capturing devices write before IEEE 802.11 frames: radiotap, AVS, Prism, PPI. */
#include <pcap/dlt.h>

#include "source/link_unwrap.h"

/* radiotap: present words, of which bit 31 says that another follows; fields in the bits' order */
#define RADIOTAP_MIN_LEN 8u
#define RADIOTAP_HAS_TSFT 0x00000001u
#define RADIOTAP_HAS_FLAGS 0x00000002u
#define RADIOTAP_HAS_MORE 0x80000000u
#define RADIOTAP_IS_PADDED 0x20u

/*
 * The flags of a header, whose first four octets were read before @c and which ends with @c; zero
 * where there are none. Fields are aligned to their size, counted from the header's start.
 */
static enum rj_status read_flags(struct rj_cursor *c, uint8_t *flags)
{
	uint32_t first, present, off = 8;
	enum rj_status st = rj_cursor_le(c, 4, &first);

	if (st)
		return st;
	for (present = first; present & RADIOTAP_HAS_MORE; off += 4) {
		st = rj_cursor_le(c, 4, &present);
		if (st)
			return st;
	}
	if (first & RADIOTAP_HAS_TSFT)
		st = rj_cursor_skip(c, 8 + (off & 4)); /* eight octets, aligned to them */
	if (!st && first & RADIOTAP_HAS_FLAGS)
		return rj_cursor_u8(c, flags);
	if (!st)
		*flags = 0;
	return st;
}

/* Version 0, padding, length (little endian), present words */
enum rj_reason rj_link_radiotap(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	struct rj_cursor header;
	uint8_t version, flags;
	enum rj_reason reason;
	uint32_t len;

	if (rj_cursor_u8(&c, &version) || rj_cursor_skip(&c, 1) || rj_cursor_le(&c, 2, &len))
		return RJ_REASON_LINK_TRUNCATED;
	if (version || len < RADIOTAP_MIN_LEN)
		return RJ_REASON_NOT_IP;
	if (rj_cursor_sub(&c, len - 4, &header))
		return RJ_REASON_LINK_TRUNCATED;
	if (read_flags(&header, &flags))
		return RJ_REASON_NOT_IP;
	reason = rj_unwrap_pass(u, &c);
	return reason ? reason : rj_link_wlan_padded(u, flags & RADIOTAP_IS_PADDED);
}

/* Passes over what of a header of @len octets is not read, before the frame of @link_type. */
static enum rj_reason read_behind(struct rj_unwrap *u, uint32_t len, int link_type)
{
	struct rj_cursor c = rj_unwrap_cursor(u);

	if (rj_cursor_skip(&c, len))
		return RJ_REASON_LINK_TRUNCATED;
	return rj_unwrap_link(u, &c, link_type);
}

#define AVS_MAGIC 0x80211000u
#define AVS_MIN_LEN 8u

static bool is_avs(uint32_t version)
{
	return (version & 0xfffff000) == AVS_MAGIC;
}

/* Version, length, in network byte order */
enum rj_reason rj_link_avs(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint32_t version, len;

	if (rj_cursor_u32(&c, &version) || rj_cursor_u32(&c, &len))
		return RJ_REASON_LINK_TRUNCATED;
	if (!is_avs(version) || len < AVS_MIN_LEN)
		return RJ_REASON_NOT_IP;
	return read_behind(u, len, DLT_IEEE802_11);
}

/* Message codes of the Prism II and III; the header's usual length, of ten values */
#define PRISM_CODE 0x44u
#define PRISM_CODE_OLD 0x41u
#define PRISM_LEN 144u
#define PRISM_MIN_LEN 24u

static bool is_prism(uint32_t code)
{
	return code == PRISM_CODE || code == PRISM_CODE_OLD;
}

/* Code and length, in the capturing host's byte order; drivers came to write AVS instead. */
enum rj_reason rj_link_prism(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint32_t code, len;

	if (rj_cursor_u32(&c, &code) || rj_cursor_u32(&c, &len))
		return RJ_REASON_LINK_TRUNCATED;
	if (is_avs(code))
		return rj_link_avs(u);
	if (is_prism(__builtin_bswap32(code)))
		len = __builtin_bswap32(len);
	else if (!is_prism(code))
		len = PRISM_LEN;
	return len < PRISM_MIN_LEN ? RJ_REASON_NOT_IP : read_behind(u, len, DLT_IEEE802_11);
}

#define PPI_MIN_LEN 8u

/* Version 0, flags, length, DLT_*, in little endian; then fields */
enum rj_reason rj_link_ppi(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint32_t len, link_type;
	uint8_t version;

	if (rj_cursor_u8(&c, &version) || rj_cursor_skip(&c, 1) || rj_cursor_le(&c, 2, &len) ||
	    rj_cursor_le(&c, 4, &link_type))
		return RJ_REASON_LINK_TRUNCATED;
	if (version || len < PPI_MIN_LEN)
		return RJ_REASON_NOT_IP;
	return read_behind(u, len, link_type > INT32_MAX ? -1 : (int)link_type);
}
