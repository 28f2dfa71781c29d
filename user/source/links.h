/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's news of interfaces: rtnetlink's list of links and its changes. */
#ifndef RJ_SOURCE_LINKS_H
#define RJ_SOURCE_LINKS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/*
 * struct rj_link - what a message tells of an interface.
 * @master: index of the bridge, bond, … it is a port of, or 0
 * @is_bonded: a slave of a bond or team: its frames are its master's as well
 * @peer: of a pair whose far end is in another namespace: that one's number here, + 1; else 0
 * @is_gone: it is no more
 */
struct rj_link {
	int index;
	int master;
	char name[IF_NAMESIZE];
	uint32_t peer;
	bool is_bonded;
	bool is_gone;
};

/*
 * struct rj_links - a socket subscribed to changes; embedded.
 * @num_asked: lists asked for; a list that news was lost of is asked for again
 * @is_listing, @is_broken: a list is coming; it has a gap
 */
struct rj_links {
	int fd;
	uint32_t num_asked;
	bool is_listing;
	bool is_broken;
	uint8_t *room;
	size_t room_len;
};

/* What rj_links_read and rj_links_parse found. */
enum rj_links_news {
	RJ_LINKS_NONE, /* nothing more is there now */
	RJ_LINKS_SOME, /* a message; there may be more */
	RJ_LINKS_END   /* the list is whole: what was not in it since num_asked rose is gone */
};

/* rj_links_open - in the thread's namespace. 0 or a negative errno. */
RJ_MUST_CHECK int rj_links_open(struct rj_links *out);

/* rj_links_ask - for the list of all interfaces, which comes between the changes. */
RJ_MUST_CHECK int rj_links_ask(struct rj_links *l);

/*
 * rj_links_read - one datagram, without waiting. enum rj_links_news, or a negative errno. Where the
 * kernel had no room for news, or a list has a gap, it is asked for when nothing more is there.
 */
RJ_MUST_CHECK int rj_links_read(struct rj_links *l,
				void (*on_link)(void *user, const struct rj_link *link),
				void *user);

/*
 * rj_links_parse - the messages of one datagram; *@is_broken is set where they say that the list
 * changed while it was made.
 */
RJ_MUST_CHECK int rj_links_parse(const uint8_t *bytes, size_t len,
				 void (*on_link)(void *user, const struct rj_link *link),
				 void *user, bool *is_broken);

void rj_links_close(struct rj_links *l);

#endif
