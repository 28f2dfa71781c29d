// SPDX-License-Identifier: BSD-3-Clause
/* Records as lines of JSON: to stdout or a file, compressed by its name. */
#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "cli/cli.h"

#define FILE_BUFFER (1u << 16)

static bool is_gzip(const char *name)
{
	size_t len = strlen(name);

	return len > 3 && !strcmp(name + len - 3, ".gz");
}

enum exit_status output_open(struct output *out, const char *name)
{
	*out = (struct output){ .name = name ? name : "-" };
	if (!strcmp(out->name, "-")) {
		out->name = "standard output";
		out->file = stdout;
	} else if (is_gzip(name)) {
		out->gz = gzopen(name, "wb6");
	} else {
		out->file = fopen(name, "w");
	}
	if (!out->file && !out->gz) {
		complain("%s: cannot be written: %s", name, strerror(errno));
		return EXIT_SOME_FAILED;
	}
	if (out->file)
		setvbuf(out->file, NULL, _IOFBF, FILE_BUFFER);
	return EXIT_DONE;
}

static bool put(struct output *out, const char *text, size_t len)
{
	if (out->gz)
		return gzwrite(out->gz, text, (unsigned int)len) == (int)len;
	return fwrite(text, 1, len, out->file) == len;
}

static void fail(struct output *out, const char *why)
{
	if (!out->is_failed)
		complain("%s: writing failed: %s; later records are counted as lost", out->name,
			 why);
	out->is_failed = true;
	out->num_lost++;
}

void output_record(void *user, const struct rj_record *record)
{
	struct output *out = user;
	const char *text;
	size_t len;

	if (out->is_failed) {
		out->num_lost++;
		return;
	}
	if (rj_record_json(out->session, record, &text, &len)) {
		complain("%s", rj_session_error(out->session));
		out->num_lost++;
		return;
	}
	/* line and end in one piece: whoever stops us stops us between lines */
	if (!put(out, text, len) || !put(out, "\n", 1))
		fail(out, strerror(errno));
	else
		out->num_written++;
}

void output_flush(struct output *out)
{
	if (out->file && fflush(out->file) && !out->is_failed)
		fail(out, strerror(errno));
}

bool output_close(struct output *out)
{
	int err = 0;

	output_flush(out);
	if (out->gz)
		err = gzclose(out->gz) != Z_OK;
	else if (out->file && out->file != stdout)
		err = fclose(out->file);
	out->gz = NULL;
	out->file = NULL;
	if (err && !out->is_failed)
		fail(out, strerror(errno));
	return !out->is_failed && !out->num_lost;
}
