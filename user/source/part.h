/* SPDX-License-Identifier: BSD-3-Clause */
/* Which part of the flows a frame is for, by a look at the usual ones. */
#ifndef RJ_SOURCE_PART_H
#define RJ_SOURCE_PART_H

#include <stdbool.h>

#include "source/intake.h"

/* The part (flow/parts.h) of a frame's packet where parsing has to tell. */
#define RJ_PART_UNKNOWN UINT8_MAX

/*
 * rj_part_before_parsing - the part of the frame's packet: rj_part_of what parsing it will give, or
 * RJ_PART_UNKNOWN for all but TCP and UDP in IP in Ethernet, with a tag or without, whose datagram
 * is in one piece. @is_closed: as in struct rj_frame.
 */
uint8_t rj_part_before_parsing(const struct rj_capture *frame, bool is_closed);

#endif
