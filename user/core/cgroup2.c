// SPDX-License-Identifier: BSD-3-Clause
/* Looks through the mounts of this process. */
#include "core/cgroup2.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOUNTS "/proc/self/mounts"
#define ROOT_CGROUP 1 /* its inode */

bool rj_cgroup2_is_root(int fd)
{
	struct stat of;

	return !fstat(fd, &of) && of.st_ino == ROOT_CGROUP;
}

int rj_cgroup2_open(size_t *ret_len)
{
	FILE *mounts = setmntent(MOUNTS, "re");
	const struct mntent *mount;
	int found = -ENOENT, fd;

	if (!mounts)
		return -errno;
	while ((found < 0 || !rj_cgroup2_is_root(found)) && (mount = getmntent(mounts))) {
		if (strcmp(mount->mnt_type, "cgroup2"))
			continue;
		fd = open(mount->mnt_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 || (found >= 0 && !rj_cgroup2_is_root(fd))) {
			if (fd >= 0)
				close(fd);
			continue;
		}
		if (found >= 0)
			close(found);
		found = fd;
		if (ret_len)
			*ret_len = strcmp(mount->mnt_dir, "/") ? strlen(mount->mnt_dir) : 0;
	}
	endmntent(mounts);
	return found;
}
