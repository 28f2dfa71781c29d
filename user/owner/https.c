// SPDX-License-Identifier: BSD-3-Clause
/* One answer over HTTPS, by libcurl, which is loaded when it is wanted. */
#include "owner/https.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "libcurl.so.4"
#define MAX_CONNECT_MS 5000L /* ours */
#define MAX_HEADER 8300u     /* of a token, which has at most 8 kB, and what it is called */

/*
 * struct rj_https - loaded, not linked: with all that it needs it would cost each start of the
 * program more than reading a small capture does.
 */
struct rj_https {
	void *library;
	CURLcode (*global_init)(long flags);
	CURL *(*init)(void);
	CURLcode (*setopt)(CURL *curl, CURLoption option, ...);
	CURLcode (*perform)(CURL *curl);
	CURLcode (*getinfo)(CURL *curl, CURLINFO info, ...);
	void (*cleanup)(CURL *curl);
	struct curl_slist *(*append)(struct curl_slist *list, const char *text);
	void (*free_all)(struct curl_slist *list);
};

const char *rj_https_failure_text(unsigned int failure)
{
	static const char *const texts[] = {
#define X(name, text) text,
		RJ_HTTPS_FAILURES(X)
#undef X
	};

	return failure < RJ_NUM_HTTPS_FAILURES ? texts[failure] : NULL;
}

static bool find_functions(struct rj_https *h)
{
	const struct {
		const char *name;
		void *at;
	} functions[] = {
		{ "curl_global_init", &h->global_init }, { "curl_easy_init", &h->init },
		{ "curl_easy_setopt", &h->setopt },	 { "curl_easy_perform", &h->perform },
		{ "curl_easy_getinfo", &h->getinfo },	 { "curl_easy_cleanup", &h->cleanup },
		{ "curl_slist_append", &h->append },	 { "curl_slist_free_all", &h->free_all },
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *found = dlsym(h->library, functions[i].name);

		if (!found)
			return false;
		memcpy(functions[i].at, &found, sizeof(found)); /* as POSIX has it of dlsym */
	}
	return true;
}

int rj_https_open(struct rj_https **out, struct rj_error *error)
{
	struct rj_https *h = calloc(1, sizeof(*h));

	if (!h)
		return rj_error_set(error, -ENOMEM, "out of memory");
	h->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (!h->library || !find_functions(h) || h->global_init(CURL_GLOBAL_DEFAULT)) {
		rj_https_close(h);
		return rj_error_set(error, -ENOSYS, "%s is not installed, or too old", LIBRARY);
	}
	*out = h;
	return 0;
}

/* The library stays: what it began may not be taken away under it. */
void rj_https_close(struct rj_https *h)
{
	free(h);
}

/* struct answer - what came so far, of a request. */
struct answer {
	const struct rj_https_request *request;
	char *bytes;
	size_t len;
	size_t size;
	bool is_over_limit;
};

static size_t take(char *from, size_t size, size_t num, void *user)
{
	struct answer *a = user;
	size_t len = size * num;

	if (len > a->request->max_bytes - a->len) {
		a->is_over_limit = true;
		return 0;
	}
	if (len > a->size - a->len) {
		size_t more = 2 * (a->len + len);
		char *bytes = realloc(a->bytes, more);

		if (!bytes)
			return 0;
		a->bytes = bytes;
		a->size = more;
	}
	memcpy(a->bytes + a->len, from, len);
	a->len += len;
	return len;
}

static int is_stopped(void *user, curl_off_t down, curl_off_t done, curl_off_t up, curl_off_t sent)
{
	const struct rj_https_request *r = user;

	(void)down;
	(void)done;
	(void)up;
	(void)sent;
	return atomic_load(r->stop);
}

/* What is trusted is in the one file; the environment has no say. */
static bool set(struct rj_https *h, CURL *curl, const struct rj_https_request *r,
		struct curl_slist *headers, struct answer *a)
{
	return !h->setopt(curl, CURLOPT_URL, r->url) &&
	       !h->setopt(curl, CURLOPT_PROTOCOLS_STR, "https") &&
	       !h->setopt(curl, CURLOPT_CAINFO, r->ca_file) &&
	       !h->setopt(curl, CURLOPT_CAPATH, NULL) &&
	       !h->setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) &&
	       !h->setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) &&
	       !h->setopt(curl, CURLOPT_PROXY, "") &&
	       !h->setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) &&
	       !h->setopt(curl, CURLOPT_NOSIGNAL, 1L) &&
	       !h->setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, MAX_CONNECT_MS) &&
	       !h->setopt(curl, CURLOPT_TIMEOUT_MS, r->max_ms) &&
	       !h->setopt(curl, CURLOPT_HTTPHEADER, headers) &&
	       !h->setopt(curl, CURLOPT_WRITEFUNCTION, take) &&
	       !h->setopt(curl, CURLOPT_WRITEDATA, a) && !h->setopt(curl, CURLOPT_NOPROGRESS, 0L) &&
	       !h->setopt(curl, CURLOPT_XFERINFOFUNCTION, is_stopped) &&
	       !h->setopt(curl, CURLOPT_XFERINFODATA, r);
}

static enum rj_https_failure judge(struct rj_https *h, CURL *curl, CURLcode code,
				   const struct answer *a)
{
	long status = 0;

	switch (code) {
	case CURLE_OK:
		break;
	case CURLE_OPERATION_TIMEDOUT:
		return RJ_HTTPS_TIMEOUT;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return RJ_HTTPS_CERTIFICATE;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
		return RJ_HTTPS_CONNECT;
	default:
		return a->is_over_limit ? RJ_HTTPS_OVER_LIMIT : RJ_HTTPS_OTHER;
	}
	if (h->getinfo(curl, CURLINFO_RESPONSE_CODE, &status) || status != 200)
		return status == 401 || status == 403 ? RJ_HTTPS_REFUSED : RJ_HTTPS_STATUS;
	return RJ_HTTPS_DONE;
}

/* The list with one more; NULL, and the list is freed, where that cannot be. */
static struct curl_slist *add_header(struct rj_https *h, struct curl_slist *list, const char *name,
				     const char *value)
{
	char text[MAX_HEADER];
	int len = snprintf(text, sizeof(text), "%s%s", name, value);
	struct curl_slist *longer = NULL;

	if (len > 0 && (size_t)len < sizeof(text))
		longer = h->append(list, text);
	if (!longer)
		h->free_all(list);
	return longer;
}

enum rj_https_failure rj_https_get(struct rj_https *h, const struct rj_https_request *r, char **out,
				   size_t *len)
{
	struct answer a = { .request = r };
	enum rj_https_failure failure = RJ_HTTPS_OTHER;
	struct curl_slist *headers = add_header(h, NULL, "Accept: ", r->accept);
	CURL *curl = h->init();

	if (headers && r->token)
		headers = add_header(h, headers, "Authorization: Bearer ", r->token);
	if (curl && headers && set(h, curl, r, headers, &a))
		failure = judge(h, curl, h->perform(curl), &a);
	h->free_all(headers);
	if (curl)
		h->cleanup(curl);
	if (failure == RJ_HTTPS_DONE) {
		*out = a.bytes;
		*len = a.len;
	} else {
		free(a.bytes);
	}
	return failure;
}
