/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages of sock_diag and rtnetlink, in blocks of exactly their size. */
#include "owner/sock_diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/unit/unit.h"

#define TCP 6
#define UDP 17

static struct inet_diag_msg message(uint8_t family, uint8_t state)
{
	struct inet_diag_msg m = { .idiag_family = family,
				   .idiag_state = state,
				   .idiag_inode = 4711,
				   .id = { .idiag_sport = htons(80), .idiag_dport = htons(4000) } };

	return m;
}

/* With an attribute of one byte, where @type is not 0. */
static bool read_message(const struct inet_diag_msg *m, uint16_t type, uint8_t value, uint8_t proto,
			 struct rj_diag_socket *out)
{
	uint8_t bytes[sizeof(*m) + 8] = { 0 };
	struct rtattr attribute = { .rta_len = RTA_LENGTH(1), .rta_type = type };
	size_t len = type ? sizeof(bytes) : sizeof(*m);
	uint8_t *copy;
	bool is_read;

	memcpy(bytes, m, sizeof(*m));
	memcpy(bytes + sizeof(*m), &attribute, sizeof(attribute));
	bytes[sizeof(*m) + sizeof(attribute)] = value;
	copy = unit_copy(bytes, len);
	is_read = rj_sock_diag_read(copy, len, proto, out);
	free(copy);
	return is_read;
}

TEST(sock_diag_reads_ipv4)
{
	static const uint8_t local[16] = { [10] = 0xff, [11] = 0xff, 10, 0, 0, 1 };
	struct inet_diag_msg m = message(AF_INET, TCP_ESTABLISHED);
	struct rj_diag_socket s;

	CHECK_EQ(inet_pton(AF_INET, "10.0.0.1", m.id.idiag_src), 1);
	CHECK_EQ(inet_pton(AF_INET, "10.0.0.2", m.id.idiag_dst), 1);
	CHECK(read_message(&m, 0, 0, TCP, &s));
	CHECK(!memcmp(s.local, local, 16));
	CHECK_EQ(s.remote[15], 2);
	CHECK_EQ(s.local_port, 80);
	CHECK_EQ(s.remote_port, 4000);
	CHECK_EQ(s.version, 4);
	CHECK_EQ(s.inode, 4711);
	CHECK(!s.is_listening && !s.takes_ipv4);
}

TEST(sock_diag_knows_who_listens)
{
	struct inet_diag_msg m = message(AF_INET, TCP_LISTEN);
	struct rj_diag_socket s;

	CHECK(read_message(&m, 0, 0, TCP, &s) && s.is_listening);
	m.idiag_state = TCP_CLOSE; /* what one of UDP without other end is in */
	CHECK(read_message(&m, 0, 0, UDP, &s) && !s.is_listening);
	m.idiag_state = TCP_LISTEN;
	CHECK(read_message(&m, 0, 0, UDP, &s) && !s.is_listening);
}

TEST(sock_diag_of_both_families)
{
	struct inet_diag_msg m = message(AF_INET6, TCP_LISTEN);
	struct rj_diag_socket s;

	CHECK(read_message(&m, 0, 0, TCP, &s));
	CHECK_EQ(s.version, 6);
	CHECK(s.takes_ipv4);
	CHECK(read_message(&m, INET_DIAG_SKV6ONLY, 0, TCP, &s) && s.takes_ipv4);
	CHECK(read_message(&m, INET_DIAG_SKV6ONLY, 1, TCP, &s) && !s.takes_ipv4);
	CHECK_EQ(inet_pton(AF_INET6, "::1", m.id.idiag_src), 1);
	CHECK(read_message(&m, 0, 0, TCP, &s) && !s.takes_ipv4);
	CHECK_EQ(inet_pton(AF_INET6, "::ffff:10.0.0.1", m.id.idiag_src), 1);
	CHECK(read_message(&m, 0, 0, TCP, &s));
	CHECK_EQ(s.version, 4);
}

/* In TIME_WAIT nobody has it open; other families; what is too short. */
TEST(sock_diag_that_is_nobodys)
{
	struct inet_diag_msg m = message(AF_INET, TCP_TIME_WAIT);
	struct rj_diag_socket s = { .inode = 9 };
	uint8_t *copy;

	m.idiag_inode = 0;
	CHECK(!read_message(&m, 0, 0, TCP, &s));
	m = message(AF_UNIX, TCP_ESTABLISHED);
	CHECK(!read_message(&m, 0, 0, TCP, &s));
	m = message(AF_INET, TCP_ESTABLISHED);
	for (size_t len = 0; len < sizeof(m); len++) {
		copy = unit_copy(&m, len);
		CHECK(!rj_sock_diag_read(copy, len, TCP, &s));
		free(copy);
	}
	CHECK_EQ(s.inode, 9);
}

/* What of an address's message is cut, or of another length, is none. */
TEST(sock_diag_reads_addresses)
{
	static const uint8_t want[16] = { [10] = 0xff, [11] = 0xff, 10, 0, 0, 1 };
	struct {
		struct ifaddrmsg head;
		struct rtattr other;
		uint8_t far[4];
		struct rtattr own;
		uint8_t near[4];
	} m = {
		.head = { .ifa_family = AF_INET },
		.other = { .rta_len = RTA_LENGTH(4), .rta_type = IFA_ADDRESS },
		.far = { 10, 0, 0, 2 },
		.own = { .rta_len = RTA_LENGTH(4), .rta_type = IFA_LOCAL },
		.near = { 10, 0, 0, 1 },
	};
	uint8_t got[16], *copy;

	for (size_t len = 0; len <= sizeof(m); len++) {
		bool is_there = len >= sizeof(m.head) + sizeof(m.other) + sizeof(m.far);

		copy = unit_copy(&m, len);
		CHECK_EQ(rj_sock_diag_read_address(copy, len, got), is_there);
		if (is_there)
			CHECK_EQ(got[15], len == sizeof(m) ? 1 : 2);
		free(copy);
	}
	CHECK(!memcmp(got, want, 16));
	m.own.rta_len = m.other.rta_len = RTA_LENGTH(3);
	CHECK(!rj_sock_diag_read_address(&m, sizeof(m), got));
	m.head.ifa_family = AF_INET6;
	m.own.rta_len = m.other.rta_len = RTA_LENGTH(4);
	CHECK(!rj_sock_diag_read_address(&m, sizeof(m), got));
}
