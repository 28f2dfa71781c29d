/* SPDX-License-Identifier: BSD-3-Clause */
/* Link layers of captures: where the network header starts and what it is. */
#ifndef RJ_SOURCE_LINK_H
#define RJ_SOURCE_LINK_H

#include <stdbool.h>

#include "bpf/parse.h"

/* rj_link_is_read - whether frames of this link type (DLT_*) can be parsed. */
bool rj_link_is_read(int link_type);

/* rj_link_parse - rj_parse_network of a frame with a link header of @link_type (DLT_*). */
enum rj_reason rj_link_parse(int link_type, const struct rj_frame *f, struct rj_layers *l,
			     struct rj_packet *p);

#endif
