/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for MQTT 3.1, 3.1.1 and 5.0 (OASIS; 3.1: IBM and Eurotech, 2010). */
#include "core/text.h"
#include "proto/common/kept.h"
#include "proto/common/tally.h"
#include "proto/dissector.h"
#include "proto/registry.h"

#define PORT_MQTT 1883u

/* Control packet types: MQTT 5.0 2.1.2. */
enum packet_type {
	CONNECT = 1,
	CONNACK,
	PUBLISH,
	PUBACK,
	PUBREC,
	PUBREL,
	PUBCOMP,
	SUBSCRIBE,
	SUBACK,
	UNSUBSCRIBE,
	UNSUBACK,
	PINGREQ,
	PINGRESP,
	DISCONNECT,
	AUTH,
	NUM_TYPES,
};

#define LEVEL_31 3u
#define LEVEL_311 4u
#define LEVEL_5 5u
#define LEVEL_BRIDGE 0x80u /* by use, of mosquitto's bridges */

/* Connect flags: MQTT 5.0 3.1.2.3. */
#define CONNECT_RESERVED 0x01u
#define CONNECT_CLEAN 0x02u
#define CONNECT_WILL 0x04u
#define CONNECT_WILL_QOS(flags) ((flags) >> 3 & 3u)
#define CONNECT_WILL_RETAIN 0x20u
#define CONNECT_PASSWORD 0x40u
#define CONNECT_USER_NAME 0x80u

#define CONNACK_SESSION 0x01u /* MQTT 5.0 3.2.2.1 */

#define PUBLISH_QOS(flags) ((flags) >> 1 & 3u)

/*
 * A packet that is longer is not waited for: of a PUBLISH its topic is read, of others the type is
 * counted. Ours: names and a will have a few hundred bytes.
 */
#define WHOLE_MAX 4096u
/* The longest topic of a PUBLISH that is read, and what is kept of a text. Ours. */
#define TOPIC_MAX 1024u
#define TEXT_MAX 255u
/* Topics of a side that are kept, of each kind. Ours. */
#define MAX_TOPICS 8u
/* How far a side's stream is read: as far as live hands it up at most. */
#define STREAM_MAX 65536u

/* struct fixed_header - MQTT 5.0 2.1. @length: of what follows it */
struct fixed_header {
	uint8_t type;
	uint8_t flags;
	uint32_t length;
};

/* struct topics - the first that came, each once. */
struct topics {
	struct rj_kept first[MAX_TOPICS];
	uint32_t num;
};

/* struct mqtt_side - one sender. @num_bytes: of its stream that were read or passed over */
struct mqtt_side {
	uint32_t counts[NUM_TYPES];
	struct topics published;
	struct topics subscribed;
	uint64_t num_bytes;
	bool is_malformed;
};

/* struct connect - what the first CONNECT says. */
struct connect {
	struct rj_kept protocol;
	struct rj_kept client_id;
	struct rj_kept will_topic;
	struct rj_kept user_name;
	uint16_t keep_alive;
	uint8_t level;
	uint8_t flags;
};

/* @code: of the first CONNACK; @level: 0 before the CONNECT */
struct mqtt_state {
	struct mqtt_side sides[2];
	struct connect connect;
	uint8_t code;
	uint8_t connack_flags;
	uint8_t client;
	bool has_connect;
	bool has_connack;
};

static const uint16_t ports[] = { PORT_MQTT, 0 };

/* Variable byte integer: MQTT 5.0 1.5.5. */
RJ_MUST_CHECK static enum rj_status read_varint(struct rj_cursor *c, uint32_t *out)
{
	struct rj_cursor ahead = *c;
	uint32_t value = 0;
	uint8_t byte = 0x80;

	for (unsigned int i = 0; byte & 0x80; i++) {
		enum rj_status st;

		if (i == 4)
			return RJ_MALFORMED;
		st = rj_cursor_u8(&ahead, &byte);
		if (st)
			return st;
		value |= (uint32_t)(byte & 0x7f) << 7 * i;
	}
	*c = ahead;
	*out = value;
	return RJ_OK;
}

/* What the low half of the first byte has to be: MQTT 5.0 2.1.3. */
static bool are_flags_right(uint8_t type, uint8_t flags)
{
	if (type == PUBLISH)
		return PUBLISH_QOS(flags) != 3;
	/* version 3.1 has a QoS there, and may mark what comes again */
	if (type == PUBREL || type == SUBSCRIBE || type == UNSUBSCRIBE)
		return (flags & ~8u) == 2;
	return !flags;
}

RJ_MUST_CHECK static enum rj_status read_fixed_header(struct rj_cursor *c, struct fixed_header *out)
{
	struct rj_cursor ahead = *c;
	struct fixed_header h;
	uint8_t first;
	enum rj_status st = rj_cursor_u8(&ahead, &first);

	if (st)
		return st;
	h.type = first >> 4;
	h.flags = first & 15;
	if (!h.type || !are_flags_right(h.type, h.flags))
		return RJ_MALFORMED;
	st = read_varint(&ahead, &h.length);
	if (st)
		return st;
	*c = ahead;
	*out = h;
	return RJ_OK;
}

/* UTF-8 string or binary data: MQTT 5.0 1.5.4, 1.5.6. */
RJ_MUST_CHECK static enum rj_status read_string(struct rj_cursor *c, struct rj_cursor *out)
{
	return rj_cursor_prefixed(c, 2, out);
}

RJ_MUST_CHECK static enum rj_status skip_properties(struct rj_cursor *c, uint8_t level)
{
	uint32_t len;
	enum rj_status st;

	if ((level & ~LEVEL_BRIDGE) != LEVEL_5)
		return RJ_OK;
	st = read_varint(c, &len);
	return st ? st : rj_cursor_skip(c, len);
}

/* Protocol name and version, which belong together: MQTT 5.0 3.1.2.1, MQTT 3.1 3.1. */
RJ_MUST_CHECK static enum rj_status read_protocol(struct rj_cursor *c, struct rj_cursor *ret_name,
						  uint8_t *ret_level)
{
	static const char *const texts[] = { "\0\4MQTT", "\0\6MQIsdp" };
	static const uint8_t lens[] = { 6, 8 };

	for (unsigned int i = 0; i < 2; i++) {
		struct rj_cursor ahead = *c;
		uint8_t level, plain;
		enum rj_status st;

		if (c->left && memcmp(c->at, texts[i], c->left < lens[i] ? c->left : lens[i]))
			continue;
		st = read_string(&ahead, ret_name);
		if (!st)
			st = rj_cursor_u8(&ahead, &level);
		if (st)
			return st;
		plain = level & (uint8_t)~LEVEL_BRIDGE;
		if (i ? plain != LEVEL_31 : plain != LEVEL_311 && level != LEVEL_5)
			return RJ_MALFORMED;
		*ret_level = level;
		*c = ahead;
		return RJ_OK;
	}
	return RJ_MALFORMED;
}

/* What a topic name may have: MQTT 5.0 4.7.3. Control characters are allowed, and not used. */
static bool is_topic(struct rj_cursor c)
{
	uint8_t byte;

	if (!c.left)
		return false;
	while (!rj_cursor_u8(&c, &byte))
		if (byte < ' ' || byte == '#' || byte == '+')
			return false;
	return true;
}

/* MQTT 3.1.1 3.2.2.3: 0 to 5; MQTT 5.0 3.2.2.2: 0 and those of errors. */
static bool is_connack_code(uint8_t code)
{
	return code <= 5 || (code >= 0x80 && code <= 0x9f);
}

/* Whether a packet that is not CONNECT looks like one on the protocol's own port. */
static enum rj_probe probe_other(const struct fixed_header *h, struct rj_cursor c)
{
	struct rj_cursor topic;
	enum rj_status st;
	uint8_t flags, code;

	switch (h->type) {
	case PINGREQ:
	case PINGRESP:
		return h->length ? RJ_PROBE_NO : RJ_PROBE_YES;
	case CONNACK:
		if (h->length < 2 || h->length > WHOLE_MAX)
			return RJ_PROBE_NO;
		if (rj_cursor_u8(&c, &flags))
			return RJ_PROBE_MORE;
		if (flags & ~CONNACK_SESSION)
			return RJ_PROBE_NO;
		if (rj_cursor_u8(&c, &code))
			return RJ_PROBE_MORE;
		return is_connack_code(code) ? RJ_PROBE_YES : RJ_PROBE_NO;
	case PUBLISH:
		st = read_string(&c, &topic);
		if (st == RJ_TRUNCATED)
			return RJ_PROBE_MORE;
		return !st && 2 + topic.left <= h->length && is_topic(topic) ? RJ_PROBE_YES :
									       RJ_PROBE_NO;
	default:
		return RJ_PROBE_NO;
	}
}

/* CONNECT is known on any port, by its protocol name. */
static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	struct fixed_header h;
	struct rj_cursor name;
	uint8_t level;
	enum rj_status st = read_fixed_header(&bytes, &h);

	if (!st && h.type != CONNECT)
		return m->src_port == PORT_MQTT || m->dst_port == PORT_MQTT ?
			       probe_other(&h, bytes) :
			       RJ_PROBE_NO;
	if (!st)
		st = read_protocol(&bytes, &name, &level);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return RJ_PROBE_YES;
}

static void keep_topic(struct topics *topics, struct rj_arena *arena, struct rj_cursor text)
{
	for (uint32_t i = 0; i < topics->num; i++)
		if (rj_kept_is(topics->first[i], text, TEXT_MAX))
			return;
	if (topics->num == MAX_TOPICS)
		return;
	topics->first[topics->num] = rj_kept_of(arena, text, TEXT_MAX);
	topics->num += topics->first[topics->num].bytes != NULL;
}

/* The will: properties, topic, payload (MQTT 5.0 3.1.3.2 to 3.1.3.4). */
RJ_MUST_CHECK static enum rj_status read_will(struct rj_cursor *c, uint8_t level,
					      struct rj_cursor *ret_topic)
{
	struct rj_cursor payload;
	enum rj_status st = skip_properties(c, level);

	if (!st)
		st = read_string(c, ret_topic);
	return st ? st : read_string(c, &payload);
}

/* MQTT 5.0 3.1. What stands behind the payload's last member is an error there. */
RJ_MUST_CHECK static enum rj_status read_connect(struct rj_cursor c, struct rj_arena *arena,
						 struct connect *out)
{
	struct rj_cursor protocol, client_id, topic = { 0 }, user = { 0 }, password;
	struct connect connect = { 0 };
	enum rj_status st = read_protocol(&c, &protocol, &connect.level);

	if (!st)
		st = rj_cursor_u8(&c, &connect.flags);
	if (!st && connect.flags & CONNECT_RESERVED)
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_u16(&c, &connect.keep_alive);
	if (!st)
		st = skip_properties(&c, connect.level);
	if (!st)
		st = read_string(&c, &client_id);
	if (!st && connect.flags & CONNECT_WILL)
		st = read_will(&c, connect.level, &topic);
	if (!st && connect.flags & CONNECT_USER_NAME)
		st = read_string(&c, &user);
	if (!st && connect.flags & CONNECT_PASSWORD)
		st = read_string(&c, &password);
	if (st || c.left)
		return RJ_MALFORMED;
	connect.protocol = rj_kept_of(arena, protocol, TEXT_MAX);
	connect.client_id = rj_kept_of(arena, client_id, TEXT_MAX);
	if (connect.flags & CONNECT_WILL)
		connect.will_topic = rj_kept_of(arena, topic, TEXT_MAX);
	if (connect.flags & CONNECT_USER_NAME)
		connect.user_name = rj_kept_of(arena, user, TEXT_MAX);
	*out = connect;
	return RJ_OK;
}

/* Return or reason code: MQTT 5.0 3.2.2. */
RJ_MUST_CHECK static enum rj_status read_connack(struct rj_cursor c, uint8_t *ret_flags,
						 uint8_t *ret_code)
{
	uint8_t flags, code;

	if (rj_cursor_u8(&c, &flags) || rj_cursor_u8(&c, &code))
		return RJ_MALFORMED;
	*ret_flags = flags;
	*ret_code = code;
	return RJ_OK;
}

/* Topic filters: MQTT 5.0 3.8. */
RJ_MUST_CHECK static enum rj_status read_subscribe(struct rj_cursor c, uint8_t level,
						   struct rj_arena *arena, struct topics *out)
{
	struct rj_cursor filter;
	enum rj_status st = rj_cursor_skip(&c, 2); /* packet identifier */

	if (!st)
		st = skip_properties(&c, level);
	while (!st && c.left) {
		st = read_string(&c, &filter);
		if (!st)
			st = rj_cursor_skip(&c, 1); /* options */
		if (!st)
			keep_topic(out, arena, filter);
	}
	return st;
}

/* What a whole packet says beside its type. */
RJ_MUST_CHECK static enum rj_status read_body(struct mqtt_state *s, struct rj_message *m,
					      uint8_t type, struct rj_cursor body)
{
	struct mqtt_side *side = &s->sides[m->side];
	enum rj_status st = RJ_OK;

	if (type == CONNECT && !s->has_connect) {
		st = read_connect(body, m->arena, &s->connect);
		s->has_connect = !st;
		s->client = (uint8_t)m->side;
	}
	if (type == CONNACK && !s->has_connack) {
		st = read_connack(body, &s->connack_flags, &s->code);
		s->has_connack = !st;
	}
	/* without the version there is no telling what stands before the filters */
	if (type == SUBSCRIBE && s->has_connect)
		st = read_subscribe(body, s->connect.level, m->arena, &side->subscribed);
	return st;
}

/* The topic of a PUBLISH, whose payload need not be there: MQTT 5.0 3.3.2.1. */
RJ_MUST_CHECK static enum rj_status read_topic(struct mqtt_side *side, struct rj_arena *arena,
					       const struct fixed_header *h, struct rj_cursor *c)
{
	struct rj_cursor ahead = *c, topic;
	uint16_t len;
	enum rj_status st = rj_cursor_u16(&ahead, &len);

	if (!st && 2u + len > h->length)
		return RJ_MALFORMED;
	if (!st && len > TOPIC_MAX)
		return RJ_OK;
	if (!st)
		st = read_string(c, &topic);
	if (!st && topic.left) /* empty where an alias stands for it */
		keep_topic(&side->published, arena, topic);
	return st;
}

/* What has to be there of a packet is read, and the cursor is behind that. */
RJ_MUST_CHECK static enum rj_status read_packet(struct mqtt_state *s, struct rj_message *m,
						const struct fixed_header *h, struct rj_cursor *c)
{
	struct rj_cursor body;
	enum rj_status st;

	if (h->length > WHOLE_MAX)
		return h->type == PUBLISH ? read_topic(&s->sides[m->side], m->arena, h, c) : RJ_OK;
	st = rj_cursor_sub(c, h->length, &body);
	if (st)
		return st;
	if (h->type == PUBLISH)
		return read_topic(&s->sides[m->side], m->arena, h, &body);
	return read_body(s, m, h->type, body);
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct mqtt_state *s = state;
	struct mqtt_side *side = &s->sides[m->side];
	struct rj_cursor ahead = *c;
	struct fixed_header h;
	size_t head_len;
	enum rj_status st = read_fixed_header(&ahead, &h);

	head_len = c->left - ahead.left;
	if (!st && side->num_bytes + head_len + (h.length < WHOLE_MAX ? h.length : WHOLE_MAX) >
			   STREAM_MAX) {
		m->is_done = true;
		return rj_cursor_skip(c, c->left);
	}
	if (!st)
		st = read_packet(s, m, &h, &ahead);
	if (st == RJ_MALFORMED && c->left)
		side->is_malformed = true;
	if (st)
		return st;
	side->counts[h.type]++;
	side->num_bytes += head_len + h.length;
	m->is_done = h.type == DISCONNECT || side->num_bytes >= STREAM_MAX;
	m->skip = head_len + h.length - (c->left - ahead.left);
	*c = ahead;
	return RJ_OK;
}

static int client_of(const void *state)
{
	const struct mqtt_state *s = state;

	return s->has_connect ? s->client : -1;
}

enum field {
	F_MQTT,
	F_PROTOCOL,
	F_VERSION,
	F_CLIENT_ID,
	F_CLEAN_START,
	F_KEEP_ALIVE,
	F_WILL,
	F_TOPIC,
	F_QOS,
	F_RETAIN,
	F_USER_NAME,
	F_HAS_PASSWORD,
	F_BRIDGE,
	F_CONNACK,
	F_SESSION_PRESENT,
	F_CLI,
	F_SRV,
	F_PACKETS,
	F_PACKET,
	F_SUBSCRIBE,
	F_PUBLISH,
	F_MALFORMED,
	NUM_FIELDS
};

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[F_MQTT] = { "mqtt", RJ_TYPE_OBJECT, "", 0, "MQTT 5.0, 3.1.1, 3.1",
		"An MQTT connection, as far as the first 64 KiB of either side tell." },
	[F_PROTOCOL] = { "protocol", RJ_TYPE_STRING, "", 0, "MQTT 5.0 3.1.2.1",
		"Protocol name: MQTT, or MQIsdp in version 3.1." },
	[F_VERSION] = { "version", RJ_TYPE_STRING, "", 0, "MQTT 5.0 3.1.2.2",
		"Version: 3.1, 3.1.1 or 5.0." },
	[F_CLIENT_ID] = { "client_id", RJ_TYPE_PATH, "", 0, "MQTT 5.0 3.1.3.1",
		"Name of the client; empty where the server is to choose one." },
	[F_CLEAN_START] = { "clean_start", RJ_TYPE_BOOL, "", 0, "MQTT 5.0 3.1.2.4",
		"No earlier session is to go on (clean session, in version 3)." },
	[F_KEEP_ALIVE] = { "keep_alive", RJ_TYPE_UINT, "s", 0, "MQTT 5.0 3.1.2.10",
		"Longest silence of the client; 0: any." },
	[F_WILL] = { "will", RJ_TYPE_OBJECT, "", 0, "MQTT 5.0 3.1.2.5",
		"Message that the server is to publish when the client is lost." },
	[F_TOPIC] = { "topic", RJ_TYPE_PATH, "", 0, "MQTT 5.0 4.7", "One topic." },
	[F_QOS] = { "qos", RJ_TYPE_UINT, "", 0, "MQTT 5.0 4.3", "Quality of service, 0 to 2." },
	[F_RETAIN] = { "retain", RJ_TYPE_BOOL, "", 0, "MQTT 5.0 3.1.2.7",
		"The server is to keep the message." },
	[F_USER_NAME] = { "user_name", RJ_TYPE_PATH, "", 0, "MQTT 5.0 3.1.3.5",
		"Name of the user." },
	[F_HAS_PASSWORD] = { "has_password", RJ_TYPE_BOOL, "", 0, "MQTT 5.0 3.1.3.6",
		"There is a password, which is not shown." },
	[F_BRIDGE] = { "bridge", RJ_TYPE_BOOL, "", 0, "mosquitto",
		"The client is a server: the highest bit of the version is set." },
	[F_CONNACK] = { "connack", RJ_TYPE_STRING, "", 0, "MQTT 5.0 3.2.2.2, MQTT 3.1.1 3.2.2.3",
		"The server's answer by name, or its number." },
	[F_SESSION_PRESENT] = { "session_present", RJ_TYPE_BOOL, "", 0, "MQTT 5.0 3.2.2.1",
		"The server goes on with an earlier session." },
	[F_CLI] = { "cli", RJ_TYPE_OBJECT, "", 0, "", "What the client, or the originator, sent." },
	[F_SRV] = { "srv", RJ_TYPE_OBJECT, "", 0, "", "What the server sent." },
	[F_PACKETS] = { "packets", RJ_TYPE_OBJECT, "", 0, "MQTT 5.0 2.1.2",
		"How many control packets of each type." },
	[F_PACKET] = { "packet", RJ_TYPE_UINT, "packets", 0, "MQTT 5.0 2.1.2",
		"Packets of one type, under its name." },
	[F_SUBSCRIBE] = { "subscribe", RJ_TYPE_ARRAY, "", 0, "MQTT 5.0 3.8.3",
		"The first topic filters asked for, each once, at most 8." },
	[F_PUBLISH] = { "publish", RJ_TYPE_ARRAY, "", 0, "MQTT 5.0 3.3.2.1",
		"The first topics of messages, each once, at most 8." },
	[F_MALFORMED] = { "malformed", RJ_TYPE_BOOL, "", 0, "",
		"A packet of the side broke its format; nothing behind it was read." },
};
/* clang-format on */

static const char *const type_names[NUM_TYPES] = {
	[CONNECT] = "connect",	       [CONNACK] = "connack",	    [PUBLISH] = "publish",
	[PUBACK] = "puback",	       [PUBREC] = "pubrec",	    [PUBREL] = "pubrel",
	[PUBCOMP] = "pubcomp",	       [SUBSCRIBE] = "subscribe",   [SUBACK] = "suback",
	[UNSUBSCRIBE] = "unsubscribe", [UNSUBACK] = "unsuback",	    [PINGREQ] = "pingreq",
	[PINGRESP] = "pingresp",       [DISCONNECT] = "disconnect", [AUTH] = "auth",
};

/* MQTT 3.1.1 3.2.2.3 */
static const char *const return_codes[] = {
	"accepted",	      "unacceptable_protocol_version", "identifier_rejected",
	"server_unavailable", "bad_user_name_or_password",     "not_authorized",
};

/* MQTT 5.0 3.2.2.2 */
static const char *const reason_codes[UINT8_MAX + 1] = {
	[0x00] = "success",
	[0x80] = "unspecified_error",
	[0x81] = "malformed_packet",
	[0x82] = "protocol_error",
	[0x83] = "implementation_specific_error",
	[0x84] = "unsupported_protocol_version",
	[0x85] = "client_identifier_not_valid",
	[0x86] = "bad_user_name_or_password",
	[0x87] = "not_authorized",
	[0x88] = "server_unavailable",
	[0x89] = "server_busy",
	[0x8a] = "banned",
	[0x8c] = "bad_authentication_method",
	[0x90] = "topic_name_invalid",
	[0x95] = "packet_too_large",
	[0x97] = "quota_exceeded",
	[0x99] = "payload_format_invalid",
	[0x9a] = "retain_not_supported",
	[0x9b] = "qos_not_supported",
	[0x9c] = "use_another_server",
	[0x9d] = "server_moved",
	[0x9f] = "connection_rate_exceeded",
};

static void put_string(struct rj_visitor *v, enum field f, const char *text)
{
	v->ops->string(v, &fields[f], text, strlen(text));
}

static void put_true(struct rj_visitor *v, enum field f)
{
	v->ops->boolean(v, &fields[f], 1);
}

static void put_connect(const struct connect *connect, struct rj_visitor *v)
{
	uint8_t level = connect->level & (uint8_t)~LEVEL_BRIDGE;

	rj_kept_put_text(v, &fields[F_PROTOCOL], connect->protocol);
	put_string(v, F_VERSION, level == LEVEL_31 ? "3.1" : level == LEVEL_311 ? "3.1.1" : "5.0");
	if (connect->level & LEVEL_BRIDGE)
		put_true(v, F_BRIDGE);
	rj_kept_put_text(v, &fields[F_CLIENT_ID], connect->client_id);
	v->ops->boolean(v, &fields[F_CLEAN_START], !!(connect->flags & CONNECT_CLEAN));
	v->ops->u64(v, &fields[F_KEEP_ALIVE], connect->keep_alive);
	if (connect->flags & CONNECT_WILL) {
		v->ops->open(v, &fields[F_WILL]);
		rj_kept_put_text(v, &fields[F_TOPIC], connect->will_topic);
		v->ops->u64(v, &fields[F_QOS], CONNECT_WILL_QOS(connect->flags));
		v->ops->boolean(v, &fields[F_RETAIN], !!(connect->flags & CONNECT_WILL_RETAIN));
		v->ops->close(v);
	}
	rj_kept_put_text(v, &fields[F_USER_NAME], connect->user_name);
	if (connect->flags & CONNECT_PASSWORD)
		put_true(v, F_HAS_PASSWORD);
}

static void put_connack(const struct mqtt_state *s, struct rj_visitor *v)
{
	uint8_t text[RJ_TEXT_U64_LEN];
	const char *name = NULL;

	if (s->connect.level == LEVEL_5)
		name = reason_codes[s->code];
	else if (s->code < sizeof(return_codes) / sizeof(*return_codes))
		name = return_codes[s->code];
	if (name)
		put_string(v, F_CONNACK, name);
	else
		v->ops->string(v, &fields[F_CONNACK], text,
			       (size_t)(rj_text_u64(text, s->code) - text));
	if (s->connack_flags & CONNACK_SESSION)
		put_true(v, F_SESSION_PRESENT);
}

static void put_topics(const struct topics *topics, enum field f, struct rj_visitor *v)
{
	if (!topics->num)
		return;
	v->ops->open(v, &fields[f]);
	for (uint32_t i = 0; i < topics->num; i++)
		rj_kept_put_text(v, &fields[F_TOPIC], topics->first[i]);
	v->ops->close(v);
}

static bool is_seen(const struct mqtt_side *side)
{
	return side->num_bytes || side->is_malformed;
}

static void put_side(const struct mqtt_side *side, enum field f, struct rj_visitor *v)
{
	if (!is_seen(side))
		return;
	v->ops->open(v, &fields[f]);
	rj_tally_put(v, &fields[F_PACKETS], &fields[F_PACKET], type_names, side->counts, NUM_TYPES);
	put_topics(&side->subscribed, F_SUBSCRIBE, v);
	put_topics(&side->published, F_PUBLISH, v);
	if (side->is_malformed)
		put_true(v, F_MALFORMED);
	v->ops->close(v);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct mqtt_state *s = state;
	unsigned int client = s->has_connect ? s->client : originator;

	if (!is_seen(&s->sides[0]) && !is_seen(&s->sides[1]))
		return;
	v->ops->open(v, &fields[F_MQTT]);
	if (s->has_connect)
		put_connect(&s->connect, v);
	if (s->has_connack)
		put_connack(s, v);
	put_side(&s->sides[client], F_CLI, v);
	put_side(&s->sides[!client], F_SRV, v);
	v->ops->close(v);
}

const struct rj_dissector rj_mqtt = {
	.name = "mqtt",
	.reference = "MQTT 5.0",
	.over = RJ_OVER_TCP,
	.ports = ports,
	.state_bytes = sizeof(struct mqtt_state),
	.max_bytes = STREAM_MAX + WHOLE_MAX,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.originator = client_of,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
