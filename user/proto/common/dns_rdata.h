/* SPDX-License-Identifier: BSD-3-Clause */
/* The data of DNS resource records, type by type. */
#ifndef RJ_PROTO_COMMON_DNS_RDATA_H
#define RJ_PROTO_COMMON_DNS_RDATA_H

#include <rejoice/record.h>

#include "proto/common/dns_wire.h"

/*
 * rj_dns_rdata_read - reads the data of record @r and gives it to @v as
 * members of the record's object. @class is the record's without mDNS's flush
 * bit. RJ_OK: all of it was read. RJ_TRUNCATED: a name in it runs past the
 * soft end of the message. RJ_MALFORMED: it breaks its type's format; @v may
 * have seen a part, so check with a @v of NULL, which sees nothing, first.
 */
RJ_MUST_CHECK enum rj_status rj_dns_rdata_read(const struct rj_dns_record *r, uint16_t class,
					       struct rj_visitor *v);

/* rj_dns_rdata_put_raw - gives the data of @r to @v as it is: type, class, length, bytes. */
void rj_dns_rdata_put_raw(const struct rj_dns_record *r, struct rj_visitor *v);

#endif
