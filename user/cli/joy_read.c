// SPDX-License-Identifier: BSD-3-Clause
/* rejoice joy FILE|DIR …: captures into one output, or into one each. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/files.h"
#include "cli/joy.h"

#define POLL_MS 100

/* One capture; what was read before an error, which is told, is kept. */
static int read_capture(struct rj_session *s, const char *path)
{
	int more = rj_session_read_file(s, path), err;

	if (!more)
		do
			more = rj_session_poll(s, POLL_MS);
		while (more > 0 && !is_interrupted());
	/* whoever sent the signal knows */
	if (more == -EINTR && is_interrupted())
		more = 0;
	if (more < 0)
		complain("%s", rj_session_error(s));
	err = rj_session_finish(s);
	if (err < 0 && more >= 0)
		complain("%s", rj_session_error(s));
	return more < 0 ? more : err;
}

/* Whether writing to @name (NULL: stdout) would be writing over what is read. */
static bool is_input(const char *name, const struct joy_inputs *in)
{
	if (!is_among(name, in->names, in->num))
		return false;
	joy_error("%s is what is to be read; name another file to be written", name);
	return true;
}

/*
 * struct run - what the files below are read with.
 * @directory: of output files, one for each input; NULL: all are in the one that is open
 * @num_listed: files of directories so far, by which their outputs are numbered
 */
struct run {
	struct joy_output *o;
	const char *directory;
	unsigned int num_listed;
	enum joy_status status;
};

/* The first failure is the run's; what can be done is done. */
static void fail(struct run *r, enum joy_status status)
{
	if (r->status == JOY_DONE)
		r->status = status;
}

static void read_one(struct run *r, const char *path, unsigned int index)
{
	char *name = NULL;
	int err;

	if (r->directory) {
		name = joy_output_in(r->directory, path, index);
		if (!name || !joy_output_open(r->o, name)) {
			fail(r, JOY_FAILED);
			free(name);
			return;
		}
	}
	err = read_capture(r->o->session, path);
	if (err < 0)
		fail(r, err == -EINVAL && r->o->config->bpf ? JOY_BAD_FILTER : JOY_FAILED);
	if (r->directory && !joy_output_close(r->o))
		fail(r, JOY_FAILED);
	free(name);
}

/* One level, by name; Joy reads it in the file system's order. */
static void read_directory(struct run *r, const char *path)
{
	struct dirent **entries;
	int num = list_directory(path, &entries);

	if (num < 0) {
		joy_error("opening directory %s: %s", path, strerror(errno));
		fail(r, JOY_FAILED);
		return;
	}
	for (int i = 0; i < num; i++) {
		char *name = NULL;
		struct stat st;

		if (asprintf(&name, "%s/%s", path, entries[i]->d_name) < 0)
			name = NULL;
		if (!name)
			fail(r, JOY_FAILED);
		else if (!is_interrupted() && !stat(name, &st) && S_ISREG(st.st_mode))
			read_one(r, name, ++r->num_listed);
		free(name);
		free(entries[i]);
	}
	free(entries);
}

static void read_all(struct run *r, const struct joy_inputs *in)
{
	for (int i = 0; i < in->num && !is_interrupted(); i++) {
		if (is_directory(in->names[i]))
			read_directory(r, in->names[i]);
		else
			read_one(r, in->names[i], in->first_index + (unsigned int)i);
	}
}

/* With several inputs, a directory or a configuration file, output is a directory. */
static bool has_output_directory(const struct joy_config *c, const struct joy_inputs *in)
{
	bool is_several = in->num > 1 || in->has_config_file;

	for (int i = 0; i < in->num; i++)
		is_several = is_several || is_directory(in->names[i]);
	return c->output && is_several;
}

enum joy_status joy_read(struct joy_output *o, struct rj_options *options,
			 const struct joy_inputs *in)
{
	const struct joy_config *c = o->config;
	char *path = c->output ? joy_output_path(c, c->output) : NULL;
	bool is_one_file = !has_output_directory(c, in);
	struct run r = { .o = o, .directory = is_one_file ? NULL : path };

	if (is_one_file && is_input(path, in)) {
		free(path);
		return JOY_FAILED;
	}
	r.status = joy_session_open(o, options, JOY_BAD_FILTER);
	if (!r.status && is_one_file && !joy_output_open(o, path))
		fail(&r, JOY_FAILED);
	if (!r.status && r.directory && !joy_output_make_directory(path))
		fail(&r, JOY_FAILED);
	if (!r.status)
		read_all(&r, in);
	if (!joy_output_close(o))
		fail(&r, JOY_FAILED);
	rj_session_close(o->session);
	free(path);
	return r.status;
}
