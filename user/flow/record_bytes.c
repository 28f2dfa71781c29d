// SPDX-License-Identifier: BSD-3-Clause
/* What a record says of the values of payload bytes, and by a model. */
#include "flow/record_walk.h"

static void put_byte_dist(const struct walk *w, const struct rj_byte_dist *d)
{
	put_numbers(w, F(BYTE_DIST), F(BYTE_COUNT), d->count, RJ_BYTE_VALUES);
	if (!d->total)
		return;
	put_f64(w, F(BYTE_MEAN), d->mean);
	put_f64(w, F(BYTE_STD), d->deviation);
}

static void put_compact(const struct walk *w, const struct rj_byte_dist *d)
{
	uint64_t bins[RJ_NUM_BYTE_BINS];

	rj_bins_fold(w->r->features->bins, d->count, bins);
	put_numbers(w, F(COMPACT), F(COMPACT_COUNT), bins, RJ_NUM_BYTE_BINS);
}

static void dist_of(const struct rj_record *r, struct rj_byte_dist *out)
{
	if (r->bytes)
		rj_bytes_dist(r->bytes, out);
	else
		*out = (struct rj_byte_dist){ 0 };
}

/* As Joy has it: the counts even where all are 0, what follows from them only where one is not. */
void rj_record_put_bytes(const struct walk *w)
{
	struct rj_byte_dist d;

	if (!rj_feature_counts_bytes(w->r->features))
		return;
	dist_of(w->r, &d);
	if (rj_feature_on(w->r->features, RJ_FEATURE_BD))
		put_byte_dist(w, &d);
	if (rj_feature_on(w->r->features, RJ_FEATURE_CDIST))
		put_compact(w, &d);
	if (!d.total || !rj_feature_on(w->r->features, RJ_FEATURE_ENTROPY))
		return;
	put_f64(w, F(ENTROPY), d.entropy);
	put_f64(w, F(TOTAL_ENTROPY), d.entropy * (double)d.total);
}

void rj_record_put_wht(const struct walk *w)
{
	double mean[RJ_WHT_LEN];
	const struct rj_bytes *bytes = w->r->bytes;

	if (!rj_feature_on(w->r->features, RJ_FEATURE_WHT) || !bytes || !rj_bytes_total(bytes))
		return;
	rj_wht_mean(rj_bytes_wht(bytes), rj_bytes_total(bytes), mean);
	open(w, F(WHT));
	for (unsigned int i = 0; i < RJ_WHT_LEN; i++)
		put_f64(w, F(WHT_ONE), mean[i]);
	close(w);
}

/* The sequence as it stands in packets. */
static void classify_packets(const struct walk *w, struct rj_classify *c)
{
	struct sequence all = sequence_of(w);
	struct listed packet;

	while (next_listed(&all, &packet))
		rj_classify_packet(c, packet.len, packet.gap_ms);
}

void rj_record_put_malware(const struct walk *w)
{
	const struct rj_record *r = w->r;
	const struct rj_model_flow flow = {
		.sp = has_ports(r) ? r->key->port[w->out] : 0,
		.dp = has_ports(r) ? r->key->port[w->in] : 0,
		.packets_out = half_of(w, w->out)->packets,
		.packets_in = half_of(w, w->in)->packets,
		.bytes_out = half_of(w, w->out)->payload_bytes,
		.bytes_in = half_of(w, w->in)->payload_bytes,
	};
	struct rj_classify c;
	struct rj_byte_dist d;

	if (!rj_feature_on(r->features, RJ_FEATURE_CLASSIFY))
		return;
	rj_classify_start(&c, &flow);
	classify_packets(w, &c);
	dist_of(r, &d);
	put_f64(w, F(MALWARE),
		rj_classify_end(&c, r->features->model,
				rj_feature_on(r->features, RJ_FEATURE_BD) ? &d : NULL));
}
