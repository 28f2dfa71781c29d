// SPDX-License-Identifier: BSD-3-Clause
/* Joy's classifier. */
#include "features/classify.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "features/numbers.h"

/* Width of the bins of lengths and of times (Joy's); the last is open. */
#define LEN_BIN_BYTES 150u
#define TIME_BIN_MS 50u

#define MAX_EXPONENT 500.0

/* Places in the vector. */
enum {
	BIAS,
	DP,
	SP,
	PACKETS_IN,
	PACKETS_OUT,
	BYTES_IN,
	BYTES_OUT,
	DURATION,
	LENGTHS,
	TIMES = LENGTHS + RJ_MARKOV_LEN,
	VALUES = TIMES + RJ_MARKOV_LEN,
};

int rj_model_read(const char *files, struct rj_model *out, struct rj_error *error)
{
	const char *colon = strchr(files, ':');
	char *first;
	int err;

	if (!colon || colon == files || !colon[1])
		return rj_error_set(error, -EINVAL,
				    "model %s: must name two files, of %u and of %u weights: F1:F2",
				    files, RJ_MODEL_SPLT_LEN, RJ_MODEL_BD_LEN);
	first = strndup(files, (size_t)(colon - files));
	if (!first)
		return rj_error_set(error, -ENOMEM, "out of memory");
	err = rj_numbers_read(first, RJ_MODEL_SPLT_LEN, out->splt, error);
	free(first);
	return err ? err : rj_numbers_read(colon + 1, RJ_MODEL_BD_LEN, out->bd, error);
}

void rj_classify_start(struct rj_classify *c, const struct rj_model_flow *flow)
{
	*c = (struct rj_classify){ .x[BIAS] = 1 };
	c->x[DP] = flow->dp;
	c->x[SP] = flow->sp;
	c->x[PACKETS_IN] = (double)flow->packets_in;
	c->x[PACKETS_OUT] = (double)flow->packets_out;
	c->x[BYTES_IN] = (double)flow->bytes_in;
	c->x[BYTES_OUT] = (double)flow->bytes_out;
}

static unsigned int bin_of(uint64_t value, unsigned int width)
{
	return value / width < RJ_MARKOV_BINS ? (unsigned int)(value / width) : RJ_MARKOV_BINS - 1;
}

void rj_classify_packet(struct rj_classify *c, uint32_t len, uint64_t ms)
{
	unsigned int len_bin = bin_of(len, LEN_BIN_BYTES);
	unsigned int time_bin = bin_of(ms, TIME_BIN_MS);

	c->x[DURATION] += (double)ms;
	if (c->num++) {
		c->x[LENGTHS + c->len_bin * RJ_MARKOV_BINS + len_bin]++;
		c->x[TIMES + c->time_bin * RJ_MARKOV_BINS + time_bin]++;
	}
	c->len_bin = len_bin;
	c->time_bin = time_bin;
}

/* Transitions as shares of all from the same bin. */
static void normalize(double *matrix)
{
	for (unsigned int row = 0; row < RJ_MARKOV_BINS; row++) {
		double *at = matrix + row * RJ_MARKOV_BINS, sum = 0;

		for (unsigned int i = 0; i < RJ_MARKOV_BINS; i++)
			sum += at[i];
		for (unsigned int i = 0; sum > 0 && i < RJ_MARKOV_BINS; i++)
			at[i] /= sum;
	}
}

double rj_classify_end(struct rj_classify *c, const struct rj_model *model,
		       const struct rj_byte_dist *bytes)
{
	bool has_values = bytes && bytes->total > RJ_MODEL_MIN_BYTES;
	const double *weights = has_values ? model->bd : model->splt;
	unsigned int num = has_values ? RJ_MODEL_BD_LEN : RJ_MODEL_SPLT_LEN;
	double exponent = 0;

	if (c->num == 1) { /* one packet alone stays where it is */
		c->x[LENGTHS + c->len_bin * (RJ_MARKOV_BINS + 1)] = 1;
		c->x[TIMES + c->time_bin * (RJ_MARKOV_BINS + 1)] = 1;
	}
	normalize(c->x + LENGTHS);
	normalize(c->x + TIMES);
	for (unsigned int i = 0; has_values && i < RJ_BYTE_VALUES; i++)
		c->x[VALUES + i] = (double)bytes->count[i] / (double)bytes->total;
	for (unsigned int i = 0; i < num; i++)
		exponent -= weights[i] * c->x[i];
	return 1 / (1 + exp(fmin(exponent, MAX_EXPONENT)));
}
