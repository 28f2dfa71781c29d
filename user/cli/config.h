/* SPDX-License-Identifier: BSD-3-Clause */
/* Options in a file: NAME or NAME = VALUE a line. */
#ifndef RJ_CLI_CONFIG_H
#define RJ_CLI_CONFIG_H

#include "cli/cli.h"

/*
 * config_option - takes one option: @where is "FILE:LINE: ", for who complains; @value is NULL
 * where there is none. @name and @value stay until the program ends.
 */
typedef enum exit_status config_option(void *user, const char *where, const char *name,
				       const char *value);

/* config_read - hands the options of a file over until one is not taken; says why it ended. */
enum exit_status config_read(const char *path, config_option *option, void *user);

#endif
