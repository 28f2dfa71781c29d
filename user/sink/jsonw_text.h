/* SPDX-License-Identifier: BSD-3-Clause */
/* Text of a JSON string; for jsonw.c. */
#ifndef RJ_SINK_JSONW_TEXT_H
#define RJ_SINK_JSONW_TEXT_H

#include <string.h>

#include "core/buffer.h"
#include "core/vector.h"

/* All bits of each byte that needs no look: printable ASCII (or DEL), no quote, no backslash. */
static inline rj_chars16 rj_jsonw_plain16(rj_chars16 bytes)
{
	return (bytes > 0x1f) & ~((bytes == '"') | (bytes == '\\'));
}

static inline bool rj_jsonw_are_plain(rj_chars16 bytes)
{
	return rj_is_all16((rj_halves16)rj_jsonw_plain16(bytes));
}

static inline uint64_t rj_jsonw_load8(const uint8_t *text)
{
	uint64_t x;

	memcpy(&x, text, sizeof(x));
	return x;
}

static inline uint32_t rj_jsonw_load4(const uint8_t *text)
{
	uint32_t x;

	memcpy(&x, text, sizeof(x));
	return x;
}

static inline bool rj_jsonw_is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Copies 4 bytes or more by their first part and their last, which may have bytes in common. */
static inline bool rj_jsonw_copy_short(uint8_t *at, const uint8_t *text, size_t len)
{
	uint64_t first, last;

	if (len >= 8) {
		first = rj_jsonw_load8(text);
		last = rj_jsonw_load8(text + len - 8);
		if (!rj_jsonw_are_plain((rj_chars16)(rj_halves16){ first, last }))
			return false;
		memcpy(at, &first, 8);
		memcpy(at + len - 8, &last, 8);
		return true;
	}
	first = rj_jsonw_load4(text);
	last = rj_jsonw_load4(text + len - 4);
	if (!rj_jsonw_are_plain(
		    (rj_chars16)(rj_halves16){ first | last << 32, first | last << 32 }))
		return false;
	memcpy(at, text, 4);
	memcpy(at + len - 4, text + len - 4, 4);
	return true;
}

/* Copies 16 bytes to 32 likewise. */
static inline bool rj_jsonw_copy_medium(uint8_t *at, const uint8_t *text, size_t len)
{
	rj_chars16 first = rj_load16(text), last = rj_load16(text + len - 16);

	if (!rj_is_all16((rj_halves16)(rj_jsonw_plain16(first) & rj_jsonw_plain16(last))))
		return false;
	memcpy(at, &first, 16);
	memcpy(at + len - 16, &last, 16);
	return true;
}

/*
 * rj_jsonw_copy_plain - copies plain text to @at, where @len bytes are free, up to the first byte
 * that needs a look; returns how many bytes it did.
 */
static inline __attribute__((always_inline)) size_t
rj_jsonw_copy_plain(uint8_t *at, const uint8_t *text, size_t len)
{
	size_t done = 0;
	rj_chars16 x;

	if (len < 16 && len >= 4 && rj_jsonw_copy_short(at, text, len))
		return len;
	if (len >= 16 && len <= 32 && rj_jsonw_copy_medium(at, text, len))
		return len;
	for (; done + 16 <= len; done += 16) {
		x = rj_load16(text + done);
		if (!rj_jsonw_are_plain(x))
			break;
		memcpy(at + done, &x, sizeof(x));
	}
	if (len > 16 && done + 16 > len) { /* the end, over some that are done */
		x = rj_load16(text + len - 16);
		if (rj_jsonw_are_plain(x)) {
			memcpy(at + len - 16, &x, sizeof(x));
			return len;
		}
	}
	for (; done < len && rj_jsonw_is_plain(text[done]); done++)
		at[done] = text[done];
	return done;
}

/*
 * rj_jsonw_pairs - @num times two bytes as texts of hex, each with its comma; 7 bytes for each and
 * one more have to be free.
 */
uint8_t *rj_jsonw_pairs(uint8_t *at, const uint8_t *bytes, size_t num);

/* rj_jsonw_escape - appends text, escaped and made UTF-8 where it must be. */
void rj_jsonw_escape(struct rj_buffer *out, const uint8_t *text, size_t len);

#endif
