// SPDX-License-Identifier: BSD-3-Clause
/* Finds the slots that a process had in its hands when it ended. */
#include "source/recover.h"

#include <bpf/bpf.h>
#include <errno.h>

#include "bpf/abi.h"
#include "source/kernel.h"

/* Turns the queue until the first slot comes again. */
static int look_at_queue(const struct rj_recover_maps *maps, uint8_t *known)
{
	for (;;) {
		uint32_t index;
		int err = bpf_map_lookup_and_delete_elem(maps->free_slots, NULL, &index);
		bool is_seen;

		if (err)
			return err == -ENOENT ? 0 : err;
		if (index >= maps->num_slots)
			continue; /* no slot: nobody's own writing */
		is_seen = known[index];
		known[index] = 1;
		err = bpf_map_update_elem(maps->free_slots, NULL, &index, BPF_ANY);
		if (err || is_seen)
			return err;
	}
}

/* New flows come meanwhile, which have slots that were seen; none goes. */
static int look_at_flows(const struct rj_recover_maps *maps, uint8_t *known)
{
	struct rj_key key, *before = NULL;
	struct rj_flow flow;
	int err;

	while (!(err = bpf_map_get_next_key(maps->flows, before, &key))) {
		before = &key;
		if (bpf_map_lookup_elem(maps->flows, &key, &flow))
			continue;
		for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
			uint32_t slot = flow.half[side].slot;

			if (slot && slot <= maps->num_slots)
				known[slot - 1] = 1;
		}
	}
	return err == -ENOENT ? 0 : err;
}

int rj_recover_known(const struct rj_recover_maps *maps, uint8_t *known)
{
	int err = look_at_queue(maps, known);

	rj_kernel_settle();
	err = err ? err : look_at_flows(maps, known);
	rj_kernel_settle();
	return err;
}
