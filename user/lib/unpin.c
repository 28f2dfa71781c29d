// SPDX-License-Identifier: BSD-3-Clause
/* Takes away what sessions have pinned. */
#include <rejoice/rejoice.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "source/unpin.h"

int rj_unpin(const char *directory, struct rj_unpinned *out)
{
	struct rj_unpinned all = { .size = out->size };
	struct rj_unpin_counts counts = { 0 };
	struct rj_error error = { 0 };
	int err = rj_unpin_directory(directory, &counts, &error);

	all.num_links = counts.removed.num_links;
	all.num_filters = counts.removed.num_filters;
	all.num_elsewhere = counts.removed.num_elsewhere;
	all.is_counted = counts.is_counted;
	all.num_flows = counts.num_flows;
	all.num_packets = counts.num_packets;
	all.packets_killed = counts.packets_killed;
	snprintf(all.error, sizeof(all.error), "%s", error.text);
	memcpy(out, &all, all.size < sizeof(all) ? all.size : sizeof(all));
	return err;
}
