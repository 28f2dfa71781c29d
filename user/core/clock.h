/* SPDX-License-Identifier: BSD-3-Clause */
/* The system's clocks as one number. */
#ifndef RJ_CORE_CLOCK_H
#define RJ_CORE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* rj_clock_ns - nanoseconds by clock_gettime(2); CLOCK_MONOTONIC is the packet programs' clock. */
static inline uint64_t rj_clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

#endif
