/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for SMTP and LMTP: greeting, commands, replies; no mails (RFC 5321). */
#include "proto/common/dialogue.h"
#include "proto/common/line.h"
#include "proto/common/reply_code.h"
#include "proto/registry.h"

/* struct smtp - @data: where the client is with a mail (RFC 5321 4.1.1.4). */
struct smtp {
	struct rj_dialogue talk;
	struct rj_cursor helo;
	enum { NO_DATA, DATA_ASKED, DATA_SENT } data;
	uint16_t last_code;
	bool is_in_auth;
	bool is_in_reply;
	bool is_in_list; /* of capabilities */
	bool seen_list;
};

static const uint16_t ports[] = { 25, 587, 2525, 0 };

#define SHOWN RJ_ARGUMENT_SHOWN
#define LEFT_OUT RJ_ARGUMENT_LEFT_OUT
#define MECHANISM RJ_ARGUMENT_MECHANISM

/*
 * RFC 5321 4.1.1, RFC 821, and IANA's extensions. Arguments of MAIL and RCPT are kept by
 * keep_path. XCLIENT and XFORWARD tell names of users.
 */
static const struct rj_verb verbs[] = {
	{ "EHLO", SHOWN, false },    { "HELO", SHOWN, false },	    { "LHLO", SHOWN, false },
	{ "MAIL", LEFT_OUT, false }, { "RCPT", LEFT_OUT, false },   { "DATA", SHOWN, false },
	{ "BDAT", SHOWN, false },    { "RSET", SHOWN, false },	    { "NOOP", SHOWN, false },
	{ "QUIT", SHOWN, false },    { "HELP", SHOWN, false },	    { "VRFY", SHOWN, false },
	{ "EXPN", SHOWN, false },    { "STARTTLS", SHOWN, false },  { "AUTH", MECHANISM, true },
	{ "ETRN", SHOWN, false },    { "ATRN", SHOWN, false },	    { "TURN", SHOWN, false },
	{ "BURL", LEFT_OUT, true },  { "SEND", LEFT_OUT, false },   { "SOML", LEFT_OUT, false },
	{ "SAML", LEFT_OUT, false }, { "XCLIENT", LEFT_OUT, true }, { "XFORWARD", LEFT_OUT, true },
	{ NULL, LEFT_OUT, false },
};

static enum rj_probe probe_client(const struct rj_message *m, struct rj_cursor bytes)
{
	static const char *const texts[] = { "EHLO ", "HELO ", "LHLO ", "MAIL FROM:", NULL };
	enum rj_probe answer = rj_dialogue_probe_texts(bytes, texts);

	if (answer == RJ_PROBE_NO && rj_is_smtp_port(m->dst_port))
		answer = rj_dialogue_probe_verb(verbs, bytes);
	return answer;
}

/* On its port a server may begin with another code, or the capture in its middle. */
static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	uint8_t first;
	struct rj_cursor c = bytes;

	if (rj_cursor_u8(&c, &first))
		return RJ_PROBE_MORE;
	if (first < '1' || first > '5')
		return probe_client(m, bytes);
	switch (rj_reply_greeting(m, bytes)) {
	case RJ_GREETING_SMTP:
		return RJ_PROBE_YES;
	case RJ_GREETING_MORE:
		return RJ_PROBE_MORE;
	case RJ_GREETING_FTP:
		return RJ_PROBE_NO;
	default:
		return rj_is_smtp_port(m->src_port) ? rj_reply_probe(bytes) : RJ_PROBE_NO;
	}
}

/* A path in angle brackets, in which a local part may be quoted (RFC 5321 4.1.2). */
static struct rj_cursor read_path(struct rj_cursor *c)
{
	struct rj_cursor path = { .at = c->at, .is_hard = true };
	bool is_quoted = false, is_behind = false;
	uint8_t ch = 0;

	if (!c->left || *c->at != '<')
		return rj_dialogue_word(c);
	while (!rj_cursor_u8(c, &ch) && (ch != '>' || is_quoted)) {
		is_quoted = is_quoted != (ch == '"' && !is_behind);
		is_behind = ch == '\\' && !is_behind;
		path.left++;
	}
	path.at++;
	path.left--; /* the bracket */
	*c = rj_line_trim(*c);
	return path;
}

/* The parameters of MAIL and RCPT, but for who was authenticated (RFC 4954 5). */
static struct rj_cursor keep_parameters(struct rj_arena *arena, struct rj_cursor c)
{
	struct rj_cursor kept = { .is_hard = true };
	uint8_t *text = NULL;

	if (c.left > RJ_DIALOGUE_MAX_TEXT)
		c.left = RJ_DIALOGUE_MAX_TEXT;
	if (c.left)
		text = rj_arena_alloc(arena, c.left);
	while (text && c.left) {
		struct rj_cursor word = rj_dialogue_word(&c);
		struct rj_cursor name = word;

		if (name.left > 5)
			name.left = 5;
		if (!word.left || rj_line_equals(name, "AUTH="))
			continue;
		if (kept.left)
			text[kept.left++] = ' ';
		memcpy(text + kept.left, word.at, word.left);
		kept.left += word.left;
	}
	kept.at = kept.left ? text : NULL;
	return kept;
}

/* FROM or TO, a colon, a path, parameters (RFC 5321 4.1.1.2 and 4.1.1.3). */
static void keep_path(struct rj_command *command, struct rj_arena *arena, struct rj_cursor argument)
{
	struct rj_cursor word;

	if (rj_line_word(&argument, ':', &word))
		return;
	argument = rj_line_trim(argument);
	command->address = rj_dialogue_text(arena, read_path(&argument));
	command->argument = keep_parameters(arena, argument);
}

/* RFC 3030 3: the size in octets, of what follows at once. */
static uint64_t read_size(struct rj_cursor argument)
{
	struct rj_cursor word = rj_dialogue_word(&argument);
	uint64_t size = 0;
	uint8_t ch;

	while (!rj_cursor_u8(&word, &ch)) {
		if (ch < '0' || ch > '9' || size > UINT32_MAX)
			return 0;
		size = size * 10 + (ch - '0');
	}
	return size;
}

static bool is_hello(const struct rj_verb *verb)
{
	return !strcmp(verb->name + 1, "HLO") || !strcmp(verb->name, "HELO");
}

/* Whether all that the client sent was answered; the greeting is answer to nothing. */
static bool is_all_answered(const struct smtp *s)
{
	return s->talk.num_answered > s->talk.num_sent;
}

/* What is no command within an authentication, or comes behind a challenge, belongs to that. */
static void take_command(struct smtp *s, struct rj_message *m, struct rj_cursor line)
{
	struct rj_cursor argument = line;
	const struct rj_verb *verb = rj_dialogue_verb(verbs, rj_dialogue_word(&argument));
	struct rj_command *command;

	if (!verb || (s->is_in_auth && s->last_code == 334 && is_all_answered(s))) {
		s->talk.num_sent++;
		s->talk.num_unknown += !s->is_in_auth;
		return;
	}
	command = rj_dialogue_command(&s->talk, m->arena, verb, argument);
	s->is_in_auth = !strcmp(verb->name, "AUTH");
	s->talk.is_tls_asked = s->talk.is_tls_asked || !strcmp(verb->name, "STARTTLS");
	if (!strcmp(verb->name, "DATA"))
		s->data = DATA_ASKED;
	else if (!strcmp(verb->name, "BDAT"))
		m->skip = read_size(argument);
	else if (command && (!strcmp(verb->name, "MAIL") || !strcmp(verb->name, "RCPT")))
		keep_path(command, m->arena, argument);
	else if (!s->helo.at && is_hello(verb))
		s->helo = rj_dialogue_text(m->arena, rj_dialogue_word(&argument));
}

static void take_capability(struct smtp *s, struct rj_message *m, struct rj_cursor text)
{
	struct rj_cursor word = text;

	rj_dialogue_list(&s->talk.capabilities, m->arena, text);
	word = rj_dialogue_word(&word);
	s->talk.is_tls_offered = s->talk.is_tls_offered || rj_line_equals(word, "STARTTLS");
}

/* RFC 5321 4.3.2; the middle of a connection starts with others. */
static bool is_greeting(uint16_t code)
{
	return code == 220 || code == 421 || code == 554;
}

/* A reply of several lines to EHLO is what lists capabilities (RFC 5321 4.1.1.1). */
static void take_reply(struct smtp *s, struct rj_message *m, struct rj_cursor line)
{
	struct rj_reply_line reply;

	if (!rj_reply_line_read(line, &reply)) {
		s->talk.is_malformed = true;
		return;
	}
	if (!s->is_in_reply) {
		if (!s->talk.num_answered && is_greeting(reply.code))
			s->talk.banner = rj_dialogue_text(m->arena, reply.text);
		rj_dialogue_reply(&s->talk, m->arena, reply.code, reply.text);
		s->last_code = reply.code;
		s->is_in_list = reply.code == 250 && !reply.is_last && !s->seen_list;
	} else if (s->is_in_list) {
		take_capability(s, m, reply.text);
		s->seen_list = true;
	}
	s->is_in_reply = !reply.is_last;
}

/* Where the server answered all and not by 354, it wants no mail; before, it is presumed to. */
static bool is_in_mail(const struct smtp *s)
{
	return s->data == DATA_SENT ||
	       (s->data == DATA_ASKED && (!is_all_answered(s) || s->last_code == 354));
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct smtp *s = state;
	bool is_client = s->talk.server && s->talk.server != 1 + m->side;
	bool is_body = is_client && is_in_mail(s);
	struct rj_reply_line reply;
	struct rj_cursor line;
	enum rj_status st = rj_dialogue_read(&s->talk, m, c, is_body, &line);

	if (st)
		return st;
	if (is_client)
		s->data = is_body ? DATA_SENT : NO_DATA;
	if (!line.at)
		return RJ_OK;
	if (is_body && rj_line_equals(line, ".")) {
		s->data = NO_DATA;
		s->talk.num_sent++;
	} else if (rj_dialogue_is_server(&s->talk, m, rj_reply_line_read(line, &reply))) {
		take_reply(s, m, line);
	} else if (!is_body) {
		take_command(s, m, line);
	}
	return RJ_OK;
}

enum field { F_HOSTNAME = RJ_DIALOGUE_NUM_FIELDS, F_HELO, F_ADDRESS, F_CODE, NUM_FIELDS };

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[RJ_DIALOGUE_F_OBJECT] = { "smtp", RJ_TYPE_OBJECT, "", 0, "RFC 5321",
		"What both sides of SMTP or LMTP said, without mails and credentials." },
	RJ_DIALOGUE_ROWS("RFC 5321", "RFC 5321 4.1.1.1", "RFC 3207"),
	[F_HOSTNAME] = { "hostname", RJ_TYPE_STRING, "", 0, "RFC 5321 4.2",
		"Name that the server greets with." },
	[F_HELO] = { "helo", RJ_TYPE_WORDS, "", 0, "RFC 5321 4.1.1.1",
		"Name or address that the client gave with its first EHLO, HELO or LHLO." },
	[F_ADDRESS] = { "address", RJ_TYPE_WORDS, "", 0, "RFC 5321 4.1.2",
		"Mailbox of MAIL or RCPT, without angle brackets; empty for the null sender." },
	[F_CODE] = { "code", RJ_TYPE_UINT, "", 0, "RFC 5321 4.2", "Its three digits." },
};
/* clang-format on */

/*
 * Those of an authentication (RFC 4954 4 and 6), and those that may repeat a line that was not
 * understood.
 */
static bool is_secret(uint16_t code)
{
	return code == 235 || code == 334 || code == 432 || (code >= 500 && code <= 504) ||
	       (code >= 534 && code <= 538);
}

static bool put_reply(const struct rj_dialogue *d, const struct rj_reply *reply,
		      struct rj_visitor *v)
{
	(void)d;
	v->ops->u64(v, &fields[F_CODE], reply->code);
	return !is_secret(reply->code);
}

static bool is_tls_accepted(const struct rj_dialogue *d)
{
	const struct rj_command *asked = rj_dialogue_last(d, "STARTTLS");
	const struct rj_reply *reply = asked ? rj_dialogue_answer(d, asked->nr) : NULL;

	return d->has_left || (reply && reply->code == 220);
}

/* The greeting's first word, where the server let the client in. */
static void put_hostname(const struct rj_dialogue *d, struct rj_visitor *v)
{
	struct rj_cursor text = d->banner;

	if (d->first_reply && d->first_reply->code == 220 && text.left)
		rj_dialogue_put_text(v, &fields[F_HOSTNAME], rj_dialogue_word(&text));
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct smtp *s = state;

	(void)originator;
	if (!s->talk.server)
		return;
	rj_dialogue_put_head(&s->talk, v, fields);
	put_hostname(&s->talk, v);
	rj_dialogue_put_text(v, &fields[F_HELO], s->helo);
	rj_dialogue_put_capabilities(&s->talk, v, fields, is_tls_accepted(&s->talk));
	rj_dialogue_put_commands(&s->talk, v, fields, NULL, &fields[F_ADDRESS]);
	rj_dialogue_put_replies(&s->talk, v, fields, put_reply);
}

static int originator_of(const void *state)
{
	const struct smtp *s = state;

	return rj_dialogue_client(&s->talk);
}

const struct rj_dissector rj_smtp = {
	.name = "smtp",
	.reference = "RFC 5321",
	.over = RJ_OVER_TCP,
	.ports = ports,
	.state_bytes = sizeof(struct smtp),
	.max_bytes = RJ_DIALOGUE_MAX_BYTES,
	.leads_on = true,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.originator = originator_of,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
