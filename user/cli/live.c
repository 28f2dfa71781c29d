// SPDX-License-Identifier: BSD-3-Clause
/* rejoice live: flows of interfaces, from inside the kernel. */
#include <errno.h>
#include <string.h>

#include "cli/cli.h"

#define POLL_MS 100

/* Polls until something ends it. */
static enum exit_status poll_on(const struct settings *settings, struct rj_session *s,
				struct output *out, double start)
{
	enum exit_status status;
	int more;

	do {
		more = rj_session_poll(s, POLL_MS);
		output_flush(out);
	} while (more > 0 && !is_interrupted() && !is_enough(settings, out, start));
	status = status_of(more < 0 ? more : 0);
	if (status)
		complain("%s", rj_session_error(s));
	return status;
}

/* @stats, @user: what was opened and looked up before anything was attached. */
static enum exit_status watch(struct settings *settings, struct rj_session *s, struct output *out,
			      FILE *stats, const struct user *user)
{
	double start = seconds_now();
	int more = rj_session_watch(s, &settings->live);
	enum exit_status status;

	if (more < 0) {
		complain("%s", rj_session_error(s));
		return status_of(more);
	}
	if (!settings->is_quiet)
		complain("watching %s", rj_session_watching(s));
	status = user_become(user);
	if (!status)
		status = poll_on(settings, s, out, start);
	if (rj_session_finish(s) < 0) {
		complain("%s", rj_session_error(s));
		status = status ? status : EXIT_SOME_FAILED;
	}
	if (!output_close(out) && !status)
		status = EXIT_SOME_FAILED;
	if (stats_write(settings->stats, stats, s, out, seconds_now() - start) && !status)
		status = EXIT_SOME_FAILED;
	return status;
}

/* Warnings always, notes unless --quiet, details with --verbose. */
static void on_notice(void *user, int level, const char *line)
{
	const struct settings *settings = user;

	if (level <=
	    (settings->is_quiet ? RJ_NOTICE_WARNING : RJ_NOTICE_NOTE + settings->num_verbose))
		complain("%s", line);
}

static enum exit_status run(struct settings *settings, struct output *out, FILE *stats,
			    const struct user *user)
{
	enum exit_status status;
	struct rj_session *s = NULL;
	int err;

	settings->options.on_json = output_line;
	settings->options.user = out;
	/* the kernel's map is what is bounded; user space holds what does not fit there */
	settings->live.kernel_flows = settings->options.max_flows;
	settings->options.max_flows = 0;
	settings->live.on_notice = on_notice;
	settings->live.notice_user = settings;
	/* another user has no right to go there again, nor to what root pinned */
	settings->live.stay_in_netns = user->name != NULL;
	settings->live.pin_owner = user->uid;
	err = rj_session_open(&settings->options, &s);
	if (err) {
		complain("%s", s ? rj_session_error(s) : "out of memory");
		status = status_of(err);
	} else {
		status = header_put("live", settings, out);
		status = status ? status : watch(settings, s, out, stats, user);
	}
	rj_session_close(s);
	return status;
}

int command_live(int argc, char **argv)
{
	struct settings settings;
	struct output out = { .fd = -1 };
	struct user user;
	FILE *stats;
	enum exit_status status = settings_read("live", argc, argv, &settings);

	if (status)
		return status;
	if (settings.is_help) {
		settings_help("live");
		return EXIT_DONE;
	}
	if (!settings.live.interfaces || settings.num_operands) {
		complain(settings.num_operands ? "%s: live takes no file; say -i IFACE" :
						 "no interface named%s; say -i IFACE",
			 settings.num_operands ? settings.operands[0] : "");
		return EXIT_USAGE;
	}
	catch_signals();
	status = user_find(settings.user, &user);
	status = status ? status : key_prepare(settings.options.anon_key, settings.is_quiet);
	status = status ? status : output_open(&out, settings.output, &settings.rotation);
	status = status ? status : stats_open(settings.stats, &stats);
	if (!status)
		status = run(&settings, &out, stats, &user);
	output_close(&out);
	return status;
}
