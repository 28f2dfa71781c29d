/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for DHCPv6: a datagram is a message, relayed ones stand inside (RFC 8415). */
#include "core/text.h"
#include "proto/dhcp/options6.h"
#include "proto/dissector.h"
#include "proto/registry.h"

#define PORT_CLIENT 546u
#define PORT_SERVER 547u

#define MAX_MESSAGES 64u /* a side; six times Joy's */

/*
 * Lists of options in one another: eight relays (HOP_COUNT_LIMIT, RFC 8415 7.6) and the message
 * they carry with an address in an association and its status. JSON would end three behind it.
 */
#define MAX_DEPTH 12u

#define TRANSACTION_BYTES 3u

enum field {
	F_DHCPV6,
	F_MESSAGE = RJ_DHCP_NUM_SHARED,
	F_TYPE,
	F_TRANSID,
	F_HOP_COUNT,
	F_LINK_ADDRESS,
	F_PEER_ADDRESS,
	F_OPTION_NAME,
	F_OPTLEN,
	F_OPTIONS,
	F_OPTION,
	F_T1,
	F_T2,
	F_PREFERRED_LIFETIME,
	F_VALID_LIFETIME,
	NUM_FIELDS
};

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[F_DHCPV6] = { "dhcpv6", RJ_TYPE_ARRAY, "", 0, "RFC 8415",
		"DHCPv6 messages of the flow, in order of arrival." },
	RJ_DHCP_SHARED_ROWS,
	[F_MESSAGE] = { "message", RJ_TYPE_OBJECT, "", 0, "RFC 8415 8, 9", "One message." },
	[F_TYPE] = { "type", RJ_TYPE_STRING, "", 0, "Joy; RFC 8415 7.3",
		"SOLICIT to RELAYREPL, as IANA calls it above those; or its number." },
	[F_TRANSID] = { "transid", RJ_TYPE_HEX, "", 0, "RFC 8415 8", "Transaction." },
	[F_HOP_COUNT] = { "hop_count", RJ_TYPE_UINT, "", 0, "RFC 8415 9",
		"Relays that the message passed before." },
	[F_LINK_ADDRESS] = { "link_address", RJ_TYPE_ADDRESS, "", 0, "RFC 8415 9",
		"Tells the link of the client." },
	[F_PEER_ADDRESS] = { "peer_address", RJ_TYPE_ADDRESS, "", 0, "RFC 8415 9",
		"Client or relay from which the message came." },
	[F_OPTION_NAME] = { "option", RJ_TYPE_STRING, "", 0, "Joy; RFC 8415 21",
		"Name of the option without OPTION_, or its number; of a message, of its first." },
	[F_OPTLEN] = { "optlen", RJ_TYPE_UINT, "bytes", 0, "Joy; RFC 8415 21.1",
		"Length of the option; of a message, of its first." },
	[F_OPTIONS] = { "options", RJ_TYPE_ARRAY, "", 0, "RFC 8415 21",
		"All options in order; in an option those inside it. RELAY_MSG has a message's keys." },
	[F_OPTION] = { "option", RJ_TYPE_OBJECT, "", 0, "RFC 8415 21.1", "One option." },
	[F_T1] = { "t1", RJ_TYPE_UINT, "seconds", 0, "RFC 8415 21.4",
		"Time until the client should renew." },
	[F_T2] = { "t2", RJ_TYPE_UINT, "seconds", 0, "RFC 8415 21.4",
		"Time until it should ask any server." },
	[F_PREFERRED_LIFETIME] = { "preferred_lifetime", RJ_TYPE_UINT, "seconds", 0,
		"RFC 8415 21.6", "How long the address or prefix is preferred." },
	[F_VALID_LIFETIME] = { "valid_lifetime", RJ_TYPE_UINT, "seconds", 0,
		"RFC 8415 21.6", "How long it is valid." },
};
/* clang-format on */

static const uint16_t ports[] = { PORT_CLIENT, PORT_SERVER, 0 };

struct dhcpv6_state {
	struct rj_datagrams messages;
};

struct option {
	uint16_t code;
	struct rj_cursor data;
};

/*
 * struct walk - through lists of options in one another.
 * @lists: what is left of each
 */
struct walk {
	struct rj_dhcp_put p;
	struct rj_cursor lists[MAX_DEPTH];
	unsigned int depth;
	bool is_malformed;
};

RJ_MUST_CHECK static enum rj_status next_option(struct rj_cursor *c, struct option *out)
{
	struct rj_cursor ahead = *c;
	enum rj_status st = rj_cursor_u16(&ahead, &out->code);

	if (!st)
		st = rj_cursor_prefixed(&ahead, 2, &out->data);
	if (!st)
		*c = ahead;
	return st;
}

static bool is_relay(uint8_t type)
{
	return type == RJ_DHCP6_RELAY_FORW || type == RJ_DHCP6_RELAY_REPL;
}

/* What stands before the options: RFC 8415 8 and 9. */
RJ_MUST_CHECK static enum rj_status skip_header(struct rj_cursor *c)
{
	uint8_t type;
	enum rj_status st = rj_cursor_u8(c, &type);

	if (!st && !rj_dhcp_type6_name(type))
		return RJ_MALFORMED;
	return st ? st : rj_cursor_skip(c, is_relay(type) ? 1 + 2 * 16 : TRANSACTION_BYTES);
}

static bool has_port(const struct rj_message *m)
{
	return m->src_port == PORT_CLIENT || m->src_port == PORT_SERVER ||
	       m->dst_port == PORT_CLIENT || m->dst_port == PORT_SERVER;
}

/* Nothing in it is a sign but that all of it fits: on its ports alone. */
static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	struct option option;
	enum rj_status st = has_port(m) ? skip_header(&bytes) : RJ_MALFORMED;

	if (!st)
		st = next_option(&bytes, &option);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return RJ_PROBE_YES;
}

/* A message ends with its datagram; one that the capture cut between options does not show it. */
RJ_MUST_CHECK static enum rj_status find_end(struct rj_cursor c)
{
	struct option option;
	enum rj_status st = skip_header(&c);

	do {
		if (!st)
			st = next_option(&c, &option);
	} while (!st && c.left);
	return st;
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct dhcpv6_state *s = state;
	struct rj_cursor header = *c;

	if (!c->is_hard && !m->is_done && find_end(*c) == RJ_TRUNCATED)
		return RJ_TRUNCATED;
	if (c->is_hard && skip_header(&header))
		return RJ_MALFORMED;
	m->is_done = false;
	return rj_datagrams_take(&s->messages, m, c, MAX_MESSAGES);
}

static void put_number_text(const struct rj_dhcp_put *p, unsigned int row, uint64_t number)
{
	uint8_t digits[RJ_TEXT_U64_LEN];

	rj_dhcp_put_text(p, row, digits, (size_t)(rj_text_u64(digits, number) - digits));
}

static void put_option_name(const struct rj_dhcp_put *p, const struct option *o)
{
	const struct rj_dhcp_option *row = rj_dhcp_option6(o->code);

	if (row)
		rj_dhcp_put_word(p, F_OPTION_NAME, row->name);
	else
		put_number_text(p, F_OPTION_NAME, o->code);
	rj_dhcp_put_u64(p, F_OPTLEN, o->data.left);
}

/* Joy's keys: the first option alone, with the hardware address of its DUID. */
static void put_first_option(const struct rj_dhcp_put *p, struct rj_cursor c)
{
	const struct rj_dhcp_option *row;
	char mac[RJ_DHCP_MAC_LEN];
	struct option o;

	if (next_option(&c, &o))
		return;
	put_option_name(p, &o);
	row = rj_dhcp_option6(o.code);
	if (row && row->form == RJ_DHCP_DUID && rj_dhcp_duid_mac(o.data, mac))
		rj_dhcp_put_text(p, RJ_DHCP_R_MACADDR, mac, sizeof(mac));
}

/* The members of a message before its options. */
RJ_MUST_CHECK static enum rj_status put_header(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	struct rj_cursor transid;
	const char *name;
	uint8_t type;
	enum rj_status st = rj_cursor_u8(c, &type);

	if (st)
		return st;
	name = rj_dhcp_type6_name(type);
	if (name)
		rj_dhcp_put_word(p, F_TYPE, name);
	else
		put_number_text(p, F_TYPE, type);
	if (is_relay(type)) {
		st = rj_dhcp_put_be(p, F_HOP_COUNT, 1, c);
		if (!st)
			st = rj_dhcp_put_address6(p, F_LINK_ADDRESS, c);
		if (!st)
			st = rj_dhcp_put_address6(p, F_PEER_ADDRESS, c);
	} else {
		st = rj_cursor_sub(c, TRANSACTION_BYTES, &transid);
		if (!st)
			rj_dhcp_put_hex(p, F_TRANSID, transid);
	}
	return st;
}

/* Opens the list of options @c, which is not too deep. */
static void descend(struct walk *w, struct rj_cursor c)
{
	rj_dhcp_put_open(&w->p, F_OPTIONS);
	w->lists[w->depth++] = c;
}

static void ascend(struct walk *w)
{
	rj_dhcp_put_close(&w->p);
	if (--w->depth) /* the option that it is in */
		rj_dhcp_put_close(&w->p);
}

/* What stands in an option before the options inside it (RFC 8415 21.4, 21.5, 21.6, 21.22). */
RJ_MUST_CHECK static enum rj_status put_fixed(const struct rj_dhcp_put *p, enum rj_dhcp_form form,
					      struct rj_cursor *c)
{
	enum rj_status st;

	switch (form) {
	case RJ_DHCP_IA:
		st = rj_dhcp_put_be(p, RJ_DHCP_R_IAID, 4, c);
		if (!st)
			st = rj_dhcp_put_be(p, F_T1, 4, c);
		return st ? st : rj_dhcp_put_be(p, F_T2, 4, c);
	case RJ_DHCP_IA_TA:
		return rj_dhcp_put_be(p, RJ_DHCP_R_IAID, 4, c);
	case RJ_DHCP_IA_ADDR:
		st = rj_dhcp_put_address6(p, RJ_DHCP_R_ADDRESS, c);
		if (!st)
			st = rj_dhcp_put_be(p, F_PREFERRED_LIFETIME, 4, c);
		return st ? st : rj_dhcp_put_be(p, F_VALID_LIFETIME, 4, c);
	case RJ_DHCP_IA_PREFIX:
		st = rj_dhcp_put_be(p, F_PREFERRED_LIFETIME, 4, c);
		if (!st)
			st = rj_dhcp_put_be(p, F_VALID_LIFETIME, 4, c);
		if (!st)
			st = rj_dhcp_put_be(p, RJ_DHCP_R_PREFIX_LEN, 1, c);
		return st ? st : rj_dhcp_put_address6(p, RJ_DHCP_R_ADDRESS, c);
	default:
		return RJ_OK;
	}
}

/* What stands before the options inside an option. */
RJ_MUST_CHECK static enum rj_status put_before(const struct rj_dhcp_put *p, enum rj_dhcp_form form,
					       struct rj_cursor *c)
{
	return form == RJ_DHCP_RELAY_MSG ? put_header(p, c) : put_fixed(p, form, c);
}

/* An option with options inside: its object stays open. Only what can be read is written. */
RJ_MUST_CHECK static enum rj_status put_container(struct walk *w, enum rj_dhcp_form form,
						  struct rj_cursor c)
{
	struct rj_cursor tried = c;
	enum rj_status st = w->depth < MAX_DEPTH ? RJ_OK : RJ_MALFORMED;

	if (!st)
		st = put_before(&(struct rj_dhcp_put){ 0 }, form, &tried);
	if (!st)
		st = put_before(&w->p, form, &c);
	if (!st)
		descend(w, c);
	return st;
}

static bool is_container(enum rj_dhcp_form form)
{
	return form >= RJ_DHCP_IA;
}

static bool has_members(enum rj_dhcp_form form)
{
	return form >= RJ_DHCP_DUID && !is_container(form);
}

/* The value of an option; names that rows have elsewhere give way to `value`. */
static void put_value(const struct rj_dhcp_put *p, enum rj_dhcp_form form, struct rj_cursor data)
{
	form = rj_dhcp_fitting(form, data);
	if (!has_members(form))
		p->v->ops->name(p->v, "value", strlen("value"));
	if (rj_dhcp_value(p, form, data) && p->v) /* it was tried before, so this is never so */
		rj_dhcp_put_true(p, RJ_DHCP_R_MALFORMED);
}

static void put_option(struct walk *w, const struct option *o)
{
	const struct rj_dhcp_option *row = rj_dhcp_option6(o->code);
	enum rj_dhcp_form form = row ? row->form : RJ_DHCP_BYTES;

	rj_dhcp_put_open(&w->p, F_OPTION);
	put_option_name(&w->p, o);
	if (is_container(form)) {
		if (!put_container(w, form, o->data))
			return;
		form = RJ_DHCP_BYTES;
	}
	if (form == RJ_DHCP_BYTES)
		rj_dhcp_put_hex(&w->p, RJ_DHCP_R_DATA, o->data);
	else
		put_value(&w->p, form, o->data);
	rj_dhcp_put_close(&w->p);
}

static void put_options(struct walk *w, struct rj_cursor c)
{
	struct option o;

	descend(w, c);
	while (w->depth) {
		struct rj_cursor *list = &w->lists[w->depth - 1];
		enum rj_status st;

		if (!list->left) {
			ascend(w);
			continue;
		}
		st = next_option(list, &o);
		if (st) {
			w->is_malformed = w->is_malformed || st == RJ_MALFORMED;
			list->left = 0;
			continue;
		}
		put_option(w, &o);
	}
}

static void put_message(const struct rj_dhcp_put *p, const struct rj_datagram *d)
{
	struct walk w = { .p = *p };
	struct rj_cursor c = rj_datagram_cursor(d);
	enum rj_status st;

	st = put_header(p, &c);
	if (!st) {
		put_first_option(p, c);
		put_options(&w, c);
	}
	if (d->is_cut)
		rj_dhcp_put_true(p, RJ_DHCP_R_TRUNCATED);
	if (st == RJ_MALFORMED || w.is_malformed)
		rj_dhcp_put_true(p, RJ_DHCP_R_MALFORMED);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	static const struct rj_dhcp_rows rows = { F_DHCPV6, F_MESSAGE, put_message };
	const struct rj_dhcp_put p = { .v = v, .fields = fields };

	(void)originator; /* type tells who speaks */
	rj_dhcp_put_messages(&p, &((const struct dhcpv6_state *)state)->messages, &rows);
}

const struct rj_dissector rj_dhcpv6 = {
	.name = "dhcpv6",
	.reference = "RFC 8415",
	.over = RJ_OVER_UDP,
	.ports = ports,
	.state_bytes = sizeof(struct dhcpv6_state),
	.max_bytes = RJ_DATAGRAM_MAX,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
