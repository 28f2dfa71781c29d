/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of pods and their containers by the folders in which kubelet keeps their logs. */
#ifndef RJ_OWNER_KUBELET_H
#define RJ_OWNER_KUBELET_H

#include "owner/container.h"
#include "owner/tree.h"

/*
 * rj_kubelet_read - fills name and namespace of the pod @c->pod_uid, and the name of its container
 * @c->id, where they are empty: by var/log/pods/NAMESPACE_POD_UID and
 * var/log/containers/POD_NAMESPACE_CONTAINER-ID.log.
 */
void rj_kubelet_read(const struct rj_tree *t, struct rj_container *c);

#endif
