// SPDX-License-Identifier: BSD-3-Clause
/* Settings of pinned maps: written once, compared by whoever goes on with them. */
#include "source/pin_settings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "source/live.h"

#define NS_PER_MS 1000000u

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
			   "--no-decap %u\n",
			   RJ_ABI_VERSION, config->watch.interfaces,
			   config->watch.netns ? config->watch.netns : "-",
			   modes[config->watch.mode], directions[config->watch.directions & 3],
			   config->num_flows, l->num_packets, (uint64_t)l->idle_ns / NS_PER_MS,
			   (uint64_t)l->active_ns / NS_PER_MS, l->sample_bytes, l->num_records,
			   l->with_zeros, l->with_retrans, l->with_hist, l->with_bytes,
			   l->no_decap);

	return (size_t)len < RJ_SETTINGS_LEN ? 0 : -E2BIG;
}

int rj_pin_compare_settings(const char *pinned, const char *now, const char *path,
			    struct rj_error *error)
{
	while (*pinned || *now) {
		int pinned_len = (int)strcspn(pinned, "\n");
		int now_len = (int)strcspn(now, "\n");
		int value_at = (int)strcspn(now, " \n");

		if (pinned_len != now_len || strncmp(pinned, now, (size_t)now_len))
			return rj_error_set(error, -EEXIST,
					    "%s: its pins were made with %.*s and not%.*s; ask for "
					    "the same, or `rejoice unpin %s` removes them",
					    path, pinned_len, pinned, now_len - value_at,
					    now + value_at, path);
		pinned += pinned_len + (pinned[pinned_len] == '\n');
		now += now_len + (now[now_len] == '\n');
	}
	return 0;
}
