/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose a cgroup is by its path: container, runtime, pod, systemd unit. */
#ifndef RJ_OWNER_CGROUP_H
#define RJ_OWNER_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RJ_CGROUP_MAX_PATH 4096u  /* PATH_MAX; longer ones are not read */
#define RJ_CGROUP_MAX_NAME 255u	  /* NAME_MAX: of one folder of the path */
#define RJ_CGROUP_MAX_TEXT 65536u /* of /proc/PID/cgroup: 16 lines with a path each; ours */
#define RJ_CONTAINER_HEX_LEN 64u  /* SHA-256 in hexadecimal: OCI runtimes' ids */
#define RJ_POD_UID_LEN 36u	  /* RFC 9562 4; those of static pods are 32 digits */

enum rj_runtime {
	RJ_RUNTIME_UNKNOWN, /* the path says the container's id, but not whose it is */
	RJ_RUNTIME_CONTAINERD,
	RJ_RUNTIME_CRIO,
	RJ_RUNTIME_DOCKER,
	RJ_RUNTIME_PODMAN,
	RJ_RUNTIME_LXC,
	RJ_RUNTIME_NSPAWN,
	RJ_RUNTIME_SYSTEMD, /* no container but a unit: service or scope */
};

/*
 * struct rj_cgroup - texts are empty where the path does not say them. They have no characters but
 * letters, digits and those of names (. _ - and in units : @ \), whatever the path had.
 * @id: 64 hexadecimal digits; name of the container for LXC and nspawn, of the unit for systemd
 * @pod_uid: with dashes, as Kubernetes writes it
 * @is_nested: the container is in another one, whose processes may make such paths as they like,
 *	       and whose files, not the host's, say more of it; @is_pod_nested: likewise the pod
 * @has_uid: the cgroup is below the manager of the user @uid, who may make such paths likewise
 */
struct rj_cgroup {
	enum rj_runtime runtime;
	bool is_nested;
	bool is_pod_nested;
	bool has_uid;
	uint32_t uid;
	char id[RJ_CGROUP_MAX_NAME + 1];
	char pod_uid[RJ_POD_UID_LEN + 1];
};

/*
 * rj_cgroup_read - what the path of @len bytes says: the one of a line of /proc/PID/cgroup, or
 * that below where cgroup2 is mounted. The innermost container wins. Returns whether it says
 * anything: forms that are not known say nothing, and *@out is left alone then.
 */
bool rj_cgroup_read(const char *path, size_t len, struct rj_cgroup *out);

/*
 * rj_cgroup_read_proc - likewise of the text of /proc/PID/cgroup, of whose lines (one of cgroup
 * v2, and one of each hierarchy of v1) that one is taken that says most: a container, else a pod,
 * else a unit; among equals that of v2, else the first.
 */
bool rj_cgroup_read_proc(const char *text, size_t len, struct rj_cgroup *out);

/* rj_runtime_name - as it stands in records; NULL for RJ_RUNTIME_UNKNOWN. */
const char *rj_runtime_name(enum rj_runtime runtime);

#endif
