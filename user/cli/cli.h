/* SPDX-License-Identifier: BSD-3-Clause */
/* What the commands share: exit statuses, option tables, output. */
#ifndef RJ_CLI_CLI_H
#define RJ_CLI_CLI_H

#include <rejoice/rejoice.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "cli/rotate.h"

/* Exit statuses; the man page documents them. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_SOME_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_PERMITTED = 3,
	EXIT_LACKING = 4,
};

/* struct command - a row of the table in main.c. */
struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

int command_read(int argc, char **argv);
int command_live(int argc, char **argv);
int command_joy(int argc, char **argv);
int command_unpin(int argc, char **argv);
int command_fingerprint(int argc, char **argv);
int command_fields(int argc, char **argv);
int command_version(int argc, char **argv);

enum progress_when { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

/* How often --label may be given. Ours. */
#define MAX_LABELS 256

/* How many options there may be. */
#define MAX_OPTIONS 64

/*
 * struct settings - what the command line says. Strings point into argv.
 * @operands: files, behind the options
 * @given: by number of the option: its value, "" of one without; NULL where it was not given
 * @configured: the interfaces that --config says
 */
struct settings {
	struct rj_options options;
	const char *labels[MAX_LABELS];
	struct rj_live_options live;
	const char *output;
	struct rotation rotation;
	const char *stats;
	const char *user;
	const char *process_map;
	uint64_t map_slack_ms;
	const char *record_owners;
	double duration_s;
	uint64_t count;
	enum progress_when progress;
	int num_verbose;
	bool is_quiet;
	bool is_help;
	bool with_header;
	const char *given[MAX_OPTIONS];
	const char *configured;
	char **operands;
	int num_operands;
};

/*
 * settings_read - reads the options of `rejoice @command`; one line on stderr and a
 * status other than EXIT_DONE when something is wrong with them.
 */
enum exit_status settings_read(const char *command, int argc, char **argv, struct settings *out);

/*
 * settings_each - calls back for each option that the command has, but for --help, with what was
 * given: NULL nothing, "" an option without value.
 */
void settings_each(const char *command, const struct settings *settings,
		   void (*option)(void *user, const char *name, bool has_value, const char *given),
		   void *user);

/* settings_help - all options of the command, on stdout. */
void settings_help(const char *command);

/*
 * catch_signals - from now on SIGINT, SIGTERM and a SIGHUP that was not ignored only make
 * is_interrupted true, and another one a second or more after the first is_urgent as well; SIGPIPE
 * is ignored. System calls end early with EINTR.
 */
void catch_signals(void);
bool is_interrupted(void);
bool is_urgent(void);

/*
 * key_prepare - makes a key in @path, which may be NULL, where there is nothing yet, and says so
 * unless @is_quiet; or says why not.
 */
enum exit_status key_prepare(const char *path, bool is_quiet);

/* seconds_now - of a clock that only goes forward. */
double seconds_now(void);

/* complain - one line on stderr, behind the program's name, where progress stood. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* progress_hide - takes the line of cli/progress.h away until the next one. */
void progress_hide(void);

/* status_of - the exit status for a negative errno of the library. */
enum exit_status status_of(int err);

/* is_gzip_name - whether what is written under it is compressed: it ends in .gz. */
bool is_gzip_name(const char *name);

struct output_buffer;

/*
 * struct output - where records go. Each is written (all its bytes are with the kernel), lost, or
 * pending: on its way there. @is_failed: a write failed; said once, what was pending and later
 * records are lost.
 */
struct output {
	int fd;
	struct output_buffer *buffer;
	const char *name;
	bool is_failed;
	uint64_t num_written;
	uint64_t num_pending;
	uint64_t num_lost;
	struct rotation rotation;
	struct rotating rotating;
	char *header;
};

/*
 * output_open - EXIT_DONE, or says why not. "-" and NULL: stdout; gzip where the name ends in
 * .gz.
 */
enum exit_status output_open(struct output *out, const char *name, const struct rotation *rotation);

/*
 * output_header - from now on each file begins with this line, the one that is open at once. @line,
 * on the heap and with its line end, is the output's from now on.
 */
void output_header(struct output *out, char *line);

/* header_put - the settings as a line of JSON, where --header was given; or says why not. */
enum exit_status header_put(const char *command, const struct settings *settings,
			    struct output *out);

/* output_line - for struct rj_options.on_json; @user is the struct output. */
void output_line(void *user, const char *text, size_t len);

/* is_enough - whether --duration is over, or --count there, of a run that began at @start. */
bool is_enough(const struct settings *settings, const struct output *out, double start);

/* output_flush - all whole lines are where a reader can see them; compressed ones once a second. */
void output_flush(struct output *out);

/*
 * output_close - nothing is pending any more; false when anything could not be written. May be
 * called again.
 */
bool output_close(struct output *out);

/* stats_open - *@out for the account in @name ("-": stderr; NULL: none), or says why not. */
enum exit_status stats_open(const char *name, FILE **out);

/* stats_write - the --stats object to @to, which is closed; nothing when that is NULL. */
enum exit_status stats_write(const char *name, FILE *to, const struct rj_session *s,
			     const struct output *out, double seconds);

/* struct user - who to become; @name NULL: nobody else. */
struct user {
	const char *name;
	uid_t uid;
	gid_t gid;
};

/* user_find - looks @name (NULL: none asked for) up, while nothing is begun yet; says why not. */
enum exit_status user_find(const char *name, struct user *out);

/*
 * user_become - gives root up for good, but for CAP_NET_ADMIN and CAP_BPF; files that are open stay
 * so. Says why not.
 */
enum exit_status user_become(const struct user *user);

#endif
