/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for POP3: greeting, commands, replies; mails are passed over (RFC 1939). */
#include "proto/common/dialogue.h"
#include "proto/common/line.h"
#include "proto/common/put.h"
#include "proto/registry.h"

/* What a reply starts with: its code in struct rj_reply. */
enum answer { OK, ERR, CONTINUATION, NUM_ANSWERS };

static const char *const answers[NUM_ANSWERS] = { "+OK", "-ERR", "+" };

/*
 * struct pop3 - @lines: what lines stand behind a reply, up to a lone dot (RFC 1939 3).
 * @LINES_UNKNOWN: perhaps some, as the command was not seen
 */
struct pop3 {
	struct rj_dialogue talk;
	enum { LINES_NONE, LINES_UNKNOWN, LINES_CAPABILITIES, LINES_OTHER } lines;
	bool is_in_auth;
	bool is_continued;
};

#define PORT_POP3 110u

static const uint16_t ports[] = { PORT_POP3, 0 };

#define SHOWN RJ_ARGUMENT_SHOWN
#define LEFT_OUT RJ_ARGUMENT_LEFT_OUT

/* RFC 1939, RFC 2449, RFC 2595, RFC 5034, RFC 6856. */
static const struct rj_verb verbs[] = {
	{ "USER", LEFT_OUT, true }, { "PASS", LEFT_OUT, true },
	{ "APOP", LEFT_OUT, true }, { "AUTH", RJ_ARGUMENT_MECHANISM, true },
	{ "CAPA", SHOWN, false },   { "STLS", SHOWN, false },
	{ "STAT", SHOWN, false },   { "LIST", SHOWN, false },
	{ "RETR", SHOWN, false },   { "DELE", SHOWN, false },
	{ "NOOP", SHOWN, false },   { "RSET", SHOWN, false },
	{ "QUIT", SHOWN, false },   { "TOP", SHOWN, false },
	{ "UIDL", SHOWN, false },   { "UTF8", SHOWN, false },
	{ "LANG", SHOWN, false },   { NULL, LEFT_OUT, false },
};

/* What a list of capabilities may begin with (IANA, POP3 Capabilities). */
static const char *const capabilities[] = {
	"CAPA",		  "TOP",	"USER",	  "SASL", "RESP-CODES",
	"LOGIN-DELAY",	  "PIPELINING", "EXPIRE", "UIDL", "IMPLEMENTATION",
	"AUTH-RESP-CODE", "STLS",	"UTF8",	  "LANG", NULL,
};

static bool read_answer(struct rj_cursor line, uint16_t *ret_answer, struct rj_cursor *ret_text)
{
	struct rj_cursor word = rj_dialogue_word(&line);

	for (uint16_t i = 0; i < NUM_ANSWERS; i++) {
		if (!rj_line_equals(word, answers[i]))
			continue;
		*ret_answer = i;
		*ret_text = line;
		return true;
	}
	return false;
}

static bool is_answer(struct rj_cursor line)
{
	struct rj_cursor text;
	uint16_t answer;

	return read_answer(line, &answer, &text);
}

/* A greeting without a text is one on its port alone: others say that as well (RESP). */
static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	static const char *const greetings[] = { "+OK ", NULL };
	static const char *const others[] = { "+OK", "-ERR", NULL };
	static const char *const commands[] = { "CAPA\r\n", "STLS\r\n", NULL };
	struct rj_cursor c = bytes;
	uint8_t first;

	if (rj_cursor_u8(&c, &first))
		return RJ_PROBE_MORE;
	if (first == '+' || first == '-')
		return rj_dialogue_probe_texts(bytes,
					       m->src_port == PORT_POP3 ? others : greetings);
	if (m->dst_port == PORT_POP3)
		return rj_dialogue_probe_verb(verbs, bytes);
	return rj_dialogue_probe_texts(bytes, commands);
}

/*
 * What is no command within an authentication belongs to that, and so does all that stands behind a
 * challenge.
 */
static void take_command(struct pop3 *s, struct rj_message *m, struct rj_cursor line)
{
	struct rj_cursor argument = line;
	const struct rj_verb *verb = rj_dialogue_verb(verbs, rj_dialogue_word(&argument));
	bool is_challenged = s->is_continued && s->talk.num_answered > s->talk.num_sent;

	if (!verb || (s->is_in_auth && is_challenged)) {
		s->talk.num_sent++;
		s->talk.num_unknown += !s->is_in_auth;
		return;
	}
	rj_dialogue_command(&s->talk, m->arena, verb, argument);
	s->is_in_auth = !strcmp(verb->name, "AUTH");
	s->talk.is_tls_asked = s->talk.is_tls_asked || !strcmp(verb->name, "STLS");
}

/* Which lines follow a positive reply to @command. */
static int lines_behind(const struct rj_command *command)
{
	static const char *const always[] = { "RETR", "TOP", NULL };
	static const char *const without_argument[] = { "LIST", "UIDL", "AUTH", "LANG", NULL };
	const char *verb = command ? command->verb->name : NULL;

	if (!verb)
		return LINES_UNKNOWN;
	if (!strcmp(verb, "CAPA"))
		return LINES_CAPABILITIES;
	for (const char *const *name = always; *name; name++)
		if (!strcmp(verb, *name))
			return LINES_OTHER;
	for (const char *const *name = without_argument; *name; name++)
		if (!strcmp(verb, *name) && !command->argument.at)
			return LINES_OTHER;
	return LINES_NONE;
}

/* RFC 2449 8: a code in brackets before the text. */
static struct rj_cursor read_code(struct rj_cursor *text)
{
	struct rj_cursor ahead = *text, code = { .is_hard = true };
	uint8_t first;

	if (rj_cursor_u8(&ahead, &first) || first != '[' || rj_line_word(&ahead, ']', &code))
		return (struct rj_cursor){ .is_hard = true };
	*text = rj_line_trim(ahead);
	return code;
}

static void take_reply(struct pop3 *s, struct rj_message *m, uint16_t answer, struct rj_cursor text)
{
	uint32_t nr = s->talk.num_answered;
	const struct rj_command *asked = nr ? rj_dialogue_asked(&s->talk, nr) : NULL;
	struct rj_cursor code = read_code(&text);
	struct rj_reply *reply = rj_dialogue_reply(&s->talk, m->arena, answer, text);

	if (reply && code.at)
		reply->detail = rj_dialogue_text(m->arena, code);
	if (!nr)
		s->talk.banner = rj_dialogue_text(m->arena, text);
	s->is_continued = answer == CONTINUATION;
	s->lines = LINES_NONE;
	if (nr && answer == OK)
		s->lines = lines_behind(asked);
}

static void take_capability(struct pop3 *s, struct rj_message *m, struct rj_cursor line)
{
	struct rj_cursor word = line;

	rj_dialogue_list(&s->talk.capabilities, m->arena, line);
	word = rj_dialogue_word(&word);
	s->talk.is_tls_offered = s->talk.is_tls_offered || rj_line_equals(word, "STLS");
}

/* A line between a reply and a lone dot. */
static void take_further(struct pop3 *s, struct rj_message *m, struct rj_cursor line)
{
	struct rj_cursor word = line;

	word = rj_dialogue_word(&word);
	if (s->lines == LINES_UNKNOWN) {
		s->lines = LINES_OTHER;
		for (const char *const *name = capabilities; *name; name++)
			if (rj_line_equals(word, *name) && !s->talk.capabilities.first)
				s->lines = LINES_CAPABILITIES;
	}
	if (rj_line_equals(line, "."))
		s->lines = LINES_NONE;
	else if (s->lines == LINES_CAPABILITIES)
		take_capability(s, m, line);
}

static void take_server(struct pop3 *s, struct rj_message *m, struct rj_cursor line)
{
	struct rj_cursor text;
	uint16_t answer;

	if (s->lines >= LINES_CAPABILITIES)
		take_further(s, m, line);
	else if (read_answer(line, &answer, &text))
		take_reply(s, m, answer, text);
	else if (s->lines == LINES_UNKNOWN)
		take_further(s, m, line);
	else
		s->talk.is_malformed = true;
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct pop3 *s = state;
	bool is_server = s->talk.server == 1 + m->side;
	bool is_body = is_server && s->lines >= LINES_CAPABILITIES;
	struct rj_cursor line;
	enum rj_status st = rj_dialogue_read(&s->talk, m, c, is_body, &line);

	if (st || !line.at)
		return st;
	if (rj_dialogue_is_server(&s->talk, m, is_answer(line)))
		take_server(s, m, line);
	else
		take_command(s, m, line);
	return RJ_OK;
}

enum field { F_HOSTNAME = RJ_DIALOGUE_NUM_FIELDS, F_STATUS, F_RESPONSE_CODE, NUM_FIELDS };

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[RJ_DIALOGUE_F_OBJECT] = { "pop3", RJ_TYPE_OBJECT, "", 0, "RFC 1939",
		"What both sides of POP3 said, without mails and credentials." },
	RJ_DIALOGUE_ROWS("RFC 1939", "RFC 2449 5", "RFC 2595 4"),
	[F_HOSTNAME] = { "hostname", RJ_TYPE_STRING, "", 0, "RFC 1939 7",
		"Name of the server in the timestamp that it greets with." },
	[F_STATUS] = { "status", RJ_TYPE_STRING, "", 0, "RFC 1939 3, RFC 5034 4",
		"+OK, -ERR, or + which asks for more." },
	[F_RESPONSE_CODE] = { "response_code", RJ_TYPE_STRING, "", 0, "RFC 2449 8",
		"Code in brackets before the text." },
};
/* clang-format on */

/* The text of a reply may tell who is there: it is shown for commands known to be others. */
static bool put_reply(const struct rj_dialogue *d, const struct rj_reply *reply,
		      struct rj_visitor *v)
{
	const struct rj_command *asked = reply->nr ? rj_dialogue_asked(d, reply->nr) : NULL;

	rj_put_word(v, &fields[F_STATUS], answers[reply->code]);
	rj_dialogue_put_text(v, &fields[F_RESPONSE_CODE], reply->detail);
	return !reply->nr || (asked && !asked->verb->is_secret);
}

static bool is_tls_accepted(const struct rj_dialogue *d)
{
	const struct rj_command *asked = rj_dialogue_last(d, "STLS");
	const struct rj_reply *reply = asked ? rj_dialogue_answer(d, asked->nr) : NULL;

	return d->has_left || (reply && reply->code == OK);
}

/* <process-ID.clock@hostname> */
static void put_hostname(const struct rj_dialogue *d, struct rj_visitor *v)
{
	struct rj_cursor text = d->banner, stamp;

	if (rj_line_word(&text, '<', &stamp) || rj_line_word(&text, '>', &stamp) ||
	    rj_line_word(&stamp, '@', &text) || !stamp.left)
		return;
	rj_dialogue_put_text(v, &fields[F_HOSTNAME], stamp);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct pop3 *s = state;

	(void)originator;
	if (!s->talk.server)
		return;
	rj_dialogue_put_head(&s->talk, v, fields);
	put_hostname(&s->talk, v);
	rj_dialogue_put_capabilities(&s->talk, v, fields, is_tls_accepted(&s->talk));
	rj_dialogue_put_commands(&s->talk, v, fields, NULL, NULL);
	rj_dialogue_put_replies(&s->talk, v, fields, put_reply);
}

static int originator_of(const void *state)
{
	const struct pop3 *s = state;

	return rj_dialogue_client(&s->talk);
}

const struct rj_dissector rj_pop3 = {
	.name = "pop3",
	.reference = "RFC 1939",
	.over = RJ_OVER_TCP,
	.ports = ports,
	.state_bytes = sizeof(struct pop3),
	.max_bytes = RJ_DIALOGUE_MAX_BYTES,
	.leads_on = true,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.originator = originator_of,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
