// SPDX-License-Identifier: BSD-3-Clause
/* What rejoice can write and what this kernel offers. */
#include <rejoice/rejoice.h>

#include <stdio.h>
#include <string.h>

#include "enrich/match_record.h"
#include "features/anonymize.h"
#include "flow/record.h"
#include "owner/process.h"
#include "proto/dissector.h"
#include "proto/fingerprint.h"
#include "source/probe.h"

#define PATH_LEN 128

static void describe_matches(void (*row)(void *user, const char *path, const struct rj_field *f),
			     void *user)
{
	char path[PATH_LEN];

	for (const struct rj_field *f = rj_match_fields; f->name; f++) {
		snprintf(path, sizeof(path), "fingerprints.%s%s",
			 strncmp(f->name, "match", 5) ? "match.KIND." : "", f->name);
		row(user, path, f);
	}
}

/* Members stand behind their objects. */
static void describe_containers(void (*row)(void *user, const char *path, const struct rj_field *f),
				void *user)
{
	const char *object = "";
	char path[PATH_LEN];

	for (const struct rj_field *f = rj_container_fields; f->name; f++) {
		if (f->type == RJ_TYPE_OBJECT)
			object = f->name;
		snprintf(path, sizeof(path), "exe.%s%s%s", object,
			 f->type == RJ_TYPE_OBJECT ? "" : ".",
			 f->type == RJ_TYPE_OBJECT ? "" : f->name);
		row(user, path, f);
	}
}

static void describe_processes(void (*row)(void *user, const char *path, const struct rj_field *f),
			       void *user)
{
	const struct rj_field *f = rj_process_fields;
	char path[PATH_LEN];

	row(user, f[RJ_EXE_ORIGINATOR].name, &f[RJ_EXE_ORIGINATOR]);
	row(user, f[RJ_EXE_RESPONDER].name, &f[RJ_EXE_RESPONDER]);
	for (unsigned int i = RJ_EXE_RESPONDER + 1; i < RJ_EXE_NUM_FIELDS; i++) {
		snprintf(path, sizeof(path), "exe.%s", f[i].name);
		row(user, path, &f[i]);
	}
	describe_containers(row, user);
}

void rj_fields(void (*row)(void *user, const char *path, const struct rj_field *field), void *user)
{
	char path[PATH_LEN];

	for (const struct rj_field *f = rj_record_fields + 1; f->name; f++)
		row(user, f->name, f);
	for (unsigned int i = 0; rj_dissectors[i]; i++) {
		const struct rj_dissector *d = rj_dissectors[i];

		row(user, d->name, &d->fields[0]);
		for (size_t j = 1; j < d->num_fields; j++) {
			snprintf(path, sizeof(path), "%s.%s", d->name, d->fields[j].name);
			row(user, path, &d->fields[j]);
		}
	}
	row(user, rj_fingerprint_fields[0].name, &rj_fingerprint_fields[0]);
	for (size_t i = 1; i < RJ_FP_NUM_FIELDS; i++) {
		snprintf(path, sizeof(path), "fingerprints.%s", rj_fingerprint_fields[i].name);
		row(user, path, &rj_fingerprint_fields[i]);
	}
	describe_matches(row, user);
	describe_processes(row, user);
	for (const struct rj_field *f = rj_anonymous_fields + 1; f->name; f++) {
		snprintf(path, sizeof(path), "http.%s", f->name);
		row(user, path, f);
	}
}

void rj_kernel_features(void (*feature)(void *user, const char *name, int is_there), void *user)
{
	rj_probe_kernel(feature, user);
}
