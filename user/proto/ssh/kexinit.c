/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads KEXINIT and finds what two of them agree on. */
#include "proto/ssh/kexinit.h"

#define COOKIE_BYTES 16u

/* Names of a list that are compared: lists in use have up to 20, OpenSSH looks at 40 of its own. */
#define MAX_NAMES 256u

enum rj_status rj_ssh_string(struct rj_cursor *c, struct rj_cursor *out)
{
	struct rj_cursor ahead = *c;
	uint32_t len;
	enum rj_status st = rj_cursor_u32(&ahead, &len);

	if (!st)
		st = rj_cursor_sub(&ahead, len, out);
	if (!st)
		*c = ahead;
	return st;
}

/* RFC 4253 7.1: number, cookie, ten name-lists, first_kex_packet_follows, 0 for extensions. */
enum rj_status rj_ssh_kexinit_read(struct rj_cursor payload, struct rj_ssh_kexinit *out)
{
	struct rj_cursor c = payload;
	uint32_t reserved;
	uint8_t flag = 0;
	enum rj_status st = rj_cursor_skip(&c, 1);

	memset(out, 0, sizeof(*out));
	if (!st)
		st = rj_cursor_sub(&c, COOKIE_BYTES, &out->cookie);
	while (!st && out->num_lists < RJ_SSH_NUM_LISTS) {
		st = rj_ssh_string(&c, &out->lists[out->num_lists]);
		if (!st)
			out->num_lists++;
	}
	if (!st)
		st = rj_cursor_u8(&c, &flag);
	out->is_guess = flag;
	if (!st)
		st = rj_cursor_u32(&c, &reserved);
	if (!st && c.left)
		return RJ_MALFORMED;
	return st;
}

bool rj_ssh_name_is(struct rj_cursor name, const char *text)
{
	return name.left == strlen(text) && rj_cursor_starts(&name, text);
}

bool rj_ssh_list_next(struct rj_cursor *list, struct rj_cursor *out)
{
	const uint8_t *comma;
	size_t len;

	if (!list->left)
		return false;
	comma = memchr(list->at, ',', list->left);
	len = comma ? (size_t)(comma - list->at) : list->left;
	if (rj_cursor_sub(list, len, out))
		return false;
	return !comma || !rj_cursor_skip(list, 1);
}

bool rj_ssh_list_has(struct rj_cursor list, const char *text)
{
	struct rj_cursor name;

	while (rj_ssh_list_next(&list, &name))
		if (rj_ssh_name_is(name, text))
			return true;
	return false;
}

/* RFC 8308 2.1, and OpenSSH's PROTOCOL 1.9. */
static bool is_pseudo(struct rj_cursor name)
{
	static const char *const names[] = { "ext-info-c", "ext-info-s",
					     "kex-strict-c-v00@openssh.com",
					     "kex-strict-s-v00@openssh.com" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (rj_ssh_name_is(name, names[i]))
			return true;
	return false;
}

static bool has_name(struct rj_cursor list, struct rj_cursor name)
{
	struct rj_cursor other;

	for (uint32_t i = 0; i < MAX_NAMES && rj_ssh_list_next(&list, &other); i++)
		if (other.left == name.left && !memcmp(other.at, name.at, name.left))
			return true;
	return false;
}

bool rj_ssh_agree(const struct rj_ssh_kexinit *client, const struct rj_ssh_kexinit *server,
		  enum rj_ssh_list list, struct rj_cursor *out)
{
	struct rj_cursor names, name;

	if (client->num_lists <= (unsigned int)list || server->num_lists <= (unsigned int)list)
		return false;
	names = client->lists[list];
	for (uint32_t i = 0; i < MAX_NAMES && rj_ssh_list_next(&names, &name); i++) {
		if (!name.left || is_pseudo(name) || !has_name(server->lists[list], name))
			continue;
		*out = name;
		return true;
	}
	return false;
}

bool rj_ssh_is_guess_right(const struct rj_ssh_kexinit *client, const struct rj_ssh_kexinit *server)
{
	for (unsigned int i = RJ_SSH_KEX; i <= RJ_SSH_HOST_KEY; i++) {
		struct rj_cursor ours = client->lists[i], theirs = server->lists[i], a, b;

		if (!rj_ssh_list_next(&ours, &a) || !rj_ssh_list_next(&theirs, &b) ||
		    a.left != b.left || memcmp(a.at, b.at, a.left) != 0)
			return false;
	}
	return true;
}
