// SPDX-License-Identifier: BSD-3-Clause
/* Joy's settings as it prints them: the first line of its output, and the text of show_config. */
#include <stdlib.h>
#include <string.h>

#include "cli/joy.h"

#define NONE "none"
#define LABELS "label"

/*
 * struct member - in the line's order; the others are under the key's name.
 * @name: NULL where it is the key; Joy calls some otherwise
 */
struct member {
	const char *key;
	const char *name;
	bool is_text;
};

/* clang-format off */
static const struct member members[] = {
	{ "interface", NULL, true }, { "promisc", NULL, false }, { "output", NULL, true },
	{ "outdir", "outputdir", true }, { "username", NULL, true }, { "log", "info", true },
	{ "count", NULL, false }, { "upload", NULL, true }, { "keyfile", NULL, true },
	{ LABELS, NULL, true },
	{ "retain", NULL, false }, { "bidir", NULL, false }, { "num_pkts", NULL, false },
	{ "zeros", NULL, false }, { "retrans", NULL, false }, { "dist", NULL, false },
	{ "cdist", NULL, true }, { "entropy", NULL, false }, { "hd", NULL, false },
	{ "classify", NULL, false }, { "idp", NULL, false }, { "exe", NULL, false },
	{ "anon", NULL, true }, { "useranon", NULL, true }, { "bpf", NULL, true },
	{ "verbosity", NULL, false }, { "threads", NULL, false }, { "updater", NULL, false },
	{ "wht", NULL, false }, { "example", NULL, false }, { "dns", NULL, false },
	{ "ssh", NULL, false }, { "tls", NULL, false }, { "dhcp", NULL, false },
	{ "dhcpv6", NULL, false }, { "http", NULL, false }, { "ike", NULL, false },
	{ "payload", NULL, false }, { "salt", NULL, false }, { "ppi", NULL, false },
	{ "fpx", NULL, false },
};
/* clang-format on */

#define NUM_MEMBERS (sizeof(members) / sizeof(*members))
#define NUM_SETTINGS (NUM_MEMBERS + JOY_MAX_LABELS + 2) /* version and end-config too */

static struct rj_setting setting_of(const struct joy_config *c, const struct member *m)
{
	struct rj_setting s = { .name = m->name ? m->name : m->key };

	if (!m->is_text) {
		s.number = joy_config_number(c, m->key);
		return s;
	}
	s.text = joy_config_text(c, m->key);
	if (!s.text)
		s.text = strcmp(m->key, "outdir") ? NONE : ".";
	return s;
}

/* The labels alone, without their files: *@text is to be freed. */
static size_t add_labels(const struct joy_config *c, struct rj_setting *out,
			 char *texts[JOY_MAX_LABELS])
{
	for (unsigned int i = 0; i < c->num_labels; i++) {
		texts[i] = strndup(c->label[i], strcspn(c->label[i], ":"));
		out[i] = (struct rj_setting){ .name = LABELS, .text = texts[i] ? texts[i] : "" };
	}
	return c->num_labels;
}

int joy_config_json(const struct joy_config *c, struct rj_session *s, const char **out,
		    size_t *out_len)
{
	struct rj_setting settings[NUM_SETTINGS] = { { .name = "version", .text = JOY_VERSION } };
	char *texts[JOY_MAX_LABELS] = { NULL };
	size_t num = 1;
	int err;

	for (size_t i = 0; i < NUM_MEMBERS; i++) {
		if (!strcmp(members[i].key, LABELS))
			num += add_labels(c, settings + num, texts);
		else
			settings[num++] = setting_of(c, &members[i]);
	}
	settings[num++] = (struct rj_setting){ .name = "end-config", .number = 1 };
	err = rj_session_settings_json(s, settings, num, out, out_len);
	for (unsigned int i = 0; i < c->num_labels; i++)
		free(texts[i]);
	return err;
}

/* Joy's text is without the log file, and has labels with their files. */
static void show(const struct joy_config *c, const char *from, const char *until)
{
	bool is_in = false;

	for (size_t i = 0; i < NUM_MEMBERS; i++) {
		const char *key = members[i].key;
		struct rj_setting s;

		if (!strcmp(key, from))
			is_in = true;
		else if (until && !strcmp(key, until))
			return;
		if (!is_in || !strcmp(key, "log"))
			continue;
		if (!strcmp(key, LABELS)) {
			for (unsigned int j = 0; j < c->num_labels; j++)
				fprintf(stderr, "label=%s\n", c->label[j]);
			continue;
		}
		s = setting_of(c, &members[i]);
		if (s.text)
			fprintf(stderr, "%s = %s\n", s.name, s.text);
		else
			fprintf(stderr, "%s = %u\n", s.name, (unsigned int)s.number);
	}
}

void joy_config_show(const struct joy_config *c)
{
	fprintf(stderr, "joy version = %s\n", JOY_VERSION);
	show(c, "interface", "verbosity");
	show(c, "wht", NULL);
	show(c, "verbosity", "wht");
}
