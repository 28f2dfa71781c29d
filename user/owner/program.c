// SPDX-License-Identifier: BSD-3-Clause
/* Files that are run, by what the kernel says of them: a small cache. */
#include "owner/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NUM_PROGRAMS 1024u /* ours: a power of two */

struct program {
	uint64_t inode;
	uint64_t size;
	uint32_t device;
	char *path;
	struct rj_executable *executable;
};

struct rj_programs {
	struct program all[NUM_PROGRAMS];
};

int rj_programs_new(struct rj_programs **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

static void clear(struct program *program)
{
	rj_executable_put(program->executable);
	free(program->path);
	*program = (struct program){ .path = NULL };
}

void rj_programs_free(struct rj_programs *p)
{
	if (!p)
		return;
	for (unsigned int i = 0; i < NUM_PROGRAMS; i++)
		clear(&p->all[i]);
	free(p);
}

static unsigned int place_of(const struct rj_process_met *met)
{
	uint64_t hash = (met->exe_inode ^ (uint64_t)met->exe_device << 40) * 0x9e3779b97f4a7c15u;

	return (unsigned int)(hash >> 32) % NUM_PROGRAMS;
}

static bool is_of(const struct program *program, const struct rj_process_met *met)
{
	return program->path && program->inode == met->exe_inode &&
	       program->size == met->exe_size && program->device == met->exe_device;
}

void rj_programs_note(struct rj_programs *p, const struct rj_process_met *met, const char *path,
		      struct rj_executable *x)
{
	struct program *program = &p->all[place_of(met)];

	if (!met->exe_inode ||
	    (is_of(program, met) && program->executable == x && !strcmp(program->path, path)))
		return;
	clear(program);
	program->path = strdup(path);
	if (!program->path)
		return;
	program->inode = met->exe_inode;
	program->size = met->exe_size;
	program->device = met->exe_device;
	program->executable = rj_executable_hold(x);
}

bool rj_programs_find(const struct rj_programs *p, const struct rj_process_met *met,
		      struct rj_program *out)
{
	const struct program *program = &p->all[place_of(met)];

	if (!met->exe_inode || !is_of(program, met))
		return false;
	*out = (struct rj_program){ .path = program->path, .executable = program->executable };
	return true;
}
