/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for SIP over UDP and TCP (RFC 3261), and media in SDP bodies (RFC 8866). */
#include <arpa/inet.h>

#include "proto/common/datagrams.h"
#include "proto/common/line.h"
#include "proto/common/put.h"
#include "proto/dissector.h"
#include "proto/registry.h"

#define MAX_LISTED 8u	      /* messages of a side. Ours: of a call all there mostly are */
#define MAX_COUNTED 256u      /* messages of a side that are looked at. Ours */
#define MAX_KEPT 4096u	      /* bytes of one that is listed; with Via of several proxies 2 KiB */
#define MAX_HEAD (16u << 10)  /* of HTTP/1 alike */
#define MAX_BYTES (64u << 10) /* of a stream, bodies that are passed over left out */
#define MAX_LINES 256u	      /* header fields of a message */
#define MAX_VIAS 8u	      /* of a message, and contacts. Ours */
#define MAX_MEDIA 16u	      /* of a session. Ours */
#define MAX_FORMATS 32u	      /* of a medium */
#define MAX_LINE_ENDS 16u     /* bytes of them before the first message; a ping has 4. Ours */
#define MAX_METHOD 32u	      /* the longest of IANA's have 9 letters. Ours */
#define MAX_START_LINE 512u   /* before it must have its version; URIs have some 50. Ours */
#define VERSION "SIP/2.0"

enum field {
	F_SIP,
	F_MESSAGES,
	F_MESSAGE,
	F_DIR,
	F_METHOD,
	F_REQUEST_URI,
	F_STATUS,
	F_REASON,
	F_FROM,
	F_TO,
	F_CALL_ID,
	F_CSEQ,
	F_USER_AGENT,
	F_SERVER,
	F_CONTENT_TYPE,
	F_VIA,
	F_VIA_ITEM,
	F_CONTACT,
	F_CONTACT_ITEM,
	F_SDP,
	F_MEDIA,
	F_MEDIUM,
	F_TYPE,
	F_PORT,
	F_PROTOCOL,
	F_FORMATS,
	F_FORMAT,
	F_CONNECTION,
	F_TRUNCATED,
	F_REQUESTS,
	F_RESPONSES,
	NUM_FIELDS
};

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[F_SIP] = { "sip", RJ_TYPE_OBJECT, "", 0, "RFC 3261", "SIP of the flow." },
	[F_MESSAGES] = { "messages", RJ_TYPE_ARRAY, "", 0, "RFC 3261 7",
		"First messages of either side, in order of arrival." },
	[F_MESSAGE] = { "message", RJ_TYPE_OBJECT, "", 0, "RFC 3261 7", "One message." },
	[F_DIR] = { "dir", RJ_TYPE_STRING, "", 0, "", "> from the originator, < to it." },
	[F_METHOD] = { "method", RJ_TYPE_STRING, "", 0, "RFC 3261 7.1", "Of a request." },
	[F_REQUEST_URI] = { "request_uri", RJ_TYPE_WORDS, "", 0, "RFC 3261 7.1",
		"Whom a request is for." },
	[F_STATUS] = { "status", RJ_TYPE_UINT, "", 0, "RFC 3261 7.2", "Of a response." },
	[F_REASON] = { "reason", RJ_TYPE_STRING, "", 0, "RFC 3261 7.2", "The same in words." },
	[F_FROM] = { "from", RJ_TYPE_WORDS, "", 0, "RFC 3261 20.20", "Who began the request." },
	[F_TO] = { "to", RJ_TYPE_WORDS, "", 0, "RFC 3261 20.39", "Whom it is for." },
	[F_CALL_ID] = { "call_id", RJ_TYPE_WORDS, "", 0, "RFC 3261 20.8",
		"Tells which messages are of one call or registration." },
	[F_CSEQ] = { "cseq", RJ_TYPE_STRING, "", 0, "RFC 3261 20.16",
		"Number and method of the request." },
	[F_USER_AGENT] = { "user_agent", RJ_TYPE_STRING, "", 0, "RFC 3261 20.41",
		"Program that sent the request." },
	[F_SERVER] = { "server", RJ_TYPE_STRING, "", 0, "RFC 3261 20.35",
		"Program that sent the response." },
	[F_CONTENT_TYPE] = { "content_type", RJ_TYPE_STRING, "", 0, "RFC 3261 20.15",
		"What the body is." },
	[F_VIA] = { "via", RJ_TYPE_ARRAY, "", 0, "RFC 3261 20.42",
		"Whom a request passed, the last one first; at most 8." },
	[F_VIA_ITEM] = { "via[]", RJ_TYPE_WORDS, "", 0, "RFC 3261 20.42", "One of them." },
	[F_CONTACT] = { "contact", RJ_TYPE_ARRAY, "", 0, "RFC 3261 20.10",
		"Where the sender can be reached; at most 8." },
	[F_CONTACT_ITEM] = { "contact[]", RJ_TYPE_WORDS, "", 0, "RFC 3261 20.10",
		"One of them." },
	[F_SDP] = { "sdp", RJ_TYPE_OBJECT, "", 0, "RFC 8866", "Session that is offered or taken." },
	[F_MEDIA] = { "media", RJ_TYPE_ARRAY, "", 0, "RFC 8866 5.14", "Its media, at most 16." },
	[F_MEDIUM] = { "medium", RJ_TYPE_OBJECT, "", 0, "RFC 8866 5.14", "One medium." },
	[F_TYPE] = { "type", RJ_TYPE_STRING, "", 0, "RFC 8866 5.14", "audio, video or another." },
	[F_PORT] = { "port", RJ_TYPE_UINT, "", 0, "RFC 8866 5.14",
		"Port it is awaited on; 0: it is refused." },
	[F_PROTOCOL] = { "protocol", RJ_TYPE_STRING, "", 0, "RFC 8866 5.14",
		"RTP/AVP, RTP/SAVPF or another." },
	[F_FORMATS] = { "formats", RJ_TYPE_ARRAY, "", 0, "RFC 8866 5.14",
		"Formats in order of preference; of RTP payload types." },
	[F_FORMAT] = { "format", RJ_TYPE_STRING, "", 0, "RFC 8866 5.14", "One of them." },
	[F_CONNECTION] = { "connection", RJ_TYPE_ADDRESS, "", 0, "RFC 8866 5.7",
		"Where media are awaited, of the session or of one medium; or a name." },
	[F_TRUNCATED] = { "truncated", RJ_TYPE_BOOL, "", 0, "",
		"Only the first part of the message is there, by the capture or as it is long." },
	[F_REQUESTS] = { "requests", RJ_TYPE_UINT, "messages", 0, "RFC 3261 7.1",
		"Requests among the first 256 messages of each side." },
	[F_RESPONSES] = { "responses", RJ_TYPE_UINT, "messages", 0, "RFC 3261 7.2",
		"Responses, likewise." },
};
/* clang-format on */

static const uint16_t ports[] = { 5060, 5061, 0 };

static const char *const schemes[] = { "sip:", "sips:", "tel:", "urn:", "im:", "pres:", NULL };

/* @asker: 1 + the side of the first message, if that asked, else of the other */
struct sip_state {
	struct rj_datagrams messages;
	uint32_t num_requests;
	uint32_t num_responses;
	uint16_t num_side[2];
	uint8_t asker;
};

/* Passes one of @texts, ASCII letters of the case they have. */
RJ_MUST_CHECK static enum rj_status skip_one_of(struct rj_cursor *c, const char *const *texts)
{
	enum rj_status st = RJ_MALFORMED;

	for (; *texts; texts++) {
		if (!rj_cursor_starts(c, *texts))
			continue;
		if (c->left >= strlen(*texts))
			return rj_cursor_skip(c, strlen(*texts));
		st = rj_cursor_short(c);
	}
	return st;
}

/* token, RFC 3261 25.1: letters, digits and -.!%*_+`'~ */
static bool is_token_char(uint8_t ch)
{
	uint8_t letter = ch | 0x20;

	if ((letter >= 'a' && letter <= 'z') || (ch >= '0' && ch <= '9'))
		return true;
	return ch > ' ' && memchr("-.!%*_+`'~", ch, 10);
}

/* RFC 3261 25.1: a method is any token, as extensions have their own; with the blank behind. */
RJ_MUST_CHECK static enum rj_status skip_method(struct rj_cursor *c)
{
	for (unsigned int num = 0; num <= MAX_METHOD; num++) {
		uint8_t ch;
		enum rj_status st = rj_cursor_u8(c, &ch);

		if (st)
			return st;
		if (num && ch == ' ')
			return RJ_OK;
		if (!is_token_char(ch))
			return RJ_MALFORMED;
	}
	return RJ_MALFORMED;
}

/* RFC 3261 7.1: behind the method a URI and the version, before the end of a line. */
RJ_MUST_CHECK static enum rj_status check_request(struct rj_cursor c)
{
	struct rj_cursor line, uri;
	enum rj_status st = skip_one_of(&c, schemes);

	if (st)
		return st;
	if (!rj_line_has(c, '\n') && c.left > MAX_START_LINE)
		return RJ_MALFORMED;
	st = rj_line_read(&c, &line);
	if (!st)
		st = rj_line_word(&line, ' ', &uri);
	return !st && !rj_line_equals(line, VERSION) ? RJ_MALFORMED : st;
}

/* RFC 3261 7.2: the version is behind, here three digits. */
RJ_MUST_CHECK static enum rj_status check_response(struct rj_cursor c)
{
	uint8_t digit;
	enum rj_status st = rj_cursor_u8(&c, &digit);

	if (!st && (digit < '1' || digit > '6'))
		return RJ_MALFORMED;
	for (unsigned int i = 0; !st && i < 2; i++) {
		st = rj_cursor_u8(&c, &digit);
		if (!st && (digit < '0' || digit > '9'))
			return RJ_MALFORMED;
	}
	return st;
}

/* Whether a message starts here: by its whole start line, or so far as there is any. */
RJ_MUST_CHECK static enum rj_status check_start(struct rj_cursor c, bool *ret_is_request)
{
	static const char *const version[] = { VERSION " ", NULL };
	enum rj_status st = skip_one_of(&c, version);

	*ret_is_request = st == RJ_MALFORMED;
	if (st != RJ_MALFORMED)
		return st ? st : check_response(c);
	st = skip_method(&c);
	return st ? st : check_request(c);
}

/* RFC 3261 7.5: line ends before the first start line of a stream; those of some pings. */
static void skip_line_ends(struct rj_cursor *c)
{
	for (unsigned int i = 0; i < MAX_LINE_ENDS && c->left; i++)
		if ((*c->at != '\r' && *c->at != '\n') || rj_cursor_skip(c, 1))
			return;
}

static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	bool is_request;
	enum rj_status st;

	if (m->over == RJ_OVER_TCP)
		skip_line_ends(&bytes);
	if (bytes.left && !is_token_char(*bytes.at))
		return RJ_PROBE_NO;
	st = check_start(bytes, &is_request);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return RJ_PROBE_YES;
}

/* RFC 3261 7.3.3, 20: names, and their compact forms. */
static const struct header {
	const char *name;
	char compact;
	uint8_t field;
} headers[] = {
	{ "Via", 'v', F_VIA },
	{ "From", 'f', F_FROM },
	{ "To", 't', F_TO },
	{ "Call-ID", 'i', F_CALL_ID },
	{ "CSeq", 0, F_CSEQ },
	{ "Contact", 'm', F_CONTACT },
	{ "User-Agent", 0, F_USER_AGENT },
	{ "Server", 0, F_SERVER },
	{ "Content-Type", 'c', F_CONTENT_TYPE },
	{ "Content-Length", 'l', NUM_FIELDS },
};

/* A header that is of interest, by its name; NULL: it is not. */
static const struct header *header_of(struct rj_cursor name)
{
	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		const char compact[2] = { headers[i].compact, 0 };

		if (rj_line_equals(name, headers[i].name) ||
		    (*compact && rj_line_equals(name, compact)))
			return &headers[i];
	}
	return NULL;
}

static bool is_blank(uint8_t ch)
{
	return ch == ' ' || ch == '\t' || ch == '\r' || ch == '\n';
}

/* A value of several lines, without what is blank at its ends. */
static struct rj_cursor trim_lines(struct rj_cursor c)
{
	struct rj_cursor ahead = c;
	uint8_t ch;

	while (!rj_cursor_u8(&ahead, &ch) && is_blank(ch))
		c = ahead;
	while (c.left && is_blank(c.at[c.left - 1]))
		c.left--;
	return c;
}

/*
 * The next header line and its value, with the lines that are folded onto it (RFC 3261 7.3.1) as
 * they came. One of no interest has *@out NULL and as @value its first line, empty at the head's
 * end.
 */
RJ_MUST_CHECK static enum rj_status next_header(struct rj_cursor *c, const struct header **out,
						struct rj_cursor *value)
{
	struct rj_cursor all = *c, line, name;
	enum rj_status st = rj_line_read(c, &line);

	if (st)
		return st;
	*value = line;
	*out = NULL;
	while (line.left && c->left && (*c->at == ' ' || *c->at == '\t')) {
		struct rj_cursor folded;

		st = rj_line_read(c, &folded);
		if (st)
			return st;
	}
	if (!rj_line_word(&line, ':', &name))
		*out = header_of(rj_line_trim(name));
	if (!*out)
		return RJ_OK;
	all.left -= c->left;
	st = rj_line_word(&all, ':', &name);
	*value = trim_lines(all);
	return st;
}

/* Digits up to what is none; numbers that are too large for any use are not told apart. */
static uint64_t number_of(struct rj_cursor text)
{
	uint64_t value = 0;
	uint8_t digit;

	while (!rj_cursor_u8(&text, &digit) && digit >= '0' && digit <= '9' && value < UINT32_MAX)
		value = value * 10 + (digit - '0');
	return value;
}

/* Passes a head, and tells what its Content-Length says of the body; false: nothing. */
RJ_MUST_CHECK static enum rj_status skip_head(struct rj_cursor *c, bool *ret_has_len,
					      uint64_t *ret_len)
{
	struct rj_cursor ahead = *c, value;
	const struct header *header;
	enum rj_status st = rj_line_read(&ahead, &value);

	*ret_has_len = false;
	*ret_len = 0;
	for (unsigned int i = 0; !st && i < MAX_LINES; i++) {
		st = next_header(&ahead, &header, &value);
		if (!st && !header && !value.left) {
			*c = ahead;
			return RJ_OK;
		}
		if (!st && header && header->field == NUM_FIELDS) {
			*ret_len = number_of(value);
			*ret_has_len = true;
		}
	}
	return st ? st : RJ_MALFORMED;
}

/* What is sent to keep a path open: line ends (RFC 5626 4.4.1), over UDP zeros as well. */
RJ_MUST_CHECK static enum rj_status skip_idle(struct rj_cursor *c)
{
	while (c->left && (*c->at == '\r' || *c->at == '\n' || !*c->at))
		if (rj_cursor_skip(c, 1))
			return RJ_MALFORMED;
	return RJ_OK;
}

/* Keeps @len bytes of @c as a message; it is behind them then. */
RJ_MUST_CHECK static enum rj_status take(struct sip_state *s, struct rj_message *m,
					 struct rj_cursor *c, size_t len, bool is_request,
					 bool is_whole)
{
	struct rj_cursor kept = rj_cursor_init(c->at, len, is_whole);
	enum rj_status st;

	if (len > MAX_KEPT)
		kept = rj_cursor_init(c->at, MAX_KEPT, false);
	st = rj_datagrams_take(&s->messages, m, &kept, MAX_LISTED);
	if (st)
		return st;
	if (!s->asker)
		s->asker = (uint8_t)(1 + (is_request ? m->side : !m->side));
	if (is_request)
		s->num_requests++;
	else
		s->num_responses++;
	m->is_done = ++s->num_side[m->side] >= MAX_COUNTED;
	return rj_cursor_skip(c, len);
}

/* A message whose head ends before @body. Long bodies of a stream are passed over. */
RJ_MUST_CHECK static enum rj_status take_whole(struct sip_state *s, struct rj_message *m,
					       struct rj_cursor *c, struct rj_cursor body,
					       uint64_t body_len, bool is_request)
{
	size_t head_len = c->left - body.left;

	if (body_len <= body.left)
		return take(s, m, c, head_len + (size_t)body_len, is_request, true);
	if (m->over == RJ_OVER_TCP && body_len > MAX_KEPT) {
		m->skip = body_len;
		return take(s, m, c, head_len, is_request, false);
	}
	if (!c->is_hard && !m->is_done)
		return RJ_TRUNCATED;
	return take(s, m, c, c->left, is_request, false);
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct sip_state *s = state;
	struct rj_cursor body = *c;
	bool is_request, has_len;
	uint64_t len;
	enum rj_status st = skip_idle(&body);

	if (!st && body.left != c->left) {
		*c = body;
		m->is_done = false;
		return RJ_OK;
	}
	st = check_start(*c, &is_request);
	if (st)
		return st;
	st = skip_head(&body, &has_len, &len);
	if (st == RJ_TRUNCATED && (m->is_done || c->left > MAX_HEAD))
		return take(s, m, c, c->left, is_request, false);
	if (st == RJ_MALFORMED && m->over == RJ_OVER_UDP) /* a head alone, without its end */
		return take(s, m, c, c->left, is_request, false);
	if (st)
		return st;
	if (m->over == RJ_OVER_UDP && !has_len)
		len = body.left; /* RFC 3261 18.3 */
	return take_whole(s, m, c, body, len, is_request);
}

/* A header's value, each end of a line with the blanks about it as one (RFC 3261 7.3.1). */
static void put_value(struct rj_visitor *v, enum field f, struct rj_cursor value)
{
	uint8_t joined[MAX_KEPT];
	size_t len = 0;
	struct rj_cursor line;

	if (!rj_line_has(value, '\n') || value.left > sizeof(joined)) {
		rj_put_text(v, &fields[f], value);
		return;
	}
	while (value.left) {
		if (rj_line_read(&value, &line)) {
			line = value;
			value.left = 0;
		}
		line = rj_line_trim(line);
		if (line.left && len)
			joined[len++] = ' ';
		if (line.left)
			memcpy(joined + len, line.at, line.left);
		len += line.left;
	}
	rj_put_text(v, &fields[f], rj_cursor_init(joined, len, true));
}

/* The start line, which was checked. */
RJ_MUST_CHECK static enum rj_status put_start(struct rj_visitor *v, struct rj_cursor *c)
{
	struct rj_cursor line, word;
	enum rj_status st = rj_line_read(c, &line);

	if (st) { /* cut inside it */
		line = *c;
		*c = rj_cursor_init(c->at, 0, true);
	}
	line.is_hard = true;
	if (rj_line_word(&line, ' ', &word))
		return RJ_MALFORMED;
	if (rj_line_equals(word, VERSION)) {
		v->ops->u64(v, &fields[F_STATUS], number_of(line));
		if (!rj_line_word(&line, ' ', &word))
			rj_put_text(v, &fields[F_REASON], line);
		return RJ_OK;
	}
	rj_put_text(v, &fields[F_METHOD], word);
	if (rj_line_word(&line, ' ', &word))
		word = line;
	rj_put_text(v, &fields[F_REQUEST_URI], word);
	return RJ_OK;
}

/* The first header of each kind but those of which there may be several. */
static void put_headers(struct rj_visitor *v, struct rj_cursor c, struct rj_cursor *ret_type)
{
	const struct header *header;
	struct rj_cursor value;
	uint64_t seen = 0;

	for (unsigned int i = 0; i < MAX_LINES && !next_header(&c, &header, &value); i++) {
		if (!header && !value.left)
			return;
		if (!header || header->field == NUM_FIELDS || header->field >= F_VIA ||
		    seen >> header->field & 1)
			continue;
		seen |= 1ull << header->field;
		put_value(v, (enum field)header->field, value);
		if (header->field == F_CONTENT_TYPE)
			*ret_type = value;
	}
}

/* All headers of a kind, as a list; the item's row is behind the list's. */
static void put_list(struct rj_visitor *v, struct rj_cursor c, enum field f)
{
	const struct header *header;
	struct rj_cursor value;
	unsigned int num = 0;

	for (unsigned int i = 0; i < MAX_LINES && !next_header(&c, &header, &value); i++) {
		if (!header && !value.left)
			break;
		if (!header || header->field != f || !value.left || num == MAX_VIAS)
			continue;
		if (!num++)
			v->ops->open(v, &fields[f]);
		put_value(v, f + 1, value);
	}
	if (num)
		v->ops->close(v);
}

static bool read_address(struct rj_cursor text, uint8_t out[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	char copy[INET6_ADDRSTRLEN] = "";

	if (!text.left || text.left >= sizeof(copy))
		return false;
	memcpy(copy, text.at, text.left);
	if (inet_pton(AF_INET, copy, out + 12) != 1)
		return inet_pton(AF_INET6, copy, out) == 1;
	memcpy(out, mapped, sizeof(mapped));
	return true;
}

/* RFC 8866 5.7: kind of network, kind of address, address with a time to live behind a slash. */
static void put_connection(struct rj_visitor *v, struct rj_cursor line)
{
	struct rj_cursor word;
	uint8_t addr[16];

	line.is_hard = true;
	if (rj_line_word(&line, ' ', &word) || rj_line_word(&line, ' ', &word))
		return;
	if (rj_line_word(&line, '/', &word))
		word = line;
	word = rj_line_trim(word);
	if (read_address(word, addr))
		v->ops->address(v, &fields[F_CONNECTION], addr);
	else
		rj_put_text(v, &fields[F_CONNECTION], word);
}

/* The next line of a session and its letter; the last one may have no end. */
RJ_MUST_CHECK static enum rj_status next_line(struct rj_cursor *c, uint8_t *ret_letter,
					      struct rj_cursor *out)
{
	enum rj_status st = rj_line_read(c, out);
	uint8_t equals;

	if (st && c->left) {
		*out = *c;
		st = rj_cursor_skip(c, c->left);
	}
	if (!st)
		st = rj_cursor_u8(out, ret_letter);
	if (!st)
		st = rj_cursor_u8(out, &equals);
	return !st && equals != '=' ? RJ_MALFORMED : st;
}

/* The c= before the next m=; nothing where there is none. */
static void put_own_connection(struct rj_visitor *v, struct rj_cursor c)
{
	struct rj_cursor line;
	uint8_t letter = 0;

	for (unsigned int i = 0; i < MAX_LINES && !next_line(&c, &letter, &line); i++) {
		if (letter == 'm')
			return;
		if (letter == 'c') {
			put_connection(v, line);
			return;
		}
	}
}

/* struct medium - RFC 8866 5.14: m=audio 49170 RTP/AVP 0 8 */
struct medium {
	struct rj_cursor type;
	struct rj_cursor port;
	struct rj_cursor protocol;
	struct rj_cursor formats;
};

RJ_MUST_CHECK static enum rj_status read_medium(struct rj_cursor line, struct medium *out)
{
	enum rj_status st;

	line.is_hard = true;
	st = rj_line_word(&line, ' ', &out->type);
	if (!st)
		st = rj_line_word(&line, ' ', &out->port);
	if (!st)
		st = rj_line_word(&line, ' ', &out->protocol);
	out->formats = line;
	return st;
}

/* @rest: the lines behind it. */
static void put_medium(struct rj_visitor *v, const struct medium *medium, struct rj_cursor rest)
{
	struct rj_cursor formats = medium->formats, format;

	v->ops->open(v, &fields[F_MEDIUM]);
	rj_put_text(v, &fields[F_TYPE], medium->type);
	v->ops->u64(v, &fields[F_PORT], number_of(medium->port));
	rj_put_text(v, &fields[F_PROTOCOL], medium->protocol);
	v->ops->open(v, &fields[F_FORMATS]);
	for (unsigned int i = 0; formats.left && i < MAX_FORMATS; i++) {
		if (rj_line_word(&formats, ' ', &format)) {
			format = formats;
			formats.left = 0;
		}
		rj_put_text(v, &fields[F_FORMAT], format);
	}
	v->ops->close(v);
	put_own_connection(v, rest);
	v->ops->close(v);
}

static void put_media(struct rj_visitor *v, struct rj_cursor c)
{
	struct rj_cursor line;
	struct medium medium;
	unsigned int num = 0;
	uint8_t letter = 0;

	for (unsigned int i = 0; i < MAX_LINES && !next_line(&c, &letter, &line); i++) {
		if (letter != 'm' || num == MAX_MEDIA || read_medium(line, &medium))
			continue;
		if (!num++)
			v->ops->open(v, &fields[F_MEDIA]);
		put_medium(v, &medium, c);
	}
	if (num)
		v->ops->close(v);
}

/* A body that is a session. Its type may have parameters (RFC 3261 25.1, media-type). */
static void put_session(struct rj_visitor *v, struct rj_cursor type, struct rj_cursor c)
{
	struct rj_cursor name;

	type.is_hard = true;
	if (rj_line_word(&type, ';', &name))
		name = type;
	if (!rj_line_equals(rj_line_trim(name), "application/sdp") || !c.left)
		return;
	v->ops->open(v, &fields[F_SDP]);
	put_own_connection(v, c);
	put_media(v, c);
	v->ops->close(v);
}

static void put_message(const struct rj_datagram *d, unsigned int originator, struct rj_visitor *v)
{
	struct rj_cursor c = rj_cursor_init(d->bytes, d->len, true), body = c;
	struct rj_cursor type = rj_cursor_init("", 0, true);
	bool has_len;
	uint64_t len;

	v->ops->open(v, &fields[F_MESSAGE]);
	rj_put_dir(v, &fields[F_DIR], d->side, originator);
	if (!put_start(v, &c)) {
		put_headers(v, c, &type);
		put_list(v, c, F_VIA);
		put_list(v, c, F_CONTACT);
		if (!skip_head(&body, &has_len, &len))
			put_session(v, type, body);
	}
	rj_put_true(v, &fields[F_TRUNCATED], d->is_cut);
	v->ops->close(v);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct sip_state *s = state;

	if (!s->num_side[0] && !s->num_side[1])
		return;
	v->ops->open(v, &fields[F_SIP]);
	if (s->messages.first) {
		v->ops->open(v, &fields[F_MESSAGES]);
		for (const struct rj_datagram *d = s->messages.first; d; d = d->next)
			put_message(d, originator, v);
		v->ops->close(v);
	}
	if (s->num_requests)
		v->ops->u64(v, &fields[F_REQUESTS], s->num_requests);
	if (s->num_responses)
		v->ops->u64(v, &fields[F_RESPONSES], s->num_responses);
	v->ops->close(v);
}

static int originator_of(const void *state)
{
	const struct sip_state *s = state;

	return s->asker - 1;
}

const struct rj_dissector rj_sip = {
	.name = "sip",
	.reference = "RFC 3261",
	.over = RJ_OVER_TCP | RJ_OVER_UDP,
	.ports = ports,
	.state_bytes = sizeof(struct sip_state),
	.max_bytes = MAX_BYTES,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.originator = originator_of,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
