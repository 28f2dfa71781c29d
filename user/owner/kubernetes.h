/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of this node's pods by the API of Kubernetes, asked by a thread of its own. */
#ifndef RJ_OWNER_KUBERNETES_H
#define RJ_OWNER_KUBERNETES_H

#include "core/error.h"
#include "core/status.h"
#include "owner/https.h"
#include "owner/pods.h"

#define RJ_KUBERNETES_IN_CLUSTER "in-cluster"
#define RJ_KUBERNETES_CREDENTIALS "/var/run/secrets/kubernetes.io/serviceaccount"
#define RJ_KUBERNETES_EVERY_S 3u      /* the API is not asked more often; ours */
#define RJ_KUBERNETES_MAX_EVERY_S 96u /* doubled up to this while it gives no list; ours */
#define RJ_KUBERNETES_MAX_MS 10000    /* an answer is waited for; ours */

/*
 * struct rj_kubernetes_options - @url: https://HOST[:PORT], or RJ_KUBERNETES_IN_CLUSTER: by
 * KUBERNETES_SERVICE_HOST and _PORT of the environment; @credentials: folder with token and ca.crt,
 * NULL for where pods have them; @node: NULL for NODE_NAME of the environment, else the host's name
 */
struct rj_kubernetes_options {
	const char *url;
	const char *credentials;
	const char *node;
};

/* @requests: sent; @failed: of these, by reason; @pods: in the last list */
struct rj_kubernetes_counts {
	uint64_t requests;
	uint64_t failed[RJ_NUM_HTTPS_FAILURES];
	uint64_t pods;
};

struct rj_kubernetes;

/* rj_kubernetes_new - asks once at the start. 0, or a negative errno and *@error says why. */
RJ_MUST_CHECK int rj_kubernetes_new(const struct rj_kubernetes_options *o,
				    struct rj_kubernetes **out, struct rj_error *error);

/* rj_kubernetes_free - takes NULL. Waits some seconds for a request under way to notice. */
void rj_kubernetes_free(struct rj_kubernetes *k);

/*
 * rj_kubernetes_find - the pod of this uid to *@out; false where it is not in the list, which with
 * @is_new is asked for again then. Never waits for the API.
 */
bool rj_kubernetes_find(struct rj_kubernetes *k, const char *uid, bool is_new, struct rj_pod *out);

/* rj_kubernetes_num_lists - how many lists came so far: with another one to ask again is of use. */
uint64_t rj_kubernetes_num_lists(const struct rj_kubernetes *k);

void rj_kubernetes_get_counts(struct rj_kubernetes *k, struct rj_kubernetes_counts *out);

#endif
