// SPDX-License-Identifier: BSD-3-Clause
/* Text of a JSON string of which some is escaped or replaced. */
#include "sink/jsonw_text.h"

#include <endian.h>

#include "core/text.h"

/* How many bytes from the start can go out as they are. */
static size_t plain_len(const uint8_t *text, size_t len)
{
	size_t at = 0;

	while (at < len) {
		int step = 1;

		if (len - at >= 16 && rj_jsonw_are_plain(rj_load16(text + at))) {
			at += 16;
			continue;
		}
		if (text[at] < 0x20 || text[at] == '"' || text[at] == '\\')
			return at;
		if (text[at] >= 0x80)
			step = rj_text_utf8(text + at, len - at);
		if (step < 0)
			return at;
		at += (size_t)step;
	}
	return at;
}

/* Writes what replaces the byte or bytes at @text; returns how many they are. */
static size_t put_escape(struct rj_buffer *out, const uint8_t *text, size_t len)
{
	static const char shorts[0x20] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
	};
	uint8_t c = text[0];
	uint8_t escape[6] = { '\\', 'u', '0', '0' };

	if (c >= 0x80) {
		rj_buffer_put(out, "\xef\xbf\xbd", 3); /* U+FFFD */
		return (size_t)-rj_text_utf8(text, len);
	}
	if (c >= 0x20 || shorts[c]) {
		escape[1] = c >= 0x20 ? c : (uint8_t)shorts[c];
		rj_buffer_put(out, escape, 2);
		return 1;
	}
	rj_text_hex(escape + 4, &c, 1);
	rj_buffer_put(out, escape, sizeof(escape));
	return 1;
}

void rj_jsonw_escape(struct rj_buffer *out, const uint8_t *text, size_t len)
{
	for (;;) {
		size_t step = plain_len(text, len);

		rj_buffer_put(out, text, step);
		if (step == len)
			return;
		text += step;
		len -= step;
		step = put_escape(out, text, len);
		text += step;
		len -= step;
	}
}

#define PAIRS_AT_ONCE 8u

uint8_t *rj_jsonw_pairs(uint8_t *at, const uint8_t *bytes, size_t num)
{
	uint8_t digits[4 * PAIRS_AT_ONCE];

	while (num) {
		size_t some = num < PAIRS_AT_ONCE ? num : PAIRS_AT_ONCE;

		rj_text_hex(digits, bytes, 2 * some);
		for (size_t i = 0; i < some; i++) {
			uint64_t four = le32toh(rj_jsonw_load4(digits + 4 * i));
			uint64_t text = htole64(four << 8 | UINT64_C(0x2c220000000022));

			memcpy(at, &text, sizeof(text)); /* the last byte is written over */
			at += 7;
		}
		bytes += 2 * some;
		num -= some;
	}
	return at;
}
