// SPDX-License-Identifier: BSD-3-Clause
/* The public databases of fingerprints. */
#include <rejoice/fingerprint_db.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/json_lines.h"
#include "enrich/fpdb_read.h"
#include "enrich/fpdb_write.h"
#include "enrich/match_line.h"
#include "enrich/npf.h"
#include "sink/jsonw.h"

/* struct rj_fingerprint_db - @matcher: once it is asked; @db is the matcher's then. */
struct rj_fingerprint_db {
	struct rj_error error;
	struct rj_fpdb *db;
	struct rj_matcher *matcher;
	struct rj_buffer line;
	struct rj_jsonw_keys keys;
};

int rj_fingerprint_db_open(struct rj_fingerprint_db **out)
{
	struct rj_fingerprint_db *db = calloc(1, sizeof(*db));

	if (!db)
		return -ENOMEM;
	db->db = rj_fpdb_new();
	if (!db->db) {
		free(db);
		return -ENOMEM;
	}
	rj_buffer_init(&db->line, RJ_FPDB_LINE_MAX);
	*out = db;
	return 0;
}

void rj_fingerprint_db_close(struct rj_fingerprint_db *db)
{
	if (!db)
		return;
	if (db->matcher)
		rj_matcher_free(db->matcher);
	else
		rj_fpdb_free(db->db);
	rj_buffer_done(&db->line);
	free(db);
}

const char *rj_fingerprint_db_error(const struct rj_fingerprint_db *db)
{
	return db->error.text;
}

static int no_memory(struct rj_fingerprint_db *db)
{
	return rj_error_set(&db->error, -ENOMEM, "out of memory");
}

/* Whether it can still be added to. */
static int check_open(struct rj_fingerprint_db *db)
{
	if (!db->matcher)
		return 0;
	return rj_error_set(&db->error, -EBUSY,
			    "the database was asked: nothing can be added to it any more");
}

int rj_fingerprint_db_read(struct rj_fingerprint_db *db, const char *path)
{
	int err = check_open(db);

	return err ? err : rj_fpdb_read(db->db, path, &db->error);
}

int rj_fingerprint_db_build(struct rj_fingerprint_db *db, const char *path, uint64_t *ret_records,
			    uint64_t *ret_used)
{
	struct rj_fpdb_built counts = { 0 };
	int err = check_open(db);

	if (!err)
		err = rj_fpdb_build(db->db, path, &counts, &db->error);
	*ret_records = counts.num_records;
	*ret_used = counts.num_used;
	return err;
}

/* --- what is there ------------------------------------------------------------------ */

static bool has_process(const struct rj_fpdb_fingerprint *f, const char *name)
{
	for (uint32_t i = 0; i < f->num_processes; i++)
		if (!strcmp(f->processes[i].name, name))
			return true;
	return false;
}

static bool passes(const struct rj_fpdb_fingerprint *f, const struct rj_fingerprint_filter *filter)
{
	return (!filter->text || strstr(f->text, filter->text)) &&
	       (!filter->process || has_process(f, filter->process));
}

static void tell_row(const struct rj_fpdb_fingerprint *f,
		     void (*on_row)(void *user, const struct rj_fingerprint_row *row), void *user)
{
	char kind[RJ_NPF_MAX_KIND + 1] = "";
	struct rj_fingerprint_row row = {
		.fingerprint = f->text,
		.kind = kind,
		.count = f->count,
		.num_processes = f->num_processes,
		.first_us = f->first_us,
		.last_us = f->last_us,
	};

	memcpy(kind, f->text, f->kind_len);
	if (f->num_processes) {
		row.process = f->processes[0].name;
		row.process_count = f->processes[0].count;
	}
	on_row(user, &row);
}

static int tell_line(struct rj_fingerprint_db *db, const struct rj_fpdb_fingerprint *f,
		     void (*on_json)(void *user, const char *line, size_t len), void *user)
{
	struct rj_jsonw writer;

	rj_buffer_cut(&db->line, 0);
	rj_jsonw_init(&writer, &db->line, &db->keys);
	rj_fpdb_put(&writer.visitor, f);
	if (rj_jsonw_failed(&writer))
		return no_memory(db);
	on_json(user, (const char *)db->line.data, db->line.len);
	return 0;
}

int rj_fingerprint_db_show(struct rj_fingerprint_db *db, const struct rj_fingerprint_filter *filter,
			   void (*on_json)(void *user, const char *line, size_t len),
			   void (*on_row)(void *user, const struct rj_fingerprint_row *row),
			   void *user)
{
	struct rj_fingerprint_filter wanted = { 0 };
	int err = 0;

	if (filter)
		memcpy(&wanted, filter,
		       filter->size < sizeof(wanted) ? filter->size : sizeof(wanted));
	if (!db->matcher)
		rj_fpdb_sort(db->db);
	for (uint32_t i = 0; i < db->db->num && !err; i++) {
		const struct rj_fpdb_fingerprint *f = db->db->all[i];

		if (!passes(f, &wanted))
			continue;
		if (on_row)
			tell_row(f, on_row, user);
		if (on_json)
			err = tell_line(db, f, on_json, user);
	}
	return err;
}

/* --- matches ------------------------------------------------------------------------ */

static int make_matcher(struct rj_fingerprint_db *db)
{
	if (!db->matcher)
		db->matcher = rj_matcher_new(db->db);
	return db->matcher ? 0 : no_memory(db);
}

static int put_match(struct rj_fingerprint_db *db, const struct rj_npf_text *text)
{
	static const struct rj_field object = { "", RJ_TYPE_OBJECT, "", 0, "", "" };
	static const struct rj_field fingerprint = { "fingerprint", RJ_TYPE_STRING, "", 0, "", "" };
	static const struct rj_fpdb_flow nowhere;
	struct rj_match match;
	struct rj_jsonw writer;
	struct rj_visitor *v = &writer.visitor;

	rj_buffer_cut(&db->line, 0);
	rj_jsonw_init(&writer, &db->line, &db->keys);
	v->ops->open(v, &object);
	v->ops->string(v, &fingerprint, text->at, text->len);
	if (rj_matcher_match(db->matcher, text->at, text->len, &nowhere, &match)) {
		v->ops->open(v, &rj_match_fields[0]);
		rj_match_put(v, &match, true);
		v->ops->close(v);
	}
	v->ops->close(v);
	return rj_jsonw_failed(&writer) ? no_memory(db) : 0;
}

int rj_fingerprint_db_match(struct rj_fingerprint_db *db, const char *fingerprint,
			    void (*on_json)(void *user, const char *line, size_t len), void *user)
{
	struct rj_npf_text normal;
	const char *wrong = rj_npf_normalize(fingerprint, strlen(fingerprint), NULL, &normal);
	int err;

	if (wrong)
		return rj_error_set(&db->error, -EINVAL, "%.60s%s: is no fingerprint: %s",
				    fingerprint, strlen(fingerprint) > 60 ? "…" : "", wrong);
	err = make_matcher(db);
	if (!err)
		err = put_match(db, &normal);
	if (!err)
		on_json(user, (const char *)db->line.data, db->line.len);
	return err;
}

/* struct lines - who is told of lines. */
struct lines {
	struct rj_fingerprint_db *db;
	void (*on_json)(void *user, const char *line, size_t len);
	void *user;
};

static void put_bytes(struct rj_fingerprint_db *db, const char *text, size_t len)
{
	rj_buffer_put(&db->line, text, len);
}

/* The line with matches at the end of its fingerprints, whose bracket is at @end. */
static int put_matches(struct rj_fingerprint_db *db, const struct rj_json_line *line, size_t end,
		       struct rj_matches *matches, const struct rj_fpdb_flow *flow)
{
	static const char key[] = ",\"match\":";
	struct rj_jsonw writer;

	rj_buffer_cut(&db->line, 0);
	put_bytes(db, line->text, end);
	put_bytes(db, key, strlen(key));
	rj_jsonw_init(&writer, &db->line, &db->keys);
	rj_matches_put(&writer.visitor, matches, db->matcher, flow);
	if (rj_jsonw_failed(&writer))
		return -ENOMEM;
	put_bytes(db, line->text + end, line->len - end);
	return db->line.is_failed ? -ENOMEM : 0;
}

static int match_line(void *user, const struct rj_json_line *line, struct rj_error *why)
{
	struct lines *lines = user;
	struct rj_fingerprint_db *db = lines->db;
	struct rj_matches matches;
	struct rj_fpdb_flow flow;
	size_t end;

	rj_match_line(db->matcher, line->object, &matches, &flow);
	end = matches.num ? rj_match_line_end(line->text, line->len) : 0;
	if (!end) {
		lines->on_json(lines->user, line->text, line->len);
		return 0;
	}
	if (put_matches(db, line, end, &matches, &flow))
		return rj_error_set(why, -ENOMEM, "out of memory");
	lines->on_json(lines->user, (const char *)db->line.data, db->line.len);
	return 0;
}

int rj_fingerprint_db_match_records(struct rj_fingerprint_db *db, const char *path,
				    void (*on_json)(void *user, const char *line, size_t len),
				    void *user)
{
	struct lines lines = { .db = db, .on_json = on_json, .user = user };
	const struct rj_json_lines how = { .max_bytes = RJ_FPDB_LINE_MAX,
					   .member = RJ_FPDB_MEMBER,
					   .take = match_line,
					   .user = &lines };
	int err = make_matcher(db);

	return err ? err : rj_json_lines_read(path, &how, &db->error);
}
