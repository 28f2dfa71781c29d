/* SPDX-License-Identifier: BSD-3-Clause */
/* The blocks of pcapng. Source: draft-ietf-opsawg-pcapng. */
#ifndef RJ_SOURCE_PCAPNG_H
#define RJ_SOURCE_PCAPNG_H

#include <stdbool.h>
#include <stdint.h>

#include "source/intake.h"
#include "source/window.h"

/*
 * struct rj_pcapng_interface - of the section that is being read.
 * @resolution: if_tsresol as it stands in the file
 * @offset_s: if_tsoffset, seconds
 */
struct rj_pcapng_interface {
	int link_type;
	uint32_t snap_len;
	uint8_t resolution;
	int64_t offset_s;
};

/* What a block was. */
enum rj_pcapng_block { RJ_PCAPNG_END, RJ_PCAPNG_FRAME, RJ_PCAPNG_INTERFACE, RJ_PCAPNG_OTHER };

/*
 * struct rj_pcapng - zeroed, with @window at the first section, to start with.
 * @time_ns: of the last frame that had one
 * @passing: the length of a block that is being passed over, 0: none is; @pass_left: of it and
 *       before the length at its end; @passed: what it is, with its @frame
 */
struct rj_pcapng {
	struct rj_window *window;
	struct rj_pcapng_interface *interfaces;
	uint32_t num_interfaces;
	uint32_t room;
	uint64_t time_ns;
	bool is_swapped;
	uint32_t passing;
	uint64_t pass_left;
	enum rj_pcapng_block passed;
	struct rj_capture frame;
};

/* rj_pcapng_is_frame - whether the next block is there and has a frame; uses nothing. */
bool rj_pcapng_is_frame(struct rj_pcapng *p);

/*
 * rj_pcapng_step - reads one block: an enum rj_pcapng_block, *@out being its frame, good until the
 * next step. -ENOMEM; -EIO with *@what set to what is wrong with the file; NULL: the window says.
 * Behind -EAGAIN of the window the next step goes on where this one was.
 */
int rj_pcapng_step(struct rj_pcapng *p, struct rj_capture *out, const char **what);

/* rj_pcapng_decimals - digits of a second the interface's times have: 6 or 9. */
int rj_pcapng_decimals(const struct rj_pcapng_interface *i);

/* rj_pcapng_done - gives the memory back. */
void rj_pcapng_done(struct rj_pcapng *p);

#endif
