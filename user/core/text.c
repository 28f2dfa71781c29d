/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers and addresses as text, and where text is UTF-8. */
#include "core/text.h"

#include <endian.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_SECOND UINT64_C(1000000000)
#define TWO_TO_64 18446744073709551616.0

const char rj_text_pairs[] = "00010203040506070809101112131415161718192021222324"
			     "25262728293031323334353637383940414243444546474849"
			     "50515253545556575859606162636465666768697071727374"
			     "75767778798081828384858687888990919293949596979899";
/* clang-format off */
#define TEN(before, behind)                                                                        \
	before "0" behind before "1" behind before "2" behind before "3" behind before "4" behind  \
	before "5" behind before "6" behind before "7" behind before "8" behind before "9" behind
#define HUNDRED(before)                                                                            \
	TEN(before "0", "\3") TEN(before "1", "\3") TEN(before "2", "\3") TEN(before "3", "\3")    \
	TEN(before "4", "\3") TEN(before "5", "\3") TEN(before "6", "\3") TEN(before "7", "\3")    \
	TEN(before "8", "\3") TEN(before "9", "\3")
const char rj_text_threes[] =
	TEN("", "\0\0\1") TEN("1", "\0\2") TEN("2", "\0\2") TEN("3", "\0\2") TEN("4", "\0\2")
	TEN("5", "\0\2") TEN("6", "\0\2") TEN("7", "\0\2") TEN("8", "\0\2") TEN("9", "\0\2")
	HUNDRED("1") HUNDRED("2") HUNDRED("3") HUNDRED("4") HUNDRED("5") HUNDRED("6") HUNDRED("7")
	HUNDRED("8") HUNDRED("9");
/* clang-format on */
#undef HUNDRED
#undef TEN

/* With leading zeros. */
static inline uint8_t *put_four(uint8_t *at, uint32_t below_10000)
{
	return rj_text_pair(rj_text_pair(at, below_10000 / 100), below_10000 % 100);
}

static inline uint8_t *put_eight(uint8_t *at, uint32_t below_1e8)
{
	return put_four(put_four(at, below_1e8 / 10000), below_1e8 % 10000);
}

static const char hex_digits[] = "0123456789abcdef";

/*
 * The values of eight digits, the first one in the lowest byte: by 10000, then both halves at once
 * by 100, then all four quarters by 10. The factors are 2^20 / 100 and 2^10 / 10, rounded up,
 * which is exact for so few digits.
 */
static inline uint64_t eight_digits(uint32_t below_1e8)
{
	uint64_t x = below_1e8 / 10000 | (uint64_t)(below_1e8 % 10000) << 32;
	uint64_t heads = (x * 10486 >> 20) & UINT64_C(0x7f0000007f);

	x = heads | (x - 100 * heads) << 16;
	heads = (x * 103 >> 10) & UINT64_C(0xf000f000f000f);
	return heads | (x - 10 * heads) << 8;
}

/* Eight bytes of digits, of which the lowest goes first. */
static inline void put_digits(uint8_t *at, uint64_t digits)
{
	digits = htole64(digits | UINT64_C(0x3030303030303030));
	memcpy(at, &digits, sizeof(digits));
}

/* Not 0, without leading zeros; eight bytes are written. */
static inline uint8_t *put_up_to_eight(uint8_t *at, uint32_t below_1e8)
{
	uint64_t digits = eight_digits(below_1e8);
	unsigned int zeros = (unsigned int)__builtin_ctzll(digits) / 8;

	put_digits(at, digits >> 8 * zeros);
	return at + 8 - zeros;
}

#define TEN_TO_8 UINT64_C(100000000)

uint8_t *rj_text_u64(uint8_t *at, uint64_t value)
{
	uint64_t head;

	if (value < 100000) /* most are small */
		return rj_text_small(at, (uint32_t)value);
	if (value < TEN_TO_8)
		return put_up_to_eight(at, (uint32_t)value);
	head = value / TEN_TO_8;
	if (head < 1000)
		at = rj_text_three(at, (uint32_t)head);
	else if (head < TEN_TO_8)
		at = put_up_to_eight(at, (uint32_t)head);
	else
		at = put_eight(rj_text_small(at, (uint32_t)(head / TEN_TO_8)),
			       (uint32_t)(head % TEN_TO_8));
	return put_eight(at, (uint32_t)(value % TEN_TO_8));
}

uint8_t *rj_text_time(uint8_t *at, uint64_t ns, int decimals)
{
	uint32_t fraction = (uint32_t)(ns % NS_PER_SECOND);

	at = rj_text_u64(at, ns / NS_PER_SECOND);
	*at++ = '.';
	if (decimals != 9) {
		put_digits(at, eight_digits(fraction / 10));
		return at + 6;
	}
	*at++ = (uint8_t)('0' + fraction / TEN_TO_8);
	return put_eight(at, (uint32_t)(fraction % TEN_TO_8));
}

uint8_t *rj_text_f64(uint8_t *at, double value)
{
	double size = value < 0 ? -value : value;
	uint64_t whole, micros, digits;
	double fraction;

	if (size >= TWO_TO_64) /* a whole number; no decimal point, so no locale */
		return at + snprintf((char *)at, RJ_TEXT_F64_LEN, "%.0f", value);
	whole = (uint64_t)size;
	fraction = (size - (double)whole) * 1e6;
	micros = (uint64_t)(fraction + 0.5);
	whole += micros / 1000000;
	micros %= 1000000;
	if (value < 0 && (whole || micros))
		*at++ = '-';
	at = rj_text_u64(at, whole);
	if (!micros)
		return at;
	*at++ = '.';
	digits = eight_digits((uint32_t)micros) >> 16;
	put_digits(at, digits);
	return at + (71 - __builtin_clzll(digits)) / 8; /* up to the last one that is not 0 */
}

#define ROW(high)                                                                                  \
	high "0" high "1" high "2" high "3" high "4" high "5" high "6" high "7" high "8" high      \
	     "9" high "a" high "b" high "c" high "d" high "e" high "f"
const char rj_text_hex_pairs[] = ROW("0") ROW("1") ROW("2") ROW("3") ROW("4") ROW("5") ROW("6")
	ROW("7") ROW("8") ROW("9") ROW("a") ROW("b") ROW("c") ROW("d") ROW("e") ROW("f");
#undef ROW

/* Of a number of bytes that is constant, which compilers make vectors of. */
#define HEX_BLOCK_BYTES 16u

static inline void put_hex_block(uint8_t *restrict at, const uint8_t *restrict bytes)
{
	for (unsigned int i = 0; i < HEX_BLOCK_BYTES; i++) {
		/* signed, as vectors compare */
		int8_t high = (int8_t)(bytes[i] >> 4), low = (int8_t)(bytes[i] & 15);

		at[2 * i] = (uint8_t)(high + '0' + (high > 9 ? 'a' - '0' - 10 : 0));
		at[2 * i + 1] = (uint8_t)(low + '0' + (low > 9 ? 'a' - '0' - 10 : 0));
	}
}

uint8_t *rj_text_hex(uint8_t *at, const void *bytes, size_t len)
{
	const uint8_t *byte = bytes;
	size_t done = 0;

	for (; done + HEX_BLOCK_BYTES <= len; done += HEX_BLOCK_BYTES)
		put_hex_block(at + 2 * done, byte + done);
	if (done && done < len) /* the end, over some that are done */
		put_hex_block(at + 2 * (len - HEX_BLOCK_BYTES), byte + len - HEX_BLOCK_BYTES);
	else
		for (; done < len; done++)
			rj_text_hex_byte(at + 2 * done, byte[done]);
	return at + 2 * len;
}

static uint8_t *put_quad(uint8_t *at, const uint8_t quad[4])
{
	for (int i = 0; i < 3; i++) {
		at = rj_text_three(at, quad[i]);
		*at++ = '.';
	}
	return rj_text_three(at, quad[3]);
}

/* A 16-bit group of an IPv6 address, without leading zeros. */
static uint8_t *put_group(uint8_t *at, unsigned int group)
{
	int shift = 12;

	while (shift && !(group >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*at++ = (uint8_t)hex_digits[group >> shift & 15];
	return at;
}

/* The first of the longest runs of two or more zero groups (RFC 5952 section 4.2), or -1. */
static int longest_zeros(const unsigned int groups[8], int *ret_len)
{
	int best = -1, best_len = 1, len = 0;

	for (int i = 0; i < 8; i++) {
		len = groups[i] ? 0 : len + 1;
		if (len > best_len) {
			best = i + 1 - len;
			best_len = len;
		}
	}
	*ret_len = best_len;
	return best;
}

static uint8_t *put_ipv6(uint8_t *at, const uint8_t addr[16])
{
	unsigned int groups[8];
	int zeros, zeros_len, i = 0;

	for (int g = 0; g < 8; g++)
		groups[g] = (unsigned int)addr[2 * g] << 8 | addr[2 * g + 1];
	zeros = longest_zeros(groups, &zeros_len);
	while (i < 8) {
		if (i == zeros) {
			*at++ = ':';
			i += zeros_len;
			if (i == 8)
				*at++ = ':';
			continue;
		}
		if (i)
			*at++ = ':';
		if (i == 6 && zeros == 0 && zeros_len == 6) /* IPv4-compatible, RFC 4291 2.5.5.1 */
			return put_quad(at, addr + 12);
		at = put_group(at, groups[i++]);
	}
	return at;
}

uint8_t *rj_text_address(uint8_t *at, const uint8_t addr[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (!memcmp(addr, mapped, sizeof(mapped)))
		return put_quad(at, addr + 12);
	return put_ipv6(at, addr);
}

/* What the lead byte of a sequence demands: how many bytes follow, the range of the first. */
static int lead_demands(uint8_t lead, uint8_t *ret_low, uint8_t *ret_high)
{
	*ret_low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;  /* else overlong */
	*ret_high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf; /* surrogates; > U+10FFFF */
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	return lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
}

int rj_text_utf8(const uint8_t *text, size_t len)
{
	uint8_t low, high;
	int num_more;

	if (text[0] < 0x80)
		return 1;
	num_more = lead_demands(text[0], &low, &high);
	if (!num_more)
		return -1;
	for (int i = 1; i <= num_more; i++) {
		if ((size_t)i == len || text[i] < low || text[i] > high)
			return -i;
		low = 0x80;
		high = 0xbf;
	}
	return num_more + 1;
}
