// SPDX-License-Identifier: BSD-3-Clause
/* rejoice unpin: ends what live --pin left at work. */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"

static void tell(const char *directory, const struct rj_unpinned *u)
{
	complain("%s: removed; %" PRIu32 " links and %" PRIu32 " filters detached", directory,
		 u->num_links, u->num_filters);
	if (u->is_counted)
		complain("%s: %" PRIu64 " flows of %" PRIu64
			 " packets were there and are in no record, %" PRIu64
			 " packets were lost before with killed processes",
			 directory, u->num_flows, u->num_packets, u->packets_killed);
	else
		complain("%s: what flows were there is not known: the pins were not whole, or of "
			 "another version",
			 directory);
}

static enum exit_status unpin(const char *directory)
{
	struct rj_unpinned u = { .size = sizeof(u) };
	int err = rj_unpin(directory, &u);

	if (err) {
		complain("%s", u.error);
		return status_of(err);
	}
	if (!u.num_elsewhere) {
		tell(directory, &u);
		return EXIT_DONE;
	}
	complain("%s: %" PRIu32 " filters of another network namespace go on counting: `nsenter "
		 "--net=/run/netns/NAME rejoice unpin %s` removes them; if that namespace is gone, "
		 "`rm -r %s` removes the pins",
		 directory, u.num_elsewhere, directory, directory);
	return EXIT_SOME_FAILED;
}

int command_unpin(int argc, char **argv)
{
	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		printf("usage: rejoice unpin DIR\n\n"
		       "Detaches and removes what `rejoice live --pin DIR` left at work.\n");
		return EXIT_DONE;
	}
	if (argc != 2 || argv[1][0] == '-' || !*argv[1]) {
		complain("%s: unpin takes one directory, as `rejoice live --pin` had it",
			 argc > 1 && *argv[argc - 1] ? argv[argc - 1] : "no directory");
		return EXIT_USAGE;
	}
	return unpin(argv[1]);
}
