// SPDX-License-Identifier: BSD-3-Clause
/* Walsh-Hadamard transform of payload. */
#include "features/wht.h"

#include <endian.h>
#include <string.h>

/*
 * The four sums follow from those of the first, second, third and fourth bytes of all groups. These
 * are added up two of a word at a time, in fields of 16 bits, for as many words as they cannot
 * overflow.
 */
#define EVEN_BYTES UINT64_C(0x00ff00ff00ff00ff)
#define WORDS_AT_ONCE 256u

static void add_places(struct rj_wht *w, const uint64_t place[4])
{
	int64_t even = (int64_t)(place[0] + place[2]), odd = (int64_t)(place[1] + place[3]);
	int64_t even_less = (int64_t)(place[0] - place[2]);
	int64_t odd_less = (int64_t)(place[1] - place[3]);

	w->sum[0] += even + odd;
	w->sum[1] += even - odd;
	w->sum[2] += even_less + odd_less;
	w->sum[3] += even_less - odd_less;
}

/* Of @num words; each has two groups. */
static void add_words(const uint8_t *bytes, uint64_t num, uint64_t place[4])
{
	uint64_t first = 0, second = 0, word;

	for (uint64_t i = 0; i < num; i++) {
		memcpy(&word, bytes + 8 * i, sizeof(word));
		word = le64toh(word);
		first += word & EVEN_BYTES;
		second += word >> 8 & EVEN_BYTES;
	}
	place[0] += (first & 0xffff) + (first >> 32 & 0xffff);
	place[1] += (second & 0xffff) + (second >> 32 & 0xffff);
	place[2] += (first >> 16 & 0xffff) + (first >> 48);
	place[3] += (second >> 16 & 0xffff) + (second >> 48);
}

void rj_wht_add(struct rj_wht *w, const uint8_t *bytes, uint64_t len)
{
	uint64_t place[4] = { 0 };

	while (len >= 8) {
		uint64_t num = len / 8 < WORDS_AT_ONCE ? len / 8 : WORDS_AT_ONCE;

		add_words(bytes, num, place);
		bytes += 8 * num;
		len -= 8 * num;
	}
	for (uint64_t i = 0; i < len; i++)
		place[i % 4] += bytes[i];
	add_places(w, place);
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
