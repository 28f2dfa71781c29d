/* SPDX-License-Identifier: BSD-3-Clause */
/* Which file is which program: for processes that are gone when they are looked at. */
#ifndef RJ_OWNER_PROGRAM_H
#define RJ_OWNER_PROGRAM_H

#include <stdbool.h>

#include "bpf/abi.h"
#include "core/status.h"
#include "owner/executable.h"

struct rj_programs;

/* rj_programs_new - 0 or a negative errno. */
RJ_MUST_CHECK int rj_programs_new(struct rj_programs **out);

/* rj_programs_free - takes NULL; before rj_executables_free. */
void rj_programs_free(struct rj_programs *p);

/*
 * rj_programs_note - the file that @met runs is @path, and has that digest (@x, or NULL). Where the
 * kernel did not say which file it is, nothing is noted. 1,024 are kept, each at its own place.
 */
void rj_programs_note(struct rj_programs *p, const struct rj_process_met *met, const char *path,
		      struct rj_executable *x);

/* struct rj_program - borrowed until the next call of rj_programs_note. */
struct rj_program {
	const char *path;
	struct rj_executable *executable;
};

/* rj_programs_find - false where that file was not noted. */
bool rj_programs_find(const struct rj_programs *p, const struct rj_process_met *met,
		      struct rj_program *out);

#endif
