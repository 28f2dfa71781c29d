// SPDX-License-Identifier: BSD-3-Clause
/* A pool for each kind of object that a flow has. */
#include "flow/pools.h"

#include <errno.h>
#include <stdlib.h>

#include "features/bytes.h"
#include "features/traits.h"
#include "flow/dissect.h"
#include "flow/packed.h"
#include "flow/paused.h"
#include "flow/table.h"

int rj_flow_pools_init(struct rj_flow_pools *p, const struct rj_limits *limits)
{
	size_t room = (size_t)RJ_FLOW_ROOMS * RJ_NUM_SIDES * limits->num_packets;

	*p = (struct rj_flow_pools){ .splt = malloc(room * (sizeof(*p->splt) + sizeof(*p->ids)) +
						    1) };
	if (!p->splt)
		return -ENOMEM;
	p->ids = (__u16 *)(void *)(p->splt + room);
	rj_pool_init(&p->entries, rj_entry_len(limits->with_hist), &p->slab);
	rj_pool_init(&p->sides, rj_side_len(limits->with_hist), &p->slab);
	rj_dissect_pool(&p->dissects, &p->slab);
	rj_pool_init(&p->paused, sizeof(struct rj_paused), &p->slab);
	rj_packed_pool(&p->sequences, &p->slab);
	rj_pool_init(&p->all_bytes, rj_bytes_size(), &p->slab);
	rj_pool_init(&p->all_traits, sizeof(struct rj_traits), &p->slab);
	p->blocks.slab = &p->slab;
	return 0;
}

void rj_flow_pools_done(struct rj_flow_pools *p)
{
	if (!p->splt)
		return;
	free(p->splt);
	rj_pool_done(&p->entries);
	rj_pool_done(&p->sides);
	rj_pool_done(&p->dissects);
	rj_pool_done(&p->paused);
	rj_pool_done(&p->sequences);
	rj_pool_done(&p->all_bytes);
	rj_pool_done(&p->all_traits);
	rj_blocks_done(&p->blocks);
	rj_slab_done(&p->slab);
}
