/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether bytes are HTTP/1. */
#include "proto/common/http_probe.h"

#include "proto/common/http_head.h"

/* IANA "Hypertext Transfer Protocol (HTTP) Method Registry", and those of SSDP, GENA and RFC 2068
 */
static const char *const methods[] = {
	"GET ",
	"POST ",
	"HEAD ",
	"PUT ",
	"DELETE ",
	"CONNECT ",
	"OPTIONS ",
	"TRACE ",
	"PATCH ",
	"ACL ",
	"BASELINE-CONTROL ",
	"BIND ",
	"CHECKIN ",
	"CHECKOUT ",
	"COPY ",
	"LABEL ",
	"LINK ",
	"LOCK ",
	"MERGE ",
	"MKACTIVITY ",
	"MKCALENDAR ",
	"MKCOL ",
	"MKREDIRECTREF ",
	"MKWORKSPACE ",
	"MOVE ",
	"ORDERPATCH ",
	"PROPFIND ",
	"PROPPATCH ",
	"QUERY ",
	"REBIND ",
	"REPORT ",
	"SEARCH ",
	"UNBIND ",
	"UNCHECKOUT ",
	"UNLINK ",
	"UNLOCK ",
	"UPDATE ",
	"UPDATEREDIRECTREF ",
	"VERSION-CONTROL ",
	"M-SEARCH ",
	"NOTIFY ",
	"SUBSCRIBE ",
	"UNSUBSCRIBE ",
};

/*
 * SIP, RTSP and ICAP share method names. A target that is a path or a web
 * address is HTTP's alone; with any other the line's end must name the version.
 */
static enum rj_probe probe_target(struct rj_cursor line, struct rj_cursor target)
{
	static const char *const surely[] = { "/", "http:", "https:" };
	struct rj_http_start start;
	bool is_open = !target.left;
	enum rj_status st;

	for (size_t i = 0; i < sizeof(surely) / sizeof(surely[0]); i++) {
		if (!rj_cursor_starts(&target, surely[i]))
			continue;
		if (target.left >= strlen(surely[i]))
			return RJ_PROBE_YES;
		is_open = true;
	}
	if (is_open)
		return target.is_hard ? RJ_PROBE_NO : RJ_PROBE_MORE;
	st = rj_http_start_read(&line, &start);
	if (st == RJ_TRUNCATED)
		return RJ_PROBE_MORE;
	return st ? RJ_PROBE_NO : RJ_PROBE_YES;
}

enum rj_probe rj_http_probe(struct rj_cursor bytes)
{
	static const char response[] = "HTTP/1.";
	bool is_open = rj_cursor_starts(&bytes, response);

	if (is_open && bytes.left >= strlen(response))
		return RJ_PROBE_YES;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		struct rj_cursor target = bytes;

		if ((bytes.left && *bytes.at != (uint8_t)*methods[i]) ||
		    !rj_cursor_starts(&bytes, methods[i]))
			continue;
		if (!rj_cursor_skip(&target, strlen(methods[i])))
			return probe_target(bytes, target);
		is_open = true;
	}
	return is_open && !bytes.is_hard ? RJ_PROBE_MORE : RJ_PROBE_NO;
}
