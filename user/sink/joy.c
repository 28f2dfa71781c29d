// SPDX-License-Identifier: BSD-3-Clause
/*
 * Joy's keys, and its way to print numbers. What a record has beyond them goes no further, so that
 * new keys need no word here; what Joy has and a record has not (example, debug.tcp_retrans, the
 * body of a message without one) is put together of what passes by.
 */
#include "sink/joy.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define BODY_BYTES 16u /* of an HTTP body Joy prints so many, zeros where there are fewer */
#define DNS_CLASS_IN 1u
#define TLS_LAST_NAMED 25u /* Joy has names for these and the two below */
#define TLS_SESSION_TICKET 35u
#define TLS_RENEGOTIATION_INFO 65281u

enum how {
	KEEP,	 /* passes with all that is in it */
	INSIDE,	 /* what is in it passes by its own table */
	DROPPED, /* no key of Joy's */
	BYTES_OUT,
	BYTES_IN,   /* held back until it shows whether there is a twin */
	PACKETS_IN, /* 0: there is none */
	RETRANS,
	INVALID,
	PACKETS,
	LABELS, /* Joy prints blanks in the array */
	COUNTS, /* 256 or 16 numbers, all shifted until the largest fits 8 bits */
	WHT,	/* %.5g */
	DIR,
	FIRST_IPT,
	EXTENSION, /* Joy has names for fewer of them */
	DNS_MESSAGE,
	DNS_RC,
	DNS_RR,
	DNS_MALFORMED,
	RR,
	RR_TYPE,
	RR_CLASS,
	RR_RDLENGTH,
	RR_UDP_SIZE,
	RR_OPT,
	RR_DATA,     /* of a type that Joy takes apart */
	RR_TTL,	     /* ends it */
	DHCP_OPTION, /* its bytes under its name, but for the type of the message */
	DHCP_BYTES,
	DHCP_TEXT,
	HTTP_SIDE,
	HTTP_BODY,
	FPX, /* under another name */
	FPX_IN,
	EXE,
	EXE_DA, /* where nothing is known of the other end, under its name */
};

/*
 * struct rj_joy_key - a key of Joy's and what becomes of it. Ends with a row without a name.
 * @inside: of what is in it, unless all passes; of an array, of its elements
 */
struct rj_joy_key {
	const char *name;
	enum how how;
	const struct rj_joy_key *inside;
};

#define PASS(name)                                                                                 \
	{                                                                                          \
		name, KEEP, NULL                                                                   \
	}
#define TAKE(name, how)                                                                            \
	{                                                                                          \
		name, how, NULL                                                                    \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, DROPPED, NULL                                                                \
	}

/* clang-format off */
static const struct rj_joy_key nothing[] = { END };
static const struct rj_joy_key dropped = { "", DROPPED, nothing };
static const struct rj_joy_key kept = PASS("");

static const struct rj_joy_key packet_keys[] = {
	PASS("b"), TAKE("dir", DIR), TAKE("ipt", FIRST_IPT), END,
};
static const struct rj_joy_key packets[] = { { "", INSIDE, packet_keys }, END };

static const struct rj_joy_key extension_keys[] = { PASS("kind"), PASS("data"), END };
static const struct rj_joy_key extensions[] = { { "", EXTENSION, extension_keys }, END };

static const struct rj_joy_key certificate_keys[] = {
	PASS("length"), PASS("serial_number"), PASS("signature"), PASS("signature_algo"),
	PASS("signature_key_size"), PASS("issuer"), PASS("subject"), PASS("extensions"),
	PASS("validity_not_before"), PASS("validity_not_after"), PASS("subject_public_key_algo"),
	PASS("subject_public_key_size"), END,
};
static const struct rj_joy_key certificates[] = { { "", INSIDE, certificate_keys }, END };

static const struct rj_joy_key tls_record_keys[] = {
	PASS("b"), TAKE("dir", DIR), PASS("ipt"), PASS("tp"), PASS("hs_types"), PASS("hs_lens"), END,
};
static const struct rj_joy_key tls_records[] = { { "", INSIDE, tls_record_keys }, END };

static const struct rj_joy_key tls_keys[] = {
	PASS("c_version"), PASS("s_version"), PASS("c_key_length"), PASS("c_key_exchange"),
	PASS("c_random"), PASS("s_random"), PASS("c_sid"), PASS("s_sid"), PASS("sni"),
	PASS("scs"), PASS("cs"), { "c_extensions", INSIDE, extensions },
	{ "s_extensions", INSIDE, extensions }, { "c_cert", INSIDE, certificates },
	{ "s_cert", INSIDE, certificates }, { "srlt", INSIDE, tls_records }, END,
};

static const struct rj_joy_key ssh_side_keys[] = {
	PASS("protocol"), PASS("cookie"), PASS("kex_algos"), PASS("s_host_key_algos"),
	PASS("c_encryption_algos"), PASS("s_encryption_algos"), PASS("c_mac_algos"),
	PASS("s_mac_algos"), PASS("c_comp_algos"), PASS("s_comp_algos"), PASS("c_languages"),
	PASS("s_languages"), PASS("s_hostkey_type"), PASS("s_hostkey"), PASS("s_signature_type"),
	PASS("s_signature"), PASS("kex_algo"), PASS("c_kex"), PASS("s_kex"), PASS("s_gex_p"),
	PASS("s_gex_g"), PASS("newkeys"), PASS("unencrypted"), END,
};
static const struct rj_joy_key ssh_keys[] = {
	{ "cli", INSIDE, ssh_side_keys }, { "srv", INSIDE, ssh_side_keys }, END,
};

static const struct rj_joy_key opt_keys[] = { TAKE("udp_size", RR_UDP_SIZE), END };
static const struct rj_joy_key rr_keys[] = {
	TAKE("type", RR_TYPE), TAKE("class", RR_CLASS), TAKE("rdlength", RR_RDLENGTH),
	{ "opt", RR_OPT, opt_keys }, TAKE("a", RR_DATA), TAKE("aaaa", RR_DATA),
	TAKE("cname", RR_DATA), TAKE("ns", RR_DATA), TAKE("soa", RR_DATA), TAKE("ptr", RR_DATA),
	TAKE("mx", RR_DATA), TAKE("txt", RR_DATA), PASS("malformed"), TAKE("ttl", RR_TTL), END,
};
static const struct rj_joy_key rrs[] = { { "", RR, rr_keys }, END };
static const struct rj_joy_key dns_keys[] = {
	PASS("qn"), PASS("rn"), TAKE("rc", DNS_RC), { "rr", DNS_RR, rrs },
	TAKE("malformed", DNS_MALFORMED), END,
};
static const struct rj_joy_key dns_messages[] = { { "", DNS_MESSAGE, dns_keys }, END };

static const struct rj_joy_key dhcp_option_keys[] = {
	TAKE("text", DHCP_TEXT), TAKE("bytes", DHCP_BYTES), PASS("kind"), TAKE("data", DHCP_BYTES),
	END,
};
static const struct rj_joy_key dhcp_options[] = { { "", DHCP_OPTION, dhcp_option_keys }, END };
static const struct rj_joy_key dhcp_keys[] = {
	PASS("op"), PASS("htype"), PASS("hlen"), PASS("hops"), PASS("xid"), PASS("secs"),
	PASS("flags"), PASS("ciaddr"), PASS("yiaddr"), PASS("siaddr"), PASS("giaddr"),
	PASS("chaddr"), PASS("sname"), PASS("file"), { "options", INSIDE, dhcp_options }, END,
};
static const struct rj_joy_key dhcp_messages[] = { { "", INSIDE, dhcp_keys }, END };
static const struct rj_joy_key dhcpv6_keys[] = {
	PASS("type"), PASS("transid"), PASS("option"), PASS("optlen"), PASS("macaddr"), END,
};
static const struct rj_joy_key dhcpv6_messages[] = { { "", INSIDE, dhcpv6_keys }, END };

static const struct rj_joy_key ike_message_keys[] = { PASS("header"), PASS("payloads"), END };
static const struct rj_joy_key ike_messages[] = { { "", INSIDE, ike_message_keys }, END };
static const struct rj_joy_key ike_side_keys[] = { { "messages", INSIDE, ike_messages }, END };
static const struct rj_joy_key ike_keys[] = {
	{ "init", INSIDE, ike_side_keys }, { "resp", INSIDE, ike_side_keys }, END,
};

static const struct rj_joy_key http_keys[] = {
	PASS("method"), PASS("uri"), PASS("version"), PASS("usernames"), PASS("code"),
	PASS("reason"), PASS("header"), TAKE("body", HTTP_BODY), PASS("malformed"), END,
};
static const struct rj_joy_key http_elements[] = { { "", INSIDE, http_keys }, END };
static const struct rj_joy_key exchange_keys[] = {
	{ "out", HTTP_SIDE, http_elements }, { "in", HTTP_SIDE, http_elements }, END,
};
static const struct rj_joy_key exchanges[] = { { "", INSIDE, exchange_keys }, END };

static const struct rj_joy_key exe_keys[] = {
	PASS("name"), PASS("path"), PASS("hash"), PASS("uptime"), END,
};

static const struct rj_joy_key debug_keys[] = { TAKE("invalid", INVALID), END };

/* In Joy's order, which is the records' as well; `example` is no key of theirs. */
#define EXAMPLE "example"
static const struct rj_joy_key flow_keys[] = {
	PASS("sa"), PASS("da"), PASS("pr"), PASS("sp"), PASS("dp"), TAKE("sa_labels", LABELS),
	TAKE("da_labels", LABELS), TAKE("bytes_out", BYTES_OUT), PASS("num_pkts_out"),
	TAKE("bytes_in", BYTES_IN), TAKE("num_pkts_in", PACKETS_IN), PASS("time_start"),
	PASS("time_end"), { "packets", PACKETS, packets }, TAKE("byte_dist", COUNTS),
	PASS("byte_dist_mean"), PASS("byte_dist_std"), TAKE("compact_byte_dist", COUNTS),
	PASS("entropy"), PASS("total_entropy"), PASS("p_malware"), PASS("ip"), PASS("tcp"),
	TAKE("wht", WHT), TAKE(EXAMPLE, DROPPED), { "dns", INSIDE, dns_messages },
	{ "ssh", INSIDE, ssh_keys }, { "tls", INSIDE, tls_keys },
	{ "dhcp", INSIDE, dhcp_messages }, { "dhcpv6", INSIDE, dhcpv6_messages },
	{ "http", INSIDE, exchanges }, { "ike", INSIDE, ike_keys }, PASS("payload"), PASS("oseq"),
	PASS("oack"), PASS("iseq"), PASS("iack"), PASS("ppi"), TAKE("fpx", FPX), TAKE("fpx_in", FPX_IN),
	{ "exe", EXE, exe_keys }, { "exe_da", EXE_DA, exe_keys },
	PASS("hd"), PASS("probable_os"), PASS("idp_out"), PASS("idp_len_out"), PASS("idp_in"), PASS("idp_len_in"),
	TAKE("retrans_out", RETRANS), TAKE("retrans_in", RETRANS),
	{ "debug", INSIDE, debug_keys }, END,
};
static const struct rj_joy_key flow_key = { "", INSIDE, flow_keys };

static const struct rj_field
	example_field = { EXAMPLE, RJ_TYPE_UINT, "bytes", 0, "Joy", "" },
	fpx_field = { "fingerprints", RJ_TYPE_OBJECT, "", 0, "Joy", "" },
	fpx_in_field = { "fingerprints_in", RJ_TYPE_OBJECT, "", 0, "Joy", "" },
	exe_field = { "exe", RJ_TYPE_OBJECT, "", 0, "Joy", "" },
	debug_field = { "debug", RJ_TYPE_OBJECT, "", 0, "Joy", "" },
	retrans_field = { "tcp_retrans", RJ_TYPE_UINT, "packets", 0, "Joy", "" },
	invalid_field = { "invalid", RJ_TYPE_UINT, "packets", 0, "Joy", "" },
	expire_field = { "expire_type", RJ_TYPE_STRING, "", 0, "Joy", "" },
	bytes_in_field = { "bytes_in", RJ_TYPE_UINT, "bytes", 0, "Joy", "" },
	count_field = { "byte_dist[]", RJ_TYPE_UINT, "bytes", 0, "Joy", "" },
	kind_field = { "kind", RJ_TYPE_UINT, "", 0, "Joy", "" },
	data_field = { "data", RJ_TYPE_HEX, "", 0, "Joy", "" },
	rc_field = { "rc", RJ_TYPE_UINT, "", 0, "Joy", "" },
	rr_field = { "rr", RJ_TYPE_ARRAY, "", 0, "Joy", "" },
	type_field = { "type", RJ_TYPE_STRING, "", 0, "Joy", "" },
	class_field = { "class", RJ_TYPE_STRING, "", 0, "Joy", "" },
	rdlength_field = { "rdlength", RJ_TYPE_UINT, "bytes", 0, "Joy", "" },
	element_field = { "element", RJ_TYPE_OBJECT, "", 0, "Joy", "" },
	body_field = { "body", RJ_TYPE_HEX, "", 0, "Joy", "" };
/* clang-format on */

static struct rj_joy *joy_of(struct rj_visitor *v)
{
	return (struct rj_joy *)v; /* embedded first */
}

static struct rj_joy_level *top(struct rj_joy *j)
{
	return &j->level[j->depth - 1];
}

static struct rj_visitor *json(struct rj_joy *j)
{
	return &j->json.visitor;
}

static void put_u64(struct rj_joy *j, const struct rj_field *f, uint64_t value)
{
	json(j)->ops->u64(json(j), f, value);
}

static void put_text(struct rj_joy *j, const struct rj_field *f, const char *text)
{
	json(j)->ops->string(json(j), f, text, strlen(text));
}

/* Joy prints numbers of this kind in hexadecimal, as strings. */
static void put_hex_number(struct rj_joy *j, const struct rj_field *f, uint64_t value)
{
	char text[17];

	snprintf(text, sizeof(text), "%llx", (unsigned long long)value);
	put_text(j, f, text);
}

/* Before a value: what it stands in is written, if it is not yet. */
static void enter(struct rj_joy *j)
{
	while (j->num_open < j->depth) {
		json(j)->ops->open(json(j), j->level[j->num_open].field);
		j->num_open++;
	}
}

static const struct rj_joy_key *find(const struct rj_joy_key *keys, const char *name)
{
	for (; keys->name; keys++)
		if (!strcmp(keys->name, name))
			return keys;
	return &dropped;
}

static void put_example(struct rj_joy *j)
{
	if (j->has_example)
		return;
	j->has_example = true;
	enter(j);
	put_u64(j, &example_field, j->bytes_out + j->bytes_in);
}

/* What becomes of a value or of what opens. */
static const struct rj_joy_key *key_of(struct rj_joy *j, const struct rj_field *f)
{
	struct rj_joy_level *at;
	const struct rj_joy_key *key;

	if (!j->depth)
		return &flow_key;
	at = top(j);
	if (!at->inside)
		return &kept;
	key = at->is_array ? at->inside : find(at->inside, f->name);
	if (!key->name || key->how == DROPPED || (key->how == EXE_DA && j->has_exe)) {
		at->has_dropped = true;
		return &dropped;
	}
	if (j->depth == 1 && !j->has_example && key > find(flow_keys, EXAMPLE))
		put_example(j);
	return key;
}

/* A record of a type that Joy does not know: its numbers. */
static void put_rr_numbers(struct rj_joy *j)
{
	if (j->rr.is_known)
		return;
	if (j->rr.type >= 0)
		put_hex_number(j, &type_field, (uint64_t)j->rr.type);
	put_hex_number(j, &class_field, j->rr.has_class ? j->rr.class : DNS_CLASS_IN);
	if (j->rr.has_rdlength)
		put_u64(j, &rdlength_field, j->rr.rdlength);
}

static void put_rc(struct rj_joy *j, uint64_t rc)
{
	enter(j);
	put_u64(j, &rc_field, rc);
	j->dns.has_rc = true;
}

/* What is known of the message, record or extension that now begins is nothing. */
static void begin(struct rj_joy *j, enum how how)
{
	switch (how) {
	case DNS_MESSAGE:
		memset(&j->dns, 0, sizeof(j->dns));
		break;
	case DNS_RR:
		if (!j->dns.has_rc)
			put_rc(j, 0);
		j->dns.has_rr = true;
		break;
	case RR:
		memset(&j->rr, 0, sizeof(j->rr));
		j->rr.type = -1;
		break;
	case RR_DATA:
		j->rr.is_known = true;
		break;
	case RR_OPT: /* empty unless it says otherwise */
		j->rr.has_rdlength = true;
		break;
	case HTTP_SIDE:
		j->has_body = false;
		break;
	case DHCP_OPTION:
		j->option.len = 0;
		break;
	default:
		break;
	}
}

static const struct rj_field *renamed(enum how how, const struct rj_field *f)
{
	switch (how) {
	case FPX:
		return &fpx_field;
	case FPX_IN:
		return &fpx_in_field;
	case EXE_DA:
		return &exe_field;
	default:
		return f;
	}
}

static void joy_open(struct rj_visitor *v, const struct rj_field *f)
{
	struct rj_joy *j = joy_of(v);
	const struct rj_joy_key *key;
	struct rj_buffer *out;

	if (j->num_beyond || j->depth == RJ_JSONW_MAX_DEPTH) {
		j->num_beyond++;
		j->json.is_too_deep = true;
		return;
	}
	key = key_of(j, f);
	begin(j, key->how);
	j->num_counts = 0;
	j->level[j->depth++] = (struct rj_joy_level){
		.field = renamed(key->how, f),
		.inside = key->how == PACKETS && j->style.no_packets ? nothing : key->inside,
		.how = (int)key->how,
		.is_array = f->type == RJ_TYPE_ARRAY,
	};
	if (key->how != LABELS)
		return;
	enter(j); /* "sa_labels":[ becomes "sa_labels": [ and a blank */
	out = rj_jsonw_lend(&j->json);
	if (!out->is_failed) {
		rj_buffer_cut(out, out->len - 1);
		rj_buffer_put(out, " [ ", 3);
	}
	rj_jsonw_go_on(&j->json);
}

/* A blank in place of the comma that the writer has put behind the last one. */
static void end_labels(struct rj_joy *j)
{
	struct rj_buffer *out = rj_jsonw_lend(&j->json);

	if (!out->is_failed && out->data[out->len - 1] == ',')
		rj_buffer_cut(out, out->len - 1);
	rj_buffer_put(out, " ", 1);
	rj_jsonw_go_on(&j->json);
}

/* The counts that were held back, shifted as Joy does, so that each fits 8 bits. */
static void put_counts(struct rj_joy *j)
{
	uint64_t all = 0;
	unsigned int shift = 0;

	for (uint32_t i = 0; i < j->num_counts; i++)
		all |= j->counts[i];
	while (all >> shift > UINT8_MAX)
		shift++;
	enter(j);
	for (uint32_t i = 0; i < j->num_counts; i++)
		put_u64(j, &count_field, j->counts[i] >> shift);
}

/* Every message has rc and rr. */
static void end_message(struct rj_joy *j)
{
	if (j->dns.is_malformed)
		return;
	if (!j->dns.has_rc)
		put_rc(j, 0);
	if (j->dns.has_rr)
		return;
	enter(j);
	json(j)->ops->open(json(j), &rr_field);
	json(j)->ops->close(json(j));
}

static void put_body(struct rj_joy *j, const void *bytes, size_t len)
{
	uint8_t body[BODY_BYTES] = { 0 };

	if (len)
		memcpy(body, bytes, len < sizeof(body) ? len : sizeof(body));
	json(j)->ops->hex(json(j), &body_field, body, sizeof(body));
	j->has_body = true;
}

static void end_http_side(struct rj_joy *j)
{
	if (j->has_body || j->num_open < j->depth)
		return;
	json(j)->ops->open(json(j), &element_field);
	put_body(j, NULL, 0);
	json(j)->ops->close(json(j));
}

static void end_flow(struct rj_joy *j)
{
	char expire[] = { j->style.expire, '\0' };

	put_example(j);
	if (j->retrans || j->invalid) {
		json(j)->ops->open(json(j), &debug_field);
		if (j->retrans)
			put_u64(j, &retrans_field, j->retrans);
		if (j->invalid)
			put_u64(j, &invalid_field, j->invalid);
		json(j)->ops->close(json(j));
	}
	if (j->style.expire)
		put_text(j, &expire_field, expire);
}

static void joy_close(struct rj_visitor *v)
{
	struct rj_joy *j = joy_of(v);
	struct rj_joy_level *at;

	if (j->num_beyond) {
		j->num_beyond--;
		return;
	}
	assert(j->depth);
	at = top(j);
	if (at->how == COUNTS)
		put_counts(j);
	else if (at->how == DNS_MESSAGE && !(at->has_dropped && j->num_open < j->depth))
		end_message(j);
	else if (at->how == HTTP_SIDE)
		end_http_side(j);
	else if (j->depth == 1)
		end_flow(j);
	if (at->how == PACKETS || (at->how != DROPPED && !at->has_dropped))
		enter(j); /* empty as it came */
	if (j->num_open == j->depth) {
		if (at->how == LABELS)
			end_labels(j);
		j->has_exe |= at->how == EXE;
		json(j)->ops->close(json(j));
		j->num_open--;
	} else if (j->depth > 1) {
		at[-1].has_dropped = true;
	}
	j->depth--;
}

/* Joy says of an extension that it has no name for its number. */
static void name_extension(struct rj_joy *j, const char *name, size_t len)
{
	long number = j->style.numbers->tls_extension(name, len);

	enter(j);
	if (number > (long)TLS_LAST_NAMED && number != (long)TLS_SESSION_TICKET &&
	    number != (long)TLS_RENEGOTIATION_INFO)
		put_u64(j, &kind_field, (uint64_t)number);
	else
		json(j)->ops->name(json(j), name, len);
}

static void joy_name(struct rj_visitor *v, const void *name, size_t len)
{
	struct rj_joy *j = joy_of(v);

	if (j->num_beyond || !j->depth)
		return;
	if (top(j)->how == EXTENSION) {
		name_extension(j, name, len);
	} else if (top(j)->how == DHCP_OPTION) {
		j->option.len = len < sizeof(j->option.name) ? len : sizeof(j->option.name);
		memcpy(j->option.name, name, j->option.len);
	} else if (!top(j)->inside || top(j)->inside == http_keys) {
		enter(j);
		json(j)->ops->name(json(j), name, len);
	}
}

/* Takes a number that is not simply passed on; false when it is. */
static bool take_u64(struct rj_joy *j, enum how how, uint64_t value)
{
	switch (how) {
	case RETRANS:
		j->retrans += value;
		break;
	case INVALID:
		j->invalid = value;
		break;
	case BYTES_IN:
		j->bytes_in = value;
		return true;
	case RR_CLASS:
	case RR_UDP_SIZE:
		j->rr.class = value;
		j->rr.has_class = true;
		return true;
	case RR_RDLENGTH:
		j->rr.rdlength = value;
		j->rr.has_rdlength = true;
		return true;
	default:
		return false;
	}
	top(j)->has_dropped = true;
	return true;
}

static void joy_u64(struct rj_visitor *v, const struct rj_field *f, uint64_t value)
{
	struct rj_joy *j = joy_of(v);
	enum how how;

	if (j->num_beyond)
		return;
	if (j->depth && top(j)->how == COUNTS) {
		if (j->num_counts < RJ_JOY_COUNTS)
			j->counts[j->num_counts++] = value;
		return;
	}
	how = key_of(j, f)->how;
	if (how == DROPPED || take_u64(j, how, value))
		return;
	if (how == PACKETS_IN && !value)
		return;
	enter(j);
	if (how == BYTES_OUT)
		j->bytes_out = value;
	else if (how == PACKETS_IN)
		put_u64(j, &bytes_in_field, j->bytes_in);
	else if (how == FIRST_IPT && !j->num_packets++ && j->style.is_unidirectional)
		value = 0;
	else if (how == DNS_RC)
		j->dns.has_rc = true;
	else if (how == RR_TTL)
		put_rr_numbers(j);
	put_u64(j, f, value);
}

/* Whether a value passes as it is; what it stands in is written then. */
static bool passes(struct rj_joy *j, const struct rj_field *f, enum how *out)
{
	if (j->num_beyond)
		return false;
	*out = key_of(j, f)->how;
	if (*out == DROPPED)
		return false;
	if (*out == RR_TYPE)
		return true;
	if (*out == RR_DATA)
		j->rr.is_known = true;
	if (*out == DNS_MALFORMED)
		j->dns.is_malformed = true;
	enter(j);
	return true;
}

static void joy_i64(struct rj_visitor *v, const struct rj_field *f, int64_t value)
{
	struct rj_joy *j = joy_of(v);
	enum how how;

	if (passes(j, f, &how))
		json(j)->ops->i64(json(j), f, value);
}

static void joy_f64(struct rj_visitor *v, const struct rj_field *f, double value)
{
	struct rj_joy *j = joy_of(v);
	char text[RJ_JSONW_NUMBER_LEN];
	enum how how;

	if (!passes(j, f, &how))
		return;
	snprintf(text, sizeof(text), top(j)->how == WHT ? "%.5g" : "%f", value);
	rj_jsonw_number(&j->json, f, value, text);
}

static void joy_boolean(struct rj_visitor *v, const struct rj_field *f, int value)
{
	struct rj_joy *j = joy_of(v);
	enum how how;

	if (passes(j, f, &how))
		json(j)->ops->boolean(json(j), f, value);
}

static void joy_null(struct rj_visitor *v, const struct rj_field *f)
{
	struct rj_joy *j = joy_of(v);
	enum how how;

	if (passes(j, f, &how))
		json(j)->ops->null(json(j), f);
}

/* Joy takes of all options that of the type alone apart. */
static bool is_msg_type(const struct rj_joy *j)
{
	static const char name[] = "msg_type";

	return j->option.len == sizeof(name) - 1 && !memcmp(j->option.name, name, j->option.len);
}

static void name_option(struct rj_joy *j)
{
	if (j->option.len)
		json(j)->ops->name(json(j), j->option.name, j->option.len);
}

static void joy_string(struct rj_visitor *v, const struct rj_field *f, const void *text, size_t len)
{
	struct rj_joy *j = joy_of(v);
	enum how how;

	if (!passes(j, f, &how))
		return;
	if (how == DHCP_TEXT) {
		if (!is_msg_type(j))
			return;
		name_option(j);
	}
	if (how == RR_TYPE)
		j->rr.type = j->style.numbers->dns_type(text, len);
	else if (how == DIR && j->style.is_unidirectional)
		put_text(j, f, "<");
	else
		json(j)->ops->string(json(j), f, text, len);
}

static void joy_hex(struct rj_visitor *v, const struct rj_field *f, const void *bytes, size_t len)
{
	struct rj_joy *j = joy_of(v);
	enum how how;

	/* under a name of its own, so that its row says nothing */
	if (j->depth && !j->num_beyond && top(j)->how == EXTENSION) {
		enter(j);
		json(j)->ops->hex(json(j), &data_field, bytes, len);
		return;
	}
	if (!passes(j, f, &how))
		return;
	if (how == DHCP_BYTES)
		name_option(j);
	if (how == HTTP_BODY)
		put_body(j, bytes, len);
	else
		json(j)->ops->hex(json(j), f, bytes, len);
}

static void joy_address(struct rj_visitor *v, const struct rj_field *f, const uint8_t addr[16])
{
	struct rj_joy *j = joy_of(v);
	enum how how;

	if (passes(j, f, &how))
		json(j)->ops->address(json(j), f, addr);
}

/* Joy has microseconds. */
static void joy_time(struct rj_visitor *v, const struct rj_field *f, uint64_t ns, int decimals)
{
	struct rj_joy *j = joy_of(v);
	enum how how;

	(void)decimals;
	if (passes(j, f, &how))
		json(j)->ops->time(json(j), f, ns, 6);
}

static const struct rj_visitor_ops joy_ops = {
	.open = joy_open,
	.close = joy_close,
	.name = joy_name,
	.u64 = joy_u64,
	.i64 = joy_i64,
	.f64 = joy_f64,
	.boolean = joy_boolean,
	.null = joy_null,
	.string = joy_string,
	.hex = joy_hex,
	.address = joy_address,
	.time = joy_time,
};

void rj_joy_init(struct rj_joy *j, struct rj_buffer *out, struct rj_jsonw_keys *keys,
		 const struct rj_joy_style *style)
{
	memset(j, 0, sizeof(*j));
	j->visitor.ops = &joy_ops;
	j->style = *style;
	j->has_example = !style->with_example;
	rj_jsonw_init(&j->json, out, keys);
}

bool rj_joy_failed(const struct rj_joy *j)
{
	return rj_jsonw_failed(&j->json);
}
