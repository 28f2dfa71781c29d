// SPDX-License-Identifier: BSD-3-Clause
/* Containers and pods by what runtimes and kubelet have on disk: those asked for last are kept. */
#include "owner/container.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "owner/kubelet.h"
#include "owner/kubernetes.h"
#include "owner/state.h"
#include "owner/tree.h"

#define NS_PER_S 1000000000u
#define MAX_BUCKETS (1u << 16) /* ours */

/*
 * struct entry - a container, or a pod without one, by the path it was asked for with.
 * @state, @names: why the runtime's, and the pod's, are missing
 * @num_lists: of pods there were when the API was asked for it
 * @look_at: when it is looked for again; UINT64_MAX, which no clock reaches: never
 * @older, @newer: in the order of the last time asked for
 */
struct entry {
	struct rj_cgroup key;
	struct rj_container c;
	enum rj_gap state;
	enum rj_gap names;
	uint64_t num_lists;
	uint64_t look_at;
	uint64_t wait_s;
	struct entry *next; /* in the bucket */
	struct entry *older;
	struct entry *newer;
};

/*
 * struct rj_containers - @plain: what needs no file, or found no memory; @second, @num_reads: of
 * the limits of reads a second, of the host's files and of those in homes
 */
struct rj_containers {
	struct rj_tree root;
	struct rj_kubernetes *kubernetes;
	struct entry **bucket;
	size_t num_buckets; /* a power of two */
	size_t max;
	struct entry *oldest;
	struct entry *newest;
	struct rj_container plain;
	uint64_t second;
	unsigned int num_reads[2];
	struct rj_containers_stats stats;
};

int rj_containers_new(const char *root, size_t max, struct rj_containers **out,
		      struct rj_error *error)
{
	struct rj_containers *cs = calloc(1, sizeof(*cs));
	int err;

	if (!cs)
		return rj_error_set(error, -ENOMEM, "out of memory");
	cs->max = max;
	for (cs->num_buckets = 1; cs->num_buckets < max && cs->num_buckets < MAX_BUCKETS;)
		cs->num_buckets *= 2;
	cs->bucket = calloc(cs->num_buckets, sizeof(struct entry *));
	if (!cs->bucket) {
		free(cs);
		return rj_error_set(error, -ENOMEM, "out of memory");
	}
	err = rj_tree_open(root, &cs->root);
	if (err) {
		free(cs->bucket);
		free(cs);
		return rj_error_set(error, err, "%s: cannot be opened: %s", root, strerror(-err));
	}
	*out = cs;
	return 0;
}

void rj_containers_free(struct rj_containers *cs)
{
	if (!cs)
		return;
	while (cs->oldest) {
		struct entry *e = cs->oldest;

		cs->oldest = e->newer;
		free(e);
	}
	rj_tree_close(&cs->root);
	free(cs->bucket);
	free(cs);
}

void rj_containers_ask(struct rj_containers *cs, struct rj_kubernetes *k)
{
	cs->kubernetes = k;
}

struct rj_containers_stats rj_containers_stats(const struct rj_containers *cs)
{
	return cs->stats;
}

/* FNV-1a of the texts. */
static struct entry **bucket_of(struct rj_containers *cs, const struct rj_cgroup *key)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (const char *at = key->id; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 0x100000001b3u;
	for (const char *at = key->pod_uid; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 0x100000001b3u;
	return &cs->bucket[(hash ^ hash >> 32) & (cs->num_buckets - 1)];
}

static bool is_same(const struct rj_cgroup *a, const struct rj_cgroup *b)
{
	return a->runtime == b->runtime && a->is_nested == b->is_nested &&
	       a->is_pod_nested == b->is_pod_nested && a->has_uid == b->has_uid &&
	       a->uid == b->uid && !strcmp(a->id, b->id) && !strcmp(a->pod_uid, b->pod_uid);
}

static void unlink_age(struct rj_containers *cs, struct entry *e)
{
	*(e->older ? &e->older->newer : &cs->oldest) = e->newer;
	*(e->newer ? &e->newer->older : &cs->newest) = e->older;
}

static void make_newest(struct rj_containers *cs, struct entry *e)
{
	e->older = cs->newest;
	e->newer = NULL;
	*(cs->newest ? &cs->newest->newer : &cs->oldest) = e;
	cs->newest = e;
}

static void evict(struct rj_containers *cs)
{
	struct entry *e = cs->oldest;
	struct entry **link = bucket_of(cs, &e->key);

	while (*link != e)
		link = &(*link)->next;
	*link = e->next;
	unlink_age(cs, e);
	free(e);
	cs->stats.num--;
	cs->stats.evicted++;
}

/* Whether the path's container is one of an OCI runtime, whose id says where its state is. */
static bool has_oci_id(const struct rj_cgroup *cgroup)
{
	return cgroup->id[0] && cgroup->runtime <= RJ_RUNTIME_PODMAN;
}

/* What the path alone says. */
static void begin(const struct rj_cgroup *cgroup, struct rj_container *c)
{
	memset(c, 0, sizeof(*c));
	c->runtime = cgroup->runtime;
	if (has_oci_id(cgroup))
		rj_state_text(cgroup->id, strlen(cgroup->id), c->id, sizeof(c->id));
	else
		rj_state_text(cgroup->id, strlen(cgroup->id), c->name, sizeof(c->name));
	rj_state_text(cgroup->pod_uid, strlen(cgroup->pod_uid), c->pod_uid, sizeof(c->pod_uid));
}

static bool asks_runtime(const struct rj_cgroup *cgroup)
{
	return has_oci_id(cgroup) && !cgroup->is_nested;
}

static bool asks_kubelet(const struct rj_cgroup *cgroup)
{
	return cgroup->pod_uid[0] && !cgroup->is_pod_nested && !cgroup->has_uid;
}

/* Why something is missing, in the entry and in the counts. */
static void set_gap(uint64_t counts[RJ_NUM_GAPS], enum rj_gap *at, enum rj_gap gap)
{
	if (*at != RJ_GAP_NONE)
		counts[*at]--;
	if (gap != RJ_GAP_NONE)
		counts[gap]++;
	*at = gap;
}

/* What is missing before anything was read. */
static void begin_gaps(struct rj_containers *cs, struct entry *e)
{
	e->state = e->names = RJ_GAP_NONE;
	if (has_oci_id(&e->key))
		set_gap(cs->stats.stateless, &e->state,
			asks_runtime(&e->key) ? RJ_GAP_PUT_OFF : RJ_GAP_UNTRUSTED);
	if (e->key.pod_uid[0])
		set_gap(cs->stats.nameless, &e->names,
			asks_kubelet(&e->key) ? RJ_GAP_PUT_OFF : RJ_GAP_UNTRUSTED);
}

static struct entry *add(struct rj_containers *cs, const struct rj_cgroup *key)
{
	struct entry *e = calloc(1, sizeof(*e));
	struct entry **bucket;

	if (!e)
		return NULL;
	if (cs->stats.num == cs->max)
		evict(cs);
	e->key = *key;
	e->wait_s = RJ_CONTAINER_RETRY_S;
	begin(key, &e->c);
	begin_gaps(cs, e);
	bucket = bucket_of(cs, key);
	e->next = *bucket;
	*bucket = e;
	make_newest(cs, e);
	cs->stats.num++;
	return e;
}

static struct entry *look_up(struct rj_containers *cs, const struct rj_cgroup *key)
{
	struct entry *e = *bucket_of(cs, key);

	while (e && !is_same(&e->key, key))
		e = e->next;
	if (!e)
		return add(cs, key);
	unlink_age(cs, e);
	make_newest(cs, e);
	return e;
}

static enum rj_gap read_state(const struct rj_containers *cs, struct entry *e)
{
	struct rj_tree home;
	enum rj_gap gap;
	int err;

	if (!e->key.has_uid)
		return rj_state_read(&cs->root, &e->c);
	err = rj_tree_open_home(&cs->root, e->key.uid, &home);
	if (err)
		return rj_gap_of(err);
	gap = rj_state_read(&home, &e->c);
	rj_tree_close(&home);
	e->c.pod_name[0] = 0; /* pods are not the user's to name */
	e->c.pod_namespace[0] = 0;
	return gap;
}

/* Names that no file says; @is_new: by a list that is newer than this, if need be. */
static void ask_kubernetes(struct rj_containers *cs, struct entry *e, bool is_new)
{
	struct rj_pod pod;

	e->num_lists = rj_kubernetes_num_lists(cs->kubernetes);
	if (!rj_kubernetes_find(cs->kubernetes, e->c.pod_uid, is_new, &pod))
		return;
	rj_state_text(pod.name, strlen(pod.name), e->c.pod_name, sizeof(e->c.pod_name));
	rj_state_text(pod.namespace, strlen(pod.namespace), e->c.pod_namespace,
		      sizeof(e->c.pod_namespace));
	set_gap(cs->stats.nameless, &e->names, RJ_GAP_NONE);
}

/* Whether the API, which was asked before, may know more now. */
static bool has_news(const struct rj_containers *cs, const struct entry *e)
{
	return cs->kubernetes && asks_kubelet(&e->key) && e->names != RJ_GAP_NONE &&
	       e->num_lists != rj_kubernetes_num_lists(cs->kubernetes);
}

/* Fills what is missing, and says when to look again. */
static void look(struct rj_containers *cs, struct entry *e, uint64_t now_ns)
{
	bool asks_state = asks_runtime(&e->key), asks_names = asks_kubelet(&e->key);

	if (asks_state && e->state != RJ_GAP_NONE)
		set_gap(cs->stats.stateless, &e->state, read_state(cs, e));
	if (asks_names && e->names != RJ_GAP_NONE)
		set_gap(cs->stats.nameless, &e->names,
			e->c.pod_name[0] ? RJ_GAP_NONE : rj_kubelet_pod(&cs->root, &e->c));
	if (asks_names && e->names != RJ_GAP_NONE && cs->kubernetes)
		ask_kubernetes(cs, e, true);
	if (asks_names && asks_state && e->c.pod_name[0] && !e->c.name[0])
		rj_kubelet_container(&cs->root, &e->c);
	if ((!asks_state || e->state == RJ_GAP_NONE) && (!asks_names || e->names == RJ_GAP_NONE)) {
		e->look_at = UINT64_MAX;
		return;
	}
	e->look_at = now_ns + e->wait_s * NS_PER_S;
	if (e->wait_s < RJ_CONTAINER_MAX_RETRY_S)
		e->wait_s *= 2;
}

/* Files of users, who may let them cost whatever they like, cannot keep us from the host's. */
static bool may_read(struct rj_containers *cs, bool is_home, uint64_t now_ns)
{
	static const unsigned int limits[2] = { RJ_CONTAINERS_READS_A_SECOND,
						RJ_CONTAINERS_HOMES_A_SECOND };

	if (now_ns / NS_PER_S != cs->second) {
		cs->second = now_ns / NS_PER_S;
		memset(cs->num_reads, 0, sizeof(cs->num_reads));
	}
	if (cs->num_reads[is_home] == limits[is_home]) {
		cs->stats.put_off++;
		return false;
	}
	cs->num_reads[is_home]++;
	return true;
}

const struct rj_container *rj_containers_find(struct rj_containers *cs,
					      const struct rj_cgroup *cgroup, uint64_t now_ns)
{
	struct entry *e = NULL;

	if (has_oci_id(cgroup) || cgroup->pod_uid[0])
		e = look_up(cs, cgroup);
	if (!e) {
		begin(cgroup, &cs->plain);
		return &cs->plain;
	}
	if (!asks_runtime(cgroup) && !asks_kubelet(cgroup))
		return &e->c;
	if (e->look_at <= now_ns && may_read(cs, cgroup->has_uid, now_ns))
		look(cs, e, now_ns);
	else if (has_news(cs, e))
		ask_kubernetes(cs, e, false);
	return &e->c;
}

enum { F_CONTAINER, F_ID, F_RUNTIME, F_NAME, F_IMAGE, F_POD, F_POD_NAME, F_NAMESPACE, F_POD_UID };

const struct rj_field rj_container_fields[] = {
	[F_CONTAINER] = { "container", RJ_TYPE_OBJECT, "", 0, "",
			  "container or systemd unit by the cgroup; what is not known is absent" },
	[F_ID] = { "id", RJ_TYPE_STRING, "", 0, "OCI runtime specification",
		   "id of the container, 64 hexadecimal digits; absent of LXC, nspawn and units" },
	[F_RUNTIME] = { "runtime", RJ_TYPE_STRING, "", 0, "",
			"containerd, crio, docker, podman, lxc, nspawn; systemd: a unit" },
	[F_NAME] = { "name", RJ_TYPE_STRING, "", 0, "",
		     "name of the container, in a pod the one in its specification; of the unit" },
	[F_IMAGE] = { "image", RJ_TYPE_STRING, "", 0, "", "image, as the runtime was told it" },
	[F_POD] = { "pod", RJ_TYPE_OBJECT, "", 0, "Kubernetes",
		    "pod by the cgroup, and by files of kubelet and the runtime" },
	[F_POD_NAME] = { "name", RJ_TYPE_STRING, "", 0, "Kubernetes", "name of the pod" },
	[F_NAMESPACE] = { "namespace", RJ_TYPE_STRING, "", 0, "Kubernetes", "its namespace" },
	[F_POD_UID] = { "uid", RJ_TYPE_STRING, "", 0, "Kubernetes",
			"its UID; of a static pod the hash of its manifest" },
	{ 0 },
};

static void put(struct rj_visitor *v, unsigned int row, const char *text)
{
	if (text && *text)
		v->ops->string(v, &rj_container_fields[row], text, strlen(text));
}

void rj_container_emit(const struct rj_container *c, struct rj_visitor *v)
{
	if (c->runtime != RJ_RUNTIME_UNKNOWN || c->id[0]) {
		v->ops->open(v, &rj_container_fields[F_CONTAINER]);
		put(v, F_ID, c->id);
		put(v, F_RUNTIME, rj_runtime_name(c->runtime));
		put(v, F_NAME, c->name);
		put(v, F_IMAGE, c->image);
		v->ops->close(v);
	}
	if (c->pod_uid[0]) {
		v->ops->open(v, &rj_container_fields[F_POD]);
		put(v, F_POD_NAME, c->pod_name);
		put(v, F_NAMESPACE, c->pod_namespace);
		put(v, F_POD_UID, c->pod_uid);
		v->ops->close(v);
	}
}
