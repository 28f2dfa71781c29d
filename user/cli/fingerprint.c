// SPDX-License-Identifier: BSD-3-Clause
/* rejoice fingerprint: databases of fingerprints are built, merged, shown and asked. */
#include <rejoice/fingerprint_db.h>

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"

#define COMMAND "rejoice fingerprint"

/* Columns of a fingerprint in the table. */
#define SHOWN_LEN 60

/* Verbs that an option belongs to. */
#define BUILD 1u
#define MERGE 2u
#define SHOW 4u
#define MATCH 8u
#define ALL (BUILD | MERGE | SHOW | MATCH)

/* struct asked - what the command line says. Strings point into argv. */
struct asked {
	struct rj_fingerprint_filter filter;
	const char *output;
	const char *database;
	bool is_json;
	bool is_quiet;
	bool is_help;
	char **operands;
	int num_operands;
};

/* struct run - a command at work. */
struct run {
	const struct asked *asked;
	struct rj_fingerprint_db *db;
	struct output out;
};

static enum exit_status run_build(struct run *r);
static enum exit_status run_merge(struct run *r);
static enum exit_status run_show(struct run *r);
static enum exit_status run_match(struct run *r);

static const struct verb {
	const char *name;
	unsigned int bit;
	const char *operands;
	const char *help;
	enum exit_status (*run)(struct run *r);
} verbs[] = {
	{ "build", BUILD, "[FILE|- …]", "a database of records whose process is known", run_build },
	{ "merge", MERGE, "FILE|- …", "one database of several, also of Joy's and Mercury's",
	  run_merge },
	{ "show", SHOW, "FILE|- …", "what is in databases, as a table", run_show },
	{ "match", MATCH, "FINGERPRINT|FILE|- …",
	  "what a database knows of fingerprints, or records", run_match },
};

#define NUM_VERBS (sizeof(verbs) / sizeof(*verbs))

enum { OPT_FP_DB = 256, OPT_JSON, OPT_FINGERPRINT, OPT_PROCESS };

static const struct option long_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "fp-db", required_argument, NULL, OPT_FP_DB },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "fingerprint", required_argument, NULL, OPT_FINGERPRINT },
	{ "process", required_argument, NULL, OPT_PROCESS },
	{ NULL, 0, NULL, 0 },
};

/* struct option_help - of the options, in the order they are listed. */
static const struct option_help {
	int id;
	unsigned int verbs;
	const char *text;
} option_helps[] = {
	{ 'o', ALL, "-o, --output FILE     where it goes; - is stdout; gzip where it ends in .gz" },
	{ 'q', ALL, "-q, --quiet           say only what went wrong" },
	{ OPT_FP_DB, MATCH, "    --fp-db FILE      the database that is asked" },
	{ OPT_JSON, SHOW, "    --json            as lines of a database" },
	{ OPT_FINGERPRINT, SHOW, "    --fingerprint TEXT  those with this in them" },
	{ OPT_PROCESS, SHOW, "    --process NAME    those that this program sent" },
	{ 'h', ALL, "-h, --help            this list" },
};

#define NUM_HELPS (sizeof(option_helps) / sizeof(*option_helps))

static void print_verbs(FILE *to)
{
	fprintf(to, "usage: " COMMAND " VERB [OPTION…] …\n\n");
	for (size_t i = 0; i < NUM_VERBS; i++)
		fprintf(to, "  %-6s %-22s %s\n", verbs[i].name, verbs[i].operands, verbs[i].help);
	fprintf(to, "\n`" COMMAND " VERB --help` lists the options; `man rejoice-fingerprint` "
		    "tells the rest.\n");
}

static void print_options(const struct verb *verb)
{
	printf("usage: " COMMAND " %s [OPTION…] %s\n\n", verb->name, verb->operands);
	for (size_t i = 0; i < NUM_HELPS; i++)
		if (option_helps[i].verbs & verb->bit)
			printf("  %s\n", option_helps[i].text);
}

static bool has_option(const struct verb *verb, int id)
{
	for (size_t i = 0; i < NUM_HELPS; i++)
		if (option_helps[i].id == id)
			return option_helps[i].verbs & verb->bit;
	return false;
}

static void take(struct asked *a, int id, const char *arg)
{
	switch (id) {
	case 'o':
		a->output = arg;
		break;
	case 'q':
		a->is_quiet = true;
		break;
	case 'h':
		a->is_help = true;
		break;
	case OPT_FP_DB:
		a->database = arg;
		break;
	case OPT_JSON:
		a->is_json = true;
		break;
	case OPT_FINGERPRINT:
		a->filter.text = arg;
		break;
	default:
		a->filter.process = arg;
		break;
	}
}

static enum exit_status read_options(const struct verb *verb, int argc, char **argv,
				     struct asked *out)
{
	int got;

	*out = (struct asked){ .filter.size = sizeof(out->filter) };
	opterr = 0;
	optind = 0;
	while ((got = getopt_long(argc, argv, "o:qh", long_options, NULL)) != -1) {
		if (got == '?' || !has_option(verb, got)) {
			complain("%s: not an option of %s, or its argument is missing; `" COMMAND
				 " %s --help` lists them",
				 argv[optind - 1], verb->name, verb->name);
			return EXIT_USAGE;
		}
		if (optarg && !*optarg) {
			complain("an empty argument; `" COMMAND " %s --help` tells", verb->name);
			return EXIT_USAGE;
		}
		take(out, got, optarg);
	}
	out->operands = argv + optind;
	out->num_operands = argc - optind;
	return EXIT_DONE;
}

/* What a call came to; says what is wrong. */
static enum exit_status judge(const struct run *r, int err)
{
	if (!err)
		return EXIT_DONE;
	complain("%s", rj_fingerprint_db_error(r->db));
	return EXIT_SOME_FAILED;
}

static enum exit_status worse(enum exit_status a, enum exit_status b)
{
	return a ? a : b;
}

static enum exit_status write_database(struct run *r)
{
	return judge(r,
		     rj_fingerprint_db_show(r->db, &r->asked->filter, output_line, NULL, &r->out));
}

/* --- verbs -------------------------------------------------------------------------- */

static enum exit_status run_build(struct run *r)
{
	static char *const standard_input[] = { (char *)"-" };
	char *const *files = r->asked->num_operands ? r->asked->operands : standard_input;
	int num = r->asked->num_operands ? r->asked->num_operands : 1;
	uint64_t num_records = 0, num_used = 0;
	enum exit_status status = EXIT_DONE;

	for (int i = 0; i < num && !is_interrupted(); i++) {
		uint64_t records, used;

		status = worse(status,
			       judge(r, rj_fingerprint_db_build(r->db, files[i], &records, &used)));
		num_records += records;
		num_used += used;
	}
	if (!num_used && !r->asked->is_quiet)
		complain("%" PRIu64 " records, none of which names a process with a fingerprint",
			 num_records);
	return worse(status, write_database(r));
}

static enum exit_status read_databases(struct run *r)
{
	enum exit_status status = EXIT_DONE;

	for (int i = 0; i < r->asked->num_operands && !is_interrupted(); i++)
		status = worse(status,
			       judge(r, rj_fingerprint_db_read(r->db, r->asked->operands[i])));
	return status;
}

static enum exit_status run_merge(struct run *r)
{
	enum exit_status status = read_databases(r);

	return worse(status, write_database(r));
}

static void put_line(struct run *r, const char *text)
{
	output_line(&r->out, text, strlen(text));
}

static void put_day(char out[16], uint64_t us)
{
	time_t seconds = (time_t)(us / 1000000);
	struct tm tm;

	if (!us || !gmtime_r(&seconds, &tm) || !strftime(out, 16, "%Y-%m-%d", &tm))
		memcpy(out, "-", 2);
}

/* On a terminal a name does nothing. */
static void put_name(char *out, size_t size, const char *name)
{
	snprintf(out, size, "%s", name);
	for (; *out; out++)
		if ((unsigned char)*out < 0x20 || *out == 0x7f)
			*out = '?';
}

static void put_row(void *user, const struct rj_fingerprint_row *row)
{
	char line[512], first[16], last[16], process[256] = "-", share[16] = "-";
	bool is_cut = strlen(row->fingerprint) > SHOWN_LEN;

	put_day(first, row->first_us);
	put_day(last, row->last_us);
	if (row->process) {
		put_name(process, sizeof(process), row->process);
		snprintf(share, sizeof(share), "%.1f%%",
			 row->count ? 100.0 * (double)row->process_count / (double)row->count : 0);
	}
	snprintf(line, sizeof(line),
		 "%-11s %10" PRIu64 " %-10s %-10s %9" PRIu32 " %6s %-24.64s %.*s%s", row->kind,
		 row->count, first, last, row->num_processes, share, process, SHOWN_LEN,
		 row->fingerprint, is_cut ? "…" : "");
	put_line(user, line);
}

static enum exit_status run_show(struct run *r)
{
	enum exit_status status = read_databases(r);

	if (r->asked->is_json)
		return worse(status, write_database(r));
	put_line(r, "kind             flows first      last       processes  share "
		    "most of them             fingerprint");
	return worse(status,
		     judge(r, rj_fingerprint_db_show(r->db, &r->asked->filter, NULL, put_row, r)));
}

/* A file is named otherwise. */
static bool is_fingerprint(const char *text)
{
	return *text == '(' || strstr(text, "/(");
}

static enum exit_status match_operand(struct run *r, const char *operand)
{
	int err;

	if (!is_fingerprint(operand))
		return judge(r,
			     rj_fingerprint_db_match_records(r->db, operand, output_line, &r->out));
	err = rj_fingerprint_db_match(r->db, operand, output_line, &r->out);
	return err == -EINVAL ? (judge(r, err), EXIT_USAGE) : judge(r, err);
}

static enum exit_status run_match(struct run *r)
{
	enum exit_status status = judge(r, rj_fingerprint_db_read(r->db, r->asked->database));

	for (int i = 0; i < r->asked->num_operands && !is_interrupted(); i++)
		status = worse(status, match_operand(r, r->asked->operands[i]));
	return status;
}

/* ------------------------------------------------------------------------------------ */

static bool check_operands(const struct verb *verb, const struct asked *a)
{
	if (!a->num_operands && verb->bit != BUILD) {
		complain("nothing named; `" COMMAND " %s --help` tells", verb->name);
		return false;
	}
	if (verb->bit == MATCH && !a->database) {
		complain("no database named; say --fp-db FILE");
		return false;
	}
	for (int i = 0; i < a->num_operands; i++) {
		if (!*a->operands[i]) {
			complain("an empty name of a file; `" COMMAND " %s --help` tells",
				 verb->name);
			return false;
		}
		if (a->output && strcmp(a->output, "-") && !strcmp(a->output, a->operands[i])) {
			complain("%s: is what is to be read; name another file to be written",
				 a->output);
			return false;
		}
	}
	return true;
}

static enum exit_status run(const struct verb *verb, const struct asked *asked)
{
	struct run r = { .asked = asked, .out = { .fd = -1 } };
	struct rotation whole = { 0 };
	enum exit_status status;

	if (rj_fingerprint_db_open(&r.db)) {
		complain("out of memory");
		return EXIT_SOME_FAILED;
	}
	catch_signals();
	status = output_open(&r.out, asked->output, &whole);
	if (!status)
		status = verb->run(&r);
	if (!output_close(&r.out))
		status = worse(status, EXIT_SOME_FAILED);
	rj_fingerprint_db_close(r.db);
	return status;
}

int command_fingerprint(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	struct asked asked;
	enum exit_status status;

	if (!strcmp(name, "--help") || !strcmp(name, "-h")) {
		print_verbs(stdout);
		return EXIT_DONE;
	}
	for (size_t i = 0; i < NUM_VERBS; i++) {
		if (strcmp(verbs[i].name, name))
			continue;
		status = read_options(&verbs[i], argc - 1, argv + 1, &asked);
		if (!status && asked.is_help) {
			print_options(&verbs[i]);
			return EXIT_DONE;
		}
		if (!status && !check_operands(&verbs[i], &asked))
			status = EXIT_USAGE;
		return status ? status : run(&verbs[i], &asked);
	}
	complain("%s: fingerprint takes build, merge, show or match; `" COMMAND " --help` tells",
		 *name ? name : "no verb");
	return EXIT_USAGE;
}
