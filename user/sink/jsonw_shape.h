/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps (rejoice/record.h) as text with values between; for jsonw.c. */
#ifndef RJ_SINK_JSONW_SHAPE_H
#define RJ_SINK_JSONW_SHAPE_H

#include "sink/jsonw.h"

/* rj_jsonw_learn - @s as the steps are written, with @keys, @in_array or in an object. */
void rj_jsonw_learn(struct rj_jsonw_shape *s, struct rj_jsonw_keys *keys,
		    const struct rj_step *steps, size_t num_steps, bool in_array);

#endif
