// SPDX-License-Identifier: BSD-3-Clause
/* A list of pods as the API of Kubernetes gives it. */
#include "owner/pods.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "owner/kubelet.h"

#define MAX_NESTING 64 /* of their metadata managedFields have some 15; ours */

/* A member of these characters alone, which fits. */
static bool take(struct json_object *meta, const char *key, char *out, size_t size)
{
	struct json_object *text = rj_json_of(meta, key, json_type_string);
	size_t len = text ? (size_t)json_object_get_string_len(text) : 0;

	if (!text || len >= size || !rj_kubelet_is_name(json_object_get_string(text), len))
		return false;
	memcpy(out, json_object_get_string(text), len + 1);
	return true;
}

static bool read_pod(struct json_object *item, struct rj_pod *pod)
{
	struct json_object *meta = rj_json_of(item, "metadata", json_type_object);

	return take(meta, "uid", pod->uid, sizeof(pod->uid)) &&
	       take(meta, "name", pod->name, sizeof(pod->name)) &&
	       take(meta, "namespace", pod->namespace, sizeof(pod->namespace));
}

static int compare(const void *a, const void *b)
{
	const struct rj_pod *left = a, *right = b;

	return strcmp(left->uid, right->uid);
}

static int read_items(struct json_object *items, struct rj_pods *out)
{
	size_t num = json_object_array_length(items);
	struct rj_pods pods = { 0 };

	pods.pod = calloc(num < RJ_PODS_MAX ? num + 1 : RJ_PODS_MAX, sizeof(*pods.pod));
	if (!pods.pod)
		return -ENOMEM;
	for (size_t i = 0; i < num; i++)
		if (pods.num < RJ_PODS_MAX &&
		    read_pod(json_object_array_get_idx(items, i), &pods.pod[pods.num]))
			pods.num++;
		else
			pods.left_out++;
	qsort(pods.pod, pods.num, sizeof(*pods.pod), compare);
	*out = pods;
	return 0;
}

int rj_pods_read(const char *text, size_t len, struct rj_pods *out)
{
	struct json_tokener *tokener = json_tokener_new_ex(MAX_NESTING);
	struct json_object *json, *items;
	int err;

	if (!tokener)
		return -ENOMEM;
	json = len <= RJ_PODS_MAX_BYTES ? json_tokener_parse_ex(tokener, text, (int)len) : NULL;
	json_tokener_free(tokener);
	items = rj_json_of(json, "items", json_type_array);
	err = items ? read_items(items, out) : -EBADMSG;
	json_object_put(json);
	return err;
}

const struct rj_pod *rj_pods_find(const struct rj_pods *pods, const char *uid)
{
	struct rj_pod key = { .name = "" };

	if (!pods->num || strlen(uid) > RJ_POD_UID_LEN)
		return NULL;
	memcpy(key.uid, uid, strlen(uid) + 1);
	return bsearch(&key, pods->pod, pods->num, sizeof(*pods->pod), compare);
}

void rj_pods_free(struct rj_pods *pods)
{
	free(pods->pod);
	*pods = (struct rj_pods){ 0 };
}
