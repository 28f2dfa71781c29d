/* SPDX-License-Identifier: BSD-3-Clause */
/* What the flow engine asks about DNS beside the dissector's row. */
#ifndef RJ_PROTO_DNS_H
#define RJ_PROTO_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * rj_dns_first_is_response - whether the @len bytes of the datagram @payload,
 * a flow's first, are an answer, so that its sender is the responder: the QR
 * bit is set, and header and questions have the shape of DNS as far as the
 * bytes go. Pure. The caller has seen that a port is one of DNS.
 */
bool rj_dns_first_is_response(const uint8_t *payload, size_t len);

#endif
