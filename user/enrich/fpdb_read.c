// SPDX-License-Identifier: BSD-3-Clause
/* Fingerprint databases: ours, Joy's as it was published, and Mercury's. */
#include "enrich/fpdb_read.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/json_lines.h"
#include "enrich/npf.h"

/* Shares without a count, as Joy's database has, are taken as of so many flows. Ours. */
#define FLOWS_OF_A_SHARE 100.0

/* Members of a process in our format, by class; the same names as in a record. */
static const char *const class_names[RJ_FPDB_NUM_CLASSES] = { "da", "dp", "sni", "domain", "os" };

/* What Mercury puts in the place of a process that nobody knows. */
static const char *const unknown_processes[] = { "generic dmz process", "unknown", "Unknown" };

static int no_memory(struct rj_error *why)
{
	return rj_error_set(why, -ENOMEM, "out of memory");
}

/* @text as it is compared, in @out; false: it is no value of that class. */
static bool normalize_value(enum rj_fpdb_class class, const char *text,
			    char out[RJ_FPDB_MAX_TEXT + 1])
{
	unsigned long port;
	char *end;

	switch (class) {
	case RJ_FPDB_DA:
		return rj_fpdb_address(out, text);
	case RJ_FPDB_DP:
		port = strtoul(text, &end, 10);
		if (*text < '0' || *text > '9' || *end || port > UINT16_MAX)
			return false;
		snprintf(out, RJ_FPDB_MAX_TEXT + 1, "%lu", port);
		return true;
	case RJ_FPDB_SNI:
	case RJ_FPDB_DOMAIN:
		rj_fpdb_name(out, text, strlen(text));
		return *out;
	default:
		if (!*text || strlen(text) > RJ_FPDB_MAX_TEXT)
			return false;
		memcpy(out, text, strlen(text) + 1);
		return true;
	}
}

static bool count_of(struct json_object *value, uint64_t *out)
{
	if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0 ||
	    json_object_get_uint64(value) > RJ_FPDB_MAX_COUNT)
		return false;
	*out = json_object_get_uint64(value);
	return true;
}

/* Domains follow from names where the database has none. */
static int derive_domains(struct rj_fpdb_process *p, struct rj_error *why)
{
	const struct rj_fpdb_values *names = &p->of[RJ_FPDB_SNI];
	struct rj_fpdb_values *domains = &p->of[RJ_FPDB_DOMAIN];

	if (domains->num || domains->missed)
		return 0;
	for (uint32_t i = 0; i < names->num; i++)
		if (rj_fpdb_count(domains, rj_fpdb_domain(names->at[i].text), names->at[i].count))
			return no_memory(why);
	domains->missed = names->missed;
	return 0;
}

/* A new fingerprint of the text in @key, which must be there; of @kind where that says none. */
static int new_fingerprint(struct json_object *line, const char *key, const char *kind,
			   struct rj_fpdb_fingerprint **out, struct rj_error *why)
{
	struct rj_npf_text normal;
	const char *text = NULL, *wrong;
	int got = rj_json_need(rj_json_text(line, key, RJ_FP_MAX_LEN, &text, why), key, why);

	if (got < 0)
		return got;
	wrong = rj_npf_normalize(text, strlen(text), kind, &normal);
	if (wrong)
		return rj_error_set(why, -EINVAL, "%s: %s", key, wrong);
	*out = rj_fpdb_fingerprint_new(normal.at, normal.len);
	return *out ? 0 : no_memory(why);
}

/* The process of that name, or as missed where there is no place: then *@out is NULL. */
static int add_process(struct rj_fpdb_fingerprint *f, const char *name, const char *hash,
		       uint64_t count, struct rj_fpdb_process **out, struct rj_error *why)
{
	int err = rj_fpdb_process(f, name, hash, out);

	if (err == -ENOMEM)
		return no_memory(why);
	f->count = rj_fpdb_sum(f->count, count);
	if (err) {
		*out = NULL;
		f->missed = rj_fpdb_sum(f->missed, count);
		return 0;
	}
	(*out)->count = rj_fpdb_sum((*out)->count, count);
	return 0;
}

static bool is_hash(const char *text)
{
	return strlen(text) == RJ_FPDB_HASH_LEN &&
	       strspn(text, "0123456789abcdef") == RJ_FPDB_HASH_LEN;
}

static int set_category(struct rj_fpdb_process *p, const char *category, struct rj_error *why)
{
	if (!category || p->category)
		return 0;
	p->category = strdup(category);
	return p->category ? 0 : no_memory(why);
}

/* --- ours -------------------------------------------------------------------------- */

/* The counts in member @key of a process. */
static int read_values(struct json_object *process, enum rj_fpdb_class class,
		       struct rj_fpdb_values *out, struct rj_error *why)
{
	const char *key = class_names[class];
	struct json_object *values = NULL;
	int got = rj_json_member(process, key, json_type_object, &values, why);

	if (got <= 0)
		return got;
	json_object_object_foreach(values, text, value)
	{
		char normal[RJ_FPDB_MAX_TEXT + 1];
		uint64_t count;

		if (!normalize_value(class, text, normal))
			return rj_error_set(why, -EINVAL, "%s: has a name that is none of its kind",
					    key);
		if (!count_of(value, &count))
			return rj_error_set(why, -EINVAL, "%s: has a count that is not 0 to 2^53",
					    key);
		if (rj_fpdb_count(out, normal, count))
			return no_memory(why);
	}
	return 0;
}

/* The member "missed" of a process: what was not kept of each class. */
static int read_missed(struct json_object *process, struct rj_fpdb_process *p, struct rj_error *why)
{
	struct json_object *missed = NULL;
	int got = rj_json_member(process, "missed", json_type_object, &missed, why);

	for (unsigned int i = 0; i < RJ_FPDB_NUM_CLASSES && got > 0; i++) {
		uint64_t count = 0;
		int err = rj_json_count(missed, class_names[i], &count, why);

		if (err < 0)
			return err;
		p->of[i].missed = rj_fpdb_sum(p->of[i].missed, count);
	}
	return got < 0 ? got : 0;
}

static int read_process(struct json_object *process, struct rj_fpdb_fingerprint *f,
			struct rj_error *why)
{
	const char *name = NULL, *hash = "", *category = NULL;
	struct rj_fpdb_process *p = NULL;
	uint64_t count = 0;
	int err;

	if (!json_object_is_type(process, json_type_object))
		return rj_error_set(why, -EINVAL, "processes: has what is no object");
	err = rj_json_need(rj_json_text(process, "name", RJ_FPDB_MAX_TEXT, &name, why), "name",
			   why);
	if (err >= 0)
		err = rj_json_text(process, "hash", RJ_FPDB_HASH_LEN, &hash, why);
	if (err > 0 && !is_hash(hash))
		return rj_error_set(why, -EINVAL, "hash: is no SHA-256 in hexadecimal");
	if (err >= 0)
		err = rj_json_text(process, "category", RJ_FPDB_MAX_TEXT, &category, why);
	if (err >= 0)
		err = rj_json_need(rj_json_count(process, "count", &count, why), "count", why);
	if (err >= 0)
		err = add_process(f, name, hash, count, &p, why);
	if (err < 0 || !p)
		return err < 0 ? err : 0;
	err = set_category(p, category, why);
	for (unsigned int i = 0; i < RJ_FPDB_NUM_CLASSES && !err; i++)
		err = read_values(process, (enum rj_fpdb_class)i, &p->of[i], why);
	if (!err)
		err = read_missed(process, p, why);
	return err ? err : derive_domains(p, why);
}

/* What the line says of counts and times agrees with itself. */
static int check_sums(struct json_object *line, const struct rj_fpdb_fingerprint *f,
		      struct rj_error *why)
{
	const char *kind = NULL;
	uint64_t count = 0;
	int got = rj_json_count(line, "count", &count, why);

	if (got < 0)
		return got;
	if (got && count != f->count)
		return rj_error_set(why, -EINVAL,
				    "count: is %llu, and of its processes and missed %llu",
				    (unsigned long long)count, (unsigned long long)f->count);
	if (f->first_us > f->last_us)
		return rj_error_set(why, -EINVAL, "first_seen: is after last_seen");
	got = rj_json_text(line, "kind", RJ_NPF_MAX_KIND, &kind, why);
	if (got > 0 && (strlen(kind) != f->kind_len || memcmp(kind, f->text, f->kind_len)))
		return rj_error_set(why, -EINVAL, "kind: is not that of the fingerprint");
	return got < 0 ? got : 0;
}

static int fill_ours(struct json_object *line, struct rj_fpdb_fingerprint *f, struct rj_error *why)
{
	struct json_object *processes = NULL;
	uint64_t missed = 0;
	int err = rj_json_need(rj_json_member(line, "processes", json_type_array, &processes, why),
			       "processes", why);

	if (err >= 0)
		err = rj_json_count(line, "missed", &missed, why);
	if (err >= 0)
		err = rj_json_time(line, "first_seen", &f->first_us, why);
	if (err >= 0)
		err = rj_json_time(line, "last_seen", &f->last_us, why);
	if (err < 0)
		return err;
	f->count = f->missed = missed;
	for (size_t i = 0; i < json_object_array_length(processes); i++) {
		err = read_process(json_object_array_get_idx(processes, i), f, why);
		if (err)
			return err;
	}
	return check_sums(line, f, why);
}

/* --- Joy's and Mercury's ----------------------------------------------------------- */

/* Classes of ports that are one port; Mercury's names of others stand for several. */
static const struct service {
	const char *name;
	const char *port;
} services[] = {
	{ "https", "443" },  { "database", "448" }, { "nntp", "563" },
	{ "shell", "614" },  { "ldap", "636" },	    { "nas", "991" },
	{ "telnet", "992" }, { "irc", "994" },	    { "docker", "2376" },
};

/* struct foreign - members of others' processes, by our class. */
static const struct foreign {
	const char *key;
	enum rj_fpdb_class class;
} foreign[] = {
	{ "classes_ip_ip", RJ_FPDB_DA },
	{ "classes_port_applications", RJ_FPDB_DP },
	{ "classes_port_port", RJ_FPDB_DP },
	{ "classes_hostname_sni", RJ_FPDB_SNI },
	{ "classes_hostname_domains", RJ_FPDB_DOMAIN },
	{ "os_info", RJ_FPDB_OS },
};

static const char *port_of(const char *service)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(*services); i++)
		if (!strcmp(services[i].name, service))
			return services[i].port;
	return service;
}

/* What is no value of ours (a class of ports, "unknown") is counted as missed. */
static int read_foreign_values(struct json_object *process, const struct foreign *row,
			       struct rj_fpdb_values *out, struct rj_error *why)
{
	struct json_object *values = NULL;
	int got = rj_json_member(process, row->key, json_type_object, &values, why);

	if (got <= 0)
		return got;
	json_object_object_foreach(values, text, value)
	{
		char normal[RJ_FPDB_MAX_TEXT + 1];
		uint64_t count;

		if (!count_of(value, &count))
			return rj_error_set(why, -EINVAL, "%s: has a count that is not 0 to 2^53",
					    row->key);
		if (!normalize_value(row->class, row->class == RJ_FPDB_DP ? port_of(text) : text,
				     normal))
			out->missed = rj_fpdb_sum(out->missed, count);
		else if (rj_fpdb_count(out, normal, count))
			return no_memory(why);
	}
	return 0;
}

/* Counts as they are; a share (prevalence) where there is no count. */
static int read_foreign_count(struct json_object *process, uint64_t *out, struct rj_error *why)
{
	double share = 0;
	int got = rj_json_count(process, "count", out, why);

	if (got)
		return got < 0 ? got : 0;
	got = rj_json_need(rj_json_number(process, "prevalence", 1, &share, why),
			   "count or prevalence", why);
	if (got < 0)
		return got;
	*out = (uint64_t)llround(share * FLOWS_OF_A_SHARE);
	if (!*out)
		*out = 1;
	return 0;
}

static bool is_unknown(const char *name)
{
	for (size_t i = 0; i < sizeof(unknown_processes) / sizeof(*unknown_processes); i++)
		if (!strcmp(unknown_processes[i], name))
			return true;
	return false;
}

/* SHA-256 in either case; what else stands there ("Unknown") is none. */
static void read_foreign_hash(struct json_object *process, char out[RJ_FPDB_HASH_LEN + 1])
{
	struct json_object *value;
	const char *text = "";

	if (json_object_object_get_ex(process, "sha256", &value) &&
	    json_object_is_type(value, json_type_string))
		text = json_object_get_string(value);
	*out = 0;
	if (strlen(text) != RJ_FPDB_HASH_LEN)
		return;
	for (size_t i = 0; i <= RJ_FPDB_HASH_LEN; i++)
		out[i] = (char)(text[i] >= 'A' && text[i] <= 'F' ? text[i] | 0x20 : text[i]);
	if (!is_hash(out))
		*out = 0;
}

static int read_foreign_category(struct json_object *process, struct rj_fpdb_process *p,
				 struct rj_error *why)
{
	struct json_object *malware = NULL;
	const char *category = NULL;
	int got = rj_json_member(process, "malware", json_type_boolean, &malware, why);

	if (got > 0 && json_object_get_boolean(malware))
		return set_category(p, "malware", why);
	if (got >= 0)
		got = rj_json_text(process, "application_category", RJ_FPDB_MAX_TEXT, &category,
				   why);
	if (got > 0 && !is_unknown(category))
		return set_category(p, category, why);
	return got < 0 ? got : 0;
}

static int read_foreign_process(struct json_object *process, struct rj_fpdb_fingerprint *f,
				struct rj_error *why)
{
	char hash[RJ_FPDB_HASH_LEN + 1];
	struct rj_fpdb_process *p = NULL;
	const char *name = NULL;
	uint64_t count = 0;
	int err;

	if (!json_object_is_type(process, json_type_object))
		return rj_error_set(why, -EINVAL, "process_info: has what is no object");
	err = rj_json_need(rj_json_text(process, "process", RJ_FPDB_MAX_TEXT, &name, why),
			   "process", why);
	if (err >= 0)
		err = read_foreign_count(process, &count, why);
	if (err < 0)
		return err;
	if (is_unknown(name)) {
		f->missed = rj_fpdb_sum(f->missed, count);
		f->count = rj_fpdb_sum(f->count, count);
		return 0;
	}
	read_foreign_hash(process, hash);
	err = add_process(f, name, hash, count, &p, why);
	if (err || !p)
		return err;
	err = read_foreign_category(process, p, why);
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign) && !err; i++)
		err = read_foreign_values(process, &foreign[i], &p->of[foreign[i].class], why);
	return err ? err : derive_domains(p, why);
}

static int fill_foreign(struct json_object *line, struct rj_fpdb_fingerprint *f,
			struct rj_error *why)
{
	struct json_object *processes = NULL;
	uint64_t total = 0;
	int err =
		rj_json_need(rj_json_member(line, "process_info", json_type_array, &processes, why),
			     "process_info", why);

	if (err >= 0)
		err = rj_json_count(line, "total_count", &total, why);
	if (err < 0)
		return err;
	for (size_t i = 0; i < json_object_array_length(processes); i++) {
		err = read_foreign_process(json_object_array_get_idx(processes, i), f, why);
		if (err)
			return err;
	}
	/* processes that were left out of it */
	if (total > f->count) {
		f->missed = rj_fpdb_sum(f->missed, total - f->count);
		f->count = total;
	}
	return 0;
}

/* --- a file ------------------------------------------------------------------------ */

static int add_line(void *user, const struct rj_json_line *line, struct rj_error *why)
{
	bool is_ours = json_object_object_get_ex(line->object, "fingerprint", NULL);
	struct rj_fpdb_fingerprint *f = NULL;
	const char *kind = NULL;
	int err;

	if (!is_ours && !json_object_object_get_ex(line->object, "str_repr", NULL))
		return rj_error_set(why, -EINVAL,
				    "no database of fingerprints: neither fingerprint nor str_repr "
				    "is there");
	err = is_ours ? 0 : rj_json_text(line->object, "fp_type", RJ_NPF_MAX_KIND, &kind, why);
	if (err >= 0)
		err = new_fingerprint(line->object, is_ours ? "fingerprint" : "str_repr", kind, &f,
				      why);
	if (!err)
		err = is_ours ? fill_ours(line->object, f, why) :
				fill_foreign(line->object, f, why);
	if (err) {
		rj_fpdb_fingerprint_free(f);
		return err;
	}
	err = rj_fpdb_add(user, f);
	if (err == -ENOSPC)
		return rj_error_set(why, -EINVAL, "more than %u fingerprints",
				    RJ_FPDB_MAX_FINGERPRINTS);
	return err ? no_memory(why) : 0;
}

int rj_fpdb_read(struct rj_fpdb *db, const char *path, struct rj_error *error)
{
	const struct rj_json_lines how = { .max_bytes = RJ_FPDB_LINE_MAX,
					   .member = RJ_FPDB_MEMBER,
					   .take = add_line,
					   .user = db };

	return rj_json_lines_read(path, &how, error);
}
