// SPDX-License-Identifier: BSD-3-Clause
/* What a record says of the values of payload bytes. */
#include "flow/record_walk.h"

static void put_byte_dist(const struct walk *w, const struct rj_byte_dist *d)
{
	open(w, F(BYTE_DIST));
	for (unsigned int i = 0; i < RJ_BYTE_VALUES; i++)
		put_u64(w, F(BYTE_COUNT), d->count[i]);
	close(w);
	if (!d->total)
		return;
	put_f64(w, F(BYTE_MEAN), d->mean);
	put_f64(w, F(BYTE_STD), d->deviation);
}

/* As Joy has it: the counts even where all are 0, what follows from them only where one is not. */
void rj_record_put_bytes(const struct walk *w)
{
	static const uint64_t none[RJ_BYTE_VALUES];
	struct rj_byte_dist d = { .count = none };

	if (w->r->bytes)
		rj_bytes_dist(w->r->bytes, &d);
	if (rj_feature_on(w->r->features, RJ_FEATURE_BD))
		put_byte_dist(w, &d);
	if (!d.total || !rj_feature_on(w->r->features, RJ_FEATURE_ENTROPY))
		return;
	put_f64(w, F(ENTROPY), d.entropy);
	put_f64(w, F(TOTAL_ENTROPY), d.entropy * (double)d.total);
}
