// SPDX-License-Identifier: BSD-3-Clause
/* Fingerprints out of records whose process is known. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "core/json.h"
#include "core/json_lines.h"
#include "enrich/fpdb_read.h"
#include "enrich/npf.h"

/* struct build - what lines are added to. */
struct build {
	struct rj_fpdb *db;
	struct rj_fpdb_built *counts;
};

/* Kinds, in the order of a record's. */
static const struct sent {
	const char *kind;
	bool is_servers;
	bool is_of_tcp; /* whose ends are those of the connection, whatever runs on it */
} sent[] = {
	{ "tcp", false, true },		{ "tcp_server", true, true }, { "tls", false, false },
	{ "tls_server", true, false },	{ "quic", false, false },     { "http", false, false },
	{ "http_server", true, false }, { "ssh", false, false },      { "ssh_server", true, false },
	{ "dhcp", false, false },
};

/* The ends of a flow, and what a record calls what it says of them. */
enum end { END_SA, END_DA };
static const struct end_keys {
	const char *address;
	const char *port;
	const char *packets;
	const char *process;
	const char *os;
} end_keys[] = {
	[END_SA] = { "sa", "sp", "num_pkts_out", "exe", "out" },
	[END_DA] = { "da", "dp", "num_pkts_in", "exe_da", "in" },
};

/* struct owner - of one end of a flow. */
struct owner {
	char name[RJ_FPDB_MAX_TEXT + 1];
	char hash[RJ_FPDB_HASH_LEN + 1];
};

void rj_fpdb_name(char out[RJ_FPDB_MAX_TEXT + 1], const void *name, size_t len)
{
	const char *at = name, *colon = len ? memchr(at, ':', len) : NULL;

	*out = 0;
	/* one colon: a port; with more it is an address */
	if (colon && !memchr(colon + 1, ':', len - (size_t)(colon + 1 - at)))
		len = (size_t)(colon - at);
	while (len && at[len - 1] == '.')
		len--;
	if (!len || len > RJ_FPDB_MAX_TEXT || memchr(at, 0, len))
		return;
	for (size_t i = 0; i < len; i++)
		out[i] = (char)(at[i] >= 'A' && at[i] <= 'Z' ? at[i] | 0x20 : at[i]);
	out[len] = 0;
}

bool rj_fpdb_address(char out[RJ_FPDB_MAX_TEXT + 1], const char *text)
{
	uint8_t addr[16] = { [10] = 0xff, [11] = 0xff };

	if (inet_pton(AF_INET, text, addr + 12) != 1 && inet_pton(AF_INET6, text, addr) != 1) {
		*out = 0;
		return false;
	}
	*rj_text_address((uint8_t *)out, addr) = 0;
	return true;
}

static struct json_object *object_in(struct json_object *in, const char *key)
{
	return rj_json_of(in, key, json_type_object);
}

static const char *string_of(struct json_object *value)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string))
		return "";
	text = json_object_get_string(value);
	return strlen(text) == (size_t)json_object_get_string_len(value) ? text : "";
}

/* The string in a member; "" where there is none, or one with a zero byte. */
static const char *string_in(struct json_object *in, const char *key)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(in, key, &value) ? string_of(value) : "";
}

static bool int_in(struct json_object *in, const char *key, int64_t *out)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(in, key, &value) ||
	    !json_object_is_type(value, json_type_int))
		return false;
	*out = json_object_get_int64(value);
	return true;
}

/* The value of the first header Host in a message of HTTP, which is a list of objects. */
static const char *host_in(struct json_object *message)
{
	for (size_t i = 0; i < json_object_array_length(message); i++) {
		struct json_object *element = json_object_array_get_idx(message, i);

		if (!json_object_is_type(element, json_type_object))
			continue;
		json_object_object_foreach(element, name,
					   value) if (!strcasecmp(name,
								  "host")) return string_of(value);
	}
	return "";
}

/* Of the first request. */
static const char *http_host(struct json_object *record)
{
	struct json_object *http = NULL, *out = NULL;

	if (!json_object_object_get_ex(record, "http", &http) ||
	    !json_object_is_type(http, json_type_array) || !json_object_array_length(http))
		return "";
	http = json_object_array_get_idx(http, 0);
	if (!json_object_is_type(http, json_type_object) ||
	    !json_object_object_get_ex(http, "out", &out) ||
	    !json_object_is_type(out, json_type_array))
		return "";
	return host_in(out);
}

static const char *first_sni(struct json_object *record)
{
	struct json_object *tls = object_in(record, "tls"), *sni = NULL;

	if (!tls || !json_object_object_get_ex(tls, "sni", &sni) ||
	    !json_object_is_type(sni, json_type_array) || !json_object_array_length(sni))
		return "";
	return string_of(json_object_array_get_idx(sni, 0));
}

/* A flow that goes to @to. */
static void read_flow(struct rj_fpdb_flow *out, struct json_object *record, enum end to)
{
	const char *name = first_sni(record);
	int64_t port;

	*out = (struct rj_fpdb_flow){ .da = "" };
	/* what --anonymize put there is no address */
	rj_fpdb_address(out->da, string_in(record, end_keys[to].address));
	if (int_in(record, end_keys[to].port, &port) && port >= 0 && port <= UINT16_MAX)
		snprintf(out->dp, sizeof(out->dp), "%u", (unsigned int)port);
	if (!*name)
		name = http_host(record);
	rj_fpdb_name(out->sni, name, strlen(name));
}

void rj_fpdb_flow_read(struct rj_fpdb_flow *out, struct json_object *record)
{
	read_flow(out, record, END_DA);
}

static bool is_silent(struct json_object *record, enum end end)
{
	int64_t packets;

	return int_in(record, end_keys[end].packets, &packets) && !packets;
}

/* Which end sent a fingerprint: who did not speak did not, nor did the client send a server's. */
static enum end sender_of(struct json_object *record, const struct sent *row)
{
	struct json_object *reversed = NULL;
	bool is_reversed = !row->is_of_tcp &&
			   json_object_object_get_ex(object_in(record, "fingerprints"), "reversed",
						     &reversed) &&
			   json_object_get_boolean(reversed);

	if (is_silent(record, END_DA))
		return END_SA;
	if (is_silent(record, END_SA))
		return END_DA;
	return row->is_servers != is_reversed ? END_DA : END_SA;
}

/* Who is at an end: by its name, else by the last part of its path. */
static bool read_owner(struct json_object *record, const char *key, struct owner *out)
{
	struct json_object *exe = object_in(record, key);
	const char *name = exe ? string_in(exe, "name") : "";
	const char *hash = exe ? string_in(exe, "hash") : "";

	if (exe && !*name) {
		const char *path = string_in(exe, "path"), *slash = strrchr(path, '/');

		name = slash ? slash + 1 : path;
	}
	if (!*name || strlen(name) > RJ_FPDB_MAX_TEXT)
		return false;
	memcpy(out->name, name, strlen(name) + 1);
	*out->hash = 0;
	if (strlen(hash) == RJ_FPDB_HASH_LEN &&
	    strspn(hash, "0123456789abcdef") == RJ_FPDB_HASH_LEN)
		memcpy(out->hash, hash, RJ_FPDB_HASH_LEN + 1);
	return true;
}

static int count_one(struct rj_fpdb_process *p, enum rj_fpdb_class class, const char *text)
{
	return *text ? rj_fpdb_count(&p->of[class], text, 1) : 0;
}

/* One flow of one process. */
static int fill(struct rj_fpdb_fingerprint *f, const struct owner *owner,
		const struct rj_fpdb_flow *flow, const char *os)
{
	struct rj_fpdb_process *p = NULL;
	int err = rj_fpdb_process(f, owner->name, owner->hash, &p);

	if (err)
		return err;
	f->count = p->count = 1;
	err = count_one(p, RJ_FPDB_DA, flow->da);
	if (!err)
		err = count_one(p, RJ_FPDB_DP, flow->dp);
	if (!err)
		err = count_one(p, RJ_FPDB_SNI, flow->sni);
	if (!err)
		err = count_one(p, RJ_FPDB_DOMAIN, rj_fpdb_domain(flow->sni));
	if (!err && strlen(os) <= RJ_FPDB_MAX_TEXT)
		err = count_one(p, RJ_FPDB_OS, os);
	return err;
}

static int add_one(struct build *b, struct json_object *record, const struct sent *row,
		   enum end from, const struct owner *owner, struct rj_error *why)
{
	struct json_object *os = object_in(record, "probable_os");
	const char *text = string_in(object_in(record, "fingerprints"), row->kind), *wrong;
	struct rj_fpdb_fingerprint *f;
	struct rj_npf_text normal;
	struct rj_fpdb_flow flow;
	uint64_t us = 0;
	int err;

	wrong = rj_npf_normalize(text, strlen(text), NULL, &normal);
	if (wrong)
		return rj_error_set(why, -EINVAL, "fingerprints.%s: %s", row->kind, wrong);
	err = rj_json_time(record, "time_start", &us, why);
	if (err < 0)
		return err;
	f = rj_fpdb_fingerprint_new(normal.at, normal.len);
	if (!f)
		return rj_error_set(why, -ENOMEM, "out of memory");
	f->first_us = f->last_us = us;
	/* a client's goes to the other end, a server's came from where the client's went */
	read_flow(&flow, record, row->is_servers == (from == END_SA) ? END_SA : END_DA);
	err = fill(f, owner, &flow, os ? string_in(os, end_keys[from].os) : "");
	if (err)
		rj_fpdb_fingerprint_free(f);
	else
		err = rj_fpdb_add(b->db, f);
	if (err == -ENOSPC)
		return rj_error_set(why, -EINVAL, "more than %u fingerprints",
				    RJ_FPDB_MAX_FINGERPRINTS);
	return err ? rj_error_set(why, err, "out of memory") : 0;
}

/* A line that is no flow (a header) is passed over. */
static int add_record(void *user, const struct rj_json_line *line, struct rj_error *why)
{
	struct json_object *fingerprints = object_in(line->object, "fingerprints");
	struct build *b = user;
	bool is_used = false;
	int err = 0;

	if (!json_object_object_get_ex(line->object, "sa", NULL))
		return 0;
	b->counts->num_records++;
	for (size_t i = 0; i < sizeof(sent) / sizeof(*sent) && fingerprints && !err; i++) {
		enum end from = sender_of(line->object, &sent[i]);
		struct owner owner;

		if (!*string_in(fingerprints, sent[i].kind) ||
		    !read_owner(line->object, end_keys[from].process, &owner))
			continue;
		err = add_one(b, line->object, &sent[i], from, &owner, why);
		is_used = true;
	}
	b->counts->num_used += is_used;
	return err;
}

int rj_fpdb_build(struct rj_fpdb *db, const char *path, struct rj_fpdb_built *counts,
		  struct rj_error *error)
{
	struct build b = { .db = db, .counts = counts };
	const struct rj_json_lines how = { .max_bytes = RJ_FPDB_LINE_MAX,
					   .member = RJ_FPDB_MEMBER,
					   .take = add_record,
					   .user = &b };

	return rj_json_lines_read(path, &how, error);
}
