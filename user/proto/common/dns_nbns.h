/* SPDX-License-Identifier: BSD-3-Clause */
/* What names and records of the NetBIOS name service have of their own (RFC 1001, RFC 1002). */
#ifndef RJ_PROTO_COMMON_DNS_NBNS_H
#define RJ_PROTO_COMMON_DNS_NBNS_H

#include <rejoice/record.h>

#include "proto/common/dns_wire.h"

/*
 * rj_dns_nbns_name_decode - *@name, if its first label is an encoded name (RFC 1001 section 14.1),
 * becomes that name without the blanks behind it, its last octet in hexadecimal between < and >,
 * and the scope behind a dot. Anything else stays.
 */
void rj_dns_nbns_name_decode(struct rj_dns_name *name);

/* rj_dns_nbns_type_text - "NB" or "NBSTAT", NULL of a type that DNS has as well. */
const char *rj_dns_nbns_type_text(uint16_t type);

/*
 * rj_dns_nbns_rdata_read - reads the data of @r, of a type that rj_dns_nbns_type_text knows, and
 * gives it to @v as members of the record's object. RJ_MALFORMED: it breaks its format; @v may
 * have seen a part, so check with a @v of NULL, which sees nothing, first.
 */
RJ_MUST_CHECK enum rj_status rj_dns_nbns_rdata_read(const struct rj_dns_record *r,
						    struct rj_visitor *v);

#endif
