/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds the slots that a process had in its hands when it ended. */
#ifndef RJ_SOURCE_RECOVER_H
#define RJ_SOURCE_RECOVER_H

#include <stdint.h>

#include "core/status.h"

/* struct rj_recover_maps - descriptors of rj_flows and rj_free_slots. */
struct rj_recover_maps {
	int flows;
	int free_slots;
	uint32_t num_slots;
};

/*
 * rj_recover_known - sets @known[i], of num_slots bytes that are zero, for each slot i that is
 * free or in a flow. Then the ring is to be drained, and the slots of its flows noted: what is in
 * none of the three is in nobody's hands, and may be zeroed and given back. 0 or a negative errno.
 *
 * Packets go on meanwhile. It is safe because only user space gives slots back and deletes flows,
 * and user space is in here, one process by the directory's lock:
 *  - The queue of free slots is turned once, first to last. Of what is not seen in it, a packet
 *    program has it or had taken it before, and it cannot come back into the queue.
 *  - After a grace period each of these stands in its flow, in a record of the ring, or is lost:
 *    programs that run from now on take slots that were seen.
 *  - A cut moves a slot from a flow to a record, never back; no flow goes away. So looking at
 *    the flows first and, after another grace period in which each record begun is finished, at
 *    the ring, finds it in the one place or the other.
 */
RJ_MUST_CHECK int rj_recover_known(const struct rj_recover_maps *maps, uint8_t *known);

#endif
