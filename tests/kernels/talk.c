// SPDX-License-Identifier: BSD-3-Clause
/*
 * Conversations of known contents over a cable, and what a record of each must say:
 *
 *   talk CLIENT-NAMESPACE CLIENT-ADDRESS SERVER-ADDRESS FIRST-PORT [datagrams]
 *
 * It is both ends itself: server sockets are made in its own network namespace, client sockets in
 * the other, so that every step follows the one before. For each conversation a line "flow REGEX"
 * of the record; for those with HTTP and TLS also "payload REGEX" of what was read from theirs.
 * With "datagrams" the first conversation is all.
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
#define LONG_DATAGRAM 3200u /* fragments of an Ethernet's packets */
#define TLS_DATA 300u
#define TLS_CUT 100u /* of a record of application data, in one segment with what is before it */
#define HTTP_PORT 80u
#define TLS_PORT 443u
#define VXLAN_PORT 4789u
#define VXLAN_LEN 42u /* with the inner headers before UDP */
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
	char got[4096];

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

/* A datagram that goes in fragments. */
static void talk_fragments(const struct talk *t, uint16_t port)
{
	static const char bytes[LONG_DATAGRAM];
	int server = open_socket(t, t->server_ns, SOCK_DGRAM, t->server, UDP_PORT);
	int client = open_socket(t, t->client_ns, SOCK_DGRAM, t->client, port);

	connect_to(t, client, UDP_PORT);
	carry(client, server, bytes, sizeof(bytes));
	close(client);
	close(server);
	expect(t, 17, port, UDP_PORT);
	printf("\"bytes_out\":%zu,\"num_pkts_out\":3,\"bytes_in\":0,\"num_pkts_in\":0,\n",
	       sizeof(bytes));
}

/* A datagram of VXLAN, from nobody's: the flow is the one inside. */
static void talk_vxlan(const struct talk *t, uint16_t port)
{
	char bytes[] = "\x08\0\0\0\0\0\x07\0"		  /* its header: network 7 */
		       "\2\0\0\0\0\2\2\0\0\0\0\1\x08\0"	  /* Ethernet */
		       "\x45\0\0\x26\0\1\0\0\x09\x11\0\0" /* IPv4, 38 bytes */
		       "\xc0\0\2\1\xc0\0\2\2"		  /* its addresses */
		       "..\x1b\x58\0\x12\0\0"		  /* UDP, to 7000 */
		       "through it";
	const uint16_t port_be = htons(port);
	int server = open_socket(t, t->server_ns, SOCK_DGRAM, t->server, VXLAN_PORT);
	int client = open_socket(t, t->client_ns, SOCK_DGRAM, t->client, port);

	memcpy(bytes + VXLAN_LEN, &port_be, sizeof(port_be));
	connect_to(t, client, VXLAN_PORT);
	carry(client, server, bytes, sizeof(bytes) - 1);
	close(client);
	close(server);
	printf("flow ^\\{\"sa\":\"192.0.2.1\",\"da\":\"192.0.2.2\",\"pr\":17,\"sp\":%u,\"dp\":%u,"
	       "\"bytes_out\":10,.*\"tunnel\":\\[\\{\"type\":\"vxlan\",\"sa\":\"%s\",\"da\":\"%s\","
	       "\"id\":7\\}\n",
	       port, UDP_PORT, t->client, t->server);
}

struct ends {
	int client, server;
};

static struct ends open_tcp(const struct talk *t, uint16_t port, uint16_t to)
{
	int listener = open_socket(t, t->server_ns, SOCK_STREAM, t->server, to);
	struct ends e = { .client = open_socket(t, t->client_ns, SOCK_STREAM, t->client, port) };

	must(!listen(listener, 1), "listen");
	connect_to(t, e.client, to);
	e.server = accept(listener, NULL, NULL);
	must(e.server >= 0, "accept");
	close(listener);
	return e;
}

static void close_tcp(const struct ends *e)
{
	char end;

	must(!shutdown(e->client, SHUT_WR) && !recv(e->server, &end, 1, 0), "close");
	close(e->server);
	must(!recv(e->client, &end, 1, 0), "close");
	close(e->client);
}

/* A connection from @port: the client says @ask @turns times, and the server @answer each time. */
static void talk_tcp(const struct talk *t, uint16_t port, uint16_t to, const char *ask,
		     size_t ask_len, const char *answer, size_t answer_len, size_t turns)
{
	struct ends e = open_tcp(t, port, to);

	for (size_t i = 0; i < turns; i++) {
		carry(e.client, e.server, ask, ask_len);
		carry(e.server, e.client, answer, answer_len);
	}
	close_tcp(&e);
	expect(t, 6, port, to);
	printf("\"bytes_out\":%zu,\"num_pkts_out\":[0-9]+,\"bytes_in\":%zu,.*\"packets\":\\[\\{"
	       "\"b\":%zu,\"dir\":\">\",.*\"end_reason\":\"fin\"\n",
	       ask_len * turns, answer_len * turns, ask_len);
}

/* A handshake's first messages, then a record whose header comes in the midst of a segment. */
static void talk_tls(const struct talk *t, uint16_t port)
{
	static const char hello[] = "\x16\x03\x01\x00\x47" /* record: handshake, 71 bytes */
				    "\x01\x00\x00\x43"	   /* ClientHello, 67 bytes */
				    "\x03\x03"
				    "a client's random of 32 bytes..."
				    "\x00"	       /* no session */
				    "\x00\x02\xc0\x2f" /* one cipher suite */
				    "\x01\x00"	       /* no compression */
				    "\x00\x18"	       /* extensions: server_name */
				    "\x00\x00\x00\x14\x00\x12\x00\x00\x0f"
				    "kernels.example";
	static const char answer[] = "\x16\x03\x03\x00\x2a"
				     "\x02\x00\x00\x26" /* ServerHello, 38 bytes */
				     "\x03\x03"
				     "a server's random of 32 bytes..."
				     "\x00\xc0\x2f\x00";
	char data[5 + TLS_DATA + 5 + TLS_DATA] = { 23, 3, 3, TLS_DATA >> 8, TLS_DATA & 0xff };
	struct ends e = open_tcp(t, port, TLS_PORT);

	memcpy(data + 5 + TLS_DATA, data, 5);
	carry(e.client, e.server, hello, sizeof(hello) - 1);
	carry(e.server, e.client, answer, sizeof(answer) - 1);
	carry(e.client, e.server, data, 5 + TLS_DATA + 5 + TLS_CUT);
	carry(e.client, e.server, data + 5 + TLS_DATA + 5 + TLS_CUT, TLS_DATA - TLS_CUT);
	carry(e.server, e.client, data, 5 + TLS_DATA);
	close_tcp(&e);
	expect(t, 6, port, TLS_PORT);
	printf("\"bytes_out\":%zu,.*\"srlt\":\\[\\{\"b\":71,\"dir\":\">\",\"ipt\":[0-9]+,\"tp\":22,"
	       "\"hs_types\":\\[1\\],\"hs_lens\":\\[67\\]\\},\\{\"b\":42,\"dir\":\"<\",[^}]*\\},"
	       "\\{\"b\":%u,\"dir\":\">\",\"ipt\":[0-9]+,\"tp\":23\\},"
	       "\\{\"b\":%u,\"dir\":\">\",[^}]*\\},"
	       "\\{\"b\":%u,\"dir\":\"<\",[^}]*\\}\\]\n",
	       sizeof(hello) - 1 + sizeof(data), TLS_DATA, TLS_DATA, TLS_DATA);
	printf("payload \"sp\":%u,\"dp\":%u,.*\"tls\":\\{.*\"sni\":\\[\"kernels.example\"\\].*"
	       "\"scs\":\"c02f\"\n",
	       port, TLS_PORT);
}

int main(int argc, char **argv)
{
	static const char line[LINE_LEN];
	struct talk t = { .family = AF_INET };
	uint16_t port;

	if (argc != 5 && (argc != 6 || strcmp(argv[5], "datagrams"))) {
		fprintf(stderr, "usage: talk NAMESPACE CLIENT SERVER FIRST-PORT [datagrams]\n");
		return 2;
	}
	t.server_ns = open_ns("/proc/self/ns/net");
	t.client_ns = open_ns(argv[1]);
	t.client = argv[2];
	t.server = argv[3];
	t.family = strchr(t.client, ':') ? AF_INET6 : AF_INET;
	port = (uint16_t)strtoul(argv[4], NULL, 10);
	talk_udp(&t, port);
	if (argc == 6)
		return 0;
	talk_tcp(&t, (uint16_t)(port + 1), TCP_PORT, line, LINE_LEN, line, 50, NUM_LINES);
	talk_tcp(&t, (uint16_t)(port + 2), HTTP_PORT, request, sizeof(request) - 1, response,
		 sizeof(response) - 1, 1);
	printf("payload \"sp\":%u,\"dp\":%u,.*\"http\":\\[?\\{.*\"uri\":\"/kernels\"\n", port + 2u,
	       HTTP_PORT);
	talk_tls(&t, (uint16_t)(port + 3));
	talk_vxlan(&t, (uint16_t)(port + 4));
	talk_fragments(&t, (uint16_t)(port + 5));
	return 0;
}
