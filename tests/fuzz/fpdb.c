// SPDX-License-Identifier: BSD-3-Clause
/*
 * libFuzzer harness for databases of fingerprints: the input is a file, read as a database in any
 * of its formats and as records. What is read is written, and reads as the same; every fingerprint
 * of it is normal and found.
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/buffer.h"
#include "enrich/fpdb_read.h"
#include "enrich/fpdb_write.h"
#include "enrich/matcher.h"
#include "enrich/npf.h"
#include "sink/jsonw.h"
#include "tests/fuzz/must.h"

#define MAX_BYTES (64u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int file_of(const void *data, size_t size, char path[32])
{
	int fd = memfd_create("database", MFD_CLOEXEC);

	MUST(fd >= 0);
	MUST(write(fd, data, size) == (ssize_t)size);
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

static struct rj_fpdb *read_bytes(const void *data, size_t size, int *ret_err)
{
	struct rj_fpdb *db = rj_fpdb_new();
	struct rj_error error = { .text = "" };
	char path[32];
	int fd = file_of(data, size, path);

	MUST(db);
	*ret_err = rj_fpdb_read(db, path, &error);
	MUST(!*ret_err || *error.text);
	MUST(!strchr(error.text, '\n'));
	close(fd);
	return db;
}

static void put_all(const struct rj_fpdb *db, struct rj_buffer *out)
{
	static struct rj_jsonw_keys keys;
	struct rj_jsonw writer;

	for (uint32_t i = 0; i < db->num; i++) {
		rj_jsonw_init(&writer, out, &keys);
		rj_fpdb_put(&writer.visitor, db->all[i]);
		rj_buffer_put(out, "\n", 1);
	}
	MUST(!out->is_failed);
}

/* Written, read and written again it is the same text. */
static void check_written(struct rj_fpdb *db)
{
	struct rj_buffer once, again;
	struct rj_fpdb *back;
	int err;

	rj_fpdb_sort(db);
	rj_buffer_init(&once, MAX_BYTES);
	rj_buffer_init(&again, MAX_BYTES);
	put_all(db, &once);
	back = read_bytes(once.data ? (const void *)once.data : "", once.len, &err);
	MUST(!err);
	rj_fpdb_sort(back);
	put_all(back, &again);
	MUST(once.len == again.len && (!once.len || !memcmp(once.data, again.data, once.len)));
	rj_fpdb_free(back);
	rj_buffer_done(&once);
	rj_buffer_done(&again);
}

static void check_normal(const struct rj_fpdb_fingerprint *f)
{
	struct rj_npf_text again;

	MUST(!rj_npf_normalize(f->text, f->len, NULL, &again));
	MUST(again.len == f->len && !memcmp(again.at, f->text, f->len));
}

/* Takes the database over. */
static void check_found(struct rj_fpdb *db)
{
	static const struct rj_fpdb_flow flow = { "192.0.2.1", "443", "www.example.com" };
	struct rj_matcher *m = rj_matcher_new(db);
	struct rj_match match;

	MUST(m);
	for (uint32_t i = 0; i < db->num; i++) {
		check_normal(db->all[i]);
		MUST(rj_matcher_match(m, db->all[i]->text, db->all[i]->len, &flow, &match));
		MUST(match.fingerprint == db->all[i] && match.distance == 0);
		MUST(!match.verdict.process ||
		     (match.verdict.probability >= 0 && match.verdict.probability <= 1));
	}
	rj_matcher_free(m);
}

static void check_records(const uint8_t *data, size_t size)
{
	struct rj_fpdb *db = rj_fpdb_new();
	struct rj_fpdb_built built = { 0 };
	struct rj_error error = { .text = "" };
	char path[32];
	int fd = file_of(data, size, path);

	MUST(db);
	MUST(!rj_fpdb_build(db, path, &built, &error) || *error.text);
	MUST(built.num_used <= built.num_records);
	check_written(db);
	check_found(db);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int err;
	struct rj_fpdb *db = read_bytes(data, size, &err);

	check_written(db);
	check_found(db);
	check_records(data, size);
	return 0;
}
