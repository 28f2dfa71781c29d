// SPDX-License-Identifier: BSD-3-Clause
/* rejoice joy: Joy 4.5's command line. */
#include <getopt.h>
#include <string.h>

#include "cli/joy.h"

static void print_help(void)
{
	printf("usage: rejoice joy [KEY=VALUE…] [-x FILE] FILE|DIR|- …\n"
	       "       rejoice joy interface=IFACE username=USER [KEY=VALUE…] [-x FILE]\n\n"
	       "Joy 4.5's command line and output; man rejoice-joy tells what differs.\n\n"
	       "  -x, --xconfig FILE        more settings, a KEY or KEY = VALUE a line\n"
	       "  -h, --help                this list\n\n");
	joy_config_help();
}

/* Settings come first: what is a file by its place may not look like one. */
static bool check_order(int argc, char **argv)
{
	bool seen_other = false;

	for (int i = 1; i < argc; i++) {
		if (!strchr(argv[i], '=')) {
			seen_other = true;
		} else if (seen_other) {
			joy_error("option (%s) found after filename (%s)", argv[i], argv[i - 1]);
			return false;
		}
	}
	return true;
}

/* Options, and files behind them; getopt moves those that stand before. */
static enum joy_status read_options(int argc, char **argv, struct joy_config *c,
				    struct joy_inputs *out, bool *ret_is_help)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' },
						 { "xconfig", required_argument, NULL, 'x' },
						 { NULL, 0, NULL, 0 } };
	int got;

	optind = 1;
	opterr = 0;
	while ((got = getopt_long(argc, argv, "hx:", options, NULL)) != -1) {
		if (got == 'h') {
			*ret_is_help = true;
			return JOY_DONE;
		}
		if (got != 'x') {
			joy_error("%s: unknown option or its argument is missing; `rejoice joy "
				  "-h` lists them",
				  argv[optind - 1]);
			return JOY_FAILED;
		}
		if (!joy_config_file(c, optarg))
			return JOY_USAGE;
		out->has_config_file = true;
		out->first_index += 2;
	}
	out->names = argv + optind;
	out->num = argc - optind;
	return JOY_DONE;
}

static enum joy_status read_arguments(int argc, char **argv, struct joy_config *c,
				      struct joy_inputs *out, bool *ret_is_help)
{
	int num_settings = 0;

	*out = (struct joy_inputs){ .first_index = 1 };
	if (!check_order(argc, argv))
		return JOY_USAGE;
	while (num_settings + 1 < argc && strchr(argv[num_settings + 1], '=')) {
		num_settings++;
		if (!joy_config_argument(c, argv[num_settings]))
			return JOY_USAGE;
	}
	return read_options(argc - num_settings, argv + num_settings, c, out, ret_is_help);
}

/* Joy's own checks, with its words. */
static enum joy_status check(const struct joy_config *c, const struct joy_inputs *in)
{
	const char *wrong = NULL;

	if (c->collect_port && c->export_port)
		wrong = "ipfix collection and exporting not allowed at same time";
	else if (c->collect_online && !c->collect_port)
		wrong = "must enable IPFIX collection via ipfix_collect_port to use "
			"ipfix_collect_online";
	else if (c->interface && c->collect_port)
		wrong = "ipfix collection and interface monitoring not allowed at same time";
	if (wrong) {
		joy_error("%s", wrong);
		return JOY_USAGE;
	}
	if (c->interface && in->num) {
		joy_error("both interface (%s) and pcap input file (%s) specified", c->interface,
			  in->names[0]);
		return JOY_FAILED;
	}
	if (!c->interface && !in->num) {
		joy_error("missing pcap file name(s); `rejoice joy -h` tells");
		return JOY_FAILED;
	}
	return JOY_DONE;
}

static enum joy_status run(struct joy_config *c, const struct joy_inputs *in)
{
	struct joy_output o = { .config = c, .file = { .fd = -1 } };
	char features[JOY_FEATURES_LEN];
	struct rj_options options;
	enum joy_status status = check(c, in);

	if (status)
		return status;
	if (c->logfile && !joy_open_log(c->logfile))
		return JOY_USAGE;
	if (!c->interface)
		c->threads = 1; /* as Joy says it in its first line */
	if (c->show_config)
		joy_config_show(c);
	if (c->show_interfaces)
		joy_show_interfaces();
	joy_options(c, features, &options, &o.style);
	options.on_record = joy_output_record;
	options.user = &o;
	if (key_prepare(options.anon_key, false))
		return JOY_USAGE;
	catch_signals();
	return c->interface ? joy_live(&o, &options) : joy_read(&o, &options, in);
}

int command_joy(int argc, char **argv)
{
	struct joy_config config;
	struct joy_inputs in;
	enum joy_status status;
	bool is_help = false;

	joy_config_init(&config);
	status = read_arguments(argc, argv, &config, &in, &is_help);
	if (!status && is_help)
		print_help();
	else if (!status)
		status = run(&config, &in);
	joy_config_done(&config);
	return (int)status;
}
