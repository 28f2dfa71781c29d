/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of HTTP/2: their header, and the names that their numbers have (RFC 9113). */
#include "proto/http2/frame.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

/* Which streams frames of a type are of: none, some, or as it comes. */
enum of_streams { OF_CONNECTION, OF_STREAM, OF_EITHER };

/* RFC 9113 section 6: how long frames may be, in whole units, and what they are of. */
static const struct rule {
	uint32_t least;
	uint32_t most;
	uint32_t unit;
	enum of_streams of;
} rules[] = {
	[RJ_HTTP2_DATA] = { 0, UINT32_MAX, 1, OF_STREAM },
	[RJ_HTTP2_HEADERS] = { 0, UINT32_MAX, 1, OF_STREAM },
	[RJ_HTTP2_PRIORITY] = { 5, 5, 1, OF_STREAM },
	[RJ_HTTP2_RST_STREAM] = { 4, 4, 1, OF_STREAM },
	[RJ_HTTP2_SETTINGS] = { 0, UINT32_MAX, 6, OF_CONNECTION },
	[RJ_HTTP2_PUSH_PROMISE] = { 4, UINT32_MAX, 1, OF_STREAM },
	[RJ_HTTP2_PING] = { 8, 8, 1, OF_CONNECTION },
	[RJ_HTTP2_GOAWAY] = { 8, UINT32_MAX, 1, OF_CONNECTION },
	[RJ_HTTP2_WINDOW_UPDATE] = { 4, 4, 1, OF_EITHER },
	[RJ_HTTP2_CONTINUATION] = { 0, UINT32_MAX, 1, OF_STREAM },
};

static bool is_good(const struct rj_http2_frame *f)
{
	const struct rule *rule;

	if (f->type >= NUM(rules))
		return true;
	rule = &rules[f->type];
	if (f->len < rule->least || f->len > rule->most || f->len % rule->unit)
		return false;
	if (f->type == RJ_HTTP2_SETTINGS && f->flags & RJ_HTTP2_ACK && f->len)
		return false;
	return rule->of == OF_EITHER || (rule->of == OF_STREAM) == (f->stream != 0);
}

enum rj_status rj_http2_frame_read(struct rj_cursor *c, struct rj_http2_frame *out)
{
	struct rj_cursor ahead = *c;
	struct rj_http2_frame f = { 0 };
	enum rj_status st = rj_cursor_u24(&ahead, &f.len);

	if (!st)
		st = rj_cursor_u8(&ahead, &f.type);
	if (!st)
		st = rj_cursor_u8(&ahead, &f.flags);
	if (!st)
		st = rj_cursor_u32(&ahead, &f.stream);
	f.stream &= INT32_MAX;
	if (!st && !is_good(&f))
		st = RJ_MALFORMED;
	if (st)
		return st;
	*c = ahead;
	*out = f;
	return RJ_OK;
}

/* IANA "HTTP/2 Settings" */
const char *rj_http2_setting_name(uint16_t id)
{
	static const char *const names[] = {
		NULL,
		"header_table_size",
		"enable_push",
		"max_concurrent_streams",
		"initial_window_size",
		"max_frame_size",
		"max_header_list_size",
		NULL,
		"enable_connect_protocol", /* RFC 8441 */
		"no_rfc7540_priorities",   /* RFC 9218 */
	};

	return id < NUM(names) ? names[id] : NULL;
}

/* IANA "HTTP/2 Error Code" */
const char *rj_http2_error_name(uint32_t code)
{
	static const char *const names[] = {
		"no_error",
		"protocol_error",
		"internal_error",
		"flow_control_error",
		"settings_timeout",
		"stream_closed",
		"frame_size_error",
		"refused_stream",
		"cancel",
		"compression_error",
		"connect_error",
		"enhance_your_calm",
		"inadequate_security",
		"http_1_1_required",
	};

	return code < NUM(names) ? names[code] : NULL;
}
