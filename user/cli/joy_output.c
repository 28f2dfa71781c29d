// SPDX-License-Identifier: BSD-3-Clause
/* Joy's output files: their names, the first line of each, a new one after so many records. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/joy.h"

#define GZIP ".gz"
#define DIRECTORY_MODE 0700 /* Joy's */

static bool no_memory(void)
{
	joy_error("out of memory");
	return false;
}

char *joy_output_path(const struct joy_config *c, const char *name)
{
	char *path = NULL;

	if (*name == '/' || !c->outdir)
		return strdup(name);
	return asprintf(&path, "%s/%s", c->outdir, name) < 0 ? NULL : path;
}

bool joy_output_make_directory(const char *path)
{
	if (!mkdir(path, DIRECTORY_MODE) || errno == EEXIST)
		return true;
	joy_error("could not create directory %s: %s", path, strerror(errno));
	return false;
}

char *joy_output_in(const char *directory, const char *input, unsigned int index)
{
	const char *slash = strrchr(input, '/');
	char *path = NULL;

	if (asprintf(&path, "%s/%s_%u_json%s", directory, slash ? slash + 1 : input, index,
		     is_gzip_name(directory) ? GZIP : "") >= 0)
		return path;
	no_memory();
	return NULL;
}

/* BASE-NN-YYYYMMDDhhmmss, and .gz behind all where it is at the end of BASE. */
static void put_name(char out[PATH_MAX], const char *name, int base_len, unsigned long number,
		     time_t when)
{
	const char *end = is_gzip_name(name) ? GZIP : "";
	struct tm at = { 0 };
	char text[32];

	(void)base_len; /* Joy's have the extension in it */
	localtime_r(&when, &at);
	strftime(text, sizeof(text), "%Y%m%d%H%M%S", &at);
	snprintf(out, PATH_MAX, "%.*s-%02lu-%s%s", (int)(strlen(name) - strlen(end)), name, number,
		 text, end);
}

/* The configuration, at the beginning of each file. */
static bool put_config_line(struct joy_output *o)
{
	const char *text;
	char *line;
	size_t len;

	if (joy_config_json(o->config, o->session, &text, &len)) {
		joy_error("%s", rj_session_error(o->session));
		return false;
	}
	if (asprintf(&line, "%.*s\n", (int)len, text) < 0)
		return no_memory();
	output_header(&o->file, line);
	return true;
}

bool joy_output_open(struct joy_output *o, const char *name)
{
	struct rotation rotation = { .max_records = name ? o->config->count : 0,
				     .put_name = put_name };

	o->is_open = !output_open(&o->file, name, &rotation);
	if (o->is_open && put_config_line(o))
		return true;
	o->has_failed = true;
	return false;
}

void joy_output_record(void *user, const struct rj_record *record)
{
	struct joy_output *o = user;
	const char *text = NULL;
	size_t len = 0;

	if (rj_record_joy(o->session, record, &o->style, &text, &len))
		text = NULL;
	if (o->is_open) /* that it is not was told */
		output_line(&o->file, text, len);
}

bool joy_output_close(struct joy_output *o)
{
	if (o->is_open && !output_close(&o->file))
		o->has_failed = true;
	o->is_open = false;
	return !o->has_failed;
}
