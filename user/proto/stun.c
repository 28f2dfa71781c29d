/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The dissector for STUN and TURN (RFC 8489, 8656, 8445), between which DTLS and RTP may stand
 * (RFC 7983); and for STUN without a cookie on its port (RFC 3489).
 */
#include "proto/common/datagrams.h"
#include "proto/common/put.h"
#include "proto/dissector.h"
#include "proto/registry.h"

#define PORT_STUN 3478u

#define MAX_LISTED 8u	 /* messages of a side. Ours: the checks of ICE, or a TURN allocation */
#define MAX_COUNTED 256u /* messages of a side that are looked at. Ours */
#define MAX_KEPT 1500u	 /* bytes of one that is listed: what a cable carries */
#define MAX_ATTRIBUTES 48u
#define MAX_BYTES (32u << 10) /* of a stream. Ours: 256 messages of 100 bytes, and some */

#define HEADER_BYTES 20u
#define TRANSACTION_BYTES 16u /* with the cookie */
#define COOKIE 0x2112a442u
#define COOKIE_HIGH (COOKIE >> 16)
#define METHOD_BINDING 1u
#define METHOD_SHARED_SECRET 2u
#define FAMILY_IPV4 1u
#define FAMILY_IPV6 2u

enum class { REQUEST, INDICATION, SUCCESS, ERROR, NUM_CLASSES };

enum field {
	F_STUN,
	F_MESSAGES,
	F_MESSAGE,
	F_DIR,
	F_CLASS,
	F_METHOD,
	F_TRANSACTION,
	F_CLASSIC,
	F_MAPPED_ADDRESS,
	F_XOR_MAPPED_ADDRESS,
	F_XOR_PEER_ADDRESS,
	F_XOR_RELAYED_ADDRESS,
	F_ALTERNATE_SERVER,
	F_RESPONSE_ORIGIN,
	F_OTHER_ADDRESS,
	F_ADDRESS,
	F_PORT,
	F_USERNAME,
	F_REALM,
	F_NONCE,
	F_SOFTWARE,
	F_ALTERNATE_DOMAIN,
	F_ERROR_CODE,
	F_REASON,
	F_PRIORITY,
	F_USE_CANDIDATE,
	F_ICE_CONTROLLED,
	F_ICE_CONTROLLING,
	F_CHANNEL,
	F_LIFETIME,
	F_TRANSPORT,
	F_ATTRIBUTES,
	F_ATTRIBUTE,
	F_TRUNCATED,
	F_MALFORMED,
	F_REQUESTS,
	F_INDICATIONS,
	F_SUCCESSES,
	F_ERRORS,
	F_CHANNEL_DATA,
	NUM_FIELDS
};

#define ADDRESS_MEANING(what) what " with its port."

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[F_STUN] = { "stun", RJ_TYPE_OBJECT, "", 0, "RFC 8489", "STUN and TURN of the flow." },
	[F_MESSAGES] = { "messages", RJ_TYPE_ARRAY, "", 0, "RFC 8489 5",
		"First messages of either side, in order of arrival." },
	[F_MESSAGE] = { "message", RJ_TYPE_OBJECT, "", 0, "RFC 8489 5", "One message." },
	[F_DIR] = { "dir", RJ_TYPE_STRING, "", 0, "", "> from the originator, < to it." },
	[F_CLASS] = { "class", RJ_TYPE_STRING, "", 0, "RFC 8489 5",
		"request, indication, success or error." },
	[F_METHOD] = { "method", RJ_TYPE_STRING, "", 0, "RFC 8489 18.2, RFC 8656 17",
		"binding, allocate and others; or its number." },
	[F_TRANSACTION] = { "transaction_id", RJ_TYPE_HEX, "", 0, "RFC 8489 5",
		"Tells which response is of which request." },
	[F_CLASSIC] = { "classic", RJ_TYPE_BOOL, "", 0, "RFC 3489",
		"Without the cookie, as before 2008." },
	[F_MAPPED_ADDRESS] = { "mapped_address", RJ_TYPE_OBJECT, "", 0, "RFC 8489 14.1",
		ADDRESS_MEANING("Where the server saw the request come from") },
	[F_XOR_MAPPED_ADDRESS] = { "xor_mapped_address", RJ_TYPE_OBJECT, "", 0, "RFC 8489 14.2",
		ADDRESS_MEANING("The same, which translators of addresses do not find") },
	[F_XOR_PEER_ADDRESS] = { "xor_peer_address", RJ_TYPE_OBJECT, "", 0, "RFC 8656 18.3",
		ADDRESS_MEANING("Peer that a relay is for, the first that is named") },
	[F_XOR_RELAYED_ADDRESS] = { "xor_relayed_address", RJ_TYPE_OBJECT, "", 0, "RFC 8656 18.5",
		ADDRESS_MEANING("What the relay gave the client") },
	[F_ALTERNATE_SERVER] = { "alternate_server", RJ_TYPE_OBJECT, "", 0, "RFC 8489 14.15",
		ADDRESS_MEANING("The server to ask instead") },
	[F_RESPONSE_ORIGIN] = { "response_origin", RJ_TYPE_OBJECT, "", 0, "RFC 5780 7.3",
		ADDRESS_MEANING("Where the response was sent from") },
	[F_OTHER_ADDRESS] = { "other_address", RJ_TYPE_OBJECT, "", 0, "RFC 5780 7.4",
		ADDRESS_MEANING("Where the server would answer from for tests") },
	[F_ADDRESS] = { "address", RJ_TYPE_ADDRESS, "", 0, "RFC 8489 14.1", "Address." },
	[F_PORT] = { "port", RJ_TYPE_UINT, "", 0, "RFC 8489 14.1", "Port." },
	[F_USERNAME] = { "username", RJ_TYPE_WORDS, "", 0, "RFC 8489 14.3",
		"Name of the user; of ICE two fragments that were made for the session." },
	[F_REALM] = { "realm", RJ_TYPE_STRING, "", 0, "RFC 8489 14.9",
		"Domain that the user is known in." },
	[F_NONCE] = { "nonce", RJ_TYPE_STRING, "", 0, "RFC 8489 14.10",
		"What the server wants to have signed." },
	[F_SOFTWARE] = { "software", RJ_TYPE_STRING, "", 0, "RFC 8489 14.14",
		"Program that sent the message." },
	[F_ALTERNATE_DOMAIN] = { "alternate_domain", RJ_TYPE_STRING, "", 0, "RFC 8489 14.16",
		"Name of the server to ask instead." },
	[F_ERROR_CODE] = { "error_code", RJ_TYPE_UINT, "", 0, "RFC 8489 14.8",
		"Error, 300 to 699." },
	[F_REASON] = { "reason", RJ_TYPE_STRING, "", 0, "RFC 8489 14.8", "The same in words." },
	[F_PRIORITY] = { "priority", RJ_TYPE_UINT, "", 0, "RFC 8445 7.1.1",
		"Priority of the candidate of ICE." },
	[F_USE_CANDIDATE] = { "use_candidate", RJ_TYPE_BOOL, "", 0, "RFC 8445 7.1.2",
		"The sender takes this path." },
	[F_ICE_CONTROLLED] = { "ice_controlled", RJ_TYPE_HEX, "", 0, "RFC 8445 7.1.3",
		"The sender is the controlled agent; its tie-breaker." },
	[F_ICE_CONTROLLING] = { "ice_controlling", RJ_TYPE_HEX, "", 0, "RFC 8445 7.1.3",
		"The sender is the controlling agent; its tie-breaker." },
	[F_CHANNEL] = { "channel_number", RJ_TYPE_UINT, "", 0, "RFC 8656 18.1",
		"Channel that is bound to a peer." },
	[F_LIFETIME] = { "lifetime", RJ_TYPE_UINT, "seconds", 0, "RFC 8656 18.2",
		"How long the relay stays." },
	[F_TRANSPORT] = { "requested_transport", RJ_TYPE_UINT, "", 0, "RFC 8656 18.7",
		"IP protocol of the relay; 17 is UDP." },
	[F_ATTRIBUTES] = { "attributes", RJ_TYPE_ARRAY, "", 0, "RFC 8489 18.3",
		"All attributes in order, by name or as 0x and four digits." },
	[F_ATTRIBUTE] = { "attribute", RJ_TYPE_STRING, "", 0, "RFC 8489 18.3", "One of them." },
	[F_TRUNCATED] = { "truncated", RJ_TYPE_BOOL, "", 0, "",
		"Only the first part of the message is there, by the capture or as it is long." },
	[F_MALFORMED] = { "malformed", RJ_TYPE_BOOL, "", 0, "RFC 8489 14",
		"An attribute breaks its format." },
	[F_REQUESTS] = { "requests", RJ_TYPE_UINT, "messages", 0, "RFC 8489 5",
		"Requests among the first 256 messages of each side." },
	[F_INDICATIONS] = { "indications", RJ_TYPE_UINT, "messages", 0, "RFC 8489 5",
		"Indications, likewise." },
	[F_SUCCESSES] = { "successes", RJ_TYPE_UINT, "messages", 0, "RFC 8489 5",
		"Responses of success, likewise." },
	[F_ERRORS] = { "errors", RJ_TYPE_UINT, "messages", 0, "RFC 8489 5",
		"Responses with an error, likewise." },
	[F_CHANNEL_DATA] = { "channel_data", RJ_TYPE_UINT, "messages", 0, "RFC 8656 12.4",
		"Relayed data in channels, likewise; what it is of is not looked at." },
};
/* clang-format on */

#define NUM(table) (sizeof(table) / sizeof(*(table)))

static const char *const classes[NUM_CLASSES] = {
	[REQUEST] = "request",
	[INDICATION] = "indication",
	[SUCCESS] = "success",
	[ERROR] = "error",
};

static const char *const methods[] = {
	[METHOD_BINDING] = "binding",
	[METHOD_SHARED_SECRET] = "shared_secret",
	[3] = "allocate",
	[4] = "refresh",
	[6] = "send",
	[7] = "data",
	[8] = "create_permission",
	[9] = "channel_bind",
	[10] = "connect",
	[11] = "connection_bind",
	[12] = "connection_attempt",
	[0x80] = "goog_ping",
};

enum form { NAME_ALONE, ADDRESS, XOR_ADDRESS, TEXT, NUMBER, SHORT, BYTE, BYTES, PRESENT, PROBLEM };

/*
 * Attributes: RFC 8489 18.3, 8656 18, 8445 16.1, 5780 9.1, 6062 6.2, 3489 11.2; the last ones are
 * of libwebrtc. What has no value to show is listed by name.
 */
static const struct attribute {
	uint16_t type;
	uint8_t form;
	uint8_t field;
	const char *name;
} attributes[] = {
	{ 0x0001, ADDRESS, F_MAPPED_ADDRESS, "mapped_address" },
	{ 0x0002, NAME_ALONE, 0, "response_address" },
	{ 0x0003, NAME_ALONE, 0, "change_request" },
	{ 0x0004, NAME_ALONE, 0, "source_address" },
	{ 0x0005, NAME_ALONE, 0, "changed_address" },
	{ 0x0006, TEXT, F_USERNAME, "username" },
	{ 0x0007, NAME_ALONE, 0, "password" },
	{ 0x0008, NAME_ALONE, 0, "message_integrity" },
	{ 0x0009, PROBLEM, F_ERROR_CODE, "error_code" },
	{ 0x000a, NAME_ALONE, 0, "unknown_attributes" },
	{ 0x000b, NAME_ALONE, 0, "reflected_from" },
	{ 0x000c, SHORT, F_CHANNEL, "channel_number" },
	{ 0x000d, NUMBER, F_LIFETIME, "lifetime" },
	{ 0x0012, XOR_ADDRESS, F_XOR_PEER_ADDRESS, "xor_peer_address" },
	{ 0x0013, NAME_ALONE, 0, "data" },
	{ 0x0014, TEXT, F_REALM, "realm" },
	{ 0x0015, TEXT, F_NONCE, "nonce" },
	{ 0x0016, XOR_ADDRESS, F_XOR_RELAYED_ADDRESS, "xor_relayed_address" },
	{ 0x0017, NAME_ALONE, 0, "requested_address_family" },
	{ 0x0018, NAME_ALONE, 0, "even_port" },
	{ 0x0019, BYTE, F_TRANSPORT, "requested_transport" },
	{ 0x001a, NAME_ALONE, 0, "dont_fragment" },
	{ 0x001c, NAME_ALONE, 0, "message_integrity_sha256" },
	{ 0x001d, NAME_ALONE, 0, "password_algorithm" },
	{ 0x001e, NAME_ALONE, 0, "userhash" },
	{ 0x0020, XOR_ADDRESS, F_XOR_MAPPED_ADDRESS, "xor_mapped_address" },
	{ 0x0022, NAME_ALONE, 0, "reservation_token" },
	{ 0x0024, NUMBER, F_PRIORITY, "priority" },
	{ 0x0025, PRESENT, F_USE_CANDIDATE, "use_candidate" },
	{ 0x0026, NAME_ALONE, 0, "padding" },
	{ 0x0027, NAME_ALONE, 0, "response_port" },
	{ 0x002a, NAME_ALONE, 0, "connection_id" },
	{ 0x8000, NAME_ALONE, 0, "additional_address_family" },
	{ 0x8001, NAME_ALONE, 0, "address_error_code" },
	{ 0x8002, NAME_ALONE, 0, "password_algorithms" },
	{ 0x8003, TEXT, F_ALTERNATE_DOMAIN, "alternate_domain" },
	{ 0x8004, NAME_ALONE, 0, "icmp" },
	{ 0x8020, XOR_ADDRESS, F_XOR_MAPPED_ADDRESS, "xor_mapped_address" }, /* of drafts */
	{ 0x8022, TEXT, F_SOFTWARE, "software" },
	{ 0x8023, ADDRESS, F_ALTERNATE_SERVER, "alternate_server" },
	{ 0x8025, NAME_ALONE, 0, "transaction_transmit_counter" },
	{ 0x8027, NAME_ALONE, 0, "cache_timeout" },
	{ 0x8028, NAME_ALONE, 0, "fingerprint" },
	{ 0x8029, BYTES, F_ICE_CONTROLLED, "ice_controlled" },
	{ 0x802a, BYTES, F_ICE_CONTROLLING, "ice_controlling" },
	{ 0x802b, ADDRESS, F_RESPONSE_ORIGIN, "response_origin" },
	{ 0x802c, ADDRESS, F_OTHER_ADDRESS, "other_address" },
	{ 0x802d, NAME_ALONE, 0, "ecn_check" },
	{ 0xc001, NAME_ALONE, 0, "third_party_tid" },
	{ 0xc057, NAME_ALONE, 0, "goog_network_info" },
	{ 0xc058, NAME_ALONE, 0, "goog_last_ice_check_received" },
	{ 0xc059, NAME_ALONE, 0, "goog_misc_info" },
	{ 0xc05a, NAME_ALONE, 0, "goog_connection_id" },
	{ 0xc05b, NAME_ALONE, 0, "goog_delta" },
	{ 0xc05c, NAME_ALONE, 0, "goog_delta_ack" },
	{ 0xc060, NAME_ALONE, 0, "goog_message_integrity_32" },
};

static const uint16_t ports[] = { PORT_STUN, 0 };

/*
 * @num: of each class
 * @num_side: of all, by side
 * @asker: 1 + the side of the first request
 */
struct stun_state {
	struct rj_datagrams messages;
	uint32_t num[NUM_CLASSES];
	uint32_t num_channel_data;
	uint16_t num_side[2];
	uint8_t asker;
};

/* struct header - RFC 8489 5, figure 2. @transaction: with the cookie, or what stands there. */
struct header {
	enum class class;
	uint16_t method;
	uint16_t len;
	bool has_cookie;
	const uint8_t *transaction;
};

/* The first two bits are 0; what stands between the others of the method is the class. */
static void split_type(uint16_t type, struct header *h)
{
	h->class = (type >> 4 & 1) | (type >> 7 & 2);
	h->method = (type & 0xf) | (type >> 1 & 0x70) | (type >> 2 & 0xf80);
}

RJ_MUST_CHECK static enum rj_status read_header(struct rj_cursor *c, struct header *out)
{
	struct rj_cursor cookie;
	uint32_t value;
	uint8_t high, low;
	struct header h;
	enum rj_status st = rj_cursor_u8(c, &high);

	if (!st && high > 3) /* others share the ports: RFC 7983 7 */
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_u8(c, &low);
	if (!st)
		st = rj_cursor_u16(c, &h.len);
	if (!st && h.len % 4)
		return RJ_MALFORMED;
	cookie = *c;
	if (!st)
		st = rj_cursor_u32(&cookie, &value);
	if (!st)
		st = rj_cursor_bytes(c, TRANSACTION_BYTES, &h.transaction);
	if (st)
		return st;
	h.has_cookie = value == COOKIE;
	split_type((uint16_t)(high << 8 | low), &h);
	*out = h;
	return RJ_OK;
}

/* Whether attributes fill the rest of the message, as is asked where there is no cookie. */
RJ_MUST_CHECK static enum rj_status check_attributes(struct rj_cursor c)
{
	struct rj_cursor value;
	uint16_t type;
	enum rj_status st = RJ_OK;

	while (!st && c.left) {
		st = rj_cursor_u16(&c, &type);
		if (!st && ((type > 0x20 && type < 0x8000) || !type))
			return RJ_MALFORMED;
		if (!st)
			st = rj_cursor_prefixed(&c, 2, &value);
		if (!st)
			st = rj_cursor_skip(&c, -value.left & 3);
	}
	return st;
}

/* RFC 3489 11.1: few types, on the port of STUN, all lengths right. */
RJ_MUST_CHECK static enum rj_status check_classic(const struct rj_message *m,
						  const struct header *h, struct rj_cursor c)
{
	struct rj_cursor body;
	enum rj_status st;

	if (m->over != RJ_OVER_UDP || (m->src_port != PORT_STUN && m->dst_port != PORT_STUN))
		return RJ_MALFORMED;
	if ((h->method != METHOD_BINDING && h->method != METHOD_SHARED_SECRET) ||
	    h->class == INDICATION)
		return RJ_MALFORMED;
	st = rj_cursor_sub(&c, h->len, &body);
	return st ? st : check_attributes(body);
}

/* A message's header with all that can be said of it; a datagram is one message and no more. */
RJ_MUST_CHECK static enum rj_status read_start(const struct rj_message *m, struct rj_cursor *c,
					       struct header *out)
{
	enum rj_status st = read_header(c, out);

	if (!st && !out->has_cookie)
		st = check_classic(m, out, *c);
	if (!st && m->over == RJ_OVER_UDP && c->is_hard && c->left != out->len)
		return RJ_MALFORMED;
	return st;
}

/* Of a stream no more bytes are waited for where those that came are not of the cookie. */
static bool has_other_cookie(const struct rj_message *m, struct rj_cursor bytes)
{
	return m->over == RJ_OVER_TCP && !rj_cursor_skip(&bytes, 4) &&
	       !rj_cursor_starts(&bytes, "\x21\x12\xa4\x42");
}

static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	struct header h;
	enum rj_status st;

	if (has_other_cookie(m, bytes))
		return RJ_PROBE_NO;
	st = read_start(m, &bytes, &h);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return RJ_PROBE_YES;
}

/* Counts a message of a side; no more are wanted behind the last that is counted. */
static void count(struct stun_state *s, struct rj_message *m, uint32_t *num)
{
	++*num;
	m->is_done = ++s->num_side[m->side] >= MAX_COUNTED;
}

/*
 * RFC 8656 12.4: channel, length, data; over TCP in whole words. What the data is of is the peer's
 * business. Channels are 0x4000 to 0x4fff, but clients still use all of RFC 5766's, to 0x7fff.
 */
RJ_MUST_CHECK static enum rj_status pass_channel_data(struct stun_state *s, struct rj_message *m,
						      struct rj_cursor *c)
{
	struct rj_cursor ahead = *c;
	uint16_t channel, len;
	enum rj_status st = rj_cursor_u16(&ahead, &channel);

	if (!st)
		st = rj_cursor_u16(&ahead, &len);
	if (!st && m->over == RJ_OVER_TCP) {
		m->skip = (uint64_t)len + (-len & 3);
		*c = ahead;
		count(s, m, &s->num_channel_data);
		return RJ_OK;
	}
	if (!st && ahead.is_hard && (ahead.left < len || ahead.left - len > 3))
		return RJ_MALFORMED;
	if (!st && !ahead.is_hard && ahead.left < len && !m->is_done)
		return RJ_TRUNCATED;
	if (!st)
		count(s, m, &s->num_channel_data);
	return st ? st : rj_cursor_skip(c, c->left);
}

/* Keeps a message, whose header was read, unless there are enough; @c is behind it then. */
RJ_MUST_CHECK static enum rj_status take(struct stun_state *s, struct rj_message *m,
					 const struct header *h, struct rj_cursor *c)
{
	size_t len = HEADER_BYTES + (size_t)h->len;
	struct rj_cursor kept;
	enum rj_status st;

	if (len > c->left)
		len = c->left;
	kept = rj_cursor_init(c->at, len, len == HEADER_BYTES + (size_t)h->len);
	if (kept.left > MAX_KEPT)
		kept = rj_cursor_init(c->at, MAX_KEPT, false);
	st = rj_datagrams_take(&s->messages, m, &kept, MAX_LISTED);
	if (!st && h->class == REQUEST && !s->asker)
		s->asker = (uint8_t)(1 + m->side);
	if (!st)
		count(s, m, &s->num[h->class]);
	return st ? st : rj_cursor_skip(c, len);
}

/* Whose datagram it is, by its first byte (RFC 7983 7). */
static bool is_foreign(const struct rj_message *m, uint8_t first)
{
	return m->over == RJ_OVER_UDP && first > 3 && first >> 6 != 1;
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct stun_state *s = state;
	struct rj_cursor ahead = *c;
	struct header h;
	enum rj_status st;

	if (!c->left)
		return rj_cursor_short(c);
	if (is_foreign(m, *c->at)) {
		m->hands_over = true;
		return RJ_OK;
	}
	if (*c->at >> 6 == 1)
		return pass_channel_data(s, m, c);
	st = read_start(m, &ahead, &h);
	if (!st && m->over == RJ_OVER_TCP && !h.has_cookie)
		return RJ_MALFORMED;
	if (!st && ahead.left < h.len && !m->is_done)
		st = rj_cursor_short(&ahead);
	return st ? st : take(s, m, &h, c);
}

static const struct attribute *attribute_of(uint16_t type)
{
	for (size_t i = 0; i < NUM(attributes); i++)
		if (attributes[i].type == type)
			return &attributes[i];
	return NULL;
}

/* struct message - one that is being written. @seen: fields, a bit each from F_CLASSIC on. */
struct message {
	struct header header;
	struct rj_visitor *v;
	uint64_t seen;
};

/* RFC 8489 14.1 and 14.2: with the cookie and the transaction or without. */
RJ_MUST_CHECK static enum rj_status put_address(const struct message *msg, enum field f,
						struct rj_cursor c, bool is_xor)
{
	uint8_t family, addr[16] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *bytes;
	size_t len;
	uint16_t port;
	enum rj_status st = rj_cursor_skip(&c, 1);

	if (!st)
		st = rj_cursor_u8(&c, &family);
	if (!st && family != FAMILY_IPV4 && family != FAMILY_IPV6)
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_u16(&c, &port);
	len = !st && family == FAMILY_IPV6 ? 16 : 4;
	if (!st)
		st = rj_cursor_bytes(&c, len, &bytes);
	if (st)
		return st;
	for (size_t i = 0; i < len; i++)
		addr[16 - len + i] =
			(uint8_t)(bytes[i] ^ (is_xor ? msg->header.transaction[i] : 0));
	msg->v->ops->open(msg->v, &fields[f]);
	msg->v->ops->address(msg->v, &fields[F_ADDRESS], addr);
	msg->v->ops->u64(msg->v, &fields[F_PORT], port ^ (is_xor ? COOKIE_HIGH : 0));
	msg->v->ops->close(msg->v);
	return RJ_OK;
}

/* RFC 8489 14.8: hundreds and the rest, a text. */
RJ_MUST_CHECK static enum rj_status put_problem(struct rj_visitor *v, struct rj_cursor c)
{
	uint8_t hundreds, rest;
	enum rj_status st = rj_cursor_skip(&c, 2);

	if (!st)
		st = rj_cursor_u8(&c, &hundreds);
	if (!st)
		st = rj_cursor_u8(&c, &rest);
	if (st)
		return st;
	v->ops->u64(v, &fields[F_ERROR_CODE], (hundreds & 7) * 100u + rest);
	rj_put_text(v, &fields[F_REASON], c);
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status put_number(struct rj_visitor *v, enum field f, size_t len,
					       struct rj_cursor c)
{
	uint64_t value;
	enum rj_status st = rj_cursor_be(&c, len, &value);

	if (!st)
		v->ops->u64(v, &fields[f], value);
	return st;
}

/* RFC 3489 has texts filled up to a multiple of four, and counts what fills (11.2.6, 11.2.10). */
static void put_filled(struct message *msg, enum field f, struct rj_cursor text)
{
	while (text.left && !text.at[text.left - 1])
		text.left--;
	rj_put_text(msg->v, &fields[f], text);
}

/* Of attributes that are there twice the first counts (RFC 8489 14). */
RJ_MUST_CHECK static enum rj_status put_value(struct message *msg, const struct attribute *a,
					      struct rj_cursor value)
{
	uint64_t bit = 1ull << (a->field - F_CLASSIC);

	if (msg->seen & bit)
		return RJ_OK;
	msg->seen |= bit;
	switch ((enum form)a->form) {
	case ADDRESS:
	case XOR_ADDRESS:
		return put_address(msg, a->field, value, a->form == XOR_ADDRESS);
	case TEXT:
		put_filled(msg, a->field, value);
		return RJ_OK;
	case NUMBER:
		return put_number(msg->v, a->field, 4, value);
	case SHORT:
		return put_number(msg->v, a->field, 2, value);
	case BYTE:
		return put_number(msg->v, a->field, 1, value);
	case BYTES:
		rj_put_hex(msg->v, &fields[a->field], value);
		return RJ_OK;
	case PRESENT:
		rj_put_true(msg->v, &fields[a->field], true);
		return RJ_OK;
	case PROBLEM:
		return put_problem(msg->v, value);
	default:
		return RJ_OK;
	}
}

RJ_MUST_CHECK static enum rj_status next_attribute(struct rj_cursor *c, uint16_t *ret_type,
						   struct rj_cursor *out)
{
	enum rj_status st = rj_cursor_u16(c, ret_type);
	size_t pad;

	if (!st)
		st = rj_cursor_prefixed(c, 2, out);
	if (st)
		return st;
	pad = -out->left & 3; /* some leave out that of the last one */
	return rj_cursor_skip(c, pad < c->left ? pad : c->left);
}

RJ_MUST_CHECK static enum rj_status put_values(struct message *msg, struct rj_cursor c)
{
	enum rj_status st = RJ_OK, worst = RJ_OK;
	struct rj_cursor value;
	uint16_t type;

	for (unsigned int i = 0; !st && c.left && i < MAX_ATTRIBUTES; i++) {
		const struct attribute *a;

		st = next_attribute(&c, &type, &value);
		a = st ? NULL : attribute_of(type);
		if (a && a->form != NAME_ALONE && put_value(msg, a, value))
			worst = RJ_MALFORMED;
	}
	return st ? st : worst;
}

static void put_names(struct rj_visitor *v, struct rj_cursor c)
{
	struct rj_cursor value;
	unsigned int num = 0;
	uint16_t type;

	while (num < MAX_ATTRIBUTES && !next_attribute(&c, &type, &value)) {
		const struct attribute *a = attribute_of(type);
		uint8_t text[6] = { '0', 'x' };

		if (!num++)
			v->ops->open(v, &fields[F_ATTRIBUTES]);

		rj_text_hex_byte(rj_text_hex_byte(text + 2, (uint8_t)(type >> 8)), (uint8_t)type);
		if (a)
			rj_put_word(v, &fields[F_ATTRIBUTE], a->name);
		else
			v->ops->string(v, &fields[F_ATTRIBUTE], text, sizeof(text));
	}
	if (num)
		v->ops->close(v);
}

static void put_message(const struct rj_datagram *d, unsigned int originator, struct rj_visitor *v)
{
	struct rj_cursor c = rj_datagram_cursor(d);
	struct message msg = { .v = v };
	const struct header *h = &msg.header;
	enum rj_status st = read_header(&c, &msg.header);

	v->ops->open(v, &fields[F_MESSAGE]);
	rj_put_dir(v, &fields[F_DIR], d->side, originator);
	if (!st) {
		size_t cookie_len = h->has_cookie ? 4 : 0;

		rj_put_word(v, &fields[F_CLASS], classes[h->class]);
		rj_put_code(v, &fields[F_METHOD], methods, NUM(methods), h->method);
		v->ops->hex(v, &fields[F_TRANSACTION], h->transaction + cookie_len,
			    TRANSACTION_BYTES - cookie_len);
		rj_put_true(v, &fields[F_CLASSIC], !h->has_cookie);
		st = put_values(&msg, c);
		put_names(v, c);
	}
	rj_put_true(v, &fields[F_TRUNCATED], d->is_cut);
	rj_put_true(v, &fields[F_MALFORMED], st == RJ_MALFORMED);
	v->ops->close(v);
}

static void put_count(struct rj_visitor *v, enum field f, uint32_t num)
{
	if (num)
		v->ops->u64(v, &fields[f], num);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct stun_state *s = state;

	if (!s->num_side[0] && !s->num_side[1])
		return;
	v->ops->open(v, &fields[F_STUN]);
	if (s->messages.first) {
		v->ops->open(v, &fields[F_MESSAGES]);
		for (const struct rj_datagram *d = s->messages.first; d; d = d->next)
			put_message(d, originator, v);
		v->ops->close(v);
	}
	for (unsigned int class = 0; class < NUM_CLASSES; class ++)
		put_count(v, F_REQUESTS + class, s->num[class]);
	put_count(v, F_CHANNEL_DATA, s->num_channel_data);
	v->ops->close(v);
}

static int originator_of(const void *state)
{
	const struct stun_state *s = state;

	return s->asker - 1;
}

const struct rj_dissector rj_stun = {
	.name = "stun",
	.reference = "RFC 8489",
	.over = RJ_OVER_TCP | RJ_OVER_UDP,
	.ports = ports,
	.state_bytes = sizeof(struct stun_state),
	.max_bytes = MAX_BYTES,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.originator = originator_of,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
