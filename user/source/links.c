// SPDX-License-Identifier: BSD-3-Clause
/* Reads rtnetlink's messages of links. Source: rtnetlink(7), linux/rtnetlink.h, linux/if_link.h. */
#include "source/links.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of news that waits, some thousand messages: user space may be stopped. Ours. */
#define ROOM_BYTES (4 << 20)

/* What the kernel allows of it does: without room, news is lost and the list asked for again. */
static void make_room(int fd)
{
	const int bytes = ROOM_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

int rj_links_open(struct rj_links *out)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	int err;

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&to, sizeof(to))) {
		err = -errno;
		close(fd);
		return err;
	}
	make_room(fd);
	*out = (struct rj_links){ .fd = fd };
	return 0;
}

void rj_links_close(struct rj_links *l)
{
	if (l->fd >= 0)
		close(l->fd);
	free(l->room);
	*l = (struct rj_links){ .fd = -1 };
}

int rj_links_ask(struct rj_links *l)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg info;
		struct rtattr attr;
		uint32_t mask;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = RTM_GETLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.attr = { .rta_len = RTA_LENGTH(sizeof(uint32_t)), .rta_type = IFLA_EXT_MASK },
		.mask = RTEXT_FILTER_SKIP_STATS,
	};

	if (send(l->fd, &request, sizeof(request), 0) < 0)
		return -errno;
	l->num_asked++;
	l->is_listing = true;
	l->is_broken = false;
	return 0;
}

/* struct attr - an attribute opened: its value lies in the message. */
struct attr {
	uint16_t type;
	const uint8_t *at;
	size_t len;
};

/* Takes the next attribute off [*at, *at + *left); false at the end or where its length lies. */
static bool next_attr(const uint8_t **at, size_t *left, struct attr *out)
{
	struct rtattr head;
	size_t whole;

	if (*left < sizeof(head))
		return false;
	memcpy(&head, *at, sizeof(head));
	if (head.rta_len < sizeof(head) || head.rta_len > *left)
		return false;
	*out = (struct attr){ .type = head.rta_type & NLA_TYPE_MASK,
			      .at = *at + sizeof(head),
			      .len = head.rta_len - sizeof(head) };
	whole = RTA_ALIGN(head.rta_len);
	if (whole > *left)
		whole = *left;
	*at += whole;
	*left -= whole;
	return true;
}

static bool is_text(const struct attr *a, const char *text)
{
	size_t len = strlen(text);

	return a->len >= len && !memcmp(a->at, text, len) && (a->len == len || !a->at[len]);
}

/* What of others is in another namespace is not where their frames come out. */
static void read_link_info(const struct attr *info, bool *is_pair, struct rj_link *out)
{
	const uint8_t *at = info->at;
	size_t left = info->len;
	struct attr a;

	while (next_attr(&at, &left, &a)) {
		if (a.type == IFLA_INFO_SLAVE_KIND)
			out->is_bonded = is_text(&a, "bond") || is_text(&a, "team");
		else if (a.type == IFLA_INFO_KIND)
			*is_pair = is_text(&a, "veth") || is_text(&a, "netkit");
	}
}

/* One message of a link; those of bridges about their ports (AF_BRIDGE) are not about links. */
static void read_link(const struct nlmsghdr *h, const uint8_t *body, size_t len,
		      void (*on_link)(void *user, const struct rj_link *link), void *user)
{
	struct rj_link link = { .is_gone = h->nlmsg_type == RTM_DELLINK };
	struct ifinfomsg info;
	bool is_pair = false;
	int32_t far = -1;
	struct attr a;

	if (len < NLMSG_ALIGN(sizeof(info)))
		return;
	memcpy(&info, body, sizeof(info));
	if (info.ifi_family != AF_UNSPEC || info.ifi_index <= 0)
		return;
	link.index = info.ifi_index;
	body += NLMSG_ALIGN(sizeof(info));
	len -= NLMSG_ALIGN(sizeof(info));
	while (next_attr(&body, &len, &a)) {
		if (a.type == IFLA_IFNAME && a.len && a.len <= sizeof(link.name))
			memcpy(link.name, a.at, a.len);
		else if (a.type == IFLA_MASTER && a.len == sizeof(uint32_t))
			memcpy(&link.master, a.at, sizeof(uint32_t));
		else if (a.type == IFLA_LINKINFO)
			read_link_info(&a, &is_pair, &link);
		else if (a.type == IFLA_LINK_NETNSID && a.len == sizeof(far))
			memcpy(&far, a.at, sizeof(far));
	}
	if (is_pair && far >= 0)
		link.peer = (uint32_t)far + 1;
	link.name[sizeof(link.name) - 1] = 0;
	if (*link.name)
		on_link(user, &link);
}

int rj_links_parse(const uint8_t *bytes, size_t len,
		   void (*on_link)(void *user, const struct rj_link *link), void *user,
		   bool *is_broken)
{
	while (len >= sizeof(struct nlmsghdr)) {
		struct nlmsghdr h;
		size_t whole;

		memcpy(&h, bytes, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > len)
			return -EBADMSG;
		if (h.nlmsg_flags & NLM_F_DUMP_INTR)
			*is_broken = true;
		if (h.nlmsg_type == NLMSG_DONE)
			return RJ_LINKS_END;
		if (h.nlmsg_type == NLMSG_ERROR) {
			struct nlmsgerr e = { 0 };

			if (h.nlmsg_len >= sizeof(h) + sizeof(e.error))
				memcpy(&e.error, bytes + sizeof(h), sizeof(e.error));
			return e.error < 0 ? e.error : -EBADMSG;
		}
		if (h.nlmsg_type == RTM_NEWLINK || h.nlmsg_type == RTM_DELLINK)
			read_link(&h, bytes + NLMSG_HDRLEN, h.nlmsg_len - NLMSG_HDRLEN, on_link,
				  user);
		whole = NLMSG_ALIGN(h.nlmsg_len);
		if (whole > len)
			whole = len;
		bytes += whole;
		len -= whole;
	}
	return RJ_LINKS_SOME;
}

/*
 * Nothing waits. Here and no earlier is where a list that has a gap is asked for again: once the
 * kernel had no room for news, it throws away all that comes until everything was read, and tells
 * of it once. What changed after a list asked for before that would be in neither.
 */
static int read_all(struct rj_links *l)
{
	int err = l->is_broken && !l->is_listing ? rj_links_ask(l) : 0;

	return err ? err : RJ_LINKS_NONE;
}

int rj_links_read(struct rj_links *l, void (*on_link)(void *user, const struct rj_link *link),
		  void *user)
{
	ssize_t len = recv(l->fd, NULL, 0, MSG_PEEK | MSG_TRUNC);
	int news;

	if (len > 0 && (size_t)len > l->room_len) {
		uint8_t *room = realloc(l->room, (size_t)len);

		if (!room)
			return -ENOMEM;
		l->room = room;
		l->room_len = (size_t)len;
	}
	if (len >= 0)
		len = recv(l->fd, l->room, l->room_len, 0);
	if (len < 0 && errno == EAGAIN)
		return read_all(l);
	if (len < 0 && errno == EINTR)
		return RJ_LINKS_NONE;
	if (len < 0 && errno == ENOBUFS) {
		l->is_broken = true;
		return RJ_LINKS_SOME;
	}
	if (len < 0)
		return -errno;
	news = rj_links_parse(l->room, (size_t)len, on_link, user, &l->is_broken);
	if (news < 0 && l->is_listing) /* it ends with the error */
		l->is_broken = true;
	if (news < 0 || news == RJ_LINKS_END)
		l->is_listing = false;
	return news == RJ_LINKS_END && l->is_broken ? RJ_LINKS_SOME : news;
}
