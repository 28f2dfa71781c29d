/* SPDX-License-Identifier: BSD-3-Clause */
/* The interfaces there are and which of them are watched: a list that news keeps true. */
#ifndef RJ_SOURCE_INTERFACES_H
#define RJ_SOURCE_INTERFACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/status.h"
#include "source/attach.h"
#include "source/links.h"

/* Interfaces that are gone, kept for the names of flows that were seen there. Ours. */
#define RJ_MAX_GONE 4096u

/*
 * struct rj_interface - @seen: number of the list (rj_links.num_asked) or later in which it was
 * @is_there: it exists; else it is kept for its name alone
 * @is_named: the user named it, so that its coming and going is told
 * @is_refused: attaching failed; not tried again before its name changes or it comes back
 */
struct rj_interface {
	int index;
	int master;
	char name[IF_NAMESIZE];
	bool is_bonded;
	bool is_there;
	bool is_named;
	bool is_refused;
	uint32_t seen;
	struct rj_attachment attachment;
};

/*
 * struct rj_interfaces_ops - what the list has done: @attach gives 0, or a negative errno after
 * which the interface is left alone. @detach: also of one that has just gone.
 */
struct rj_interfaces_ops {
	int (*attach)(void *user, struct rj_interface *i);
	void (*detach)(void *user, struct rj_interface *i);
};

/* struct rj_interfaces - embedded; @at: in order of index; @wanted: the names asked for. */
struct rj_interfaces {
	struct rj_interface *at;
	size_t num;
	size_t capacity;
	size_t num_gone;
	char (*wanted)[IF_NAMESIZE];
	size_t num_wanted;
	bool is_any;
	const struct rj_interfaces_ops *ops;
	void *user;
};

/*
 * rj_interfaces_init - @names: separated by commas, each counts once; "any" among them: all there
 * are and will be. 0, or with @error set -ENODEV a name that cannot be one, -ENOMEM.
 */
RJ_MUST_CHECK int rj_interfaces_init(struct rj_interfaces *l, const char *names,
				     const struct rj_interfaces_ops *ops, void *user,
				     struct rj_error *error);

/* rj_interfaces_done - frees; detaches nothing. */
void rj_interfaces_done(struct rj_interfaces *l);

/* rj_interfaces_are_several - whether @names may mean more than one interface. */
bool rj_interfaces_are_several(const char *names);

/*
 * rj_interfaces_have_ether - whether each of @names is an interface, here and now, on which frames
 * have Ethernet headers; "any" is none.
 */
bool rj_interfaces_have_ether(const char *names);

/* rj_interfaces_note - news of one, in list @seen. 0 or -ENOMEM. */
RJ_MUST_CHECK int rj_interfaces_note(struct rj_interfaces *l, const struct rj_link *link,
				     uint32_t seen);

/* rj_interfaces_end_list - list @seen is whole: those not in it are gone. */
void rj_interfaces_end_list(struct rj_interfaces *l, uint32_t seen);

/*
 * rj_interfaces_settle - attaches to what is to be watched and is not, detaches from what no longer
 * is. A slave of a bond or team is not watched beside its master: the same frames pass both. After
 * @max attachments it stops for now: each takes a grace period or two of the kernel's. 1: there is
 * more to do; 0; or the first errno of an attach, with nothing more to do.
 */
int rj_interfaces_settle(struct rj_interfaces *l, size_t max);

/* rj_interfaces_missing - a name asked for that no interface has now, or NULL. */
const char *rj_interfaces_missing(const struct rj_interfaces *l);

/* rj_interfaces_detach - from @max of them; true when there are more. */
bool rj_interfaces_detach(struct rj_interfaces *l, size_t max);

/* rj_interfaces_find - also one that is gone; NULL. */
struct rj_interface *rj_interfaces_find(const struct rj_interfaces *l, int index);

#endif
