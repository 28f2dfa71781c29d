// SPDX-License-Identifier: BSD-3-Clause
/* Mercury's notation of fingerprints as text. */
#include "enrich/npf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "proto/fingerprint.h"

#define GREASE 0x0a0au
#define EXT_SUPPORTED_GROUPS 0x000au
#define EXT_SUPPORTED_VERSIONS 0x002bu
#define EXT_CLIENT_CERTIFICATE_TYPE 0x0013u
#define EXT_SERVER_CERTIFICATE_TYPE 0x0014u
#define MAX_OF_A_TYPE 3u /* of tls/2, as Mercury has it */
#define MAX_IDS 512u

/* struct reader - what is left of a text. */
struct reader {
	const char *at;
	const char *end;
};

/* struct kind - ClientHellos: what stands before the parts. */
static const struct kind {
	const char *name;
	bool has_quic_version;
} kinds[] = {
	{ "tls", false },
	{ "dtls", false },
	{ "quic", true },
};

static bool take(struct reader *r, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len))
		return false;
	r->at += len;
	return true;
}

static bool is_next(const struct reader *r, char c)
{
	return r->at < r->end && *r->at == c;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* @num digits. */
static bool take_hex(struct reader *r, unsigned int num, uint32_t *out)
{
	uint32_t value = 0;

	if ((size_t)(r->end - r->at) < num)
		return false;
	for (unsigned int i = 0; i < num; i++) {
		int digit = digit_of(r->at[i]);

		if (digit < 0)
			return false;
		value = value << 4 | (uint32_t)digit;
	}
	r->at += num;
	*out = value;
	return true;
}

/* Whole bytes up to what is no digit, which is none as well. */
static bool pass_bytes(struct reader *r)
{
	const char *from = r->at;

	while (r->at < r->end && digit_of(*r->at) >= 0)
		r->at++;
	return !((r->at - from) & 1);
}

static bool is_loose_grease(uint16_t type)
{
	return (type & 0x0f0f) == 0x0a0a;
}

static uint16_t degrease(uint16_t value)
{
	return rj_is_grease(value) ? GREASE : value;
}

static bool take_suites(struct reader *r, struct rj_npf *out)
{
	uint32_t value;

	if (!take(r, "("))
		return false;
	while (!take(r, ")")) {
		if (out->num_suites == RJ_NPF_MAX_SUITES || !take_hex(r, 4, &value))
			return false;
		out->suites[out->num_suites++] = degrease((uint16_t)value);
	}
	return true;
}

/* The ids of QUIC's transport parameters, in either kind of brackets. */
static bool pass_ids(struct reader *r)
{
	const char *close = is_next(r, '[') ? "]" : ")";

	if (!take(r, "[") && !take(r, "("))
		return false;
	while (!take(r, close))
		if (!take(r, "(") || !pass_bytes(r) || !take(r, ")"))
			return false;
	return true;
}

static bool take_extension(struct reader *r, struct rj_npf_extension *out)
{
	const char *from = r->at;
	uint32_t type;
	bool is_good;

	if (take(r, "(("))
		is_good = take_hex(r, 4, &type) && take(r, ")") && pass_ids(r) && take(r, ")");
	else
		is_good = take(r, "(") && take_hex(r, 4, &type) && pass_bytes(r) && take(r, ")");
	if (!is_good)
		return false;
	*out = (struct rj_npf_extension){ .type = (uint16_t)type,
					  .len = (uint16_t)(r->at - from),
					  .at = from };
	return true;
}

static bool take_extensions(struct reader *r, struct rj_npf *out, bool *ret_is_sorted)
{
	const char *close = is_next(r, '[') ? "]" : ")";

	*ret_is_sorted = *close == ']';
	if (!take(r, "[") && !take(r, "("))
		return false;
	while (!take(r, close)) {
		if (out->num_extensions == RJ_NPF_MAX_EXTENSIONS ||
		    !take_extension(r, &out->extensions[out->num_extensions]))
			return false;
		out->num_extensions++;
	}
	return true;
}

/* What stands behind the kind, whose name is passed. */
static const char *take_hello(struct reader *r, const struct kind *kind, struct rj_npf *out,
			      bool *ret_is_sorted)
{
	uint32_t value = 0;

	out->quic_version = 0;
	out->num_suites = out->num_extensions = 0;
	if (kind->has_quic_version && (!take(r, "(") || !take_hex(r, 8, &value) || !take(r, ")")))
		return "QUIC's version is not (XXXXXXXX)";
	out->quic_version = value;
	if (!take(r, "(") || !take_hex(r, 4, &value) || !take(r, ")"))
		return "the version is not (XXXX)";
	out->version = (uint16_t)value;
	if (!take_suites(r, out))
		return "the cipher suites are not (XXXX…)";
	if (!take_extensions(r, out, ret_is_sorted))
		return "the extensions are not a list of (XXXX…)";
	return r->at == r->end ? NULL : "something stands behind the extensions";
}

/* Passes "tls/", "tls/1/" and the like; NULL: it is another kind. */
static const struct kind *take_kind(struct reader *r, unsigned int *ret_format)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct reader from = *r;

		if (!take(&from, kinds[i].name) || !take(&from, "/"))
			continue;
		*ret_format = 0;
		if (take(&from, "1/"))
			*ret_format = 1;
		else if (take(&from, "2/"))
			*ret_format = 2;
		*r = from;
		return &kinds[i];
	}
	return NULL;
}

/* --- the normal text ------------------------------------------------------------- */

static bool put(struct rj_npf_text *t, const char *text, size_t len)
{
	if (len > RJ_FP_MAX_LEN - t->len)
		return false;
	memcpy(t->at + t->len, text, len);
	t->len += len;
	t->at[t->len] = 0;
	return true;
}

static bool put_word(struct rj_npf_text *t, const char *word)
{
	return put(t, word, strlen(word));
}

static bool put_hex(struct rj_npf_text *t, uint32_t value, unsigned int num_bytes)
{
	uint8_t bytes[4], text[8];

	for (unsigned int i = 0; i < num_bytes; i++)
		bytes[i] = (uint8_t)(value >> 8 * (num_bytes - 1 - i));
	rj_text_hex(text, bytes, num_bytes);
	return put(t, (const char *)text, 2 * (size_t)num_bytes);
}

/* Replaces values of GREASE in a list of numbers that is the text [@at, @end). */
static void degrease_list(char *at, const char *end)
{
	for (; end - at >= 4; at += 4) {
		struct reader r = { at, end };
		uint32_t value;

		if (take_hex(&r, 4, &value) && rj_is_grease((uint16_t)value))
			memcpy(at, "0a0a", 4);
	}
}

/* The text of one with data: what of it is alike in all hellos of a program. */
static bool put_data(struct rj_npf_text *t, const struct rj_npf_extension *x)
{
	size_t before = t->len, list;

	if (!put(t, x->at, x->len))
		return false;
	if (x->type == EXT_SUPPORTED_GROUPS)
		list = 1 + 4 + 4 + 4; /* "(", type, length, the list's length */
	else if (x->type == EXT_SUPPORTED_VERSIONS)
		list = 1 + 4 + 4 + 2;
	else
		return true;
	if (x->len > list)
		degrease_list(t->at + before + list, t->at + t->len - 1);
	return true;
}

static int by_text(const void *a, const void *b)
{
	const struct rj_npf_extension *x = a, *y = b;
	int order = memcmp(x->at, y->at, x->len < y->len ? x->len : y->len);

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

static int by_type(const void *a, const void *b)
{
	const struct rj_npf_extension *x = a, *y = b;

	return x->type != y->type ? (x->type > y->type) - (x->type < y->type) : by_text(a, b);
}

/* "((XXXX)((id)…))" as "((XXXX)[(id)…])". */
static bool put_sorted_ids(struct rj_npf_text *t, const struct rj_npf_extension *x)
{
	struct rj_npf_extension ids[MAX_IDS];
	struct reader r = { x->at + 8, x->at + x->len - 2 };
	bool is_put = put(t, x->at, 7) && put_word(t, "[");
	size_t num = 0;

	while (r.at < r.end && num < MAX_IDS) {
		const char *from = r.at;

		r.at = memchr(from, ')', (size_t)(r.end - from));
		r.at = r.at ? r.at + 1 : r.end;
		ids[num++] =
			(struct rj_npf_extension){ .len = (uint16_t)(r.at - from), .at = from };
	}
	if (num)
		qsort(ids, num, sizeof(*ids), by_text);
	for (size_t i = 0; i < num; i++)
		is_put = is_put && put(t, ids[i].at, ids[i].len);
	return is_put && r.at == r.end && put_word(t, "])");
}

/* How an extension is in the normal text; @is_old: of a database without kinds. */
static bool put_extension(struct rj_npf_text *t, const struct rj_npf_extension *x, bool is_old)
{
	bool is_grease = is_loose_grease(x->type);

	if (x->at[1] == '(')
		return x->at[7] == '(' ? put_sorted_ids(t, x) : put(t, x->at, x->len);
	if (is_grease || (is_old && (x->type == EXT_CLIENT_CERTIFICATE_TYPE ||
				     x->type == EXT_SERVER_CERTIFICATE_TYPE)))
		return put_word(t, "(") && put_hex(t, is_grease ? GREASE : x->type, 2) &&
		       put_word(t, ")");
	return put_data(t, x);
}

/* The parts as one text, with @prefix before them. */
static bool put_all(struct rj_npf_text *t, const char *prefix, size_t prefix_len, bool is_quic,
		    const struct rj_npf *npf)
{
	bool is_put;

	t->len = 0;
	is_put = put(t, prefix, prefix_len);
	if (is_quic)
		is_put = is_put && put_word(t, "(") && put_hex(t, npf->quic_version, 4) &&
			 put_word(t, ")");
	is_put = is_put && put_word(t, "(") && put_hex(t, npf->version, 2) && put_word(t, ")(");
	for (size_t i = 0; i < npf->num_suites; i++)
		is_put = is_put && put_hex(t, npf->suites[i], 2);
	is_put = is_put && put_word(t, ")[");
	for (size_t i = 0; i < npf->num_extensions; i++)
		is_put = is_put && put(t, npf->extensions[i].at, npf->extensions[i].len);
	return is_put && put_word(t, "]");
}

/* Sorts them, each as it is normal, with the text in @text. */
static bool normalize_extensions(struct rj_npf *npf, bool is_old, struct rj_npf_text *text)
{
	text->len = 0;
	for (size_t i = 0; i < npf->num_extensions; i++) {
		struct rj_npf_extension *x = &npf->extensions[i];
		size_t before = text->len;

		if (!put_extension(text, x, is_old))
			return false;
		x->type = is_loose_grease(x->type) ? GREASE : x->type;
		x->at = text->at + before;
		x->len = (uint16_t)(text->len - before);
	}
	if (npf->num_extensions)
		qsort(npf->extensions, npf->num_extensions, sizeof(*npf->extensions), by_type);
	return true;
}

static const char *normalize_hello(struct reader *r, const struct kind *kind, unsigned int format,
				   bool is_old, struct rj_npf_text *out)
{
	struct rj_npf_text scratch;
	struct rj_npf npf;
	bool is_sorted = false;
	char prefix[RJ_NPF_MAX_KIND + 4];
	int len;
	const char *why = take_hello(r, kind, &npf, &is_sorted);

	if (why)
		return why;
	if (kind->has_quic_version && format == 2)
		return "quic has no such notation";
	if (npf.num_extensions && !is_old && is_sorted != (format > 0 || kind->has_quic_version))
		return is_sorted ? "sorted extensions are not of this notation" :
				   "extensions of this notation stand in []";
	/* quic/ is sorted as it is, and stays; tls/ becomes tls/1/ */
	if (kind->has_quic_version)
		len = snprintf(prefix, sizeof(prefix), "%s/%s", kind->name, format ? "1/" : "");
	else
		len = snprintf(prefix, sizeof(prefix), "%s/%u/", kind->name, format ? format : 1);
	if (!normalize_extensions(&npf, is_old, &scratch) ||
	    !put_all(out, prefix, (size_t)len, kind->has_quic_version, &npf))
		return "too long";
	return NULL;
}

size_t rj_npf_kind_len(const char *text, size_t len)
{
	const char *slash = memchr(text, '/', len);

	return slash ? (size_t)(slash - text) : 0;
}

/* Lower-case letters, digits and underscores, then a slash; the rest is printed ASCII. */
static const char *check_other(const char *text, size_t len)
{
	size_t kind_len = rj_npf_kind_len(text, len);

	if (!kind_len || kind_len > RJ_NPF_MAX_KIND)
		return "no kind stands before it, such as tls/";
	for (size_t i = 0; i < kind_len; i++)
		if (!(text[i] >= 'a' && text[i] <= 'z') && !(text[i] >= '0' && text[i] <= '9') &&
		    text[i] != '_')
			return "its kind has more than letters, digits and _";
	for (size_t i = kind_len; i < len; i++)
		if (text[i] <= 0x20 || text[i] > 0x7e)
			return "it has what is no printed ASCII";
	return NULL;
}

static const char *copy_other(const char *text, size_t len, struct rj_npf_text *out)
{
	const char *why = check_other(text, len);

	if (why)
		return why;
	out->len = 0;
	return put(out, text, len) ? NULL : "too long";
}

const char *rj_npf_normalize(const char *text, size_t len, const char *kind,
			     struct rj_npf_text *out)
{
	struct rj_npf_text prefixed = { .len = 0 };
	struct reader r = { text, text + len };
	bool is_old = is_next(&r, '(');
	const struct kind *of;
	unsigned int format;

	if (len > RJ_FP_MAX_LEN)
		return "too long";
	if (is_old) {
		if (!put_word(&prefixed, kind ? kind : "tls") || !put_word(&prefixed, "/") ||
		    !put(&prefixed, text, len))
			return "too long";
		r = (struct reader){ prefixed.at, prefixed.at + prefixed.len };
	}
	of = take_kind(&r, &format);
	if (of)
		return normalize_hello(&r, of, format, is_old, out);
	return is_old ? copy_other(prefixed.at, prefixed.len, out) : copy_other(text, len, out);
}

bool rj_npf_read(const char *text, size_t len, struct rj_npf *out)
{
	struct reader r = { text, text + len };
	unsigned int format;
	const struct kind *kind = len > RJ_FP_MAX_LEN ? NULL : take_kind(&r, &format);
	bool is_sorted;

	if (!kind || take_hello(&r, kind, out, &is_sorted))
		return false;
	out->notation = (uint8_t)(kind->has_quic_version ? format + 1 : format);
	return is_sorted;
}

/* --- notation 2 -------------------------------------------------------------------- */

/* The extension under the type that is written for it; false without room. */
static bool put_short(struct rj_npf_text *t, struct rj_npf_extension *x, uint16_t type)
{
	size_t head = x->at[1] == '(' ? 2 : 1, before = t->len;

	if (!put(t, x->at, head) || !put_hex(t, type, 2) ||
	    !put(t, x->at + head + 4, x->len - head - 4))
		return false;
	*x = (struct rj_npf_extension){ .type = type, .len = x->len, .at = t->at + before };
	return true;
}

static bool shorten_extensions(struct rj_npf *npf, struct rj_npf_text *scratch)
{
	size_t num = 0;

	scratch->len = 0;
	for (size_t i = 0; i < npf->num_extensions; i++) {
		struct rj_npf_extension x = npf->extensions[i];
		unsigned int num_alike = 0;
		uint16_t type;

		if (!rj_fp_type_of_tls2(x.type, &type))
			continue;
		for (size_t j = 0; j < num; j++)
			num_alike += npf->extensions[j].type == type;
		if (num_alike == MAX_OF_A_TYPE)
			continue;
		if (!put_short(scratch, &x, type))
			return false;
		npf->extensions[num++] = x;
	}
	npf->num_extensions = (uint16_t)num;
	if (num)
		qsort(npf->extensions, num, sizeof(*npf->extensions), by_type);
	return true;
}

bool rj_npf_shorten(const char *text, size_t len, struct rj_npf_text *out)
{
	struct reader r = { text, text + len };
	struct rj_npf_text scratch;
	struct rj_npf npf;
	unsigned int format;
	const struct kind *kind = take_kind(&r, &format);
	char prefix[RJ_NPF_MAX_KIND + 4];
	int prefix_len;

	if (!kind || !rj_npf_read(text, len, &npf) || npf.notation != 1 ||
	    !shorten_extensions(&npf, &scratch))
		return false;
	prefix_len = snprintf(prefix, sizeof(prefix), "%s/%u/", kind->name,
			      kind->has_quic_version ? 1u : 2u);
	return put_all(out, prefix, (size_t)prefix_len, kind->has_quic_version, &npf);
}
