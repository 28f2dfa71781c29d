/* SPDX-License-Identifier: BSD-3-Clause */
/* News that the real kernel has no room for, in a network namespace of its own. */
#include "source/links.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define NOT_PERMITTED 77
#define MAX_READS 1000

/* struct world - the namespace's loopback, by its name there and the one that was told last. */
struct world {
	struct rj_links links;
	int fd;
	int num_names;
	char name[IF_NAMESIZE], told[IF_NAMESIZE];
};

static void rename_loopback(struct world *w)
{
	struct ifreq request = { 0 };

	memcpy(request.ifr_name, w->name, sizeof(request.ifr_name));
	snprintf(request.ifr_newname, sizeof(request.ifr_newname), "lo%d", ++w->num_names);
	if (ioctl(w->fd, SIOCSIFNAME, &request))
		_exit(NOT_PERMITTED); /* nor does QEMU's user emulation know it */
	memcpy(w->name, request.ifr_newname, sizeof(w->name));
}

static void on_news(void *user, const struct rj_link *link)
{
	struct world *w = user;

	if (link->index == 1)
		memcpy(w->told, link->name, sizeof(w->told));
}

/* Reads until nothing more comes; before read number @at there is one more change. */
static void read_all(struct world *w, int at)
{
	int num_empty = 0;

	for (int i = 0; i < MAX_READS && (i <= at || num_empty < 3); i++) {
		int news;

		if (i == at)
			rename_loopback(w);
		news = rj_links_read(&w->links, on_news, w);
		if (news < 0)
			_exit(1);
		num_empty = news == RJ_LINKS_NONE ? num_empty + 1 : 0;
	}
}

/* Whether what is known in the end is true. */
static bool is_true_after(struct world *w, int at)
{
	const int few = 16384;
	bool is_true;

	if (rj_links_open(&w->links) || rj_links_ask(&w->links))
		_exit(1);
	read_all(w, -1);
	if (setsockopt(w->links.fd, SOL_SOCKET, SO_RCVBUF, &few, sizeof(few)))
		_exit(1);
	for (int i = 0; i < 100; i++)
		rename_loopback(w);
	read_all(w, at);
	is_true = !strcmp(w->name, w->told) && w->links.num_asked > 1;
	rj_links_close(&w->links);
	return is_true;
}

static void run_world(void)
{
	struct world w = { .name = "lo" };

	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		_exit(NOT_PERMITTED);
	w.fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (w.fd < 0 || rj_links_open(&w.links))
		_exit(NOT_PERMITTED);
	rj_links_close(&w.links);
	for (int at = 0; at < 60; at++)
		if (!is_true_after(&w, at)) {
			fprintf(stderr, "a change before read %d: %s is taken for %s\n", at, w.name,
				w.told);
			_exit(1);
		}
	_exit(0);
}

TEST(links_no_change_is_missed_whenever_it_comes_after_news_was_lost)
{
	pid_t child = fork();
	int status = -1;

	if (!child)
		run_world();
	CHECK_EQ(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_PERMITTED)
		printf("skipped: links_lost_test: wants a network namespace with rtnetlink\n");
	else
		CHECK_EQ(status, 0);
}
