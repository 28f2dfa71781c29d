// SPDX-License-Identifier: BSD-3-Clause
/* Asks the kernel by which kind of route it would reach an address (RTM_GETROUTE). */
#include "source/local.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NUM_KEPT 64u /* answers */
#define ADDR_BYTES 16u
#define IPV4_BYTES 4u

struct answer {
	uint64_t addr[2];
	uint64_t until_ns; /* 0: none */
	uint8_t version;
	bool is_local;
};

struct rj_local {
	int fd;
	uint32_t seq;
	struct answer kept[NUM_KEPT]; /* each at its place by address */
};

struct request {
	struct nlmsghdr header;
	struct rtmsg route;
	struct rtattr attr;
	uint8_t addr[ADDR_BYTES];
};

int rj_local_open(struct rj_local **out)
{
	struct rj_local *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return -ENOMEM;
	l->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (l->fd < 0) {
		err = -errno;
		free(l);
		return err;
	}
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

static bool send_request(struct rj_local *l, const uint8_t *addr, uint8_t version)
{
	uint8_t len = version == 4 ? IPV4_BYTES : ADDR_BYTES;
	struct request r = {
		.header = { .nlmsg_type = RTM_GETROUTE,
			    .nlmsg_flags = NLM_F_REQUEST,
			    .nlmsg_seq = ++l->seq },
		.route = { .rtm_family = version == 4 ? AF_INET : AF_INET6,
			   .rtm_dst_len = (uint8_t)(len * 8) },
		.attr = { .rta_type = RTA_DST, .rta_len = (uint16_t)RTA_LENGTH(len) },
	};

	r.header.nlmsg_len = (uint32_t)(offsetof(struct request, addr) + len);
	memcpy(r.addr, addr + ADDR_BYTES - len, len);
	return send(l->fd, &r, r.header.nlmsg_len, 0) == (ssize_t)r.header.nlmsg_len;
}

/* The kernel answers within send; what is not this answer is one of before that came late. */
static bool read_answer(const struct rj_local *l)
{
	union {
		struct nlmsghdr header;
		uint8_t bytes[4096];
	} got;
	const struct rtmsg *route = NLMSG_DATA(&got.header);
	ssize_t len;

	do {
		len = recv(l->fd, &got, sizeof(got), MSG_DONTWAIT);
		if (len < (ssize_t)sizeof(got.header))
			return false;
	} while (got.header.nlmsg_seq != l->seq);
	return got.header.nlmsg_type == RTM_NEWROUTE &&
	       len >= (ssize_t)NLMSG_LENGTH(sizeof(*route)) && route->rtm_type == RTN_LOCAL;
}

bool rj_local_has(struct rj_local *l, const void *addr, uint8_t version, uint64_t now_ns)
{
	struct answer *a;
	uint64_t word[2];

	if (!l)
		return false;
	memcpy(word, addr, sizeof(word));
	a = &l->kept[(word[0] ^ word[1] ^ word[1] >> 56 ^ word[1] >> 48) % NUM_KEPT];
	if (now_ns < a->until_ns && a->version == version && a->addr[0] == word[0] &&
	    a->addr[1] == word[1])
		return a->is_local;
	*a = (struct answer){ .addr = { word[0], word[1] },
			      .until_ns = now_ns + RJ_LOCAL_NS,
			      .version = version };
	a->is_local = send_request(l, addr, version) && read_answer(l);
	return a->is_local;
}
