/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The dissector for NTP of versions 1 to 4 with its control and private messages (RFC 5905,
 * RFC 9327), on its port alone: 48 bytes of numbers are no sure sign.
 */
#include "proto/common/datagrams.h"
#include "proto/common/put.h"
#include "proto/dissector.h"
#include "proto/registry.h"

#define PORT_NTP 123u

/* A side. Ours: those of an association poll for hours, and an amplified answer has 100. */
#define MAX_MESSAGES 16u

#define HEADER_BYTES 48u
#define CONTROL_BYTES 12u
#define PRIVATE_BYTES 8u
#define MAX_STRATUM 16u /* RFC 5905 figure 11: those above are reserved */
#define MAX_EXTENSIONS 32u
#define EXTENSION_BYTES 16u   /* the least, RFC 7822 7.5 */
#define MAC_MAX_BYTES 24u     /* key and SHA-1; what is longer starts with an extension */
#define UNIX_TIME 2208988800u /* 1970 in seconds since 1900 */
#define NTS_AUTHENTICATOR 0x0404u

enum mode {
	SYMMETRIC_ACTIVE = 1,
	SYMMETRIC_PASSIVE,
	CLIENT,
	SERVER,
	BROADCAST,
	CONTROL,
	PRIVATE,
};

enum field {
	F_NTP,
	F_MESSAGES,
	F_MESSAGE,
	F_DIR,
	F_VERSION,
	F_MODE,
	F_LEAP,
	F_STRATUM,
	F_POLL,
	F_PRECISION,
	F_ROOT_DELAY,
	F_ROOT_DISPERSION,
	F_KISS_CODE,
	F_REFERENCE_ID,
	F_REFERENCE_ADDRESS,
	F_REFERENCE_TIME,
	F_ORIGIN_TIME,
	F_RECEIVE_TIME,
	F_TRANSMIT_TIME,
	F_EXTENSIONS,
	F_EXTENSION,
	F_KEY_ID,
	F_RESPONSE,
	F_ERROR,
	F_MORE,
	F_AUTHENTICATED,
	F_OPCODE,
	F_SEQUENCE,
	F_STATUS,
	F_ASSOCIATION_ID,
	F_OFFSET,
	F_COUNT,
	F_IMPLEMENTATION,
	F_REQUEST_CODE,
	F_ERROR_CODE,
	F_ITEMS,
	F_ITEM_BYTES,
	F_TRUNCATED,
	F_MALFORMED,
	F_SKIPPED,
	NUM_FIELDS
};

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[F_NTP] = { "ntp", RJ_TYPE_OBJECT, "", 0, "RFC 5905", "NTP of the flow." },
	[F_MESSAGES] = { "messages", RJ_TYPE_ARRAY, "", 0, "RFC 5905",
		"First messages of either side, in order of arrival." },
	[F_MESSAGE] = { "message", RJ_TYPE_OBJECT, "", 0, "RFC 5905 7.3", "One message." },
	[F_DIR] = { "dir", RJ_TYPE_STRING, "", 0, "", "> from the originator, < to it." },
	[F_VERSION] = { "version", RJ_TYPE_UINT, "", 0, "RFC 5905 7.3", "Version, 1 to 4." },
	[F_MODE] = { "mode", RJ_TYPE_STRING, "", 0, "RFC 5905 figure 10",
		"symmetric_active, symmetric_passive, client, server, broadcast, control or "
		"private." },
	[F_LEAP] = { "leap", RJ_TYPE_STRING, "", 0, "RFC 5905 figure 9",
		"Leap second at the end of the day: none, insert, delete; or unsynchronized." },
	[F_STRATUM] = { "stratum", RJ_TYPE_UINT, "", 0, "RFC 5905 figure 11",
		"Distance from a reference clock; 0: not told." },
	[F_POLL] = { "poll", RJ_TYPE_INT, "", 0, "RFC 5905 7.3",
		"Interval of messages, as power of two of seconds." },
	[F_PRECISION] = { "precision", RJ_TYPE_INT, "", 0, "RFC 5905 7.3",
		"Precision of the clock, as power of two of seconds." },
	[F_ROOT_DELAY] = { "root_delay", RJ_TYPE_FLOAT, "seconds", 0, "RFC 5905 7.3",
		"Delay to the reference clock and back." },
	[F_ROOT_DISPERSION] = { "root_dispersion", RJ_TYPE_FLOAT, "seconds", 0, "RFC 5905 7.3",
		"Greatest error against the reference clock." },
	[F_KISS_CODE] = { "kiss_code", RJ_TYPE_STRING, "", 0, "RFC 5905 7.4",
		"What a server of stratum 0 says instead of the time: RATE, DENY and others." },
	[F_REFERENCE_ID] = { "reference_id", RJ_TYPE_STRING, "", 0, "RFC 5905 7.3",
		"Kind of reference clock, of stratum 1 (GPS, PPS and others); in hexadecimal "
		"where it is no text." },
	[F_REFERENCE_ADDRESS] = { "reference_address", RJ_TYPE_ADDRESS, "", 0, "RFC 5905 7.3",
		"The server that the sender has its time from, of stratum 2 and more; of one over "
		"IPv6 the first four bytes of a digest." },
	[F_REFERENCE_TIME] = { "reference_time", RJ_TYPE_TIME, "seconds", 0, "RFC 5905 7.3",
		"When the sender's clock was set last." },
	[F_ORIGIN_TIME] = { "origin_time", RJ_TYPE_TIME, "seconds", 0, "RFC 5905 7.3",
		"Transmit time of the message that this one answers; like it random with clients "
		"that tell nothing of their clock." },
	[F_RECEIVE_TIME] = { "receive_time", RJ_TYPE_TIME, "seconds", 0, "RFC 5905 7.3",
		"When that arrived." },
	[F_TRANSMIT_TIME] = { "transmit_time", RJ_TYPE_TIME, "seconds", 0, "RFC 5905 7.3",
		"When this was sent, by the sender's clock." },
	[F_EXTENSIONS] = { "extensions", RJ_TYPE_ARRAY, "", 0, "RFC 7822, RFC 8915 5.7",
		"Extension fields by name (those of NTS, checksum_complement), or as 0x and four "
		"digits." },
	[F_EXTENSION] = { "extension", RJ_TYPE_STRING, "", 0, "RFC 7822", "One of them." },
	[F_KEY_ID] = { "key_id", RJ_TYPE_UINT, "", 0, "RFC 5905 7.3",
		"Key of the message's authentication code; 0: it could not be checked." },
	[F_RESPONSE] = { "response", RJ_TYPE_BOOL, "", 0, "RFC 9327 2", "It is an answer." },
	[F_ERROR] = { "error", RJ_TYPE_BOOL, "", 0, "RFC 9327 2", "It tells of an error." },
	[F_MORE] = { "more", RJ_TYPE_BOOL, "", 0, "RFC 9327 2", "Another part follows." },
	[F_AUTHENTICATED] = { "authenticated", RJ_TYPE_BOOL, "", 0, "ntpd (ntp_request.h)",
		"A private message with an authentication code." },
	[F_OPCODE] = { "opcode", RJ_TYPE_STRING, "", 0, "RFC 9327 2",
		"What a control message asks for: read_variables, read_mru and others; or its "
		"number." },
	[F_SEQUENCE] = { "sequence", RJ_TYPE_UINT, "", 0, "RFC 9327 2",
		"Number of the request, of a private message that of the part." },
	[F_STATUS] = { "status", RJ_TYPE_HEX, "", 0, "RFC 9327 3", "Status word." },
	[F_ASSOCIATION_ID] = { "association_id", RJ_TYPE_UINT, "", 0, "RFC 9327 2",
		"Association that is asked about; 0: the system." },
	[F_OFFSET] = { "offset", RJ_TYPE_UINT, "bytes", 0, "RFC 9327 2",
		"Place of the data in the whole answer." },
	[F_COUNT] = { "count", RJ_TYPE_UINT, "bytes", 0, "RFC 9327 2", "Length of the data." },
	[F_IMPLEMENTATION] = { "implementation", RJ_TYPE_UINT, "", 0, "ntpd (ntp_request.h)",
		"Of a private message: 3 is ntpd, 2 an old one, 0 any." },
	[F_REQUEST_CODE] = { "request_code", RJ_TYPE_STRING, "", 0, "ntpd (ntp_request.h)",
		"What a private message asks for: mon_getlist_1 (monlist) and others; or its "
		"number." },
	[F_ERROR_CODE] = { "error_code", RJ_TYPE_UINT, "", 0, "ntpd (ntp_request.h)",
		"Error of a private message; absent where there is none." },
	[F_ITEMS] = { "items", RJ_TYPE_UINT, "", 0, "ntpd (ntp_request.h)",
		"Number of items in a private message." },
	[F_ITEM_BYTES] = { "item_bytes", RJ_TYPE_UINT, "bytes", 0, "ntpd (ntp_request.h)",
		"Length of each." },
	[F_TRUNCATED] = { "truncated", RJ_TYPE_BOOL, "", 0, "",
		"The capture holds only the first part of the message." },
	[F_MALFORMED] = { "malformed", RJ_TYPE_BOOL, "", 0, "RFC 7822 7.5",
		"What follows the fixed part breaks its format." },
	[F_SKIPPED] = { "skipped", RJ_TYPE_UINT, "messages", 0, "",
		"Messages that were seen and not kept." },
};
/* clang-format on */

#define NUM(names) (sizeof(names) / sizeof(*(names)))

static const char *const modes[] = {
	[SYMMETRIC_ACTIVE] = "symmetric_active",
	[SYMMETRIC_PASSIVE] = "symmetric_passive",
	[CLIENT] = "client",
	[SERVER] = "server",
	[BROADCAST] = "broadcast",
	[CONTROL] = "control",
	[PRIVATE] = "private",
};

static const char *const leaps[] = { "none", "insert", "delete", "unsynchronized" };

/* RFC 9327 2, table 1. */
static const char *const opcodes[] = {
	[1] = "read_status",   [2] = "read_variables",	   [3] = "write_variables",
	[4] = "read_clock",    [5] = "write_clock",	   [6] = "set_trap",
	[7] = "trap_response", [8] = "configure",	   [9] = "export_configuration",
	[10] = "read_mru",     [11] = "read_ordered_list", [12] = "request_nonce",
	[31] = "unset_trap",
};

/* Those of ntpd (include/ntp_request.h), numbers without a name were never in use. */
static const char *const request_codes[] = {
	[0] = "peer_list",	   [1] = "peer_list_sum",    [2] = "peer_info",
	[3] = "peer_stats",	   [4] = "sys_info",	     [5] = "sys_stats",
	[6] = "io_stats",	   [7] = "mem_stats",	     [8] = "loop_info",
	[9] = "timer_stats",	   [10] = "config",	     [11] = "unconfig",
	[12] = "set_sys_flag",	   [13] = "clr_sys_flag",    [14] = "monitor",
	[15] = "nomonitor",	   [16] = "get_restrict",    [17] = "resaddflags",
	[18] = "ressubflags",	   [19] = "unrestrict",	     [20] = "mon_getlist",
	[21] = "reset_stats",	   [22] = "reset_peer",	     [23] = "reread_keys",
	[24] = "do_dirty_hack",	   [25] = "dont_dirty_hack", [26] = "trustkey",
	[27] = "untrustkey",	   [28] = "authinfo",	     [29] = "traps",
	[30] = "add_trap",	   [31] = "clr_trap",	     [32] = "request_key",
	[33] = "control_key",	   [34] = "get_ctlstats",    [35] = "get_leapinfo",
	[36] = "get_clockinfo",	   [37] = "set_clkfudge",    [38] = "get_kernel",
	[39] = "get_clkbuginfo",   [41] = "set_precision",   [42] = "mon_getlist_1",
	[43] = "hostname_associd", [44] = "if_stats",	     [45] = "if_reload",
};

static const uint16_t ports[] = { PORT_NTP, 0 };

struct ntp_state {
	struct rj_datagrams messages;
};

/* What all modes begin with; of private messages the first two bits are others than leap. */
struct start {
	uint8_t bits;
	uint8_t version;
	uint8_t mode;
};

RJ_MUST_CHECK static enum rj_status read_start(struct rj_cursor *c, struct start *out)
{
	uint8_t byte;
	struct start start;
	enum rj_status st = rj_cursor_u8(c, &byte);

	if (st)
		return st;
	start = (struct start){ byte >> 6, byte >> 3 & 7, byte & 7 };
	if (start.version < 1 || start.version > 4 || !start.mode)
		return RJ_MALFORMED;
	*out = start;
	return RJ_OK;
}

/* RFC 9327 2: the data that is counted is there. */
RJ_MUST_CHECK static enum rj_status check_control(struct rj_cursor c)
{
	uint16_t count;
	enum rj_status st = rj_cursor_skip(&c, CONTROL_BYTES - 3);

	if (!st)
		st = rj_cursor_u16(&c, &count);
	return st ? st : rj_cursor_skip(&c, count);
}

/* Behind the first byte: whether the message's fixed part is there and can be. */
RJ_MUST_CHECK static enum rj_status check(const struct start *start, struct rj_cursor c)
{
	uint8_t stratum;
	enum rj_status st;

	if (start->mode == CONTROL)
		return check_control(c);
	if (start->mode == PRIVATE)
		return rj_cursor_skip(&c, PRIVATE_BYTES - 1);
	st = rj_cursor_u8(&c, &stratum);
	if (!st && stratum > MAX_STRATUM)
		return RJ_MALFORMED;
	return st ? st : rj_cursor_skip(&c, HEADER_BYTES - 2);
}

static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	struct start start;
	enum rj_status st;

	if (m->src_port != PORT_NTP && m->dst_port != PORT_NTP)
		return RJ_PROBE_NO;
	st = read_start(&bytes, &start);
	if (!st)
		st = check(&start, bytes);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return RJ_PROBE_YES;
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct ntp_state *s = state;
	struct rj_cursor bytes = *c;
	struct start start;
	enum rj_status st = read_start(&bytes, &start);

	if (!st)
		st = check(&start, bytes);
	if (st == RJ_TRUNCATED && m->is_done && c->left)
		st = RJ_OK;
	if (st)
		return st;
	m->is_done = false;
	return rj_datagrams_take(&s->messages, m, c, MAX_MESSAGES);
}

static void put_fixed(struct rj_visitor *v, enum field f, uint32_t value)
{
	v->ops->f64(v, &fields[f], value / 65536.0);
}

/*
 * RFC 5905 6: seconds since 1900 and a fraction. Those of era 0 that are before 1970 are taken as
 * of era 1, which starts in 2036. Zero is none.
 */
static void put_timestamp(struct rj_visitor *v, enum field f, uint64_t value)
{
	uint64_t seconds = (uint32_t)((value >> 32) - UNIX_TIME);
	uint64_t ns = (value & UINT32_MAX) * 1000000000 >> 32;

	if (value)
		v->ops->time(v, &fields[f], seconds * 1000000000 + ns, 9);
}

/* Text without the zeros at its end; false where it is none. */
static bool is_text(const uint8_t id[4], size_t *ret_len)
{
	size_t len = 4;

	while (len && !id[len - 1])
		len--;
	for (size_t i = 0; i < len; i++)
		if (id[i] < ' ' || id[i] > '~')
			return false;
	*ret_len = len;
	return len > 0;
}

static void put_reference(struct rj_visitor *v, const struct start *start, uint8_t stratum,
			  const uint8_t id[4])
{
	size_t len;

	if (!memcmp(id, "\0\0\0", 4))
		return;
	if (stratum > 1)
		rj_put_address4(v, &fields[F_REFERENCE_ADDRESS], id);
	else if (!is_text(id, &len))
		v->ops->hex(v, &fields[F_REFERENCE_ID], id, 4);
	else if (!stratum && start->mode == SERVER)
		v->ops->string(v, &fields[F_KISS_CODE], id, len);
	else
		v->ops->string(v, &fields[F_REFERENCE_ID], id, len);
}

static const char *extension_name(uint16_t type)
{
	switch (type) {
	case 0x0104:
		return "unique_identifier";
	case 0x0204:
		return "nts_cookie";
	case 0x0304:
		return "nts_cookie_placeholder";
	case NTS_AUTHENTICATOR:
		return "nts_authenticator";
	case 0x2005:
		return "checksum_complement";
	default:
		return NULL;
	}
}

static void put_extension(struct rj_visitor *v, uint16_t type)
{
	const char *name = extension_name(type);
	uint8_t text[6] = { '0', 'x' };

	rj_text_hex_byte(rj_text_hex_byte(text + 2, (uint8_t)(type >> 8)), (uint8_t)type);
	if (name)
		rj_put_word(v, &fields[F_EXTENSION], name);
	else
		v->ops->string(v, &fields[F_EXTENSION], text, sizeof(text));
}

/* RFC 7822 7.5: its type and its length with both. */
RJ_MUST_CHECK static enum rj_status read_extension(struct rj_cursor *c, uint16_t *ret_type)
{
	uint16_t len;
	enum rj_status st = rj_cursor_u16(c, ret_type);

	if (!st)
		st = rj_cursor_u16(c, &len);
	if (!st && (len < EXTENSION_BYTES || len % 4))
		return RJ_MALFORMED;
	return st ? st : rj_cursor_skip(c, len - 4u);
}

/* Extension fields of version 4; what is left behind them may be a key and a digest. */
RJ_MUST_CHECK static enum rj_status put_extensions(struct rj_visitor *v, struct rj_cursor *c)
{
	enum rj_status st = RJ_OK;
	unsigned int num = 0;
	uint16_t type = 0;

	while (!st && c->left > MAC_MAX_BYTES && num < MAX_EXTENSIONS) {
		st = read_extension(c, &type);
		if (st)
			break;
		if (!num++)
			v->ops->open(v, &fields[F_EXTENSIONS]);
		put_extension(v, type);
	}
	if (num)
		v->ops->close(v);
	return st;
}

RJ_MUST_CHECK static enum rj_status put_rest(struct rj_visitor *v, const struct start *start,
					     struct rj_cursor c)
{
	uint32_t key_id;
	enum rj_status st = start->version == 4 ? put_extensions(v, &c) : RJ_OK;

	if (st || !c.left)
		return st;
	st = rj_cursor_u32(&c, &key_id);
	if (!st)
		v->ops->u64(v, &fields[F_KEY_ID], key_id);
	return st;
}

/* RFC 5905 7.3, figure 8, behind the first byte. */
RJ_MUST_CHECK static enum rj_status put_time(struct rj_visitor *v, const struct start *start,
					     struct rj_cursor c)
{
	uint8_t stratum, poll, precision;
	uint32_t delay, dispersion;
	const uint8_t *id;
	uint64_t timestamp;
	enum rj_status st = rj_cursor_u8(&c, &stratum);

	if (!st)
		st = rj_cursor_u8(&c, &poll);
	if (!st)
		st = rj_cursor_u8(&c, &precision);
	if (!st)
		st = rj_cursor_u32(&c, &delay);
	if (!st)
		st = rj_cursor_u32(&c, &dispersion);
	if (!st)
		st = rj_cursor_bytes(&c, 4, &id);
	if (st)
		return st;
	rj_put_word(v, &fields[F_LEAP], leaps[start->bits]);
	v->ops->u64(v, &fields[F_STRATUM], stratum);
	v->ops->i64(v, &fields[F_POLL], (int8_t)poll);
	v->ops->i64(v, &fields[F_PRECISION], (int8_t)precision);
	put_fixed(v, F_ROOT_DELAY, delay);
	put_fixed(v, F_ROOT_DISPERSION, dispersion);
	put_reference(v, start, stratum, id);
	for (enum field f = F_REFERENCE_TIME; !st && f <= F_TRANSMIT_TIME; f++) {
		st = rj_cursor_u64(&c, &timestamp);
		if (!st)
			put_timestamp(v, f, timestamp);
	}
	return st ? st : put_rest(v, start, c);
}

/* RFC 9327 2, figure 1, behind the first byte. */
RJ_MUST_CHECK static enum rj_status put_control(struct rj_visitor *v, struct rj_cursor c)
{
	uint8_t bits;
	uint16_t numbers[5];
	uint8_t status[2];
	enum rj_status st = rj_cursor_u8(&c, &bits);

	for (size_t i = 0; !st && i < NUM(numbers); i++)
		st = rj_cursor_u16(&c, &numbers[i]);
	if (st)
		return st;
	rj_put_true(v, &fields[F_RESPONSE], bits & 0x80);
	rj_put_true(v, &fields[F_ERROR], bits & 0x40);
	rj_put_true(v, &fields[F_MORE], bits & 0x20);
	rj_put_code(v, &fields[F_OPCODE], opcodes, NUM(opcodes), bits & 0x1f);
	v->ops->u64(v, &fields[F_SEQUENCE], numbers[0]);
	status[0] = (uint8_t)(numbers[1] >> 8);
	status[1] = (uint8_t)numbers[1];
	v->ops->hex(v, &fields[F_STATUS], status, sizeof(status));
	v->ops->u64(v, &fields[F_ASSOCIATION_ID], numbers[2]);
	v->ops->u64(v, &fields[F_OFFSET], numbers[3]);
	v->ops->u64(v, &fields[F_COUNT], numbers[4]);
	return RJ_OK;
}

/* ntpd's ntp_request.h, behind the first byte. */
RJ_MUST_CHECK static enum rj_status put_private(struct rj_visitor *v, const struct start *start,
						struct rj_cursor c)
{
	uint8_t sequence, implementation, code;
	uint16_t items, item_bytes;
	enum rj_status st = rj_cursor_u8(&c, &sequence);

	if (!st)
		st = rj_cursor_u8(&c, &implementation);
	if (!st)
		st = rj_cursor_u8(&c, &code);
	if (!st)
		st = rj_cursor_u16(&c, &items);
	if (!st)
		st = rj_cursor_u16(&c, &item_bytes);
	if (st)
		return st;
	rj_put_true(v, &fields[F_RESPONSE], start->bits & 2);
	rj_put_true(v, &fields[F_MORE], start->bits & 1);
	rj_put_true(v, &fields[F_AUTHENTICATED], sequence & 0x80);
	v->ops->u64(v, &fields[F_SEQUENCE], sequence & 0x7f);
	v->ops->u64(v, &fields[F_IMPLEMENTATION], implementation);
	rj_put_code(v, &fields[F_REQUEST_CODE], request_codes, NUM(request_codes), code);
	if (items >> 12)
		v->ops->u64(v, &fields[F_ERROR_CODE], items >> 12);
	v->ops->u64(v, &fields[F_ITEMS], items & 0xfff);
	v->ops->u64(v, &fields[F_ITEM_BYTES], item_bytes & 0xfff);
	return RJ_OK;
}

static void put_message(const struct rj_datagram *d, unsigned int originator, struct rj_visitor *v)
{
	struct rj_cursor c = rj_datagram_cursor(d);
	struct start start;
	enum rj_status st = read_start(&c, &start);

	v->ops->open(v, &fields[F_MESSAGE]);
	rj_put_dir(v, &fields[F_DIR], d->side, originator);
	if (!st) {
		v->ops->u64(v, &fields[F_VERSION], start.version);
		rj_put_word(v, &fields[F_MODE], modes[start.mode]);
	}
	if (!st && start.mode == CONTROL)
		st = put_control(v, c);
	else if (!st && start.mode == PRIVATE)
		st = put_private(v, &start, c);
	else if (!st)
		st = put_time(v, &start, c);
	rj_put_true(v, &fields[F_TRUNCATED], d->is_cut);
	rj_put_true(v, &fields[F_MALFORMED], st == RJ_MALFORMED);
	v->ops->close(v);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct ntp_state *s = state;

	if (!s->messages.first && !s->messages.num_skipped)
		return;
	v->ops->open(v, &fields[F_NTP]);
	if (s->messages.first) {
		v->ops->open(v, &fields[F_MESSAGES]);
		for (const struct rj_datagram *d = s->messages.first; d; d = d->next)
			put_message(d, originator, v);
		v->ops->close(v);
	}
	if (s->messages.num_skipped)
		v->ops->u64(v, &fields[F_SKIPPED], s->messages.num_skipped);
	v->ops->close(v);
}

/* Whether a message asks (1), answers (0), or neither (-1). */
static int is_request(const struct rj_datagram *d)
{
	struct rj_cursor c = rj_datagram_cursor(d);
	struct start start;
	uint8_t bits;

	if (read_start(&c, &start))
		return -1;
	if (start.mode == CONTROL)
		return rj_cursor_u8(&c, &bits) ? -1 : !(bits & 0x80);
	if (start.mode == PRIVATE)
		return !(start.bits & 2);
	return start.mode == CLIENT ? 1 : start.mode == SERVER ? 0 : -1;
}

static int originator_of(const void *state)
{
	const struct ntp_state *s = state;
	const struct rj_datagram *d = s->messages.first;
	int asks = d ? is_request(d) : -1;

	return asks < 0 ? -1 : asks ? d->side : !d->side;
}

const struct rj_dissector rj_ntp = {
	.name = "ntp",
	.reference = "RFC 5905",
	.over = RJ_OVER_UDP,
	.ports = ports,
	.state_bytes = sizeof(struct ntp_state),
	.max_bytes = RJ_DATAGRAM_MAX,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.originator = originator_of,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
