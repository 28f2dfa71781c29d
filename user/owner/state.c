// SPDX-License-Identifier: BSD-3-Clause
/* What container runtimes write of their containers, as JSON. */
#include "owner/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"

#define MAX_FILE_BYTES (1u << 20)   /* of one container; ours, usual are 10 to 100 kB */
#define MAX_LIST_BYTES (4u << 20)   /* of all containers, 1 kB each; ours */
#define MAX_HOME_BYTES (256u << 10) /* of a user's, which may be anything; ours */
#define MAX_NESTING 32		    /* ours */
#define PATH_LEN 512u
#define NUM(array) (sizeof(array) / sizeof((array)[0]))

void rj_state_text(const char *from, size_t len, char *out, size_t size)
{
	if (*out || len >= size)
		return;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)from[i] <= ' ' || from[i] == 0x7f)
			return;
	memcpy(out, from, len);
	out[len] = 0;
}

static struct json_object *parse(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(MAX_NESTING);
	struct json_object *json;

	if (!tokener)
		return NULL;
	json = json_tokener_parse_ex(tokener, text, (int)len);
	json_tokener_free(tokener);
	return json;
}

/* struct search - for @c, below @tree; @gap: why it was not found so far. */
struct search {
	const struct rj_tree *tree;
	struct rj_container *c;
	enum rj_gap gap;
};

static struct json_object *read_json(struct search *s, const char *path, size_t max)
{
	struct json_object *json;
	size_t len = 0;
	char *text;
	int err;

	if (s->tree->is_home && max > MAX_HOME_BYTES)
		max = MAX_HOME_BYTES;
	err = rj_tree_read(s->tree, path, max, &text, &len);
	if (err) {
		s->gap = rj_gap_worse(s->gap, rj_gap_of(err));
		return NULL;
	}
	json = parse(text, len);
	free(text);
	if (!json)
		s->gap = rj_gap_worse(s->gap, RJ_GAP_MALFORMED);
	return json;
}

static void take_text(struct json_object *object, const char *key, char *out, size_t size)
{
	struct json_object *value = rj_json_of(object, key, json_type_string);

	if (value)
		rj_state_text(json_object_get_string(value),
			      (size_t)json_object_get_string_len(value), out, size);
}

/* Whether the member says just this text. */
static bool says(struct json_object *object, const char *key, const char *text)
{
	struct json_object *value = rj_json_of(object, key, json_type_string);

	return value && (size_t)json_object_get_string_len(value) == strlen(text) &&
	       !strcmp(json_object_get_string(value), text);
}

/* What the pod's members are called. */
struct pod_keys {
	const char *name;
	const char *namespace;
	const char *uid;
};

static const struct pod_keys kubelet_keys = { "io.kubernetes.pod.name",
					      "io.kubernetes.pod.namespace",
					      "io.kubernetes.pod.uid" };
static const struct pod_keys cri_keys = { "io.kubernetes.cri.sandbox-name",
					  "io.kubernetes.cri.sandbox-namespace",
					  "io.kubernetes.cri.sandbox-uid" };

/* False where the state is of another pod than the cgroup. */
static bool take_pod(struct json_object *from, const struct pod_keys *keys, struct rj_container *c)
{
	if (c->pod_uid[0] && rj_json_of(from, keys->uid, json_type_string) &&
	    !says(from, keys->uid, c->pod_uid))
		return false;
	take_text(from, keys->uid, c->pod_uid, sizeof(c->pod_uid));
	take_text(from, keys->name, c->pod_name, sizeof(c->pod_name));
	take_text(from, keys->namespace, c->pod_namespace, sizeof(c->pod_namespace));
	return true;
}

/*
 * config.v2.json of Docker; kubelet's names are labels there, which anyone's container may have:
 * they are those of a pod where the cgroup is a pod's.
 */
static bool take_docker(struct json_object *json, struct rj_container *c)
{
	struct json_object *config = rj_json_of(json, "Config", json_type_object);
	struct json_object *labels = rj_json_of(config, "Labels", json_type_object);
	struct json_object *name = rj_json_of(json, "Name", json_type_string);
	const char *text = name ? json_object_get_string(name) : "";
	size_t len = name ? (size_t)json_object_get_string_len(name) : 0;

	if (!says(json, "ID", c->id))
		return false;
	if (c->pod_uid[0]) {
		if (!take_pod(labels, &kubelet_keys, c))
			return false;
		take_text(labels, "io.kubernetes.container.name", c->name, sizeof(c->name));
	}
	if (len && *text == '/')
		rj_state_text(text + 1, len - 1, c->name, sizeof(c->name));
	take_text(config, "Image", c->image, sizeof(c->image));
	return true;
}

/* config.json of the OCI runtime as containerd writes it: annotations of CRI, or of nerdctl. */
static bool take_containerd(struct json_object *json, struct rj_container *c)
{
	struct json_object *notes = rj_json_of(json, "annotations", json_type_object);

	if (!rj_json_of(json, "ociVersion", json_type_string) || !take_pod(notes, &cri_keys, c))
		return false;
	take_text(notes, "io.kubernetes.cri.container-name", c->name, sizeof(c->name));
	take_text(notes, "nerdctl/name", c->name, sizeof(c->name));
	take_text(notes, "io.kubernetes.cri.image-name", c->image, sizeof(c->image));
	return true;
}

/* Likewise as CRI-O writes it; podman's, at the same place, has not the names. */
static bool take_crio(struct json_object *json, struct rj_container *c)
{
	struct json_object *notes = rj_json_of(json, "annotations", json_type_object);

	if (!says(notes, "io.container.manager", "cri-o") || !take_pod(notes, &kubelet_keys, c))
		return false;
	take_text(notes, "io.kubernetes.container.name", c->name, sizeof(c->name));
	take_text(notes, "io.kubernetes.cri-o.ImageName", c->image, sizeof(c->image));
	return true;
}

/* An entry of containers.json; its metadata is JSON in a text. */
static bool take_podman(struct json_object *json, struct rj_container *c)
{
	struct json_object *text = rj_json_of(json, "metadata", json_type_string);
	struct json_object *meta = NULL;

	if (!says(json, "id", c->id))
		return false;
	if (text)
		meta = parse(json_object_get_string(text),
			     (size_t)json_object_get_string_len(text));
	take_text(meta, "name", c->name, sizeof(c->name));
	take_text(meta, "image-name", c->image, sizeof(c->image));
	json_object_put(meta);
	return true;
}

/* Where state is: before the id, behind it. In a home paths are other ones. */
static const struct place {
	enum rj_runtime runtime;
	bool is_home;
	const char *before;
	const char *behind;
	bool (*take)(struct json_object *json, struct rj_container *c);
} places[] = {
	{ RJ_RUNTIME_DOCKER, false, "var/lib/docker/containers/", "/config.v2.json", take_docker },
	{ RJ_RUNTIME_DOCKER, false, "var/snap/docker/common/var-lib-docker/containers/",
	  "/config.v2.json", take_docker },
	{ RJ_RUNTIME_DOCKER, true, ".local/share/docker/containers/", "/config.v2.json",
	  take_docker },
	{ RJ_RUNTIME_CRIO, false, "run/containers/storage/overlay-containers/",
	  "/userdata/config.json", take_crio },
	{ RJ_RUNTIME_CRIO, false, "var/lib/containers/storage/overlay-containers/",
	  "/userdata/config.json", take_crio },
};

static bool is_asked(const struct rj_container *c, enum rj_runtime runtime)
{
	return c->runtime == RJ_RUNTIME_UNKNOWN || c->runtime == runtime;
}

static bool read_place(struct search *s, const struct place *p)
{
	struct json_object *json;
	char path[PATH_LEN];
	bool is_found;

	snprintf(path, sizeof(path), "%s%s%s", p->before, s->c->id, p->behind);
	json = read_json(s, path, MAX_FILE_BYTES);
	is_found = json && p->take(json, s->c);
	if (json && !is_found)
		s->gap = rj_gap_worse(s->gap, RJ_GAP_MISMATCH);
	json_object_put(json);
	if (is_found)
		s->c->runtime = p->runtime;
	return is_found;
}

/* Docker's folder where its configuration says another one. */
static bool read_data_root(struct search *s)
{
	struct json_object *config = read_json(s, "etc/docker/daemon.json", MAX_FILE_BYTES);
	struct place place = { .runtime = RJ_RUNTIME_DOCKER,
			       .behind = "/config.v2.json",
			       .take = take_docker };
	char root[PATH_LEN / 2] = "";
	char before[PATH_LEN / 2 + sizeof("/containers/")];

	take_text(config, "data-root", root, sizeof(root));
	json_object_put(config);
	snprintf(before, sizeof(before), "%s/containers/", root);
	place.before = before;
	return root[0] && read_place(s, &place);
}

/* struct task - the search for a container in one of containerd's folders. */
struct task {
	struct search *search;
	const char *folder;
	bool is_found;
};

/* A namespace of containerd; Docker has its containers in one of its own. */
static bool read_namespace(void *user, const char *name)
{
	struct task *task = user;
	struct place place = { .runtime = strcmp(name, "moby") ? RJ_RUNTIME_CONTAINERD :
								 RJ_RUNTIME_DOCKER,
			       .behind = "/config.json",
			       .take = take_containerd };
	char before[PATH_LEN / 2];
	int len = snprintf(before, sizeof(before), "%s/%s/", task->folder, name);

	if (len < 0 || (size_t)len >= sizeof(before) || !is_asked(task->search->c, place.runtime))
		return false;
	place.before = before;
	task->is_found = read_place(task->search, &place);
	return task->is_found;
}

static bool read_containerd(struct search *s)
{
	static const char *const folders[] = {
		"run/containerd/io.containerd.runtime.v2.task",
		"run/k3s/containerd/io.containerd.runtime.v2.task", /* RKE2's as well */
		"run/k0s/containerd/io.containerd.runtime.v2.task",
		"var/snap/microk8s/common/run/containerd/io.containerd.runtime.v2.task",
	};

	for (size_t i = 0; i < NUM(folders); i++) {
		struct task task = { .search = s, .folder = folders[i] };
		int err = rj_tree_list(s->tree, folders[i], read_namespace, &task);

		if (task.is_found)
			return true;
		if (err)
			s->gap = rj_gap_worse(s->gap, rj_gap_of(err));
	}
	return false;
}

static bool read_list(struct search *s, const char *path)
{
	struct json_object *list = read_json(s, path, MAX_LIST_BYTES);
	size_t num = json_object_is_type(list, json_type_array) ? json_object_array_length(list) :
								  0;
	bool is_found = false;

	for (size_t i = 0; i < num && !is_found; i++)
		is_found = take_podman(json_object_array_get_idx(list, i), s->c);
	json_object_put(list);
	return is_found;
}

/* Lists of containers/storage, by driver; of containers that are removed at their end (--rm). */
static bool read_podman(struct search *s)
{
	static const char *const roots[] = { "var/lib/containers", "run/containers" };
	static const char *const drivers[] = { "overlay", "vfs", "btrfs", "zfs" };
	static const char *const lists[] = { "containers", "volatile-containers" };
	bool is_home = s->tree->is_home;
	char path[PATH_LEN];

	for (size_t i = 0; i < (is_home ? 1 : NUM(roots)); i++)
		for (size_t j = 0; j < NUM(drivers); j++)
			for (size_t k = 0; k < NUM(lists); k++) {
				snprintf(path, sizeof(path), "%s/storage/%s-containers/%s.json",
					 is_home ? ".local/share/containers" : roots[i], drivers[j],
					 lists[k]);
				if (read_list(s, path))
					return true;
			}
	return false;
}

static bool search(struct search *s)
{
	const struct rj_container *c = s->c;

	if (c->runtime == RJ_RUNTIME_PODMAN)
		return read_podman(s);
	for (size_t i = 0; i < NUM(places); i++)
		if (places[i].is_home == s->tree->is_home && is_asked(c, places[i].runtime) &&
		    read_place(s, &places[i]))
			return true;
	if (s->tree->is_home)
		return false;
	return (is_asked(c, RJ_RUNTIME_DOCKER) && read_data_root(s)) || read_containerd(s);
}

enum rj_gap rj_state_read(const struct rj_tree *t, struct rj_container *c)
{
	struct search s = { .tree = t, .c = c, .gap = RJ_GAP_ABSENT };

	return search(&s) ? RJ_GAP_NONE : s.gap;
}
