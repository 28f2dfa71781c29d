/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of dissectors, in probing order: the surest signs first. */
#include "proto/registry.h"

/* clang-format off */
const struct rj_dissector *const rj_dissectors[] = {
	&rj_tls,
	&rj_sip, /* before HTTP, as both have OPTIONS */
	&rj_http,
	&rj_http2,
	&rj_quic,
	&rj_ssh,
	&rj_dns,
	&rj_dhcp,
	&rj_dhcpv6,
	&rj_ike,
	&rj_smtp,
	&rj_ftp,
	&rj_pop3,
	&rj_imap,
	&rj_smb,
	&rj_rdp,
	&rj_ldap,
	&rj_kerberos,
	&rj_stun,
	&rj_ntp,
	&rj_mqtt,
	&rj_bittorrent,
	&rj_wireguard,
	&rj_openvpn,
	&rj_modbus,
	&rj_prelude,
	&rj_rtp, /* least sure */
	NULL,
};
/* clang-format on */
