// SPDX-License-Identifier: BSD-3-Clause
/* Reads the time resolution from the head of a capture file. */
#include "source/precision.h"

#include <stdbool.h>

#include "core/cursor.h"

#define MAGIC_NS 0xa1b23c4du
#define MAGIC_NS_SWAPPED 0x4d3cb2a1u
#define SECTION_HEADER 0x0a0d0d0au
#define BYTE_ORDER 0x1a2b3c4du
#define INTERFACE_DESCRIPTION 1u
#define OPTION_TSRESOL 9u
#define INTERFACE_FIXED_LEN 8u /* link type, reserved, snap length */

/* A section is in the byte order of whoever wrote it. */
struct reader {
	struct rj_cursor cursor;
	bool is_big;
};

static bool read_u32(struct reader *r, uint32_t *out)
{
	if (rj_cursor_u32(&r->cursor, out))
		return false;
	if (!r->is_big)
		*out = __builtin_bswap32(*out);
	return true;
}

static bool read_u16(struct reader *r, uint16_t *out)
{
	if (rj_cursor_u16(&r->cursor, out))
		return false;
	if (!r->is_big)
		*out = __builtin_bswap16(*out);
	return true;
}

/* The if_tsresol option: a power of ten, or with the top bit set of two. */
static int decimals_of(uint8_t resolution)
{
	if (resolution & 0x80)
		return (resolution & 0x7f) > 20 ? 9 : 6; /* 2^-20 s is about a microsecond */
	return resolution > 6 ? 9 : 6;
}

static int read_options(struct reader *r)
{
	uint16_t code, len;

	while (read_u16(r, &code) && read_u16(r, &len) && code) {
		const uint8_t *value;

		if (rj_cursor_bytes(&r->cursor, (len + 3u) / 4u * 4u, &value))
			break;
		if (code == OPTION_TSRESOL && len)
			return decimals_of(*value);
	}
	return 6;
}

/* Behind the section header's type. */
static int read_section(struct reader *r)
{
	uint32_t len, order, type;

	if (rj_cursor_u32(&r->cursor, &len) || rj_cursor_u32(&r->cursor, &order))
		return 6;
	r->is_big = order == BYTE_ORDER;
	if (!r->is_big)
		len = __builtin_bswap32(len);
	if (len < 12 || rj_cursor_skip(&r->cursor, len - 12))
		return 6;
	if (!read_u32(r, &type) || type != INTERFACE_DESCRIPTION || !read_u32(r, &len) ||
	    rj_cursor_skip(&r->cursor, INTERFACE_FIXED_LEN))
		return 6;
	/* type, length, the fixed part and the length again */
	if (len < 12 + INTERFACE_FIXED_LEN)
		return 6;
	len -= 12 + INTERFACE_FIXED_LEN;
	if (len < r->cursor.left)
		r->cursor.left = len;
	return read_options(r);
}

int rj_capture_decimals(const uint8_t *head, size_t len)
{
	struct reader r = { .cursor = rj_cursor_init(head, len, true) };
	uint32_t magic;

	if (rj_cursor_u32(&r.cursor, &magic))
		return 6;
	if (magic == MAGIC_NS || magic == MAGIC_NS_SWAPPED)
		return 9;
	return magic == SECTION_HEADER ? read_section(&r) : 6;
}
