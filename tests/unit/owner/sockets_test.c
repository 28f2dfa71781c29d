/* SPDX-License-Identifier: BSD-3-Clause */
/* Sockets of this very process, found from outside. */
#include "owner/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "tests/unit/unit.h"

#define TCP 6
#define UDP 17
#define MINUTE_NS 60000000000ull

static struct sockaddr_in loopback(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* A socket of that type, bound to the address and a port of the kernel's. */
static int bound(int type, struct sockaddr_in to)
{
	int fd = socket(AF_INET, type, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&to, sizeof(to)))
		abort();
	return fd;
}

static struct sockaddr_in name_of(int fd)
{
	struct sockaddr_in name;
	socklen_t len = sizeof(name);

	if (getsockname(fd, (struct sockaddr *)&name, &len))
		abort();
	return name;
}

static int connected(int type, const struct sockaddr_in *to)
{
	int fd = bound(type, loopback());

	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		abort();
	return fd;
}

static uint32_t met_self;

static void on_met(void *user, const struct rj_process_met *met)
{
	(void)user;
	met_self += rj_process_pid(met->name) == (uint32_t)getpid();
}

/* Who had the end of @local in a flow between them, a moment ago. */
static enum rj_owner_fit find(struct rj_sockets *s, uint8_t proto, uint16_t local, uint16_t remote,
			      struct rj_owner *out)
{
	static const uint8_t addr[16] = { [10] = 0xff, [11] = 0xff, 127, 0, 0, 1 };
	struct rj_key key = { .proto = proto, .version = 4 };
	unsigned int side = rj_owner_key(&key, addr, local, addr, remote);
	uint64_t now_ns = rj_clock_ns(CLOCK_MONOTONIC);
	const struct rj_owner_ask ask = { .key = &key, .start_ns = now_ns, .end_ns = now_ns };

	*out = (struct rj_owner){ .user = 0 };
	return rj_sockets_find(s, &ask, side, out);
}

static bool is_self(uint64_t name)
{
	return rj_process_pid(name) == (uint32_t)getpid();
}

/* Emulators of other processors may lack it. */
static bool open_sockets(struct rj_sockets **out)
{
	struct rj_error error;
	int err = rj_sockets_open(MINUTE_NS, out, &error);

	if (err == -EPROTONOSUPPORT || err == -EAFNOSUPPORT || err == -EOPNOTSUPP)
		return false;
	CHECK_EQ(err, 0);
	return !err;
}

TEST(sockets_of_tcp)
{
	int listener = bound(SOCK_STREAM, loopback());
	struct sockaddr_in there = name_of(listener), here;
	struct rj_sockets_counts counts;
	struct rj_sockets *s;
	struct rj_owner owner;
	int client, server;

	CHECK_EQ(listen(listener, 1), 0);
	client = connected(SOCK_STREAM, &there);
	server = accept(listener, NULL, NULL);
	here = name_of(client);
	if (open_sockets(&s)) {
		CHECK_EQ(find(s, TCP, ntohs(here.sin_port), ntohs(there.sin_port), &owner),
			 RJ_OWNER_FITS);
		CHECK(is_self(owner.user) && !owner.opener);
		CHECK_EQ(find(s, TCP, ntohs(there.sin_port), ntohs(here.sin_port), &owner),
			 RJ_OWNER_FITS);
		CHECK(is_self(owner.user) && is_self(owner.opener));
		/* of a connection that is not there, who listens is known alone */
		CHECK_EQ(find(s, TCP, ntohs(there.sin_port), 1, &owner), RJ_OWNER_FITS);
		CHECK(!owner.user && is_self(owner.opener));
		CHECK_EQ(find(s, TCP, 1, ntohs(there.sin_port), &owner), RJ_OWNER_NONE);
		CHECK_EQ(find(s, UDP, ntohs(there.sin_port), 1, &owner), RJ_OWNER_NONE);
		met_self = 0;
		rj_sockets_take(s, on_met, NULL);
		CHECK_EQ(met_self, 1);
		rj_sockets_get_counts(s, &counts);
		CHECK(counts.scans >= 1 && counts.held >= 3 && counts.sockets >= counts.held);
		rj_sockets_close(s);
	}
	close(client);
	close(server);
	close(listener);
}

TEST(sockets_of_udp)
{
	const struct sockaddr_in any = { .sin_family = AF_INET };
	int server = bound(SOCK_DGRAM, any), exact = bound(SOCK_DGRAM, loopback());
	struct sockaddr_in there = name_of(server);
	int client = connected(SOCK_DGRAM, &there);
	struct sockaddr_in here = name_of(client);
	struct rj_sockets *s;
	struct rj_owner owner;

	if (open_sockets(&s)) {
		CHECK_EQ(find(s, UDP, ntohs(there.sin_port), ntohs(here.sin_port), &owner),
			 RJ_OWNER_FITS);
		CHECK(is_self(owner.user));
		CHECK_EQ(find(s, UDP, ntohs(here.sin_port), ntohs(there.sin_port), &owner),
			 RJ_OWNER_FITS);
		CHECK(is_self(owner.user));
		CHECK_EQ(find(s, UDP, ntohs(here.sin_port), 1, &owner), RJ_OWNER_NONE);
		CHECK_EQ(find(s, UDP, ntohs(name_of(exact).sin_port), 1, &owner), RJ_OWNER_FITS);
		CHECK(is_self(owner.user));
		rj_sockets_close(s);
	}
	close(exact);
	close(client);
	close(server);
}

/* A child that has it open as well: nothing says which of both it is. */
TEST(sockets_of_two_processes)
{
	int server = bound(SOCK_DGRAM, loopback()), ends[2];
	uint16_t port = ntohs(name_of(server).sin_port);
	struct rj_sockets *s;
	struct rj_owner owner;
	pid_t child;
	char byte;

	CHECK_EQ(pipe(ends), 0);
	child = fork();
	if (!child) {
		close(ends[1]);
		_exit((int)read(ends[0], &byte, 1));
	}
	close(ends[0]);
	if (open_sockets(&s)) {
		CHECK_EQ(find(s, UDP, port, 1, &owner), RJ_OWNER_DOUBTFUL);
		CHECK(!owner.user);
		rj_sockets_close(s);
	}
	close(ends[1]);
	CHECK_EQ(waitpid(child, NULL, 0), child);
	close(server);
}
