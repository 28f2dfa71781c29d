/* SPDX-License-Identifier: BSD-3-Clause */
/* The parameters of SVCB and HTTPS records (RFC 9460). */
#ifndef RJ_PROTO_COMMON_DNS_SVCB_H
#define RJ_PROTO_COMMON_DNS_SVCB_H

#include <rejoice/record.h>

#include "core/cursor.h"

/*
 * rj_dns_svcb_params_read - reads parameters up to the hard end of @c and gives
 * them to @v as an object by name, nothing when there are none; a @v of NULL
 * sees nothing. RJ_MALFORMED when keys do not grow (RFC 9460 section 2.2) or a
 * value breaks its format; what was opened is closed then.
 */
RJ_MUST_CHECK enum rj_status rj_dns_svcb_params_read(struct rj_cursor *c, struct rj_visitor *v);

#endif
