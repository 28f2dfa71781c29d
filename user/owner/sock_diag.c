// SPDX-License-Identifier: BSD-3-Clause
/* Dumps of sockets and of addresses, by netlink. */
#include "owner/sock_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bpf/wire.h"

#define REPLY_BYTES (32u << 10) /* the kernel's messages of a dump are no longer (NLMSG_GOODSIZE) */

/* struct dump - what is asked for, and who gets what comes. */
struct dump {
	int family; /* of netlink */
	const void *request;
	size_t request_len;
	void (*take)(const struct dump *d, const void *payload, size_t len);
	uint8_t proto;
	void (*each_socket)(void *user, const struct rj_diag_socket *s);
	void (*each_address)(void *user, const uint8_t addr[16]);
	void *user;
};

static void map_ipv4(uint8_t out[16], const void *addr)
{
	memset(out, 0, 10);
	memset(out + 10, 0xff, 2);
	memcpy(out + 12, addr, 4);
}

static bool is_mapped(const uint8_t addr[16])
{
	static const uint8_t head[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(addr, head, sizeof(head));
}

static bool is_zero(const uint8_t addr[16])
{
	static const uint8_t zero[16];

	return !memcmp(addr, zero, sizeof(zero));
}

/* The first attribute of that type; NULL: there is none. @len: of all. */
static const struct rtattr *find_attribute(const void *attributes, size_t len, unsigned short type)
{
	const struct rtattr *at = attributes;
	int left = (int)len;

	for (; RTA_OK(at, left); at = RTA_NEXT(at, left))
		if ((at->rta_type & NLA_TYPE_MASK) == type)
			return at;
	return NULL;
}

static bool is_ipv6_only(const void *payload, size_t len)
{
	size_t head = NLMSG_ALIGN(sizeof(struct inet_diag_msg));
	const struct rtattr *only;

	if (len <= head)
		return false;
	only = find_attribute((const char *)payload + head, len - head, INET_DIAG_SKV6ONLY);
	return only && RTA_PAYLOAD(only) && *(const uint8_t *)RTA_DATA(only);
}

bool rj_sock_diag_read(const void *payload, size_t len, uint8_t proto, struct rj_diag_socket *out)
{
	struct inet_diag_msg m;

	if (len < sizeof(m))
		return false;
	memcpy(&m, payload, sizeof(m));
	if ((m.idiag_family != AF_INET && m.idiag_family != AF_INET6) || !m.idiag_inode)
		return false;
	*out = (struct rj_diag_socket){
		.proto = proto,
		.local_port = ntohs(m.id.idiag_sport),
		.remote_port = ntohs(m.id.idiag_dport),
		.is_listening = proto == RJ_IP_TCP && m.idiag_state == TCP_LISTEN,
		.inode = m.idiag_inode,
	};
	if (m.idiag_family == AF_INET) {
		map_ipv4(out->local, m.id.idiag_src);
		map_ipv4(out->remote, m.id.idiag_dst);
	} else {
		memcpy(out->local, m.id.idiag_src, sizeof(out->local));
		memcpy(out->remote, m.id.idiag_dst, sizeof(out->remote));
	}
	out->version = is_mapped(out->local) || is_mapped(out->remote) ? 4 : 6;
	out->takes_ipv4 = out->version == 6 && is_zero(out->local) && !is_ipv6_only(payload, len);
	return true;
}

bool rj_sock_diag_read_address(const void *payload, size_t len, uint8_t out[16])
{
	size_t head = NLMSG_ALIGN(sizeof(struct ifaddrmsg));
	const struct rtattr *addr;
	struct ifaddrmsg m;

	if (len < head)
		return false;
	memcpy(&m, payload, sizeof(m));
	/* of a point-to-point link the one is the other's (rtnetlink(7)) */
	addr = find_attribute((const char *)payload + head, len - head, IFA_LOCAL);
	if (!addr)
		addr = find_attribute((const char *)payload + head, len - head, IFA_ADDRESS);
	if (!addr)
		return false;
	if (m.ifa_family == AF_INET && RTA_PAYLOAD(addr) == 4)
		map_ipv4(out, RTA_DATA(addr));
	else if (m.ifa_family == AF_INET6 && RTA_PAYLOAD(addr) == 16)
		memcpy(out, RTA_DATA(addr), 16);
	else
		return false;
	return true;
}

/* What became of a dump stands in its last message. */
static int end_of_dump(const struct nlmsghdr *done)
{
	int err = 0;

	if (done->nlmsg_len >= NLMSG_LENGTH(sizeof(err)))
		memcpy(&err, NLMSG_DATA(done), sizeof(err));
	return err < 0 ? err : 0;
}

/* Messages of one reply: 1: more come; 0: that was all; or a negative errno. */
static int take_reply(const struct dump *d, const char *reply, size_t len)
{
	const struct nlmsghdr *at = (const struct nlmsghdr *)reply;
	unsigned int left = (unsigned int)len;

	for (; NLMSG_OK(at, left); at = NLMSG_NEXT(at, left)) {
		if (at->nlmsg_type == NLMSG_DONE)
			return end_of_dump(at);
		if (at->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *e = NLMSG_DATA(at);

			return at->nlmsg_len < NLMSG_LENGTH(sizeof(*e)) || !e->error ? -EPROTO :
										       e->error;
		}
		d->take(d, NLMSG_DATA(at), at->nlmsg_len - NLMSG_HDRLEN);
	}
	return 1;
}

static int receive(const struct dump *d, int fd)
{
	char *reply = malloc(REPLY_BYTES);
	int more = reply ? 1 : -ENOMEM;

	while (more > 0) {
		ssize_t got = recv(fd, reply, REPLY_BYTES, 0);

		if (got < 0 && errno == EINTR)
			continue;
		more = got < 0 ? -errno : got == 0 ? -EPROTO : take_reply(d, reply, (size_t)got);
	}
	free(reply);
	return more;
}

static int run(const struct dump *d)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, d->family), err;

	if (fd < 0)
		return -errno;
	err = send(fd, d->request, d->request_len, 0) < 0 ? -errno : receive(d, fd);
	close(fd);
	return err;
}

static void take_socket(const struct dump *d, const void *payload, size_t len)
{
	struct rj_diag_socket s;

	if (rj_sock_diag_read(payload, len, d->proto, &s))
		d->each_socket(d->user, &s);
}

static void take_address(const struct dump *d, const void *payload, size_t len)
{
	uint8_t addr[16];

	if (rj_sock_diag_read_address(payload, len, addr))
		d->each_address(d->user, addr);
}

int rj_sock_diag_sockets(void (*each)(void *user, const struct rj_diag_socket *s), void *user)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	static const uint8_t protos[] = { RJ_IP_TCP, RJ_IP_UDP };
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 what;
	} request;
	struct dump d = { .family = NETLINK_SOCK_DIAG,
			  .request = &request,
			  .request_len = sizeof(request),
			  .take = take_socket,
			  .each_socket = each,
			  .user = user };
	int err = 0;

	for (unsigned int i = 0; i < 4 && !err; i++) {
		memset(&request, 0, sizeof(request));
		request.head.nlmsg_len = sizeof(request);
		request.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
		request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
		request.what.sdiag_family = families[i & 1];
		request.what.sdiag_protocol = d.proto = protos[i >> 1];
		request.what.idiag_states = UINT32_MAX;
		err = run(&d);
		if (err == -ENOENT && families[i & 1] == AF_INET6) /* a kernel without it */
			err = 0;
	}
	return err;
}

int rj_sock_diag_addresses(void (*each)(void *user, const uint8_t addr[16]), void *user)
{
	struct {
		struct nlmsghdr head;
		struct ifaddrmsg what;
	} request = {
		.head = { .nlmsg_len = sizeof(request),
			  .nlmsg_type = RTM_GETADDR,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
	};
	const struct dump d = { .family = NETLINK_ROUTE,
				.request = &request,
				.request_len = sizeof(request),
				.take = take_address,
				.each_address = each,
				.user = user };

	return run(&d);
}
