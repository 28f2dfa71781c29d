// SPDX-License-Identifier: BSD-3-Clause
/* What a database says of the fingerprints of a record that is a line of JSON. */
#include "enrich/match_line.h"

#include <json-c/json.h>
#include <string.h>

#define KEY "\"fingerprints\""

void rj_match_line(const struct rj_matcher *m, struct json_object *record, struct rj_matches *out,
		   struct rj_fpdb_flow *ret_flow)
{
	struct json_object *fingerprints = NULL;

	out->num = 0;
	rj_fpdb_flow_read(ret_flow, record);
	if (!json_object_object_get_ex(record, "fingerprints", &fingerprints) ||
	    !json_object_is_type(fingerprints, json_type_object) ||
	    json_object_object_get_ex(fingerprints, "match", NULL))
		return;
	json_object_object_foreach(fingerprints, kind, value)
	{
		if (json_object_is_type(value, json_type_string))
			rj_matches_add(out, m, kind, json_object_get_string(value),
				       (size_t)json_object_get_string_len(value));
	}
}

/* Behind the string that begins at @at, with its quotes. */
static size_t behind_string(const char *text, size_t len, size_t at)
{
	for (at++; at < len && text[at] != '"'; at++)
		at += text[at] == '\\';
	return at < len ? at + 1 : len;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether the string [@from, @to) is the key, with its colon behind it. */
static bool is_key(const char *text, size_t len, size_t from, size_t to)
{
	size_t key_len = strlen(KEY);

	while (to < len && is_blank(text[to]))
		to++;
	return to < len && text[to] == ':' && len - from > key_len &&
	       !memcmp(text + from, KEY, key_len);
}

size_t rj_match_line_end(const char *text, size_t len)
{
	bool is_inside = false;
	unsigned int depth = 0;
	size_t found = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"') {
			size_t to = behind_string(text, len, i);

			if (depth == 1)
				is_inside = is_key(text, len, i, to);
			i = to - 1;
		} else if (text[i] == '{' || text[i] == '[') {
			depth++;
		} else if (text[i] == '}' || text[i] == ']') {
			depth -= depth > 0;
			if (depth == 1 && is_inside)
				found = i;
		}
	}
	return found;
}
