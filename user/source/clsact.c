// SPDX-License-Identifier: BSD-3-Clause
/* Makes, finds and removes clsact filters through libbpf and rtnetlink. */
#include "source/clsact.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FOUND 64

struct found {
	uint32_t handle[MAX_FOUND];
	int num;   /* ours, at most MAX_FOUND of them */
	int total; /* anyone's */
};

static enum bpf_tc_attach_point point(bool is_egress)
{
	return is_egress ? BPF_TC_EGRESS : BPF_TC_INGRESS;
}

/* A question to rtnetlink about traffic control, and what is made of each answer. */
struct dump {
	struct {
		struct nlmsghdr header;
		struct tcmsg tc;
	} request;
	uint16_t answer; /* type of the messages that @take gets */
	void (*take)(void *user, const struct nlmsghdr *h);
	void *user;
};

/* Reads one answer of a dump; 1: more follow, 0: that was all, else a negative errno. */
static int read_answer(int fd, const struct dump *d)
{
	_Alignas(struct nlmsghdr) char bytes[32768];
	ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
	size_t left = got > 0 ? (size_t)got : 0;

	if (got < 0)
		return -errno;
	for (struct nlmsghdr *h = (struct nlmsghdr *)bytes; NLMSG_OK(h, left);
	     h = NLMSG_NEXT(h, left)) {
		if (h->nlmsg_type == NLMSG_DONE)
			return 0;
		if (h->nlmsg_type == NLMSG_ERROR)
			return ((struct nlmsgerr *)NLMSG_DATA(h))->error;
		if (h->nlmsg_type == d->answer)
			d->take(d->user, h);
	}
	return 1;
}

static int run_dump(struct dump *d)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int more;

	if (fd < 0)
		return -errno;
	d->request.header.nlmsg_len = sizeof(d->request);
	d->request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	if (send(fd, &d->request, sizeof(d->request), 0) < 0)
		more = -errno;
	else
		do
			more = read_answer(fd, d);
		while (more > 0);
	close(fd);
	return more;
}

/* struct qdisc - @is_ingress: what stands where clsact would is the older "ingress". */
struct qdisc {
	int ifindex;
	bool is_ingress;
};

static void note_qdisc(void *user, const struct nlmsghdr *h)
{
	static const char ingress[] = "ingress";
	struct qdisc *q = user;
	const struct tcmsg *tc = NLMSG_DATA(h);
	int left = (int)NLMSG_PAYLOAD(h, sizeof(*tc));

	/* the kernel tells those of all interfaces */
	if (tc->tcm_ifindex != q->ifindex || tc->tcm_parent != TC_H_CLSACT)
		return;
	for (const struct rtattr *a = TCA_RTA(tc); RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == TCA_KIND && RTA_PAYLOAD(a) == sizeof(ingress))
			q->is_ingress = !memcmp(RTA_DATA(a), ingress, sizeof(ingress));
}

/*
 * The qdisc "ingress" stands at clsact's place and does not look which way a filter asks for: one
 * for what goes out would get what comes in.
 */
static bool has_ingress_qdisc(int ifindex)
{
	struct qdisc qdisc = { .ifindex = ifindex };
	struct dump d = {
		.request = { .header = { .nlmsg_type = RTM_GETQDISC },
			     .tc = { .tcm_family = AF_UNSPEC, .tcm_ifindex = ifindex } },
		.answer = RTM_NEWQDISC,
		.take = note_qdisc,
		.user = &qdisc,
	};

	return !run_dump(&d) && qdisc.is_ingress;
}

static void note_filter(void *user, const struct nlmsghdr *h)
{
	struct found *found = user;
	const struct tcmsg *tc = NLMSG_DATA(h);

	if (!tc->tcm_handle) /* the chain's own line, not a filter */
		return;
	found->total++;
	if (TC_H_MAJ(tc->tcm_info) >> 16 == RJ_CLSACT_PRIORITY && found->num < MAX_FOUND)
		found->handle[found->num++] = tc->tcm_handle;
}

static int find_filters(int ifindex, bool is_egress, struct found *found)
{
	struct dump d = {
		.request = { .header = { .nlmsg_type = RTM_GETTFILTER },
			     .tc = { .tcm_family = AF_UNSPEC,
				     .tcm_ifindex = ifindex,
				     .tcm_parent = TC_H_MAKE(TC_H_CLSACT,
							     is_egress ? TC_H_MIN_EGRESS :
									 TC_H_MIN_INGRESS) } },
		.answer = RTM_NEWTFILTER,
		.take = note_filter,
		.user = found,
	};

	return run_dump(&d);
}

/* A process id was the handle of a filter before rj_alive; our own may have been another's. */
static bool is_owned(uint32_t handle)
{
	if (handle >= RJ_ALIVE_MIN)
		return rj_alive_is(handle);
	return handle != (uint32_t)getpid() && (!kill((pid_t)handle, 0) || errno != ESRCH);
}

int rj_clsact_attach(int ifindex, bool is_egress, int prog_fd, uint32_t pinned_handle,
		     struct rj_alive *owner, bool *ret_made_qdisc)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = point(is_egress));
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd, .priority = RJ_CLSACT_PRIORITY);
	LIBBPF_OPTS(bpf_tc_opts, pinned, .prog_fd = prog_fd, .handle = pinned_handle,
		    .priority = RJ_CLSACT_PRIORITY_PINNED, .flags = BPF_TC_F_REPLACE);
	int err = bpf_tc_hook_create(&hook);

	if (!err)
		*ret_made_qdisc = true;
	else if (err != -EEXIST)
		return err;
	else if (is_egress && has_ingress_qdisc(ifindex))
		return -EMEDIUMTYPE;
	if (pinned_handle)
		return bpf_tc_attach(&hook, &pinned);
	/* the sign of life comes before what it is asked about */
	err = owner->fd < 0 ? rj_alive_open(owner) : 0;
	opts.handle = owner->number;
	return err ? err : bpf_tc_attach(&hook, &opts);
}

static void detach_handle(int ifindex, bool is_egress, uint32_t handle, uint32_t priority)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = point(is_egress));
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = handle, .priority = priority);

	bpf_tc_detach(&hook, &opts);
}

void rj_clsact_detach(int ifindex, bool is_egress, const struct rj_alive *owner)
{
	detach_handle(ifindex, is_egress, owner->number, RJ_CLSACT_PRIORITY);
}

void rj_clsact_detach_pinned(int ifindex, bool is_egress, uint32_t handle)
{
	detach_handle(ifindex, is_egress, handle, RJ_CLSACT_PRIORITY_PINNED);
}

static int sweep(int ifindex, bool is_egress, struct rj_clsact_found *out)
{
	struct found found = { 0 };
	int err = find_filters(ifindex, is_egress, &found);

	if (err)
		return err;
	out->num_ours += found.num;
	out->num_total += found.total;
	for (int i = 0; i < found.num; i++) {
		if (is_owned(found.handle[i]))
			continue;
		detach_handle(ifindex, is_egress, found.handle[i], RJ_CLSACT_PRIORITY);
		out->num_stale++;
	}
	return 0;
}

int rj_clsact_sweep(int ifindex, struct rj_clsact_found *out)
{
	int err;

	*out = (struct rj_clsact_found){ 0 };
	err = sweep(ifindex, false, out);
	return err ? err : sweep(ifindex, true, out);
}

void rj_clsact_drop_qdisc(int ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);
	struct found found = { 0 };

	if (find_filters(ifindex, false, &found) || find_filters(ifindex, true, &found) ||
	    found.total)
		return;
	bpf_tc_hook_destroy(&hook);
}
