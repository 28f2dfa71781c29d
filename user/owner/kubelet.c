// SPDX-License-Identifier: BSD-3-Clause
/* Names of pods and their containers by the folders in which kubelet keeps their logs. */
#include "owner/kubelet.h"

#include <string.h>

#include "owner/state.h"

bool rj_kubelet_is_name(const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!at[i] || !strchr("abcdefghijklmnopqrstuvwxyz0123456789.-", at[i]))
			return false;
	return len > 0;
}

static bool is_text(const char *at, size_t len, const char *text)
{
	return len == strlen(text) && !memcmp(at, text, len);
}

/* NAMESPACE_POD_UID */
static bool take_pod(void *user, const char *name)
{
	struct rj_container *c = user;
	const char *pod = strchr(name, '_');
	const char *uid = pod ? strchr(pod + 1, '_') : NULL;
	size_t namespace_len, pod_len;

	if (!uid || strcmp(uid + 1, c->pod_uid))
		return false;
	namespace_len = (size_t)(pod - name);
	pod_len = (size_t)(uid - pod - 1);
	if (!rj_kubelet_is_name(name, namespace_len) || !rj_kubelet_is_name(pod + 1, pod_len))
		return false;
	rj_state_text(name, namespace_len, c->pod_namespace, sizeof(c->pod_namespace));
	rj_state_text(pod + 1, pod_len, c->pod_name, sizeof(c->pod_name));
	return true;
}

enum rj_gap rj_kubelet_pod(const struct rj_tree *t, struct rj_container *c)
{
	int err = rj_tree_list(t, "var/log/pods", take_pod, c);

	if (c->pod_name[0])
		return RJ_GAP_NONE;
	return err ? rj_gap_of(err) : RJ_GAP_ABSENT;
}

/* POD_NAMESPACE_CONTAINER-ID.log, of the pod that is known */
static bool take_container(void *user, const char *name)
{
	struct rj_container *c = user;
	const char *namespace = strchr(name, '_');
	const char *container = namespace ? strchr(namespace + 1, '_') : NULL;
	size_t end_len = 1 + RJ_CONTAINER_HEX_LEN + strlen(".log");
	const char *id;

	if (!container || strlen(container + 1) <= end_len)
		return false;
	id = container + 1 + strlen(container + 1) - end_len;
	if (*id != '-' || memcmp(id + 1, c->id, RJ_CONTAINER_HEX_LEN) ||
	    strcmp(id + 1 + RJ_CONTAINER_HEX_LEN, ".log") ||
	    !is_text(name, (size_t)(namespace - name), c->pod_name) ||
	    !is_text(namespace + 1, (size_t)(container - namespace - 1), c->pod_namespace))
		return false;
	if (rj_kubelet_is_name(container + 1, (size_t)(id - container - 1)))
		rj_state_text(container + 1, (size_t)(id - container - 1), c->name,
			      sizeof(c->name));
	return true;
}

void rj_kubelet_container(const struct rj_tree *t, struct rj_container *c)
{
	int err = rj_tree_list(t, "var/log/containers", take_container, c);

	(void)err; /* what cannot be listed says nothing */
}
