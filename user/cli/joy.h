/* SPDX-License-Identifier: BSD-3-Clause */
/* What the parts of `rejoice joy` share: Joy's settings, its exit statuses, its output. */
#ifndef RJ_CLI_JOY_H
#define RJ_CLI_JOY_H

#include "cli/cli.h"

/* Joy's exit statuses, which its users' scripts know: negative numbers of its own, as a byte. */
enum joy_status {
	JOY_DONE = 0,
	JOY_USAGE = 1,
	JOY_BAD_USER = 251,
	JOY_BAD_LIVE_FILTER = 253,
	JOY_NO_INTERFACE = 254,
	JOY_BAD_FILTER = 254,
	JOY_FAILED = 255,
};

#define JOY_VERSION "4.5.0"    /* whose output this is */
#define JOY_KEY_FILE "joy.bin" /* in the working directory */
#define JOY_MAX_LABELS 32u
#define JOY_LINE_LEN 511u /* of an argument or of a line of a file */

/* struct joy_config - Joy's settings; texts are owned, NULL for none. */
struct joy_config {
	char *interface;
	char *output;
	char *outdir;
	char *username;
	char *logfile;
	char *upload;
	char *keyfile;
	char *anon;
	char *useranon;
	char *label[JOY_MAX_LABELS];
	char *export_host;
	char *export_template;
	char *aux_resource_path;
	char *bpf;
	char *cdist;
	char *model;
	unsigned int num_labels;
	unsigned int promisc, count, retain, nfv9_port, collect_port, collect_online, export_port;
	unsigned int export_remote_port, preemptive_timeout, verbosity, show_config;
	unsigned int show_interfaces, threads, updater, nat, zeros, retrans, bidir, dist, entropy;
	unsigned int hd, classify, num_pkts, idp, exe, wht, example, dns, ssh, tls, dhcp, http, ike;
	unsigned int payload, salt, ppi, fpx;
};

/* joy_error - "error: …", one line on stderr. */
__attribute__((format(printf, 1, 2))) void joy_error(const char *format, ...);

void joy_config_init(struct joy_config *c);
void joy_config_done(struct joy_config *c);

/* joy_config_argument - takes KEY=VALUE, or says why not. */
bool joy_config_argument(struct joy_config *c, const char *argument);

/*
 * joy_config_file - takes the lines of a file, or says why not. One that is not there is said, and
 * true, as in Joy.
 */
bool joy_config_file(struct joy_config *c, const char *path);

/* joy_config_text - a setting by its key, NULL where it is none; joy_config_number likewise. */
const char *joy_config_text(const struct joy_config *c, const char *key);
unsigned int joy_config_number(const struct joy_config *c, const char *key);

/* joy_config_help - all keys, on stdout. */
void joy_config_help(void);

/* joy_config_show - the settings as text on stderr. */
void joy_config_show(const struct joy_config *c);

/* joy_config_json - the configuration line; as rj_session_settings_json. */
int joy_config_json(const struct joy_config *c, struct rj_session *s, const char **out,
		    size_t *out_len);

/* struct joy_output - where records go, a file (or those in turn that count asks for) at a time. */
struct joy_output {
	struct output file;
	const struct joy_config *config;
	struct rj_session *session;
	struct rj_joy_options style;
	bool is_open;
	bool has_failed;
};

/* joy_output_open - the file (NULL: stdout) and the configuration line; false was told. */
bool joy_output_open(struct joy_output *o, const char *name);

/* joy_output_record - for struct rj_options.on_record; @user is the struct joy_output. */
void joy_output_record(void *user, const struct rj_record *record);

/* joy_output_close - may be called again; false when something was lost, now or before. */
bool joy_output_close(struct joy_output *o);

/* joy_output_path - the file in outdir; an absolute name is itself. To be freed; NULL: no room. */
char *joy_output_path(const struct joy_config *c, const char *name);

/* joy_output_make_directory - unless it is there; false was told. */
bool joy_output_make_directory(const char *path);

/* joy_output_in - the file for the @index'th @input in the directory; as joy_output_path. */
char *joy_output_in(const char *directory, const char *input, unsigned int index);

/*
 * joy_options - what the session is to compute; @features is room for its list. Says of each key
 * that does nothing that it does.
 */
#define JOY_FEATURES_LEN 256
void joy_options(const struct joy_config *c, char features[JOY_FEATURES_LEN],
		 struct rj_options *out, struct rj_joy_options *style);

/* joy_session_open - o->session; says why not: @bad_filter where it is the filter. */
enum joy_status joy_session_open(struct joy_output *o, struct rj_options *options,
				 enum joy_status bad_filter);

/*
 * struct joy_inputs - the files and directories of the command line.
 * @first_index: what Joy numbers the first of them: its place behind the KEY=VALUE arguments
 * @has_config_file: then output is a directory even for one file
 */
struct joy_inputs {
	char **names;
	int num;
	unsigned int first_index;
	bool has_config_file;
};

/* joy_read - all of them; what can be read is. */
enum joy_status joy_read(struct joy_output *o, struct rj_options *options,
			 const struct joy_inputs *in);

/* joy_live - watches config->interface; joy_show_interfaces lists what there is on stderr. */
enum joy_status joy_live(struct joy_output *o, struct rj_options *options);
void joy_show_interfaces(void);

/* joy_open_log - from now on, what is said goes to the file. */
bool joy_open_log(const char *path);

#endif
