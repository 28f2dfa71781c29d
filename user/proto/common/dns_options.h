/* SPDX-License-Identifier: BSD-3-Clause */
/* The data of OPT records: EDNS and its options (RFC 6891). */
#ifndef RJ_PROTO_COMMON_DNS_OPTIONS_H
#define RJ_PROTO_COMMON_DNS_OPTIONS_H

#include <rejoice/record.h>

#include "proto/common/dns_wire.h"

/*
 * rj_dns_opt_read - reads @p, the data of the record @r, and gives what both say to @v as an
 * object; a @v of NULL sees nothing. An option whose data breaks its own format is given as bytes;
 * RJ_MALFORMED when one runs past the end of the data: what was opened is closed then.
 */
RJ_MUST_CHECK enum rj_status rj_dns_opt_read(const struct rj_dns_record *r, struct rj_dns_part *p,
					     struct rj_visitor *v);

#endif
