// SPDX-License-Identifier: BSD-3-Clause
/* Whose a cgroup is by its path: container, runtime, pod, systemd unit. */
#include "owner/cgroup.h"

#include <string.h>

#define DIGITS "0123456789"
#define HEX DIGITS "abcdef"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define NAME LETTERS DIGITS "._-" /* of containers (LXC, nspawn) */
#define UNIT NAME ":@\\"	  /* systemd.unit(5) */
#define MAX_COMPONENTS 128u	  /* deeper paths are not read; ours */

/* struct word - a part of the path, borrowed. */
struct word {
	const char *at;
	size_t len;
};

/*
 * struct walk - from the outermost folder to the innermost.
 * @c: what they came to so far
 * @before: the folder before, empty at the first
 * @num_before, @num_containers: how many there were
 */
struct walk {
	struct rj_cgroup c;
	struct word before;
	unsigned int num_before;
	unsigned int num_containers;
};

static bool is(struct word w, const char *text)
{
	return w.len == strlen(text) && !memcmp(w.at, text, w.len);
}

/* Whether there is something, and of these characters alone. */
static bool is_of(struct word w, const char *characters)
{
	for (size_t i = 0; i < w.len; i++)
		if (!w.at[i] || !strchr(characters, w.at[i]))
			return false;
	return w.len > 0;
}

static bool drop_start(struct word *w, const char *start)
{
	size_t len = strlen(start);

	if (w->len < len || memcmp(w->at, start, len))
		return false;
	w->at += len;
	w->len -= len;
	return true;
}

static bool drop_end(struct word *w, const char *end)
{
	size_t len = strlen(end);

	if (w->len < len || memcmp(w->at + w->len - len, end, len))
		return false;
	w->len -= len;
	return true;
}

/* What stands before the first @c, which both are taken off; false where there is none. */
static bool take_until(struct word *w, char c, struct word *out)
{
	const char *at = memchr(w->at, c, w->len);

	if (!at)
		return false;
	*out = (struct word){ w->at, (size_t)(at - w->at) };
	w->len -= out->len + 1;
	w->at = at + 1;
	return true;
}

static bool is_id(struct word w)
{
	return w.len == RJ_CONTAINER_HEX_LEN && is_of(w, HEX);
}

static void put_container(struct walk *walk, enum rj_runtime runtime, struct word id)
{
	struct rj_cgroup *c = &walk->c;

	c->is_nested = walk->num_containers++ > 0;
	c->runtime = runtime;
	memcpy(c->id, id.at, id.len);
	c->id[id.len] = 0;
}

/*
 * Names that runtimes give to folders: a scope where systemd makes them, else without its end.
 * Those of the monitors (conmon) are other ones, as these processes are not in the container.
 */
static const struct form {
	enum rj_runtime runtime;
	const char *name;
	bool has_bare;
} forms[] = {
	{ RJ_RUNTIME_CONTAINERD, "cri-containerd", false },
	{ RJ_RUNTIME_CONTAINERD, "nerdctl", false },
	{ RJ_RUNTIME_CRIO, "crio", true },
	{ RJ_RUNTIME_DOCKER, "docker", false },
	{ RJ_RUNTIME_PODMAN, "libpod", true },
	{ RJ_RUNTIME_PODMAN, "libpod-payload", true }, /* of a service (--cgroups=split) */
};
#define NUM_FORMS (sizeof(forms) / sizeof(forms[0]))

/* docker-ID.scope, crio-ID and their like. */
static bool take_named(struct walk *walk, struct word w)
{
	bool is_scope = drop_end(&w, ".scope");

	for (size_t i = 0; i < NUM_FORMS; i++) {
		struct word id = w;

		if (drop_start(&id, forms[i].name) && drop_start(&id, "-") && is_id(id) &&
		    (is_scope || forms[i].has_bare)) {
			put_container(walk, forms[i].runtime, id);
			return true;
		}
	}
	return false;
}

/* A uid whose parts @dash separates, or one without parts, to @out. */
static bool read_pod_uid(struct word w, char dash, char out[RJ_POD_UID_LEN + 1])
{
	char text[RJ_POD_UID_LEN + 1] = "";
	bool has_parts = w.len == RJ_POD_UID_LEN;

	if (!has_parts && w.len != 32)
		return false;
	for (size_t i = 0; i < w.len; i++) {
		bool is_dash = has_parts && (i == 8 || i == 13 || i == 18 || i == 23);

		if (is_dash ? w.at[i] != dash : !w.at[i] || !strchr(HEX, w.at[i]))
			return false;
		text[i] = is_dash ? '-' : w.at[i];
	}
	memcpy(out, text, sizeof(text));
	return true;
}

/* A pod begins anew: what was known of a container is of one around it. */
static bool put_pod(struct walk *walk, struct word uid, char dash)
{
	struct rj_cgroup *c = &walk->c;

	if (!read_pod_uid(uid, dash, c->pod_uid))
		return false;
	c->is_pod_nested = walk->num_containers > 0;
	c->is_nested = false;
	c->runtime = RJ_RUNTIME_UNKNOWN;
	c->id[0] = 0;
	return true;
}

/* kubepods[-burstable|-besteffort]-podUID.slice, with a prefix where kubelet has a root (kind). */
static bool take_pod_slice(struct walk *walk, struct word w)
{
	static const char *const classes[] = { "kubepods", "kubepods-burstable",
					       "kubepods-besteffort" };
	struct word uid, class;

	if (!drop_end(&w, ".slice"))
		return false;
	for (size_t len = 32; len <= RJ_POD_UID_LEN; len += RJ_POD_UID_LEN - 32) {
		if (w.len < len)
			return false;
		class = (struct word){ w.at, w.len - len };
		uid = (struct word){ w.at + class.len, len };
		if (!drop_end(&class, "-pod"))
			continue;
		for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
			struct word root = class;

			if (drop_end(&root, classes[i]) && (!root.len || drop_end(&root, "-")))
				return put_pod(walk, uid, '_');
		}
	}
	return false;
}

/* podUID, as kubelet calls it where it makes cgroups itself. */
static bool take_pod(struct walk *walk, struct word w)
{
	return drop_start(&w, "pod") && put_pod(walk, w, '-');
}

/* SLICE:cri-containerd:ID, a folder where a path for systemd was given to a runtime without. */
static bool take_joined(struct walk *walk, struct word w)
{
	struct word slice, name;

	if (!take_until(&w, ':', &slice) || !take_until(&w, ':', &name) || !is_id(w))
		return false;
	for (size_t i = 0; i < NUM_FORMS; i++) {
		struct word end = slice;

		if (!is(name, forms[i].name) || !drop_end(&end, ".slice"))
			continue;
		(void)take_pod_slice(walk, slice);
		put_container(walk, forms[i].runtime, w);
		return true;
	}
	return false;
}

/* The id alone, in a folder that may say whose it is; podman's pods have such ids as well. */
static bool take_bare(struct walk *walk, struct word w)
{
	if (!is_id(w))
		return false;
	if (!is(walk->before, "libpod_parent"))
		put_container(walk,
			      is(walk->before, "docker") ? RJ_RUNTIME_DOCKER : RJ_RUNTIME_UNKNOWN,
			      w);
	return true;
}

/* lxc.payload.NAME, or NAME in lxc.payload or lxc at the top. */
static bool take_lxc(struct walk *walk, struct word w)
{
	bool is_in_lxc = walk->num_before == 1 &&
			 (is(walk->before, "lxc") || is(walk->before, "lxc.payload"));

	if ((!is_in_lxc && !drop_start(&w, "lxc.payload.")) || !is_of(w, NAME))
		return false;
	put_container(walk, RJ_RUNTIME_LXC, w);
	return true;
}

/* In systemd-nspawn@NAME.service its payload; the supervisor beside is nspawn itself. */
static bool take_nspawn(struct walk *walk, struct word w)
{
	struct word machine = walk->before;

	if (!is(w, "payload") || !drop_start(&machine, "systemd-nspawn@") ||
	    !drop_end(&machine, ".service") || !is_of(machine, NAME))
		return false;
	put_container(walk, RJ_RUNTIME_NSPAWN, machine);
	return true;
}

/* user@N.service: below, all is the user's. The outermost says it. */
static void take_user(struct walk *walk, struct word w)
{
	uint64_t uid = 0;

	if (walk->c.has_uid || !drop_start(&w, "user@") || !drop_end(&w, ".service") ||
	    !is_of(w, DIGITS) || w.len > 10)
		return;
	for (size_t i = 0; i < w.len; i++)
		uid = uid * 10 + (uint64_t)(w.at[i] - '0');
	if (uid >= UINT32_MAX) /* (uid_t)-1 is nobody's */
		return;
	walk->c.has_uid = true;
	walk->c.uid = (uint32_t)uid;
}

/* A unit of this host; those of containers' own systemd say nothing more. */
static bool take_unit(struct walk *walk, struct word w)
{
	struct word stem = w;

	if (walk->num_containers || !is_of(w, UNIT) ||
	    (!drop_end(&stem, ".service") && !drop_end(&stem, ".scope")) || !stem.len)
		return false;
	take_user(walk, w);
	walk->c.runtime = RJ_RUNTIME_SYSTEMD;
	memcpy(walk->c.id, w.at, w.len);
	walk->c.id[w.len] = 0;
	return true;
}

static bool (*const takers[])(struct walk *walk, struct word w) = {
	take_named, take_joined, take_bare,   take_pod_slice,
	take_pod,   take_lxc,	 take_nspawn, take_unit,
};

static bool take(struct walk *walk, struct word w)
{
	if (w.len > RJ_CGROUP_MAX_NAME || walk->num_before == MAX_COMPONENTS)
		return false;
	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		if (takers[i](walk, w))
			break;
	walk->before = w;
	walk->num_before++;
	return true;
}

bool rj_cgroup_read(const char *path, size_t len, struct rj_cgroup *out)
{
	struct word left = { path, len }, w;
	struct walk walk = { .c.runtime = RJ_RUNTIME_UNKNOWN };

	if (len > RJ_CGROUP_MAX_PATH)
		return false;
	drop_end(&left, " (deleted)"); /* of a cgroup that is gone: cgroups(7) */
	drop_start(&left, "/");
	while (take_until(&left, '/', &w))
		if (!take(&walk, w))
			return false;
	if (!take(&walk, left) || (!walk.c.id[0] && !walk.c.pod_uid[0]))
		return false;
	*out = walk.c;
	return true;
}

/* How much is said: a container is more than a pod, that more than a unit. */
static int worth(const struct rj_cgroup *c)
{
	if (c->id[0] && c->runtime != RJ_RUNTIME_SYSTEMD)
		return 3;
	return c->pod_uid[0] ? 2 : 1;
}

bool rj_cgroup_read_proc(const char *text, size_t len, struct rj_cgroup *out)
{
	struct word left = { text, len };
	int most = 0;

	if (len > RJ_CGROUP_MAX_TEXT)
		return false;
	while (left.len) {
		struct word line, hierarchy, controllers;
		struct rj_cgroup c;

		if (!take_until(&left, '\n', &line)) {
			line = left;
			left.len = 0;
		}
		if (!take_until(&line, ':', &hierarchy) || !take_until(&line, ':', &controllers) ||
		    !is_of(hierarchy, DIGITS) || !rj_cgroup_read(line.at, line.len, &c))
			continue;
		if (worth(&c) > most || (worth(&c) == most && is(hierarchy, "0"))) {
			*out = c;
			most = worth(&c);
		}
	}
	return most > 0;
}

const char *rj_runtime_name(enum rj_runtime runtime)
{
	static const char *const names[] = {
		[RJ_RUNTIME_CONTAINERD] = "containerd",
		[RJ_RUNTIME_CRIO] = "crio",
		[RJ_RUNTIME_DOCKER] = "docker",
		[RJ_RUNTIME_PODMAN] = "podman",
		[RJ_RUNTIME_LXC] = "lxc",
		[RJ_RUNTIME_NSPAWN] = "nspawn",
		[RJ_RUNTIME_SYSTEMD] = "systemd",
	};

	return names[runtime];
}
