// SPDX-License-Identifier: BSD-3-Clause
/* The list of interfaces, the kernel's news and attaching put together. */
#include "source/watch.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/interfaces.h"
#include "source/links.h"
#include "source/netns.h"
#include "source/pin.h"
#include "source/tether.h"

#define TEXT_LEN 256 /* of one interface */
#define MAX_TOLD 12  /* interfaces of which the line tells; of more it gives the number */
#define LINE_LEN (MAX_TOLD * (TEXT_LEN + 2) + 32)
#define MAX_AT_ONCE 4	  /* interfaces attached to or detached from in one go. Ours */
#define LIST_WAIT_MS 5000 /* the kernel answers at once */
#define MAX_NEWS 256	  /* datagrams read in one go: the ring must not wait. Ours */

struct rj_watch {
	struct rj_watch_config config;
	struct rj_attach_programs programs;
	struct rj_tether tether;
	struct rj_interfaces list;
	struct rj_links links;
	int promisc_fd;
	bool is_open;	  /* the start is over: failures are told, no longer returned */
	bool is_stopping; /* what is pinned stays at work */
	bool is_outside;  /* of the interfaces' namespace, and may not enter it any more */
	struct rj_error error;
	size_t num_attached;
	unsigned int num_left; /* filters, where they are out of reach */
	char line[LINE_LEN];
};

__attribute__((format(printf, 3, 4))) static void
tell(const struct rj_watch *w, enum rj_notice notice, const char *format, ...)
{
	char line[RJ_ERROR_LEN];
	va_list args;

	if (!w->config.on_notice)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	w->config.on_notice(w->config.user, notice, line);
}

/* Coming and going is told of interfaces that were named; of "any", to the curious. */
static enum rj_notice weight(const struct rj_interface *i)
{
	return i->is_named ? RJ_IS_NOTE : RJ_IS_DETAIL;
}

static void set_promisc(struct rj_watch *w, const struct rj_interface *i, bool is_on)
{
	struct packet_mreq request = { .mr_ifindex = i->index, .mr_type = PACKET_MR_PROMISC };

	if (w->promisc_fd < 0)
		return;
	if (!setsockopt(w->promisc_fd, SOL_PACKET,
			is_on ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP, &request,
			sizeof(request)) ||
	    !is_on)
		return;
	tell(w, RJ_IS_WARNING, "%s: promiscuous mode cannot be switched on: %s", i->name,
	     strerror(errno));
}

/* How an interface is watched: "eth0: in by tcx out by tcx". */
static void describe(const struct rj_attachment *a, char *out, size_t len)
{
	int at = snprintf(out, len, "%s:%s%s%s%s", a->name, *a->in ? " in by " : "", a->in,
			  *a->out ? " out by " : "", a->out);

	if (a->num_stale && at > 0 && (size_t)at < len)
		at += snprintf(out + at, len - (size_t)at,
			       " (removed %d filter%s left by a killed process)", a->num_stale,
			       a->num_stale == 1 ? "" : "s");
	if (*a->note && at > 0 && (size_t)at < len)
		snprintf(out + at, len - (size_t)at, " (%s)", a->note);
}

static void note_attached(struct rj_watch *w, const struct rj_attachment *a)
{
	size_t len = strlen(w->line);
	char text[TEXT_LEN];

	if (++w->num_attached > MAX_TOLD)
		return;
	describe(a, text, sizeof(text));
	snprintf(w->line + len, sizeof(w->line) - len, "%s%s", len ? ", " : "", text);
}

/*
 * What is pinned counts on, so that of an interface that is not watched any more it has to go. One
 * that is attached under this number by now keeps it.
 */
static void drop_pins(const struct rj_watch *w, const struct rj_attachment *a)
{
	if (!w->programs.pin || w->is_stopping || rj_watch_is_watched(w, a->ifindex))
		return;
	rj_pin_drop(w->programs.pin, a->ifindex);
	rj_offloads_restore(a->name, &a->before, &a->after);
}

static int attach(void *user, struct rj_interface *i)
{
	struct rj_watch *w = user;
	struct rj_error error;
	char text[TEXT_LEN];
	int err = rj_attach(&i->attachment, i->name, w->config.mode, w->config.directions,
			    &w->programs, &error);

	/* another one may have taken the name */
	if (!err && i->attachment.ifindex != i->index) {
		rj_detach(&i->attachment);
		err = rj_error_set(&error, -ENODEV, "%s: is gone", i->name);
	}
	if (err && !w->is_open && (i->is_named || err == -EPERM)) {
		w->error = error;
		return err;
	}
	if (err)
		drop_pins(w, &i->attachment);
	if (err == -ENODEV && w->is_open) /* it has gone again already, which will be told */
		return err;
	if (err) {
		w->error = error;
		tell(w, RJ_IS_WARNING, "not watched: %s", error.text);
		return err;
	}
	set_promisc(w, i, true);
	if (!w->is_open) {
		note_attached(w, &i->attachment);
		return 0;
	}
	describe(&i->attachment, text, sizeof(text));
	tell(w, weight(i), "watching %s", text);
	return 0;
}

static void detach(void *user, struct rj_interface *i)
{
	struct rj_watch *w = user;

	if (w->is_outside) {
		w->num_left += rj_attachment_close(&i->attachment);
		return;
	}
	if (i->is_there) {
		set_promisc(w, i, false);
		/* offloads are set back by name, which may be another one by now */
		memcpy(i->attachment.name, i->name, sizeof(i->attachment.name));
	} else {
		tell(w, weight(i), "%s: is gone; watched again when it comes back", i->name);
		/* nothing of it is to be set back, least of all on another one of its name */
		i->attachment.after = i->attachment.before;
	}
	rj_detach(&i->attachment);
	drop_pins(w, &i->attachment);
}

static const struct rj_interfaces_ops ops = { .attach = attach, .detach = detach };

/* Where there is no room for it who only receives there is not named. */
static void note_peer(const struct rj_watch *w, const struct rj_link *link)
{
	uint32_t ifindex = (uint32_t)link->index;

	if (w->config.peers < 0)
		return;
	if (link->peer && !link->is_gone)
		(void)bpf_map_update_elem(w->config.peers, &ifindex, &link->peer, BPF_ANY);
	else
		(void)bpf_map_delete_elem(w->config.peers, &ifindex);
}

static void on_link(void *user, const struct rj_link *link)
{
	struct rj_watch *w = user;

	note_peer(w, link);
	if (rj_interfaces_note(&w->list, link, w->links.num_asked))
		tell(w, RJ_IS_WARNING, "%s: not watched: out of memory", link->name);
}

/*
 * Reads the news there is. RJ_LINKS_NONE: all; RJ_LINKS_SOME or, where a list ended, RJ_LINKS_END:
 * there may be more; or an errno.
 */
static int read_news(struct rj_watch *w)
{
	for (int i = 0; i < MAX_NEWS; i++) {
		int news = rj_links_read(&w->links, on_link, w);

		if (news == RJ_LINKS_END)
			rj_interfaces_end_list(&w->list, w->links.num_asked);
		if (news != RJ_LINKS_SOME)
			return news;
	}
	return RJ_LINKS_SOME;
}

static int first_list(struct rj_watch *w, struct rj_error *error)
{
	struct pollfd wait = { .fd = w->links.fd, .events = POLLIN };
	int err = rj_links_ask(&w->links);
	int news = RJ_LINKS_NONE;

	while (!err) {
		if (news == RJ_LINKS_NONE && poll(&wait, 1, LIST_WAIT_MS) == 0) {
			err = -ETIMEDOUT;
			break;
		}
		news = read_news(w);
		if (news == RJ_LINKS_END)
			return 0;
		err = news < 0 ? news : 0;
	}
	return rj_error_set(error, err, "listing the interfaces: %s", strerror(-err));
}

/* Slaves that were named along with their master are left to it, which is worth a line. */
static void tell_slaves(const struct rj_watch *w)
{
	for (size_t i = 0; i < w->list.num; i++) {
		const struct rj_interface *at = &w->list.at[i];

		if (at->is_there && at->is_bonded && !at->attachment.is_attached && !at->is_refused)
			tell(w, RJ_IS_DETAIL, "%s: left to its bond, which is watched", at->name);
	}
}

static int attach_first(struct rj_watch *w, struct rj_error *error)
{
	const char *missing = rj_interfaces_missing(&w->list);
	int err;

	if (missing)
		return rj_error_set(error, -ENODEV, "%s: no such interface; `ip link` lists them",
				    missing);
	err = rj_interfaces_settle(&w->list, SIZE_MAX);
	if (err && (!w->list.is_any || err == -EPERM || !w->num_attached)) {
		*error = w->error;
		return err;
	}
	tell_slaves(w);
	if (w->num_attached > MAX_TOLD) {
		size_t len = strlen(w->line);

		snprintf(w->line + len, sizeof(w->line) - len, " and %zu more",
			 w->num_attached - MAX_TOLD);
	}
	return 0;
}

static int start(struct rj_watch *w, struct rj_error *error)
{
	int err = rj_links_open(&w->links);

	if (err)
		return rj_error_set(error, err, "listing the interfaces: %s", strerror(-err));
	if (w->config.is_promisc) {
		w->promisc_fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
		if (w->promisc_fd < 0)
			return rj_error_set(error, -errno,
					    "promisc: no packet socket: %s; be root or have "
					    "CAP_NET_RAW",
					    strerror(errno));
	}
	err = first_list(w, error);
	return err ? err : attach_first(w, error);
}

int rj_watch_open(const struct rj_watch_config *config, const struct rj_attach_programs *programs,
		  struct rj_watch **out, struct rj_error *error)
{
	struct rj_watch *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return rj_error_set(error, -ENOMEM, "out of memory");
	w->config = *config;
	w->programs = *programs;
	if (!programs->pin && !programs->is_gated)
		w->programs.tether = &w->tether;
	w->links.fd = -1;
	w->promisc_fd = -1;
	err = rj_interfaces_init(&w->list, config->interfaces, &ops, w, error);
	err = err ? err : start(w, error);
	if (err)
		goto fail;
	w->is_open = true;
	w->config.interfaces = NULL;
	*out = w;
	return 0;
fail:
	w->is_stopping = true;
	rj_interfaces_detach(&w->list, SIZE_MAX);
	rj_watch_close(w);
	return err;
}

int rj_watch_fd(const struct rj_watch *w)
{
	return w->links.fd;
}

bool rj_watch_update(struct rj_watch *w)
{
	struct rj_error error;
	bool is_more;
	int news;

	if (rj_netns_enter(w->config.netns, &error)) {
		/* without a reader the news would wake whoever waits for them for ever */
		rj_links_close(&w->links);
		tell(w, RJ_IS_WARNING, "interfaces are no longer followed: %s", error.text);
		return false;
	}
	news = read_news(w);
	if (news < 0)
		tell(w, RJ_IS_WARNING, "news of interfaces: %s", strerror(-news));
	is_more = rj_interfaces_settle(&w->list, MAX_AT_ONCE) == 1 || news > RJ_LINKS_NONE;
	rj_netns_leave(w->config.netns);
	return is_more;
}

const char *rj_watch_line(const struct rj_watch *w)
{
	return w->line;
}

const char *rj_watch_ifname(const struct rj_watch *w, uint32_t ifindex)
{
	const struct rj_interface *i = rj_interfaces_find(&w->list, (int)ifindex);

	return i ? i->name : NULL;
}

bool rj_watch_is_watched(const struct rj_watch *w, int ifindex)
{
	const struct rj_interface *i = rj_interfaces_find(&w->list, ifindex);

	return i && i->attachment.is_attached;
}

bool rj_watch_stop(struct rj_watch *w)
{
	struct rj_error error;
	bool is_more;

	w->is_stopping = true;
	w->is_outside = rj_netns_enter(w->config.netns, &error);
	is_more = rj_interfaces_detach(&w->list, MAX_AT_ONCE);
	if (!w->is_outside)
		rj_netns_leave(w->config.netns);
	if (!is_more && w->num_left) {
		tell(w, RJ_IS_WARNING, "%u clsact filters are left behind: %s", w->num_left,
		     error.text);
		w->num_left = 0;
	}
	return is_more;
}

void rj_watch_close(struct rj_watch *w)
{
	if (!w)
		return;
	rj_interfaces_done(&w->list);
	rj_links_close(&w->links);
	rj_tether_done(&w->tether);
	if (w->promisc_fd >= 0)
		close(w->promisc_fd);
	free(w);
}
