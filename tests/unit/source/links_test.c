/* SPDX-License-Identifier: BSD-3-Clause */
#include "source/links.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* struct message - built up; @at: where its header is in @bytes. */
struct message {
	_Alignas(8) uint8_t bytes[2048];
	size_t len, at;
};

static void put(struct message *m, const void *data, size_t len)
{
	memcpy(m->bytes + m->len, data, len);
	m->len += len;
	while (m->len % 4)
		m->bytes[m->len++] = 0;
}

static void set_len(struct message *m)
{
	uint32_t len = (uint32_t)(m->len - m->at);

	memcpy(m->bytes + m->at, &len, sizeof(len));
}

static void begin(struct message *m, uint16_t type, uint16_t flags)
{
	const struct nlmsghdr head = { .nlmsg_type = type, .nlmsg_flags = flags };

	m->at = m->len;
	put(m, &head, sizeof(head));
	set_len(m);
}

static void begin_link(struct message *m, uint16_t type, uint8_t family, int index)
{
	const struct ifinfomsg info = { .ifi_family = family, .ifi_index = index };

	begin(m, type, 0);
	put(m, &info, sizeof(info));
	set_len(m);
}

static void attr(struct message *m, uint16_t type, const void *data, size_t len)
{
	const struct rtattr head = { .rta_type = type, .rta_len = (uint16_t)(sizeof(head) + len) };

	memcpy(m->bytes + m->len, &head, sizeof(head));
	m->len += sizeof(head);
	put(m, data, len);
	set_len(m);
}

struct seen {
	struct rj_link link[8];
	int num;
	bool is_broken;
};

static void on_link(void *user, const struct rj_link *link)
{
	struct seen *s = user;

	if (s->num < 8)
		s->link[s->num++] = *link;
}

static int parse(const struct message *m, size_t len, struct seen *s)
{
	uint8_t *copy = unit_copy(m->bytes, len);
	int news;

	*s = (struct seen){ .num = 0 };
	news = rj_links_parse(copy, len, on_link, s, &s->is_broken);
	free(copy);
	return news;
}

static void slave_of(struct message *m, int master, const char *kind)
{
	struct message info = { .len = 0 };
	uint8_t head[sizeof(struct nlmsghdr)] = { 0 };

	put(&info, head, sizeof(head));
	attr(&info, IFLA_INFO_KIND, "veth", 5);
	attr(&info, IFLA_INFO_SLAVE_KIND, kind, strlen(kind) + 1);
	attr(m, IFLA_MASTER, &master, sizeof(master));
	attr(m, IFLA_LINKINFO | NLA_F_NESTED, info.bytes + sizeof(head), info.len - sizeof(head));
}

/* News of eth0, number 2. */
static void begin_eth0(struct message *m, uint16_t type, uint8_t family)
{
	begin_link(m, type, family, 2);
	attr(m, IFLA_IFNAME, "eth0", 5);
}

TEST(links_are_read_with_their_names_masters_and_ends)
{
	struct message m = { .len = 0 };
	struct seen s;

	begin_eth0(&m, RTM_NEWLINK, AF_UNSPEC);
	slave_of(&m, 4, "bond");
	begin_link(&m, RTM_NEWLINK, AF_UNSPEC, 3);
	attr(&m, IFLA_IFNAME, "eth1", 5);
	slave_of(&m, 5, "bridge");
	begin_link(&m, RTM_DELLINK, AF_UNSPEC, 9);
	attr(&m, IFLA_IFNAME, "veth9", 6);
	CHECK_EQ(parse(&m, m.len, &s), RJ_LINKS_SOME);
	CHECK_EQ(s.num, 3);
	CHECK_STR(s.link[0].name, "eth0");
	CHECK_EQ(s.link[0].index, 2);
	CHECK_EQ(s.link[0].master, 4);
	CHECK(s.link[0].is_bonded);
	CHECK_EQ(s.link[1].master, 5);
	CHECK(!s.link[1].is_bonded);
	CHECK_EQ(s.link[2].index, 9);
	CHECK(s.link[2].is_gone && !s.link[0].is_gone && !s.is_broken);
}

static void pair_with(struct message *m, const char *kind, int32_t far)
{
	struct message info = { .len = 0 };
	uint8_t head[sizeof(struct nlmsghdr)] = { 0 };

	put(&info, head, sizeof(head));
	attr(&info, IFLA_INFO_KIND, kind, strlen(kind) + 1);
	attr(m, IFLA_LINKINFO | NLA_F_NESTED, info.bytes + sizeof(head), info.len - sizeof(head));
	attr(m, IFLA_LINK_NETNSID, &far, sizeof(far));
}

/* A vxlan or macvlan says by the same attribute where what lies below it is. */
TEST(links_tell_where_the_far_end_of_a_pair_is)
{
	static const struct {
		const char *kind;
		int32_t far;
		uint32_t peer;
	} cases[] = { { "veth", 0, 1 },	 { "veth", 7, 8 },  { "netkit", 2, 3 },
		      { "veth", -1, 0 }, { "vxlan", 3, 0 }, { "macvlan", 3, 0 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct message m = { .len = 0 };
		struct seen s;

		begin_eth0(&m, RTM_NEWLINK, AF_UNSPEC);
		pair_with(&m, cases[i].kind, cases[i].far);
		CHECK_EQ(parse(&m, m.len, &s), RJ_LINKS_SOME);
		CHECK_EQ(s.num, 1);
		CHECK_EQ(s.link[0].peer, cases[i].peer);
	}
}

TEST(links_messages_of_a_bridge_about_its_ports_are_no_news)
{
	struct message m = { .len = 0 };
	struct seen s;

	begin_eth0(&m, RTM_DELLINK, AF_BRIDGE);
	begin_link(&m, RTM_NEWLINK, AF_UNSPEC, 3); /* and one without a name cannot be used */
	begin(&m, RTM_NEWADDR, 0);
	CHECK_EQ(parse(&m, m.len, &s), RJ_LINKS_SOME);
	CHECK_EQ(s.num, 0);
}

TEST(links_list_ends_and_may_say_that_it_has_a_gap)
{
	struct message m = { .len = 0 };
	struct seen s;

	begin(&m, NLMSG_DONE, NLM_F_MULTI);
	CHECK_EQ(parse(&m, m.len, &s), RJ_LINKS_END);
	CHECK(!s.is_broken);
	m.len = 0;
	begin_eth0(&m, RTM_NEWLINK, AF_UNSPEC);
	begin(&m, NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR);
	CHECK_EQ(parse(&m, m.len, &s), RJ_LINKS_END);
	CHECK(s.is_broken);
	CHECK_EQ(s.num, 1);
}

TEST(links_errors_are_errors)
{
	struct message m = { .len = 0 };
	struct nlmsgerr e = { .error = -EPERM };
	struct seen s;

	begin(&m, NLMSG_ERROR, 0);
	CHECK_EQ(parse(&m, m.len, &s), -EBADMSG);
	put(&m, &e, sizeof(e));
	set_len(&m);
	CHECK_EQ(parse(&m, m.len, &s), -EPERM);
}

TEST(links_lengths_that_lie_are_not_followed)
{
	struct message m = { .len = 0 };
	struct seen s;

	begin_eth0(&m, RTM_NEWLINK, AF_UNSPEC);
	slave_of(&m, 4, "bond");
	for (size_t len = 0; len < m.len; len++)
		CHECK(parse(&m, len, &s) ==
		      (len < sizeof(struct nlmsghdr) ? (int)RJ_LINKS_SOME : -EBADMSG));
	for (size_t at = 0; at < m.len; at++)
		for (unsigned int value = 0; value < 256; value += 5) {
			struct message bad = m;

			bad.bytes[at] = (uint8_t)value;
			(void)parse(&bad, bad.len, &s);
			CHECK(s.num <= 1);
		}
}

/* struct kernel - what stands for it: the other end of a socket. */
struct kernel {
	struct rj_links links;
	int fd;
	struct seen seen;
};

static void begin_kernel(struct kernel *k)
{
	int ends[2];

	*k = (struct kernel){ .fd = -1 };
	CHECK_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
	k->links.fd = ends[0];
	k->fd = ends[1];
}

static void end_kernel(struct kernel *k)
{
	rj_links_close(&k->links);
	close(k->fd);
}

static void tell(const struct kernel *k, uint16_t type, uint16_t flags)
{
	struct message m = { .len = 0 };
	struct nlmsgerr e = { .error = -EBUSY };

	if (type == RTM_NEWLINK) {
		begin_eth0(&m, type, AF_UNSPEC);
	} else {
		begin(&m, type, flags);
		if (type == NLMSG_ERROR)
			put(&m, &e, sizeof(e));
		set_len(&m);
	}
	CHECK_EQ(send(k->fd, m.bytes, m.len, 0), m.len);
}

static int read_one(struct kernel *k)
{
	return rj_links_read(&k->links, on_link, &k->seen);
}

/* Whether a list was asked for since this was called last. */
static bool is_asked(const struct kernel *k)
{
	struct nlmsghdr request[8];

	return recv(k->fd, request, sizeof(request), 0) > 0 && request->nlmsg_type == RTM_GETLINK;
}

TEST(links_list_with_a_gap_is_asked_for_again_once_all_is_read)
{
	struct kernel k;

	begin_kernel(&k);
	CHECK_EQ(rj_links_ask(&k.links), 0);
	CHECK(is_asked(&k));
	tell(&k, NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR);
	tell(&k, RTM_NEWLINK, 0);
	CHECK_EQ(read_one(&k), RJ_LINKS_SOME);
	CHECK(!is_asked(&k)); /* the kernel may still be throwing news away */
	CHECK_EQ(read_one(&k), RJ_LINKS_SOME);
	CHECK(!is_asked(&k));
	CHECK_EQ(read_one(&k), RJ_LINKS_NONE);
	CHECK(is_asked(&k));
	CHECK_EQ(read_one(&k), RJ_LINKS_NONE);
	CHECK(!is_asked(&k)); /* once is enough */
	tell(&k, NLMSG_DONE, NLM_F_MULTI);
	CHECK_EQ(read_one(&k), RJ_LINKS_END);
	CHECK_EQ(read_one(&k), RJ_LINKS_NONE);
	CHECK(!is_asked(&k));
	CHECK_EQ(k.links.num_asked, 2);
	end_kernel(&k);
}

TEST(links_list_that_ends_with_an_error_is_asked_for_again)
{
	struct kernel k;

	begin_kernel(&k);
	CHECK_EQ(rj_links_ask(&k.links), 0);
	CHECK(is_asked(&k));
	tell(&k, NLMSG_ERROR, 0);
	CHECK_EQ(read_one(&k), -EBUSY);
	CHECK_EQ(read_one(&k), RJ_LINKS_NONE);
	CHECK(is_asked(&k));
	end_kernel(&k);
}
