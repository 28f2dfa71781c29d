/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of JSON on their way from the worker that wrote them to the one order of all workers. */
#ifndef RJ_LIB_PAGE_H
#define RJ_LIB_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buffer.h"
#include "core/status.h"
#include "flow/record.h"
#include "sink/jsonw.h"

/* struct rj_moment - a place in the order of records: by @at, then by @began (flow/record.h). */
struct rj_moment {
	uint64_t at;
	uint64_t began;
};

#define RJ_MOMENT_END ((struct rj_moment){ UINT64_MAX, UINT64_MAX })

static inline bool rj_moment_before(struct rj_moment a, struct rj_moment b)
{
	return a.at != b.at ? a.at < b.at : a.began < b.began;
}

/* struct rj_line - @len bytes of text; RJ_LINE_LOST: there was no memory for them. */
#define RJ_LINE_LOST SIZE_MAX
struct rj_line {
	struct rj_moment moment;
	size_t len;
};

/*
 * struct rj_page - some in order.
 * @line: @num of them, in memory for @room; [@next, @num) are to be taken
 * @text: theirs, one behind the other; taken up to @text_at
 */
struct rj_page {
	struct rj_page *behind;
	struct rj_line *line;
	size_t num;
	size_t room;
	size_t next;
	size_t text_at;
	struct rj_buffer text;
};

/* rj_page_new - none as yet; NULL without memory. */
RJ_MUST_CHECK struct rj_page *rj_page_new(void);

/* rj_page_free - takes NULL. */
void rj_page_free(struct rj_page *p);

/*
 * rj_page_add - writes the record as the last line, with the writing thread's @keys. False without
 * memory even for its place.
 */
RJ_MUST_CHECK bool rj_page_add(struct rj_page *p, struct rj_jsonw_keys *keys,
			       const struct rj_record *record);

/* rj_page_are_many - whether they should be handed on. */
bool rj_page_are_many(const struct rj_page *p);

/* rj_page_take - the next line in *@out, NULL where it was lost, of *@out_len bytes. */
void rj_page_take(struct rj_page *p, const char **out, size_t *out_len);

/* rj_page_empty - forgets all, keeps the memory. */
void rj_page_empty(struct rj_page *p);

#endif
