/* SPDX-License-Identifier: BSD-3-Clause */
/* Containers and pods by what runtimes and kubelet have on disk, without asking either. */
#ifndef RJ_OWNER_CONTAINER_H
#define RJ_OWNER_CONTAINER_H

#include <rejoice/record.h>

#include "core/error.h"
#include "core/status.h"
#include "owner/cgroup.h"
#include "owner/gap.h"

#define RJ_CONTAINER_MAX_NAME 255u	  /* ours; nobody's are longer */
#define RJ_CONTAINER_MAX_IMAGE 511u	  /* ours: 255 of a name (OCI distribution), tag, digest */
#define RJ_POD_MAX_NAME 253u		  /* RFC 1123 subdomain, as Kubernetes asks for */
#define RJ_POD_MAX_NAMESPACE 63u	  /* RFC 1123 label, likewise */
#define RJ_CONTAINER_RETRY_S 1u		  /* what was not found is looked for again after this */
#define RJ_CONTAINER_MAX_RETRY_S 64u	  /* doubled each time up to this */
#define RJ_CONTAINERS_READS_A_SECOND 256u /* more containers that are new wait; ours */
#define RJ_CONTAINERS_HOMES_A_SECOND 4u	  /* likewise of users; ours */

/*
 * struct rj_container - texts are empty where nothing says them; they have no blanks and no
 * control characters.
 * @id: empty of units and where the runtime has names alone
 * @name: of the container, or of the unit
 */
struct rj_container {
	enum rj_runtime runtime;
	char id[RJ_CONTAINER_HEX_LEN + 1];
	char name[RJ_CONTAINER_MAX_NAME + 1];
	char image[RJ_CONTAINER_MAX_IMAGE + 1];
	char pod_name[RJ_POD_MAX_NAME + 1];
	char pod_namespace[RJ_POD_MAX_NAMESPACE + 1];
	char pod_uid[RJ_POD_UID_LEN + 1];
};

/* struct rj_containers - those that were asked for last; for one thread. */
struct rj_containers;

/*
 * struct rj_containers_stats - @num: those that are kept; @evicted: given up for others; @put_off:
 * reads past the limit; @stateless: of those kept and given up: whose runtime said nothing, by the
 * reason that was seen last; @nameless: likewise pods, of each container in them
 */
struct rj_containers_stats {
	size_t num;
	uint64_t evicted;
	uint64_t put_off;
	uint64_t stateless[RJ_NUM_GAPS];
	uint64_t nameless[RJ_NUM_GAPS];
};

/*
 * rj_containers_new - of the host whose / is at @root, in at most @max (at least 1) entries of
 * some 1.6 kB each. 0, or a negative errno and *@error says what is wrong.
 */
RJ_MUST_CHECK int rj_containers_new(const char *root, size_t max, struct rj_containers **out,
				    struct rj_error *error);

struct rj_kubernetes;

/* rj_containers_ask - names of pods that no file says are asked of @k, borrowed; or of nobody. */
void rj_containers_ask(struct rj_containers *cs, struct rj_kubernetes *k);

/* rj_containers_free - takes NULL. */
void rj_containers_free(struct rj_containers *cs);

/*
 * rj_containers_find - what is known of the container, pod or unit of @cgroup, which
 * rj_cgroup_read filled; valid until the next call. The first time files are read, and again
 * while some are missing, as runtimes write them after the container has begun: at @now_ns, of a
 * clock that does not go back, past RJ_CONTAINER_RETRY_S. Where a path could be made up by who is
 * in it (is_nested, is_pod_nested, has_uid), the host's files are not asked: of a user's
 * containers those in the user's home are. Never NULL.
 */
const struct rj_container *rj_containers_find(struct rj_containers *cs,
					      const struct rj_cgroup *cgroup, uint64_t now_ns);

struct rj_containers_stats rj_containers_stats(const struct rj_containers *cs);

/* rj_container_fields - rows of the objects container and pod; ends with a row without a name. */
extern const struct rj_field rj_container_fields[];

/* rj_container_emit - writes the objects container and pod, each where it has anything. */
void rj_container_emit(const struct rj_container *c, struct rj_visitor *v);

#endif
