// SPDX-License-Identifier: BSD-3-Clause
/* Attaches by XDP, TCX or clsact, and takes everything away again. */
#include "source/attach.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/clsact.h"
#include "source/newer.h"
#include "source/pin.h"
#include "source/probe.h"
#include "source/tether.h"

int rj_attach_mode_parse(const char *text, enum rj_attach_mode *out)
{
	static const char *const words[] = { "auto", "xdp", "xdp-generic", "tcx", "tc" };

	for (unsigned int i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(text, words[i])) {
			*out = (enum rj_attach_mode)i;
			return 0;
		}
	return -EINVAL;
}

/* What rj_attach passes on to its parts. */
struct job {
	struct rj_attachment *a;
	const struct rj_attach_programs *programs;
	struct rj_error *error;
	bool is_ip;	  /* frames have no link header */
	bool is_loopback; /* what goes out comes in again */
};

static int failed(const struct job *j, int err, const char *how)
{
	if ((err == -EPERM || err == -EACCES) && !rj_pin_may_change(j->programs->pin))
		return rj_error_set(j->error, -EPERM,
				    "%s: not permitted to pin in %s: give that directory to this "
				    "user, as --user does at the start",
				    j->a->name, rj_pin_path(j->programs->pin));
	if (err == -EPERM || err == -EACCES)
		return rj_error_set(j->error, -EPERM,
				    "%s: not permitted to attach by %s: be root or have CAP_BPF, "
				    "CAP_NET_ADMIN and CAP_PERFMON",
				    j->a->name, how);
	if (err == -EBUSY)
		return rj_error_set(j->error, err, "%s: another program is attached by %s already",
				    j->a->name, how);
	if (err == -EEXIST)
		return rj_error_set(j->error, -EBUSY,
				    "%s: another program is attached by %s already, in another of "
				    "its modes or to an interface above it; try --attach auto",
				    j->a->name, how);
	if (err == -EMEDIUMTYPE)
		return rj_error_set(
			j->error, -EOPNOTSUPP,
			"%s: its qdisc \"ingress\" is where clsact would be, and takes no filter "
			"of outgoing packets: remove it (tc qdisc del dev %s ingress), or use "
			"--direction in, or --attach tcx (Linux 6.6)",
			j->a->name, j->a->name);
	return rj_error_set(
		j->error, -EOPNOTSUPP,
		"%s: this kernel or interface cannot attach by %s (%s); try --attach auto",
		j->a->name, how, strerror(-err));
}

/* The hardware type of an interface, ARPHRD_*. */
static int type_of(const char *name, unsigned int *ret_type)
{
	struct ifreq request = { 0 };
	int fd, err = 0;

	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, SIOCGIFHWADDR, &request))
		err = -errno;
	close(fd);
	*ret_type = request.ifr_hwaddr.sa_family;
	return err;
}

bool rj_attach_has_ether(const char *name)
{
	unsigned int type;

	return !type_of(name, &type) && (type == ARPHRD_ETHER || type == ARPHRD_LOOPBACK);
}

static int look_at(struct job *j, const char *name)
{
	unsigned int type;
	int err = type_of(name, &type);

	if (err)
		return rj_error_set(j->error, err, "%s: cannot be looked at: %s", name,
				    strerror(-err));
	j->is_loopback = type == ARPHRD_LOOPBACK;
	switch (type) {
	case ARPHRD_ETHER:
	case ARPHRD_LOOPBACK:
		return 0;
	case ARPHRD_NONE:
	case ARPHRD_RAWIP:
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
	case ARPHRD_IPGRE:
	case ARPHRD_PPP:
		j->is_ip = true;
		if (j->programs->why_no_ip)
			return rj_error_set(j->error, -EINVAL, "%s: %s", name,
					    j->programs->why_no_ip);
		return 0;
	default:
		return rj_error_set(j->error, -EOPNOTSUPP,
				    "%s: interfaces of hardware type %u are not read by this build",
				    name, type);
	}
}

static int program_for(const struct job *j)
{
	return j->is_ip ? j->programs->tc_ip : j->programs->tc;
}

/* A link that is pinned gets the program; else one is made, and pinned where that is asked for. */
static int link_to(const struct job *j, const struct rj_pin_place *place, int prog_fd,
		   enum bpf_attach_type type, const struct bpf_link_create_opts *opts)
{
	const struct rj_pin *pin = j->programs->pin;
	int fd = rj_pin_resume_link(pin, place, prog_fd);
	int err;

	if (fd != -ENOENT)
		return fd;
	fd = bpf_link_create(prog_fd, place->ifindex, type, opts);
	err = fd < 0 ? fd : rj_pin_link(pin, place, fd);
	if (!err)
		return fd;
	if (fd >= 0)
		close(fd);
	return err;
}

static int attach_tcx(const struct job *j, bool is_egress)
{
	const struct rj_pin_place place = {
		.kind = RJ_PIN_TCX,
		.ifindex = j->a->ifindex,
		.is_egress = is_egress,
	};
	int fd = link_to(j, &place, program_for(j), is_egress ? RJ_TCX_EGRESS : RJ_TCX_INGRESS,
			 NULL);

	if (fd < 0)
		return fd;
	*(is_egress ? &j->a->out_fd : &j->a->in_fd) = fd;
	*(is_egress ? &j->a->out : &j->a->in) = "tcx";
	return 0;
}

static int attach_tc(const struct job *j, bool is_egress)
{
	const struct rj_pin *pin = j->programs->pin;
	struct rj_tether *tether = j->programs->tether;
	int prog_fd = program_for(j);
	struct rj_pin_place place = {
		.kind = RJ_PIN_TC,
		.ifindex = j->a->ifindex,
		.is_egress = is_egress,
	};
	int err = rj_pin_mark(pin, &place);

	if (tether)
		prog_fd = rj_tether_program(tether, prog_fd);
	err = !err && prog_fd < 0 ? prog_fd : err;
	err = err ? err :
		    rj_clsact_attach(j->a->ifindex, is_egress, prog_fd, rj_pin_handle(pin),
				     &j->a->owner, &j->a->made_qdisc);
	if (!err && j->a->made_qdisc) {
		place = (struct rj_pin_place){ .kind = RJ_PIN_QDISC, .ifindex = j->a->ifindex };
		err = rj_pin_mark(pin, &place);
	}
	if (err)
		return err;
	*(is_egress ? &j->a->has_out_filter : &j->a->has_in_filter) = true;
	*(is_egress ? &j->a->out : &j->a->in) = "tc";
	return 0;
}

/* TCX where the kernel has it (6.6), else clsact, as @mode allows. */
static int attach_skb(const struct job *j, enum rj_attach_mode mode, bool is_egress)
{
	int err = -EOPNOTSUPP;

	if (mode != RJ_ATTACH_TC)
		err = attach_tcx(j, is_egress);
	if (!err)
		return 0;
	if (mode == RJ_ATTACH_TCX)
		return failed(j, err, "tcx");
	if (err == -EPERM)
		return failed(j, err, "tcx");
	err = attach_tc(j, is_egress);
	return err ? failed(j, err, "tc") : 0;
}

static int attach_xdp(const struct job *j, enum rj_pin_kind kind)
{
	bool is_native = kind == RJ_PIN_XDP_NATIVE;
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = is_native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
	const struct rj_pin_place place = { .kind = kind, .ifindex = j->a->ifindex };
	int fd = link_to(j, &place, j->programs->xdp, BPF_XDP, &opts);

	if (fd < 0)
		return fd;
	j->a->in_fd = fd;
	j->a->in = is_native ? "xdp (native)" : "xdp (generic)";
	return 0;
}

/*
 * What XDP does to offloads: some drivers and the kernel's generic XDP switch LRO or GRO, veth the
 * segmentation offload of its other end, which may be out of our sight.
 */
static void note_offloads(const struct job *j, const struct rj_offloads *before)
{
	struct rj_attachment *a = j->a;
	char text[96];
	int len = 0;
	bool is_generic = !strcmp(a->in, "xdp (generic)");
	bool is_veth = !strcmp(a->in, "xdp (native)") && rj_offloads_driver_is(a->name, "veth");

	a->before = *before;
	if (rj_offloads_read(a->name, &a->after))
		a->after = a->before;
	rj_offloads_tell(a->name, &a->before, &a->after, text, sizeof(text));
	if (*text || is_veth)
		len = snprintf(a->note, sizeof(a->note), "until %s: %s%s%s; auto changes none",
			       a->is_pinned ? "unpin" : "the end", text,
			       *text && is_veth ? ", " : "",
			       is_veth ? "no segmentation offload at the veth's other end" : "");
	/* the frame is all that XDP is shown: not that it is a super-packet, nor of what size */
	if (is_generic && len >= 0 && (size_t)len < sizeof(a->note))
		snprintf(a->note + len, sizeof(a->note) - (size_t)len,
			 "%sa super-packet coming in counts as %s; auto is told its segments",
			 len ? "; " : "",
			 rj_probe_check_mtu() ? "segments that fill the MTU" : "one packet");
}

/* The driver needs a frame in one piece, which this MTU does not allow. */
static int too_large(const struct job *j)
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(request.ifr_name, j->a->name, sizeof(request.ifr_name));
	if (fd >= 0)
		(void)ioctl(fd, SIOCGIFMTU, &request);
	if (fd >= 0)
		close(fd);
	return rj_error_set(j->error, -EOPNOTSUPP,
			    "%s: native XDP refuses its MTU (%d) or that of its other end: set a "
			    "lower one, or use --attach auto, tcx or xdp-generic",
			    j->a->name, request.ifr_mtu);
}

static int attach_in(const struct job *j, enum rj_attach_mode mode)
{
	const struct rj_pin_place generic = { .kind = RJ_PIN_XDP_GENERIC,
					      .ifindex = j->a->ifindex };
	struct rj_offloads before;
	int err = -EOPNOTSUPP;

	if (mode != RJ_ATTACH_XDP && mode != RJ_ATTACH_XDP_GENERIC)
		return attach_skb(j, mode, false);
	if (j->is_ip)
		return rj_error_set(
			j->error, err,
			"%s: XDP is for interfaces with Ethernet headers; use --attach auto",
			j->a->name);
	if (rj_offloads_read(j->a->name, &before))
		before = (struct rj_offloads){ .num_blocks = 0 };
	if (mode == RJ_ATTACH_XDP && !rj_pin_has(j->programs->pin, &generic))
		err = attach_xdp(j, RJ_PIN_XDP_NATIVE);
	if (err == -ERANGE)
		return too_large(j);
	if (err == -EOPNOTSUPP || err == -EINVAL)
		err = attach_xdp(j, RJ_PIN_XDP_GENERIC);
	if (err)
		return failed(j, err, "xdp");
	note_offloads(j, &before);
	return 0;
}

/*
 * Removes what killed processes left. A clsact qdisc that holds filters of ours alone is ours to
 * remove, whoever of us made it.
 */
static void clean(struct rj_attachment *a)
{
	struct rj_clsact_found found;

	if (rj_clsact_sweep(a->ifindex, &found) || !found.num_ours)
		return;
	a->num_stale = found.num_stale;
	a->made_qdisc = found.num_ours == found.num_total;
}

static bool is_xdp(enum rj_attach_mode mode)
{
	return mode == RJ_ATTACH_XDP || mode == RJ_ATTACH_XDP_GENERIC;
}

int rj_attach(struct rj_attachment *a, const char *name, enum rj_attach_mode mode,
	      unsigned int directions, const struct rj_attach_programs *programs,
	      struct rj_error *error)
{
	struct job j = { .a = a, .programs = programs, .error = error };
	int err;

	*a = (struct rj_attachment){ .in_fd = -1,
				     .out_fd = -1,
				     .owner = { .fd = -1 },
				     .in = "",
				     .out = "" };
	strncpy(a->name, name, sizeof(a->name) - 1);
	a->ifindex = (int)if_nametoindex(name);
	if (!a->ifindex)
		return rj_error_set(error, -ENODEV, "%s: no such interface; `ip link` lists them",
				    name);
	a->is_attached = true;
	a->is_pinned = programs->pin;
	clean(a);
	err = look_at(&j, name);
	/* a packet over loopback would be seen twice; going out it still has its sender's socket */
	if (!err && j.is_loopback && directions == (RJ_WATCH_IN | RJ_WATCH_OUT))
		directions = is_xdp(mode) ? RJ_WATCH_IN : RJ_WATCH_OUT;
	if (!err && directions & RJ_WATCH_IN)
		err = attach_in(&j, mode);
	if (!err && directions & RJ_WATCH_OUT)
		err = attach_skb(&j, mode, true);
	if (err)
		rj_detach(a);
	return err;
}

static void close_links(struct rj_attachment *a)
{
	a->is_attached = false;
	if (a->in_fd >= 0)
		close(a->in_fd);
	if (a->out_fd >= 0)
		close(a->out_fd);
	a->in_fd = -1;
	a->out_fd = -1;
}

unsigned int rj_attachment_close(struct rj_attachment *a)
{
	if (!a->is_attached)
		return 0;
	close_links(a);
	if (a->is_pinned)
		return 0;
	rj_alive_close(&a->owner);
	return a->has_in_filter + a->has_out_filter;
}

void rj_detach(struct rj_attachment *a)
{
	if (!a->is_attached)
		return;
	close_links(a);
	if (a->is_pinned)
		return;
	rj_offloads_restore(a->name, &a->before, &a->after);
	if (a->has_in_filter)
		rj_clsact_detach(a->ifindex, false, &a->owner);
	if (a->has_out_filter)
		rj_clsact_detach(a->ifindex, true, &a->owner);
	if (a->made_qdisc)
		rj_clsact_drop_qdisc(a->ifindex);
	rj_alive_close(&a->owner);
}
