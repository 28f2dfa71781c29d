/* SPDX-License-Identifier: BSD-3-Clause */
/* What is known of an SMB connection: its negotiation and session setup (MS-CIFS, MS-SMB2). */
#ifndef RJ_PROTO_SMB_SESSION_H
#define RJ_PROTO_SMB_SESSION_H

#include "proto/smb/ntlmssp.h"

/* How many are kept of each list; clients offer up to nine dialects, six of all else. Ours. */
#define RJ_SMB_MAX_DIALECTS 16u
#define RJ_SMB_MAX_LISTED 8u
#define RJ_SMB_MAX_MECHANISMS 8u
/* Of SMB 1's dialects so many bytes; all that there are have some 120. Ours. */
#define RJ_SMB_DIALECTS_BYTES 512u
#define RJ_SMB_TEXT_BYTES 256u /* of a text. Ours */
#define RJ_SMB_GUID_BYTES 16u
#define RJ_SMB_NETBIOS_BYTES 15u /* RFC 1001 14.1, without the suffix */

/* struct rj_smb_list - numbers of a negotiate context (MS-SMB2 2.2.3.1). */
struct rj_smb_list {
	uint8_t num;
	uint16_t numbers[RJ_SMB_MAX_LISTED];
};

enum rj_smb_signing { RJ_SMB_SIGNING_DISABLED, RJ_SMB_SIGNING_ENABLED, RJ_SMB_SIGNING_REQUIRED };

/*
 * struct rj_smb_party - one end.
 * @is_smb1: @capabilities are those of SMB 1
 * @mechanisms: bits, by place in the table of mechanisms
 * @os, @manager, @domain, @name: of SMB 1, but for the name a client of 3.1.1 calls its server by
 */
struct rj_smb_party {
	bool has_negotiated;
	bool is_smb1;
	bool has_guid;
	bool has_capabilities;
	bool has_signing;
	uint8_t mechanisms;
	uint8_t signing;
	uint32_t capabilities;
	uint8_t guid[RJ_SMB_GUID_BYTES];
	struct rj_smb_list ciphers;
	struct rj_smb_list hashes;
	struct rj_smb_list compression;
	struct rj_smb_list signing_algorithms;
	struct rj_ntlm_text os;
	struct rj_ntlm_text manager;
	struct rj_ntlm_text domain;
	struct rj_ntlm_text name;
};

/*
 * struct rj_smb_session - @client_side: 1 + that side, 0: not known
 * @version: 1 or 2, the later one that was seen; 0: no message
 * @dialects1: SMB 1's, each a byte 2 and text with its NUL; @dialects2: those of SMB 2 and 3
 * @dialect1, @dialect2: chosen: place among the first, number
 * @called, @calling: NetBIOS names of the session, as text
 * @status: of the last session setup
 */
struct rj_smb_session {
	uint8_t client_side;
	uint8_t version;
	bool has_dialect1;
	bool has_dialect2;
	bool has_status;
	bool is_guest;
	bool is_null;
	bool is_encrypted;
	bool has_refusal;
	uint8_t refusal;
	uint8_t num_dialects2;
	uint8_t num_messages[2];
	uint16_t dialect1;
	uint16_t dialect2;
	uint32_t status;
	uint16_t dialects2[RJ_SMB_MAX_DIALECTS];
	struct rj_cursor dialects1;
	struct rj_cursor called;
	struct rj_cursor calling;
	struct rj_ntlm_text user;
	struct rj_smb_party client;
	struct rj_smb_party server;
	struct rj_ntlm ntlm;
};

/*
 * rj_smb1_read, rj_smb2_read - a message from its header on, in @c; with a soft end the first part
 * of a longer one. *@ret_is_last: the sender says nothing of interest from here on.
 */
RJ_MUST_CHECK enum rj_status rj_smb1_read(struct rj_smb_session *s, struct rj_message *m,
					  struct rj_cursor c, bool *ret_is_last);
RJ_MUST_CHECK enum rj_status rj_smb2_read(struct rj_smb_session *s, struct rj_message *m,
					  struct rj_cursor c, bool *ret_is_last);

/* rj_smb_note_sides - @m is of the client, or of the server. */
void rj_smb_note_sides(struct rj_smb_session *s, const struct rj_message *m, bool is_server);

/* rj_smb_take_blob - a security blob: the mechanisms in it, and NTLMSSP. */
void rj_smb_take_blob(struct rj_smb_session *s, struct rj_smb_party *party, struct rj_arena *arena,
		      struct rj_cursor blob);

/* rj_smb_emit - writes the object. */
void rj_smb_emit(const struct rj_smb_session *s, struct rj_visitor *v);

/* Field rows of `smb`. */
enum rj_smb_field {
	RJ_SMB_F_SMB,
	RJ_SMB_F_VERSION,
	RJ_SMB_F_CALLING,
	RJ_SMB_F_CALLED,
	RJ_SMB_F_REFUSAL,
	RJ_SMB_F_DIALECTS,
	RJ_SMB_F_OFFERED,
	RJ_SMB_F_DIALECT,
	RJ_SMB_F_CLIENT,
	RJ_SMB_F_SERVER,
	RJ_SMB_F_GUID,
	RJ_SMB_F_CAPABILITIES,
	RJ_SMB_F_CAPABILITY,
	RJ_SMB_F_SIGNING,
	RJ_SMB_F_CIPHERS,
	RJ_SMB_F_CIPHER,
	RJ_SMB_F_HASHES,
	RJ_SMB_F_HASH,
	RJ_SMB_F_COMPRESSION,
	RJ_SMB_F_COMPRESSOR,
	RJ_SMB_F_SIGNING_ALGORITHMS,
	RJ_SMB_F_SIGNING_ALGORITHM,
	RJ_SMB_F_MECHANISMS,
	RJ_SMB_F_MECHANISM,
	RJ_SMB_F_OS,
	RJ_SMB_F_MANAGER,
	RJ_SMB_F_DOMAIN,
	RJ_SMB_F_NAME,
	RJ_SMB_F_NETNAME,
	RJ_SMB_F_NTLMSSP,
	RJ_SMB_F_USER,
	RJ_SMB_F_WORKSTATION,
	RJ_SMB_F_CLIENT_VERSION,
	RJ_SMB_F_CLIENT_FLAGS,
	RJ_SMB_F_TARGET,
	RJ_SMB_F_NETBIOS_COMPUTER, /* the names of struct rj_ntlm, in its order */
	RJ_SMB_F_NETBIOS_DOMAIN,
	RJ_SMB_F_DNS_COMPUTER,
	RJ_SMB_F_DNS_DOMAIN,
	RJ_SMB_F_DNS_TREE,
	RJ_SMB_F_SERVER_VERSION,
	RJ_SMB_F_SERVER_FLAGS,
	RJ_SMB_F_FLAG,
	RJ_SMB_F_STATUS,
	RJ_SMB_F_SESSION,
	RJ_SMB_F_ENCRYPTED,
	RJ_SMB_NUM_FIELDS
};
extern const struct rj_field rj_smb_fields[RJ_SMB_NUM_FIELDS];

/* rj_smb_put_text - unless it is empty. */
void rj_smb_put_text(struct rj_visitor *v, enum rj_smb_field f, const struct rj_ntlm_text *text);

#endif
