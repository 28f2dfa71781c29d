/* SPDX-License-Identifier: BSD-3-Clause */
/* Sixteen bytes at once, as the compiler's vectors. */
#ifndef RJ_CORE_VECTOR_H
#define RJ_CORE_VECTOR_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Compared as unsigned, as signed (of which octets from 0x80 on are negative), and as halves. */
typedef uint8_t rj_octets16 __attribute__((vector_size(16)));
typedef int8_t rj_chars16 __attribute__((vector_size(16)));
typedef uint64_t rj_halves16 __attribute__((vector_size(16)));

/* rj_load16 - from any address. */
static inline rj_chars16 rj_load16(const void *at)
{
	rj_chars16 x;

	memcpy(&x, at, sizeof(x));
	return x;
}

/* rj_is_none16, rj_is_all16 - whether no bit is set in what comparisons gave, or all are. */
static inline bool rj_is_none16(rj_halves16 found)
{
	return !(found[0] | found[1]);
}

static inline bool rj_is_all16(rj_halves16 found)
{
	return (found[0] & found[1]) == UINT64_MAX;
}

/* rj_first16 - which of 16 bytes is the first with bits set; 16: none is. */
static inline size_t rj_first16(rj_halves16 found)
{
	if (found[0])
		return (size_t)__builtin_ctzll(htole64(found[0])) / 8;
	return found[1] ? 8 + (size_t)__builtin_ctzll(htole64(found[1])) / 8 : 16;
}

#endif
