/* SPDX-License-Identifier: BSD-3-Clause */
/* Attaching the packet programs to one interface, by link wherever there is one. */
#ifndef RJ_SOURCE_ATTACH_H
#define RJ_SOURCE_ATTACH_H

#include <bpf/libbpf.h>
#include <net/if.h>
#include <stdbool.h>

#include "core/error.h"
#include "core/status.h"
#include "source/alive.h"
#include "source/offloads.h"

enum rj_attach_mode {
	RJ_ATTACH_AUTO,
	RJ_ATTACH_XDP,
	RJ_ATTACH_XDP_GENERIC,
	RJ_ATTACH_TCX,
	RJ_ATTACH_TC
};

#define RJ_WATCH_IN 1u
#define RJ_WATCH_OUT 2u

struct rj_pin;
struct rj_tether;

/*
 * struct rj_attach_programs - file descriptors; -1 where a program was not loaded. @pin: where
 * attachments are pinned, or are already and get these programs; NULL: they end with the process.
 * @is_gated: they are filters that lead to nothing once the process is dead. @tether: what makes
 * clsact filters of others such that do, or NULL where none is wanted.
 * @why_no_ip: NULL, or why those for frames that start with IP were not: one line, for people
 */
struct rj_attach_programs {
	int xdp;
	int tc;	   /* of both directions: frames with Ethernet headers */
	int tc_ip; /* likewise frames that start with IP */
	const struct rj_pin *pin;
	bool is_gated;
	struct rj_tether *tether;
	const char *why_no_ip;
};

/*
 * struct rj_attachment - one interface. Zero but for fds of -1 before rj_attach.
 * @in_fd, @out_fd: links; closing them detaches. -1: none, or a clsact filter
 * @in, @out: how, for people: "xdp (native)", "tcx", "tc"; "" when not
 * @owner: of its clsact filters
 * @has_in_filter, @has_out_filter: a clsact filter has no link: taken away by rj_detach, or by the
 *      next start when the process was killed
 * @made_qdisc: the clsact qdisc was not there before
 * @is_pinned: rj_detach leaves it at work: rj_pin_detach ends it
 * @note: what attaching changed, for people; "" when nothing
 * @before, @after: its offloads before attaching and then, set back by rj_detach; of what is pinned
 *      the kernel sets back what it does by itself when the program goes
 */
struct rj_attachment {
	char name[IF_NAMESIZE];
	int ifindex;
	bool is_attached;
	int in_fd, out_fd;
	struct rj_alive owner;
	const char *in, *out;
	bool has_in_filter, has_out_filter;
	bool made_qdisc;
	bool is_pinned;
	int num_stale; /* filters that a killed process had left here */
	char note[224];
	struct rj_offloads before, after;
};

/*
 * rj_attach - attaches to interface @name as @mode says, for @directions (RJ_WATCH_*). 0, or a
 * negative errno with @error set and nothing left attached: -ENODEV no such interface, -EPERM,
 * -EOPNOTSUPP this kernel or interface cannot.
 */
RJ_MUST_CHECK int rj_attach(struct rj_attachment *a, const char *name, enum rj_attach_mode mode,
			    unsigned int directions, const struct rj_attach_programs *programs,
			    struct rj_error *error);

/* rj_attach_has_ether - whether there is such an interface, with Ethernet headers on its frames. */
bool rj_attach_has_ether(const char *name);

/* rj_detach - takes everything of it away again; a no-op when nothing is attached. */
void rj_detach(struct rj_attachment *a);

/*
 * rj_attachment_close - rj_detach where the thread cannot be in the interface's namespace: takes
 * away what goes from anywhere, and leaves the rest. How many clsact filters stay that should not.
 */
unsigned int rj_attachment_close(struct rj_attachment *a);

/* rj_attach_mode_parse - "auto", "xdp", "xdp-generic", "tcx", "tc"; -EINVAL. */
RJ_MUST_CHECK int rj_attach_mode_parse(const char *text, enum rj_attach_mode *out);

#endif
