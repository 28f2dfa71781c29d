/* SPDX-License-Identifier: BSD-3-Clause */
/* A fingerprint database: which programs sent a fingerprint, where to, how often, and when. */
#ifndef RJ_ENRICH_FPDB_H
#define RJ_ENRICH_FPDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/* Ours. What a file can make grow: fingerprints, processes of one, values of one process. */
#define RJ_FPDB_MAX_FINGERPRINTS (1u << 20)
#define RJ_FPDB_MAX_PROCESSES 256u
#define RJ_FPDB_MAX_VALUES 64u
/* A line with all that it may have: 256 processes of 320 values of 255 bytes, escaped. */
#define RJ_FPDB_LINE_MAX (128u << 20)
/* The member of Mercury's resource archive that is read. */
#define RJ_FPDB_MEMBER "fingerprint_db.json"
/* A value; a name of DNS fits. */
#define RJ_FPDB_MAX_TEXT 255u
#define RJ_FPDB_MAX_COUNT (UINT64_C(1) << 53) /* RJ_JSON_MAX_COUNT */
#define RJ_FPDB_HASH_LEN 64u		      /* SHA-256 in hexadecimal */

/* What is counted of a process's flows: fields of a record, and the domain of sni. */
enum rj_fpdb_class {
	RJ_FPDB_DA,
	RJ_FPDB_DP,
	RJ_FPDB_SNI,
	RJ_FPDB_DOMAIN,
	RJ_FPDB_OS,
	RJ_FPDB_NUM_CLASSES,
};

struct rj_fpdb_value {
	char *text;
	uint64_t count;
};

/* struct rj_fpdb_values - those seen first; @missed: flows with another one. */
struct rj_fpdb_values {
	struct rj_fpdb_value *at;
	uint32_t num;
	uint32_t room;
	uint64_t missed;
};

/*
 * struct rj_fpdb_process - a program by its name and its executable.
 * @hash: SHA-256 of the executable, or ""
 * @category: what a database of others says it is, or NULL
 */
struct rj_fpdb_process {
	char *name;
	char *category;
	char hash[RJ_FPDB_HASH_LEN + 1];
	uint64_t count;
	struct rj_fpdb_values of[RJ_FPDB_NUM_CLASSES];
};

/*
 * struct rj_fpdb_fingerprint
 * @text: normal (enrich/npf.h); @kind_len: of it
 * @count: flows: those of @processes, and @missed of others
 * @first_us, @last_us: Unix microseconds; 0: not known
 * @id: its place in the order of rj_fpdb_sort
 */
struct rj_fpdb_fingerprint {
	struct rj_fpdb_fingerprint *behind; /* in its bucket */
	char *text;
	uint32_t len;
	uint32_t kind_len;
	uint32_t id;
	uint64_t hash;
	uint64_t count;
	uint64_t missed;
	uint64_t first_us;
	uint64_t last_us;
	struct rj_fpdb_process *processes;
	uint32_t num_processes;
	uint32_t room;
};

/*
 * struct rj_fpdb - @all: @num of them, in the order they came; sorted by rj_fpdb_sort. Does not
 * change while it is looked up.
 */
struct rj_fpdb {
	struct rj_fpdb_fingerprint **all;
	uint32_t num;
	uint32_t room;
	struct rj_fpdb_fingerprint **buckets;
	uint32_t num_buckets;
};

/* rj_fpdb_new - an empty one; NULL without memory. */
RJ_MUST_CHECK struct rj_fpdb *rj_fpdb_new(void);

/* rj_fpdb_free - takes NULL. */
void rj_fpdb_free(struct rj_fpdb *db);

/* rj_fpdb_fingerprint_new - one of the normal @text, with nothing known of it; NULL: no memory. */
RJ_MUST_CHECK struct rj_fpdb_fingerprint *rj_fpdb_fingerprint_new(const char *text, size_t len);

/* rj_fpdb_fingerprint_free - takes NULL. */
void rj_fpdb_fingerprint_free(struct rj_fpdb_fingerprint *f);

/*
 * rj_fpdb_process - the process of that name and hash ("": not known), which is added where it is
 * new; @f->count is the caller's. 0, -ENOMEM, or -ENOSPC where there are as many as there may be.
 */
RJ_MUST_CHECK int rj_fpdb_process(struct rj_fpdb_fingerprint *f, const char *name, const char *hash,
				  struct rj_fpdb_process **out);

/* rj_fpdb_count - @count more flows with this value; counts as missed without room. 0, -ENOMEM. */
RJ_MUST_CHECK int rj_fpdb_count(struct rj_fpdb_values *values, const char *text, uint64_t count);

/* rj_fpdb_sum - up to RJ_FPDB_MAX_COUNT. */
uint64_t rj_fpdb_sum(uint64_t a, uint64_t b);

/*
 * rj_fpdb_add - puts @f, on the heap and the database's from now on whatever comes of it, to what
 * is there of the same text. 0, -ENOMEM, or -ENOSPC where there are as many as there may be.
 */
RJ_MUST_CHECK int rj_fpdb_add(struct rj_fpdb *db, struct rj_fpdb_fingerprint *f);

/* rj_fpdb_find - the fingerprint of the normal @text, or NULL. */
const struct rj_fpdb_fingerprint *rj_fpdb_find(const struct rj_fpdb *db, const char *text,
					       size_t len);

/* rj_fpdb_sort - fingerprints, their processes and values: by count, the most first; by text. */
void rj_fpdb_sort(struct rj_fpdb *db);

/* rj_fpdb_domain - the part of @name that is its domain: its last two labels; of an address all. */
const char *rj_fpdb_domain(const char *name);

#endif
