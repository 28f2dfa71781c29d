/* SPDX-License-Identifier: BSD-3-Clause */
/* A directory of pins: what of the kernel side outlives the process, and under which names. */
#ifndef RJ_SOURCE_PIN_H
#define RJ_SOURCE_PIN_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <sys/types.h>

#include "bpf/abi.h"
#include "core/error.h"
#include "core/status.h"

/*
 * In the directory, on a BPF file system:
 *   rj_NAME                       each map by its name, with a filter its program arrays among
 *                                 them; rj_meta is pinned last and unpinned first: where it
 *                                 stands, all of them do
 *   rj_KIND_in|out_IFINDEX_NETNS  each attachment. KIND tcx, xdpdrv, xdpskb: its link. KIND tc: a
 *                                 mark, as a clsact filter lives by itself; likewise qdisc, where
 *                                 the clsact qdisc is ours to remove
 * Programs are not pinned: each process loads its own and puts them into the links.
 */
struct rj_pin;

/* enum rj_pin_kind - by what a program is attached; see above. */
enum rj_pin_kind {
	RJ_PIN_TCX,
	RJ_PIN_XDP_NATIVE,
	RJ_PIN_XDP_GENERIC,
	RJ_PIN_TC,
	RJ_PIN_QDISC,
	RJ_PIN_NUM_KINDS
};

/* struct rj_pin_place - names an attachment. */
struct rj_pin_place {
	enum rj_pin_kind kind;
	int ifindex;
	bool is_egress;
};

/*
 * rj_pin_open - locks the directory @path and looks at what is in it; where @is_new, makes it when
 * it is not there, and removes what a process that was killed had half pinned. 0 or a negative
 * errno with @error set: -EBUSY another process has it, -ENOTDIR no BPF file system, -EPERM.
 */
RJ_MUST_CHECK int rj_pin_open(const char *path, bool is_new, struct rj_pin **out,
			      struct rj_error *error);

/* rj_pin_close - gives the lock back; what is pinned stays. Takes NULL. */
void rj_pin_close(struct rj_pin *p);

const char *rj_pin_path(const struct rj_pin *p);

/*
 * rj_pin_give - once maps are pinned: root gives the directory to the user @uid, so that this
 * process goes on with it when it has become that user. 0 or a negative errno with @error set:
 * -EEXIST it is another user's.
 */
RJ_MUST_CHECK int rj_pin_give(struct rj_pin *p, uid_t uid, struct rj_error *error);

/* rj_pin_may_change - whether this process may pin and unpin there; true for NULL. */
bool rj_pin_may_change(const struct rj_pin *p);

/* rj_pin_is_whole - whether all maps were pinned when it was opened, so that there is something to
 * go on with; false for NULL. rj_pin_num_cleaned - how many half-made pins were removed. */
bool rj_pin_is_whole(const struct rj_pin *p);
unsigned int rj_pin_num_cleaned(const struct rj_pin *p);

/*
 * rj_pin_check_settings - refuses (-EEXIST) maps that were made for other settings than
 * @settings, and says by which they differ.
 */
RJ_MUST_CHECK int rj_pin_check_settings(const struct rj_pin *p, const char *settings,
					struct rj_error *error);

/*
 * rj_pin_reuse - before load: the object's maps shall be the pinned ones. Data sections are the
 * process's own. A map that is missing or of another shape is refused.
 */
RJ_MUST_CHECK int rj_pin_reuse(const struct rj_pin *p, struct bpf_object *object,
			       struct rj_error *error);

/*
 * rj_pin_take_map - a pinned map that is no part of the object, and must have @shape (type, sizes
 * of key and value, number of entries). A descriptor, or a negative errno with @error set.
 */
RJ_MUST_CHECK int rj_pin_take_map(const struct rj_pin *p, const char *name,
				  const struct bpf_map_info *shape, struct rj_error *error);

/* rj_pin_map - pins a map that is no part of the object; before rj_pin_maps. */
RJ_MUST_CHECK int rj_pin_map(const struct rj_pin *p, const char *name, int fd,
			     struct rj_error *error);

/* rj_pin_maps - pins the loaded object's maps, rj_meta last. */
RJ_MUST_CHECK int rj_pin_maps(const struct rj_pin *p, struct bpf_object *object,
			      struct rj_error *error);

/* rj_pin_map_fd - a pinned map by its name; the caller closes it. A negative errno. */
RJ_MUST_CHECK int rj_pin_map_fd(const struct rj_pin *p, const char *name);

/*
 * rj_pin_resume_link - the link pinned for @place, which runs @prog_fd from now on: no packet is
 * missed. A descriptor, or -ENOENT: there is none (or @p is NULL), or its interface is gone.
 */
RJ_MUST_CHECK int rj_pin_resume_link(const struct rj_pin *p, const struct rj_pin_place *place,
				     int prog_fd);

/* rj_pin_link - pins a new link; 0 without doing anything when @p is NULL. */
RJ_MUST_CHECK int rj_pin_link(const struct rj_pin *p, const struct rj_pin_place *place,
			      int link_fd);

/* rj_pin_mark - leaves a mark for a place without link; one that is there already is as good. */
RJ_MUST_CHECK int rj_pin_mark(const struct rj_pin *p, const struct rj_pin_place *place);

bool rj_pin_has(const struct rj_pin *p, const struct rj_pin_place *place);

/* rj_pin_handle - the handle of this directory's clsact filters: 0 for NULL. */
uint32_t rj_pin_handle(const struct rj_pin *p);

/* struct rj_pin_removed - @num_elsewhere: filters of other namespaces, left with their pins */
struct rj_pin_removed {
	unsigned int num_links;
	unsigned int num_filters;
	unsigned int num_elsewhere;
};

/* rj_pin_detach - takes every attachment within reach away, and its pin. */
void rj_pin_detach(const struct rj_pin *p, struct rj_pin_removed *out);

/*
 * rj_pin_drop - takes what is attached to an interface of this namespace away, and its pins; the
 * interface may be gone. Links go with their last descriptor, so that ours are closed before.
 */
void rj_pin_drop(const struct rj_pin *p, int ifindex);

/* rj_pin_tidy - drops all interfaces of this namespace but those that @is_watched has. */
void rj_pin_tidy(const struct rj_pin *p, bool (*is_watched)(const void *user, int ifindex),
		 const void *user);

/* rj_pin_remove - removes all pins of ours, and the directory if nothing else is in it. */
void rj_pin_remove(struct rj_pin *p);

#endif
