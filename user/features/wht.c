// SPDX-License-Identifier: BSD-3-Clause
/* Walsh-Hadamard transform of payload. */
#include "features/wht.h"

/* Fast Hadamard transform of order 4: two rounds of sums and differences. */
static void add_group(struct rj_wht *w, int d0, int d1, int d2, int d3)
{
	int even = d0 + d2, odd = d1 + d3, even_less = d0 - d2, odd_less = d1 - d3;

	w->sum[0] += even + odd;
	w->sum[1] += even - odd;
	w->sum[2] += even_less + odd_less;
	w->sum[3] += even_less - odd_less;
}

void rj_wht_add(struct rj_wht *w, const uint8_t *bytes, uint64_t len)
{
	uint64_t at = 0;

	for (; len - at >= 4; at += 4)
		add_group(w, bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
	if (at < len)
		add_group(w, bytes[at], len - at > 1 ? bytes[at + 1] : 0,
			  len - at > 2 ? bytes[at + 2] : 0, 0);
}

void rj_wht_join(struct rj_wht *to, const struct rj_wht *from)
{
	for (unsigned int i = 0; i < RJ_WHT_LEN; i++)
		to->sum[i] += from->sum[i];
}

void rj_wht_mean(const struct rj_wht *w, uint64_t total, double out[RJ_WHT_LEN])
{
	for (unsigned int i = 0; i < RJ_WHT_LEN; i++)
		out[i] = (double)w->sum[i] / (double)total;
}
