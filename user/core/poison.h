/* SPDX-License-Identifier: BSD-3-Clause */
/* Tells AddressSanitizer which bytes of a block of ours nobody has now; else nothing happens. */
#ifndef RJ_CORE_POISON_H
#define RJ_CORE_POISON_H

#include <stddef.h>

/* Only there in programs built with AddressSanitizer. */
extern void __asan_poison_memory_region(void volatile *at, size_t len) __attribute__((weak));
extern void __asan_unpoison_memory_region(void volatile *at, size_t len) __attribute__((weak));

/* rj_poison - a read or write of these bytes is a mistake from now on. */
static inline void rj_poison(void *at, size_t len)
{
	if (__asan_poison_memory_region)
		__asan_poison_memory_region(at, len);
}

/* rj_unpoison - they are somebody's. */
static inline void rj_unpoison(void *at, size_t len)
{
	if (__asan_unpoison_memory_region)
		__asan_unpoison_memory_region(at, len);
}

#endif
