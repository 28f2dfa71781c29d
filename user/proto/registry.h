/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of the table of dissectors, one per application protocol. */
#ifndef RJ_PROTO_REGISTRY_H
#define RJ_PROTO_REGISTRY_H

#include "proto/dissector.h"

extern const struct rj_dissector rj_tls;
extern const struct rj_dissector rj_http;
extern const struct rj_dissector rj_http2;
extern const struct rj_dissector rj_quic;
extern const struct rj_dissector rj_dns;
extern const struct rj_dissector rj_ssh;
extern const struct rj_dissector rj_dhcp;
extern const struct rj_dissector rj_dhcpv6;
extern const struct rj_dissector rj_ike;
extern const struct rj_dissector rj_smtp;
extern const struct rj_dissector rj_ftp;
extern const struct rj_dissector rj_pop3;
extern const struct rj_dissector rj_imap;
extern const struct rj_dissector rj_smb;
extern const struct rj_dissector rj_rdp;
extern const struct rj_dissector rj_ldap;
extern const struct rj_dissector rj_kerberos;
extern const struct rj_dissector rj_wireguard;
extern const struct rj_dissector rj_openvpn;
extern const struct rj_dissector rj_mqtt;
extern const struct rj_dissector rj_modbus;
extern const struct rj_dissector rj_bittorrent;
extern const struct rj_dissector rj_prelude;
extern const struct rj_dissector rj_stun;
extern const struct rj_dissector rj_sip;
extern const struct rj_dissector rj_ntp;
extern const struct rj_dissector rj_rtp;

#endif
