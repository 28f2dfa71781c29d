/* SPDX-License-Identifier: BSD-3-Clause */
/* What a source and an engine counted, as a session tells it. */
#ifndef RJ_LIB_ACCOUNT_H
#define RJ_LIB_ACCOUNT_H

#include <rejoice/rejoice.h>

#include "flow/engine.h"
#include "source/source.h"

/* rj_account_add - adds both to @to. */
void rj_account_add(struct rj_stats *to, const struct rj_intake *in,
		    const struct rj_engine_stats *engine);

#endif
