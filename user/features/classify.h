/* SPDX-License-Identifier: BSD-3-Clause */
/* Joy's classifier: logistic regression over ports, counts, lengths and times, byte values. */
#ifndef RJ_FEATURES_CLASSIFY_H
#define RJ_FEATURES_CLASSIFY_H

#include <stdint.h>

#include "core/error.h"
#include "core/status.h"
#include "features/bytes.h"

#define RJ_MARKOV_BINS 10u
#define RJ_MARKOV_LEN (RJ_MARKOV_BINS * RJ_MARKOV_BINS)
#define RJ_MODEL_META 8u /* bias, ports, packets, bytes, duration */
#define RJ_MODEL_SPLT_LEN (RJ_MODEL_META + 2 * RJ_MARKOV_LEN) /* 208 */
#define RJ_MODEL_BD_LEN (RJ_MODEL_SPLT_LEN + RJ_BYTE_VALUES)  /* 464 */
/* Byte values tell something of flows with more bytes than this. Joy's. */
#define RJ_MODEL_MIN_BYTES 100u

/* struct rj_model - weights, the bias first. There are none but those of the user's files. */
struct rj_model {
	double splt[RJ_MODEL_SPLT_LEN];
	double bd[RJ_MODEL_BD_LEN];
};

/*
 * rj_model_read - the model in two text files, "F1:F2": RJ_MODEL_SPLT_LEN weights without, and
 * RJ_MODEL_BD_LEN with byte values, one a line. 0, or a negative errno and the line in *@error;
 * *@out is of no use then.
 */
RJ_MUST_CHECK int rj_model_read(const char *files, struct rj_model *out, struct rj_error *error);

/* struct rj_model_flow - what is known of a flow; ports are 0 where it has none. */
struct rj_model_flow {
	uint16_t sp;
	uint16_t dp;
	uint64_t packets_out;
	uint64_t packets_in;
	uint64_t bytes_out;
	uint64_t bytes_in;
};

/*
 * struct rj_classify - the vector of a flow while its packets are told.
 * @x: by the index of the weights; the two Markov matrices count until the end
 */
struct rj_classify {
	double x[RJ_MODEL_BD_LEN];
	unsigned int len_bin;
	unsigned int time_bin;
	uint32_t num;
};

/* rj_classify_start - a vector without packets. */
void rj_classify_start(struct rj_classify *c, const struct rj_model_flow *flow);

/* rj_classify_packet - the next of the sequence: its payload length, time since the one before. */
void rj_classify_packet(struct rj_classify *c, uint32_t len, uint64_t ms);

/*
 * rj_classify_end - the probability, by the weights with byte values where @bytes is not NULL and
 * has more than RJ_MODEL_MIN_BYTES of them.
 */
double rj_classify_end(struct rj_classify *c, const struct rj_model *model,
		       const struct rj_byte_dist *bytes);

#endif
