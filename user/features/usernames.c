// SPDX-License-Identifier: BSD-3-Clause
/* Names of users that stand in texts as whole words. */
#include "features/usernames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/lines.h"

/*
 * struct rj_usernames - in order of their bytes. @has_first, @has_len: what a name may begin with
 * and how long one may be, so that most words of a text need not be looked for.
 */
struct rj_usernames {
	char **name;
	size_t num;
	size_t room;
	bool has_first[UINT8_MAX + 1];
	bool has_len[RJ_MAX_USERNAME_LEN + 1];
};

void rj_usernames_free(struct rj_usernames *u)
{
	if (!u)
		return;
	for (size_t i = 0; i < u->num; i++)
		free(u->name[i]);
	free(u->name);
	free(u);
}

static bool reserve(struct rj_usernames *u)
{
	size_t room = u->room ? 2 * u->room : 64;
	char **name;

	if (u->num < u->room)
		return true;
	name = reallocarray(u->name, room, sizeof(*name));
	if (!name)
		return false;
	u->name = name;
	u->room = room;
	return true;
}

static int take_line(void *user, const char *line, struct rj_error *error)
{
	struct rj_usernames *u = user;
	size_t len = strlen(line);

	if (len > RJ_MAX_USERNAME_LEN)
		return rj_error_set(error, -EINVAL, "a name of %zu bytes; at most %u", len,
				    RJ_MAX_USERNAME_LEN);
	if (!reserve(u))
		return rj_error_set(error, -ENOMEM, "out of memory");
	u->name[u->num] = strdup(line);
	if (!u->name[u->num])
		return rj_error_set(error, -ENOMEM, "out of memory");
	u->num++;
	u->has_first[(uint8_t)*line] = true;
	u->has_len[len] = true;
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int rj_usernames_read(const char *path, struct rj_usernames **out, struct rj_error *error)
{
	struct rj_usernames *u = calloc(1, sizeof(*u));
	int err;

	if (!u)
		return rj_error_set(error, -ENOMEM, "out of memory");
	err = rj_lines_read(path, take_line, u, error);
	if (err) {
		rj_usernames_free(u);
		return err;
	}
	if (u->num)
		qsort(u->name, u->num, sizeof(*u->name), by_bytes);
	*out = u;
	return 0;
}

static bool is_between(uint8_t c)
{
	return !c || strchr("?&/-\\_.=;", c);
}

static bool is_name(const struct rj_usernames *u, const uint8_t *word, size_t len)
{
	size_t low = 0, high = u->num;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		size_t name_len = strlen(u->name[middle]);
		int order = memcmp(u->name[middle], word, name_len < len ? name_len : len);

		if (!order && name_len == len)
			return true;
		if (order < 0 || (!order && name_len < len))
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* The length of the longest name that begins at the text's first byte and ends a word; 0: none. */
static size_t longest(const struct rj_usernames *u, const uint8_t *text, size_t len)
{
	size_t most = len < RJ_MAX_USERNAME_LEN ? len : RJ_MAX_USERNAME_LEN;

	for (size_t part = most; part; part--)
		if (u->has_len[part] && (part == len || is_between(text[part])) &&
		    is_name(u, text, part))
			return part;
	return 0;
}

bool rj_usernames_find(const struct rj_usernames *u, const uint8_t *text, size_t len, size_t from,
		       size_t *ret_at, size_t *ret_len)
{
	for (size_t at = from; at < len; at++) {
		size_t found;

		if (!u->has_first[text[at]] || (at && !is_between(text[at - 1])))
			continue;
		found = longest(u, text + at, len - at);
		if (!found)
			continue;
		*ret_at = at;
		*ret_len = found;
		return true;
	}
	return false;
}
