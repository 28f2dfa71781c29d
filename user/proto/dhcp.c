/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for DHCP and BOOTP over IPv4: a datagram is a message (RFC 2131, RFC 951). */
#include "core/text.h"
#include "proto/dhcp/options4.h"
#include "proto/dissector.h"
#include "proto/fingerprint.h"
#include "proto/registry.h"

#define PORT_SERVER 67u
#define PORT_CLIENT 68u
#define PORT_BOOT 4011u /* of PXE */

#define MAX_MESSAGES 64u /* a side; four times Joy's */

/* RFC 2131 2. */
#define BOOTREQUEST 1u
#define BOOTREPLY 2u
#define CHADDR_BYTES 16u
#define SNAME_BYTES 64u
#define FILE_BYTES 128u
#define HEADER_BYTES 236u
#define VEND_BYTES 64u /* RFC 951 3: what stands behind it in BOOTP */
#define MAGIC_COOKIE 0x63825363u

#define OPTION_PAD 0u
#define OPTION_OVERLOAD 52u
#define OPTION_MSG_TYPE 53u
#define OPTION_PARAMETERS 55u
#define OPTION_VENDORS 124u
#define OPTION_END 255u
#define DHCPREQUEST 3u
#define OVERLOAD_FILE 1u /* RFC 2132 9.3 */
#define OVERLOAD_SNAME 2u

enum field {
	F_DHCP,
	F_MESSAGE = RJ_DHCP_NUM_SHARED,
	F_OP,
	F_HTYPE,
	F_HLEN,
	F_HOPS,
	F_XID,
	F_SECS,
	F_HEADER_FLAGS,
	F_CIADDR,
	F_YIADDR,
	F_SIADDR,
	F_GIADDR,
	F_CHADDR,
	F_SNAME,
	F_FILE,
	F_OPTIONS,
	F_OPTION,
	NUM_FIELDS
};

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[F_DHCP] = { "dhcp", RJ_TYPE_ARRAY, "", 0, "RFC 2131",
		"DHCP and BOOTP messages of the flow, in order of arrival." },
	RJ_DHCP_SHARED_ROWS,
	[F_MESSAGE] = { "message", RJ_TYPE_OBJECT, "", 0, "RFC 2131 2", "One message." },
	[F_OP] = { "op", RJ_TYPE_STRING, "", 0, "Joy; RFC 2131 2",
		"1 of a client, 2 of a server; numbers of the header are text, as in Joy." },
	[F_HTYPE] = { "htype", RJ_TYPE_STRING, "", 0, "RFC 2131 2",
		"Hardware type of ARP; 1 is Ethernet." },
	[F_HLEN] = { "hlen", RJ_TYPE_STRING, "bytes", 0, "RFC 2131 2",
		"Length of the hardware address." },
	[F_HOPS] = { "hops", RJ_TYPE_STRING, "", 0, "RFC 2131 2", "Relays passed." },
	[F_XID] = { "xid", RJ_TYPE_STRING, "", 0, "RFC 2131 2", "Transaction." },
	[F_SECS] = { "secs", RJ_TYPE_STRING, "seconds", 0, "RFC 2131 2",
		"Time since the client began." },
	[F_HEADER_FLAGS] = { "flags", RJ_TYPE_STRING, "", 0, "RFC 2131 2",
		"Flags; 32768 asks for a broadcast." },
	[F_CIADDR] = { "ciaddr", RJ_TYPE_ADDRESS, "", 0, "RFC 2131 2", "Address the client has." },
	[F_YIADDR] = { "yiaddr", RJ_TYPE_ADDRESS, "", 0, "RFC 2131 2",
		"Address the client is given." },
	[F_SIADDR] = { "siaddr", RJ_TYPE_ADDRESS, "", 0, "RFC 2131 2",
		"Server to boot from." },
	[F_GIADDR] = { "giaddr", RJ_TYPE_ADDRESS, "", 0, "RFC 2131 2", "Relay." },
	[F_CHADDR] = { "chaddr", RJ_TYPE_HEX, "", 0, "RFC 2131 2",
		"Hardware address of the client, all 16 bytes." },
	[F_SNAME] = { "sname", RJ_TYPE_STRING, "", 0, "RFC 2131 2",
		"Name of the server, where the field has one." },
	[F_FILE] = { "file", RJ_TYPE_STRING, "", 0, "RFC 2131 2",
		"File to boot, where the field has one." },
	[F_OPTIONS] = { "options", RJ_TYPE_ARRAY, "", 0, "RFC 2132, RFC 3396",
		"Options by name, those of the same code as one where the first stood; with the "
		"bytes in data unless the value is hexadecimal itself." },
	[F_OPTION] = { "option", RJ_TYPE_OBJECT, "", 0, "RFC 2132 2", "One option." },
};
/* clang-format on */

static const uint16_t ports[] = { PORT_SERVER, PORT_CLIENT, PORT_BOOT, 0 };

struct dhcp_state {
	struct rj_datagrams messages;
};

struct option {
	uint8_t code;
	struct rj_cursor data;
};

/* struct areas - where options stand: behind the cookie, then in file, then in sname. */
struct areas {
	struct rj_cursor c[3];
	unsigned int num;
};

static bool has_port(const struct rj_message *m)
{
	for (const uint16_t *port = ports; *port; port++)
		if (m->src_port == *port || m->dst_port == *port)
			return true;
	return false;
}

/* op and hlen in range; off the ports of DHCP the cookie too. */
static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	struct rj_cursor c = bytes;
	uint32_t cookie;
	uint8_t op, hlen;
	enum rj_status st = rj_cursor_u8(&c, &op);

	if (!st && op != BOOTREQUEST && op != BOOTREPLY)
		return RJ_PROBE_NO;
	if (!st)
		st = rj_cursor_skip(&c, 1);
	if (!st)
		st = rj_cursor_u8(&c, &hlen);
	if (!st && hlen > CHADDR_BYTES)
		return RJ_PROBE_NO;
	if (!st && has_port(m) && !bytes.is_hard) /* cut by the capture */
		return RJ_PROBE_YES;
	if (!st)
		st = rj_cursor_skip(&bytes, HEADER_BYTES);
	if (!st && has_port(m))
		return RJ_PROBE_YES;
	if (!st)
		st = rj_cursor_u32(&bytes, &cookie);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return cookie == MAGIC_COOKIE ? RJ_PROBE_YES : RJ_PROBE_NO;
}

/* The next option that is none of the two without a length; OK with code OPTION_END at the end. */
RJ_MUST_CHECK static enum rj_status next_option(struct rj_cursor *c, struct option *out)
{
	enum rj_status st = RJ_OK;

	out->code = OPTION_PAD;
	while (!st && out->code == OPTION_PAD) {
		if (!c->left && c->is_hard) {
			out->code = OPTION_END; /* many send none */
			return RJ_OK;
		}
		st = rj_cursor_u8(c, &out->code);
	}
	if (st || out->code == OPTION_END)
		return st;
	return rj_cursor_prefixed(c, 1, &out->data);
}

/* Whether all of a message is there: to its end option, or what BOOTP has. */
RJ_MUST_CHECK static enum rj_status find_end(struct rj_cursor c)
{
	struct option option = { .code = OPTION_PAD };
	uint32_t cookie;
	enum rj_status st = rj_cursor_skip(&c, HEADER_BYTES);
	struct rj_cursor vend = c;

	if (!st)
		st = rj_cursor_u32(&c, &cookie);
	if (!st && cookie != MAGIC_COOKIE)
		return rj_cursor_skip(&vend, VEND_BYTES);
	while (!st && option.code != OPTION_END)
		st = next_option(&c, &option);
	return st;
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct dhcp_state *s = state;
	struct rj_cursor header = *c;

	if (!c->is_hard && !m->is_done) {
		enum rj_status st = find_end(*c);

		if (st == RJ_TRUNCATED)
			return st;
	}
	if (c->is_hard && rj_cursor_skip(&header, HEADER_BYTES))
		return RJ_MALFORMED;
	m->is_done = false;
	return rj_datagrams_take(&s->messages, m, c, MAX_MESSAGES);
}

/* Numbers are text in Joy. */
static void put_decimal(const struct rj_dhcp_put *p, unsigned int row, uint64_t value)
{
	uint8_t digits[RJ_TEXT_U64_LEN];

	rj_dhcp_put_text(p, row, digits, (size_t)(rj_text_u64(digits, value) - digits));
}

RJ_MUST_CHECK static enum rj_status put_numbers(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	static const struct {
		uint8_t row;
		uint8_t len;
	} numbers[] = { { F_OP, 1 },  { F_HTYPE, 1 }, { F_HLEN, 1 },	    { F_HOPS, 1 },
			{ F_XID, 4 }, { F_SECS, 2 },  { F_HEADER_FLAGS, 2 } };
	enum rj_status st = RJ_OK;

	for (size_t i = 0; !st && i < sizeof(numbers) / sizeof(*numbers); i++) {
		uint64_t value;

		st = rj_cursor_be(c, numbers[i].len, &value);
		if (!st)
			put_decimal(p, numbers[i].row, value);
	}
	return st;
}

/* RFC 2131 2, figure 1; sname and file are written later, as they may hold options. */
RJ_MUST_CHECK static enum rj_status put_header(const struct rj_dhcp_put *p, struct rj_cursor *c,
					       struct rj_cursor *ret_sname,
					       struct rj_cursor *ret_file)
{
	struct rj_cursor chaddr;
	enum rj_status st = put_numbers(p, c);

	for (unsigned int row = F_CIADDR; !st && row <= F_GIADDR; row++)
		st = rj_dhcp_put_address4(p, row, c);
	if (!st)
		st = rj_cursor_sub(c, CHADDR_BYTES, &chaddr);
	if (!st)
		rj_dhcp_put_hex(p, F_CHADDR, chaddr);
	if (!st)
		st = rj_cursor_sub(c, SNAME_BYTES, ret_sname);
	if (!st)
		st = rj_cursor_sub(c, FILE_BYTES, ret_file);
	return st;
}

/* Up to its first NUL; nothing where it is empty. */
static void put_field(const struct rj_dhcp_put *p, unsigned int row, struct rj_cursor field)
{
	const uint8_t *nul = field.left ? memchr(field.at, 0, field.left) : NULL;
	size_t len = nul ? (size_t)(nul - field.at) : field.left;

	if (len)
		rj_dhcp_put_text(p, row, field.at, len);
}

static unsigned int overload_of(struct rj_cursor c)
{
	struct option option = { .code = OPTION_PAD };
	uint8_t value;

	while (!next_option(&c, &option) && option.code != OPTION_END)
		if (option.code == OPTION_OVERLOAD)
			return rj_cursor_u8(&option.data, &value) ? 0 : value;
	return 0;
}

/* The bytes of all options of a code, one behind the other (RFC 3396 7). */
static struct rj_cursor join(const struct areas *areas, uint8_t code,
			     uint8_t joined[RJ_DATAGRAM_MAX])
{
	size_t len = 0;

	for (unsigned int i = 0; i < areas->num; i++) {
		struct rj_cursor c = areas->c[i];
		struct option option = { .code = OPTION_PAD };

		while (!next_option(&c, &option) && option.code != OPTION_END) {
			if (option.code != code || option.data.left > RJ_DATAGRAM_MAX - len)
				continue;
			memcpy(joined + len, option.data.at, option.data.left);
			len += option.data.left;
		}
	}
	return rj_cursor_init(joined, len, true);
}

static void put_option(const struct rj_dhcp_put *p, uint8_t code, struct rj_cursor data)
{
	const struct rj_dhcp_option *option = rj_dhcp_option4(code);
	enum rj_dhcp_form form = RJ_DHCP_BYTES;

	rj_dhcp_put_open(p, F_OPTION);
	if (option) {
		form = rj_dhcp_fitting(option->form, data);
		p->v->ops->name(p->v, option->name, strlen(option->name));
		if (rj_dhcp_value(p, form, data)) /* it was tried before */
			form = RJ_DHCP_BYTES;
	} else {
		rj_dhcp_put_u64(p, RJ_DHCP_R_KIND, code);
	}
	if (!option || (form != RJ_DHCP_BYTES && form != RJ_DHCP_MSG_TYPE))
		rj_dhcp_put_hex(p, RJ_DHCP_R_DATA, data);
	rj_dhcp_put_close(p);
}

/* How often each code is there; false where the list breaks off. */
static bool count_options(const struct areas *areas, uint16_t num[256])
{
	bool is_whole = true;

	for (unsigned int i = 0; i < areas->num; i++) {
		struct rj_cursor c = areas->c[i];
		struct option option = { .code = OPTION_PAD };
		enum rj_status st = RJ_OK;

		while (!st && option.code != OPTION_END) {
			st = next_option(&c, &option);
			if (!st && num[option.code] < UINT16_MAX)
				num[option.code]++;
		}
		is_whole = is_whole && st != RJ_MALFORMED;
	}
	return is_whole;
}

/* Whether all of them could be read. */
static bool put_options(const struct rj_dhcp_put *p, const struct areas *areas)
{
	uint8_t joined[RJ_DATAGRAM_MAX];
	uint16_t num[256] = { 0 };
	bool is_whole = count_options(areas, num);

	rj_dhcp_put_open(p, F_OPTIONS);
	for (unsigned int i = 0; i < areas->num; i++) {
		struct rj_cursor c = areas->c[i];
		struct option option = { .code = OPTION_PAD };

		while (!next_option(&c, &option) && option.code != OPTION_END) {
			if (num[option.code] > 1)
				put_option(p, option.code, join(areas, option.code, joined));
			else if (num[option.code])
				put_option(p, option.code, option.data);
			num[option.code] = 0;
		}
	}
	rj_dhcp_put_close(p);
	return is_whole;
}

/* What stands behind the fixed part; false where it breaks the format. */
static bool put_rest(const struct rj_dhcp_put *p, struct rj_cursor c, struct rj_cursor sname,
		     struct rj_cursor file)
{
	struct areas areas = { .num = 0 };
	unsigned int overload = 0;
	uint32_t cookie = 0;
	enum rj_status st = rj_cursor_u32(&c, &cookie);

	if (!st && cookie == MAGIC_COOKIE) {
		areas.c[areas.num++] = c;
		overload = overload_of(c);
	}
	if (overload & OVERLOAD_FILE) /* this one first: RFC 2131 4.1 */
		areas.c[areas.num++] = file;
	if (overload & OVERLOAD_SNAME)
		areas.c[areas.num++] = sname;
	else
		put_field(p, F_SNAME, sname);
	if (!(overload & OVERLOAD_FILE))
		put_field(p, F_FILE, file);
	return !areas.num || put_options(p, &areas);
}

static void put_message(const struct rj_dhcp_put *p, const struct rj_datagram *d)
{
	struct rj_cursor c = rj_datagram_cursor(d), sname, file;
	enum rj_status st;
	bool is_whole = true;

	st = put_header(p, &c, &sname, &file);
	if (!st)
		is_whole = put_rest(p, c, sname, file);
	if (d->is_cut)
		rj_dhcp_put_true(p, RJ_DHCP_R_TRUNCATED);
	if (st == RJ_MALFORMED || !is_whole)
		rj_dhcp_put_true(p, RJ_DHCP_R_MALFORMED);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	static const struct rj_dhcp_rows rows = { F_DHCP, F_MESSAGE, put_message };
	const struct rj_dhcp_put p = { .v = v, .fields = fields };

	(void)originator; /* op tells who speaks */
	rj_dhcp_put_messages(&p, &((const struct dhcp_state *)state)->messages, &rows);
}

/* One option of a request: of some its value counts, of the others that it is there. */
static bool put_npf_option(struct rj_fp_text *t, struct rj_cursor *c)
{
	struct rj_cursor value = { 0 };
	uint8_t code;

	if (rj_cursor_u8(c, &code))
		return false;
	if (code == OPTION_PAD)
		return true;
	if (code != OPTION_END && rj_cursor_prefixed(c, 1, &value))
		return false;
	rj_fp_char(t, '(');
	rj_fp_hex(t, &code, 1);
	if (code == OPTION_MSG_TYPE || code == OPTION_PARAMETERS || code == OPTION_VENDORS) {
		uint8_t len = (uint8_t)value.left;

		rj_fp_hex(t, &len, 1);
		rj_fp_hex(t, value.at, value.left);
	}
	rj_fp_char(t, ')');
	return code != OPTION_END;
}

/* Whether the options behind the cookie at @c are those of a DHCPREQUEST. */
static bool is_request(struct rj_cursor c)
{
	struct rj_cursor value;
	uint8_t code = OPTION_PAD, type;

	while (!rj_cursor_u8(&c, &code) && code != OPTION_END) {
		if (code == OPTION_PAD)
			continue;
		if (rj_cursor_prefixed(&c, 1, &value))
			return false;
		if (code == OPTION_MSG_TYPE)
			return !rj_cursor_u8(&value, &type) && type == DHCPREQUEST;
	}
	return false;
}

/* Mercury's: of the first DHCPREQUEST. */
static void fingerprints(const void *state, struct rj_fingerprints *out)
{
	const struct dhcp_state *s = state;

	for (const struct rj_datagram *d = s->messages.first; d; d = d->next) {
		struct rj_cursor c = rj_datagram_cursor(d);
		uint32_t cookie;

		if (rj_cursor_skip(&c, HEADER_BYTES) || rj_cursor_u32(&c, &cookie) ||
		    cookie != MAGIC_COOKIE || !is_request(c))
			continue;
		rj_fp_begin(&out->text, RJ_FP_NO_DIGEST);
		rj_fp_word(&out->text, "dhcp/(");
		while (put_npf_option(&out->text, &c))
			;
		rj_fp_char(&out->text, ')');
		rj_fp_write(out, RJ_FP_DHCP);
		out->client = d->side;
		return;
	}
}

/* Who sent a request. An answer alone may have been to all and says nothing. */
static int originator_of(const void *state)
{
	const struct dhcp_state *s = state;

	for (const struct rj_datagram *d = s->messages.first; d; d = d->next) {
		struct rj_cursor c = rj_datagram_cursor(d);
		uint8_t op;

		if (!rj_cursor_u8(&c, &op) && op == BOOTREQUEST)
			return d->side;
	}
	return -1;
}

const struct rj_dissector rj_dhcp = {
	.name = "dhcp",
	.reference = "RFC 2131",
	.over = RJ_OVER_UDP,
	.ports = ports,
	.state_bytes = sizeof(struct dhcp_state),
	.max_bytes = RJ_DATAGRAM_MAX,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.fingerprints = fingerprints,
	.originator = originator_of,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
