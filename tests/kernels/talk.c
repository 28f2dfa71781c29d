// SPDX-License-Identifier: BSD-3-Clause
/*
 * Conversations of known contents over a cable, and what a record of each must say:
 *
 *   talk CLIENT-NAMESPACE CLIENT-ADDRESS SERVER-ADDRESS FIRST-PORT
 *
 * It is both ends itself: server sockets are made in its own network namespace, client sockets in
 * the other, so that every step follows the one before. For each conversation a line "flow REGEX"
 * of the record; for the one with HTTP also "http REGEX" of what was read from its payload.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define NUM_DATAGRAMS 20u
#define NUM_LINES 20u
#define LINE_LEN 700u
#define HTTP_PORT 80u
#define UDP_PORT 7000u
#define TCP_PORT 7001u

struct talk {
	int family;
	const char *client, *server;
	int client_ns, server_ns;
};

static const char request[] = "GET /kernels HTTP/1.1\r\nHost: www.example.test\r\n\r\n";
static const char response[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthere";

static void must(bool is_done, const char *what)
{
	if (is_done)
		return;
	perror(what);
	exit(1);
}

static int open_ns(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	must(fd >= 0, path);
	return fd;
}

static socklen_t address_of(const struct talk *t, const char *text, uint16_t port,
			    struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (void *)out;
	struct sockaddr_in6 *v6 = (void *)out;
	bool is_v6 = t->family == AF_INET6;

	memset(out, 0, sizeof(*out));
	out->ss_family = (sa_family_t)t->family;
	*(is_v6 ? &v6->sin6_port : &v4->sin_port) = htons(port);
	must(inet_pton(t->family, text, is_v6 ? (void *)&v6->sin6_addr : (void *)&v4->sin_addr) ==
		     1,
	     text);
	return is_v6 ? sizeof(*v6) : sizeof(*v4);
}

/* A socket in namespace @ns, bound; none of its waits is longer than the slowest machine's. */
static int open_socket(const struct talk *t, int ns, int type, const char *address, uint16_t port)
{
	struct timeval patience = { .tv_sec = 20 };
	struct sockaddr_storage at;
	socklen_t len = address_of(t, address, port, &at);
	int fd, one = 1;

	must(!setns(ns, CLONE_NEWNET), "setns");
	fd = socket(t->family, type | SOCK_CLOEXEC, 0);
	must(fd >= 0, "socket");
	must(!setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), "SO_REUSEADDR");
	must(!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), "SO_RCVTIMEO");
	must(!bind(fd, (struct sockaddr *)&at, len), "bind");
	return fd;
}

static void connect_to(const struct talk *t, int fd, uint16_t port)
{
	struct sockaddr_storage at;
	socklen_t len = address_of(t, t->server, port, &at);

	must(!connect(fd, (struct sockaddr *)&at, len), "connect");
}

/* Carries @len bytes from one socket to the other and is back when they have arrived. */
static void carry(int from, int to, const char *bytes, size_t len)
{
	char got[2048];

	must(send(from, bytes, len, 0) == (ssize_t)len, "send");
	for (size_t have = 0; have < len;) {
		ssize_t n = recv(to, got, sizeof(got), 0);

		must(n > 0, "recv");
		have += (size_t)n;
	}
}

static void expect(const struct talk *t, unsigned int proto, uint16_t from, uint16_t to)
{
	printf("flow ^\\{\"sa\":\"%s\",\"da\":\"%s\",\"pr\":%u,\"sp\":%u,\"dp\":%u,", t->client,
	       t->server, proto, from, to);
}

static void talk_udp(const struct talk *t, uint16_t port)
{
	static const char bytes[LINE_LEN];
	int server = open_socket(t, t->server_ns, SOCK_DGRAM, t->server, UDP_PORT);
	int client = open_socket(t, t->client_ns, SOCK_DGRAM, t->client, port);
	struct sockaddr_storage back;
	socklen_t len = address_of(t, t->client, port, &back);
	size_t out = 0, in = 0;

	connect_to(t, client, UDP_PORT);
	must(!connect(server, (struct sockaddr *)&back, len), "connect");
	for (size_t i = 0; i < NUM_DATAGRAMS; i++) {
		carry(client, server, bytes, 10 + i * 7);
		carry(server, client, bytes, 30 + i);
		out += 10 + i * 7;
		in += 30 + i;
	}
	close(client);
	close(server);
	expect(t, 17, port, UDP_PORT);
	printf("\"bytes_out\":%zu,\"num_pkts_out\":%u,\"bytes_in\":%zu,\"num_pkts_in\":%u,.*"
	       "\"packets\":\\[\\{\"b\":10,\"dir\":\">\",\"ipt\":0\\},\\{\"b\":30,\"dir\":\"<\",\n",
	       out, NUM_DATAGRAMS, in, NUM_DATAGRAMS);
}

/* A connection from @port: the client says @ask @turns times, and the server @answer each time. */
static void talk_tcp(const struct talk *t, uint16_t port, uint16_t to, const char *ask,
		     size_t ask_len, const char *answer, size_t answer_len, size_t turns)
{
	int listener = open_socket(t, t->server_ns, SOCK_STREAM, t->server, to);
	int client = open_socket(t, t->client_ns, SOCK_STREAM, t->client, port);
	int server;
	char end;

	must(!listen(listener, 1), "listen");
	connect_to(t, client, to);
	server = accept(listener, NULL, NULL);
	must(server >= 0, "accept");
	for (size_t i = 0; i < turns; i++) {
		carry(client, server, ask, ask_len);
		carry(server, client, answer, answer_len);
	}
	must(!shutdown(client, SHUT_WR) && !recv(server, &end, 1, 0), "close");
	close(server);
	must(!recv(client, &end, 1, 0), "close");
	close(client);
	close(listener);
	expect(t, 6, port, to);
	printf("\"bytes_out\":%zu,\"num_pkts_out\":[0-9]+,\"bytes_in\":%zu,.*\"packets\":\\[\\{"
	       "\"b\":%zu,\"dir\":\">\",.*\"end_reason\":\"fin\"\n",
	       ask_len * turns, answer_len * turns, ask_len);
}

int main(int argc, char **argv)
{
	static const char line[LINE_LEN];
	struct talk t = { .family = AF_INET };
	uint16_t port;

	if (argc != 5) {
		fprintf(stderr, "usage: talk NAMESPACE CLIENT SERVER FIRST-PORT\n");
		return 2;
	}
	t.server_ns = open_ns("/proc/self/ns/net");
	t.client_ns = open_ns(argv[1]);
	t.client = argv[2];
	t.server = argv[3];
	t.family = strchr(t.client, ':') ? AF_INET6 : AF_INET;
	port = (uint16_t)strtoul(argv[4], NULL, 10);
	talk_udp(&t, port);
	talk_tcp(&t, (uint16_t)(port + 1), TCP_PORT, line, LINE_LEN, line, 50, NUM_LINES);
	talk_tcp(&t, (uint16_t)(port + 2), HTTP_PORT, request, sizeof(request) - 1, response,
		 sizeof(response) - 1, 1);
	printf("http \"sp\":%u,\"dp\":%u,.*\"http\":\\[?\\{.*\"uri\":\"/kernels\"\n", port + 2u,
	       HTTP_PORT);
	return 0;
}
