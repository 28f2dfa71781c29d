/* SPDX-License-Identifier: BSD-3-Clause */
/* A list of pods as the API of Kubernetes gives it. */
#ifndef RJ_OWNER_PODS_H
#define RJ_OWNER_PODS_H

#include "core/status.h"
#include "owner/container.h"

#define RJ_PODS_MAX 4096u	     /* of one node; ours, Kubernetes says 110 */
#define RJ_PODS_MAX_BYTES (8u << 20) /* of the list as text; ours, usual are 5 kB a pod */

struct rj_pod {
	char uid[RJ_POD_UID_LEN + 1];
	char name[RJ_POD_MAX_NAME + 1];
	char namespace[RJ_POD_MAX_NAMESPACE + 1];
};

/* struct rj_pods - by their uids, in order; @left_out: past the limit, or not of their form. */
struct rj_pods {
	struct rj_pod *pod;
	size_t num;
	size_t left_out;
};

/*
 * rj_pods_read - a PodList, or a list of their metadata, in JSON; to be freed by rj_pods_free.
 * 0, -EBADMSG of what is none, or -ENOMEM.
 */
RJ_MUST_CHECK int rj_pods_read(const char *text, size_t len, struct rj_pods *out);

/* rj_pods_find - the one with this uid, or NULL. */
const struct rj_pod *rj_pods_find(const struct rj_pods *pods, const char *uid);

void rj_pods_free(struct rj_pods *pods);

#endif
