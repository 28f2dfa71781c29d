/* SPDX-License-Identifier: BSD-3-Clause */
/* What is kept of an SSH connection: banners and the messages before encryption, as they came. */
#ifndef RJ_PROTO_SSH_SESSION_H
#define RJ_PROTO_SSH_SESSION_H

#include <rejoice/record.h>

#include "proto/fingerprint.h"
#include "proto/ssh/kexinit.h"

/* Message numbers (RFC 4250 4.1.2; 30 to 49 belong to the key exchange method). */
#define RJ_SSH_DISCONNECT 1u
#define RJ_SSH_KEXINIT 20u
#define RJ_SSH_NEWKEYS 21u
#define RJ_SSH_KEX_FIRST 30u
#define RJ_SSH_KEX_LAST 49u

/*
 * struct rj_ssh_message - one message in the clear.
 * @len: packet_length: padding, its length and the payload
 * @payload: with the message number in front, in the flow's arena; empty unless it is read
 */
struct rj_ssh_message {
	struct rj_ssh_message *next;
	uint64_t time_ns;
	struct rj_cursor payload;
	uint32_t len;
	uint8_t type;
};

/*
 * struct rj_ssh_side - one sender.
 * @banner: identification string without its line end, in the arena; NULL before it came
 * @num_preamble: lines before that, which only a server may send (RFC 4253 4.2), but clients do
 * @kexinit: the first KEXINIT, or NULL
 * @num_messages: in the clear, those beyond the list too
 * @is_at_port: sends from the port of SSH
 * @is_old: speaks a version before 2 and no other
 */
struct rj_ssh_side {
	const uint8_t *banner;
	struct rj_ssh_message *first;
	struct rj_ssh_message *last;
	const struct rj_ssh_message *kexinit;
	uint32_t banner_len;
	uint32_t num_preamble;
	uint32_t num_messages;
	uint32_t num_listed;
	bool is_at_port;
	bool is_old;
	bool seen_newkeys;
	bool is_malformed;
};

/* struct rj_ssh_session - embedded; the state of the dissector. A zeroed one knows nothing. */
struct rj_ssh_session {
	struct rj_ssh_side sides[2];
};

/*
 * rj_ssh_session_lists - the name-lists of @side's KEXINIT. (exchange.c)
 * RJ_MALFORMED: there is none, or it breaks its format; @out then has the lists before the fault.
 */
RJ_MUST_CHECK enum rj_status rj_ssh_session_lists(const struct rj_ssh_session *session,
						  unsigned int side, struct rj_ssh_kexinit *out);

/*
 * rj_ssh_session_client - the side that the messages, or else the ports, show to be the client, or
 * -1. (exchange.c)
 */
int rj_ssh_session_client(const struct rj_ssh_session *session);

/* rj_ssh_session_fingerprints - of both sides' name-lists, where all are there. (fingerprint.c) */
void rj_ssh_session_fingerprints(const struct rj_ssh_session *session, struct rj_fingerprints *f);

/* rj_ssh_session_emit - writes the ssh object; nothing when nothing is known. (emit.c) */
void rj_ssh_session_emit(const struct rj_ssh_session *session, unsigned int originator,
			 struct rj_visitor *v);

/* rj_ssh_fields - the rows that rj_ssh_session_emit uses; the first is the object. (emit.c) */
#define RJ_SSH_NUM_FIELDS 56u
extern const struct rj_field rj_ssh_fields[RJ_SSH_NUM_FIELDS];

#endif
