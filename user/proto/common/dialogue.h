/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands and replies in lines: what SMTP, FTP, POP3 and IMAP share. */
#ifndef RJ_PROTO_COMMON_DIALOGUE_H
#define RJ_PROTO_COMMON_DIALOGUE_H

#include "proto/dissector.h"

/* What is kept of a flow. Ours: a session of a mail program, or a mail to some dozen recipients. */
#define RJ_DIALOGUE_MAX_COMMANDS 64u
#define RJ_DIALOGUE_MAX_REPLIES 64u
#define RJ_DIALOGUE_MAX_LISTED 64u /* capabilities and other lists of texts */
#define RJ_DIALOGUE_MAX_TEXT 512u  /* of each text: RFC 5321 4.5.3.1.4 and .5 */
#define RJ_DIALOGUE_MAX_TAG 32u	   /* of IMAP. Ours; programs use up to 10 */

/* A line is cut behind this, what follows up to its end is passed over. Ours. */
#define RJ_DIALOGUE_MAX_LINE 8192u

/* Of a side. Ours: commands of a session, and short mails between them. */
#define RJ_DIALOGUE_MAX_BYTES 32768u

/*
 * enum rj_argument - how much of a command's argument is kept.
 * @RJ_ARGUMENT_LEFT_OUT: nothing: it has or may have credentials, or is kept elsewhere
 * @RJ_ARGUMENT_WORD: the first word
 * @RJ_ARGUMENT_MECHANISM: that, where it is the name of a mechanism to authenticate by
 */
enum rj_argument {
	RJ_ARGUMENT_SHOWN,
	RJ_ARGUMENT_LEFT_OUT,
	RJ_ARGUMENT_WORD,
	RJ_ARGUMENT_MECHANISM,
};

/* struct rj_verb - a command that is known; a table of them ends with a NULL name. */
struct rj_verb {
	const char *name;
	enum rj_argument argument;
	bool is_secret; /* speaks of credentials, and so may its reply */
};

/* struct rj_texts - a list of texts in the arena, of which the first ones are kept. */
struct rj_listed {
	struct rj_listed *next;
	struct rj_cursor text;
};

struct rj_texts {
	struct rj_listed *first;
	struct rj_listed *last;
	uint32_t num;
	uint32_t num_skipped;
};

/*
 * struct rj_command - texts are in the arena; one without bytes and address is not there.
 * @address: of a mailbox (SMTP)
 * @nr: of what the client sent, from 1 on; that of its reply
 */
struct rj_command {
	struct rj_command *next;
	const struct rj_verb *verb;
	struct rj_cursor tag;
	struct rj_cursor argument;
	struct rj_cursor address;
	uint32_t nr;
};

/*
 * struct rj_reply - @code: three digits as a number; of others a place in their table of words
 * @detail: a response code in brackets
 * @nr: 0 is the greeting
 */
struct rj_reply {
	struct rj_reply *next;
	struct rj_cursor tag;
	struct rj_cursor text;
	struct rj_cursor detail;
	uint32_t nr;
	uint16_t code;
};

/*
 * struct rj_dialogue - embedded; a zeroed one knows nothing.
 * @server: 1 + its side; 0 while it is not known
 * @first_ns: by side: when its first line was seen
 * @num_read: bytes by side
 * @num_sent: commands and all else that the client sent and that has a reply
 * @num_answered: replies, the greeting too
 * @num_unknown: commands that are in no standard, of which nothing is kept
 * @is_in_line: by side: behind the first part of a line that is too long
 * @has_left: TLS followed on a side
 * @is_full: a side had more than is read
 */
struct rj_dialogue {
	struct rj_command *first_command;
	struct rj_command *last_command;
	struct rj_reply *first_reply;
	struct rj_reply *last_reply;
	struct rj_texts capabilities;
	struct rj_cursor banner;
	uint64_t first_ns[2];
	uint32_t num_read[2];
	uint32_t num_sent;
	uint32_t num_answered;
	uint32_t num_commands;
	uint32_t commands_skipped;
	uint32_t num_unknown;
	uint32_t num_replies;
	uint32_t replies_skipped;
	uint8_t server;
	bool is_in_line[2];
	bool has_left;
	bool is_full;
	bool is_malformed;
	bool is_tls_offered;
	bool is_tls_asked;
};

/*
 * rj_dialogue_read - the next line of a side, without its end, in *@out; its @at is NULL where
 * there is none to take: what was read is TLS, to which it hands over, or the rest of a line.
 * @is_body: of a text, where no TLS can start.
 */
RJ_MUST_CHECK enum rj_status rj_dialogue_read(struct rj_dialogue *d, struct rj_message *m,
					      struct rj_cursor *c, bool is_body,
					      struct rj_cursor *out);

/* rj_dialogue_passed - says that bytes of @side were read, other than by rj_dialogue_read. */
void rj_dialogue_passed(struct rj_dialogue *d, struct rj_message *m, size_t len);

/*
 * rj_dialogue_is_server - whether a line is the server's, which the first one of the flow decides.
 * A server that is first seen to speak after the client has not greeted: its first reply is number
 * 1.
 */
bool rj_dialogue_is_server(struct rj_dialogue *d, const struct rj_message *m, bool is_reply);

/* rj_dialogue_client - the client's side, or -1. */
static inline int rj_dialogue_client(const struct rj_dialogue *d)
{
	return d->server ? 2 - d->server : -1;
}

/* rj_dialogue_word - the first word of @c; @c is then what stands behind the blanks after it. */
struct rj_cursor rj_dialogue_word(struct rj_cursor *c);

/* rj_dialogue_verb - the row of @word, or NULL. */
const struct rj_verb *rj_dialogue_verb(const struct rj_verb *verbs, struct rj_cursor word);

/* rj_dialogue_probe_texts - whether @bytes start with one of @texts, which end with NULL. */
enum rj_probe rj_dialogue_probe_texts(struct rj_cursor bytes, const char *const *texts);

/* rj_dialogue_probe_verb - whether @bytes start with a command: its verb, a blank or line end. */
enum rj_probe rj_dialogue_probe_verb(const struct rj_verb *verbs, struct rj_cursor bytes);

/* rj_dialogue_text - a copy in the arena of the first bytes of a text; none without memory. */
struct rj_cursor rj_dialogue_text(struct rj_arena *arena, struct rj_cursor text);

/*
 * rj_dialogue_command - keeps a command with what its row says of the argument, and counts it as
 * sent. NULL: there is no room.
 */
struct rj_command *rj_dialogue_command(struct rj_dialogue *d, struct rj_arena *arena,
				       const struct rj_verb *verb, struct rj_cursor argument);

/* rj_dialogue_reply - keeps a reply and counts it. NULL: there is no room. */
struct rj_reply *rj_dialogue_reply(struct rj_dialogue *d, struct rj_arena *arena, uint16_t code,
				   struct rj_cursor text);

/* rj_dialogue_list - one text more. */
void rj_dialogue_list(struct rj_texts *list, struct rj_arena *arena, struct rj_cursor text);

/* rj_dialogue_asked - the command that reply @nr is of, where it was kept, else NULL. */
const struct rj_command *rj_dialogue_asked(const struct rj_dialogue *d, uint32_t nr);

/* rj_dialogue_answer - the reply to command @nr, likewise. */
const struct rj_reply *rj_dialogue_answer(const struct rj_dialogue *d, uint32_t nr);

/* rj_dialogue_last - the last command with this verb that was kept, or NULL. */
const struct rj_command *rj_dialogue_last(const struct rj_dialogue *d, const char *verb);

/* The rows that the protocols share, in this order, behind which each has its own. */
enum rj_dialogue_field {
	RJ_DIALOGUE_F_OBJECT,
	RJ_DIALOGUE_F_BANNER,
	RJ_DIALOGUE_F_CAPABILITIES,
	RJ_DIALOGUE_F_CAPABILITY,
	RJ_DIALOGUE_F_CAPABILITIES_SKIPPED,
	RJ_DIALOGUE_F_STARTTLS,
	RJ_DIALOGUE_F_OFFERED,
	RJ_DIALOGUE_F_ASKED,
	RJ_DIALOGUE_F_ACCEPTED,
	RJ_DIALOGUE_F_COMMANDS,
	RJ_DIALOGUE_F_COMMANDS_ITEM,
	RJ_DIALOGUE_F_COMMAND,
	RJ_DIALOGUE_F_ARGUMENT,
	RJ_DIALOGUE_F_COMMANDS_SKIPPED,
	RJ_DIALOGUE_F_COMMANDS_UNKNOWN,
	RJ_DIALOGUE_F_REPLIES,
	RJ_DIALOGUE_F_REPLIES_ITEM,
	RJ_DIALOGUE_F_TEXT,
	RJ_DIALOGUE_F_REPLIES_SKIPPED,
	RJ_DIALOGUE_F_MORE,
	RJ_DIALOGUE_F_MALFORMED,
	RJ_DIALOGUE_NUM_FIELDS
};

/* clang-format off */
#define RJ_DIALOGUE_ROWS(ref, capabilities_ref, starttls_ref)                                      \
	[RJ_DIALOGUE_F_BANNER] = { "banner", RJ_TYPE_WORDS, "", 0, ref,                           \
		"First line of the server's greeting, without code or tag; of each text up to "    \
		"512 bytes are kept." },                                                           \
	[RJ_DIALOGUE_F_CAPABILITIES] = { "capabilities", RJ_TYPE_ARRAY, "", 0, capabilities_ref,   \
		"What the server says it can do, of the first list that it gave." },               \
	[RJ_DIALOGUE_F_CAPABILITY] = { "capabilities[]", RJ_TYPE_STRING, "", 0,                    \
		capabilities_ref, "One of them, with its parameters." },                           \
	[RJ_DIALOGUE_F_CAPABILITIES_SKIPPED] = { "capabilities_skipped", RJ_TYPE_UINT, "", 0, "",  \
		"Number of capabilities left out after the first 64." },                           \
	[RJ_DIALOGUE_F_STARTTLS] = { "starttls", RJ_TYPE_OBJECT, "", 0, starttls_ref,              \
		"TLS within the connection, where it was spoken of." },                            \
	[RJ_DIALOGUE_F_OFFERED] = { "offered", RJ_TYPE_BOOL, "", 0, starttls_ref,                  \
		"It is among the capabilities." },                                                 \
	[RJ_DIALOGUE_F_ASKED] = { "asked", RJ_TYPE_BOOL, "", 0, starttls_ref,                      \
		"The client asked for it." },                                                      \
	[RJ_DIALOGUE_F_ACCEPTED] = { "accepted", RJ_TYPE_BOOL, "", 0, starttls_ref,                \
		"The server said yes, or TLS followed." },                                         \
	[RJ_DIALOGUE_F_COMMANDS] = { "commands", RJ_TYPE_ARRAY, "", 0, ref,                        \
		"The client's commands that a standard names, up to 64." },                        \
	[RJ_DIALOGUE_F_COMMANDS_ITEM] = { "commands[]", RJ_TYPE_OBJECT, "", 0, ref,                \
		"One command." },                                                                  \
	[RJ_DIALOGUE_F_COMMAND] = { "command", RJ_TYPE_STRING, "", 0, ref, "Its name." },          \
	[RJ_DIALOGUE_F_ARGUMENT] = { "argument", RJ_TYPE_WORDS, "", 0, ref,                       \
		"What stands behind the name, without names of users, passwords and the like: "    \
		"of authentication the mechanism alone." },                                        \
	[RJ_DIALOGUE_F_COMMANDS_SKIPPED] = { "commands_skipped", RJ_TYPE_UINT, "", 0, "",          \
		"Number of commands left out after those." },                                      \
	[RJ_DIALOGUE_F_COMMANDS_UNKNOWN] = { "commands_unknown", RJ_TYPE_UINT, "", 0, "",          \
		"Number of the client's lines that are no command known to us; nothing of them "   \
		"is shown." },                                                                     \
	[RJ_DIALOGUE_F_REPLIES] = { "replies", RJ_TYPE_ARRAY, "", 0, ref,                          \
		"The server's replies, the greeting first, up to 64." },                           \
	[RJ_DIALOGUE_F_REPLIES_ITEM] = { "replies[]", RJ_TYPE_OBJECT, "", 0, ref, "One reply." },  \
	[RJ_DIALOGUE_F_TEXT] = { "text", RJ_TYPE_WORDS, "", 0, ref,                               \
		"First line of its text; left out where it may tell credentials." },               \
	[RJ_DIALOGUE_F_REPLIES_SKIPPED] = { "replies_skipped", RJ_TYPE_UINT, "", 0, "",            \
		"Number of replies left out after those." },                                       \
	[RJ_DIALOGUE_F_MORE] = { "more", RJ_TYPE_BOOL, "", 0, "",                                  \
		"A side had more than is read of it: 32 KiB and what its lengths tell." },         \
	[RJ_DIALOGUE_F_MALFORMED] = { "malformed", RJ_TYPE_BOOL, "", 0, ref,                       \
		"The server sent lines that are no reply." }
/* clang-format on */

/* rj_dialogue_put_text - a text where there is one. */
void rj_dialogue_put_text(struct rj_visitor *v, const struct rj_field *f, struct rj_cursor text);

/* rj_dialogue_put_head - opens the object: banner. @fields: the protocol's rows, as below. */
void rj_dialogue_put_head(const struct rj_dialogue *d, struct rj_visitor *v,
			  const struct rj_field *fields);

/* rj_dialogue_put_capabilities - the list, and whether TLS was offered, asked for, accepted. */
void rj_dialogue_put_capabilities(const struct rj_dialogue *d, struct rj_visitor *v,
				  const struct rj_field *fields, bool is_tls_accepted);

/* rj_dialogue_put_commands - @tag, @address: rows of those, or NULL. */
void rj_dialogue_put_commands(const struct rj_dialogue *d, struct rj_visitor *v,
			      const struct rj_field *fields, const struct rj_field *tag,
			      const struct rj_field *address);

/*
 * rj_dialogue_put_replies - @put: writes a reply's own members; says whether its text may be shown.
 * Closes the object.
 */
void rj_dialogue_put_replies(const struct rj_dialogue *d, struct rj_visitor *v,
			     const struct rj_field *fields,
			     bool (*put)(const struct rj_dialogue *d, const struct rj_reply *reply,
					 struct rj_visitor *v));

#endif
