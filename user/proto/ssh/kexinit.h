/* SPDX-License-Identifier: BSD-3-Clause */
/* SSH_MSG_KEXINIT as slices, and what two of them agree on (RFC 4253 7.1). */
#ifndef RJ_PROTO_SSH_KEXINIT_H
#define RJ_PROTO_SSH_KEXINIT_H

#include "core/cursor.h"

/* The ten name-lists, in their order: c is client to server, s server to client. */
enum rj_ssh_list {
	RJ_SSH_KEX,
	RJ_SSH_HOST_KEY,
	RJ_SSH_C_ENCRYPTION,
	RJ_SSH_S_ENCRYPTION,
	RJ_SSH_C_MAC,
	RJ_SSH_S_MAC,
	RJ_SSH_C_COMPRESSION,
	RJ_SSH_S_COMPRESSION,
	RJ_SSH_C_LANGUAGES,
	RJ_SSH_S_LANGUAGES,
	RJ_SSH_NUM_LISTS
};

/*
 * struct rj_ssh_kexinit - borrows the message.
 * @cookie: 16 bytes
 * @lists: text, names with commas between
 * @num_lists: how many could be read; all ten of a valid message
 * @is_guess: first_kex_packet_follows
 */
struct rj_ssh_kexinit {
	struct rj_cursor cookie;
	struct rj_cursor lists[RJ_SSH_NUM_LISTS];
	unsigned int num_lists;
	bool is_guess;
};

/*
 * rj_ssh_kexinit_read - @payload is the message from its number on. RJ_MALFORMED: @out has what
 * stands before the fault.
 */
RJ_MUST_CHECK enum rj_status rj_ssh_kexinit_read(struct rj_cursor payload,
						 struct rj_ssh_kexinit *out);

/* rj_ssh_string - a string or mpint: its bytes behind a length of four (RFC 4251 5). */
RJ_MUST_CHECK enum rj_status rj_ssh_string(struct rj_cursor *c, struct rj_cursor *out);

/* rj_ssh_name_is - whether @name is @text. */
bool rj_ssh_name_is(struct rj_cursor name, const char *text);

/* rj_ssh_list_has - whether one of the names of @list is @text. */
bool rj_ssh_list_has(struct rj_cursor list, const char *text);

/* rj_ssh_list_next - the next name of *@list, which moves behind it; false: there is none. */
bool rj_ssh_list_next(struct rj_cursor *list, struct rj_cursor *out);

/*
 * rj_ssh_agree - the first name of the client's list that the server's has too; names that only
 * tell of extensions (ext-info-c, kex-strict-c-v00@openssh.com, …) are none. False: there is none.
 */
bool rj_ssh_agree(const struct rj_ssh_kexinit *client, const struct rj_ssh_kexinit *server,
		  enum rj_ssh_list list, struct rj_cursor *out);

/* rj_ssh_is_guess_right - RFC 4253 7: both prefer the same kex and host key algorithm. */
bool rj_ssh_is_guess_right(const struct rj_ssh_kexinit *client,
			   const struct rj_ssh_kexinit *server);

#endif
