/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers and addresses as text, and where text is UTF-8: where output spends its time. */
#ifndef RJ_CORE_TEXT_H
#define RJ_CORE_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RJ_TEXT_U64_LEN 20     /* 18446744073709551615 */
#define RJ_TEXT_TIME_LEN 21    /* 18446744073.709551615 */
#define RJ_TEXT_F64_LEN 328    /* -DBL_MAX: sign and 309 digits; room for all else */
#define RJ_TEXT_ADDRESS_LEN 45 /* INET6_ADDRSTRLEN without its NUL */

/*
 * Each of these writes at @at, where its RJ_TEXT_…_LEN bytes must be free, ends
 * with no NUL and returns the place behind its last byte.
 */

/* rj_text_u64 - decimal digits. */
uint8_t *rj_text_u64(uint8_t *at, uint64_t value);

/* rj_text_pairs - "00" to "99"; rj_text_pair writes one of them. */
extern const char rj_text_pairs[];

static inline uint8_t *rj_text_pair(uint8_t *at, uint32_t below_100)
{
	memcpy(at, rj_text_pairs + 2 * (size_t)below_100, 2);
	return at + 2;
}

/* rj_text_threes - 0 to 999 in four bytes each: the digits, and in the last how many they are. */
extern const char rj_text_threes[];

/* rj_text_three - rj_text_u64 of what is @below_1000; writes 4 bytes, whatever it returns. */
static inline uint8_t *rj_text_three(uint8_t *at, uint32_t below_1000)
{
	const char *three = rj_text_threes + 4 * (size_t)below_1000;

	memcpy(at, three, 4);
	return at + three[3];
}

/* rj_text_small - rj_text_u64 of what is @below_100000, as most numbers are; up to 5 bytes. */
static inline uint8_t *rj_text_small(uint8_t *at, uint32_t below_100000)
{
	if (below_100000 < 1000)
		return rj_text_three(at, below_100000);
	if (below_100000 >= 10000) {
		*at++ = (uint8_t)('0' + below_100000 / 10000);
		below_100000 %= 10000;
	}
	return rj_text_pair(rj_text_pair(at, below_100000 / 100), below_100000 % 100);
}

/* rj_text_time - nanoseconds as seconds with 9 decimals, or with 6 (cut) for other @decimals. */
uint8_t *rj_text_time(uint8_t *at, uint64_t ns, int decimals);

/* rj_text_f64 - finite @value with at most 6 decimals, rounded, no exponent, no trailing zeros. */
uint8_t *rj_text_f64(uint8_t *at, double value);

/* rj_text_hex_pairs - "00" to "ff"; rj_text_hex_byte writes one of them. */
extern const char rj_text_hex_pairs[];

static inline uint8_t *rj_text_hex_byte(uint8_t *at, uint8_t byte)
{
	memcpy(at, rj_text_hex_pairs + 2 * (size_t)byte, 2);
	return at + 2;
}

/* rj_text_hex - two lower-case digits a byte; 2 * @len bytes must be free. */
uint8_t *rj_text_hex(uint8_t *at, const void *bytes, size_t len);

/* rj_text_address - RFC 5952, IPv4 (::ffff:a.b.c.d) as a dotted quad; @addr in network order. */
uint8_t *rj_text_address(uint8_t *at, const uint8_t addr[16]);

/*
 * rj_text_utf8 - the first character of the @len (at least 1) bytes at @text:
 * its length when it is well formed, else minus the length of the maximal
 * subpart to be replaced as one (Unicode 15, table 3-7 and "U+FFFD
 * substitution of maximal subparts").
 */
int rj_text_utf8(const uint8_t *text, size_t len);

#endif
