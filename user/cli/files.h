/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of captures on the command line. */
#ifndef RJ_CLI_FILES_H
#define RJ_CLI_FILES_H

#include <dirent.h>
#include <stdbool.h>

/* is_listed - whether a directory's entry is read: not those that begin with a dot. */
int is_listed(const struct dirent *entry);

/*
 * list_directory - the entries that are, by name: how many, in *@out, which is the caller's to free
 * with each of them; negative with errno set.
 */
int list_directory(const char *path, struct dirent ***out);

/* is_directory - not of "-". */
bool is_directory(const char *path);

/* is_among - whether @name (NULL, "-": none) is a file that one of @num others is, by any name. */
bool is_among(const char *name, char *const *others, int num);

#endif
