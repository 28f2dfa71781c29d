// SPDX-License-Identifier: BSD-3-Clause
/* Reads flows and their processes from lines of JSON, each process once. */
#include "owner/map.h"

#include <arpa/inet.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/wire.h"
#include "core/arena.h"
#include "core/json.h"
#include "core/json_lines.h"

#define NS_PER_US 1000u
#define MAX_PROCESSES (1u << 20) /* ours; what they say fills RJ_OWNER_MAP_MAX_BYTES before */
#define MAX_ADDRESS 45u		 /* INET6_ADDRSTRLEN without its end */

/* struct known - a process; found by all but its digest and container, which may come later. */
struct known {
	struct rj_process_view view;
	uint64_t number;
};

struct rj_owner_map {
	struct rj_owner_rows rows;
	struct rj_arena arena;
	void *processes;    /* of tsearch(3) */
	void *containers;   /* likewise */
	struct known **all; /* by number - 1 */
	size_t num_processes;
	struct rj_owner_map_counts counts;
};

/* struct reading - of one file. */
struct reading {
	struct rj_owner_map *map;
	struct rj_error first; /* about a line that is wrong; empty: none was */
	bool is_taken;	       /* something was read */
	bool is_full;	       /* of the line that is being read: there was no room */
};

struct rj_owner_map *rj_owner_map_new(void)
{
	struct rj_owner_map *map = calloc(1, sizeof(*map));

	if (!map)
		return NULL;
	map->rows.max = RJ_OWNER_MAP_MAX_ROWS;
	rj_arena_init(&map->arena, RJ_OWNER_MAP_MAX_BYTES);
	return map;
}

/* What the trees lead to is the arena's. */
static void keep_item(void *item)
{
	(void)item;
}

void rj_owner_map_free(struct rj_owner_map *map)
{
	if (!map)
		return;
	tdestroy(map->processes, keep_item);
	tdestroy(map->containers, keep_item);
	rj_owner_rows_done(&map->rows);
	rj_arena_done(&map->arena);
	free(map->all);
	free(map);
}

static int full(struct reading *r, struct rj_error *why)
{
	r->is_full = true;
	return rj_error_set(why, -ENOSPC,
			    "no room for more: %u rows, and %u MiB of what they say, are kept",
			    RJ_OWNER_MAP_MAX_ROWS, RJ_OWNER_MAP_MAX_BYTES >> 20);
}

/* --- containers -------------------------------------------------------------- */

static int compare_containers(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct rj_container));
}

static int read_text(struct json_object *object, const char *key, char *out, size_t size,
		     struct rj_error *why)
{
	const char *text;
	int got = rj_json_text(object, key, size - 1, &text, why);

	if (got > 0)
		memcpy(out, text, strlen(text) + 1);
	return got;
}

/* What is no name of a runtime says nothing. */
static int read_runtime(struct json_object *object, struct rj_container *c, struct rj_error *why)
{
	char text[RJ_CONTAINER_MAX_NAME + 1] = "";
	int got = read_text(object, "runtime", text, sizeof(text), why);

	for (int i = RJ_RUNTIME_UNKNOWN + 1; got > 0 && i <= RJ_RUNTIME_SYSTEMD; i++)
		if (!strcmp(text, rj_runtime_name((enum rj_runtime)i)))
			c->runtime = (enum rj_runtime)i;
	return got;
}

static int read_container(struct json_object *process, struct rj_container *c, struct rj_error *why)
{
	struct json_object *object = NULL;
	int got = rj_json_member(process, "container", json_type_object, &object, why);

	if (got > 0)
		got = read_text(object, "id", c->id, sizeof(c->id), why);
	if (object && got >= 0)
		got = read_runtime(object, c, why);
	if (object && got >= 0)
		got = read_text(object, "name", c->name, sizeof(c->name), why);
	if (object && got >= 0)
		got = read_text(object, "image", c->image, sizeof(c->image), why);
	return got < 0 ? got : 0;
}

static int read_pod(struct json_object *process, struct rj_container *c, struct rj_error *why)
{
	struct json_object *object = NULL;
	int got = rj_json_member(process, "pod", json_type_object, &object, why);

	if (got > 0)
		got = read_text(object, "name", c->pod_name, sizeof(c->pod_name), why);
	if (object && got >= 0)
		got = read_text(object, "namespace", c->pod_namespace, sizeof(c->pod_namespace),
				why);
	if (object && got >= 0)
		got = read_text(object, "uid", c->pod_uid, sizeof(c->pod_uid), why);
	return got < 0 ? got : 0;
}

/* The one like @c that is kept; NULL without room. */
static const struct rj_container *keep_container(struct rj_owner_map *map,
						 const struct rj_container *c)
{
	struct rj_container **at = tfind(c, &map->containers, compare_containers);
	struct rj_container *kept;

	if (at)
		return *at;
	kept = rj_arena_alloc(&map->arena, sizeof(*kept));
	if (!kept)
		return NULL;
	memcpy(kept, c, sizeof(*kept));
	return tsearch(kept, &map->containers, compare_containers) ? kept : NULL;
}

/* NULL in *@out where it is in none. */
static int take_container(struct reading *r, struct json_object *process,
			  const struct rj_container **out, struct rj_error *why)
{
	static const struct rj_container none;
	struct rj_container c;
	int err;

	memset(&c, 0, sizeof(c)); /* its padding too, as all of it is compared */
	err = read_container(process, &c, why);
	err = err ? err : read_pod(process, &c, why);
	if (err || !memcmp(&c, &none, sizeof(c)))
		return err;
	*out = keep_container(r->map, &c);
	return *out ? 0 : full(r, why);
}

/* --- processes --------------------------------------------------------------- */

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int compare_processes(const void *a, const void *b)
{
	const struct rj_process_view *one = &((const struct known *)a)->view;
	const struct rj_process_view *other = &((const struct known *)b)->view;
	int order = compare_u64(one->pid, other->pid);

	order = order ? order : compare_u64(one->start_ns, other->start_ns);
	order = order ? order : compare_u64(one->uid, other->uid);
	order = order ? order : compare_texts(one->comm, other->comm);
	order = order ? order : compare_texts(one->path, other->path);
	return order ? order : compare_texts(one->cmdline, other->cmdline);
}

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static int read_digest(struct json_object *object, uint8_t out[RJ_EXECUTABLE_DIGEST_LEN],
		       struct rj_error *why)
{
	const char *text;
	int got = rj_json_text(object, "hash", (size_t)2 * RJ_EXECUTABLE_DIGEST_LEN, &text, why);

	if (got <= 0)
		return got;
	if (strlen(text) != (size_t)2 * RJ_EXECUTABLE_DIGEST_LEN ||
	    strspn(text, "0123456789abcdef") != strlen(text))
		return rj_error_set(why, -EINVAL, "hash: is not %u hexadecimal digits",
				    2 * RJ_EXECUTABLE_DIGEST_LEN);
	for (size_t i = 0; i < RJ_EXECUTABLE_DIGEST_LEN; i++)
		out[i] = (uint8_t)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
	return 1;
}

/* A whole number up to @max, in *@out; as the calls of core/json.h. */
static int read_number(struct json_object *object, const char *key, uint64_t max, uint32_t *out,
		       struct rj_error *why)
{
	uint64_t value;
	int got = rj_json_count(object, key, &value, why);

	if (got <= 0)
		return got;
	if (value > max)
		return rj_error_set(why, -EINVAL, "%s: is not 0 to %ju", key, (uintmax_t)max);
	*out = (uint32_t)value;
	return 1;
}

/* All but digest and container; texts are borrowed of @object. */
static int read_view(struct json_object *object, struct rj_process_view *out, struct rj_error *why)
{
	uint64_t start_us = 0;
	int got = rj_json_need(read_number(object, "pid", UINT32_MAX, &out->pid, why), "pid", why);

	out->uid = RJ_PROCESS_NO_UID;
	if (got >= 0)
		got = read_number(object, "uid", UINT32_MAX, &out->uid, why);
	if (got >= 0)
		got = rj_json_time(object, "start", &start_us, why);
	if (got >= 0)
		got = rj_json_text(object, "name", RJ_OWNER_MAP_MAX_TEXT, &out->comm, why);
	if (got >= 0)
		got = rj_json_text(object, "path", RJ_OWNER_MAP_MAX_TEXT, &out->path, why);
	if (got >= 0)
		got = rj_json_text(object, "cmdline", RJ_OWNER_MAP_MAX_TEXT, &out->cmdline, why);
	out->start_ns = start_us * NS_PER_US;
	return got < 0 ? got : 0;
}

/* A copy in the arena; false without room. */
static bool keep_text(struct rj_owner_map *map, const char **text)
{
	size_t size = *text ? strlen(*text) + 1 : 0;
	char *kept;

	if (!size)
		return true;
	kept = rj_arena_alloc(&map->arena, size);
	if (!kept)
		return false;
	memcpy(kept, *text, size);
	*text = kept;
	return true;
}

/* A place for one more. */
static bool has_place(struct rj_owner_map *map)
{
	size_t num = map->num_processes;
	struct known **all;

	if (num >= MAX_PROCESSES)
		return false;
	if (num & (num - 1)) /* room doubles where the number is a power of two */
		return true;
	all = reallocarray(map->all, num ? 2 * num : 1, sizeof(struct known *));
	if (all)
		map->all = all;
	return all;
}

static struct known *keep_process(struct rj_owner_map *map, const struct known *process)
{
	struct known **at = tfind(process, &map->processes, compare_processes);
	struct known *kept;

	if (at)
		return *at;
	kept = has_place(map) ? rj_arena_alloc(&map->arena, sizeof(*kept)) : NULL;
	if (!kept)
		return NULL;
	*kept = *process;
	if (!keep_text(map, &kept->view.comm) || !keep_text(map, &kept->view.path) ||
	    !keep_text(map, &kept->view.cmdline) ||
	    !tsearch(kept, &map->processes, compare_processes))
		return NULL;
	map->all[map->num_processes++] = kept;
	kept->number = map->num_processes;
	return kept;
}

/* What was not known of it when it had its first flow. */
static int add_digest(struct reading *r, struct known *kept, const uint8_t *digest,
		      struct rj_error *why)
{
	uint8_t *copy;

	if (kept->view.digest)
		return 0;
	copy = rj_arena_alloc(&r->map->arena, RJ_EXECUTABLE_DIGEST_LEN);
	if (!copy)
		return full(r, why);
	memcpy(copy, digest, RJ_EXECUTABLE_DIGEST_LEN);
	kept->view.digest = copy;
	return 0;
}

/* The number of the process that the object is. */
static int take_process(struct reading *r, struct json_object *object, __u64 *ret_number,
			struct rj_error *why)
{
	struct known process = { .number = 0 }, *kept;
	const struct rj_container *container = NULL;
	uint8_t digest[RJ_EXECUTABLE_DIGEST_LEN];
	int err = read_view(object, &process.view, why);
	int has_digest = err ? err : read_digest(object, digest, why);

	if (has_digest < 0)
		return has_digest;
	err = take_container(r, object, &container, why);
	if (err)
		return err;
	kept = keep_process(r->map, &process);
	if (!kept)
		return full(r, why);
	if (container)
		kept->view.container = container; /* the last one knew most */
	*ret_number = kept->number;
	return has_digest ? add_digest(r, kept, digest, why) : 0;
}

/* Member @key of a row: 1, 0 where it has none, or a negative errno. */
static int take_owner(struct reading *r, struct json_object *row, const char *key,
		      struct rj_owner *out, struct rj_error *why)
{
	struct json_object *user = NULL, *opener = NULL;
	int got = rj_json_member(row, key, json_type_object, &user, why);
	int err = 0;

	if (got <= 0)
		return got;
	got = rj_json_member(user, "opener", json_type_object, &opener, why);
	if (got < 0)
		return got;
	/* of who used the socket nothing may be known */
	if (!got || json_object_object_get_ex(user, "pid", NULL))
		err = take_process(r, user, &out->user, why);
	if (!err && got)
		err = take_process(r, opener, &out->opener, why);
	return err ? err : 1;
}

/* --- rows -------------------------------------------------------------------- */

/* As struct rj_key has it; returns the version of IP, or a negative errno. */
static int read_address(struct json_object *row, const char *key, uint8_t out[16],
			struct rj_error *why)
{
	const char *text = "";
	int got = rj_json_need(rj_json_text(row, key, MAX_ADDRESS, &text, why), key, why);

	if (got < 0)
		return got;
	if (inet_pton(AF_INET6, text, out) == 1)
		return 6;
	memset(out, 0, 10);
	memset(out + 10, 0xff, 2);
	if (inet_pton(AF_INET, text, out + 12) == 1)
		return 4;
	return rj_error_set(why, -EINVAL, "%s: is no address", key);
}

static bool has_ports(uint32_t proto)
{
	return proto == RJ_IP_TCP || proto == RJ_IP_UDP || proto == RJ_IP_SCTP ||
	       proto == RJ_IP_DCCP;
}

static int read_port(struct json_object *row, const char *key, uint32_t *out, struct rj_error *why)
{
	int got = rj_json_need(read_number(row, key, UINT16_MAX, out, why), key, why);

	return got < 0 ? got : 0;
}

/* The key, and in *@ret_side the originator's end. */
static int read_key(struct json_object *row, struct rj_key *out, unsigned int *ret_side,
		    struct rj_error *why)
{
	uint8_t sa[16], da[16];
	uint32_t proto = 0, sp = 0, dp = 0;
	int from = read_address(row, "sa", sa, why);
	int to = from < 0 ? from : read_address(row, "da", da, why);
	int err = to < 0 ? to :
			   rj_json_need(read_number(row, "pr", UINT8_MAX, &proto, why), "pr", why);

	if (err < 0)
		return err;
	if (from != to)
		return rj_error_set(why, -EINVAL, "sa, da: are of IPv4 and of IPv6");
	if (has_ports(proto)) {
		err = read_port(row, "sp", &sp, why);
		err = err ? err : read_port(row, "dp", &dp, why);
		if (err)
			return err;
	}
	out->proto = (uint8_t)proto;
	out->version = (uint8_t)from;
	*ret_side = rj_owner_key(out, sa, (uint16_t)sp, da, (uint16_t)dp);
	return 0;
}

static int read_times(struct json_object *object, struct rj_owner_row *row, struct rj_error *why)
{
	uint64_t start_us, end_us;
	int got =
		rj_json_need(rj_json_time(object, "time_start", &start_us, why), "time_start", why);

	if (got > 0)
		got = rj_json_need(rj_json_time(object, "time_end", &end_us, why), "time_end", why);
	if (got < 0)
		return got;
	if (end_us < start_us)
		return rj_error_set(why, -EINVAL, "time_end: is before time_start");
	row->start_ns = start_us * NS_PER_US;
	row->end_ns = end_us * NS_PER_US;
	return 0;
}

static int take_row(struct reading *r, struct json_object *object, struct rj_error *why)
{
	struct rj_owner_row row = { .start_ns = 0 };
	unsigned int side = 0;
	int err = read_key(object, &row.key, &side, why), got;

	err = err ? err : read_times(object, &row, why);
	if (err || row.key.proto == RJ_IP_ICMP || row.key.proto == RJ_IP_ICMPV6)
		return err;
	got = take_owner(r, object, "exe", &row.owner[side], why);
	if (got >= 0)
		got = take_owner(r, object, "exe_da", &row.owner[!side], why);
	if (got < 0)
		return got;
	return rj_owner_rows_add(&r->map->rows, &row) ? full(r, why) : 0;
}

static int take_line(void *user, const struct rj_json_line *line, struct rj_error *why)
{
	struct reading *r = user;

	r->is_taken = true;
	if (!json_object_object_get_ex(line->object, "exe", NULL) &&
	    !json_object_object_get_ex(line->object, "exe_da", NULL))
		return 0;
	return take_row(r, line->object, why);
}

static void on_bad(void *user, const struct rj_error *why)
{
	struct reading *r = user;

	r->map->counts.over_limit += r->is_full;
	r->map->counts.malformed += !r->is_full;
	r->is_full = false;
	r->is_taken = true;
	if (!*r->first.text)
		r->first = *why;
}

int rj_owner_map_read(struct rj_owner_map *map, const char *path, struct rj_error *error)
{
	struct reading r = { .map = map };
	const struct rj_json_lines how = { .max_bytes = RJ_OWNER_MAP_LINE_MAX,
					   .take = take_line,
					   .bad = on_bad,
					   .user = &r };
	int err = rj_json_lines_read(path, &how, error);

	rj_owner_rows_sort(&map->rows);
	if (err && !r.is_taken)
		return err;
	if (!*r.first.text)
		return err ? 1 : 0;
	*error = r.first;
	return 1;
}

void rj_owner_map_get_counts(const struct rj_owner_map *map, struct rj_owner_map_counts *out)
{
	*out = map->counts;
	out->rows = map->rows.num;
}

static const struct rj_process_view *view_of(const struct rj_owner_map *map, uint64_t number)
{
	return number ? &map->all[number - 1]->view : NULL;
}

enum rj_owner_fit rj_owner_map_find(const struct rj_owner_map *map, const struct rj_owner_ask *ask,
				    unsigned int side, struct rj_owner_found *out)
{
	struct rj_owner owner;
	enum rj_owner_fit fit = rj_owner_rows_find(&map->rows, ask, side, &owner);

	if (fit == RJ_OWNER_FITS)
		*out = (struct rj_owner_found){ view_of(map, owner.user),
						view_of(map, owner.opener) };
	return fit;
}
