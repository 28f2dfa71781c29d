/* SPDX-License-Identifier: BSD-3-Clause */
/* A visitor in front of another that keeps what passes, so that it can be said again. */
#ifndef RJ_CORE_TAPE_H
#define RJ_CORE_TAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/relay.h"

/*
 * struct rj_tape - what passed lies at @bytes, the caller's.
 * @len:     bytes of them in use
 * @is_over: there was no room for all: what is there is not to be played
 */
struct rj_tape {
	struct rj_relay relay;
	uint8_t *bytes;
	size_t size;
	size_t len;
	bool is_over;
};

/* rj_tape_start - hands on to @next what &@tape->relay.visitor is told, and keeps it at @bytes. */
void rj_tape_start(struct rj_tape *tape, struct rj_visitor *next, void *bytes, size_t size);

/* rj_tape_play - says to @v what the @len bytes of a tape keep; the field rows are still there. */
void rj_tape_play(const uint8_t *bytes, size_t len, struct rj_visitor *v);

#endif
