/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for IMAP: greeting, commands, replies; literals are passed over (RFC 9051). */
#include "proto/common/dialogue.h"
#include "proto/common/line.h"
#include "proto/common/put.h"
#include "proto/registry.h"

/* What a reply says: its code in struct rj_reply. */
enum answer { OK, NO, BAD, PREAUTH, BYE, NUM_ANSWERS };

static const char *const answers[NUM_ANSWERS] = { "OK", "NO", "BAD", "PREAUTH", "BYE" };

#define NUM_ID_FIELDS 6u

/* struct tag - the first bytes of one. */
struct tag {
	uint8_t bytes[RJ_DIALOGUE_MAX_TAG];
	uint8_t len;
};

/*
 * struct imap - @literal: by side: octets that stand behind the line before, and then its rest
 * @is_rest: by side: the next line is the rest of the one before the literal
 * @asked, @answered: tags of the last command, and of the last reply since it
 * @id: what either side says of itself, by enum id_side
 */
struct imap {
	struct rj_dialogue talk;
	uint32_t literal[2];
	bool is_rest[2];
	struct tag asked;
	struct tag answered;
	struct rj_cursor id[2][NUM_ID_FIELDS];
	bool is_in_auth;
	bool is_idle;
	bool is_compressing;
};

enum id_side { ID_CLIENT, ID_SERVER };

#define PORT_IMAP 143u

static const uint16_t ports[] = { PORT_IMAP, 0 };

#define SHOWN RJ_ARGUMENT_SHOWN
#define LEFT_OUT RJ_ARGUMENT_LEFT_OUT

/*
 * RFC 9051 6, RFC 3501, and IANA's capabilities. What names users, or lets in who has it, is left
 * out; ID is kept by keep_id.
 */
static const struct rj_verb verbs[] = {
	{ "CAPABILITY", SHOWN, false },
	{ "NOOP", SHOWN, false },
	{ "LOGOUT", SHOWN, false },
	{ "STARTTLS", SHOWN, false },
	{ "LOGIN", LEFT_OUT, true },
	{ "AUTHENTICATE", RJ_ARGUMENT_MECHANISM, true },
	{ "ENABLE", SHOWN, false },
	{ "SELECT", SHOWN, false },
	{ "EXAMINE", SHOWN, false },
	{ "CREATE", SHOWN, false },
	{ "DELETE", SHOWN, false },
	{ "RENAME", SHOWN, false },
	{ "SUBSCRIBE", SHOWN, false },
	{ "UNSUBSCRIBE", SHOWN, false },
	{ "LIST", SHOWN, false },
	{ "LSUB", SHOWN, false },
	{ "XLIST", SHOWN, false },
	{ "NAMESPACE", SHOWN, false },
	{ "STATUS", SHOWN, false },
	{ "APPEND", SHOWN, false },
	{ "IDLE", SHOWN, false },
	{ "CHECK", SHOWN, false },
	{ "CLOSE", SHOWN, false },
	{ "UNSELECT", SHOWN, false },
	{ "EXPUNGE", SHOWN, false },
	{ "SEARCH", SHOWN, false },
	{ "FETCH", SHOWN, false },
	{ "STORE", SHOWN, false },
	{ "COPY", SHOWN, false },
	{ "MOVE", SHOWN, false },
	{ "UID", SHOWN, false },
	{ "SORT", SHOWN, false },
	{ "THREAD", SHOWN, false },
	{ "COMPRESS", SHOWN, false },
	{ "NOTIFY", SHOWN, false },
	{ "LANGUAGE", SHOWN, false },
	{ "ID", LEFT_OUT, false },
	{ "SETACL", LEFT_OUT, true },
	{ "DELETEACL", LEFT_OUT, true },
	{ "GETACL", LEFT_OUT, true },
	{ "LISTRIGHTS", LEFT_OUT, true },
	{ "MYRIGHTS", LEFT_OUT, true },
	{ "GETQUOTA", LEFT_OUT, true },
	{ "SETQUOTA", LEFT_OUT, true },
	{ "GETQUOTAROOT", LEFT_OUT, true },
	{ "GETMETADATA", LEFT_OUT, true },
	{ "SETMETADATA", LEFT_OUT, true },
	{ "PROXYAUTH", LEFT_OUT, true },
	{ "UNAUTHENTICATE", SHOWN, true },
	{ "GENURLAUTH", LEFT_OUT, true },
	{ "RESETKEY", LEFT_OUT, true },
	{ "URLFETCH", LEFT_OUT, true },
	{ NULL, LEFT_OUT, false },
};

/* RFC 2971 3.3, those that tell of the program; the rows of both sides are in this order. */
static const char *const id_names[NUM_ID_FIELDS] = { "name",	   "version", "os",
						     "os-version", "vendor",  "support-url" };

static bool read_answer(struct rj_cursor word, uint16_t *out)
{
	for (uint16_t i = 0; i < NUM_ANSWERS; i++) {
		if (rj_line_equals(word, answers[i])) {
			*out = i;
			return true;
		}
	}
	return false;
}

/* Of the server: an untagged line, one that asks for more, a tag with an answer (RFC 9051 7). */
static bool is_answer(struct rj_cursor line)
{
	struct rj_cursor tag = rj_dialogue_word(&line);
	uint16_t answer;

	return rj_line_equals(tag, "*") || rj_line_equals(tag, "+") ||
	       read_answer(rj_dialogue_word(&line), &answer);
}

static bool is_tag(struct rj_cursor tag)
{
	uint8_t ch;

	if (!tag.left || tag.left > RJ_DIALOGUE_MAX_TAG)
		return false;
	while (!rj_cursor_u8(&tag, &ch))
		if (ch <= ' ' || ch > '~' || strchr("(){%*\"\\+", ch))
			return false;
	return true;
}

/* A tag, a blank and a command; asked on its own port alone. */
static enum rj_probe probe_client(struct rj_cursor bytes)
{
	struct rj_cursor tag;

	if (!rj_line_word(&bytes, ' ', &tag))
		return is_tag(tag) ? rj_dialogue_probe_verb(verbs, bytes) : RJ_PROBE_NO;
	return is_tag(bytes) ? RJ_PROBE_MORE : RJ_PROBE_NO;
}

static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	static const char *const greetings[] = { "* OK", "* PREAUTH ", "* BYE ", NULL };
	static const char *const untagged[] = { "* ", "+ ", NULL };
	struct rj_cursor c = bytes;
	uint8_t first;

	if (rj_cursor_u8(&c, &first))
		return RJ_PROBE_MORE;
	if (m->src_port == PORT_IMAP)
		return rj_dialogue_probe_texts(bytes, untagged);
	if (first == '*')
		return rj_dialogue_probe_texts(bytes, greetings);
	return m->dst_port == PORT_IMAP ? probe_client(bytes) : RJ_PROBE_NO;
}

static struct tag tag_of(struct rj_cursor word)
{
	struct tag tag = { .len = 0 };

	if (word.left <= sizeof(tag.bytes)) {
		tag.len = (uint8_t)word.left;
		memcpy(tag.bytes, word.at, word.left);
	}
	return tag;
}

static bool is_same(const struct tag *a, const struct tag *b)
{
	return a->len && a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

/* What a line ends with where a literal follows: {n}, {n+} or {n-} (RFC 9051 4.3). */
static bool ends_with_literal(struct rj_cursor line, uint32_t *ret_len)
{
	struct rj_cursor before;
	uint64_t len = 0;
	size_t num = 0;
	uint8_t ch = 0;

	if (!rj_line_has(line, '{') || rj_line_has(line, '\0'))
		return false;
	while (!rj_line_word(&line, '{', &before))
		;
	while (!rj_cursor_u8(&line, &ch) && ch >= '0' && ch <= '9' && len <= UINT32_MAX) {
		len = len * 10 + (ch - '0');
		num++;
	}
	if (line.left && (ch == '+' || ch == '-') && rj_cursor_u8(&line, &ch))
		return false;
	if (!num || line.left || ch != '}' || len > UINT32_MAX)
		return false;
	*ret_len = (uint32_t)len;
	return true;
}

/* The next quoted string or NIL of a list; escapes stay as they are (RFC 9051 4.3). */
static bool read_quoted(struct rj_cursor *c, struct rj_cursor *out)
{
	struct rj_cursor text, before;
	bool is_escaped = false;
	uint8_t ch = 0;

	if (rj_line_word(c, '"', &before))
		return false;
	text = (struct rj_cursor){ .at = c->at, .is_hard = true };
	while (!rj_cursor_u8(c, &ch) && (ch != '"' || is_escaped)) {
		is_escaped = ch == '\\' && !is_escaped;
		text.left++;
	}
	*out = text;
	return ch == '"';
}

static bool is_nil(struct rj_cursor c)
{
	c = rj_line_trim(c);
	if (c.left > 3)
		c.left = 3;
	return rj_line_equals(c, "NIL");
}

/* RFC 2971 3: pairs of strings in brackets; those that are known are kept, at first. */
static void keep_id(struct rj_cursor id[NUM_ID_FIELDS], struct rj_arena *arena, struct rj_cursor c)
{
	struct rj_cursor name, value;

	while (read_quoted(&c, &name)) {
		if (is_nil(c)) {
			c = rj_line_trim(c);
			c.at += 3;
			c.left -= 3;
			continue;
		}
		if (!read_quoted(&c, &value))
			return;
		for (unsigned int i = 0; i < NUM_ID_FIELDS; i++)
			if (!id[i].at && rj_line_equals(name, id_names[i]))
				id[i] = rj_dialogue_text(arena, value);
	}
}

/* Without a tag and a command it belongs to an authentication, to IDLE, or is not known. */
static void take_command(struct imap *s, struct rj_message *m, struct rj_cursor line)
{
	struct rj_cursor argument = line, tag = rj_dialogue_word(&argument);
	const struct rj_verb *verb = rj_dialogue_verb(verbs, rj_dialogue_word(&argument));
	struct rj_command *command;

	if (!verb || !is_tag(tag)) {
		s->talk.num_unknown += !s->is_in_auth && !s->is_idle;
		s->is_idle = false;
		return;
	}
	command = rj_dialogue_command(&s->talk, m->arena, verb, argument);
	if (command)
		command->tag = rj_dialogue_text(m->arena, tag);
	s->asked = tag_of(tag);
	s->answered.len = 0;
	s->is_in_auth = !strcmp(verb->name, "AUTHENTICATE");
	s->is_idle = !strcmp(verb->name, "IDLE");
	s->talk.is_tls_asked = s->talk.is_tls_asked || !strcmp(verb->name, "STARTTLS");
	if (!strcmp(verb->name, "ID"))
		keep_id(s->id[ID_CLIENT], m->arena, argument);
	if (!strcmp(verb->name, "COMPRESS")) /* what follows is none of ours (RFC 4978) */
		s->is_compressing = m->is_done = true;
}

static void take_capabilities(struct imap *s, struct rj_message *m, struct rj_cursor words)
{
	if (s->talk.capabilities.first)
		return;
	while (words.left) {
		struct rj_cursor word = rj_dialogue_word(&words);

		if (!word.left)
			continue;
		rj_dialogue_list(&s->talk.capabilities, m->arena, word);
		s->talk.is_tls_offered = s->talk.is_tls_offered || rj_line_equals(word, "STARTTLS");
	}
}

/* RFC 9051 7.1: a code in brackets before the text, whose first word is its name. */
static struct rj_cursor read_code(struct imap *s, struct rj_message *m, struct rj_cursor *text)
{
	struct rj_cursor ahead = *text, code = { .is_hard = true }, words;
	uint8_t first;

	if (rj_cursor_u8(&ahead, &first) || first != '[' || rj_line_word(&ahead, ']', &words))
		return code;
	code = rj_dialogue_word(&words);
	if (rj_line_equals(code, "CAPABILITY"))
		take_capabilities(s, m, words);
	*text = rj_line_trim(ahead);
	return code;
}

static void take_answer(struct imap *s, struct rj_message *m, struct rj_cursor tag, uint16_t answer,
			struct rj_cursor text)
{
	bool is_tagged = !rj_line_equals(tag, "*");
	struct rj_cursor code = read_code(s, m, &text);
	struct rj_reply *reply;

	if (!is_tagged && s->talk.num_answered && answer != BYE)
		return;
	if (!is_tagged && !s->talk.num_answered)
		s->talk.banner = rj_dialogue_text(m->arena, text);
	reply = rj_dialogue_reply(&s->talk, m->arena, answer, text);
	if (reply && is_tagged)
		reply->tag = rj_dialogue_text(m->arena, tag);
	if (reply && code.at)
		reply->detail = rj_dialogue_text(m->arena, code);
	if (!is_tagged)
		return;
	s->answered = tag_of(tag);
	if (s->is_compressing && is_same(&s->answered, &s->asked) && answer == OK)
		m->is_done = true;
}

/* Of what is untagged the greeting, a farewell, capabilities and ID. */
static void take_reply(struct imap *s, struct rj_message *m, struct rj_cursor line)
{
	struct rj_cursor tag = rj_dialogue_word(&line), word = rj_dialogue_word(&line);
	bool is_untagged = rj_line_equals(tag, "*");
	uint16_t answer;

	if (rj_line_equals(tag, "+"))
		return;
	if (read_answer(word, &answer) && (is_untagged || is_tag(tag)))
		take_answer(s, m, tag, answer, line);
	else if (is_untagged && rj_line_equals(word, "CAPABILITY"))
		take_capabilities(s, m, line);
	else if (is_untagged && rj_line_equals(word, "ID"))
		keep_id(s->id[ID_SERVER], m->arena, line);
	else if (!is_untagged)
		s->talk.is_malformed = true;
}

/* Passes over a literal, unless the server ended the command instead of waiting for it. */
RJ_MUST_CHECK static enum rj_status pass_literal(struct imap *s, struct rj_message *m,
						 struct rj_cursor *c)
{
	unsigned int side = m->side;
	uint32_t literal = s->literal[side];
	size_t len = c->left < literal ? c->left : literal;
	enum rj_status st = RJ_OK;

	if (!c->left)
		return rj_cursor_short(c);
	st = rj_cursor_skip(c, len);
	if (st)
		return st;
	rj_dialogue_passed(&s->talk, m, len);
	m->skip = literal - len;
	s->literal[side] = 0;
	return RJ_OK;
}

static bool is_refused(const struct imap *s, unsigned int side)
{
	return s->talk.server != 1 + side && is_same(&s->asked, &s->answered);
}

static void take_line(struct imap *s, struct rj_message *m, struct rj_cursor line)
{
	bool is_rest = s->is_rest[m->side];

	s->is_rest[m->side] = ends_with_literal(line, &s->literal[m->side]);
	if (is_rest)
		return;
	if (rj_dialogue_is_server(&s->talk, m, is_answer(line)))
		take_reply(s, m, line);
	else
		take_command(s, m, line);
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct imap *s = state;
	bool is_rest = s->is_rest[m->side] && !is_refused(s, m->side);
	struct rj_cursor line;
	enum rj_status st;

	if (is_rest && s->literal[m->side])
		return pass_literal(s, m, c);
	st = rj_dialogue_read(&s->talk, m, c, is_rest, &line);
	if (st || !line.at)
		return st;
	s->is_rest[m->side] = is_rest;
	take_line(s, m, line);
	return RJ_OK;
}

enum field {
	F_CLIENT_ID = RJ_DIALOGUE_NUM_FIELDS,
	F_SERVER_ID,
	F_ID, /* six of them, in the order of id_names */
	F_ID_LAST = F_ID + NUM_ID_FIELDS - 1,
	F_TAG,
	F_STATUS,
	F_RESPONSE_CODE,
	NUM_FIELDS
};

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[RJ_DIALOGUE_F_OBJECT] = { "imap", RJ_TYPE_OBJECT, "", 0, "RFC 9051",
		"What both sides of IMAP said, without mails and credentials." },
	RJ_DIALOGUE_ROWS("RFC 9051", "RFC 9051 7.2.2", "RFC 9051 6.2.1"),
	[F_CLIENT_ID] = { "client_id", RJ_TYPE_OBJECT, "", 0, "RFC 2971",
		"What the client says it is." },
	[F_SERVER_ID] = { "server_id", RJ_TYPE_OBJECT, "", 0, "RFC 2971",
		"What the server says it is." },
	[F_ID] = { "name", RJ_TYPE_STRING, "", 0, "RFC 2971 3.3", "Name of the program." },
	[F_ID + 1] = { "version", RJ_TYPE_STRING, "", 0, "RFC 2971 3.3", "Its version." },
	[F_ID + 2] = { "os", RJ_TYPE_STRING, "", 0, "RFC 2971 3.3", "Operating system." },
	[F_ID + 3] = { "os_version", RJ_TYPE_STRING, "", 0, "RFC 2971 3.3", "Version of that." },
	[F_ID + 4] = { "vendor", RJ_TYPE_STRING, "", 0, "RFC 2971 3.3",
		"Vendor of the program." },
	[F_ID + 5] = { "support_url", RJ_TYPE_STRING, "", 0, "RFC 2971 3.3",
		"Where to find help." },
	[F_TAG] = { "tag", RJ_TYPE_STRING, "", 0, "RFC 9051 2.2.1",
		"Tag of a command, and of its reply." },
	[F_STATUS] = { "status", RJ_TYPE_STRING, "", 0, "RFC 9051 7.1",
		"OK, NO, BAD, PREAUTH or BYE." },
	[F_RESPONSE_CODE] = { "response_code", RJ_TYPE_STRING, "", 0, "RFC 9051 7.1",
		"Name of the code in brackets before the text." },
};
/* clang-format on */

/* The command that a reply's tag names, where there is only one with this tag. */
static const struct rj_command *asked_by(const struct rj_dialogue *d, const struct rj_reply *reply)
{
	const struct rj_command *found = NULL;

	for (const struct rj_command *at = d->first_command; at; at = at->next) {
		if (at->tag.left != reply->tag.left ||
		    memcmp(at->tag.at, reply->tag.at, at->tag.left) != 0)
			continue;
		if (found)
			return NULL;
		found = at;
	}
	return found;
}

/* The text of a reply may tell who is there: it is shown for commands known to be others. */
static bool put_reply(const struct rj_dialogue *d, const struct rj_reply *reply,
		      struct rj_visitor *v)
{
	const struct rj_command *asked = reply->tag.left ? asked_by(d, reply) : NULL;

	rj_dialogue_put_text(v, &fields[F_TAG], reply->tag);
	rj_put_word(v, &fields[F_STATUS], answers[reply->code]);
	rj_dialogue_put_text(v, &fields[F_RESPONSE_CODE], reply->detail);
	return !reply->tag.left || (asked && !asked->verb->is_secret);
}

static bool is_tls_accepted(const struct rj_dialogue *d)
{
	const struct rj_command *asked = rj_dialogue_last(d, "STARTTLS");

	for (const struct rj_reply *at = d->first_reply; asked && at; at = at->next)
		if (at->code == OK && at->tag.left && asked_by(d, at) == asked)
			return true;
	return d->has_left;
}

static void put_id(const struct rj_cursor id[NUM_ID_FIELDS], enum field field, struct rj_visitor *v)
{
	bool is_open = false;

	for (unsigned int i = 0; i < NUM_ID_FIELDS; i++) {
		if (!id[i].at)
			continue;
		if (!is_open)
			v->ops->open(v, &fields[field]);
		is_open = true;
		rj_dialogue_put_text(v, &fields[F_ID + i], id[i]);
	}
	if (is_open)
		v->ops->close(v);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct imap *s = state;

	(void)originator;
	if (!s->talk.server)
		return;
	rj_dialogue_put_head(&s->talk, v, fields);
	rj_dialogue_put_capabilities(&s->talk, v, fields, is_tls_accepted(&s->talk));
	put_id(s->id[ID_CLIENT], F_CLIENT_ID, v);
	put_id(s->id[ID_SERVER], F_SERVER_ID, v);
	rj_dialogue_put_commands(&s->talk, v, fields, &fields[F_TAG], NULL);
	rj_dialogue_put_replies(&s->talk, v, fields, put_reply);
}

static int originator_of(const void *state)
{
	const struct imap *s = state;

	return rj_dialogue_client(&s->talk);
}

const struct rj_dissector rj_imap = {
	.name = "imap",
	.reference = "RFC 9051",
	.over = RJ_OVER_TCP,
	.ports = ports,
	.state_bytes = sizeof(struct imap),
	.max_bytes = RJ_DIALOGUE_MAX_BYTES,
	.leads_on = true,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.originator = originator_of,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
