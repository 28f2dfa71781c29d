/* SPDX-License-Identifier: BSD-3-Clause */
/* Names and forms of DHCPv6 options and message types (IANA). */
#ifndef RJ_PROTO_DHCP_OPTIONS6_H
#define RJ_PROTO_DHCP_OPTIONS6_H

#include "proto/dhcp/options4.h"

#define RJ_DHCP6_RELAY_FORW 12u
#define RJ_DHCP6_RELAY_REPL 13u

/* rj_dhcp_option6 - of a code, its name without OPTION_; NULL: it has none. */
const struct rj_dhcp_option *rj_dhcp_option6(uint16_t code);

/* rj_dhcp_type6_name - of a message type, the first thirteen as Joy has them; or NULL. */
const char *rj_dhcp_type6_name(uint8_t type);

#endif
