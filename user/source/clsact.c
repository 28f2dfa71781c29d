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

int rj_clsact_attach(int ifindex, bool is_egress, int prog_fd, uint32_t pinned_handle,
		     bool *ret_made_qdisc)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = point(is_egress));
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd, .handle = (uint32_t)getpid(),
		    .priority = RJ_CLSACT_PRIORITY);
	LIBBPF_OPTS(bpf_tc_opts, pinned, .prog_fd = prog_fd, .handle = pinned_handle,
		    .priority = RJ_CLSACT_PRIORITY_PINNED, .flags = BPF_TC_F_REPLACE);
	int err = bpf_tc_hook_create(&hook);

	if (!err)
		*ret_made_qdisc = true;
	else if (err != -EEXIST)
		return err;
	return bpf_tc_attach(&hook, pinned_handle ? &pinned : &opts);
}

static void detach_handle(int ifindex, bool is_egress, uint32_t handle, uint32_t priority)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = point(is_egress));
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = handle, .priority = priority);

	bpf_tc_detach(&hook, &opts);
}

void rj_clsact_detach(int ifindex, bool is_egress, uint32_t pinned_handle)
{
	if (pinned_handle)
		detach_handle(ifindex, is_egress, pinned_handle, RJ_CLSACT_PRIORITY_PINNED);
	else
		detach_handle(ifindex, is_egress, (uint32_t)getpid(), RJ_CLSACT_PRIORITY);
}

static void note(struct found *found, const struct tcmsg *tc)
{
	if (!tc->tcm_handle) /* the chain's own line, not a filter */
		return;
	found->total++;
	if (TC_H_MAJ(tc->tcm_info) >> 16 == RJ_CLSACT_PRIORITY && found->num < MAX_FOUND)
		found->handle[found->num++] = tc->tcm_handle;
}

/* Reads one answer of a dump; 1: more follow, 0: that was all, else a negative errno. */
static int read_answer(int fd, struct found *found)
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
		if (h->nlmsg_type == RTM_NEWTFILTER)
			note(found, NLMSG_DATA(h));
	}
	return 1;
}

static int find_filters(int ifindex, bool is_egress, struct found *found)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg tc;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = RTM_GETTFILTER,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.tc = { .tcm_family = AF_UNSPEC,
			.tcm_ifindex = ifindex,
			.tcm_parent = TC_H_MAKE(TC_H_CLSACT,
						is_egress ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS) },
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int more;

	if (fd < 0)
		return -errno;
	if (send(fd, &request, sizeof(request), 0) < 0)
		more = -errno;
	else
		do
			more = read_answer(fd, found);
		while (more > 0);
	close(fd);
	return more;
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
		if (!kill((pid_t)found.handle[i], 0) || errno != ESRCH)
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
