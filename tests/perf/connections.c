/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Short TCP connections over loopback, one after the other, for SECONDS: how many a second. What is
 * done to each is socket, connect, accept, close of both ends by reset, so that no port is kept.
 *
 * usage: connections SECONDS
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int fail(const char *what)
{
	perror(what);
	exit(1);
}

/* One connection of this process with itself. */
static void connect_once(int listener, const struct sockaddr_in *address)
{
	const struct linger reset = { .l_onoff = 1 };
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	int client = socket(AF_INET, SOCK_STREAM, 0), server;

	if (client < 0 || connect(client, (const void *)address, sizeof(*address)))
		fail("connect");
	server = accept(listener, (void *)&peer, &len);
	if (server < 0)
		fail("accept");
	setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(client);
	close(server);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	double end, begin;
	unsigned long num = 0;

	if (argc != 2)
		return 2;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (listener < 0 || bind(listener, (void *)&address, len) || listen(listener, 16) ||
	    getsockname(listener, (void *)&address, &len))
		fail("listen");
	begin = seconds();
	end = begin + strtod(argv[1], NULL);
	while (seconds() < end) {
		connect_once(listener, &address);
		num++;
	}
	printf("%.0f\n", (double)num / (seconds() - begin));
	return 0;
}
