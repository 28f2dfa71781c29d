/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of pods and their containers by the folders in which kubelet keeps their logs. */
#ifndef RJ_OWNER_KUBELET_H
#define RJ_OWNER_KUBELET_H

#include "owner/container.h"
#include "owner/gap.h"
#include "owner/tree.h"

/*
 * rj_kubelet_is_name - whether the text has what Kubernetes lets names have (RFC 1123), and is not
 * empty: none has an underscore, which separates them.
 */
bool rj_kubelet_is_name(const char *at, size_t len);

/*
 * rj_kubelet_pod - name and namespace of the pod @c->pod_uid, by var/log/pods/NAMESPACE_POD_UID.
 * RJ_GAP_NONE, or why they are not known.
 */
enum rj_gap rj_kubelet_pod(const struct rj_tree *t, struct rj_container *c);

/*
 * rj_kubelet_container - name of the container @c->id in the pod, whose names are known, by
 * var/log/containers/POD_NAMESPACE_CONTAINER-ID.log.
 */
void rj_kubelet_container(const struct rj_tree *t, struct rj_container *c);

#endif
