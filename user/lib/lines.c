// SPDX-License-Identifier: BSD-3-Clause
/* Lines of JSON in order, with their moments. */
#include "lib/lines.h"

#include <stdlib.h>

/* So many bytes are handed on at once; ours, measured. */
#define MANY_BYTES (1u << 18)
/* A record is one line; a hostile flow must not make it endless. */
#define MAX_LINE_BYTES (16u << 20)

struct rj_lines *rj_lines_new(void)
{
	struct rj_lines *l = calloc(1, sizeof(*l));

	if (l)
		rj_buffer_init(&l->text, MANY_BYTES + 2 * MAX_LINE_BYTES);
	return l;
}

void rj_lines_free(struct rj_lines *l)
{
	if (!l)
		return;
	rj_buffer_done(&l->text);
	free(l->line);
	free(l);
}

static bool make_room(struct rj_lines *l)
{
	size_t room = l->room ? 2 * l->room : 64;
	struct rj_line *line;

	if (l->num < l->room)
		return true;
	line = realloc(l->line, room * sizeof(*line));
	if (!line)
		return false;
	l->line = line;
	l->room = room;
	return true;
}

bool rj_lines_add(struct rj_lines *l, const struct rj_record *record)
{
	size_t start = l->text.len;
	struct rj_jsonw writer;

	if (!make_room(l))
		return false;
	rj_jsonw_init(&writer, &l->text, &l->keys);
	rj_record_visit(record, &writer.visitor);
	l->line[l->num] = (struct rj_line){ { record->at, record->began }, l->text.len - start };
	if (rj_jsonw_failed(&writer) || l->text.len - start > MAX_LINE_BYTES) {
		rj_buffer_cut(&l->text, start);
		l->line[l->num].len = RJ_LINE_LOST;
	}
	l->num++;
	return true;
}

bool rj_lines_are_many(const struct rj_lines *l)
{
	return l->text.len >= MANY_BYTES;
}

void rj_lines_take(struct rj_lines *l, const char **out, size_t *out_len)
{
	size_t len = l->line[l->next++].len;

	*out = NULL;
	*out_len = 0;
	if (len == RJ_LINE_LOST)
		return;
	*out = (const char *)l->text.data + l->text_at;
	*out_len = len;
	l->text_at += len;
}

void rj_lines_empty(struct rj_lines *l)
{
	rj_buffer_cut(&l->text, 0);
	l->num = l->next = 0;
	l->text_at = 0;
}
