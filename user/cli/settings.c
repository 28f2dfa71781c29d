// SPDX-License-Identifier: BSD-3-Clause
/* The command line: one table of options, read by getopt_long. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/config.h"

/* Commands that an option belongs to. */
#define READ 1u
#define LIVE 2u
#define BOTH (READ | LIVE)
#define LETTERS "i:o:f:vqh"
#define DEFAULT_SLACK_MS 1000u /* NTP keeps clocks closer */
#define LATER 0u	       /* a name that SCHEMA fixes and that this build lacks */

/* clang-format off: a table */
/* id, long name, short letter or 0, argument's name or NULL, commands, help */
#define OPTIONS(X)                                                                                 \
	X(INTERFACE, "interface", 'i', "IFACE[,IFACE…]", LIVE,                                     \
	  "interfaces to watch; any: all there are and will be")                                   \
	X(NETNS, "netns", 0, "NS", LIVE, "of this network namespace: a name, a process or a path") \
	X(PROMISC, "promisc", 0, NULL, LIVE, "take what is not addressed to this host too")        \
	X(OUTPUT, "output", 'o', "FILE", BOTH,                                                     \
	  "where records go; - is stdout, the default; gzip where it ends in .gz")                 \
	X(ROTATE_SIZE, "rotate-size", 0, "BYTES", BOTH,                                            \
	  "begin another file before one has more text than this")                                 \
	X(ROTATE_RECORDS, "rotate-records", 0, "N", BOTH, "or more records")                       \
	X(ROTATE_TIME, "rotate-time", 0, "S", BOTH, "or is older")                                 \
	X(FEATURES, "features", 'f', "LIST", BOTH, "names, all, default, none, +NAME, -NAME")      \
	X(PACKETS, "packets", 0, "N", BOTH,                                                        \
	  "packets of a sequence, each direction (50, at most 1000)")                              \
	X(TLS_RECORDS, "tls-records", 0, "N", BOTH,                                                \
	  "TLS records listed, each direction (50, at most 1000)")                                 \
	X(ZEROS, "zeros", 0, NULL, BOTH, "packets without payload in sequences too")               \
	X(RETRANS, "retrans", 0, NULL, BOTH, "retransmitted segments in sequences too")            \
	X(IDLE, "idle-timeout", 0, "S", BOTH,                                                      \
	  "a packet later than this starts a new flow (10; 0 never)")                              \
	X(ACTIVE, "active-timeout", 0, "S", BOTH, "a flow is cut when older (30; 0 never)")        \
	X(BD_BYTES, "bd-bytes", 0, "N", BOTH,                                                      \
	  "bytes of each direction in byte_dist and entropy (all; live: what is sampled)")         \
	X(BYTE_BINS, "byte-bins", 0, "FILE", BOTH,                                                 \
	  "for cdist: the bin of each byte value (16 bins of 16 values)")                          \
	X(MODEL, "model", 0, "F1:F2", BOTH, "for classify: weights without and with byte values")  \
	X(NPF, "npf", 0, "N", BOTH,                                                                \
	  "notation of TLS and QUIC fingerprints: 0, 1 (the default) or 2")                        \
	X(FP_DB, "fp-db", 0, "FILE", BOTH,                                                         \
	  "for match: a database of fingerprints, see rejoice-fingerprint(1)")                     \
	X(FILTER, "filter", 0, "EXPR", BOTH, "only packets that match this tcpdump filter")        \
	X(NO_DECAP, "no-decap", 0, NULL, BOTH, "leave tunnels closed: flows are the outer ones")   \
	X(NO_BIDIR, "no-bidir", 0, NULL, BOTH, "each direction is a flow of its own")              \
	X(LABEL, "label", 0, "NAME:FILE", BOTH,                                                    \
	  "name addresses in the subnets of this file; again for more")                            \
	X(ANONYMIZE, "anonymize", 0, "FILE", BOTH, "hide addresses in the subnets of this file")   \
	X(ANON_USERS, "anon-users", 0, "FILE", BOTH, "hide these names in URIs of HTTP")           \
	X(ANON_KEY, "anon-key", 0, "FILE", BOTH,                                                   \
	  "by this key of 16 bytes; made where there is none")                                     \
	X(MAX_FLOWS, "max-flows", 0, "N", BOTH,                                                    \
	  "flows held at once (1000000; live: in the kernel, 65536)")                              \
	X(THREADS, "threads", 0, "N", READ, "work with this many threads (1, at most 16)")         \
	X(STATS, "stats", 0, "FILE", BOTH, "the account of all packets, as JSON; - is stderr")     \
	X(ATTACH, "attach", 0, "MODE", LIVE, "auto, xdp, xdp-generic, tcx or tc")                  \
	X(DIRECTION, "direction", 0, "WHICH", LIVE, "both, in or out")                             \
	X(SAMPLE_BYTES, "sample-bytes", 0, "N", LIVE,                                              \
	  "payload of each side for the dissectors (8192)")                                        \
	X(PIN, "pin", 0, "DIR", LIVE,                                                              \
	  "flows and programs stay at work there; the next run goes on with them")                 \
	X(USER, "user", 0, "NAME", LIVE, "give root up for this user once all is attached")        \
	X(KUBERNETES, "kubernetes", 0, "URL", LIVE,                                                \
	  "for process: ask this API for names of pods; in-cluster: where a pod finds it")         \
	X(KUBE_DIR, "kubernetes-credentials", 0, "DIR", LIVE, "with token and ca.crt for that")    \
	X(CMDLINE, "cmdline", 0, NULL, LIVE, "for process: arguments too, which can hold secrets") \
	X(RECORD_OWNERS, "record-owners", 0, "FILE", LIVE,                                         \
	  "also write whose each flow is, for read --process-map; gzip as records")                \
	X(PROCESS_MAP, "process-map", 0, "FILE", READ,                                             \
	  "for process: whose flows are by what live wrote meanwhile")                             \
	X(MAP_SLACK, "process-map-slack", 0, "S", READ, "where clocks were apart by this (1)")     \
	X(FOLLOW, "follow", 0, NULL, READ,                                                         \
	  "the file still grows: wait for more of it, also for the file, until stopped")           \
	X(DURATION, "duration", 0, "S", BOTH, "stop after this time (read: with --follow)")        \
	X(COUNT, "count", 0, "N", BOTH, "stop after this many flows (read: with --follow)")        \
	X(PROGRESS, "progress", 0, "WHEN", READ,                                                   \
	  "on stderr how far it is: always, never or auto (on a terminal)")                        \
	X(HEADER, "header", 0, NULL, BOTH, "the first line of each file is the configuration")     \
	X(CONFIG, "config", 0, "FILE", BOTH, "options, a line each: NAME or NAME = VALUE")         \
	X(VERBOSE, "verbose", 'v', NULL, BOTH, "say more on stderr")                               \
	X(QUIET, "quiet", 'q', NULL, BOTH, "say only what went wrong")                             \
	X(HELP, "help", 'h', NULL, BOTH, "this list")                                              \
	X(SINK, "sink", 0, "URI", LATER, "")                                                       \
	X(METRICS, "metrics", 0, "ADDR:PORT", LATER, "")
/* clang-format on */

enum option_id {
	OPT_FIRST = 256,
#define X(id, name, letter, arg, commands, help) OPT_##id,
	OPTIONS(X)
#undef X
};

static const struct option long_options[] = {
#define X(id, name, letter, arg, commands, help)                                                   \
	{ name, (arg) != NULL ? required_argument : no_argument, NULL, OPT_##id },
	OPTIONS(X)
#undef X
		{ NULL, 0, NULL, 0 },
};

static const struct row {
	int letter;
	const char *arg;
	unsigned int commands;
	const char *help;
} rows[] = {
#define X(id, name, letter, arg, commands, help) { letter, arg, commands, help },
	OPTIONS(X)
#undef X
};

#define NUM_OPTIONS (sizeof(rows) / sizeof(*rows))

_Static_assert(NUM_OPTIONS <= MAX_OPTIONS, "there is room for what is given");

static unsigned int command_bit(const char *command)
{
	return strcmp(command, "live") ? READ : LIVE;
}

void settings_help(const char *command)
{
	unsigned int bit = command_bit(command);

	printf("usage: rejoice %s [OPTION…]%s\n\n", command,
	       bit == READ ? " FILE|DIR|- …" : " -i IFACE[,IFACE…]");
	for (size_t i = 0; i < NUM_OPTIONS; i++) {
		char left[64];

		if (!(rows[i].commands & bit))
			continue;
		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", rows[i].letter ? '-' : ' ',
			 rows[i].letter ? rows[i].letter : ' ', rows[i].letter ? ", " : "  ",
			 long_options[i].name, rows[i].arg ? " " : "",
			 rows[i].arg ? rows[i].arg : "");
		printf("  %-30s %s\n", left, rows[i].help);
	}
	printf("\nfeatures: splt tls quic dns http http2 ssh dhcp dhcpv6 ike smtp ftp pop3 imap "
	       "ntp stun sip rtp\n"
	       "wireguard openvpn mqtt modbus bittorrent smb rdp ldap kerberos prelude fingerprint "
	       "community os\n"
	       "(the default set); hist bd entropy wht cdist payload=N classify match fpx raw%s;\n"
	       "none: counters alone\n"
	       "exit status: 0 all done; 1 some input or output failed; 2 usage; 3 not permitted;\n"
	       "4 this kernel or build lacks what was asked for\n",
	       bit == READ ? " hd=N ppi salt idp=N" : "");
}

void settings_each(const char *command, const struct settings *settings,
		   void (*option)(void *user, const char *name, bool has_value, const char *given),
		   void *user)
{
	for (size_t i = 0; i < NUM_OPTIONS; i++)
		if (rows[i].commands & command_bit(command) && long_options[i].val != OPT_HELP)
			option(user, long_options[i].name, rows[i].arg, settings->given[i]);
}

static bool read_u64(const char *text, uint64_t max, uint64_t *out)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || value > max)
		return false;
	*out = value;
	return true;
}

static bool read_u32(const char *text, uint32_t min, uint32_t max, uint32_t *out)
{
	uint64_t value;

	if (!read_u64(text, max, &value) || value < min)
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool read_seconds(const char *text, double *out)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= 0 && value <= 1e9))
		return false;
	*out = value;
	return true;
}

/* A limit in seconds: 0 on the command line means never. */
static bool read_limit(const char *text, uint64_t *out_ms)
{
	double seconds;

	if (!read_seconds(text, &seconds))
		return false;
	*out_ms = (uint64_t)(seconds * 1000);
	if (!*out_ms)
		*out_ms = seconds > 0 ? 1 : RJ_NEVER;
	return true;
}

static bool read_slack(const char *text, uint64_t *out_ms)
{
	double seconds;

	if (!read_seconds(text, &seconds))
		return false;
	*out_ms = (uint64_t)(seconds * 1000);
	return true;
}

static bool read_when(const char *text, enum progress_when *out)
{
	static const char *const names[] = { "auto", "always", "never" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(text, names[i])) {
			*out = (enum progress_when)i;
			return true;
		}
	return false;
}

static bool take_label(struct settings *s, const char *arg)
{
	const char *colon = strchr(arg, ':');

	if (!colon || colon == arg || !colon[1] || s->options.num_labels == MAX_LABELS)
		return false;
	s->labels[s->options.num_labels++] = arg;
	s->options.labels = s->labels;
	return true;
}

/* Takes one option; false when its argument is not of the kind it wants. */
static bool take(struct settings *s, int id, const char *arg)
{
	/* clang-format off: a table */
	switch (id) {
	case OPT_INTERFACE:
		s->live.interfaces = arg;
		return *arg;
	case OPT_NETNS:
		s->live.netns = arg;
		return *arg;
	case OPT_KUBERNETES:
		s->live.kubernetes = arg;
		return *arg;
	case OPT_KUBE_DIR:
		s->live.kubernetes_credentials = arg;
		return *arg;
	case OPT_CMDLINE:
		s->live.cmdline = 1;
		return true;
	case OPT_PROMISC:
		s->live.promisc = 1;
		return true;
	case OPT_OUTPUT:
		s->output = arg;
		return *arg;
	case OPT_ROTATE_SIZE:
		return read_u64(arg, UINT64_MAX, &s->rotation.max_bytes) && s->rotation.max_bytes;
	case OPT_ROTATE_RECORDS:
		return read_u64(arg, UINT64_MAX, &s->rotation.max_records) &&
		       s->rotation.max_records;
	case OPT_ROTATE_TIME:
		return read_seconds(arg, &s->rotation.max_seconds) && s->rotation.max_seconds > 0;
	case OPT_FEATURES:
		s->options.features = arg;
		return true;
	case OPT_PACKETS:
		return read_u32(arg, 1, 1000, &s->options.num_packets);
	case OPT_TLS_RECORDS:
		return read_u32(arg, 1, 1000, &s->options.num_tls_records);
	case OPT_ZEROS:
		s->options.with_zeros = 1;
		return true;
	case OPT_RETRANS:
		s->options.with_retrans = 1;
		return true;
	case OPT_IDLE:
		return read_limit(arg, &s->options.idle_ms);
	case OPT_ACTIVE:
		return read_limit(arg, &s->options.active_ms);
	case OPT_BD_BYTES:
		return read_u64(arg, UINT64_MAX - 1, &s->options.bd_bytes) && s->options.bd_bytes;
	case OPT_BYTE_BINS:
		s->options.byte_bins = arg;
		return *arg;
	case OPT_NPF:
		if (!read_u32(arg, 0, 2, &s->options.npf))
			return false;
		s->options.npf++;
		return true;
	case OPT_MODEL:
		s->options.model = arg;
		return *arg;
	case OPT_FP_DB:
		s->options.fp_db = arg;
		return *arg;
	case OPT_NO_DECAP:
		s->options.no_decap = 1;
		return true;
	case OPT_NO_BIDIR:
		s->options.no_bidir = 1;
		return true;
	case OPT_LABEL:
		return take_label(s, arg);
	case OPT_ANONYMIZE:
		s->options.anonymize = arg;
		return *arg;
	case OPT_ANON_USERS:
		s->options.anon_users = arg;
		return *arg;
	case OPT_ANON_KEY:
		s->options.anon_key = arg;
		return *arg;
	case OPT_FILTER:
		s->options.filter = arg;
		return true;
	case OPT_MAX_FLOWS:
		return read_u32(arg, 1, 1u << 30, &s->options.max_flows);
	case OPT_THREADS:
		return read_u32(arg, 1, 16, &s->options.num_threads);
	case OPT_STATS:
		s->stats = arg;
		return *arg;
	case OPT_ATTACH:
		s->live.attach = arg;
		return true;
	case OPT_DIRECTION:
		s->live.direction = arg;
		return true;
	case OPT_SAMPLE_BYTES:
		return read_u32(arg, 1, 65536, &s->live.sample_bytes);
	case OPT_PIN:
		s->live.pin = arg;
		return *arg;
	case OPT_USER:
		s->user = arg;
		return *arg;
	case OPT_RECORD_OWNERS:
		s->record_owners = arg;
		return *arg;
	case OPT_PROCESS_MAP:
		s->process_map = arg;
		return *arg;
	case OPT_MAP_SLACK:
		return read_slack(arg, &s->map_slack_ms);
	case OPT_FOLLOW:
		s->options.follow = 1;
		return true;
	case OPT_PROGRESS:
		return read_when(arg, &s->progress);
	case OPT_DURATION:
		return read_seconds(arg, &s->duration_s) && s->duration_s > 0;
	case OPT_COUNT:
		return read_u64(arg, UINT64_MAX - 1, &s->count) && s->count;
	case OPT_HEADER:
		s->with_header = true;
		return true;
	case OPT_CONFIG: /* was read before */
		return true;
	case OPT_VERBOSE:
		s->num_verbose++;
		return true;
	case OPT_QUIET:
		s->is_quiet = true;
		return true;
	case OPT_HELP:
		s->is_help = true;
		return true;
	default:
		return false;
	}
	/* clang-format on */
}

/* Short letters as their long option. */
static int id_of(int got)
{
	for (size_t i = 0; i < NUM_OPTIONS; i++)
		if (rows[i].letter && rows[i].letter == got)
			return long_options[i].val;
	return got;
}

/* @where: in which file, "FILE:LINE: ", or "" */
static enum exit_status check(const char *command, const char *where, int id, const char *arg,
			      struct settings *out)
{
	size_t i = (size_t)(id - OPT_FIRST - 1);

	if (rows[i].commands == LATER) {
		complain("%s--%s: this build lacks it", where, long_options[i].name);
		return EXIT_LACKING;
	}
	if (!(rows[i].commands & command_bit(command))) {
		complain("%s--%s: not an option of %s; `rejoice %s --help` lists them", where,
			 long_options[i].name, command, command);
		return EXIT_USAGE;
	}
	if (id == OPT_INTERFACE && out->live.interfaces != out->configured) {
		complain("%s--%s %s: there is one already, %s; say -i IFACE,IFACE", where,
			 long_options[i].name, arg, out->live.interfaces);
		return EXIT_USAGE;
	}
	if (!take(out, id, arg)) {
		complain("%s--%s %s: not a value it can have; `rejoice %s --help` tells", where,
			 long_options[i].name, arg ? arg : "", command);
		return EXIT_USAGE;
	}
	out->given[i] = arg ? arg : "";
	return EXIT_DONE;
}

/* struct configuring - whose options a file has. */
struct configuring {
	const char *command;
	struct settings *settings;
};

static enum exit_status take_configured(void *user, const char *where, const char *name,
					const char *value)
{
	const struct configuring *c = user;
	size_t i = 0;

	while (i < NUM_OPTIONS && strcmp(long_options[i].name, name))
		i++;
	if (i == NUM_OPTIONS || long_options[i].val == OPT_HELP ||
	    long_options[i].val == OPT_CONFIG) {
		complain("%s%.60s: no option that a file can have; `rejoice %s --help` lists them",
			 where, name, c->command);
		return EXIT_USAGE;
	}
	if (!rows[i].arg != !value) {
		complain(rows[i].arg ? "%s%s: its value is missing; say %s = VALUE" :
				       "%s%s: takes no value; say %s alone",
			 where, name, name);
		return EXIT_USAGE;
	}
	return check(c->command, where, long_options[i].val, value, c->settings);
}

/* What files say comes first, so that the command line has the last word. */
static enum exit_status read_configs(const char *command, int argc, char **argv,
				     struct settings *out)
{
	struct configuring c = { .command = command, .settings = out };
	enum exit_status status = EXIT_DONE;
	int got;

	while (!status && (got = getopt_long(argc, argv, LETTERS, long_options, NULL)) != -1)
		if (got == OPT_CONFIG)
			status = config_read(optarg, take_configured, &c);
	out->configured = out->live.interfaces;
	return status;
}

static bool is_same_file(const char *a, const char *b)
{
	return a && b && strcmp(a, "-") && !strcmp(a, b);
}

/* Each of what is written needs a place of its own. */
static enum exit_status check_files(const struct settings *s)
{
	const char *output = s->output ? s->output : "-";

	if (is_same_file(s->output, s->stats)) {
		complain("%s: is named for records and for the account; give --stats another file",
			 s->stats);
		return EXIT_USAGE;
	}
	if (!s->record_owners)
		return EXIT_DONE;
	if (is_same_file(s->record_owners, s->stats) || !strcmp(s->record_owners, output)) {
		complain("--record-owners %s: something else is written there; name another file",
			 s->record_owners);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

enum exit_status settings_read(const char *command, int argc, char **argv, struct settings *out)
{
	enum exit_status status;
	int got;

	*out = (struct settings){ .options.size = sizeof(out->options),
				  .live.size = sizeof(out->live),
				  .map_slack_ms = DEFAULT_SLACK_MS };
	opterr = 0;
	optind = 0; /* glibc's and musl's word for all anew */
	status = read_configs(command, argc, argv, out);
	if (status)
		return status;
	optind = 0;
	while ((got = getopt_long(argc, argv, LETTERS, long_options, NULL)) != -1) {
		if (got == '?') {
			complain("%s: unknown option or its argument is missing; `rejoice "
				 "%s --help` lists them",
				 argv[optind - 1], command);
			return EXIT_USAGE;
		}
		status = check(command, "", id_of(got), optarg, out);
		if (status)
			return status;
	}
	status = check_files(out);
	if (status)
		return status;
	if (out->live.kubernetes_credentials && !out->live.kubernetes) {
		complain("--kubernetes-credentials goes with --kubernetes");
		return EXIT_USAGE;
	}
	if ((out->options.anonymize || out->options.anon_users) != !!out->options.anon_key) {
		complain("--anon-key goes with --anonymize or --anon-users, and they with it");
		return EXIT_USAGE;
	}
	if (rotation_is_on(&out->rotation) && (!out->output || !strcmp(out->output, "-"))) {
		complain("--rotate-… is for files: say which with --output FILE");
		return EXIT_USAGE;
	}
	out->operands = argv + optind;
	out->num_operands = argc - optind;
	return EXIT_DONE;
}
