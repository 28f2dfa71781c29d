// SPDX-License-Identifier: BSD-3-Clause
/* Keeps the list of interfaces and decides which are watched. */
#include "source/interfaces.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANY "any"

bool rj_interfaces_are_several(const char *names)
{
	return strchr(names, ',') || !strcmp(names, ANY);
}

bool rj_interfaces_have_ether(const char *names)
{
	char name[IF_NAMESIZE];
	size_t len;

	for (; *names; names += len + (names[len] == ',')) {
		len = strcspn(names, ",");
		snprintf(name, sizeof(name), "%.*s", (int)len, names);
		if (len >= sizeof(name) || !rj_attach_has_ether(name))
			return false;
	}
	return true;
}

static bool is_wanted(const struct rj_interfaces *l, const char *name)
{
	for (size_t i = 0; i < l->num_wanted; i++)
		if (!strcmp(l->wanted[i], name))
			return true;
	return false;
}

static int want(struct rj_interfaces *l, const char *name, size_t len, struct rj_error *error)
{
	char text[IF_NAMESIZE] = "";

	if (!len)
		return rj_error_set(error, -EINVAL,
				    "interface: an empty name in the list; say -i IFACE,IFACE");
	if (len >= sizeof(text))
		return rj_error_set(error, -ENODEV, "%.*s: no such interface; `ip link` lists them",
				    (int)len, name);
	memcpy(text, name, len);
	if (!strcmp(text, ANY))
		l->is_any = true;
	else if (!is_wanted(l, text))
		memcpy(l->wanted[l->num_wanted++], text, sizeof(text));
	return 0;
}

int rj_interfaces_init(struct rj_interfaces *l, const char *names,
		       const struct rj_interfaces_ops *ops, void *user, struct rj_error *error)
{
	size_t room = 1;
	int err = 0;

	*l = (struct rj_interfaces){ .ops = ops, .user = user };
	if (!*names)
		return rj_error_set(error, -ENODEV, "no interface named; say -i IFACE");
	for (const char *at = names; *at; at++)
		room += *at == ',';
	l->wanted = calloc(room, sizeof(*l->wanted));
	if (!l->wanted)
		return rj_error_set(error, -ENOMEM, "out of memory");
	for (const char *at = names; !err; at++) {
		size_t len = strcspn(at, ",");

		err = want(l, at, len, error);
		at += len;
		if (!*at)
			break;
	}
	if (err)
		rj_interfaces_done(l);
	return err;
}

void rj_interfaces_done(struct rj_interfaces *l)
{
	free(l->at);
	free(l->wanted);
	l->at = NULL;
	l->wanted = NULL;
	l->num = 0;
	l->num_wanted = 0;
}

/* The place of the first whose index is not below @index. */
static size_t place_of(const struct rj_interfaces *l, int index)
{
	size_t low = 0, high = l->num;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->at[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct rj_interface *rj_interfaces_find(const struct rj_interfaces *l, int index)
{
	size_t place = place_of(l, index);

	return place < l->num && l->at[place].index == index ? &l->at[place] : NULL;
}

static struct rj_interface *insert(struct rj_interfaces *l, int index)
{
	size_t place = place_of(l, index);

	if (l->num == l->capacity) {
		size_t capacity = l->capacity ? l->capacity * 2 : 16;
		struct rj_interface *at = realloc(l->at, capacity * sizeof(*at));

		if (!at)
			return NULL;
		l->at = at;
		l->capacity = capacity;
	}
	memmove(l->at + place + 1, l->at + place, (l->num - place) * sizeof(*l->at));
	l->num++;
	l->at[place] = (struct rj_interface){ .index = index };
	return &l->at[place];
}

static void detach(struct rj_interfaces *l, struct rj_interface *i)
{
	if (!i->attachment.is_attached)
		return;
	l->ops->detach(l->user, i);
	i->attachment.is_attached = false;
}

/* Forgets the interface that has been gone longest: indices rise, so that it is the lowest. */
static void forget_one(struct rj_interfaces *l)
{
	size_t i = 0;

	while (i < l->num && l->at[i].is_there)
		i++;
	if (i == l->num)
		return;
	memmove(l->at + i, l->at + i + 1, (l->num - i - 1) * sizeof(*l->at));
	l->num--;
	l->num_gone--;
}

static void lose(struct rj_interfaces *l, struct rj_interface *i)
{
	if (!i->is_there)
		return;
	i->is_there = false;
	detach(l, i);
	i->is_refused = false;
	l->num_gone++;
}

static int note_there(struct rj_interfaces *l, const struct rj_link *link, uint32_t seen)
{
	struct rj_interface *i = rj_interfaces_find(l, link->index);

	if (!i)
		i = insert(l, link->index);
	else if (!i->is_there)
		l->num_gone--;
	if (!i)
		return -ENOMEM;
	if (strcmp(i->name, link->name))
		i->is_refused = false;
	memcpy(i->name, link->name, sizeof(i->name));
	i->is_there = true;
	i->master = link->master;
	i->is_bonded = link->is_bonded;
	i->seen = seen;
	return 0;
}

int rj_interfaces_note(struct rj_interfaces *l, const struct rj_link *link, uint32_t seen)
{
	struct rj_interface *i;

	if (!link->is_gone)
		return note_there(l, link, seen);
	i = rj_interfaces_find(l, link->index);
	if (i)
		lose(l, i);
	while (l->num_gone > RJ_MAX_GONE)
		forget_one(l);
	return 0;
}

void rj_interfaces_end_list(struct rj_interfaces *l, uint32_t seen)
{
	for (size_t i = 0; i < l->num; i++)
		if (l->at[i].seen != seen)
			lose(l, &l->at[i]);
	while (l->num_gone > RJ_MAX_GONE)
		forget_one(l);
}

/* Whether its name, or the one it was attached by, asks for it; without looking at its master. */
static bool is_asked_for(const struct rj_interfaces *l, const struct rj_interface *i)
{
	if (!i->is_there)
		return false;
	return l->is_any || i->attachment.is_attached || is_wanted(l, i->name);
}

static bool is_to_be_watched(const struct rj_interfaces *l, const struct rj_interface *i)
{
	const struct rj_interface *master;

	if (!is_asked_for(l, i))
		return false;
	master = i->is_bonded && i->master ? rj_interfaces_find(l, i->master) : NULL;
	return !master || !is_asked_for(l, master) || master->is_refused;
}

static int attach(struct rj_interfaces *l, struct rj_interface *i)
{
	int err;

	i->is_named = is_wanted(l, i->name);
	err = l->ops->attach(l->user, i);
	i->is_refused = err != 0;
	i->attachment.is_attached = !err;
	return err;
}

/* Those that are ports, or the others; true when an interface refused. */
static bool attach_those(struct rj_interfaces *l, bool are_ports, size_t *left, int *first)
{
	bool is_refused = false;

	for (size_t i = 0; i < l->num; i++) {
		struct rj_interface *at = &l->at[i];
		int err;

		if (at->attachment.is_attached || at->is_refused ||
		    (at->master != 0) != are_ports || !is_to_be_watched(l, at))
			continue;
		if (!*left) {
			*first = 1;
			return false;
		}
		--*left;
		err = attach(l, at);
		*first = *first ? *first : err;
		is_refused |= err != 0;
	}
	return is_refused;
}

/*
 * One walk; true when an interface refused, so that another walk may find more to do. Ports come
 * before their bridge: the kernel attaches no XDP program below one that is there.
 */
static bool attach_some(struct rj_interfaces *l, size_t *left, int *first)
{
	bool is_refused = attach_those(l, true, left, first);

	return attach_those(l, false, left, first) || is_refused;
}

int rj_interfaces_settle(struct rj_interfaces *l, size_t max)
{
	int first = 0;

	for (size_t i = 0; i < l->num; i++)
		if (!is_to_be_watched(l, &l->at[i]))
			detach(l, &l->at[i]);
	/* the slaves of a master that refused are on their own */
	while (attach_some(l, &max, &first))
		;
	return first;
}

const char *rj_interfaces_missing(const struct rj_interfaces *l)
{
	for (size_t w = 0; w < l->num_wanted; w++) {
		bool is_there = false;

		for (size_t i = 0; i < l->num; i++)
			is_there |= l->at[i].is_there && !strcmp(l->at[i].name, l->wanted[w]);
		if (!is_there)
			return l->wanted[w];
	}
	return NULL;
}

bool rj_interfaces_detach(struct rj_interfaces *l, size_t max)
{
	for (size_t i = 0; i < l->num; i++) {
		if (!l->at[i].attachment.is_attached)
			continue;
		if (!max--)
			return true;
		detach(l, &l->at[i]);
	}
	return false;
}
