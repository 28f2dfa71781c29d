/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for FTP's control connection: greeting, commands, replies, endpoints (RFC 959). */
#include "proto/common/dialogue.h"
#include "proto/common/line.h"
#include "proto/common/put.h"
#include "proto/common/reply_code.h"
#include "proto/ftp/endpoint.h"
#include "proto/registry.h"

#define MAX_ENDPOINTS 32u /* ours: as many transfers */

/* struct listed_endpoint - where a data connection goes to; @by: the command that asked. */
struct listed_endpoint {
	struct listed_endpoint *next;
	const char *by;
	struct rj_endpoint to;
};

struct ftp {
	struct rj_dialogue talk;
	struct rj_cursor system;
	struct listed_endpoint *first_endpoint;
	struct listed_endpoint *last_endpoint;
	uint32_t num_endpoints;
	uint32_t endpoints_skipped;
	uint16_t code; /* of the reply that is not over */
	bool is_in_reply;
	bool is_in_list; /* of features */
	bool seen_list;
};

static const uint16_t ports[] = { RJ_PORT_FTP, 0 };

#define SHOWN RJ_ARGUMENT_SHOWN
#define LEFT_OUT RJ_ARGUMENT_LEFT_OUT
#define WORD RJ_ARGUMENT_WORD
#define MECHANISM RJ_ARGUMENT_MECHANISM

/*
 * IANA's list of commands and extensions, and some that are common. Endpoints are kept by
 * keep_endpoint; SITE may have passwords behind its own command.
 */
static const struct rj_verb verbs[] = {
	{ "USER", LEFT_OUT, true },  { "PASS", LEFT_OUT, true },  { "ACCT", LEFT_OUT, true },
	{ "CWD", SHOWN, false },     { "CDUP", SHOWN, false },	  { "SMNT", SHOWN, false },
	{ "REIN", SHOWN, false },    { "QUIT", SHOWN, false },	  { "PORT", LEFT_OUT, false },
	{ "PASV", SHOWN, false },    { "EPRT", LEFT_OUT, false }, { "EPSV", SHOWN, false },
	{ "LPRT", LEFT_OUT, false }, { "LPSV", SHOWN, false },	  { "TYPE", SHOWN, false },
	{ "STRU", SHOWN, false },    { "MODE", SHOWN, false },	  { "RETR", SHOWN, false },
	{ "STOR", SHOWN, false },    { "STOU", SHOWN, false },	  { "APPE", SHOWN, false },
	{ "ALLO", SHOWN, false },    { "REST", SHOWN, false },	  { "RNFR", SHOWN, false },
	{ "RNTO", SHOWN, false },    { "ABOR", SHOWN, false },	  { "DELE", SHOWN, false },
	{ "RMD", SHOWN, false },     { "MKD", SHOWN, false },	  { "PWD", SHOWN, false },
	{ "LIST", SHOWN, false },    { "NLST", SHOWN, false },	  { "SITE", WORD, true },
	{ "SYST", SHOWN, false },    { "STAT", SHOWN, false },	  { "HELP", SHOWN, false },
	{ "NOOP", SHOWN, false },    { "FEAT", SHOWN, false },	  { "OPTS", SHOWN, false },
	{ "LANG", SHOWN, false },    { "MDTM", SHOWN, false },	  { "MLSD", SHOWN, false },
	{ "MLST", SHOWN, false },    { "SIZE", SHOWN, false },	  { "AUTH", MECHANISM, true },
	{ "ADAT", LEFT_OUT, true },  { "PROT", SHOWN, false },	  { "PBSZ", SHOWN, false },
	{ "CCC", SHOWN, false },     { "MIC", LEFT_OUT, true },	  { "CONF", LEFT_OUT, true },
	{ "ENC", LEFT_OUT, true },   { "HOST", SHOWN, false },	  { "XCWD", SHOWN, false },
	{ "XPWD", SHOWN, false },    { "XMKD", SHOWN, false },	  { "XRMD", SHOWN, false },
	{ "XCUP", SHOWN, false },    { "CLNT", SHOWN, false },	  { "CSID", SHOWN, false },
	{ "MFMT", SHOWN, false },    { "MFF", SHOWN, false },	  { "MFCT", SHOWN, false },
	{ "AVBL", SHOWN, false },    { "DSIZ", SHOWN, false },	  { "HASH", SHOWN, false },
	{ "XCRC", SHOWN, false },    { "XMD5", SHOWN, false },	  { "XSHA1", SHOWN, false },
	{ "XSHA256", SHOWN, false }, { NULL, LEFT_OUT, false },
};

static enum rj_probe probe_client(const struct rj_message *m, struct rj_cursor bytes)
{
	static const char *const texts[] = { "AUTH TLS", "AUTH SSL", NULL };
	enum rj_probe answer = rj_dialogue_probe_texts(bytes, texts);

	if (answer == RJ_PROBE_NO && m->dst_port == RJ_PORT_FTP)
		answer = rj_dialogue_probe_verb(verbs, bytes);
	return answer;
}

/* On its port a server may begin with another code, or the capture in its middle. */
static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	struct rj_cursor c = bytes;
	uint8_t first;

	if (rj_cursor_u8(&c, &first))
		return RJ_PROBE_MORE;
	if (first < '1' || first > '5')
		return probe_client(m, bytes);
	switch (rj_reply_greeting(m, bytes)) {
	case RJ_GREETING_FTP:
		return RJ_PROBE_YES;
	case RJ_GREETING_MORE:
		return RJ_PROBE_MORE;
	case RJ_GREETING_SMTP:
		return RJ_PROBE_NO;
	default:
		return m->src_port == RJ_PORT_FTP ? rj_reply_probe(bytes) : RJ_PROBE_NO;
	}
}

static void keep_endpoint(struct ftp *s, struct rj_arena *arena, const char *by,
			  const struct rj_endpoint *to)
{
	struct listed_endpoint *kept = NULL;

	if (s->num_endpoints < MAX_ENDPOINTS)
		kept = rj_arena_alloc(arena, sizeof(*kept));
	if (!kept) {
		s->endpoints_skipped++;
		return;
	}
	kept->by = by;
	kept->to = *to;
	if (s->last_endpoint)
		s->last_endpoint->next = kept;
	else
		s->first_endpoint = kept;
	s->last_endpoint = kept;
	s->num_endpoints++;
}

static void take_command(struct ftp *s, struct rj_message *m, struct rj_cursor line)
{
	struct rj_cursor argument = line, mechanism;
	const struct rj_verb *verb = rj_dialogue_verb(verbs, rj_dialogue_word(&argument));
	struct rj_endpoint to;

	if (!verb) {
		s->talk.num_sent++;
		s->talk.num_unknown++;
		return;
	}
	rj_dialogue_command(&s->talk, m->arena, verb, argument);
	if (!strcmp(verb->name, "PORT") && rj_endpoint_of_port(argument, &to))
		keep_endpoint(s, m->arena, verb->name, &to);
	else if (!strcmp(verb->name, "EPRT") && rj_endpoint_of_eprt(argument, &to))
		keep_endpoint(s, m->arena, verb->name, &to);
	mechanism = rj_dialogue_word(&argument);
	if (!strcmp(verb->name, "AUTH") &&
	    (rj_line_equals(mechanism, "TLS") || rj_line_equals(mechanism, "SSL")))
		s->talk.is_tls_asked = true;
}

/* RFC 2389 3.2: behind one blank a label in capitals; the lines of STAT look otherwise. */
static bool is_feature(struct rj_cursor line)
{
	struct rj_cursor word;
	uint8_t ch;

	if (rj_cursor_u8(&line, &ch) || ch != ' ' || !line.left)
		return false;
	word = rj_dialogue_word(&line);
	if (word.left < 3)
		return false;
	while (!rj_cursor_u8(&word, &ch))
		if ((ch < 'A' || ch > 'Z') && (ch < '0' || ch > '9') && ch != '_' && ch != '-')
			return false;
	return true;
}

/* RFC 4217 6: "AUTH TLS", or mechanisms with semicolons between them. */
static bool has_tls(struct rj_cursor mechanisms)
{
	struct rj_cursor word;

	while (mechanisms.left) {
		if (rj_line_word(&mechanisms, ';', &word)) {
			word = mechanisms;
			mechanisms.left = 0;
		}
		if (rj_line_equals(word, "TLS") || rj_line_equals(word, "SSL"))
			return true;
	}
	return false;
}

/* A line within a reply of several, which need not have the code (RFC 959 4.2). */
static void take_further(struct ftp *s, struct rj_message *m, struct rj_cursor line)
{
	s->is_in_list = s->is_in_list && is_feature(line);
	if (!s->is_in_list)
		return;
	s->seen_list = true;
	line = rj_line_trim(line);
	rj_dialogue_list(&s->talk.capabilities, m->arena, line);
	if (rj_line_equals(rj_dialogue_word(&line), "AUTH"))
		s->talk.is_tls_offered = s->talk.is_tls_offered || has_tls(line);
}

static void take_first(struct ftp *s, struct rj_message *m, const struct rj_reply_line *reply)
{
	struct rj_endpoint to;

	if (!s->talk.num_answered && (reply->code == 220 || reply->code == 120))
		s->talk.banner = rj_dialogue_text(m->arena, reply->text);
	rj_dialogue_reply(&s->talk, m->arena, reply->code, reply->text);
	if (reply->code == 215 && !s->system.at)
		s->system = rj_dialogue_text(m->arena, reply->text);
	else if (reply->code == 227 && rj_endpoint_of_pasv(reply->text, &to))
		keep_endpoint(s, m->arena, "PASV", &to);
	else if (reply->code == 229 && rj_endpoint_of_epsv(reply->text, &to))
		keep_endpoint(s, m->arena, "EPSV", &to);
	s->code = reply->code;
	s->is_in_reply = !reply->is_last;
	s->is_in_list = reply->code == 211 && !s->seen_list;
}

static void take_reply(struct ftp *s, struct rj_message *m, struct rj_cursor line)
{
	struct rj_reply_line reply;
	bool is_reply = rj_reply_line_read(line, &reply);

	if (s->is_in_reply) {
		s->is_in_reply = !is_reply || reply.code != s->code || !reply.is_last;
		if (s->is_in_reply)
			take_further(s, m, line);
	} else if (is_reply) {
		take_first(s, m, &reply);
	} else {
		s->talk.is_malformed = true;
	}
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct ftp *s = state;
	struct rj_reply_line reply;
	struct rj_cursor line;
	enum rj_status st = rj_dialogue_read(&s->talk, m, c, false, &line);

	if (st || !line.at)
		return st;
	if (rj_dialogue_is_server(&s->talk, m, rj_reply_line_read(line, &reply)))
		take_reply(s, m, line);
	else
		take_command(s, m, line);
	return RJ_OK;
}

enum field {
	F_SYSTEM = RJ_DIALOGUE_NUM_FIELDS,
	F_ENDPOINTS,
	F_ENDPOINT,
	F_BY,
	F_ADDRESS,
	F_PORT,
	F_ENDPOINTS_SKIPPED,
	F_CODE,
	NUM_FIELDS
};

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[RJ_DIALOGUE_F_OBJECT] = { "ftp", RJ_TYPE_OBJECT, "", 0, "RFC 959",
		"What both sides of an FTP control connection said, without credentials." },
	RJ_DIALOGUE_ROWS("RFC 959", "RFC 2389", "RFC 4217"),
	[F_SYSTEM] = { "system", RJ_TYPE_WORDS, "", 0, "RFC 959 4.1.3",
		"What the server said to SYST." },
	[F_ENDPOINTS] = { "endpoints", RJ_TYPE_ARRAY, "", 0, "RFC 959, RFC 2428",
		"Where data connections go to, up to 32." },
	[F_ENDPOINT] = { "endpoints[]", RJ_TYPE_OBJECT, "", 0, "RFC 959, RFC 2428",
		"One of them." },
	[F_BY] = { "by", RJ_TYPE_STRING, "", 0, "RFC 959, RFC 2428",
		"PORT and EPRT: told by the client; PASV and EPSV: by the server." },
	[F_ADDRESS] = { "address", RJ_TYPE_ADDRESS, "", 0, "RFC 959, RFC 2428",
		"Address; of EPSV it is the server's." },
	[F_PORT] = { "port", RJ_TYPE_UINT, "", 0, "RFC 959, RFC 2428", "TCP port." },
	[F_ENDPOINTS_SKIPPED] = { "endpoints_skipped", RJ_TYPE_UINT, "", 0, "",
		"Number of endpoints left out after those." },
	[F_CODE] = { "code", RJ_TYPE_UINT, "", 0, "RFC 959 4.2", "Its three digits." },
};
/* clang-format on */

/*
 * Those of a login (RFC 959 5.4) and of RFC 2228, that of a directory, often the user's, those that
 * may repeat a line that was not understood, and those of endpoints, which are told otherwise.
 */
static bool is_secret(uint16_t code)
{
	return code / 10 == 23 || code / 10 == 33 || code / 10 == 53 || code == 257 ||
	       (code >= 500 && code <= 504) || (code >= 227 && code <= 229);
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
	const struct rj_command *asked = rj_dialogue_last(d, "AUTH");
	const struct rj_reply *reply = asked ? rj_dialogue_answer(d, asked->nr) : NULL;

	return d->has_left || (d->is_tls_asked && reply && reply->code == 234);
}

static void put_endpoints(const struct ftp *s, struct rj_visitor *v)
{
	if (s->first_endpoint)
		v->ops->open(v, &fields[F_ENDPOINTS]);
	for (const struct listed_endpoint *at = s->first_endpoint; at; at = at->next) {
		v->ops->open(v, &fields[F_ENDPOINT]);
		rj_put_word(v, &fields[F_BY], at->by);
		if (at->to.has_address)
			v->ops->address(v, &fields[F_ADDRESS], at->to.address);
		v->ops->u64(v, &fields[F_PORT], at->to.port);
		v->ops->close(v);
	}
	if (s->first_endpoint)
		v->ops->close(v);
	if (s->endpoints_skipped)
		v->ops->u64(v, &fields[F_ENDPOINTS_SKIPPED], s->endpoints_skipped);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct ftp *s = state;

	(void)originator;
	if (!s->talk.server)
		return;
	rj_dialogue_put_head(&s->talk, v, fields);
	rj_dialogue_put_text(v, &fields[F_SYSTEM], s->system);
	rj_dialogue_put_capabilities(&s->talk, v, fields, is_tls_accepted(&s->talk));
	put_endpoints(s, v);
	rj_dialogue_put_commands(&s->talk, v, fields, NULL, NULL);
	rj_dialogue_put_replies(&s->talk, v, fields, put_reply);
}

static int originator_of(const void *state)
{
	const struct ftp *s = state;

	return rj_dialogue_client(&s->talk);
}

const struct rj_dissector rj_ftp = {
	.name = "ftp",
	.reference = "RFC 959",
	.over = RJ_OVER_TCP,
	.ports = ports,
	.state_bytes = sizeof(struct ftp),
	.max_bytes = RJ_DIALOGUE_MAX_BYTES,
	.leads_on = true,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.originator = originator_of,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
