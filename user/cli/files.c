// SPDX-License-Identifier: BSD-3-Clause
/* What the names of captures stand for. */
#include "cli/files.h"

#include <string.h>
#include <sys/stat.h>

int is_listed(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int list_directory(const char *path, struct dirent ***out)
{
	return scandir(path, out, is_listed, by_name);
}

bool is_directory(const char *path)
{
	struct stat st;

	return strcmp(path, "-") && !stat(path, &st) && S_ISDIR(st.st_mode);
}

bool is_among(const char *name, char *const *others, int num)
{
	struct stat own, other;

	if (!name || !strcmp(name, "-") || stat(name, &own) || !S_ISREG(own.st_mode))
		return false;
	for (int i = 0; i < num; i++)
		if (!stat(others[i], &other) && other.st_dev == own.st_dev &&
		    other.st_ino == own.st_ino)
			return true;
	return false;
}
