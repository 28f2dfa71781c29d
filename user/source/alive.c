// SPDX-License-Identifier: BSD-3-Clause
/* Makes and asks for names of abstract unix sockets. Source: unix(7). */
#include "source/alive.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_TRIES 8 /* two of 2^30 numbers rarely are the same */

static int open_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

/* The name is abstract: it starts with a zero byte, and has no other at its end. */
static socklen_t name_of(uint32_t number, struct sockaddr_un *out)
{
	int len;

	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	len = snprintf(out->sun_path + 1, sizeof(out->sun_path) - 1, "rejoice-tc-%08x", number);
	return (socklen_t)offsetof(struct sockaddr_un, sun_path) + 1 + (socklen_t)len;
}

static int take_number(int fd, uint32_t *ret_number)
{
	for (int i = 0; i < MAX_TRIES; i++) {
		struct sockaddr_un name;
		uint32_t number;
		socklen_t len;

		if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
			return -errno;
		number = RJ_ALIVE_MIN | (number & (RJ_ALIVE_MIN - 1));
		len = name_of(number, &name);
		if (!bind(fd, (struct sockaddr *)&name, len)) {
			*ret_number = number;
			return 0;
		}
		if (errno != EADDRINUSE)
			return -errno;
	}
	return -EADDRINUSE;
}

int rj_alive_open(struct rj_alive *out)
{
	struct rj_alive a = { .fd = open_socket() };
	int err;

	if (a.fd < 0)
		return a.fd;
	err = take_number(a.fd, &a.number);
	/* nobody has anything to say to it, nor may fill its queue */
	if (!err && shutdown(a.fd, SHUT_RD))
		err = -errno;
	if (err)
		close(a.fd);
	else
		*out = a;
	return err;
}

bool rj_alive_is(uint32_t number)
{
	struct sockaddr_un name;
	socklen_t len = name_of(number, &name);
	int fd = open_socket();
	bool is_dead;

	if (fd < 0)
		return true;
	is_dead = connect(fd, (struct sockaddr *)&name, len) && errno == ECONNREFUSED;
	close(fd);
	return !is_dead;
}

void rj_alive_close(struct rj_alive *a)
{
	if (a->fd >= 0)
		close(a->fd);
	*a = (struct rj_alive){ .fd = -1 };
}
