/* SPDX-License-Identifier: BSD-3-Clause */
/* Names and forms of DHCP options, sub-options and message types (IANA). */
#ifndef RJ_PROTO_DHCP_OPTIONS4_H
#define RJ_PROTO_DHCP_OPTIONS4_H

#include "proto/dhcp/values.h"

/* struct rj_dhcp_option - @name: as IANA has it, lower case with underscores */
struct rj_dhcp_option {
	const char *name;
	enum rj_dhcp_form form;
};

/* rj_dhcp_option4, rj_dhcp_relay_option - of a code; NULL: it has no name. */
const struct rj_dhcp_option *rj_dhcp_option4(uint8_t code);
const struct rj_dhcp_option *rj_dhcp_relay_option(uint8_t code);

/* rj_dhcp_msg_type_name - DHCPDISCOVER and so on, or NULL. */
const char *rj_dhcp_msg_type_name(uint8_t type);

#endif
