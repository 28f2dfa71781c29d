/* SPDX-License-Identifier: BSD-3-Clause */
/* An interface's offload and checksum settings: what attaching changed of them, and back again. */
#ifndef RJ_SOURCE_OFFLOADS_H
#define RJ_SOURCE_OFFLOADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/* 32 features each; Linux 6.18 has 3 of them in use. */
#define RJ_OFFLOAD_BLOCKS 8

/* struct rj_offloads - settings by number, as ETHTOOL_GFEATURES has them. */
struct rj_offloads {
	uint32_t is_on[RJ_OFFLOAD_BLOCKS];
	uint32_t num_blocks;
};

/* rj_offloads_read - of the interface @name. 0 or a negative errno. */
RJ_MUST_CHECK int rj_offloads_read(const char *name, struct rj_offloads *out);

/*
 * rj_offloads_tell - what differs, for people: "rx-gro off, rx-lro off"; "" when nothing does.
 * What does not fit into @len bytes is left out.
 */
void rj_offloads_tell(const char *name, const struct rj_offloads *before,
		      const struct rj_offloads *after, char *out, size_t len);

/*
 * rj_offloads_restore - sets those back that were changed from @before to @after and have not come
 * back by themselves.
 */
void rj_offloads_restore(const char *name, const struct rj_offloads *before,
			 const struct rj_offloads *after);

/* rj_offloads_driver_is - whether the interface's driver has this name. */
bool rj_offloads_driver_is(const char *name, const char *driver);

#endif
