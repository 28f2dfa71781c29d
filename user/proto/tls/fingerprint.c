// SPDX-License-Identifier: BSD-3-Clause
/* What a hello offers, in the notations that others compare.  */
#include "proto/tls/fingerprint.h"

#include <stdlib.h>
#include <string.h>

#include "proto/tls/hello.h"
#include "proto/tls/outline.h"

#define EXT_SIGNATURE_ALGORITHMS 0x000du
#define EXT_POINT_FORMATS 0x000bu
#define EXT_STATUS_REQUEST 0x0005u
#define EXT_PSK_MODES 0x002du

/* The shortest extension in NPF is "(0000)": with more than so many a text is too long. */
#define MAX_ELEMENTS (RJ_FP_MAX_LEN / 6 + 1)
/* Extensions, and cipher suites, that a message can have. */
#define MAX_EXTENSIONS (RJ_TLS_MESSAGE_MAX / 4)
#define MAX_SUITES (RJ_TLS_MESSAGE_MAX / 2)
/* Of one type in tls/2. */
#define MAX_OF_A_TYPE 3u

/* As Mercury tells types of extensions in tls/1 and tls/2: 256 values. */
static bool is_loose_grease(uint16_t type)
{
	return (type & 0x0f0f) == 0x0a0a;
}

/* Lists that are longer are sorted by the C library, others in place. */
#define MOST_ARE_SHORTER 64u

/* Takes the next number off @list; false: there is none, or half of one. */
static bool take_u16(struct rj_cursor *list, uint16_t *out)
{
	return !rj_cursor_u16(list, out);
}

/* --- NPF ---------------------------------------------------------------------- */

/* Numbers of 16 bits with RJ_TLS_GREASE as one; an odd byte is left out. */
static void put_mapped(struct rj_fp_text *t, struct rj_cursor list)
{
	uint16_t value;

	while (take_u16(&list, &value))
		rj_fp_hex16(t, rj_tls_degrease(value));
}

/* Behind @keep bytes as they are. */
static void put_mapped_behind(struct rj_fp_text *t, struct rj_cursor data, size_t keep)
{
	const uint8_t *head;

	if (keep > data.left)
		keep = data.left;
	if (rj_cursor_bytes(&data, keep, &head))
		return;
	rj_fp_hex(t, head, keep);
	put_mapped(t, data);
}

/* struct id - a transport parameter's, as it stands on the wire. */
struct id {
	const uint8_t *at;
	size_t len;
};

#define MAX_IDS 512u

/* Its value, RFC 9000 16: all but the two bits that are its length. */
static uint64_t value_of(struct id id)
{
	uint64_t value = id.at[0] & 0x3f;

	for (size_t i = 1; i < id.len; i++)
		value = value << 8 | id.at[i];
	return value;
}

/* Reserved ones are alike, RFC 9000 18.1. */
static struct id known_id(struct id id)
{
	static const uint8_t reserved[] = { 27 };

	return value_of(id) % 31 == 27 ? (struct id){ reserved, 1 } : id;
}

static int by_bytes(const void *a, const void *b)
{
	const struct id *x = a, *y = b;
	int order = memcmp(x->at, y->at, x->len < y->len ? x->len : y->len);

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

static bool take_varint(struct rj_cursor *c, struct id *out)
{
	out->len = c->left ? (size_t)1 << (*c->at >> 6) : 1;
	return !rj_cursor_bytes(c, out->len, &out->at);
}

/* The ids of QUIC's transport parameters that are all there. */
static size_t read_ids(struct rj_cursor data, struct id *out)
{
	struct id len;
	size_t num = 0;

	while (num < MAX_IDS && take_varint(&data, &out[num])) {
		if (!take_varint(&data, &len) || value_of(len) > data.left ||
		    rj_cursor_skip(&data, (size_t)value_of(len)))
			break;
		out[num] = known_id(out[num]);
		num++;
	}
	return num;
}

static void put_quic_parameters(struct rj_fp_text *t, uint16_t type, struct rj_cursor data,
				bool is_sorted)
{
	struct id ids[MAX_IDS];
	size_t num = read_ids(data, ids);

	if (is_sorted && num)
		qsort(ids, num, sizeof(*ids), by_bytes);
	rj_fp_word(t, "((");
	rj_fp_hex16(t, type);
	rj_fp_word(t, is_sorted ? ")[" : ")(");
	for (size_t i = 0; i < num; i++) {
		rj_fp_char(t, '(');
		rj_fp_hex(t, ids[i].at, ids[i].len);
		rj_fp_char(t, ')');
	}
	rj_fp_word(t, is_sorted ? "])" : "))");
}

/* struct element - an extension and the type that is written for it. */
struct element {
	uint16_t type;
	uint16_t written;
	struct rj_cursor data;
};

static void put_element(struct rj_fp_text *t, const struct element *e, bool is_client,
			bool is_sorted)
{
	if (rj_tls_is_quic_parameters(e->type)) {
		put_quic_parameters(t, e->written, e->data, is_sorted);
		return;
	}
	rj_fp_char(t, '(');
	rj_fp_hex16(t, e->written);
	if (rj_tls_keeps_data(e->type)) {
		rj_fp_hex16(t, (uint16_t)e->data.left);
		if (e->type == RJ_TLS_EXT_SUPPORTED_GROUPS)
			put_mapped_behind(t, e->data, 2);
		else if (e->type == RJ_TLS_EXT_SUPPORTED_VERSIONS)
			put_mapped_behind(t, e->data, is_client);
		else
			rj_fp_hex(t, e->data.at, e->data.left);
	}
	rj_fp_char(t, ')');
}

/* What is written for @type; false: tls/2 leaves it out. */
static bool written_as(uint16_t type, unsigned int npf, uint16_t *out)
{
	*out = type;
	if (npf == 0) {
		*out = rj_tls_degrease(type);
	} else if (npf == 1) {
		*out = is_loose_grease(type) ? RJ_TLS_GREASE : type;
	} else if (!rj_fp_type_of_tls2(type, out) || *out != type) {
		if (is_loose_grease(type))
			*out = RJ_TLS_GREASE;
		else
			return rj_fp_type_of_tls2(type, out);
	}
	return true;
}

/* By what is written, then by length and bytes. */
static int by_written(const void *a, const void *b)
{
	const struct element *x = a, *y = b;

	if (x->written != y->written)
		return x->written < y->written ? -1 : 1;
	if (x->data.left != y->data.left)
		return x->data.left < y->data.left ? -1 : 1;
	return x->data.left ? memcmp(x->data.at, y->data.at, x->data.left) : 0;
}

static void sort_elements(struct element *elements, size_t num)
{
	if (num > MOST_ARE_SHORTER) {
		qsort(elements, num, sizeof(*elements), by_written);
		return;
	}
	for (size_t i = 1; i < num; i++) {
		struct element e = elements[i];
		size_t at = i;

		for (; at && by_written(&elements[at - 1], &e) > 0; at--)
			elements[at] = elements[at - 1];
		elements[at] = e;
	}
}

static unsigned int num_written(const struct element *elements, size_t num, uint16_t written)
{
	unsigned int found = 0;

	for (size_t i = 0; i < num; i++)
		found += elements[i].written == written;
	return found;
}

/* The extensions that notation @npf has; false: more than any text has room for. */
static bool read_elements(struct rj_cursor block, unsigned int npf, struct element *out,
			  size_t *ret_num)
{
	struct rj_tls_extension x;
	size_t num = 0;

	while (!rj_tls_extension_next(&block, &x)) {
		uint16_t written;

		if (!written_as(x.type, npf, &written) ||
		    (npf == 2 && num_written(out, num, written) == MAX_OF_A_TYPE))
			continue;
		if (num == MAX_ELEMENTS)
			return false;
		out[num++] = (struct element){ x.type, written, x.data };
	}
	*ret_num = num;
	return true;
}

static bool put_extensions(struct rj_fp_text *t, const struct rj_tls_hello *hello, unsigned int npf)
{
	struct element elements[MAX_ELEMENTS];
	size_t num = 0;

	if (!read_elements(hello->extensions, npf, elements, &num))
		return false;
	if (npf)
		sort_elements(elements, num);
	rj_fp_char(t, npf ? '[' : '(');
	for (size_t i = 0; i < num; i++)
		put_element(t, &elements[i], !hello->is_server, npf > 0);
	rj_fp_char(t, npf ? ']' : ')');
	return true;
}

static bool put_hello(struct rj_fp_text *t, const struct rj_tls_hello *hello, unsigned int npf)
{
	rj_fp_char(t, '(');
	rj_fp_hex16(t, hello->version);
	rj_fp_word(t, ")(");
	if (hello->is_server)
		rj_fp_hex(t, hello->suites.at, hello->suites.left);
	else
		put_mapped(t, hello->suites);
	rj_fp_char(t, ')');
	return put_extensions(t, hello, npf);
}

bool rj_tls_npf_client(struct rj_fp_text *t, const struct rj_tls_session *session, unsigned int npf)
{
	struct rj_tls_hello hello;

	return rj_tls_session_hello(session, RJ_TLS_THE_CLIENT, &hello) &&
	       put_hello(t, &hello, npf);
}

/* --- JA3 and JA3S ------------------------------------------------------------- */

/* Decimal numbers with a dash between them. */
static void put_dashed(struct rj_fp_text *t, uint16_t value, bool *is_first)
{
	if (!*is_first)
		rj_fp_char(t, '-');
	*is_first = false;
	rj_fp_decimal(t, value);
}

static void put_list(struct rj_fp_text *t, struct rj_cursor list, bool keeps_grease)
{
	bool is_first = true;
	uint16_t value;

	while (take_u16(&list, &value))
		if (keeps_grease || !rj_is_grease(value))
			put_dashed(t, value, &is_first);
}

static void put_types(struct rj_fp_text *t, struct rj_cursor block, bool keeps_grease)
{
	struct rj_tls_extension x;
	bool is_first = true;

	while (!rj_tls_extension_next(&block, &x))
		if (keeps_grease || !rj_is_grease(x.type))
			put_dashed(t, x.type, &is_first);
}

/* The list behind a length of @len_bytes; empty where it is not there. */
static struct rj_cursor list_of(struct rj_cursor data, size_t len_bytes)
{
	struct rj_cursor list = { .is_hard = true };

	if (data.at && rj_cursor_prefixed(&data, len_bytes, &list))
		return (struct rj_cursor){ .is_hard = true };
	return list;
}

static struct rj_cursor list_in(const struct rj_tls_hello *hello, uint16_t type, size_t len_bytes)
{
	return list_of(rj_tls_extension_find(hello, type), len_bytes);
}

static void write_ja3(const struct rj_tls_hello *hello, struct rj_fingerprints *f)
{
	struct rj_cursor formats = list_in(hello, EXT_POINT_FORMATS, 1);
	struct rj_fp_text *t = &f->text;
	bool is_first = true;

	rj_fp_begin(t, RJ_FP_MD5);
	rj_fp_decimal(t, hello->version);
	rj_fp_char(t, ',');
	put_list(t, hello->suites, false);
	rj_fp_char(t, ',');
	put_types(t, hello->extensions, false);
	rj_fp_char(t, ',');
	put_list(t, list_in(hello, RJ_TLS_EXT_SUPPORTED_GROUPS, 2), false);
	rj_fp_char(t, ',');
	for (size_t i = 0; i < formats.left; i++)
		put_dashed(t, formats.at[i], &is_first);
	rj_fp_write_md5(f, RJ_FP_JA3, RJ_FP_JA3_RAW);
}

static void write_ja3s(const struct rj_tls_hello *hello, struct rj_fingerprints *f)
{
	struct rj_fp_text *t = &f->text;

	rj_fp_begin(t, RJ_FP_MD5);
	rj_fp_decimal(t, hello->version);
	rj_fp_char(t, ',');
	put_list(t, hello->suites, true);
	rj_fp_char(t, ',');
	put_types(t, hello->extensions, true);
	rj_fp_write_md5(f, RJ_FP_JA3S, RJ_FP_JA3S_RAW);
}

/* --- JA4 ---------------------------------------------------------------------- */

#define JA4_HASH_LEN 12u
#define JA4_HEAD_LEN 10u

/* struct numbers - of 16 bits, without GREASE. */
struct numbers {
	size_t num;
	uint16_t at[MAX_SUITES];
};

static int by_value(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static void sort(struct numbers *n)
{
	if (n->num > MOST_ARE_SHORTER) {
		qsort(n->at, n->num, sizeof(*n->at), by_value);
		return;
	}
	for (size_t i = 1; i < n->num; i++) {
		uint16_t value = n->at[i];
		size_t at = i;

		for (; at && n->at[at - 1] > value; at--)
			n->at[at] = n->at[at - 1];
		n->at[at] = value;
	}
}

static void read_numbers(struct rj_cursor list, struct numbers *out)
{
	uint16_t value;

	out->num = 0;
	while (out->num < MAX_SUITES && take_u16(&list, &value))
		if (!rj_is_grease(value))
			out->at[out->num++] = value;
}

/* Types of extensions; *@ret_all: with server_name and ALPN, which are counted and not listed. */
static void read_types(struct rj_cursor block, struct numbers *out, size_t *ret_all)
{
	struct rj_tls_extension x;

	out->num = *ret_all = 0;
	while (out->num < MAX_EXTENSIONS && !rj_tls_extension_next(&block, &x)) {
		if (rj_is_grease(x.type))
			continue;
		++*ret_all;
		if (x.type != RJ_TLS_EXT_SERVER_NAME && x.type != RJ_TLS_EXT_ALPN)
			out->at[out->num++] = x.type;
	}
}

static void put_numbers(struct rj_fp_text *t, const struct numbers *n)
{
	for (size_t i = 0; i < n->num; i++) {
		if (i)
			rj_fp_char(t, ',');
		rj_fp_hex16(t, n->at[i]);
	}
}

/* How new a version is: those of DTLS count down. */
static unsigned int newness(uint16_t version)
{
	return version >> 8 == 0xfe ? 0x10000u + 0xffffu - version : version;
}

static const char *version_word(uint16_t version)
{
	static const struct {
		uint16_t version;
		char word[3];
	} words[] = {
		{ 0x0304, "13" }, { 0x0303, "12" }, { 0x0302, "11" },
		{ 0x0301, "10" }, { 0x0300, "s3" }, { 0x0002, "s2" },
		{ 0xfeff, "d1" }, { 0xfefd, "d2" }, { 0xfefc, "d3" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i].version == version)
			return words[i].word;
	return "00";
}

static uint16_t newest(const struct rj_tls_hello *hello)
{
	struct rj_cursor data = rj_tls_extension_find(hello, RJ_TLS_EXT_SUPPORTED_VERSIONS);
	struct rj_cursor list = list_of(data, 1);
	uint16_t found = data.at ? 0 : hello->version;
	uint16_t value;

	while (take_u16(&list, &value))
		if (!rj_is_grease(value) && (!found || newness(value) > newness(found)))
			found = value;
	return found;
}

static bool is_alphanumeric(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* First and last character of the first protocol; of its hex form where they are others. */
static void put_alpn(struct rj_fp_text *t, const struct rj_tls_hello *hello)
{
	static const char digits[] = "0123456789abcdef";
	struct rj_cursor list = list_in(hello, RJ_TLS_EXT_ALPN, 2), name = { 0 };
	uint8_t first, last;

	if (!list.left || rj_cursor_prefixed(&list, 1, &name) || !name.left) {
		rj_fp_word(t, "00");
		return;
	}
	first = name.at[0];
	last = name.at[name.left - 1];
	if (is_alphanumeric(first) && is_alphanumeric(last)) {
		rj_fp_char(t, (char)first);
		rj_fp_char(t, (char)last);
	} else {
		rj_fp_char(t, digits[first >> 4]);
		rj_fp_char(t, digits[last & 15]);
	}
}

static void put_count(struct rj_fp_text *t, size_t num)
{
	if (num > 99)
		num = 99;
	rj_fp_char(t, (char)('0' + num / 10));
	rj_fp_char(t, (char)('0' + num % 10));
}

/*
 * struct ja4 - what JA4 is made of.
 * @head: "t13d1516h2"
 * @num_types: of all extensions
 */
struct ja4 {
	char head[JA4_HEAD_LEN];
	struct numbers suites;
	struct numbers types;
	struct numbers algorithms;
	size_t num_types;
};

static void read_ja4(const struct rj_tls_hello *hello, char transport, struct rj_fp_text *t,
		     struct ja4 *out)
{
	bool has_name = rj_tls_extension_find(hello, RJ_TLS_EXT_SERVER_NAME).at;

	read_numbers(hello->suites, &out->suites);
	read_types(hello->extensions, &out->types, &out->num_types);
	read_numbers(list_in(hello, EXT_SIGNATURE_ALGORITHMS, 2), &out->algorithms);
	rj_fp_begin(t, RJ_FP_NO_DIGEST);
	rj_fp_char(t, transport);
	rj_fp_word(t, version_word(newest(hello)));
	rj_fp_char(t, has_name ? 'd' : 'i');
	put_count(t, out->suites.num);
	put_count(t, out->num_types);
	put_alpn(t, hello);
	memcpy(out->head, t->at, sizeof(out->head));
	sort(&out->suites);
	sort(&out->types);
}

static void put_types_and_algorithms(struct rj_fp_text *t, const struct ja4 *j)
{
	put_numbers(t, &j->types);
	if (j->algorithms.num)
		rj_fp_char(t, '_');
	put_numbers(t, &j->algorithms);
}

/* The hash of the list that was put; of an empty one zeros. */
static void end_hash(struct rj_fp_text *t, bool is_empty, char *out)
{
	if (is_empty)
		memset(out, '0', JA4_HASH_LEN);
	else
		rj_fp_digest(t, out, JA4_HASH_LEN);
}

static void write_ja4(const struct rj_tls_hello *hello, char transport, struct rj_fingerprints *f)
{
	struct rj_fp_text *t = &f->text;
	char hash[2][JA4_HASH_LEN];
	struct ja4 j;

	read_ja4(hello, transport, t, &j);
	rj_fp_begin(t, RJ_FP_SHA256);
	put_numbers(t, &j.suites);
	end_hash(t, !j.suites.num, hash[0]);
	rj_fp_begin(t, RJ_FP_SHA256);
	put_types_and_algorithms(t, &j);
	end_hash(t, !j.types.num, hash[1]);
	rj_fp_begin(t, RJ_FP_NO_DIGEST);
	rj_fp_put(t, j.head, sizeof(j.head));
	for (unsigned int i = 0; i < 2; i++) {
		rj_fp_char(t, '_');
		rj_fp_put(t, hash[i], sizeof(hash[i]));
	}
	rj_fp_write(f, RJ_FP_JA4);
	if (!f->with_raw)
		return;
	rj_fp_begin(t, RJ_FP_NO_DIGEST);
	rj_fp_put(t, j.head, sizeof(j.head));
	rj_fp_char(t, '_');
	put_numbers(t, &j.suites);
	rj_fp_char(t, '_');
	put_types_and_algorithms(t, &j);
	rj_fp_write(f, RJ_FP_JA4_RAW);
}

/* --- Joy's --------------------------------------------------------------------- */

/* Whether Joy has the data of an extension, behind its length; of others it has the type. */
static bool is_kept_by_joy(uint16_t type)
{
	switch (type) {
	case EXT_STATUS_REQUEST:
	case RJ_TLS_EXT_SUPPORTED_GROUPS:
	case EXT_POINT_FORMATS:
	case EXT_SIGNATURE_ALGORITHMS:
	case RJ_TLS_EXT_ALPN:
	case RJ_TLS_EXT_SUPPORTED_VERSIONS:
	case EXT_PSK_MODES:
		return true;
	default:
		return false;
	}
}

/* As they came; of one that is cut the type. */
static void put_joys_extensions(struct rj_fp_text *t, struct rj_cursor block)
{
	struct rj_cursor here = block;
	struct rj_tls_extension x;
	uint16_t type;

	rj_fp_char(t, '(');
	for (; !rj_tls_extension_next(&block, &x); here = block) {
		rj_fp_char(t, '(');
		rj_fp_hex16(t, x.type);
		if (is_kept_by_joy(x.type)) {
			rj_fp_hex16(t, (uint16_t)x.data.left);
			rj_fp_hex(t, x.data.at, x.data.left);
		}
		rj_fp_char(t, ')');
	}
	if (take_u16(&here, &type)) {
		rj_fp_char(t, '(');
		rj_fp_hex16(t, type);
		rj_fp_char(t, ')');
	}
	rj_fp_char(t, ')');
}

int rj_tls_fpx(const struct rj_tls_session *session, struct rj_fp_text *t)
{
	struct rj_tls_hello hello;

	if (session->transport != RJ_TLS_OVER_TCP ||
	    !rj_tls_session_hello(session, RJ_TLS_THE_CLIENT, &hello))
		return -1;
	rj_fp_char(t, '(');
	rj_fp_hex16(t, hello.version);
	rj_fp_word(t, ")(");
	rj_fp_hex(t, hello.suites.at, hello.suites.left);
	rj_fp_char(t, ')');
	if (hello.extensions.at)
		put_joys_extensions(t, hello.extensions);
	return session->roles[1] == RJ_TLS_ROLE_CLIENT;
}

/* --- of a session -------------------------------------------------------------- */

/* What the notations call TCP, DTLS and QUIC; of QUIC's NPF its version is a part (quic.c). */
static const struct transport {
	char ja4;
	const char *clients[RJ_NPF_NUM];
	const char *server;
} transports[] = {
	[RJ_TLS_OVER_TCP] = { 't', { "tls/", "tls/1/", "tls/2/" }, "tls_server/" },
	[RJ_TLS_OVER_DTLS] = { 'd', { "dtls/", "dtls/1/", "dtls/2/" }, "dtls_server/" },
	[RJ_TLS_OVER_QUIC] = { 'q', { NULL }, NULL },
};

/*
 * struct known - a hello and where its fingerprints are kept.
 * @hello: NULL: there is none; that of the outline where there is a place
 */
struct known {
	const struct rj_tls_hello *hello;
	struct rj_tls_hello whole;
	struct rj_fp_known *place;
	struct rj_tls_outline outline;
};

static void begin(const struct rj_tls_session *session, enum rj_tls_which which, unsigned int npf,
		  struct known *out)
{
	struct rj_tls_outline *o = &out->outline;

	out->hello = NULL;
	out->place = NULL;
	if (!rj_tls_session_hello(session, which, &out->whole))
		return;
	out->hello = &out->whole;
	if (!rj_tls_outline_make(o, out->hello, session->transport, npf))
		return;
	out->place = rj_fp_known(o->bytes, o->len, out->hello->is_server);
	if (out->place)
		out->hello = &o->hello;
}

static void write_npf(struct rj_fingerprints *f, enum rj_fp_field field, const char *name,
		      const struct known *known, unsigned int npf)
{
	f->known = known->place;
	if (!known->hello || !name || rj_fp_write_known(f, field, RJ_FP_OBJECT))
		return;
	rj_fp_begin(&f->text, RJ_FP_NO_DIGEST);
	rj_fp_word(&f->text, name);
	if (put_hello(&f->text, known->hello, npf))
		rj_fp_write(f, field);
}

static void write_client(struct rj_fingerprints *f, char transport, const struct known *known)
{
	f->known = known->place;
	if (!rj_fp_write_known(f, RJ_FP_JA3, RJ_FP_JA3_RAW))
		write_ja3(known->hello, f);
	if (!rj_fp_write_known(f, RJ_FP_JA4, RJ_FP_JA4_RAW))
		write_ja4(known->hello, transport, f);
}

static void write_server(struct rj_fingerprints *f, const struct known *known)
{
	f->known = known->place;
	if (!rj_fp_write_known(f, RJ_FP_JA3S, RJ_FP_JA3S_RAW))
		write_ja3s(known->hello, f);
}

void rj_tls_fingerprints(const struct rj_tls_session *session, struct rj_fingerprints *f)
{
	const struct transport *over = &transports[session->transport];
	const uint8_t *roles = session->roles;
	struct known client, server;

	if (roles[0] != RJ_TLS_ROLE_UNKNOWN || roles[1] != RJ_TLS_ROLE_UNKNOWN)
		f->client = roles[0] == RJ_TLS_ROLE_SERVER || roles[1] == RJ_TLS_ROLE_CLIENT;
	begin(session, RJ_TLS_THE_CLIENT, f->npf, &client);
	begin(session, RJ_TLS_THE_SERVER, f->npf, &server);
	write_npf(f, RJ_FP_TLS, over->clients[f->npf], &client, f->npf);
	write_npf(f, RJ_FP_TLS_SERVER, over->server, &server, 0);
	if (client.hello)
		write_client(f, over->ja4, &client);
	if (server.hello)
		write_server(f, &server);
	rj_fp_known_end(client.place);
	rj_fp_known_end(server.place);
	f->known = NULL;
}
