// SPDX-License-Identifier: BSD-3-Clause
/* The attachments in a directory of pins. */
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/clsact.h"
#include "source/pin_dir.h"

static const char *const kinds[RJ_PIN_NUM_KINDS] = {
	[RJ_PIN_TCX] = "tcx", [RJ_PIN_XDP_NATIVE] = "xdpdrv", [RJ_PIN_XDP_GENERIC] = "xdpskb",
	[RJ_PIN_TC] = "tc",   [RJ_PIN_QDISC] = "qdisc",
};

static bool has_link(enum rj_pin_kind kind)
{
	return kind < RJ_PIN_TC;
}

void rj_pin_place_name(const struct rj_pin_place *place, uint64_t netns, char *out)
{
	snprintf(out, RJ_PIN_NAME_LEN, RJ_PIN_PREFIX "%s_%s_%d_%" PRIu64, kinds[place->kind],
		 place->is_egress ? "out" : "in", place->ifindex, netns);
}

bool rj_pin_place_parse(const char *name, struct rj_pin_place *out, uint64_t *ret_netns)
{
	/* by making the name of each kind and direction from the numbers at its end */
	for (unsigned int i = 0; i < 2 * RJ_PIN_NUM_KINDS; i++) {
		struct rj_pin_place place = { .kind = i / 2, .is_egress = i & 1 };
		char start[RJ_PIN_NAME_LEN], whole[RJ_PIN_NAME_LEN];
		int len = snprintf(start, sizeof(start), RJ_PIN_PREFIX "%s_%s_", kinds[place.kind],
				   place.is_egress ? "out" : "in");
		char *end;
		uint64_t netns;

		if (strncmp(name, start, (size_t)len))
			continue;
		place.ifindex = (int)strtol(name + len, &end, 10);
		if (*end != '_')
			return false;
		netns = strtoull(end + 1, NULL, 10);
		rj_pin_place_name(&place, netns, whole);
		if (strcmp(whole, name))
			return false;
		*out = place;
		*ret_netns = netns;
		return true;
	}
	return false;
}

static bool path_of(const struct rj_pin *p, const struct rj_pin_place *place, char *out)
{
	char name[RJ_PIN_NAME_LEN];

	rj_pin_place_name(place, p->netns, name);
	return rj_pin_name(p, name, out);
}

int rj_pin_resume_link(const struct rj_pin *p, const struct rj_pin_place *place, int prog_fd)
{
	char path[PATH_MAX];
	int fd, err;

	if (!p || !path_of(p, place, path))
		return -ENOENT;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return fd;
	err = bpf_link_update(fd, prog_fd, NULL);
	if (!err)
		return fd;
	close(fd);
	if (err != -ENOLINK)
		return err;
	unlink(path); /* its interface is gone */
	return -ENOENT;
}

int rj_pin_link(const struct rj_pin *p, const struct rj_pin_place *place, int link_fd)
{
	char path[PATH_MAX];

	if (!p)
		return 0;
	return path_of(p, place, path) ? bpf_obj_pin(link_fd, path) : -ENAMETOOLONG;
}

/* A mark is one more name of rj_meta: something must be pinned. */
int rj_pin_mark(const struct rj_pin *p, const struct rj_pin_place *place)
{
	char path[PATH_MAX];
	int fd, err;

	if (!p)
		return 0;
	if (!path_of(p, place, path))
		return -ENAMETOOLONG;
	fd = p->meta_fd >= 0 ? p->meta_fd : rj_pin_map_fd(p, "rj_meta");
	if (fd < 0)
		return fd;
	err = bpf_obj_pin(fd, path);
	if (fd != p->meta_fd)
		close(fd);
	return err == -EEXIST ? 0 : err;
}

bool rj_pin_has(const struct rj_pin *p, const struct rj_pin_place *place)
{
	char path[PATH_MAX];

	return p && path_of(p, place, path) && !access(path, F_OK);
}

static void detach_link(const char *path)
{
	int fd = bpf_obj_get(path);

	if (fd < 0)
		return;
	/* now, and not when the last reference has gone; a link of no interface says so */
	if (bpf_link_detach(fd))
		errno = 0;
	close(fd);
}

/* Takes a place of this namespace, or a link of any, away; @path: its pin. */
static void drop(const struct rj_pin *p, const struct rj_pin_place *place, const char *path)
{
	if (has_link(place->kind))
		detach_link(path);
	else if (place->kind == RJ_PIN_TC)
		rj_clsact_detach_pinned(place->ifindex, place->is_egress, rj_pin_handle(p));
	else
		rj_clsact_drop_qdisc(place->ifindex);
	unlink(path);
}

void rj_pin_drop(const struct rj_pin *p, int ifindex)
{
	/* in the order of kinds: qdiscs after the filters in them */
	for (unsigned int i = 0; i < 2 * RJ_PIN_NUM_KINDS; i++) {
		const struct rj_pin_place place = { .kind = i / 2,
						    .ifindex = ifindex,
						    .is_egress = i & 1 };
		char path[PATH_MAX];

		if (rj_pin_has(p, &place) && path_of(p, &place, path))
			drop(p, &place, path);
	}
}

/* What rj_pin_detach is at. */
struct detaching {
	const struct rj_pin *p;
	struct rj_pin_removed *removed;
	bool is_qdiscs_turn;
};

static void detach_one(void *user, const char *name)
{
	struct detaching *d = user;
	struct rj_pin_place place;
	char path[PATH_MAX];
	uint64_t netns;

	if (!rj_pin_place_parse(name, &place, &netns) || !rj_pin_name(d->p, name, path) ||
	    (place.kind == RJ_PIN_QDISC) != d->is_qdiscs_turn)
		return;
	if (!has_link(place.kind) && netns != d->p->netns) {
		d->removed->num_elsewhere += place.kind == RJ_PIN_TC;
		return;
	}
	d->removed->num_links += has_link(place.kind);
	d->removed->num_filters += place.kind == RJ_PIN_TC;
	drop(d->p, &place, path);
}

void rj_pin_detach(const struct rj_pin *p, struct rj_pin_removed *out)
{
	struct detaching d = { .p = p, .removed = out };

	*out = (struct rj_pin_removed){ 0 };
	rj_pin_each(p, detach_one, &d);
	d.is_qdiscs_turn = true;
	rj_pin_each(p, detach_one, &d);
}

/* What rj_pin_tidy is at. */
struct tidying {
	const struct rj_pin *p;
	bool (*is_watched)(const void *user, int ifindex);
	const void *user;
};

static void tidy_one(void *user, const char *name)
{
	const struct tidying *t = user;
	struct rj_pin_place place;
	uint64_t netns;

	if (rj_pin_place_parse(name, &place, &netns) && netns == t->p->netns &&
	    !t->is_watched(t->user, place.ifindex))
		rj_pin_drop(t->p, place.ifindex);
}

void rj_pin_tidy(const struct rj_pin *p, bool (*is_watched)(const void *user, int ifindex),
		 const void *user)
{
	struct tidying t = { .p = p, .is_watched = is_watched, .user = user };

	rj_pin_each(p, tidy_one, &t);
}
