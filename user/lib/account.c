// SPDX-License-Identifier: BSD-3-Clause
/* Sums of counters; packets are in flows or set aside. */
#include "lib/account.h"

static void add_intake(struct rj_stats *to, const struct rj_intake *in)
{
	to->packets += in->packets;
	to->bytes += in->bytes;
	to->samples += in->samples;
	to->samples_lost += in->samples_lost;
	to->packets_unlisted += in->packets_unlisted;
	to->cuts_late += in->cuts_late;
	to->flows_evicted += in->flows_evicted;
	for (unsigned int i = 0; i < RJ_NUM_LOSSES; i++)
		to->lost[i] += in->lost[i];
	for (unsigned int i = 0; i < RJ_NUM_REASONS; i++)
		to->set_aside[i] += in->set_aside[i];
}

/* Packets that reached the engine and are in none of its flows. */
static uint64_t num_refused(const struct rj_engine_stats *engine)
{
	const struct rj_fragment_counts *f = &engine->fragments;

	return engine->packets_refused + f->waiting + f->unjoined + f->flooded +
	       engine->packets_duplicate;
}

static void add_engine(struct rj_stats *to, const struct rj_engine_stats *engine)
{
	to->set_aside[RJ_REASON_NO_MEMORY] += engine->packets_refused;
	to->set_aside[RJ_REASON_DUPLICATE] += engine->packets_duplicate;
	to->set_aside[RJ_REASON_FRAGMENT] += engine->fragments.waiting + engine->fragments.unjoined;
	to->set_aside[RJ_REASON_FRAGMENT_FLOOD] += engine->fragments.flooded;
	to->datagrams_whole += engine->datagrams.whole;
	to->datagrams_overlapped += engine->datagrams.overlapped;
	to->datagrams_incomplete += engine->datagrams.incomplete;
	to->datagrams_over_limit += engine->datagrams.over_limit;
	to->flows += engine->flows;
	to->flows_evicted += engine->flows_evicted;
	to->samples_lost += engine->samples_lost + engine->fragments.unread;
	to->lost[RJ_LOSS_ORPHAN] += engine->samples_lost;
	to->lost[RJ_LOSS_FRAGMENT] += engine->fragments.unread;
	to->dissect_malformed += engine->dissect.malformed;
	to->dissect_over_budget += engine->dissect.over_budget;
}

void rj_account_add(struct rj_stats *to, const struct rj_intake *in,
		    const struct rj_engine_stats *engine)
{
	add_intake(to, in);
	/* while the kernel goes on counting, most packets are in its flows */
	to->packets_in_flows += in->is_counting ? in->packets_in_flows - num_refused(engine) :
						  engine->packets_in_flows;
	add_engine(to, engine);
}
