/* SPDX-License-Identifier: BSD-3-Clause */
/* What IANA calls the TLS extension types. */
#ifndef RJ_PROTO_TLS_NAMES_H
#define RJ_PROTO_TLS_NAMES_H

#include <stdint.h>

/*
 * rj_tls_extension_name - the registered name of extension @type, or NULL when
 * it has none (unassigned, reserved, deprecated, GREASE, private). Source: IANA
 * registry "TLS ExtensionType Values"; Joy's names are the same.
 */
const char *rj_tls_extension_name(uint16_t type);

#endif
