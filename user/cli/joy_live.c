// SPDX-License-Identifier: BSD-3-Clause
/* rejoice joy interface=…: our live source under Joy's keys. */
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/joy.h"

#define POLL_MS 100
#define AUTO "auto"

/* Joy's levels of verbosity, at and below which a line is said. */
#define SAY_DEBUG 1u
#define SAY_INFO 2u
#define SAY_WARNING 3u

static volatile sig_atomic_t was_hung_up;

static void on_hangup(int signal_number)
{
	(void)signal_number;
	was_hung_up = 1;
}

bool joy_open_log(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	bool is_open = fd >= 0 && dup2(fd, STDERR_FILENO) >= 0;

	if (!is_open)
		joy_error("could not open log file %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return is_open;
}

static bool has_address(const struct ifaddrs *at)
{
	int family = at->ifa_addr ? at->ifa_addr->sa_family : AF_UNSPEC;

	return family == AF_INET || family == AF_INET6;
}

void joy_show_interfaces(void)
{
	struct ifaddrs *all = NULL;

	if (getifaddrs(&all)) {
		joy_error("the interfaces cannot be listed: %s", strerror(errno));
		return;
	}
	for (const struct ifaddrs *at = all; at; at = at->ifa_next)
		if (at->ifa_addr && at->ifa_addr->sa_family == AF_PACKET)
			fprintf(stderr, "interface: %s%s\n", at->ifa_name,
				at->ifa_flags & IFF_LOOPBACK ? " (loopback)" : "");
	freeifaddrs(all);
}

/* The first that is not the loopback and has an address. */
static bool find_interface(char name[IF_NAMESIZE])
{
	struct ifaddrs *all = NULL;
	bool is_found = false;

	if (getifaddrs(&all)) {
		joy_error("the interfaces cannot be listed: %s", strerror(errno));
		return false;
	}
	for (const struct ifaddrs *at = all; at && !is_found; at = at->ifa_next) {
		if (at->ifa_flags & IFF_LOOPBACK || !has_address(at))
			continue;
		snprintf(name, IF_NAMESIZE, "%s", at->ifa_name);
		is_found = true;
	}
	freeifaddrs(all);
	if (!is_found)
		joy_error("interface=" AUTO ": no interface has an address");
	return is_found;
}

static bool is_said(const struct joy_config *c, int level)
{
	unsigned int needed = level == RJ_NOTICE_WARNING ? SAY_WARNING :
			      level == RJ_NOTICE_NOTE	 ? SAY_INFO :
							   SAY_DEBUG;

	return c->verbosity && c->verbosity <= needed;
}

static void on_notice(void *user, int level, const char *line)
{
	if (is_said(user, level))
		complain("%s", line);
}

/* Joy does not go on as root. */
static bool find_user(const struct joy_config *c, struct user *out)
{
	const char *name = c->username ? c->username : getenv("SUDO_USER");

	if (!name) {
		joy_error("Please specify username=foo or run program with sudo");
		return false;
	}
	if (!getpwnam(name)) {
		joy_error("could not find user '%.32s'", name);
		return false;
	}
	if (geteuid()) {
		joy_error("could not change to '%.32s': only root can become another user", name);
		return false;
	}
	return !user_find(name, out);
}

static void poll_on(struct joy_output *o, enum joy_status *status)
{
	int more;

	do {
		more = rj_session_poll(o->session, POLL_MS);
		output_flush(&o->file);
		if (was_hung_up && o->config->logfile)
			joy_open_log(o->config->logfile);
		was_hung_up = 0;
	} while ((more > 0 || more == -EINTR) && !is_interrupted());
	if (more < 0 && more != -EINTR) {
		joy_error("%s", rj_session_error(o->session));
		*status = JOY_FAILED;
	}
}

static enum joy_status watch(struct joy_output *o, const char *interfaces, const struct user *user)
{
	struct rj_live_options live = {
		.size = sizeof(live),
		.interfaces = interfaces,
		.promisc = (uint8_t)o->config->promisc,
		.on_notice = on_notice,
		.notice_user = (void *)o->config,
		.stay_in_netns = 1,
	};
	enum joy_status status = JOY_DONE;
	char *path = NULL;

	if (rj_session_watch(o->session, &live) < 0) {
		joy_error("%s", rj_session_error(o->session));
		return JOY_NO_INTERFACE;
	}
	if (is_said(o->config, RJ_NOTICE_NOTE))
		complain("watching %s", rj_session_watching(o->session));
	if (user_become(user))
		return JOY_BAD_USER;
	/* the files are the user's */
	path = o->config->output ? joy_output_path(o->config, o->config->output) : NULL;
	if (joy_output_open(o, path))
		poll_on(o, &status);
	if (rj_session_finish(o->session) < 0) {
		joy_error("%s", rj_session_error(o->session));
		status = JOY_FAILED;
	}
	if (!joy_output_close(o))
		status = JOY_FAILED;
	free(path);
	return status;
}

enum joy_status joy_live(struct joy_output *o, struct rj_options *options)
{
	struct sigaction hangup = { .sa_handler = on_hangup };
	const char *interfaces = o->config->interface;
	enum joy_status status;
	char found[IF_NAMESIZE];
	struct user user;

	if (!find_user(o->config, &user))
		return JOY_BAD_USER;
	if (!strcmp(interfaces, AUTO)) {
		if (!find_interface(found))
			return JOY_NO_INTERFACE;
		interfaces = found;
	}
	sigaction(SIGHUP, &hangup, NULL);
	status = joy_session_open(o, options, JOY_BAD_LIVE_FILTER);
	if (!status)
		status = watch(o, interfaces, &user);
	rj_session_close(o->session);
	return status;
}
