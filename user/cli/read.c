// SPDX-License-Identifier: BSD-3-Clause
/* rejoice read: flows of capture files. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/files.h"
#include "cli/progress.h"

#define POLL_MS 100

/* struct reading - a run: what is asked for, and where it stands. */
struct reading {
	const struct settings *settings;
	struct rj_session *session;
	struct output *out;
	double start;
};

/* Whether no more is to be read. */
static bool is_stopped(const struct reading *r)
{
	return is_interrupted() || is_enough(r->settings, r->out, r->start);
}

/* As rj_session_poll, until something ends it: 1 where that is not the capture. */
static int poll_on(const struct reading *r)
{
	int more;

	do {
		more = rj_session_poll(r->session, POLL_MS);
		progress_tell(r->session);
		if (r->settings->options.follow)
			output_flush(r->out);
	} while (more > 0 && !is_stopped(r));
	return more;
}

/* Another file has come to be read under the name of this one; half a frame of this is an error. */
static enum exit_status tell_replaced(const struct reading *r)
{
	struct rj_progress file = { .size = sizeof(file) };

	rj_session_get_progress(r->session, &file);
	if (file.bytes_waiting || !r->settings->is_quiet)
		complain("%s; going on with what is there now", rj_session_error(r->session));
	return file.bytes_waiting ? EXIT_SOME_FAILED : EXIT_DONE;
}

/* What @more, of rj_session_read_file or rj_session_poll, comes to. */
static enum exit_status judge(const struct reading *r, int more)
{
	enum exit_status status;

	if (more == -ESTALE)
		return tell_replaced(r);
	/* whoever sent the signal knows */
	if (more >= 0 || (more == -EINTR && is_interrupted()))
		return EXIT_DONE;
	status = status_of(more);
	complain("%s", rj_session_error(r->session));
	/* what the file lacks is not what the program may not do */
	return status == EXIT_NOT_PERMITTED ? EXIT_SOME_FAILED : status;
}

/* One capture; what was read before an error is kept. */
static enum exit_status read_capture(const struct reading *r, const char *path, bool *ret_is_stale)
{
	struct rj_session *s = r->session;
	int more = rj_session_read_file(s, path);
	enum exit_status status;

	if (!more)
		more = poll_on(r);
	*ret_is_stale = more == -ESTALE;
	status = judge(r, more);
	progress_next(s);
	if (rj_session_finish(s) < 0 && !status) {
		complain("%s", rj_session_error(s));
		status = EXIT_SOME_FAILED;
	}
	return status;
}

static enum exit_status worse(enum exit_status a, enum exit_status b)
{
	return a ? a : b;
}

/* The capture, and with --follow those that have its name after it. */
static enum exit_status read_file(const struct reading *r, const char *path)
{
	enum exit_status status = EXIT_DONE;
	bool is_stale;

	do {
		status = worse(status, read_capture(r, path, &is_stale));
	} while (is_stale && !is_stopped(r));
	return status;
}

/* The sum over what read_directory reads. */
static uint64_t num_bytes_in(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	uint64_t sum = 0;
	struct stat st;

	while (directory && (entry = readdir(directory)))
		if (is_listed(entry) && !fstatat(dirfd(directory), entry->d_name, &st, 0) &&
		    S_ISREG(st.st_mode))
			sum += (uint64_t)st.st_size;
	if (directory)
		closedir(directory);
	return sum;
}

/* What a directory has under @entry, if it is a file. */
static enum exit_status read_entry(const struct reading *r, const char *path, const char *entry)
{
	enum exit_status status = EXIT_DONE;
	char *name = NULL;
	struct stat st;

	if (asprintf(&name, "%s/%s", path, entry) < 0) {
		complain("%s: out of memory", path);
		return EXIT_SOME_FAILED;
	}
	/* of one that is not there any more, or a link to nothing, opening tells */
	if (stat(name, &st) || S_ISREG(st.st_mode))
		status = read_file(r, name);
	else if (r->settings->num_verbose)
		complain("%s: is no file; only the files of a directory are read", name);
	free(name);
	return status;
}

/* The files of a directory, one level, by name. */
static enum exit_status read_directory(const struct reading *r, const char *path)
{
	enum exit_status status = EXIT_DONE;
	struct dirent **entries;
	int num = list_directory(path, &entries);

	if (num < 0) {
		complain("%s: cannot be read: %s", path, strerror(errno));
		return EXIT_SOME_FAILED;
	}
	for (int i = 0; i < num; i++) {
		if (!is_interrupted())
			status = worse(status, read_entry(r, path, entries[i]->d_name));
		free(entries[i]);
	}
	free(entries);
	return status;
}

static enum exit_status read_operand(const struct reading *r, const char *path)
{
	return is_directory(path) ? read_directory(r, path) : read_file(r, path);
}

/* What there is to be read, in bytes; 0: that is not known. */
static uint64_t num_bytes(const struct settings *settings)
{
	uint64_t sum = 0;

	for (int i = 0; i < settings->num_operands; i++) {
		const char *path = settings->operands[i];
		struct stat st;

		if (strcmp(path, "-") ? stat(path, &st) : fstat(STDIN_FILENO, &st))
			continue;
		if (S_ISDIR(st.st_mode))
			sum += num_bytes_in(path);
		else if (S_ISREG(st.st_mode))
			sum += (uint64_t)st.st_size;
		else
			return 0;
	}
	return sum;
}

/* Whether writing to @name would be writing over what is read. */
static bool is_input(const struct settings *settings, const char *name)
{
	if (!is_among(name, settings->operands, settings->num_operands))
		return false;
	complain("%s: is what is to be read; name another file to be written", name);
	return true;
}

static enum exit_status read_operands(const struct reading *r)
{
	const struct settings *settings = r->settings;
	enum exit_status status = EXIT_DONE;

	if (progress_is_wanted(settings, r->out))
		progress_begin(r->out, settings->options.follow ? 0 : num_bytes(settings));
	for (int i = 0; i < settings->num_operands && !is_interrupted(); i++)
		status = worse(status, read_operand(r, settings->operands[i]));
	progress_end(r->session);
	return status;
}

/* Of a process map what is right is used. */
static enum exit_status judge_map(const struct reading *r, int err)
{
	if (!err)
		return EXIT_DONE;
	complain("%s", rj_session_error(r->session));
	return err < 0 && status_of(err) == EXIT_USAGE ? EXIT_USAGE : EXIT_SOME_FAILED;
}

static enum exit_status run(struct settings *settings, struct output *out, FILE *stats)
{
	struct reading r = { .settings = settings, .out = out, .start = seconds_now() };
	enum exit_status status;
	int err;

	settings->options.on_json = output_line;
	settings->options.user = out;
	err = rj_session_open(&settings->options, &r.session);
	if (err) {
		complain("%s", r.session ? rj_session_error(r.session) : "out of memory");
		status = status_of(err);
		goto done;
	}
	status = header_put("read", settings, out);
	if (settings->process_map) {
		err = rj_session_process_map(r.session, settings->process_map,
					     settings->map_slack_ms);
		status = worse(status, judge_map(&r, err));
		if (err < 0)
			goto done;
	}
	status = worse(status, read_operands(&r));
	if (!output_close(out))
		status = worse(status, EXIT_SOME_FAILED);
	status = worse(status, stats_write(settings->stats, stats, r.session, out,
					   seconds_now() - r.start));
done:
	rj_session_close(r.session);
	return status;
}

/* Whether what is named can be read so; says why not. */
static bool check_operands(const struct settings *settings)
{
	if (!settings->num_operands) {
		complain("no capture named; `rejoice read --help` tells");
		return false;
	}
	for (int i = 0; i < settings->num_operands; i++)
		if (!*settings->operands[i]) {
			complain("an empty name of a capture; `rejoice read --help` tells");
			return false;
		}
	if (!settings->options.follow && (settings->duration_s > 0 || settings->count)) {
		complain("--%s: read takes it with --follow alone",
			 settings->count ? "count" : "duration");
		return false;
	}
	if (!settings->options.follow)
		return true;
	if (settings->num_operands > 1) {
		complain("%s: --follow takes one capture; run one rejoice for each",
			 settings->operands[1]);
		return false;
	}
	if (is_directory(settings->operands[0])) {
		complain("%s: is a directory, which --follow does not take; name a capture in it",
			 settings->operands[0]);
		return false;
	}
	return true;
}

/* Standard input has one reader, and what is read is not to be written over. */
static bool check_map(const struct settings *settings)
{
	const char *map = settings->process_map;

	if (!map)
		return true;
	if (is_among(map, settings->operands, settings->num_operands)) {
		complain("--process-map %s: is a capture to be read; name another file", map);
		return false;
	}
	for (int i = 0; i < settings->num_operands; i++)
		if (!strcmp(map, "-") && !strcmp(settings->operands[i], "-")) {
			complain("standard input: is named as a capture and as the process map");
			return false;
		}
	if (!strcmp(map, "-"))
		return true;
	if ((settings->output && !strcmp(map, settings->output)) ||
	    (settings->stats && !strcmp(map, settings->stats))) {
		complain("%s: is the process map; name another file to be written", map);
		return false;
	}
	return true;
}

int command_read(int argc, char **argv)
{
	struct settings settings;
	struct output out = { .fd = -1 };
	FILE *stats;
	enum exit_status status = settings_read("read", argc, argv, &settings);

	if (status)
		return status;
	if (settings.is_help) {
		settings_help("read");
		return EXIT_DONE;
	}
	if (!check_operands(&settings))
		return EXIT_USAGE;
	if (is_input(&settings, settings.output) || is_input(&settings, settings.stats) ||
	    !check_map(&settings))
		return EXIT_USAGE;
	catch_signals();
	status = key_prepare(settings.options.anon_key, settings.is_quiet);
	status = status ? status : output_open(&out, settings.output, &settings.rotation);
	status = status ? status : stats_open(settings.stats, &stats);
	if (!status)
		status = run(&settings, &out, stats);
	output_close(&out);
	return status;
}
