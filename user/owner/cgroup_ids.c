// SPDX-License-Identifier: BSD-3-Clause
/* Which cgroup has an id that the kernel told of: also of a process that is gone. */
#include "owner/cgroup_ids.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cgroup2.h"

#define FILEID_KERNFS 0xfe /* <linux/exportfs.h>, which the kernel keeps for itself */

/* struct known - @says: what its path says; else it is kept that it says nothing. */
struct known {
	uint64_t id;
	bool says;
	struct rj_cgroup cgroup;
};

/*
 * struct rj_cgroup_ids - @root, @root_len: of rj_cgroup2_open; negative: none. @known: by the id,
 * NULL where there is none yet
 */
struct rj_cgroup_ids {
	int root;
	size_t root_len;
	struct rj_cgroup_ids_counts counts;
	size_t max;
	struct known *known[];
};

int rj_cgroup_ids_new(size_t max, struct rj_cgroup_ids **out)
{
	struct rj_cgroup_ids *ids = calloc(1, sizeof(*ids) + max * sizeof(struct known *));

	if (!ids)
		return -ENOMEM;
	ids->max = max;
	ids->root = rj_cgroup2_open(&ids->root_len);
	*out = ids;
	return 0;
}

void rj_cgroup_ids_free(struct rj_cgroup_ids *ids)
{
	if (!ids)
		return;
	for (size_t i = 0; i < ids->max; i++)
		free(ids->known[i]);
	if (ids->root >= 0)
		close(ids->root);
	free(ids);
}

struct rj_cgroup_ids_counts rj_cgroup_ids_get_counts(const struct rj_cgroup_ids *ids)
{
	return ids->counts;
}

/* The folder of that id, as a descriptor; -1 where there is none, or it is not ours to open. */
static int open_id(const struct rj_cgroup_ids *ids, uint64_t id)
{
	union {
		struct file_handle head;
		unsigned char room[sizeof(struct file_handle) + sizeof(id)];
	} handle = { .head = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS } };

	memcpy(handle.room + sizeof(handle.head), &id, sizeof(id));
	return open_by_handle_at(ids->root, &handle.head, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* What the path says of the folder that is open, below where they are mounted. */
static bool read_open(const struct rj_cgroup_ids *ids, int fd, struct known *k)
{
	char link[64], path[RJ_CGROUP_MAX_PATH + 1];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path));
	if (len < (ssize_t)ids->root_len || len == (ssize_t)sizeof(path))
		return false;
	k->says = rj_cgroup_read(path + ids->root_len, (size_t)len - ids->root_len, &k->cgroup);
	return true;
}

/* Of /proc/PID/cgroup the line of version 2, its path alone; NULL where there is none. */
static const char *find_path(const char *text, size_t len, size_t *ret_len)
{
	const char *line = text, *end;
	size_t left = len;

	while (left) {
		end = memchr(line, '\n', left);
		*ret_len = end ? (size_t)(end - line) : left;
		if (*ret_len >= 4 && !memcmp(line, "0::/", 4)) {
			*ret_len -= 3;
			return line + 3;
		}
		if (!end)
			break;
		left -= *ret_len + 1;
		line = end + 1;
	}
	return NULL;
}

/* What that text says, where the folder there has the id. */
static bool read_text(const struct rj_cgroup_ids *ids, const char *text, size_t len,
		      struct known *k)
{
	char below[RJ_CGROUP_MAX_PATH + 2] = "."; /* of the root: ./PATH */
	size_t path_len = 0;
	const char *path = find_path(text, len, &path_len);
	struct stat st;

	if (!path || path_len > RJ_CGROUP_MAX_PATH)
		return false;
	memcpy(below + 1, path, path_len);
	below[1 + path_len] = 0;
	if (fstatat(ids->root, below, &st, 0) || st.st_ino != k->id)
		return false;
	k->says = rj_cgroup_read(path, path_len, &k->cgroup);
	return true;
}

static bool look(const struct rj_cgroup_ids *ids, const char *text, size_t len, struct known *k)
{
	int fd = open_id(ids, k->id);
	bool is_found;

	if (fd < 0)
		return text && read_text(ids, text, len, k);
	is_found = read_open(ids, fd, k);
	close(fd);
	return is_found;
}

const struct rj_cgroup *rj_cgroup_ids_find(struct rj_cgroup_ids *ids, uint64_t id, const char *text,
					   size_t len)
{
	struct known **at = &ids->known[(id * 0x9e3779b97f4a7c15u >> 32) % ids->max];
	struct known k = { .id = id };

	if (!id || ids->root < 0)
		return NULL;
	if (*at && (*at)->id == id)
		return (*at)->says ? &(*at)->cgroup : NULL;
	if (!look(ids, text, len, &k)) {
		ids->counts.gone++;
		return NULL;
	}
	ids->counts.resolved++;
	if (!*at)
		*at = malloc(sizeof(**at));
	if (!*at)
		return NULL;
	**at = k;
	return k.says ? &(*at)->cgroup : NULL;
}
