/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands before another protocol in a connection: STARTTLS of some, SOCKS, PROXY headers. */
#include "proto/common/line.h"
#include "proto/dissector.h"
#include "proto/registry.h"

#define MAX_KINDS 4u  /* of a flow, one after the other; as many as layers of flow/dissect */
#define MAX_UNITS 64u /* of a side before TLS. Ours: greetings and a few commands */
#define MAX_BYTES (16u << 10) /* of a side. Ours: a list of capabilities has some 100 bytes */

#define SOCKS_METHODS_MAX 8u   /* RFC 1928 3: a byte; clients offer 1 to 3 */
#define SOCKS_USER_MAX 256u    /* SOCKS 4 has no limit; that of RFC 1929 and a NUL */
#define PROXY_LINE_MAX 107u    /* PROXY protocol 2.1 */
#define NNTP_LINE_MAX 512u     /* RFC 3977 3.1 */
#define IRC_NAME_MAX 64u       /* of a server, with its colon: RFC 2812 2.3.1 has 63 */
#define MYSQL_PROTOCOL 10u     /* of the greeting, since MySQL 3.21 */
#define POSTGRES_TLS 80877103u /* 1234, 5679: SSLRequest */
#define POSTGRES_GSS 80877104u /* 1234, 5680: GSSENCRequest */

enum kind {
	NNTP,
	SIEVE,
	IRC,
	XMPP,
	MYSQL,
	POSTGRES,
	SOCKS4,
	SOCKS5,
	PROXY1,
	PROXY2,
	NUM_KINDS,
};

/*
 * struct prelude - what a flow began with.
 * @kinds: one after the other
 * @openers: the sides that each was known by
 * @at:    by side: which of them it is in
 * @num_units: by side: what was read of that
 * @num_left: how many a side has left: so many led to another protocol
 * @late: a bit for each that was put before another
 */
struct prelude {
	uint8_t kinds[MAX_KINDS];
	uint8_t openers[MAX_KINDS];
	uint8_t num_kinds;
	uint8_t num_left;
	uint8_t late;
	uint8_t at[2];
	uint8_t num_units[2];
};

/* Whether @bytes start with one of @texts, which end with NULL. */
static enum rj_probe probe_texts(struct rj_cursor bytes, const char *const *texts)
{
	enum rj_probe answer = RJ_PROBE_NO;

	for (; *texts; texts++) {
		if (!rj_cursor_starts(&bytes, *texts))
			continue;
		if (bytes.left >= strlen(*texts))
			return RJ_PROBE_YES;
		answer = RJ_PROBE_MORE;
	}
	return answer;
}

/*
 * What a client begins with, but for STARTTLS, which others begin with too: then it is the server's
 * greeting and its answer that tell (RFC 3977 5.1, RFC 4642 2.2).
 */
static enum rj_probe probe_nntp(struct rj_cursor bytes)
{
	static const char *const texts[] = { "CAPABILITIES\r\n", "MODE READER\r\n", NULL };
	static const char *const greetings[] = { "200 ", "201 ", NULL };
	static const char *const answers[] = { "382 ", "382\r\n", NULL };
	enum rj_probe answer = probe_texts(bytes, greetings);
	struct rj_cursor line;

	if (answer == RJ_PROBE_NO)
		return probe_texts(bytes, texts);
	if (answer == RJ_PROBE_MORE)
		return answer;
	if (rj_line_read(&bytes, &line))
		return bytes.left > NNTP_LINE_MAX ? RJ_PROBE_NO : RJ_PROBE_MORE;
	return line.left > NNTP_LINE_MAX ? RJ_PROBE_NO : probe_texts(bytes, answers);
}

static enum rj_probe probe_sieve(struct rj_cursor bytes)
{
	static const char *const texts[] = { "\"IMPLEMENTATION\" ", NULL };

	return probe_texts(bytes, texts);
}

/* A client asks what there is, or it begins with STARTTLS and the answer is ":name 670 ". */
static enum rj_probe probe_irc(struct rj_cursor bytes)
{
	static const char *const texts[] = { "CAP LS", NULL };
	struct rj_cursor name;

	if (!rj_cursor_starts(&bytes, ":"))
		return probe_texts(bytes, texts);
	if (!rj_line_has(bytes, ' '))
		return bytes.left > IRC_NAME_MAX ? RJ_PROBE_NO : RJ_PROBE_MORE;
	if (rj_line_word(&bytes, ' ', &name) || name.left > IRC_NAME_MAX)
		return RJ_PROBE_NO;
	if (!rj_cursor_starts(&bytes, "670 "))
		return RJ_PROBE_NO;
	return bytes.left < 4 ? RJ_PROBE_MORE : RJ_PROBE_YES;
}

static enum rj_probe probe_xmpp(struct rj_cursor bytes)
{
	static const char *const texts[] = { "<?xml ", "<stream:stream ", NULL };

	return probe_texts(bytes, texts);
}

static enum rj_probe answer_of(enum rj_status st)
{
	if (st == RJ_TRUNCATED)
		return RJ_PROBE_MORE;
	return st ? RJ_PROBE_NO : RJ_PROBE_YES;
}

/*
 * The server's first packet: 24 bits of length, number 0, protocol 10, a version that starts 3 to
 * 9 or 1.
 */
static enum rj_probe probe_mysql(struct rj_cursor bytes)
{
	enum rj_status st =
		rj_cursor_within(&bytes, 40, 200); /* of the packet; greetings have 60 to 120 */

	for (unsigned int i = 0; !st && i < 3; i++)
		st = rj_cursor_within(&bytes, 0, 0);
	if (!st)
		st = rj_cursor_within(&bytes, MYSQL_PROTOCOL, MYSQL_PROTOCOL);
	return answer_of(st ? st : rj_cursor_within(&bytes, '1', '9'));
}

/* A message of eight bytes: its length and a code (PostgreSQL, Message Formats). */
RJ_MUST_CHECK static enum rj_status read_request(struct rj_cursor *c)
{
	enum rj_status st = RJ_OK;

	for (unsigned int i = 0; !st && i < 3; i++)
		st = rj_cursor_within(c, 0, 0);
	if (!st)
		st = rj_cursor_within(c, 8, 8);
	if (!st)
		st = rj_cursor_within(c, POSTGRES_TLS >> 24, POSTGRES_TLS >> 24);
	if (!st)
		st = rj_cursor_within(c, POSTGRES_TLS >> 16 & 0xff, POSTGRES_TLS >> 16 & 0xff);
	if (!st)
		st = rj_cursor_within(c, POSTGRES_TLS >> 8 & 0xff, POSTGRES_TLS >> 8 & 0xff);
	return st ? st : rj_cursor_within(c, POSTGRES_TLS & 0xff, POSTGRES_GSS & 0xff);
}

static enum rj_probe probe_postgres(struct rj_cursor bytes)
{
	return answer_of(read_request(&bytes));
}

/* SOCKS 4 and 4A: version, CONNECT or BIND, port, address, user, NUL; 4A a name and its NUL. */
RJ_MUST_CHECK static enum rj_status read_socks4(struct rj_cursor *c)
{
	struct rj_cursor ahead = *c, text;
	uint32_t address;
	enum rj_status st = rj_cursor_within(&ahead, 4, 4);
	bool is_4a;

	if (!st)
		st = rj_cursor_within(&ahead, 1, 2);
	if (!st)
		st = rj_cursor_skip(&ahead, 2);
	if (!st)
		st = rj_cursor_u32(&ahead, &address);
	if (st)
		return st;
	is_4a = address && address < 256; /* 0.0.0.x */
	for (unsigned int i = 0; !st && i <= is_4a; i++) {
		if (!rj_line_has(ahead, '\0') && ahead.left > SOCKS_USER_MAX)
			return RJ_MALFORMED;
		st = rj_line_word(&ahead, '\0', &text);
	}
	if (!st)
		*c = ahead;
	return st;
}

/*
 * The middle of a stream may look like a request, which is no more than eight bytes: nothing but
 * TLS or HTTP may stand behind it.
 */
static enum rj_probe probe_socks4(struct rj_cursor bytes)
{
	const struct rj_message m = { .over = RJ_OVER_TCP };
	enum rj_status st = read_socks4(&bytes);

	if (!st && bytes.left && rj_tls.probe(&m, bytes) == RJ_PROBE_NO &&
	    rj_http.probe(&m, bytes) == RJ_PROBE_NO)
		return RJ_PROBE_NO;
	return answer_of(st);
}

/*
 * What may follow methods: a login with a name of letters (RFC 1929 2), or a request (RFC 1928 4).
 */
RJ_MUST_CHECK static enum rj_status check_socks5_next(struct rj_cursor c, bool has_login)
{
	struct rj_cursor name;
	enum rj_status st;

	if (has_login && !rj_cursor_within(&c, 1, 1)) {
		st = rj_cursor_prefixed(&c, 1, &name);
		while (!st && name.left)
			st = rj_cursor_within(&name, ' ', '~');
		return st;
	}
	st = rj_cursor_within(&c, 5, 5);
	if (!st)
		st = rj_cursor_within(&c, 1, 3);
	if (!st)
		st = rj_cursor_within(&c, 0, 0);
	return st ? st : rj_cursor_within(&c, 1, 4);
}

/*
 * RFC 1928 3: version, methods, of which those with a number below 10 are assigned. A server that
 * asks for a login and takes it begins like a client that offers methods 1 and 0.
 */
static enum rj_probe probe_socks5(struct rj_cursor bytes)
{
	uint8_t num, method;
	bool has_login = false, is_login_taken;
	enum rj_status st = rj_cursor_within(&bytes, 5, 5);

	if (!st)
		st = rj_cursor_u8(&bytes, &num);
	if (!st && (!num || num > SOCKS_METHODS_MAX))
		st = RJ_MALFORMED;
	is_login_taken = !st && num == 2;
	while (!st && num--) {
		st = rj_cursor_u8(&bytes, &method);
		if (!st && method > 9)
			st = RJ_MALFORMED;
		has_login = has_login || (!st && method == 2);
		is_login_taken = is_login_taken && method == num;
	}
	if (!st && (bytes.left || is_login_taken))
		st = check_socks5_next(bytes, has_login);
	return answer_of(st);
}

static enum rj_probe probe_proxy1(struct rj_cursor bytes)
{
	static const char *const texts[] = { "PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN", NULL };

	return probe_texts(bytes, texts);
}

#define PROXY2_SIGNATURE_BYTES 12u

/* PROXY protocol 2.2: signature, version 2 and LOCAL or PROXY. */
static enum rj_probe probe_proxy2(struct rj_cursor bytes)
{
	static const uint8_t signature[PROXY2_SIGNATURE_BYTES] = { 0x0d, 0x0a, 0x0d, 0x0a,
								   0x00, 0x0d, 0x0a, 0x51,
								   0x55, 0x49, 0x54, 0x0a };
	enum rj_status st = RJ_OK;

	for (unsigned int i = 0; !st && i < sizeof(signature); i++)
		st = rj_cursor_within(&bytes, signature[i], signature[i]);
	return answer_of(st ? st : rj_cursor_within(&bytes, 0x20, 0x21));
}

RJ_MUST_CHECK static enum rj_status pass_line(struct rj_cursor *c)
{
	struct rj_cursor line;

	return rj_line_read(c, &line);
}

/* XML up to the end of a tag. */
RJ_MUST_CHECK static enum rj_status pass_tag(struct rj_cursor *c)
{
	struct rj_cursor tag;

	return rj_line_word(c, '>', &tag);
}

/* 24 bits of length, the least significant byte first, and a number. */
RJ_MUST_CHECK static enum rj_status pass_mysql(struct rj_cursor *c)
{
	struct rj_cursor ahead = *c;
	uint8_t low, middle, high;
	enum rj_status st = rj_cursor_u8(&ahead, &low);

	if (!st)
		st = rj_cursor_u8(&ahead, &middle);
	if (!st)
		st = rj_cursor_u8(&ahead, &high);
	if (!st)
		st = rj_cursor_skip(&ahead, 1u + (size_t)(high << 16 | middle << 8 | low));
	if (!st)
		*c = ahead;
	return st;
}

/* The client's request, or the server's answer: one letter. */
RJ_MUST_CHECK static enum rj_status pass_postgres(struct rj_cursor *c)
{
	struct rj_cursor ahead = *c;
	enum rj_status st = rj_cursor_within(&ahead, 'G', 'S');

	if (st == RJ_MALFORMED)
		st = read_request(&ahead);
	if (!st)
		*c = ahead;
	return st;
}

/* Of the client its request; of the server eight bytes, the first of them 0. */
RJ_MUST_CHECK static enum rj_status lead_socks4(struct rj_cursor *c, bool is_opener,
						unsigned int num_units, bool *ret_is_last)
{
	struct rj_cursor ahead = *c;
	enum rj_status st;

	(void)num_units;
	*ret_is_last = true;
	if (is_opener)
		return read_socks4(c);
	st = rj_cursor_within(&ahead, 0, 0);
	return st ? st : rj_cursor_skip(c, 8);
}

/* RFC 1928 4 and 6: version, command or reply, 0, an address of a kind, port. */
RJ_MUST_CHECK static enum rj_status read_socks5_address(struct rj_cursor *c)
{
	struct rj_cursor ahead = *c, name;
	uint8_t kind;
	enum rj_status st = rj_cursor_skip(&ahead, 2);

	if (!st)
		st = rj_cursor_within(&ahead, 0, 0);
	if (!st)
		st = rj_cursor_u8(&ahead, &kind);
	if (st)
		return st;
	if (kind == 1)
		st = rj_cursor_skip(&ahead, 4);
	else if (kind == 3)
		st = rj_cursor_prefixed(&ahead, 1, &name);
	else
		st = kind == 4 ? rj_cursor_skip(&ahead, 16) : RJ_MALFORMED;
	if (!st)
		st = rj_cursor_skip(&ahead, 2);
	if (!st)
		*c = ahead;
	return st;
}

/* RFC 1929 2: of the client version, user, password; of the server version, status. */
RJ_MUST_CHECK static enum rj_status pass_login(struct rj_cursor *c, bool is_opener)
{
	struct rj_cursor ahead = *c, text;
	enum rj_status st = rj_cursor_within(&ahead, 1, 1);

	if (!st && !is_opener)
		st = rj_cursor_skip(&ahead, 1);
	for (unsigned int i = 0; !st && is_opener && i < 2; i++)
		st = rj_cursor_prefixed(&ahead, 1, &text);
	if (!st)
		*c = ahead;
	return st;
}

/* RFC 1928 3: methods, of the server the one it takes; then a login or not, and what ends it. */
RJ_MUST_CHECK static enum rj_status lead_socks5(struct rj_cursor *c, bool is_opener,
						unsigned int num_units, bool *ret_is_last)
{
	struct rj_cursor ahead = *c, methods;
	enum rj_status st = rj_cursor_within(&ahead, 5, 5);

	*ret_is_last = num_units && !st;
	if (num_units && st == RJ_MALFORMED)
		return pass_login(c, is_opener);
	if (num_units)
		return st ? st : read_socks5_address(c);
	if (!st)
		st = is_opener ? rj_cursor_prefixed(&ahead, 1, &methods) :
				 rj_cursor_skip(&ahead, 1);
	if (!st)
		*c = ahead;
	return st;
}

/* A line of who opened the connection; nothing of the other side. */
RJ_MUST_CHECK static enum rj_status lead_proxy1(struct rj_cursor *c, bool is_opener,
						unsigned int num_units, bool *ret_is_last)
{
	(void)num_units;
	*ret_is_last = true;
	if (!is_opener)
		return RJ_OK;
	if (!rj_line_has(*c, '\n') && c->left > PROXY_LINE_MAX)
		return RJ_MALFORMED;
	return pass_line(c);
}

/* Signature, version and command, family, 16 bits of length of the rest. */
RJ_MUST_CHECK static enum rj_status lead_proxy2(struct rj_cursor *c, bool is_opener,
						unsigned int num_units, bool *ret_is_last)
{
	struct rj_cursor ahead = *c, rest;
	enum rj_status st;

	(void)num_units;
	*ret_is_last = true;
	if (!is_opener)
		return RJ_OK;
	st = rj_cursor_skip(&ahead, PROXY2_SIGNATURE_BYTES + 2);
	if (!st)
		st = rj_cursor_prefixed(&ahead, 2, &rest);
	if (!st)
		*c = ahead;
	return st;
}

/*
 * Each kind: how it starts, of either side, and either how long a unit is, before which TLS may
 * start, or what leads to another protocol whatever it is.
 */
static const struct {
	const char *name;
	enum rj_probe (*probe)(struct rj_cursor bytes);
	enum rj_status (*pass)(struct rj_cursor *c);
	enum rj_status (*lead)(struct rj_cursor *c, bool is_opener, unsigned int num_units,
			       bool *ret_is_last);
} kinds[NUM_KINDS] = {
	[NNTP] = { "nntp", probe_nntp, pass_line, NULL },
	[SIEVE] = { "sieve", probe_sieve, pass_line, NULL },
	[IRC] = { "irc", probe_irc, pass_line, NULL },
	[XMPP] = { "xmpp", probe_xmpp, pass_tag, NULL },
	[MYSQL] = { "mysql", probe_mysql, pass_mysql, NULL },
	[POSTGRES] = { "postgresql", probe_postgres, pass_postgres, NULL },
	[SOCKS4] = { "socks4", probe_socks4, NULL, lead_socks4 },
	[SOCKS5] = { "socks5", probe_socks5, NULL, lead_socks5 },
	[PROXY1] = { "proxy1", probe_proxy1, NULL, lead_proxy1 },
	[PROXY2] = { "proxy2", probe_proxy2, NULL, lead_proxy2 },
};

/* The first kind that says yes; else whether one may yet. */
static enum rj_probe probe_kinds(struct rj_cursor bytes, enum kind *ret_kind)
{
	enum rj_probe answer = RJ_PROBE_NO;

	for (enum kind kind = 0; kind < NUM_KINDS; kind++) {
		enum rj_probe said = kinds[kind].probe(bytes);

		if (said == RJ_PROBE_YES) {
			*ret_kind = kind;
			return said;
		}
		if (said == RJ_PROBE_MORE)
			answer = said;
	}
	return answer;
}

static enum rj_probe prelude_probe(const struct rj_message *m, struct rj_cursor bytes)
{
	enum kind kind;

	(void)m;
	return probe_kinds(bytes, &kind);
}

static void leave(struct prelude *p, struct rj_message *m)
{
	unsigned int side = m->side;

	m->hands_over = !(p->late >> p->at[side] & 1);
	p->at[side]++;
	p->num_units[side] = 0;
	if (p->num_left < p->at[side])
		p->num_left = p->at[side];
}

RJ_MUST_CHECK static enum rj_status read_lead(struct prelude *p, struct rj_message *m,
					      struct rj_cursor *c)
{
	unsigned int at = p->at[m->side], num_units = p->num_units[m->side];
	bool is_last;
	enum rj_status st =
		kinds[p->kinds[at]].lead(c, p->openers[at] == m->side, num_units, &is_last);

	if (st)
		return st;
	p->num_units[m->side]++;
	if (is_last)
		leave(p, m);
	return RJ_OK;
}

/* TLS starts where a unit would; no unit starts with the type of a record. */
RJ_MUST_CHECK static enum rj_status read_unit(struct prelude *p, struct rj_message *m,
					      struct rj_cursor *c)
{
	unsigned int at = p->at[m->side];
	enum rj_probe answer = rj_tls.probe(m, *c);
	enum rj_status st;

	if (answer == RJ_PROBE_YES) {
		leave(p, m);
		return RJ_OK;
	}
	if (answer == RJ_PROBE_MORE && !c->is_hard)
		return RJ_TRUNCATED;
	st = kinds[p->kinds[at]].pass(c);
	if (st == RJ_TRUNCATED && c->left >= MAX_BYTES / 2)
		return RJ_MALFORMED;
	if (!st)
		m->is_done = ++p->num_units[m->side] == MAX_UNITS;
	return st;
}

/*
 * A PROXY header comes before all else, but may be seen after what the other side begins with: then
 * it is put before that.
 */
static void know_late_header(struct prelude *p, unsigned int side, const struct rj_cursor *c)
{
	unsigned int at = p->at[side];
	enum kind kind;

	if (p->openers[at] == side || p->num_units[side] || p->num_kinds == MAX_KINDS ||
	    probe_kinds(*c, &kind) != RJ_PROBE_YES || (kind != PROXY1 && kind != PROXY2))
		return;
	memmove(p->kinds + at + 1, p->kinds + at, p->num_kinds - at);
	memmove(p->openers + at + 1, p->openers + at, p->num_kinds - at);
	p->kinds[at] = (uint8_t)kind;
	p->openers[at] = (uint8_t)side;
	p->late = (uint8_t)(p->late >> at << (at + 1) | (p->late & ((1u << at) - 1)) | 1u << at);
	p->num_kinds++;
	p->num_left++;
	p->at[!side]++;
}

/*
 * In which of the kinds the side is: the next, where it left all. That its bytes have to show, or
 * those of the other side, which may not have been enough for a first unit yet.
 */
RJ_MUST_CHECK static enum rj_status know_kind(struct prelude *p, unsigned int side,
					      const struct rj_cursor *c)
{
	unsigned int at = p->at[side];
	enum rj_probe answer = RJ_PROBE_NO;
	enum kind kind;

	if (at < p->num_kinds) {
		know_late_header(p, side, c);
		return RJ_OK;
	}
	if (at < MAX_KINDS)
		answer = probe_kinds(*c, &kind);
	if (answer != RJ_PROBE_YES)
		return at < MAX_KINDS ? rj_cursor_short(c) : RJ_MALFORMED;
	p->kinds[at] = (uint8_t)kind;
	p->openers[at] = (uint8_t)side;
	p->num_kinds++;
	return RJ_OK;
}

static enum rj_status prelude_parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct prelude *p = state, next = *p;
	enum rj_status st = know_kind(&next, m->side, c);

	if (!st && kinds[next.kinds[next.at[m->side]]].lead)
		st = read_lead(&next, m, c);
	else if (!st)
		st = read_unit(&next, m, c);
	if (!st)
		*p = next;
	return st;
}

enum field { F_PRELUDE, F_KIND, NUM_FIELDS };

static const struct rj_field fields[NUM_FIELDS] = {
	[F_PRELUDE] = { "prelude", RJ_TYPE_ARRAY, "", 0, "",
			"What came before the protocols shown, in order: xmpp where STARTTLS led "
			"to TLS, proxy2, socks5 and the like." },
	[F_KIND] = { "kind", RJ_TYPE_STRING, "", 0, "RFC 6120; RFC 1928; PROXY protocol",
		     "Name of one." },
};

static void prelude_emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct prelude *p = state;

	(void)originator;
	if (!p->num_left)
		return;
	v->ops->open(v, &fields[F_PRELUDE]);
	for (unsigned int i = 0; i < p->num_left; i++) {
		const char *name = kinds[p->kinds[i]].name;

		v->ops->string(v, &fields[F_KIND], name, strlen(name));
	}
	v->ops->close(v);
}

static const uint16_t prelude_ports[] = { 119, 1080, 3306, 4190, 5222, 5269, 5432, 6667, 0 };

const struct rj_dissector rj_prelude = {
	.name = "prelude",
	.reference = "RFC 4642, RFC 5804, RFC 6120, RFC 1928",
	.over = RJ_OVER_TCP,
	.ports = prelude_ports,
	.state_bytes = sizeof(struct prelude),
	.max_bytes = MAX_BYTES,
	.answers_anyhow = true,
	.leads_on = true,
	.probe = prelude_probe,
	.parse = prelude_parse,
	.emit = prelude_emit,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
