// SPDX-License-Identifier: BSD-3-Clause
/* Settings of pinned maps: written once, compared by whoever goes on with them. */
#include "source/pin_settings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "source/filter.h"
#include "source/live.h"

#define NS_PER_MS 1000000u

/* So much of a filter is kept; of a longer one its beginning, its length and a hash. */
#define FILTER_KEPT_LEN 1024
/* So much of a line is told: both sides go into one line of an error. */
#define TOLD_LEN 100

/* FNV-1a (Fowler, Noll, Vo; the offset and prime of 64 bits): whether it is the same text. */
static uint64_t hash_text(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3;
	return hash;
}

/* The line of the filter; there is none without, as before there were such lines. */
static int put_filter(const char *expression, char *out, size_t room)
{
	size_t len = strlen(expression);
	int num;

	if (len <= FILTER_KEPT_LEN)
		num = snprintf(out, room, "--filter %s", expression);
	else
		num = snprintf(out, room, "--filter %.*s... (%zu bytes, %016" PRIx64 ")",
			       FILTER_KEPT_LEN, expression, len, hash_text(expression));
	if ((size_t)num + 1 >= room)
		return -E2BIG;
	/* a line break in an expression is a space like any other */
	for (char *at = out; (at = strchr(at, '\n')); at++)
		*at = ' ';
	out[num] = '\n';
	out[num + 1] = 0;
	return 0;
}

int rj_pin_settings(const struct rj_live_config *config, char *out)
{
	static const char *const modes[] = { "auto", "xdp", "xdp-generic", "tcx", "tc" };
	static const char *const directions[] = { "none", "in", "out", "both" };
	const struct rj_limits *l = &config->limits;
	int len = snprintf(out, RJ_SETTINGS_LEN,
			   "version %u\n"
			   "--interface %s\n"
			   "--netns %s\n"
			   "--attach %s\n"
			   "--direction %s\n"
			   "--max-flows %" PRIu32 "\n"
			   "--packets %" PRIu32 "\n"
			   "--idle-timeout %" PRIu64 "ms\n"
			   "--active-timeout %" PRIu64 "ms\n"
			   "--sample-bytes %" PRIu32 "\n"
			   "--tls-records %" PRIu32 "\n"
			   "--zeros %u\n"
			   "--retrans %u\n"
			   "--features(hist) %u\n"
			   "--features(bd) %u\n"
			   "--no-decap %u\n"
			   "--no-bidir %u\n",
			   RJ_ABI_VERSION, config->watch.interfaces,
			   config->netns ? config->netns : "-", modes[config->watch.mode],
			   directions[config->watch.directions & 3], config->num_flows,
			   l->num_packets, (uint64_t)l->idle_ns / NS_PER_MS,
			   (uint64_t)l->active_ns / NS_PER_MS, l->sample_bytes, l->num_records,
			   l->with_zeros, l->with_retrans, l->with_hist, l->with_bytes, l->no_decap,
			   l->no_bidir);

	if ((size_t)len >= RJ_SETTINGS_LEN)
		return -E2BIG;
	return config->filter ? put_filter(rj_filter_expression(config->filter), out + len,
					   RJ_SETTINGS_LEN - (size_t)len) :
				0;
}

static int told_len(int len)
{
	return len < TOLD_LEN ? len : TOLD_LEN;
}

/* The lines differ; one that is empty is not there. */
static int differ(const char *pinned, int pinned_len, const char *now, int now_len,
		  const char *path, struct rj_error *error)
{
	int value_at = (int)strcspn(now, " \n");

	if (!pinned_len)
		return rj_error_set(error, -EEXIST,
				    "%s: its pins were made without %.*s; ask for the same, or "
				    "`rejoice unpin %s` removes them",
				    path, told_len(now_len), now, path);
	if (!now_len)
		return rj_error_set(error, -EEXIST,
				    "%s: its pins were made with %.*s; ask for the same, or "
				    "`rejoice unpin %s` removes them",
				    path, told_len(pinned_len), pinned, path);
	return rj_error_set(error, -EEXIST,
			    "%s: its pins were made with %.*s and not%.*s; ask for the same, or "
			    "`rejoice unpin %s` removes them",
			    path, told_len(pinned_len), pinned, told_len(now_len - value_at),
			    now + value_at, path);
}

int rj_pin_compare_settings(const char *pinned, const char *now, const char *path,
			    struct rj_error *error)
{
	while (*pinned || *now) {
		int pinned_len = (int)strcspn(pinned, "\n");
		int now_len = (int)strcspn(now, "\n");

		if (pinned_len != now_len || strncmp(pinned, now, (size_t)now_len))
			return differ(pinned, pinned_len, now, now_len, path, error);
		pinned += pinned_len + (pinned[pinned_len] == '\n');
		now += now_len + (now[now_len] == '\n');
	}
	return 0;
}
