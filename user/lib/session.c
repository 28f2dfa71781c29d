// SPDX-License-Identifier: BSD-3-Clause
/* The public session: wires a source to the engine and the engine to whoever wants records. */
#include <rejoice/rejoice.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/error.h"
#include "enrich/match_record.h"
#include "flow/engine.h"
#include "flow/limits.h"
#include "lib/account.h"
#include "lib/owners.h"
#include "lib/pipeline.h"
#include "lib/process_map.h"
#include "proto/common/dns_text.h"
#include "proto/fingerprint.h"
#include "proto/tls/names.h"
#include "sink/joy.h"
#include "sink/jsonw.h"
#include "source/live.h"
#include "source/source.h"

#define DEFAULT_KERNEL_FLOWS 65536u
#define NS_PER_MS 1000000ull
#define MAX_LIMIT_MS (UINT64_MAX / NS_PER_MS)
#define KEEP_SOCKETS_NS (60 * RJ_NS_PER_S) /* behind the idle limit; ours, records come sooner */
#define KEEP_LONG_NS (3600 * RJ_NS_PER_S)  /* where there is none; ours */

struct rj_session {
	struct rj_error error;
	struct rj_limits limits;
	struct rj_feature_set features;
	struct rj_byte_bins bins;
	struct rj_model model;
	uint32_t max_flows;
	uint64_t bd_bytes; /* UINT64_MAX: not said */
	bool is_following;
	bool is_over; /* the source has no more */
	struct rj_filter *filter;
	struct rj_labels *labels;
	struct rj_anonymizer *anonymizer;
	struct rj_matcher *matcher;
	struct rj_match_enricher enricher;
	struct rj_session_owners owners;
	struct rj_process_map map;
	void (*on_owners)(void *user, const char *line, size_t len);
	void *owners_user;
	void (*on_record)(void *user, const struct rj_record *record);
	void (*on_json)(void *user, const char *line, size_t len);
	uint32_t num_threads;
	void *user;
	void (*on_notice)(void *user, int level, const char *line);
	void *notice_user;
	struct rj_source *source;     /* NULL while frames are fed */
	struct rj_engine *engine;     /* of what comes from the kernel */
	struct rj_pipeline *pipeline; /* of files */
	struct rj_parts *parts;	      /* of frames that are fed */
	struct rj_intake fed;	      /* frames handed over by rj_session_feed */
	uint64_t num_fed;
	struct rj_stats before; /* sums of the sources that are over */
	struct rj_buffer line;
	struct rj_jsonw_keys keys;
};

static int no_memory(struct rj_session *s)
{
	return rj_error_set(&s->error, -ENOMEM, "out of memory");
}

static uint64_t limit_ns(uint64_t ms, uint64_t default_s)
{
	if (!ms)
		return default_s * RJ_NS_PER_S;
	return ms > MAX_LIMIT_MS ? 0 : ms * NS_PER_MS;
}

static int read_features(struct rj_session *s, const char *list)
{
	const char *name = "";
	size_t len = 0;
	int err = rj_feature_set_parse(list ? list : "default", &s->features, &name, &len);

	if (err == -ERANGE)
		return rj_error_set(&s->error, -EINVAL,
				    "feature %.*s: not a number it can have: hd=0 to %u, idp=0 to "
				    "%u, payload=0 to %u; others have none",
				    (int)len, name, RJ_HD_MAX_LEN, RJ_IDP_MAX_LEN,
				    RJ_PREFIX_MAX_LEN);
	if (err)
		return rj_error_set(&s->error, err,
				    "feature %.*s: no such name; `rejoice read --help` lists them",
				    (int)len, name);
	return 0;
}

/* What cdist and classify go by. "all" is all that needs no file, and classify where it has one. */
static int read_tables(struct rj_session *s, const struct rj_options *o)
{
	uint32_t classify = 1u << RJ_FEATURE_CLASSIFY;
	bool has_classify = rj_feature_on(&s->features, RJ_FEATURE_CLASSIFY);

	rj_bins_equal(&s->bins);
	s->features.bins = &s->bins;
	if (o->byte_bins && !rj_feature_on(&s->features, RJ_FEATURE_CDIST))
		return rj_error_set(&s->error, -EINVAL,
				    "byte bins %s: are for the feature cdist; say -f +cdist",
				    o->byte_bins);
	if (o->model && !has_classify)
		return rj_error_set(&s->error, -EINVAL,
				    "model %s: is for the feature classify; say -f +classify",
				    o->model);
	if (has_classify && !o->model && s->features.named & classify)
		return rj_error_set(&s->error, -EINVAL,
				    "feature classify: has no weights of its own; name a model of "
				    "yours with --model F1:F2");
	if (!o->model) {
		rj_feature_set_remove(&s->features, classify);
	} else {
		int err = rj_model_read(o->model, &s->model, &s->error);

		if (err)
			return err;
		s->features.model = &s->model;
	}
	return o->byte_bins ? rj_bins_read(o->byte_bins, &s->bins, &s->error) : 0;
}

/* Only the members that the caller's header knew. */
static void read_options(struct rj_options *out, const struct rj_options *given)
{
	size_t len = given->size < sizeof(*out) ? given->size : sizeof(*out);

	memset(out, 0, sizeof(*out));
	memcpy(out, given, len);
}

static int read_anonymizer(struct rj_session *s, const struct rj_options *o)
{
	const struct rj_anonymizer_files files = { .subnets = o->anonymize,
						   .key = o->anon_key,
						   .users = o->anon_users };

	if (!files.subnets && !files.users)
		return 0;
	if (!files.key)
		return rj_error_set(&s->error, -EINVAL,
				    "anonymize: a key is missing; say --anon-key FILE");
	return rj_anonymizer_new(&files, &s->anonymizer, &s->error);
}

/* What match goes by, which "all" has where there is a database. */
static int read_database(struct rj_session *s, const struct rj_options *o)
{
	uint32_t match = 1u << RJ_FEATURE_MATCH;
	int err;

	if (o->fp_db && !rj_feature_on(&s->features, RJ_FEATURE_MATCH))
		return rj_error_set(&s->error, -EINVAL,
				    "database %s: is for the feature match; say -f +match",
				    o->fp_db);
	if (!o->fp_db && s->features.named & match)
		return rj_error_set(&s->error, -EINVAL,
				    "feature match: needs a database of fingerprints; name one "
				    "with --fp-db FILE");
	if (!o->fp_db) {
		rj_feature_set_remove(&s->features, match);
		return 0;
	}
	err = rj_matcher_open(o->fp_db, &s->matcher, &s->error);
	if (!err)
		rj_match_enricher_init(&s->enricher, s->matcher);
	return err;
}

static int set_up(struct rj_session *s, const struct rj_options *given)
{
	struct rj_options o;
	int err;

	read_options(&o, given);
	if (!o.on_record == !o.on_json)
		return rj_error_set(&s->error, -EINVAL,
				    "options: one of on_record and on_json is to be set");
	if (o.num_threads > RJ_MAX_THREADS)
		return rj_error_set(&s->error, -EINVAL, "threads: at most %u", RJ_MAX_THREADS);
	if (o.num_threads > 1 && o.on_record)
		return rj_error_set(&s->error, -EINVAL,
				    "options: several threads hand out lines, by on_json, alone");
	if (o.num_packets > RJ_MAX_PACKETS)
		return rj_error_set(&s->error, -EINVAL, "packets: at most %u", RJ_MAX_PACKETS);
	if (o.num_tls_records > RJ_MAX_TLS_RECORDS)
		return rj_error_set(&s->error, -EINVAL, "TLS records: at most %u",
				    RJ_MAX_TLS_RECORDS);
	if (o.npf > RJ_NPF_NUM)
		return rj_error_set(&s->error, -EINVAL, "NPF: notation 0 to %u", RJ_NPF_NUM - 1);
	err = read_features(s, o.features);
	if (o.npf)
		s->features.npf = o.npf - 1;
	if (!err)
		err = read_tables(s, &o);
	if (!err)
		err = read_database(s, &o);
	if (err)
		return err;
	s->limits = (struct rj_limits){
		.idle_ns = limit_ns(o.idle_ms, RJ_DEFAULT_IDLE_S),
		.active_ns = limit_ns(o.active_ms, RJ_DEFAULT_ACTIVE_S),
		.num_packets = o.num_packets ? o.num_packets : RJ_DEFAULT_PACKETS,
		.with_zeros = o.with_zeros,
		.with_retrans = o.with_retrans,
		.no_decap = o.no_decap,
		.no_bidir = o.no_bidir,
		.with_hist = rj_feature_on(&s->features, RJ_FEATURE_HIST),
	};
	if (s->features.is_bare)
		s->limits.num_packets = 0;
	else if (rj_dissect_follows_records(rj_feature_shown(&s->features)))
		s->limits.num_records = o.num_tls_records ? o.num_tls_records :
							    RJ_DEFAULT_TLS_RECORDS;
	s->bd_bytes = o.bd_bytes ? o.bd_bytes : UINT64_MAX;
	s->max_flows = o.max_flows;
	s->is_following = o.follow;
	s->on_record = o.on_record;
	s->on_json = o.on_json;
	s->num_threads = o.num_threads ? o.num_threads : 1;
	s->user = o.user;
	if (o.num_labels)
		err = rj_labels_new(o.labels, o.num_labels, &s->labels, &s->error);
	if (!err)
		err = read_anonymizer(s, &o);
	return !err && o.filter ? rj_filter_new(o.filter, &s->filter, &s->error) : err;
}

int rj_session_open(const struct rj_options *options, struct rj_session **out)
{
	struct rj_session *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	rj_buffer_init(&s->line, RJ_MAX_LINE_BYTES);
	*out = s;
	return set_up(s, options);
}

/* The record's owners alone; its processes were counted where the record showed them. */
static void tell_owners(struct rj_session *s, const struct rj_record *record)
{
	struct rj_jsonw writer;
	bool is_known;

	rj_buffer_cut(&s->line, 0);
	rj_jsonw_init(&writer, &s->line, &s->keys);
	s->owners.is_again = rj_feature_on(&s->features, RJ_FEATURE_PROCESS);
	is_known = rj_record_visit_owners(record, &writer.visitor);
	s->owners.is_again = false;
	if (rj_jsonw_failed(&writer))
		s->on_owners(s->owners_user, NULL, 0);
	else if (is_known)
		s->on_owners(s->owners_user, (const char *)s->line.data, s->line.len);
}

static void hand_over(struct rj_session *s, const struct rj_record *record)
{
	const char *line = NULL;
	size_t len = 0;

	if (s->on_record) {
		s->on_record(s->user, record);
		return;
	}
	if (rj_record_json(s, record, &line, &len))
		line = NULL;
	s->on_json(s->user, line, len);
}

static void on_record(void *user, const struct rj_record *record)
{
	struct rj_session *s = user;

	hand_over(s, record);
	if (s->on_owners)
		tell_owners(s, record);
}

static const char *ifname(void *user, uint32_t ifindex)
{
	struct rj_session *s = user;

	return rj_live_ifname(s->source, ifindex);
}

static bool is_alive(void *user, const struct rj_key *key, uint64_t *ret_start_ns)
{
	struct rj_session *s = user;

	return rj_live_is_alive(s->source, key, ret_start_ns);
}

static void want(void *user, uint32_t slot, uint32_t generation, uint32_t until)
{
	struct rj_session *s = user;

	rj_live_want(s->source, slot, generation, until);
}

static struct rj_engine_options engine_options(const struct rj_session *s, uint32_t default_flows)
{
	return (struct rj_engine_options){
		.limits = s->limits,
		.features = s->features,
		.max_flows = s->max_flows ? s->max_flows : default_flows,
		.max_dissect_bytes = RJ_MAX_DISSECT_BYTES,
		.bd_bytes = s->bd_bytes,
		.time_decimals = 9,
		.labels = s->labels,
		.anonymizer = s->anonymizer,
		.enricher = s->matcher ? &s->enricher.enricher : NULL,
		.owner_names = rj_process_map_names(&s->map),
		.on_record = on_record,
		.user = (void *)s,
	};
}

/* A session has one source at a time, and options that are right. */
static int check_free(struct rj_session *s)
{
	if (!s->on_record && !s->on_json) /* rj_session_open failed and said why */
		return -EINVAL;
	if (!s->engine && !s->pipeline && !s->parts)
		return 0;
	return rj_error_set(&s->error, -EBUSY, "the session has a source: finish it first");
}

static int cannot_start(struct rj_session *s, int err)
{
	return rj_error_set(&s->error, err, "starting: %s", strerror(-err));
}

static int start_live(struct rj_session *s, struct rj_source *source, uint32_t default_flows)
{
	struct rj_engine_options o = engine_options(s, default_flows);
	int err;

	o.clock_ns = source->clock_ns;
	o.time_decimals = source->time_decimals;
	o.ifname = ifname;
	o.is_alive = is_alive;
	o.want = want;
	o.owner_names = rj_session_owners_names(&s->owners);
	err = rj_engine_new(&o, &s->engine);
	if (err) {
		source->ops->close(source);
		return cannot_start(s, err);
	}
	s->source = source;
	return 0;
}

static int start_file(struct rj_session *s, struct rj_source *source)
{
	struct rj_pipeline_options o = {
		.engine = engine_options(s, RJ_DEFAULT_MAX_FLOWS),
		.on_record = s->on_record,
		.on_json = s->on_json,
		.user = s->user,
		.num_threads = s->num_threads,
	};
	int err;

	o.engine.time_decimals = source->time_decimals;
	err = rj_pipeline_new(&o, source, &s->pipeline);
	if (err) {
		source->ops->close(source);
		return cannot_start(s, err);
	}
	s->source = source;
	s->is_over = false;
	return 0;
}

int rj_session_read_file(struct rj_session *s, const char *path)
{
	struct rj_source *source = NULL;
	int err = check_free(s);

	if (!err)
		err = rj_pcap_open(path, s->is_following, s->filter, &source, &s->error);
	return err ? err : start_file(s, source);
}

static void on_notice(void *user, enum rj_notice notice, const char *line)
{
	struct rj_session *s = user;

	if (s->on_notice)
		s->on_notice(s->notice_user, (int)notice, line);
}

/* Without the features that only files have; asked for by name they are an error. */
static int check_live_features(struct rj_session *s)
{
	for (unsigned int i = 0; i < RJ_NUM_FEATURES; i++)
		if (s->features.named & RJ_FEATURES_OF_FILES & 1u << i)
			return rj_error_set(
				&s->error, -EOPNOTSUPP,
				"feature %s: needs every packet as it was captured, which "
				"live does not take; capture (tcpdump -w FILE) and `rejoice "
				"read`",
				rj_feature_name((enum rj_feature)i));
	rj_feature_set_remove(&s->features, RJ_FEATURES_OF_FILES);
	return 0;
}

/* How much of each side's payload is counted and kept for features; false where none asks. */
static bool sampled_bytes(const struct rj_session *s, uint64_t *ret_bytes)
{
	bool counts = rj_feature_counts_bytes(&s->features);

	*ret_bytes = counts && s->bd_bytes != UINT64_MAX ? s->bd_bytes : 0;
	if (s->features.number[RJ_NUMBER_PAYLOAD] > *ret_bytes)
		*ret_bytes = s->features.number[RJ_NUMBER_PAYLOAD];
	return counts || *ret_bytes;
}

static int read_live(struct rj_session *s, const struct rj_live_options *given,
		     struct rj_live_config *out)
{
	struct rj_live_options o = { 0 };
	uint64_t num_sampled;
	int err = check_live_features(s);

	if (err)
		return err;
	memcpy(&o, given, given->size < sizeof(o) ? given->size : sizeof(o));
	s->on_notice = o.on_notice;
	s->notice_user = o.notice_user;
	s->owners.with_cmdline = o.cmdline;
	s->owners.api.url = o.kubernetes;
	s->owners.api.credentials = o.kubernetes_credentials;
	s->owners.keep_ns = s->limits.idle_ns ? s->limits.idle_ns + KEEP_SOCKETS_NS : KEEP_LONG_NS;
	s->on_owners = o.on_owners;
	s->owners_user = o.owners_user;
	*out = (struct rj_live_config){
		.watch = { .interfaces = o.interfaces ? o.interfaces : "",
			   .directions = RJ_WATCH_IN | RJ_WATCH_OUT,
			   .is_promisc = o.promisc,
			   .on_notice = on_notice,
			   .user = s },
		.netns = o.netns,
		.stay_in_netns = o.stay_in_netns,
		.num_flows = o.kernel_flows ? o.kernel_flows : DEFAULT_KERNEL_FLOWS,
		.limits = s->limits,
		.pin = o.pin,
		.pin_owner = o.pin_owner,
		.filter = s->filter,
	};
	out->limits.sample_bytes = o.sample_bytes ? o.sample_bytes : RJ_DEFAULT_SAMPLE_BYTES;
	out->limits.with_bytes = sampled_bytes(s, &num_sampled);
	if (!s->features.dissectors && !out->limits.with_bytes)
		out->limits.sample_bytes = 0;
	if (num_sampled > RJ_MAX_SAMPLE_BYTES)
		return rj_error_set(&s->error, -EINVAL, "bd-bytes: live at most %u",
				    RJ_MAX_SAMPLE_BYTES);
	if (out->limits.sample_bytes < num_sampled)
		out->limits.sample_bytes = (uint32_t)num_sampled;
	if (o.attach && rj_attach_mode_parse(o.attach, &out->watch.mode))
		return rj_error_set(&s->error, -EINVAL,
				    "attach %s: must be auto, xdp, xdp-generic, tcx or tc",
				    o.attach);
	if (o.direction && !strcmp(o.direction, "in"))
		out->watch.directions = RJ_WATCH_IN;
	else if (o.direction && !strcmp(o.direction, "out"))
		out->watch.directions = RJ_WATCH_OUT;
	else if (o.direction && strcmp(o.direction, "both"))
		return rj_error_set(&s->error, -EINVAL, "direction %s: must be both, in or out",
				    o.direction);
	return 0;
}

/*
 * Flows that user space holds beside the kernel's: samples of each of those, and as many that
 * found no room there. Both are bounded, so that a flood does not grow the process.
 */
static uint32_t flows_beside(uint32_t kernel_flows)
{
	uint32_t around = kernel_flows > DEFAULT_KERNEL_FLOWS ? kernel_flows : DEFAULT_KERNEL_FLOWS;

	return kernel_flows + around;
}

int rj_session_watch(struct rj_session *s, const struct rj_live_options *options)
{
	struct rj_live_config config;
	struct rj_source *source = NULL;
	int err = check_free(s);

	if (!err)
		err = read_live(s, options, &config);
	if (!err) {
		s->limits.sample_bytes = config.limits.sample_bytes;
		config.max_flows = s->max_flows ? s->max_flows : flows_beside(config.num_flows);
		if (rj_feature_on(&s->features, RJ_FEATURE_PROCESS) || s->on_owners)
			err = rj_session_owners_open(&s->owners, &config, &s->error);
		err = err ? err : rj_live_open(&config, &source, &s->error);
		if (!err && *s->owners.notice.text)
			on_notice(s, RJ_NOTICE_NOTE, s->owners.notice.text);
	}
	return err ? err : start_live(s, source, config.max_flows);
}

int rj_session_process_map(struct rj_session *s, const char *path, uint64_t slack_ms)
{
	uint64_t slack_ns = slack_ms < MAX_LIMIT_MS ? slack_ms * NS_PER_MS : UINT64_MAX;
	int err = check_free(s);

	if (!err && !rj_feature_on(&s->features, RJ_FEATURE_PROCESS))
		err = rj_error_set(&s->error, -EINVAL,
				   "process map %s: is for the feature process; say -f +process",
				   path);
	return err ? err : rj_process_map_read(&s->map, path, slack_ns, &s->error);
}

const char *rj_session_watching(const struct rj_session *s)
{
	return s->source && s->source->end == RJ_END_STOP ? rj_live_watching(s->source) : "";
}

static int start_feeding(struct rj_session *s)
{
	struct rj_engine_options o = engine_options(s, RJ_DEFAULT_MAX_FLOWS);
	int err = check_free(s);

	if (!err && rj_parts_new(&o, 0, rj_parts_num(&o), &s->parts))
		err = cannot_start(s, -ENOMEM);
	return err;
}

int rj_session_feed(struct rj_session *s, const struct rj_session_frame *frame)
{
	struct rj_capture capture = {
		.link_type = frame->link_type,
		.time_ns = frame->time_ns,
		.data = frame->data,
		.captured_len = frame->captured_len,
		.wire_len = frame->wire_len < frame->captured_len ? frame->captured_len :
								    frame->wire_len,
	};
	int err = 0;

	if (s->source)
		return check_free(s);
	if (s->filter)
		err = rj_filter_use(s->filter, capture.link_type, &s->error);
	if (!err && !s->parts)
		err = start_feeding(s);
	if (err)
		return err;
	if (!s->filter ||
	    rj_filter_matches(s->filter, capture.data, capture.captured_len, capture.wire_len))
		rj_intake_frames(&s->fed, s->parts, s->num_fed++, &capture, 1, NULL);
	else
		rj_intake_filtered(&s->fed, capture.wire_len);
	return 0;
}

/* Whoever polls again has dealt with the records of the last time. */
static void settle(struct rj_session *s)
{
	if (s->source && s->source->ops->settle)
		s->source->ops->settle(s->source, s->engine);
}

int rj_session_poll(struct rj_session *s, int timeout_ms)
{
	int more;

	if (!s->source)
		return 0;
	settle(s);
	rj_session_owners_take(&s->owners);
	more = s->pipeline ? rj_pipeline_poll(s->pipeline, timeout_ms) :
			     s->source->ops->poll(s->source, s->engine, timeout_ms);
	if (more < 0)
		s->error = s->source->error;
	s->is_over = more <= 0 && more != -EINTR;
	return more;
}

static void end_source(struct rj_session *s)
{
	rj_engine_free(s->engine);
	rj_pipeline_free(s->pipeline);
	rj_parts_free(s->parts);
	s->engine = NULL;
	s->pipeline = NULL;
	s->parts = NULL;
	if (s->source)
		s->source->ops->close(s->source);
	s->source = NULL;
}

/* Adds what the source and engine of now counted to what those before them did. */
static void add_now(const struct rj_session *s, struct rj_stats *to)
{
	struct rj_intake in = s->fed;
	struct rj_engine_stats engine = { 0 };

	if (s->engine) {
		s->source->ops->stats(s->source, &in);
		rj_engine_get_stats(s->engine, &engine);
		rj_session_owners_stats(&s->owners, s->source, to);
	}
	rj_process_map_stats(&s->map, to);
	if (s->pipeline)
		rj_pipeline_stats(s->pipeline, &in, &engine);
	if (s->parts)
		rj_parts_add_stats(s->parts, &engine);
	rj_account_add(to, &in, &engine);
}

/* Why flows end that are held now: whoever does not let a file come to its end stops them. */
static enum rj_end end_of(const struct rj_session *s)
{
	return s->is_over ? s->source->end : RJ_END_STOP;
}

static int finish_live(struct rj_session *s)
{
	int err;

	rj_session_owners_take(&s->owners);
	err = s->source->ops->stop(s->source, s->engine);

	if (err)
		s->error = s->source->error;
	rj_engine_flush(s->engine, s->source->end);
	settle(s);
	return err;
}

int rj_session_finish(struct rj_session *s)
{
	int err = s->engine ? finish_live(s) : 0;

	if (s->pipeline)
		rj_pipeline_finish(s->pipeline, end_of(s));
	if (s->parts)
		rj_parts_flush(s->parts, RJ_END_EOF);
	add_now(s, &s->before);
	s->fed = (struct rj_intake){ 0 };
	s->num_fed = 0;
	end_source(s);
	return err;
}

int rj_session_get_stats(const struct rj_session *s, struct rj_stats *out)
{
	struct rj_stats now = s->before;
	size_t size = out->size;

	add_now(s, &now);
	now.size = size;
	memcpy(out, &now, size < sizeof(now) ? size : sizeof(now));
	return 0;
}

int rj_session_get_progress(const struct rj_session *s, struct rj_progress *out)
{
	struct rj_progress now = { .size = out->size };
	struct rj_source_progress of_source = { 0 };

	if (s->pipeline)
		rj_pipeline_progress(s->pipeline, &of_source);
	now.bytes_read = of_source.read;
	now.bytes_total = of_source.total;
	now.bytes_waiting = of_source.waiting;
	memcpy(out, &now, out->size < sizeof(now) ? out->size : sizeof(now));
	return 0;
}

const char *rj_set_aside_name(unsigned int reason)
{
	return reason < RJ_NUM_REASONS ? rj_reason_text((enum rj_reason)reason) : NULL;
}

const char *rj_loss_name(unsigned int loss)
{
	static const char *const names[] = {
#define X(name, text) text,
		RJ_LOSSES(X)
#undef X
	};

	return loss < RJ_NUM_LOSSES ? names[loss] : NULL;
}

const char *rj_session_error(const struct rj_session *s)
{
	return s->error.text;
}

void rj_session_close(struct rj_session *s)
{
	if (!s)
		return;
	end_source(s);
	rj_buffer_done(&s->line);
	rj_filter_free(s->filter);
	rj_labels_free(s->labels);
	rj_anonymizer_free(s->anonymizer);
	rj_matcher_free(s->matcher);
	rj_session_owners_close(&s->owners);
	rj_process_map_done(&s->map);
	free(s);
}

int rj_record_json(struct rj_session *s, const struct rj_record *record, const char **out,
		   size_t *out_len)
{
	struct rj_jsonw writer;

	rj_buffer_cut(&s->line, 0);
	rj_jsonw_init(&writer, &s->line, &s->keys);
	rj_record_visit(record, &writer.visitor);
	if (rj_jsonw_failed(&writer))
		return no_memory(s);
	*out = (const char *)s->line.data;
	*out_len = s->line.len;
	return 0;
}

/* Joy tells nothing of how flows ended but for limits, and nothing of a limit it met early. */
static char expire_of(const struct rj_record *record, bool no_active)
{
	if (record->end == RJ_END_IDLE)
		return 'i';
	return record->end == RJ_END_ACTIVE && !no_active ? 'a' : 0;
}

int rj_record_joy(struct rj_session *s, const struct rj_record *record,
		  const struct rj_joy_options *options, const char **out, size_t *out_len)
{
	static const struct rj_joy_numbers numbers = { rj_dns_type_number,
						       rj_tls_extension_number };
	struct rj_joy_options o = { 0 };
	struct rj_joy_style style;
	struct rj_joy writer;

	memcpy(&o, options, options->size < sizeof(o) ? options->size : sizeof(o));
	style = (struct rj_joy_style){
		.is_unidirectional = o.is_unidirectional,
		.with_example = o.with_example,
		.no_packets = o.no_packets,
		.expire = expire_of(record, o.no_active),
		.numbers = &numbers,
	};
	rj_buffer_cut(&s->line, 0);
	rj_joy_init(&writer, &s->line, &s->keys, &style);
	rj_record_visit(record, &writer.visitor);
	if (rj_joy_failed(&writer))
		return no_memory(s);
	*out = (const char *)s->line.data;
	*out_len = s->line.len;
	return 0;
}

int rj_session_settings_json(struct rj_session *s, const struct rj_setting *settings, size_t num,
			     const char **out, size_t *out_len)
{
	static const struct rj_field object = { "", RJ_TYPE_OBJECT, "", 0, "", "" };
	static const struct rj_field member = { "", RJ_TYPE_UINT, "", 0, "", "" };
	struct rj_jsonw writer;
	struct rj_visitor *v = &writer.visitor;

	rj_buffer_cut(&s->line, 0);
	rj_jsonw_init(&writer, &s->line, &s->keys);
	v->ops->open(v, &object);
	for (size_t i = 0; i < num; i++) {
		v->ops->name(v, settings[i].name, strlen(settings[i].name));
		if (settings[i].text)
			v->ops->string(v, &member, settings[i].text, strlen(settings[i].text));
		else
			v->ops->u64(v, &member, settings[i].number);
	}
	v->ops->close(v);
	if (rj_jsonw_failed(&writer))
		return no_memory(s);
	*out = (const char *)s->line.data;
	*out_len = s->line.len;
	return 0;
}

const char *rj_version(void)
{
	return RJ_VERSION;
}
