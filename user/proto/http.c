/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for HTTP/1.0 and 1.1: heads of requests and responses (RFC 9112). */
#include "proto/common/http_body.h"
#include "proto/common/http_fields.h"
#include "proto/common/http_fingerprint.h"
#include "proto/common/http_head.h"
#include "proto/common/http_probe.h"
#include "proto/common/line.h"
#include "proto/dissector.h"
#include "proto/registry.h"

#define MAX_MESSAGES 15u /* a side; Joy's */
#define MAX_HEADERS 64u	 /* twice Joy's; browsers send 10 to 20 */
#define MAX_BODY 16u	 /* Joy's */
/*
 * Of a side, without bodies that are passed over. Ours: of a head that is longer than what is kept
 * the end is looked for, where the next one begins (servers take 8 to 64 KiB).
 */
#define MAX_BYTES (64u << 10)

enum role { ROLE_UNKNOWN, ROLE_REQUESTS, ROLE_RESPONSES };

struct message {
	const uint8_t *head;
	uint32_t head_len;
	uint8_t body_len;
	uint8_t body[MAX_BODY];
	bool is_head;	 /* method HEAD: its response has no body */
	bool is_connect; /* method CONNECT */
	bool is_upgrade; /* asks for another protocol */
	bool is_switch;	 /* says yes to that */
	bool is_truncated;
	bool is_malformed;
	bool is_start_like; /* its start line is none, or not whole, but one of HTTP */
};

struct side {
	struct message *messages[MAX_MESSAGES];
	uint32_t num;
	enum role role;
	struct rj_http_body body;
	uint64_t num_consumed;
	bool is_full;  /* there was a message more than can be kept */
	bool has_left; /* for another protocol */
};

struct http_state {
	struct side sides[2];
	bool is_switched; /* the connection speaks another protocol from here on */
};

static const uint16_t ports[] = { 80, 8080, 8000, 8008, 8888, 3128, 0 };

static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	(void)m;
	return rj_http_probe(bytes);
}

RJ_MUST_CHECK static enum rj_status read_head(struct rj_cursor *c, struct rj_http_start *start,
					      struct rj_http_framing *framing)
{
	struct rj_http_field field;
	enum rj_status st = rj_http_start_read(c, start);

	field.is_end = false; /* its 16 KiB need no zeros */
	while (!st && !field.is_end) {
		st = rj_http_field_read(c, &field);
		if (!st && !field.is_end)
			rj_http_framing_note(framing, &field);
	}
	return st;
}

static bool is_interim(const struct rj_http_start *start)
{
	return start->status / 100 == 1 && start->status != 101;
}

/* The request that the next final response of @side answers, NULL when it was not seen. */
static const struct message *request_of(const struct http_state *s, unsigned int side)
{
	const struct side *other = &s->sides[side ^ 1];
	uint32_t index = s->sides[side].num;

	if (other->role != ROLE_REQUESTS || index >= other->num)
		return NULL;
	return other->messages[index];
}

static bool is_switch(const struct rj_http_start *start, const struct message *request)
{
	if (start->is_request)
		return false;
	return start->status == 101 || (request && request->is_connect && start->status / 100 == 2);
}

/* Keeps the first @len bytes at @c as a message; NULL, and the side is full, without memory. */
static struct message *keep(struct side *side, struct rj_message *m, struct rj_cursor c, size_t len)
{
	struct message *kept = NULL;
	const uint8_t *bytes;
	bool is_long = len > RJ_HTTP_MAX_HEAD;

	if (is_long)
		len = RJ_HTTP_MAX_HEAD;
	if (!rj_cursor_bytes(&c, len, &bytes))
		kept = rj_arena_alloc(m->arena, sizeof(*kept));
	if (kept)
		kept->head = rj_arena_copy(m->arena, bytes, len);
	if (!kept || !kept->head) {
		side->is_full = true;
		return NULL;
	}
	kept->head_len = (uint32_t)len;
	kept->is_truncated = is_long;
	kept->is_start_like = is_long;
	side->messages[side->num++] = kept;
	return kept;
}

/* Whether the line at @start, which breaks the grammar, is a start line of HTTP nevertheless. */
static bool is_start_like(struct rj_cursor start)
{
	struct rj_cursor line, word;
	uint8_t first = 0;

	if (rj_line_read(&start, &line))
		line = start;
	start = line;
	if (rj_cursor_u8(&start, &first) || first < 'A' || first > 'Z')
		return false;
	if (rj_http_probe(line) == RJ_PROBE_YES)
		return true;
	while (!rj_line_word(&line, ' ', &word))
		if (word.left > 4 && rj_cursor_starts(&word, "HTTP/"))
			return true;
	return line.left > 4 && rj_cursor_starts(&line, "HTTP/");
}

/*
 * How many bytes of a malformed head are worth keeping: to its end, or that of its start line where
 * that is none of HTTP, so that it does not depend on what came behind. 0: more is to come.
 */
static size_t malformed_len(const struct side *side, const struct rj_cursor *start, bool is_end)
{
	struct rj_cursor ahead = *start, line;

	if (rj_line_read(&ahead, &line))
		return start->left;
	if (!is_start_like(*start))
		return start->left - ahead.left;
	while (!rj_line_read(&ahead, &line))
		if (!line.left)
			return start->left - ahead.left;
	if (start->is_hard || is_end || side->num_consumed + start->left >= MAX_BYTES)
		return start->left;
	return 0;
}

RJ_MUST_CHECK static enum rj_status take_malformed(struct side *side, struct rj_message *m,
						   struct rj_cursor *c, size_t len)
{
	struct message *kept = keep(side, m, *c, len);

	if (kept) {
		kept->is_malformed = true;
		kept->is_start_like = is_start_like(*c);
	}
	return RJ_MALFORMED;
}

RJ_MUST_CHECK static enum rj_status take_all(struct rj_message *m, struct rj_cursor *c)
{
	if (!c->left)
		return rj_cursor_short(c);
	m->is_done = true;
	return rj_cursor_skip(c, c->left);
}

/*
 * A head that is not complete, where nothing more is kept of the stream: what is there must do,
 * unless it starts as none does, such as more of a body than Content-Length told.
 */
RJ_MUST_CHECK static enum rj_status take_truncated(struct side *side, struct rj_message *m,
						   struct rj_cursor *c)
{
	struct message *kept = is_start_like(*c) ? keep(side, m, *c, c->left) : NULL;

	if (kept) {
		kept->is_truncated = true;
		kept->is_start_like = true;
	}
	return take_all(m, c);
}

static bool fits_role(const struct side *side, const struct rj_http_start *start)
{
	return side->role == ROLE_UNKNOWN || (side->role == ROLE_REQUESTS) == start->is_request;
}

/* Methods are told apart by case, RFC 9110 section 9.1. */
static bool is_method(const struct rj_http_start *start, const char *name)
{
	return start->method.left == strlen(name) && rj_cursor_starts(&start->method, name);
}

/* Commits a complete head, behind which @c then stands. */
RJ_MUST_CHECK static enum rj_status take_head(struct http_state *s, struct rj_message *m,
					      struct rj_cursor *c, struct rj_cursor behind,
					      const struct rj_http_start *start,
					      const struct rj_http_framing *f)
{
	struct side *side = &s->sides[m->side];
	const struct message *request = start->is_request ? NULL : request_of(s, m->side);
	struct message *kept;

	side->role = start->is_request ? ROLE_REQUESTS : ROLE_RESPONSES;
	if (is_interim(start)) {
		*c = behind;
		return RJ_OK;
	}
	kept = keep(side, m, *c, c->left - behind.left);
	if (!kept)
		return take_all(m, c);
	kept->is_head = is_method(start, "HEAD");
	kept->is_connect = is_method(start, "CONNECT");
	kept->is_upgrade = f->is_upgrade;
	kept->is_switch = start->status == 101;
	side->body = rj_http_framing_body(f, start, request && request->is_head,
					  request && request->is_connect);
	if (is_switch(start, request)) {
		s->is_switched = true;
		/* before it is seen what follows: the other side's may want more room than ours */
		m->hands_over = !s->sides[!m->side].has_left;
	}
	*c = behind;
	return RJ_OK;
}

/* Whether another protocol may follow; HTTP may come through a tunnel as well. */
static bool may_leave(const struct http_state *s, const struct side *side)
{
	const struct message *last = side->num ? side->messages[side->num - 1] : NULL;

	return s->is_switched ||
	       (last && side->role == ROLE_REQUESTS && (last->is_upgrade || last->is_connect));
}

static struct rj_cursor behind_line_ends(struct rj_cursor c)
{
	struct rj_cursor ahead = c;
	uint8_t ch;

	while (!rj_cursor_u8(&ahead, &ch) && (ch == '\r' || ch == '\n'))
		c = ahead;
	return c;
}

/* An empty line before a message: RFC 9112 section 2.2 asks servers to pass it. */
static bool is_empty_line(const struct rj_cursor *c)
{
	return c->left && (rj_cursor_starts(c, "\r\n") || rj_cursor_starts(c, "\n"));
}

/* Whether no more comes of the head at @c, of which the end is missing. */
static bool is_last(const struct side *side, const struct rj_message *m, const struct rj_cursor *c)
{
	return side->num_consumed + c->left >= MAX_BYTES ||
	       (m->is_done && rj_http_probe(*c) == RJ_PROBE_YES);
}

/*
 * Whether a response came before the request, which has to tell if a body follows up to the end or,
 * behind CONNECT, another protocol.
 */
static bool is_early(const struct http_state *s, const struct rj_message *m,
		     const struct rj_http_start *start, const struct rj_http_framing *f)
{
	const struct side *other = &s->sides[!m->side];

	return start->status / 100 == 2 && !start->is_request && !request_of(s, m->side) &&
	       other->role != ROLE_RESPONSES && !other->is_full && !other->has_left &&
	       rj_http_framing_body(f, start, false, false).kind == RJ_HTTP_BODY_UNTIL_CLOSE;
}

RJ_MUST_CHECK static enum rj_status parse_head(struct http_state *s, struct rj_message *m,
					       struct rj_cursor *c)
{
	struct side *side = &s->sides[m->side];
	struct rj_cursor at = *c;
	struct rj_http_start start;
	struct rj_http_framing framing = { .has_length = false };
	struct rj_cursor line;
	enum rj_status st;

	if (c->left && may_leave(s, side)) {
		at = behind_line_ends(at);
		if (!at.left && !at.is_hard)
			return RJ_TRUNCATED;
		m->hands_over = rj_http_probe(at) == RJ_PROBE_NO;
		side->has_left = m->hands_over;
		if (m->hands_over)
			return RJ_OK;
		at = *c;
	}
	if (is_empty_line(c))
		return rj_line_read(c, &line);
	if (side->num == MAX_MESSAGES && c->left) {
		side->is_full = true;
		return take_all(m, c);
	}
	st = read_head(&at, &start, &framing);
	if (st == RJ_TRUNCATED && is_last(side, m, c))
		return take_truncated(side, m, c);
	if (st == RJ_TRUNCATED || !c->left)
		return st;
	if (st) {
		size_t len = malformed_len(side, c, m->is_done);

		return len ? take_malformed(side, m, c, len) : RJ_TRUNCATED;
	}
	if (!fits_role(side, &start) || (framing.is_broken && !framing.has_coding))
		return take_malformed(side, m, c, c->left - at.left);
	if (is_early(s, m, &start, &framing)) {
		m->waits = !m->is_done;
		m->is_done = false;
		if (m->waits)
			return RJ_TRUNCATED;
	}
	return take_head(s, m, c, at, &start, &framing);
}

/* Adds the first of @len bytes at @c to the body of the side's last message. */
static void keep_body(struct message *kept, struct rj_cursor c, size_t len)
{
	size_t room = MAX_BODY - kept->body_len;
	const uint8_t *bytes;

	if (len > room)
		len = room;
	if (rj_cursor_bytes(&c, len, &bytes))
		return;
	memcpy(kept->body + kept->body_len, bytes, len);
	kept->body_len = (uint8_t)(kept->body_len + len);
}

/* Whether no head can follow any more, and the body's start is there. */
static bool is_last_body(const struct side *side)
{
	return side->body.kind == RJ_HTTP_BODY_UNTIL_CLOSE &&
	       side->messages[side->num - 1]->body_len == MAX_BODY;
}

/* Of a body whose length is known its first bytes are kept; the next head stands behind it. */
RJ_MUST_CHECK static enum rj_status parse_length_body(struct side *side, struct rj_message *m,
						      struct rj_cursor *c)
{
	struct message *last = side->messages[side->num - 1];
	size_t len = MAX_BODY - last->body_len;
	enum rj_status st;

	if (len > side->body.left)
		len = (size_t)side->body.left;
	if (!c->left)
		return rj_cursor_short(c);
	if (len > c->left)
		len = c->left;
	keep_body(last, *c, len);
	st = rj_cursor_skip(c, len);
	side->num_consumed += len;
	side->body.left -= len;
	if (side->body.left && last->body_len < MAX_BODY)
		return st;
	m->skip = side->body.left;
	side->body = (struct rj_http_body){ .kind = RJ_HTTP_BODY_NONE };
	return st;
}

RJ_MUST_CHECK static enum rj_status parse_body(struct side *side, struct rj_message *m,
					       struct rj_cursor *c)
{
	struct message *last = side->messages[side->num - 1];
	struct rj_cursor start = *c;
	enum rj_status st = rj_http_body_skip(&side->body, c);

	if (st == RJ_MALFORMED && start.left)
		last->is_malformed = true;
	if (st)
		return st;
	keep_body(last, start, start.left - c->left);
	side->num_consumed += start.left - c->left;
	if (side->body.kind == RJ_HTTP_BODY_CHUNK_DATA && last->body_len == MAX_BODY) {
		m->skip = side->body.left;
		side->body.kind = RJ_HTTP_BODY_CHUNK_END;
	}
	m->is_done = is_last_body(side) || side->num_consumed >= MAX_BYTES;
	return RJ_OK;
}

/* One head a call, or a piece of the body behind it. */
static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct http_state *s = state;
	struct side *side = &s->sides[m->side];
	size_t len = c->left;
	enum rj_status st;

	if (side->body.kind == RJ_HTTP_BODY_LENGTH)
		return parse_length_body(side, m, c);
	if (side->body.kind != RJ_HTTP_BODY_NONE)
		return parse_body(side, m, c);
	st = parse_head(s, m, c);
	if (!st)
		side->num_consumed += len - c->left;
	return st;
}

static void put_text(struct rj_visitor *v, enum rj_http_field_id f, struct rj_cursor text)
{
	size_t len = text.left;
	const uint8_t *bytes;

	if (!len || rj_cursor_bytes(&text, len, &bytes))
		return;
	v->ops->open(v, &rj_http_fields[RJ_HTTP_F_ELEMENT]);
	v->ops->string(v, &rj_http_fields[f], bytes, len);
	v->ops->close(v);
}

static void put_header(struct rj_visitor *v, const struct rj_http_field *field)
{
	struct rj_cursor name = field->name;
	size_t len = name.left;
	const uint8_t *bytes;

	if (rj_cursor_bytes(&name, len, &bytes))
		return;
	v->ops->open(v, &rj_http_fields[RJ_HTTP_F_ELEMENT]);
	v->ops->name(v, bytes, len);
	v->ops->string(v, &rj_http_fields[RJ_HTTP_F_HEADER], field->value.at, field->value.left);
	v->ops->close(v);
}

static void put_true(struct rj_visitor *v, enum rj_http_field_id f)
{
	v->ops->open(v, &rj_http_fields[RJ_HTTP_F_ELEMENT]);
	v->ops->boolean(v, &rj_http_fields[f], 1);
	v->ops->close(v);
}

/* Those of a line that breaks the grammar. */
static void put_guessed(struct rj_visitor *v, struct rj_cursor *c, uint64_t *num)
{
	struct rj_http_field field;
	struct rj_cursor line;

	if (rj_line_word(c, '\n', &line)) {
		line = *c;
		c->left = 0;
	}
	while (rj_http_field_guess(&line, &field))
		if ((*num)++ < MAX_HEADERS)
			put_header(v, &field);
}

static void put_headers(struct rj_visitor *v, struct rj_cursor *c, bool is_malformed)
{
	struct rj_http_field field;
	uint64_t num = 0;

	field.is_end = false; /* its 16 KiB need no zeros */
	while (c->left && !field.is_end) {
		if (rj_http_field_read(c, &field)) {
			if (!is_malformed)
				break;
			put_guessed(v, c, &num);
		} else if (!field.is_end && num++ < MAX_HEADERS) {
			put_header(v, &field);
		}
	}
	if (num <= MAX_HEADERS)
		return;
	v->ops->open(v, &rj_http_fields[RJ_HTTP_F_ELEMENT]);
	v->ops->u64(v, &rj_http_fields[RJ_HTTP_F_HEADERS_SKIPPED], num - MAX_HEADERS);
	v->ops->close(v);
}

static void put_start(struct rj_visitor *v, const struct rj_http_start *start)
{
	put_text(v, RJ_HTTP_F_METHOD, start->method);
	put_text(v, RJ_HTTP_F_URI, start->uri);
	put_text(v, RJ_HTTP_F_VERSION, start->version);
	put_text(v, RJ_HTTP_F_CODE, start->code);
	put_text(v, RJ_HTTP_F_REASON, start->reason);
}

/* What could be told apart of the start line; false: nothing, so that no headers follow. */
static bool read_start(const struct message *message, struct rj_cursor *c,
		       struct rj_http_start *out)
{
	if (!rj_http_start_read(c, out))
		return true;
	if (!message->is_start_like)
		return false;
	rj_http_start_guess(c, out);
	return true;
}

static void put_message(struct rj_visitor *v, enum rj_http_field_id f,
			const struct message *message)
{
	struct rj_cursor c = rj_cursor_init(message->head, message->head_len, true);
	struct rj_http_start start;

	v->ops->open(v, &rj_http_fields[f]);
	if (read_start(message, &c, &start)) {
		put_start(v, &start);
		put_headers(v, &c, message->is_malformed);
	}
	if (message->body_len) {
		v->ops->open(v, &rj_http_fields[RJ_HTTP_F_ELEMENT]);
		v->ops->hex(v, &rj_http_fields[RJ_HTTP_F_BODY], message->body, message->body_len);
		v->ops->close(v);
	}
	if (message->is_truncated)
		put_true(v, RJ_HTTP_F_TRUNCATED);
	if (message->is_malformed)
		put_true(v, RJ_HTTP_F_MALFORMED);
	v->ops->close(v);
}

/* The protocol that @message, a response, says it switches to. */
static void put_switch(struct rj_visitor *v, const struct message *message)
{
	struct rj_cursor c = rj_cursor_init(message->head, message->head_len, true);
	struct rj_http_start start;
	struct rj_http_field field;

	if (!message->is_switch || rj_http_start_read(&c, &start))
		return;
	while (!rj_http_field_read(&c, &field) && !field.is_end) {
		if (!rj_line_equals(field.name, "upgrade"))
			continue;
		v->ops->string(v, &rj_http_fields[RJ_HTTP_F_SWITCHED_TO], field.value.at,
			       field.value.left);
		return;
	}
}

static void put_exchange(struct rj_visitor *v, const struct message *out, const struct message *in)
{
	v->ops->open(v, &rj_http_fields[RJ_HTTP_F_EXCHANGE]);
	if (out)
		put_message(v, RJ_HTTP_F_OUT, out);
	if (in)
		put_message(v, RJ_HTTP_F_IN, in);
	if (in)
		put_switch(v, in);
	v->ops->close(v);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct http_state *s = state;
	const struct side *out = &s->sides[originator], *in = &s->sides[originator ^ 1];
	uint32_t num = out->num > in->num ? out->num : in->num;

	if (!num && !out->is_full && !in->is_full)
		return;
	v->ops->open(v, &rj_http_fields[RJ_HTTP_F_EXCHANGES]);
	for (uint32_t i = 0; i < num; i++) {
		put_exchange(v, i < out->num ? out->messages[i] : NULL,
			     i < in->num ? in->messages[i] : NULL);
	}
	if (out->is_full || in->is_full) {
		v->ops->open(v, &rj_http_fields[RJ_HTTP_F_EXCHANGE]);
		v->ops->boolean(v, &rj_http_fields[RJ_HTTP_F_MORE], 1);
		v->ops->close(v);
	}
	v->ops->close(v);
}

static int originator_of(const void *state)
{
	const struct http_state *s = state;

	for (int side = 0; side < 2; side++) {
		if (s->sides[side].role == ROLE_REQUESTS)
			return side;
		if (s->sides[side ^ 1].role == ROLE_RESPONSES)
			return side;
	}
	return -1;
}

static void put_fingerprint(const struct side *side, struct rj_fingerprints *out)
{
	const struct message *first = side->num ? side->messages[0] : NULL;

	if (!first || first->is_malformed || first->is_truncated)
		return;
	rj_fp_begin(&out->text, RJ_FP_NO_DIGEST);
	if (rj_http_npf(&out->text, rj_cursor_init(first->head, first->head_len, true)))
		rj_fp_write(out, side->role == ROLE_REQUESTS ? RJ_FP_HTTP : RJ_FP_HTTP_SERVER);
}

/* The first request's and the first response's, in this order. */
static void fingerprints(const void *state, struct rj_fingerprints *out)
{
	const struct http_state *s = state;
	unsigned int client = s->sides[1].role == ROLE_REQUESTS;

	out->client = originator_of(state);
	put_fingerprint(&s->sides[client], out);
	put_fingerprint(&s->sides[!client], out);
}

const struct rj_dissector rj_http = {
	.name = "http",
	.reference = "RFC 9112",
	.over = RJ_OVER_TCP,
	.ports = ports,
	.state_bytes = sizeof(struct http_state),
	.max_bytes = MAX_BYTES,
	.leads_on = true,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.fingerprints = fingerprints,
	.originator = originator_of,
	.fields = rj_http_fields,
	.num_fields = RJ_HTTP_NUM_FIELDS,
};
