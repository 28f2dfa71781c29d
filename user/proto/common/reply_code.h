/* SPDX-License-Identifier: BSD-3-Clause */
/* Replies that begin with three digits, as SMTP and FTP have them, and whose greeting one is. */
#ifndef RJ_PROTO_COMMON_REPLY_CODE_H
#define RJ_PROTO_COMMON_REPLY_CODE_H

#include "proto/dissector.h"

/*
 * struct rj_reply_line - one line of a reply (RFC 5321 4.2.1, RFC 959 4.2).
 * @is_last: nothing, or a blank, follows the code; else a hyphen
 */
struct rj_reply_line {
	uint16_t code;
	bool is_last;
	struct rj_cursor text;
};

/* rj_reply_line_read - whether @line has that form. */
bool rj_reply_line_read(struct rj_cursor line, struct rj_reply_line *out);

/* rj_reply_probe - whether @bytes start with a code and what follows it. */
enum rj_probe rj_reply_probe(struct rj_cursor bytes);

enum rj_greeting {
	RJ_GREETING_NONE, /* no greeting by 220 */
	RJ_GREETING_MORE, /* cannot be said yet */
	RJ_GREETING_SMTP,
	RJ_GREETING_FTP,
};

/*
 * rj_reply_greeting - whose greeting @bytes start with: its words tell, else the port that it comes
 * from, else the code of the reply behind it.
 */
enum rj_greeting rj_reply_greeting(const struct rj_message *m, struct rj_cursor bytes);

/* The ports that tell: of FTP; of SMTP, and of its submission. */
#define RJ_PORT_FTP 21u
static inline bool rj_is_smtp_port(uint16_t port)
{
	return port == 25 || port == 587 || port == 2525;
}

#endif
