// SPDX-License-Identifier: BSD-3-Clause
/* A fingerprint database in memory. */
#include "enrich/fpdb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "enrich/npf.h"

#define FIRST_BUCKETS 1024u

struct rj_fpdb *rj_fpdb_new(void)
{
	struct rj_fpdb *db = calloc(1, sizeof(*db));

	if (!db)
		return NULL;
	db->num_buckets = FIRST_BUCKETS;
	db->buckets = calloc(db->num_buckets, sizeof(*db->buckets));
	if (!db->buckets) {
		free(db);
		return NULL;
	}
	return db;
}

static void free_values(struct rj_fpdb_values *values)
{
	for (uint32_t i = 0; i < values->num; i++)
		free(values->at[i].text);
	free(values->at);
}

static void free_process(struct rj_fpdb_process *p)
{
	free(p->name);
	free(p->category);
	for (unsigned int i = 0; i < RJ_FPDB_NUM_CLASSES; i++)
		free_values(&p->of[i]);
}

void rj_fpdb_fingerprint_free(struct rj_fpdb_fingerprint *f)
{
	if (!f)
		return;
	for (uint32_t i = 0; i < f->num_processes; i++)
		free_process(&f->processes[i]);
	free(f->processes);
	free(f->text);
	free(f);
}

void rj_fpdb_free(struct rj_fpdb *db)
{
	if (!db)
		return;
	for (uint32_t i = 0; i < db->num; i++)
		rj_fpdb_fingerprint_free(db->all[i]);
	free(db->all);
	free(db->buckets);
	free(db);
}

static uint64_t mixed(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

/* Eight bytes at a time; the last ones may be taken twice. */
static uint64_t hash_of(const char *text, size_t len)
{
	uint64_t hash = len, word = 0;

	if (len < sizeof(word)) {
		memcpy(&word, text, len);
		return mixed(hash, word);
	}
	for (size_t i = 0; i + sizeof(word) < len; i += sizeof(word)) {
		memcpy(&word, text + i, sizeof(word));
		hash = mixed(hash, word);
	}
	memcpy(&word, text + len - sizeof(word), sizeof(word));
	return mixed(hash, word);
}

struct rj_fpdb_fingerprint *rj_fpdb_fingerprint_new(const char *text, size_t len)
{
	struct rj_fpdb_fingerprint *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->text = strndup(text, len);
	if (!f->text) {
		free(f);
		return NULL;
	}
	f->len = (uint32_t)len;
	f->kind_len = (uint32_t)rj_npf_kind_len(text, len);
	f->hash = hash_of(text, len);
	return f;
}

/* Room for one more in an array of @size bytes each, at most @max; 0, -ENOMEM, -ENOSPC. */
static int make_room(void **array, uint32_t num, uint32_t *room, uint32_t max, size_t size)
{
	uint32_t more = *room ? 2 * *room : 4;
	void *at;

	if (num < *room)
		return 0;
	if (num >= max)
		return -ENOSPC;
	if (more > max)
		more = max;
	at = realloc(*array, more * size);
	if (!at)
		return -ENOMEM;
	*array = at;
	*room = more;
	return 0;
}

int rj_fpdb_process(struct rj_fpdb_fingerprint *f, const char *name, const char *hash,
		    struct rj_fpdb_process **out)
{
	void *array = f->processes;
	struct rj_fpdb_process *p;
	int err;

	for (uint32_t i = 0; i < f->num_processes; i++) {
		p = &f->processes[i];
		if (!strcmp(p->name, name) && !strcmp(p->hash, hash)) {
			*out = p;
			return 0;
		}
	}
	err = make_room(&array, f->num_processes, &f->room, RJ_FPDB_MAX_PROCESSES, sizeof(*p));
	f->processes = array;
	if (err)
		return err;
	p = &f->processes[f->num_processes];
	*p = (struct rj_fpdb_process){ .name = strdup(name) };
	if (!p->name)
		return -ENOMEM;
	memcpy(p->hash, hash, strlen(hash) + 1);
	f->num_processes++;
	*out = p;
	return 0;
}

uint64_t rj_fpdb_sum(uint64_t a, uint64_t b)
{
	return a >= RJ_FPDB_MAX_COUNT || b >= RJ_FPDB_MAX_COUNT - a ? RJ_FPDB_MAX_COUNT : a + b;
}

int rj_fpdb_count(struct rj_fpdb_values *values, const char *text, uint64_t count)
{
	void *array = values->at;
	char *copy;
	int err;

	for (uint32_t i = 0; i < values->num; i++)
		if (!strcmp(values->at[i].text, text)) {
			values->at[i].count = rj_fpdb_sum(values->at[i].count, count);
			return 0;
		}
	err = make_room(&array, values->num, &values->room, RJ_FPDB_MAX_VALUES,
			sizeof(*values->at));
	values->at = array;
	if (err == -ENOSPC) {
		values->missed = rj_fpdb_sum(values->missed, count);
		return 0;
	}
	copy = err ? NULL : strdup(text);
	if (!copy)
		return -ENOMEM;
	values->at[values->num++] = (struct rj_fpdb_value){ copy, count };
	return 0;
}

static int merge_values(struct rj_fpdb_values *to, const struct rj_fpdb_values *from)
{
	for (uint32_t i = 0; i < from->num; i++)
		if (rj_fpdb_count(to, from->at[i].text, from->at[i].count))
			return -ENOMEM;
	to->missed = rj_fpdb_sum(to->missed, from->missed);
	return 0;
}

/* One of two processes without a place is counted alone. */
static int merge_process(struct rj_fpdb_fingerprint *to, struct rj_fpdb_process *from)
{
	struct rj_fpdb_process *p = NULL;
	int err = rj_fpdb_process(to, from->name, from->hash, &p);

	if (err == -ENOSPC) {
		to->missed = rj_fpdb_sum(to->missed, from->count);
		return 0;
	}
	if (err)
		return err;
	p->count = rj_fpdb_sum(p->count, from->count);
	if (!p->category) {
		p->category = from->category;
		from->category = NULL;
	}
	for (unsigned int i = 0; i < RJ_FPDB_NUM_CLASSES && !err; i++)
		err = merge_values(&p->of[i], &from->of[i]);
	return err;
}

static int merge(struct rj_fpdb_fingerprint *to, struct rj_fpdb_fingerprint *from)
{
	int err = 0;

	to->count = rj_fpdb_sum(to->count, from->count);
	to->missed = rj_fpdb_sum(to->missed, from->missed);
	if (from->first_us && (!to->first_us || from->first_us < to->first_us))
		to->first_us = from->first_us;
	if (from->last_us > to->last_us)
		to->last_us = from->last_us;
	for (uint32_t i = 0; i < from->num_processes && !err; i++)
		err = merge_process(to, &from->processes[i]);
	return err;
}

static struct rj_fpdb_fingerprint *find(const struct rj_fpdb *db, const char *text, size_t len,
					uint64_t hash)
{
	struct rj_fpdb_fingerprint *f = db->buckets[hash & (db->num_buckets - 1)];

	while (f && (f->hash != hash || f->len != len || memcmp(f->text, text, len)))
		f = f->behind;
	return f;
}

const struct rj_fpdb_fingerprint *rj_fpdb_find(const struct rj_fpdb *db, const char *text,
					       size_t len)
{
	return find(db, text, len, hash_of(text, len));
}

static void put_in_bucket(struct rj_fpdb *db, struct rj_fpdb_fingerprint *f)
{
	struct rj_fpdb_fingerprint **bucket = &db->buckets[f->hash & (db->num_buckets - 1)];

	f->behind = *bucket;
	*bucket = f;
}

/* Twice as many; without memory the lists get longer. */
static void grow_buckets(struct rj_fpdb *db)
{
	struct rj_fpdb_fingerprint **buckets = calloc(2 * db->num_buckets, sizeof(*buckets));

	if (!buckets)
		return;
	free(db->buckets);
	db->buckets = buckets;
	db->num_buckets *= 2;
	for (uint32_t i = 0; i < db->num; i++)
		put_in_bucket(db, db->all[i]);
}

int rj_fpdb_add(struct rj_fpdb *db, struct rj_fpdb_fingerprint *f)
{
	struct rj_fpdb_fingerprint *there = find(db, f->text, f->len, f->hash);
	void *array = db->all;
	int err;

	if (there) {
		err = merge(there, f);
		rj_fpdb_fingerprint_free(f);
		return err;
	}
	err = make_room(&array, db->num, &db->room, RJ_FPDB_MAX_FINGERPRINTS, sizeof(*db->all));
	db->all = array;
	if (err) {
		rj_fpdb_fingerprint_free(f);
		return err;
	}
	if (db->num == db->num_buckets)
		grow_buckets(db);
	db->all[db->num++] = f;
	put_in_bucket(db, f);
	return 0;
}

/* --- order ------------------------------------------------------------------------- */

static int by_count(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int compare_values(const void *a, const void *b)
{
	const struct rj_fpdb_value *x = a, *y = b;

	return x->count != y->count ? by_count(x->count, y->count) : strcmp(x->text, y->text);
}

static int compare_processes(const void *a, const void *b)
{
	const struct rj_fpdb_process *x = a, *y = b;
	int order = by_count(x->count, y->count);

	if (!order)
		order = strcmp(x->name, y->name);
	return order ? order : strcmp(x->hash, y->hash);
}

static int compare_fingerprints(const void *a, const void *b)
{
	const struct rj_fpdb_fingerprint *x = *(struct rj_fpdb_fingerprint *const *)a;
	const struct rj_fpdb_fingerprint *y = *(struct rj_fpdb_fingerprint *const *)b;

	return x->count != y->count ? by_count(x->count, y->count) : strcmp(x->text, y->text);
}

static void sort_process(struct rj_fpdb_process *p)
{
	for (unsigned int i = 0; i < RJ_FPDB_NUM_CLASSES; i++)
		if (p->of[i].num)
			qsort(p->of[i].at, p->of[i].num, sizeof(*p->of[i].at), compare_values);
}

void rj_fpdb_sort(struct rj_fpdb *db)
{
	for (uint32_t i = 0; i < db->num; i++) {
		struct rj_fpdb_fingerprint *f = db->all[i];

		for (uint32_t j = 0; j < f->num_processes; j++)
			sort_process(&f->processes[j]);
		if (f->num_processes)
			qsort(f->processes, f->num_processes, sizeof(*f->processes),
			      compare_processes);
	}
	if (db->num)
		qsort(db->all, db->num, sizeof(struct rj_fpdb_fingerprint *), compare_fingerprints);
	for (uint32_t i = 0; i < db->num; i++)
		db->all[i]->id = i;
}

/* An address, of IPv4 or IPv6, has no domain. */
static bool is_address(const char *name)
{
	return strchr(name, ':') || !name[strspn(name, "0123456789.")];
}

const char *rj_fpdb_domain(const char *name)
{
	const char *last = strrchr(name, '.');

	if (!last || is_address(name))
		return name;
	for (const char *at = last; at > name; at--)
		if (at[-1] == '.')
			return at;
	return name;
}
