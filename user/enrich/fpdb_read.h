/* SPDX-License-Identifier: BSD-3-Clause */
/* Fingerprint databases of three formats, and our own records, into one in memory. */
#ifndef RJ_ENRICH_FPDB_READ_H
#define RJ_ENRICH_FPDB_READ_H

#include "core/error.h"
#include "core/status.h"
#include "enrich/fpdb.h"

struct json_object;

/*
 * rj_fpdb_read - adds what the file has: lines of ours, of Joy's database or of Mercury's, told
 * apart line by line; Mercury's also inside its archive of resources. 0, or a negative errno and
 * one line in *@error, with the file and the line: what stands before that line is added.
 */
RJ_MUST_CHECK int rj_fpdb_read(struct rj_fpdb *db, const char *path, struct rj_error *error);

/* struct rj_fpdb_built - records that were read, and those of them with a process. */
struct rj_fpdb_built {
	uint64_t num_records;
	uint64_t num_used;
};

/*
 * rj_fpdb_build - adds the fingerprints of records, lines of `rejoice`'s output, whose process is
 * known at the end that sent the fingerprint. Else as rj_fpdb_read.
 */
RJ_MUST_CHECK int rj_fpdb_build(struct rj_fpdb *db, const char *path, struct rj_fpdb_built *counts,
				struct rj_error *error);

/* struct rj_fpdb_flow - where a flow went to; "" what is not known. */
struct rj_fpdb_flow {
	char da[RJ_FPDB_MAX_TEXT + 1];
	char dp[RJ_FPDB_MAX_TEXT + 1];
	char sni[RJ_FPDB_MAX_TEXT + 1];
};

/* rj_fpdb_flow_read - of a record: da, dp, and tls.sni or else HTTP's first Host. */
void rj_fpdb_flow_read(struct rj_fpdb_flow *out, struct json_object *record);

/* rj_fpdb_address - writes the address as a record has it; false, and "", where it is none. */
bool rj_fpdb_address(char out[RJ_FPDB_MAX_TEXT + 1], const char *text);

/*
 * rj_fpdb_name - writes the name as it is compared: lower case, without a port or final dots. One
 * that is too long, or has a zero byte, is "". What it wrote it leaves as it is.
 */
void rj_fpdb_name(char out[RJ_FPDB_MAX_TEXT + 1], const void *name, size_t len);

#endif
