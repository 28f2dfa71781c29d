/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands and replies in lines: what SMTP, FTP, POP3 and IMAP share. */
#include "proto/common/dialogue.h"

#include "proto/common/line.h"
#include "proto/common/put.h"
#include "proto/registry.h"

#define MAX_MECHANISM 20u /* RFC 4422 3.1 */

static const struct rj_cursor none = { .is_hard = true };

void rj_dialogue_passed(struct rj_dialogue *d, struct rj_message *m, size_t len)
{
	d->num_read[m->side] += (uint32_t)len;
	if (d->num_read[m->side] < RJ_DIALOGUE_MAX_BYTES)
		return;
	d->is_full = true;
	m->is_done = true;
}

/* A line, or the first part of one that is too long, of which *@ret_is_cut then tells. */
RJ_MUST_CHECK static enum rj_status read_line(struct rj_cursor *c, struct rj_cursor *out,
					      bool *ret_is_cut)
{
	struct rj_cursor ahead = *c;
	enum rj_status st = rj_line_read(&ahead, out);
	bool is_cut = (st || out->left > RJ_DIALOGUE_MAX_LINE) && c->left > RJ_DIALOGUE_MAX_LINE;

	*ret_is_cut = is_cut;
	if (is_cut)
		return rj_cursor_sub(c, RJ_DIALOGUE_MAX_LINE, out);
	if (!st)
		*c = ahead;
	return st;
}

/* Up to the end of a line whose first part was read; as much as there is of it. */
RJ_MUST_CHECK static enum rj_status pass_rest(struct rj_cursor *c, bool *ret_is_cut)
{
	struct rj_cursor unused;

	if (!c->left)
		return rj_cursor_short(c);
	*ret_is_cut = rj_line_read(c, &unused) != RJ_OK;
	return *ret_is_cut ? rj_cursor_skip(c, c->left) : RJ_OK;
}

/* TLS starts where a line would; no line starts with the type of a record. */
RJ_MUST_CHECK static enum rj_status look_for_tls(const struct rj_message *m,
						 const struct rj_cursor *c, bool *ret_is_tls)
{
	enum rj_probe answer = rj_tls.probe(m, *c);

	*ret_is_tls = answer == RJ_PROBE_YES;
	return answer == RJ_PROBE_MORE && !c->is_hard ? RJ_TRUNCATED : RJ_OK;
}

enum rj_status rj_dialogue_read(struct rj_dialogue *d, struct rj_message *m, struct rj_cursor *c,
				bool is_body, struct rj_cursor *out)
{
	bool is_rest = d->is_in_line[m->side], is_tls = false, is_cut = false;
	struct rj_cursor line = none;
	size_t len = c->left;
	enum rj_status st = RJ_OK;

	if (!is_rest && !is_body)
		st = look_for_tls(m, c, &is_tls);
	if (is_tls) {
		d->has_left = true;
		m->hands_over = true;
		*out = none;
		return RJ_OK;
	}
	if (!st)
		st = is_rest ? pass_rest(c, &is_cut) : read_line(c, &line, &is_cut);
	if (st == RJ_TRUNCATED && len && d->num_read[m->side] + len >= RJ_DIALOGUE_MAX_BYTES) {
		line = none;
		st = rj_cursor_skip(c, len);
	}
	if (st)
		return st;
	d->is_in_line[m->side] = is_cut;
	rj_dialogue_passed(d, m, len - c->left);
	*out = line;
	return RJ_OK;
}

bool rj_dialogue_is_server(struct rj_dialogue *d, const struct rj_message *m, bool is_reply)
{
	unsigned int side = m->side;
	bool is_server;

	if (!d->server)
		d->server = (uint8_t)(1 + (is_reply ? side : !side));
	if (!d->first_ns[side])
		d->first_ns[side] = m->time_ns;
	is_server = d->server == 1 + side;
	if (is_server && !d->num_answered && d->first_ns[!side] &&
	    d->first_ns[!side] < d->first_ns[side])
		d->num_answered = 1;
	return is_server;
}

struct rj_cursor rj_dialogue_word(struct rj_cursor *c)
{
	struct rj_cursor word;

	if (rj_line_word(c, ' ', &word)) {
		word = *c;
		c->at += c->left;
		c->left = 0;
	}
	*c = rj_line_trim(*c);
	return word;
}

const struct rj_verb *rj_dialogue_verb(const struct rj_verb *verbs, struct rj_cursor word)
{
	for (; verbs->name; verbs++)
		if (rj_line_equals(word, verbs->name))
			return verbs;
	return NULL;
}

/* The first bytes of @c, at most @len. */
static struct rj_cursor head_of(struct rj_cursor c, size_t len)
{
	if (c.left > len)
		c.left = (uint32_t)len;
	return c;
}

enum rj_probe rj_dialogue_probe_texts(struct rj_cursor bytes, const char *const *texts)
{
	enum rj_probe answer = RJ_PROBE_NO;

	for (; *texts; texts++) {
		struct rj_cursor head = head_of(bytes, strlen(*texts));

		if (!rj_line_begins(head, *texts))
			continue;
		if (head.left == strlen(*texts))
			return RJ_PROBE_YES;
		answer = RJ_PROBE_MORE;
	}
	return answer;
}

enum rj_probe rj_dialogue_probe_verb(const struct rj_verb *verbs, struct rj_cursor bytes)
{
	struct rj_cursor word = { .at = bytes.at, .is_hard = true };
	uint8_t ch = 0;

	while (!rj_cursor_u8(&bytes, &ch) && ch != ' ' && ch != '\r' && ch != '\n')
		word.left++;
	if (ch == ' ' || ch == '\r' || ch == '\n')
		return rj_dialogue_verb(verbs, word) ? RJ_PROBE_YES : RJ_PROBE_NO;
	for (; verbs->name; verbs++)
		if (word.left <= strlen(verbs->name) && rj_line_begins(word, verbs->name))
			return RJ_PROBE_MORE;
	return RJ_PROBE_NO;
}

struct rj_cursor rj_dialogue_text(struct rj_arena *arena, struct rj_cursor text)
{
	const uint8_t *copy;

	text = head_of(text, RJ_DIALOGUE_MAX_TEXT);
	if (!text.left)
		return rj_cursor_init("", 0, true);
	copy = rj_arena_copy(arena, text.at, text.left);
	return rj_cursor_init(copy, copy ? text.left : 0, true);
}

/*
 * IANA's SASL mechanisms, some without what differs behind, and those of FTP (RFC 2228, RFC 4217).
 * Any other word may be what should have stood behind one.
 */
static bool is_mechanism(struct rj_cursor word)
{
	static const char *const names[] = {
		"PLAIN",  "LOGIN",   "CRAM-",	  "DIGEST-", "SCRAM-", "GSSAPI",   "GSS-",
		"GS2-",	  "NTLM",    "MSN",	  "XOAUTH",  "OAUTH",  "EXTERNAL", "ANONYMOUS",
		"OTP",	  "SKEY",    "KERBEROS_", "SECURID", "9798-",  "EAP-",	   "OPENID20",
		"SAML20", "SXOVER-", "TLS",	  "SSL",     "SRP",    NULL
	};

	return word.left <= MAX_MECHANISM && rj_dialogue_probe_texts(word, names) == RJ_PROBE_YES;
}

static struct rj_cursor shown_of(const struct rj_verb *verb, struct rj_cursor argument)
{
	struct rj_cursor word = argument;

	if (verb->argument == RJ_ARGUMENT_SHOWN)
		return argument;
	word = rj_dialogue_word(&word);
	if (verb->argument == RJ_ARGUMENT_WORD ||
	    (verb->argument == RJ_ARGUMENT_MECHANISM && is_mechanism(word)))
		return word;
	return none;
}

struct rj_command *rj_dialogue_command(struct rj_dialogue *d, struct rj_arena *arena,
				       const struct rj_verb *verb, struct rj_cursor argument)
{
	struct rj_command *kept = NULL;

	d->num_sent++;
	if (d->num_commands < RJ_DIALOGUE_MAX_COMMANDS)
		kept = rj_arena_alloc(arena, sizeof(*kept));
	if (!kept) {
		d->commands_skipped++;
		return NULL;
	}
	argument = shown_of(verb, argument);
	kept->verb = verb;
	kept->nr = d->num_sent;
	if (argument.left)
		kept->argument = rj_dialogue_text(arena, argument);
	if (d->last_command)
		d->last_command->next = kept;
	else
		d->first_command = kept;
	d->last_command = kept;
	d->num_commands++;
	return kept;
}

struct rj_reply *rj_dialogue_reply(struct rj_dialogue *d, struct rj_arena *arena, uint16_t code,
				   struct rj_cursor text)
{
	uint32_t nr = d->num_answered++;
	struct rj_reply *kept = NULL;

	if (d->num_replies < RJ_DIALOGUE_MAX_REPLIES)
		kept = rj_arena_alloc(arena, sizeof(*kept));
	if (!kept) {
		d->replies_skipped++;
		return NULL;
	}
	kept->nr = nr;
	kept->code = code;
	kept->text = rj_dialogue_text(arena, text);
	if (d->last_reply)
		d->last_reply->next = kept;
	else
		d->first_reply = kept;
	d->last_reply = kept;
	d->num_replies++;
	return kept;
}

void rj_dialogue_list(struct rj_texts *list, struct rj_arena *arena, struct rj_cursor text)
{
	struct rj_listed *kept = NULL;

	if (list->num < RJ_DIALOGUE_MAX_LISTED)
		kept = rj_arena_alloc(arena, sizeof(*kept));
	if (!kept) {
		list->num_skipped++;
		return;
	}
	kept->text = rj_dialogue_text(arena, text);
	if (list->last)
		list->last->next = kept;
	else
		list->first = kept;
	list->last = kept;
	list->num++;
}

const struct rj_command *rj_dialogue_asked(const struct rj_dialogue *d, uint32_t nr)
{
	const struct rj_command *command = d->first_command;

	while (command && command->nr != nr)
		command = command->next;
	return command;
}

const struct rj_reply *rj_dialogue_answer(const struct rj_dialogue *d, uint32_t nr)
{
	const struct rj_reply *reply = d->first_reply;

	while (reply && reply->nr != nr)
		reply = reply->next;
	return reply;
}

const struct rj_command *rj_dialogue_last(const struct rj_dialogue *d, const char *verb)
{
	const struct rj_command *last = NULL;

	for (const struct rj_command *at = d->first_command; at; at = at->next)
		if (!strcmp(at->verb->name, verb))
			last = at;
	return last;
}

void rj_dialogue_put_text(struct rj_visitor *v, const struct rj_field *f, struct rj_cursor text)
{
	if (f && text.at)
		v->ops->string(v, f, text.at, text.left);
}

static void put_number(struct rj_visitor *v, const struct rj_field *f, uint64_t value)
{
	if (value)
		v->ops->u64(v, f, value);
}

void rj_dialogue_put_head(const struct rj_dialogue *d, struct rj_visitor *v,
			  const struct rj_field *fields)
{
	v->ops->open(v, &fields[RJ_DIALOGUE_F_OBJECT]);
	if (d->banner.left)
		rj_dialogue_put_text(v, &fields[RJ_DIALOGUE_F_BANNER], d->banner);
}

void rj_dialogue_put_capabilities(const struct rj_dialogue *d, struct rj_visitor *v,
				  const struct rj_field *fields, bool is_tls_accepted)
{
	if (d->capabilities.first) {
		v->ops->open(v, &fields[RJ_DIALOGUE_F_CAPABILITIES]);
		for (const struct rj_listed *at = d->capabilities.first; at; at = at->next)
			rj_dialogue_put_text(v, &fields[RJ_DIALOGUE_F_CAPABILITY], at->text);
		v->ops->close(v);
	}
	put_number(v, &fields[RJ_DIALOGUE_F_CAPABILITIES_SKIPPED], d->capabilities.num_skipped);
	if (!d->is_tls_offered && !d->is_tls_asked && !is_tls_accepted)
		return;
	v->ops->open(v, &fields[RJ_DIALOGUE_F_STARTTLS]);
	v->ops->boolean(v, &fields[RJ_DIALOGUE_F_OFFERED], d->is_tls_offered);
	v->ops->boolean(v, &fields[RJ_DIALOGUE_F_ASKED], d->is_tls_asked);
	v->ops->boolean(v, &fields[RJ_DIALOGUE_F_ACCEPTED], is_tls_accepted);
	v->ops->close(v);
}

void rj_dialogue_put_commands(const struct rj_dialogue *d, struct rj_visitor *v,
			      const struct rj_field *fields, const struct rj_field *tag,
			      const struct rj_field *address)
{
	if (d->first_command)
		v->ops->open(v, &fields[RJ_DIALOGUE_F_COMMANDS]);
	for (const struct rj_command *at = d->first_command; at; at = at->next) {
		v->ops->open(v, &fields[RJ_DIALOGUE_F_COMMANDS_ITEM]);
		rj_dialogue_put_text(v, tag, at->tag);
		rj_put_word(v, &fields[RJ_DIALOGUE_F_COMMAND], at->verb->name);
		rj_dialogue_put_text(v, address, at->address);
		rj_dialogue_put_text(v, &fields[RJ_DIALOGUE_F_ARGUMENT], at->argument);
		v->ops->close(v);
	}
	if (d->first_command)
		v->ops->close(v);
	put_number(v, &fields[RJ_DIALOGUE_F_COMMANDS_SKIPPED], d->commands_skipped);
	put_number(v, &fields[RJ_DIALOGUE_F_COMMANDS_UNKNOWN], d->num_unknown);
}

void rj_dialogue_put_replies(const struct rj_dialogue *d, struct rj_visitor *v,
			     const struct rj_field *fields,
			     bool (*put)(const struct rj_dialogue *d, const struct rj_reply *reply,
					 struct rj_visitor *v))
{
	if (d->first_reply)
		v->ops->open(v, &fields[RJ_DIALOGUE_F_REPLIES]);
	for (const struct rj_reply *at = d->first_reply; at; at = at->next) {
		v->ops->open(v, &fields[RJ_DIALOGUE_F_REPLIES_ITEM]);
		if (put(d, at, v) && at->text.left)
			rj_dialogue_put_text(v, &fields[RJ_DIALOGUE_F_TEXT], at->text);
		v->ops->close(v);
	}
	if (d->first_reply)
		v->ops->close(v);
	put_number(v, &fields[RJ_DIALOGUE_F_REPLIES_SKIPPED], d->replies_skipped);
	if (d->is_full)
		v->ops->boolean(v, &fields[RJ_DIALOGUE_F_MORE], 1);
	if (d->is_malformed)
		v->ops->boolean(v, &fields[RJ_DIALOGUE_F_MALFORMED], 1);
	v->ops->close(v);
}
