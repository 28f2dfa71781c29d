// SPDX-License-Identifier: BSD-3-Clause
/* Lines of JSON in order, with their moments. */
#include "lib/page.h"

#include <stdlib.h>

/* So many bytes are handed on at once; ours, measured. */
#define MANY_BYTES (1u << 18)

struct rj_page *rj_page_new(void)
{
	struct rj_page *p = calloc(1, sizeof(*p));

	if (p)
		rj_buffer_init(&p->text, MANY_BYTES + 2 * RJ_MAX_LINE_BYTES);
	return p;
}

void rj_page_free(struct rj_page *p)
{
	if (!p)
		return;
	rj_buffer_done(&p->text);
	free(p->line);
	free(p);
}

static bool make_room(struct rj_page *p)
{
	size_t room = p->room ? 2 * p->room : 64;
	struct rj_line *line;

	if (p->num < p->room)
		return true;
	line = realloc(p->line, room * sizeof(*line));
	if (!line)
		return false;
	p->line = line;
	p->room = room;
	return true;
}

bool rj_page_add(struct rj_page *p, struct rj_jsonw_keys *keys, const struct rj_record *record)
{
	size_t start = p->text.len;
	struct rj_jsonw writer;

	if (!make_room(p))
		return false;
	rj_jsonw_init(&writer, &p->text, keys);
	rj_record_visit(record, &writer.visitor);
	p->line[p->num] = (struct rj_line){ { record->at, record->began }, p->text.len - start };
	if (rj_jsonw_failed(&writer) || p->text.len - start > RJ_MAX_LINE_BYTES) {
		rj_buffer_cut(&p->text, start);
		p->line[p->num].len = RJ_LINE_LOST;
	}
	p->num++;
	return true;
}

bool rj_page_are_many(const struct rj_page *p)
{
	return p->text.len >= MANY_BYTES;
}

void rj_page_take(struct rj_page *p, const char **out, size_t *out_len)
{
	size_t len = p->line[p->next++].len;

	*out = NULL;
	*out_len = 0;
	if (len == RJ_LINE_LOST)
		return;
	*out = (const char *)p->text.data + p->text_at;
	*out_len = len;
	p->text_at += len;
}

void rj_page_empty(struct rj_page *p)
{
	rj_buffer_cut(&p->text, 0);
	p->num = p->next = 0;
	p->text_at = 0;
}
