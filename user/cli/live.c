// SPDX-License-Identifier: BSD-3-Clause
/* rejoice live: flows of interfaces, from inside the kernel. */
#include <errno.h>
#include <string.h>

#include "cli/cli.h"

#define POLL_MS 100

/* struct outputs - @owners is open where --record-owners asks for it. */
struct outputs {
	struct output records;
	struct output owners;
};

/* Polls until something ends it. */
static enum exit_status poll_on(const struct settings *settings, struct rj_session *s,
				struct outputs *out, double start)
{
	enum exit_status status;
	int more;

	do {
		more = rj_session_poll(s, POLL_MS);
		output_flush(&out->records);
		if (settings->record_owners)
			output_flush(&out->owners);
	} while (more > 0 && !is_interrupted() && !is_enough(settings, &out->records, start));
	status = status_of(more < 0 ? more : 0);
	if (status)
		complain("%s", rj_session_error(s));
	return status;
}

static enum exit_status open_outputs(struct outputs *out, const struct settings *settings)
{
	static const struct rotation none;
	enum exit_status status = output_open(&out->records, settings->output, &settings->rotation);

	if (!status && settings->record_owners)
		status = output_open(&out->owners, settings->record_owners, &none);
	return status;
}

/* Both, whatever becomes of the first. */
static bool close_outputs(struct outputs *out)
{
	bool is_good = output_close(&out->records);

	return output_close(&out->owners) && is_good;
}

/* @stats, @user: what was opened and looked up before anything was attached. */
static enum exit_status watch(struct settings *settings, struct rj_session *s, struct outputs *out,
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
	if (!close_outputs(out) && !status)
		status = EXIT_SOME_FAILED;
	if (stats_write(settings->stats, stats, s, &out->records, seconds_now() - start) && !status)
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

static enum exit_status run(struct settings *settings, struct outputs *out, FILE *stats,
			    const struct user *user)
{
	enum exit_status status;
	struct rj_session *s = NULL;
	int err;

	settings->options.on_json = output_line;
	settings->options.user = &out->records;
	if (settings->record_owners) {
		settings->live.on_owners = output_line;
		settings->live.owners_user = &out->owners;
	}
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
		status = header_put("live", settings, &out->records);
		status = status ? status : watch(settings, s, out, stats, user);
	}
	rj_session_close(s);
	return status;
}

int command_live(int argc, char **argv)
{
	struct settings settings;
	struct outputs out = { .records.fd = -1, .owners.fd = -1 };
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
	status = status ? status : open_outputs(&out, &settings);
	status = status ? status : stats_open(settings.stats, &stats);
	if (!status)
		status = run(&settings, &out, stats, &user);
	close_outputs(&out);
	return status;
}
