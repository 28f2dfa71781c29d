/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers and addresses as text, and where text is UTF-8: where output spends its time. */
#ifndef RJ_CORE_TEXT_H
#define RJ_CORE_TEXT_H

#include <stddef.h>
#include <stdint.h>

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

/* rj_text_time - nanoseconds as seconds with 9 decimals, or with 6 (cut) for other @decimals. */
uint8_t *rj_text_time(uint8_t *at, uint64_t ns, int decimals);

/* rj_text_f64 - finite @value with at most 6 decimals, rounded, no exponent, no trailing zeros. */
uint8_t *rj_text_f64(uint8_t *at, double value);

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
