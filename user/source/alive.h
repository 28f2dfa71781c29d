/* SPDX-License-Identifier: BSD-3-Clause */
/* A sign of life that others see from every pid namespace, by a number. */
#ifndef RJ_SOURCE_ALIVE_H
#define RJ_SOURCE_ALIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

/*
 * struct rj_alive - @number stands for its owner as long as @fd is open, which the kernel closes
 * when the owner dies: an abstract unix socket of that name, seen within its network namespace and
 * nowhere else. Process ids do not do: they are the same in two pid namespaces, and are used again.
 * Zero but for an fd of -1 before rj_alive_open.
 */
struct rj_alive {
	int fd;
	uint32_t number;
};

/* What is below is no number of rj_alive_open's: ids of processes end at 2^22. */
#define RJ_ALIVE_MIN (1u << 30)

/* rj_alive_open - in the thread's network namespace, by a random number. 0 or a negative errno. */
RJ_MUST_CHECK int rj_alive_open(struct rj_alive *out);

/* rj_alive_is - somebody holds that number in this namespace, or nobody can tell. */
bool rj_alive_is(uint32_t number);

/* rj_alive_close - may be called again. */
void rj_alive_close(struct rj_alive *a);

#endif
