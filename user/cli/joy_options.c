// SPDX-License-Identifier: BSD-3-Clause
/* Joy's settings as options of a session; and a word about those that do nothing. */
#include <stdarg.h>
#include <string.h>

#include "cli/joy.h"

#define PAYLOAD_BYTES 32u /* Joy's */

static void no_record(void *user, const struct rj_record *record)
{
	(void)user;
	(void)record;
}

/* Whether this build has a feature, by its name in a list. */
static bool is_built(const char *feature)
{
	struct rj_options options = { .size = sizeof(options),
				      .features = feature,
				      .on_record = no_record };
	struct rj_session *s = NULL;
	int err = rj_session_open(&options, &s);

	rj_session_close(s);
	return !err;
}

static void tell_lacking(const char *key)
{
	complain("%s: this build has none of it yet; the output is without it", key);
}

/* Adds "@name" or "@name=@number" to the list, or says that there is none behind @key. */
static void add(char list[JOY_FEATURES_LEN], const char *key, const char *name, unsigned int number)
{
	size_t len = strlen(list);
	char feature[32];

	if (number)
		snprintf(feature, sizeof(feature), "%s=%u", name, number);
	else
		snprintf(feature, sizeof(feature), "%s", name);
	if (is_built(feature))
		snprintf(list + len, JOY_FEATURES_LEN - len, ",%s", feature);
	else if (key)
		tell_lacking(key);
}

static void add_features(const struct joy_config *c, char list[JOY_FEATURES_LEN])
{
	static const struct {
		const char *key;
		const char *name;
	} switches[] = {
		{ "dist", "bd" }, { "entropy", "entropy" }, { "wht", "wht" },	{ "dns", "dns" },
		{ "ssh", "ssh" }, { "tls", "tls" },	    { "http", "http" }, { "dhcp", "dhcp" },
		{ "ike", "ike" }, { "salt", "salt" },	    { "ppi", "ppi" },	{ "fpx", "fpx" },
	};

	/* what Joy always has; the list begins with a name and so adds to nothing */
	snprintf(list, JOY_FEATURES_LEN, "splt");
	add(list, NULL, "os", 0);
	for (size_t i = 0; i < sizeof(switches) / sizeof(*switches); i++)
		if (joy_config_number(c, switches[i].key))
			add(list, switches[i].key, switches[i].name, 0);
	if (c->hd)
		add(list, "hd", "hd", c->hd);
	if (c->idp)
		add(list, "idp", "idp", c->idp);
	if (c->payload)
		add(list, "payload", "payload", PAYLOAD_BYTES);
	if (c->cdist)
		add(list, "cdist", "cdist", 0);
	if (c->classify && c->model)
		snprintf(list + strlen(list), JOY_FEATURES_LEN - strlen(list), ",classify");
	else if (c->classify)
		complain("classify: there are no parameters in the program, name some with "
			 "model=F1:F2; the output is without it");
}

/* Processes are those of this machine, at sockets that are open. */
static void add_processes(const struct joy_config *c, char list[JOY_FEATURES_LEN])
{
	if (!c->exe)
		return;
	if (c->interface)
		add(list, "exe", "process", 0);
	else
		complain("exe: a capture does not say which processes there were; the output is "
			 "without it");
}

/* Nothing that was asked for is left out without a word. */
static void tell_what_lacks(const struct joy_config *c)
{
	static const char *const later[] = {
		"nfv9_port",
		"ipfix_collect_port",
		"ipfix_collect_online",
		"ipfix_export_port",
	};

	for (size_t i = 0; i < sizeof(later) / sizeof(*later); i++)
		if (joy_config_number(c, later[i]))
			tell_lacking(later[i]);
}

static void tell_what_does_nothing(const struct joy_config *c)
{
	if (c->upload)
		complain("upload: does nothing, as in Joy; files stay where they are");
	if (c->updater)
		complain("updater: does nothing, as in Joy");
	if (c->nat)
		complain("nat: does nothing, as in Joy");
	if (c->aux_resource_path)
		complain("aux_resource_path: does nothing, as in Joy");
	if (c->threads > 1)
		complain("threads: does nothing; the output is in one file");
}

void joy_options(const struct joy_config *c, char features[JOY_FEATURES_LEN],
		 struct rj_options *out, struct rj_joy_options *style)
{
	tell_what_does_nothing(c);
	tell_what_lacks(c);
	add_features(c, features);
	add_processes(c, features);
	*out = (struct rj_options){
		.size = sizeof(*out),
		.features = features,
		.num_packets = c->num_pkts,
		.with_zeros = (uint8_t)c->zeros,
		.with_retrans = (uint8_t)c->retrans,
		.filter = c->bpf,
		.no_bidir = !c->bidir,
		.labels = (const char *const *)c->label,
		.num_labels = c->num_labels,
		.anonymize = c->anon,
		.anon_users = c->useranon,
		.byte_bins = c->cdist,
		.model = c->classify ? c->model : NULL,
		.anon_key = c->anon || c->useranon ? JOY_KEY_FILE : NULL,
	};
	*style = (struct rj_joy_options){
		.size = sizeof(*style),
		.is_unidirectional = !c->bidir,
		.with_example = (uint8_t)c->example,
		.no_active = (uint8_t)c->preemptive_timeout,
		.no_packets = !c->num_pkts,
	};
}

enum joy_status joy_session_open(struct joy_output *o, struct rj_options *options,
				 enum joy_status bad_filter)
{
	const char *filter = options->filter;
	struct rj_session *without = NULL;
	int err = rj_session_open(options, &o->session);

	if (!err)
		return JOY_DONE;
	joy_error("%s", o->session ? rj_session_error(o->session) : "out of memory");
	options->filter = NULL;
	if (filter)
		err = rj_session_open(options, &without);
	rj_session_close(without);
	return err ? JOY_USAGE : bad_filter;
}
