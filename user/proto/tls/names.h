/* SPDX-License-Identifier: BSD-3-Clause */
/* What IANA calls extension types and alerts of TLS. */
#ifndef RJ_PROTO_TLS_NAMES_H
#define RJ_PROTO_TLS_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* struct rj_tls_name - @len bytes and a NUL, static. */
struct rj_tls_name {
	const char *text;
	size_t len;
};

/*
 * rj_tls_extension_name - the registered name of extension @type; its text is NULL when
 * it has none (unassigned, reserved, deprecated, GREASE, private). Source: IANA
 * registry "TLS ExtensionType Values"; Joy's names are the same.
 */
struct rj_tls_name rj_tls_extension_name(uint16_t type);

/* rj_tls_extension_number - the type of that name, or -1. */
long rj_tls_extension_number(const char *name, size_t len);

/* rj_tls_alert_name - the registered name of an alert; NULL when it has none ("TLS Alerts"). */
const char *rj_tls_alert_name(uint8_t description);

#endif
