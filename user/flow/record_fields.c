// SPDX-License-Identifier: BSD-3-Clause
/* The table of a record's fields. */
#include "flow/record_fields.h"

const struct rj_field rj_record_fields[NUM_FIELDS + 1] = {
#define X(id, name, type, unit, ipfix, reference, meaning)                                         \
	[F_##id] = { name, RJ_TYPE_##type, unit, ipfix, reference, meaning },
	RJ_RECORD_FIELDS(X)
#undef X
};
