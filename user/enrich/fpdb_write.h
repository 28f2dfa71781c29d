/* SPDX-License-Identifier: BSD-3-Clause */
/* A fingerprint of a database as fields of our format. */
#ifndef RJ_ENRICH_FPDB_WRITE_H
#define RJ_ENRICH_FPDB_WRITE_H

#include <rejoice/record.h>

#include "enrich/fpdb.h"

/* rj_fpdb_put - as one object. */
void rj_fpdb_put(struct rj_visitor *v, const struct rj_fpdb_fingerprint *f);

#endif
