/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets of OpenVPN: opcode, session, and what protects the control channel. */
#ifndef RJ_PROTO_OPENVPN_PACKET_H
#define RJ_PROTO_OPENVPN_PACKET_H

#include "core/cursor.h"

#define RJ_OVPN_SESSION_BYTES 8u

/* The opcodes in the high five bits of the first byte; the others are its key id. */
enum rj_ovpn_opcode {
	RJ_OVPN_HARD_RESET_CLIENT_V1 = 1,
	RJ_OVPN_HARD_RESET_SERVER_V1,
	RJ_OVPN_SOFT_RESET_V1,
	RJ_OVPN_CONTROL_V1,
	RJ_OVPN_ACK_V1,
	RJ_OVPN_DATA_V1,
	RJ_OVPN_HARD_RESET_CLIENT_V2,
	RJ_OVPN_HARD_RESET_SERVER_V2,
	RJ_OVPN_DATA_V2,
	RJ_OVPN_HARD_RESET_CLIENT_V3,
	RJ_OVPN_CONTROL_WKC_V1,
	RJ_OVPN_NUM_OPCODES,
};

/* What protects control packets: an HMAC in front of them, or encryption, with a key a client. */
enum rj_ovpn_wrapping {
	RJ_OVPN_UNKNOWN,
	RJ_OVPN_PLAIN,
	RJ_OVPN_TLS_AUTH,
	RJ_OVPN_TLS_CRYPT,
	RJ_OVPN_TLS_CRYPT_V2,
};

/*
 * struct rj_ovpn_packet - one packet.
 * @session: of the sender; none in data
 * @peer_id: of data in version 2
 * @rest: behind them
 */
struct rj_ovpn_packet {
	enum rj_ovpn_opcode opcode;
	uint8_t key_id;
	bool has_session;
	bool has_peer_id;
	uint8_t session[RJ_OVPN_SESSION_BYTES];
	uint32_t peer_id;
	struct rj_cursor rest;
};

/* struct rj_ovpn_form - how control packets are protected; @hmac_bytes: with tls-auth. */
struct rj_ovpn_form {
	enum rj_ovpn_wrapping wrapping;
	uint8_t hmac_bytes;
};

/*
 * struct rj_ovpn_control - what a control packet that can be read carries.
 * @id: its number, in the order of which payload is read
 */
struct rj_ovpn_control {
	uint32_t id;
	struct rj_cursor payload;
};

/* rj_ovpn_packet_read - the packet that is all of @c. */
RJ_MUST_CHECK enum rj_status rj_ovpn_packet_read(struct rj_cursor c, struct rj_ovpn_packet *out);

/* rj_ovpn_is_reset - whether it is one of those that begin a connection. */
bool rj_ovpn_is_reset(enum rj_ovpn_opcode opcode);

/*
 * rj_ovpn_form_of - how a hard reset, whose end is the sender's, is protected, by its length and by
 * what stands where; unknown: it is none.
 */
struct rj_ovpn_form rj_ovpn_form_of(const struct rj_ovpn_packet *reset);

/* rj_ovpn_control_read - what a control packet of a form that can be read carries. */
RJ_MUST_CHECK enum rj_status rj_ovpn_control_read(const struct rj_ovpn_packet *p,
						  struct rj_ovpn_form form,
						  struct rj_ovpn_control *out);

#endif
