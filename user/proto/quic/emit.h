/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of the quic object. */
#ifndef RJ_PROTO_QUIC_EMIT_H
#define RJ_PROTO_QUIC_EMIT_H

#include <rejoice/record.h>

/* rj_quic_fields - the rows that rj_quic_connection_emit uses; the first is the object. (emit.c) */
#define RJ_QUIC_NUM_FIELDS 23u
extern const struct rj_field rj_quic_fields[RJ_QUIC_NUM_FIELDS];

#endif
