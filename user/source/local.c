// SPDX-License-Identifier: BSD-3-Clause
/*
 * Asks the kernel by which kind of route it would reach an address (RTM_GETROUTE); of another
 * namespace, which it tells no routes of, for all addresses (RTM_GETADDR; since Linux 4.20).
 */
#include "source/local.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NUM_KEPT 1024u /* answers */
#define ADDR_BYTES 16u
#define IPV4_BYTES 4u

struct answer {
	uint64_t addr[2];
	uint64_t until_ns; /* 0: none */
	uint32_t peer;
	uint8_t version;
	bool is_local;
};

struct rj_local {
	int fd;
	bool has_peers;
	uint32_t seq;
	struct answer kept[NUM_KEPT]; /* each at its place by address */
};

struct route_request {
	struct nlmsghdr header;
	struct rtmsg route;
	struct rtattr attr;
	uint8_t addr[ADDR_BYTES];
};

struct addresses_request {
	struct nlmsghdr header;
	struct ifaddrmsg info;
	struct rtattr attr;
	uint32_t peer;
};

/* struct reply - one datagram of the kernel's. */
union reply {
	struct nlmsghdr header;
	uint8_t bytes[32768]; /* what it fills at most in a dump */
};

int rj_local_open(struct rj_local **out)
{
	struct rj_local *l = calloc(1, sizeof(*l));
	const int one = 1;
	int err;

	if (!l)
		return -ENOMEM;
	l->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (l->fd < 0) {
		err = -errno;
		free(l);
		return err;
	}
	/* without, another namespace is not asked: this one would answer for it */
	l->has_peers = !setsockopt(l->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	*out = l;
	return 0;
}

void rj_local_close(struct rj_local *l)
{
	if (!l)
		return;
	close(l->fd);
	free(l);
}

static bool send_request(const struct rj_local *l, const void *request, uint32_t len)
{
	return send(l->fd, request, len, 0) == (ssize_t)len;
}

/* The kernel answers within send; what is not this answer is one of before that came late. */
static ssize_t read_reply(const struct rj_local *l, union reply *out)
{
	ssize_t len;

	do {
		len = recv(l->fd, out, sizeof(*out), MSG_DONTWAIT);
		if (len < (ssize_t)sizeof(out->header))
			return -1;
	} while (out->header.nlmsg_seq != l->seq);
	return len;
}

static bool is_routed_here(struct rj_local *l, const uint8_t *addr, uint8_t version)
{
	uint8_t len = version == 4 ? IPV4_BYTES : ADDR_BYTES;
	struct route_request r = {
		.header = { .nlmsg_len = (uint32_t)(offsetof(struct route_request, addr) + len),
			    .nlmsg_type = RTM_GETROUTE,
			    .nlmsg_flags = NLM_F_REQUEST,
			    .nlmsg_seq = ++l->seq },
		.route = { .rtm_family = version == 4 ? AF_INET : AF_INET6,
			   .rtm_dst_len = (uint8_t)(len * 8) },
		.attr = { .rta_type = RTA_DST, .rta_len = (uint16_t)RTA_LENGTH(len) },
	};
	union reply got;
	const struct rtmsg *route = NLMSG_DATA(&got.header);

	memcpy(r.addr, addr + ADDR_BYTES - len, len);
	if (!send_request(l, &r, r.header.nlmsg_len))
		return false;
	return read_reply(l, &got) >= (ssize_t)NLMSG_LENGTH(sizeof(*route)) &&
	       got.header.nlmsg_type == RTM_NEWROUTE && route->rtm_type == RTN_LOCAL;
}

/* One RTM_NEWADDR. On links between two points IFA_ADDRESS is the other end's. */
static bool is_of_address(const struct nlmsghdr *h, const uint8_t *addr, size_t addr_len)
{
	int left = (int)IFA_PAYLOAD(h);
	const struct rtattr *a = IFA_RTA(NLMSG_DATA(h));
	bool is_it = false;

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (RTA_PAYLOAD(a) != addr_len)
			continue;
		if (a->rta_type == IFA_LOCAL)
			return !memcmp(RTA_DATA(a), addr, addr_len);
		if (a->rta_type == IFA_ADDRESS)
			is_it = !memcmp(RTA_DATA(a), addr, addr_len);
	}
	return is_it;
}

/* The end of a list may be that of a failure. */
static bool is_whole(const struct nlmsghdr *done)
{
	int err = 0;

	if (done->nlmsg_len >= NLMSG_LENGTH(sizeof(err)))
		memcpy(&err, NLMSG_DATA(done), sizeof(err));
	return !err;
}

/* False: the kernel did not say; there may be no such namespace any more. */
static bool list_there(struct rj_local *l, uint32_t peer, const uint8_t *addr, uint8_t version,
		       bool *is_there)
{
	size_t addr_len = version == 4 ? IPV4_BYTES : ADDR_BYTES;
	const struct addresses_request r = {
		.header = { .nlmsg_len = sizeof(r),
			    .nlmsg_type = RTM_GETADDR,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			    .nlmsg_seq = ++l->seq },
		.info = { .ifa_family = version == 4 ? AF_INET : AF_INET6 },
		.attr = { .rta_type = IFA_TARGET_NETNSID, .rta_len = RTA_LENGTH(sizeof(r.peer)) },
		.peer = peer - 1,
	};
	bool is_found = false;
	union reply got;

	if (!l->has_peers || !send_request(l, &r, sizeof(r)))
		return false;
	for (;;) {
		ssize_t len = read_reply(l, &got);

		if (len < 0)
			return false;
		for (const struct nlmsghdr *h = &got.header; NLMSG_OK(h, len);
		     h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_type == NLMSG_DONE && is_whole(h)) {
				*is_there = is_found;
				return true;
			}
			if (h->nlmsg_type != RTM_NEWADDR)
				return false;
			is_found |= is_of_address(h, addr + ADDR_BYTES - addr_len, addr_len);
		}
	}
}

bool rj_local_has(struct rj_local *l, uint32_t peer, const void *addr, uint8_t version,
		  uint64_t now_ns)
{
	struct answer *a;
	uint64_t word[2];

	if (!l)
		return false;
	memcpy(word, addr, sizeof(word));
	a = &l->kept[(word[0] ^ word[1] ^ word[1] >> 56 ^ word[1] >> 48 ^ peer) % NUM_KEPT];
	if (a->version != version || a->peer != peer || a->addr[0] != word[0] ||
	    a->addr[1] != word[1])
		*a = (struct answer){ .addr = { word[0], word[1] },
				      .peer = peer,
				      .version = version };
	if (now_ns < a->until_ns)
		return a->is_local;
	a->until_ns = now_ns + RJ_LOCAL_NS;
	if (!peer)
		a->is_local = is_routed_here(l, addr, version);
	else
		(void)list_there(l, peer, addr, version, &a->is_local); /* or as it was */
	return a->is_local;
}
