/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands at clsact for a packet program: a way to it that ends with this process. */
#ifndef RJ_SOURCE_TETHER_H
#define RJ_SOURCE_TETHER_H

#include "core/status.h"

/* Packet programs there may be: for frames with Ethernet headers and without. */
#define RJ_TETHER_MAX 2

/*
 * struct rj_tether - a clsact filter outlives a process that is killed, and would go on counting
 * for nobody. So a program of a few instructions stands there, and goes by a program array to
 * the packet program. The kernel empties such an array when no process holds it any more, and
 * the packet program and its maps are freed. Embedded; zero before the first use.
 */
struct rj_tether {
	int array_fd; /* once num is not 0 */
	unsigned int num;
	struct {
		int to_fd; /* the packet program, borrowed */
		int fd;
	} at[RJ_TETHER_MAX];
};

/*
 * rj_tether_program - the program that leads to @prog_fd, made when it is asked for first. A file
 * descriptor of @t, or a negative errno.
 */
RJ_MUST_CHECK int rj_tether_program(struct rj_tether *t, int prog_fd);

/* rj_tether_done - only after the programs are detached; may be called again. */
void rj_tether_done(struct rj_tether *t);

#endif
