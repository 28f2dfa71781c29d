// SPDX-License-Identifier: BSD-3-Clause
/* Start line and the headers that tell programs apart, as they stand in the head. */
#include "proto/common/http_fingerprint.h"

#include "proto/common/http_head.h"
#include "proto/common/line.h"

/* Headers of which name and value count, and those of which the name alone does; NULL ends. */
static const char *const request_values[] = {
	"accept", "accept-encoding",	       "connection",	   "dnt",
	"dpr",	  "upgrade-insecure-requests", "x-requested-with", NULL,
};
static const char *const request_names[] = {
	"accept-charset",
	"accept-language",
	"authorization",
	"cache-control",
	"host",
	"if-modified-since",
	"keep-alive",
	"user-agent",
	"x-flash-version",
	"x-p2p-peerdist",
	NULL,
};
static const char *const response_values[] = {
	"access-control-allow-credentials",
	"access-control-allow-headers",
	"access-control-allow-methods",
	"access-control-expose-headers",
	"cache-control",
	"code",
	"connection",
	"content-language",
	"content-transfer-encoding",
	"p3p",
	"pragma",
	"reason",
	"server",
	"strict-transport-security",
	"version",
	"x-aspnetmvc-version",
	"x-aspnet-version",
	"x-cid",
	"x-ms-version",
	"x-xss-protection",
	NULL,
};
static const char *const response_names[] = {
	"appex-activity-id",
	"cdnuuid",
	"cf-ray",
	"content-range",
	"content-type",
	"date",
	"etag",
	"expires",
	"flow_context",
	"ms-cv",
	"msregion",
	"ms-requestid",
	"request-id",
	"vary",
	"x-amz-cf-pop",
	"x-amz-request-id",
	"x-azure-ref-originshield",
	"x-cache",
	"x-cache-hits",
	"x-ccc",
	"x-diagnostic-s",
	"x-feserver",
	"x-hw",
	"x-msedge-ref",
	"x-ocsp-responder-id",
	"x-requestid",
	"x-served-by",
	"x-timer",
	"x-trace-context",
	NULL,
};

/* Names begin with a letter in lower case, by which most are told apart. */
static bool is_in(const char *const *names, struct rj_cursor name)
{
	char first = (char)(name.left ? name.at[0] | 0x20 : 0);

	for (; *names; names++)
		if (**names == first && rj_line_equals(name, *names))
			return true;
	return false;
}

static void put_group(struct rj_fp_text *t, struct rj_cursor bytes)
{
	rj_fp_char(t, '(');
	rj_fp_hex(t, bytes.at, bytes.left);
	rj_fp_char(t, ')');
}

static void put_header(struct rj_fp_text *t, struct rj_cursor line, bool is_request)
{
	struct rj_cursor rest = line, name;

	if (rj_line_word(&rest, ':', &name))
		return;
	if (is_in(is_request ? request_values : response_values, name))
		put_group(t, line);
	else if (is_in(is_request ? request_names : response_names, name))
		put_group(t, name);
}

bool rj_http_npf(struct rj_fp_text *t, struct rj_cursor head)
{
	struct rj_http_start start;
	struct rj_cursor line;

	if (rj_http_start_read(&head, &start))
		return false;
	rj_fp_word(t, start.is_request ? "http/" : "http_server/");
	put_group(t, start.is_request ? start.method : start.version);
	put_group(t, start.is_request ? start.version : start.code);
	if (!start.is_request)
		put_group(t, start.reason);
	rj_fp_char(t, '(');
	while (!rj_line_read(&head, &line) && line.left)
		put_header(t, line, start.is_request);
	rj_fp_char(t, ')');
	return true;
}
