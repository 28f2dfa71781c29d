/* SPDX-License-Identifier: BSD-3-Clause */
/* What NTLMSSP tells of both ends (MS-NLMP 2.2): names and versions, no challenge or response. */
#ifndef RJ_PROTO_SMB_NTLMSSP_H
#define RJ_PROTO_SMB_NTLMSSP_H

#include "proto/dissector.h"

/* struct rj_ntlm_text - in UTF-16, or in a character set of the sender. */
struct rj_ntlm_text {
	struct rj_cursor bytes;
	bool is_utf16;
};

/* struct rj_ntlm_version - MS-NLMP 2.2.2.10. */
struct rj_ntlm_version {
	bool is_there;
	uint8_t major;
	uint8_t minor;
	uint16_t build;
};

/* The names that a server gives in its target information (MS-NLMP 2.2.2.1), 1 to 5. */
#define RJ_NTLM_NUM_NAMES 5u

/* struct rj_ntlm - of a negotiation; what did not come is empty. */
struct rj_ntlm {
	bool has_client;
	bool has_server;
	uint32_t client_flags;
	uint32_t server_flags;
	struct rj_ntlm_version client_version;
	struct rj_ntlm_version server_version;
	struct rj_ntlm_text user;
	struct rj_ntlm_text domain;
	struct rj_ntlm_text workstation;
	struct rj_ntlm_text target;
	struct rj_ntlm_text names[RJ_NTLM_NUM_NAMES];
};

/*
 * rj_ntlm_take - reads the first message of NTLMSSP that is in @blob, wherever it starts, and keeps
 * copies of its texts in @arena. What breaks the format is left out. Whether there is one.
 */
bool rj_ntlm_take(struct rj_ntlm *n, struct rj_arena *arena, struct rj_cursor blob);

/* rj_ntlm_put - as the object `ntlmssp`, unless nothing came. */
void rj_ntlm_put(const struct rj_ntlm *n, struct rj_visitor *v);

#endif
