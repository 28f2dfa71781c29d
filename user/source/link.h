/* SPDX-License-Identifier: BSD-3-Clause */
/* Link layers of captures: where the network header starts and what it is. */
#ifndef RJ_SOURCE_LINK_H
#define RJ_SOURCE_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/parse.h"

/* rj_link_is_read - whether IP is looked for in frames of this link type (DLT_* or LINKTYPE_*). */
bool rj_link_is_read(int link_type);

/*
 * rj_link_parse - rj_parse_network of a frame with a link header of @link_type (DLT_*), whose other
 * types are RJ_REASON_LINK_TYPE. A frame of IEEE 802.11 may hold several packets (A-MSDU), each
 * with a result of its own: *@at is 0 for the first, and is set to where the next one starts, with
 * which to call again; to 0 behind the last.
 */
enum rj_reason rj_link_parse(int link_type, const struct rj_frame *f, uint32_t *at,
			     struct rj_layers *l, struct rj_packet *p);

#endif
