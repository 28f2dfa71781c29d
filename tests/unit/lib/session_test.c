/* SPDX-License-Identifier: BSD-3-Clause */
/* The public interface, as a program uses it. */
#include <rejoice/rejoice.h>

#include <errno.h>
#include <unistd.h>

#include "tests/unit/bpf/frames.h"

/* What a session's records came to. */
struct seen {
	struct rj_session *session;
	unsigned int num;
	char *last; /* JSON */
};

static void on_record(void *user, const struct rj_record *record)
{
	struct seen *seen = user;
	const char *text;
	size_t len;

	seen->num++;
	if (!seen->session)
		return;
	CHECK_EQ(rj_record_json(seen->session, record, &text, &len), 0);
	free(seen->last);
	seen->last = strndup(text, len);
}

static struct rj_options options(struct seen *seen)
{
	return (struct rj_options){ .size = sizeof(struct rj_options),
				    .on_record = on_record,
				    .user = seen };
}

static struct rj_session *open_session(struct seen *seen, const struct rj_options *o)
{
	CHECK_EQ(rj_session_open(o, &seen->session), 0);
	return seen->session;
}

static struct rj_session *open_default(struct seen *seen)
{
	struct rj_options o = options(seen);

	return open_session(seen, &o);
}

static int feed(struct rj_session *s, uint64_t time_ns)
{
	struct frame f = tcp4_frame(10);
	uint8_t *copy = unit_copy(f.at, f.len);
	struct rj_session_frame frame = { .link_type = 1,
					  .time_ns = time_ns,
					  .data = copy,
					  .captured_len = (uint32_t)f.len,
					  .wire_len = (uint32_t)f.len };
	int err = rj_session_feed(s, &frame);

	free(copy);
	return err;
}

static struct rj_stats stats_of(const struct rj_session *s)
{
	struct rj_stats stats = { .size = sizeof(stats) };
	uint64_t aside = 0;

	CHECK_EQ(rj_session_get_stats(s, &stats), 0);
	for (unsigned int i = 0; i < RJ_MAX_SET_ASIDE; i++)
		aside += stats.set_aside[i];
	CHECK_EQ(stats.packets, stats.packets_in_flows + aside);
	return stats;
}

static void close_session(struct seen *seen)
{
	rj_session_close(seen->session);
	free(seen->last);
}

/* A capture of one packet; the caller removes it. */
static void store_capture(char path[32])
{
	static const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, digits, snaplen, network;
	} header = { 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1 }; /* in the order of this machine */
	uint32_t record[] = { 1600000000, 7, 64, 64 };
	struct frame f = tcp4_frame(10);
	int fd;

	snprintf(path, 32, "/tmp/rejoice-lib-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0 || write(fd, &header, sizeof(header)) != sizeof(header) ||
	    write(fd, record, sizeof(record)) != sizeof(record) ||
	    write(fd, f.at, f.len) != (ssize_t)f.len || close(fd))
		abort();
}

TEST(session_gives_records_of_fed_frames_at_the_finish)
{
	struct seen seen = { 0 };
	struct rj_session *s = open_default(&seen);

	CHECK_EQ(feed(s, 1000000000), 0);
	CHECK_EQ(feed(s, 1000000001), 0);
	CHECK_EQ(seen.num, 0);
	CHECK_EQ(rj_session_finish(s), 0);
	CHECK_EQ(seen.num, 1);
	CHECK(strstr(seen.last, "\"num_pkts_out\":2,"));
	CHECK(strstr(seen.last, "\"time_start\":1.000000000,\"time_end\":1.000000001"));
	CHECK_STR(rj_session_error(s), "");
	close_session(&seen);
}

TEST(session_finishes_twice_without_harm)
{
	struct seen seen = { 0 };
	struct rj_session *s = open_default(&seen);

	CHECK_EQ(rj_session_finish(s), 0); /* nothing was begun */
	CHECK_EQ(feed(s, 1), 0);
	CHECK_EQ(rj_session_finish(s), 0);
	CHECK_EQ(rj_session_finish(s), 0);
	CHECK_EQ(seen.num, 1);
	CHECK_EQ(stats_of(s).packets, 1);
	close_session(&seen);
}

TEST(session_closed_without_a_finish_gives_its_memory_back_and_no_record)
{
	struct seen seen = { 0 };

	CHECK_EQ(feed(open_default(&seen), 1), 0);
	close_session(&seen);
	CHECK_EQ(seen.num, 0);
	rj_session_close(NULL);
}

TEST(session_takes_frames_again_after_a_finish_each_time_anew)
{
	struct seen seen = { 0 };
	struct rj_session *s = open_default(&seen);
	struct rj_stats before, after;

	CHECK_EQ(feed(s, 5000000000000), 0);
	CHECK_EQ(rj_session_finish(s), 0);
	before = stats_of(s);
	CHECK_EQ(feed(s, 1), 0);
	CHECK_EQ(rj_session_finish(s), 0);
	after = stats_of(s);
	CHECK_EQ(seen.num, 2);
	CHECK(strstr(seen.last, "\"end_reason\":\"eof\""));
	CHECK_EQ(before.flows, 1);
	CHECK_EQ(after.flows, 2);
	CHECK_EQ(after.packets, 2);
	CHECK_EQ(after.bytes, 128);
	close_session(&seen);
}

TEST(session_account_only_grows)
{
	struct seen seen = { 0 };
	struct rj_options o = options(&seen);
	struct rj_stats before = { 0 };
	struct rj_session *s;

	o.max_flows = 1;
	s = open_session(&seen, &o);
	for (unsigned int i = 0; i < 100; i++) {
		struct rj_stats now;

		CHECK_EQ(feed(s, i * 3000000000ull), 0);
		if (i % 10 == 9)
			CHECK_EQ(rj_session_finish(s), 0);
		now = stats_of(s);
		CHECK_EQ(now.packets, i + 1);
		CHECK_EQ(now.packets_in_flows, i + 1);
		CHECK(now.flows >= before.flows && now.bytes > before.bytes);
		before = now;
	}
	CHECK_EQ(before.flows, seen.num);
	close_session(&seen);
}

TEST(session_takes_options_of_an_older_and_of_a_newer_header)
{
	struct {
		struct rj_options o;
		uint64_t later;
	} newer = { .later = UINT64_MAX };
	struct seen seen = { 0 };

	newer.o = options(&seen);
	newer.o.size = sizeof(newer);
	open_session(&seen, &newer.o);
	close_session(&seen);
	seen = (struct seen){ 0 };
	newer.o.size = offsetof(struct rj_options, on_record); /* which it did not know */
	CHECK_EQ(rj_session_open(&newer.o, &seen.session), -EINVAL);
	CHECK_STR(rj_session_error(seen.session),
		  "options: one of on_record and on_json is to be set");
	close_session(&seen);
}

TEST(session_reads_no_byte_of_options_beyond_their_size)
{
	struct rj_options o = options(NULL);
	size_t size = offsetof(struct rj_options, user);
	struct rj_options *old;
	struct rj_session *s = NULL;

	o.size = size;
	old = (struct rj_options *)(void *)unit_copy(&o, size);
	CHECK_EQ(rj_session_open(old, &s), 0);
	free(old);
	rj_session_close(s);
}

TEST(session_fills_no_byte_of_stats_beyond_their_size)
{
	struct seen seen = { 0 };
	struct rj_session *s = open_default(&seen);
	uint8_t bytes[sizeof(struct rj_stats)];
	struct rj_stats stats;

	CHECK_EQ(feed(s, 1), 0);
	memset(&stats, 0xee, sizeof(stats));
	stats.size = offsetof(struct rj_stats, bytes);
	CHECK_EQ(rj_session_get_stats(s, &stats), 0);
	CHECK_EQ(stats.size, offsetof(struct rj_stats, bytes));
	CHECK_EQ(stats.packets_in_flows, 1);
	memset(bytes, 0xee, sizeof(bytes));
	CHECK(!memcmp(&stats.bytes, bytes, sizeof(stats) - offsetof(struct rj_stats, bytes)));
	close_session(&seen);
}

TEST(session_says_what_is_wrong_with_its_options)
{
	static const struct {
		struct rj_options o;
		int err;
		const char *error;
	} rows[] = {
		{ { .features = "bogus" },
		  -EINVAL,
		  "feature bogus: no such name; `rejoice read --help` lists them" },
		{ { .features = "+match" },
		  -EINVAL,
		  "feature match: needs a database of fingerprints; name one with --fp-db FILE" },
		{ { .fp_db = "/nowhere/d" },
		  -EINVAL,
		  "database /nowhere/d: is for the feature match; say -f +match" },
		{ { .features = "+match", .fp_db = "/nowhere/d" },
		  -ENOENT,
		  "/nowhere/d: cannot be read: No such file or directory" },
		{ { .features = "hd=33" },
		  -EINVAL,
		  "feature hd=33: not a number it can have: hd=0 to 32, idp=0 to 1500, "
		  "payload=0 to 65535; others have none" },
		{ { .features = "+classify" },
		  -EINVAL,
		  "feature classify: has no weights of its own; name a model of yours with "
		  "--model F1:F2" },
		{ { .model = "a:b" },
		  -EINVAL,
		  "model a:b: is for the feature classify; say -f +classify" },
		{ { .features = "+classify", .model = "a" },
		  -EINVAL,
		  "model a: must name two files, of 208 and of 464 weights: F1:F2" },
		{ { .byte_bins = "b" },
		  -EINVAL,
		  "byte bins b: are for the feature cdist; say -f +cdist" },
		{ { .features = "+cdist", .byte_bins = "/nowhere/b" },
		  -ENOENT,
		  "/nowhere/b: cannot be opened: No such file or directory" },
		{ { .num_packets = 1001 }, -EINVAL, "packets: at most 1000" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rj_options o = rows[i].o;
		struct seen seen = { 0 };

		o.size = sizeof(o);
		o.on_record = on_record;
		CHECK_EQ(rj_session_open(&o, &seen.session), rows[i].err);
		CHECK_STR(rj_session_error(seen.session), rows[i].error);
		close_session(&seen);
	}
}

TEST(session_takes_limits_of_any_size_without_hanging)
{
	static const uint64_t limits_ms[] = {
		1, 1000, 18446744073708, 18446744073709, 18446744073710, RJ_NEVER - 1, RJ_NEVER
	};

	for (size_t i = 0; i < sizeof(limits_ms) / sizeof(*limits_ms); i++) {
		struct seen seen = { 0 };
		struct rj_options o = options(&seen);
		struct rj_session *s;

		o.idle_ms = limits_ms[i];
		o.active_ms = RJ_NEVER;
		s = open_session(&seen, &o);
		CHECK_EQ(feed(s, 1600000000000000000), 0);
		CHECK_EQ(feed(s, 1600000100000000000), 0);
		CHECK_EQ(feed(s, UINT64_MAX), 0);
		CHECK_EQ(rj_session_finish(s), 0);
		CHECK_EQ(seen.num, limits_ms[i] > 1000 ? 1 : 3);
		close_session(&seen);
	}
}

TEST(session_polls_a_file_to_its_end_and_then_says_so_for_ever)
{
	struct seen seen = { 0 };
	struct rj_session *s = open_default(&seen);
	char path[32];

	CHECK_EQ(rj_session_poll(s, 0), 0); /* no source */
	store_capture(path);
	for (unsigned int round = 1; round < 3; round++) {
		CHECK_EQ(rj_session_read_file(s, path), 0);
		while (rj_session_poll(s, 0) > 0)
			continue;
		CHECK_EQ(rj_session_poll(s, 0), 0);
		CHECK_EQ(rj_session_finish(s), 0);
		CHECK_EQ(rj_session_poll(s, 0), 0);
		CHECK_EQ(seen.num, round);
		CHECK_EQ(stats_of(s).packets, round);
	}
	CHECK(strstr(seen.last, "\"time_start\":1600000000.000007,"));
	unlink(path);
	close_session(&seen);
}

TEST(session_has_one_source_at_a_time)
{
	struct seen seen = { 0 };
	struct rj_session *s = open_default(&seen);
	struct rj_live_options live = { .size = sizeof(live), .interfaces = "lo" };
	char path[32];

	store_capture(path);
	CHECK_EQ(rj_session_read_file(s, path), 0);
	CHECK_EQ(feed(s, 1), -EBUSY);
	CHECK_EQ(rj_session_read_file(s, path), -EBUSY);
	CHECK_EQ(rj_session_watch(s, &live), -EBUSY);
	CHECK_STR(rj_session_error(s), "the session has a source: finish it first");
	CHECK_STR(rj_session_watching(s), "");
	CHECK_EQ(rj_session_finish(s), 0);
	CHECK_EQ(feed(s, 1), 0);
	CHECK_EQ(rj_session_read_file(s, path), -EBUSY);
	unlink(path);
	close_session(&seen);
}

TEST(session_goes_on_after_a_file_that_cannot_be_read)
{
	struct seen seen = { 0 };
	struct rj_session *s = open_default(&seen);

	CHECK_EQ(rj_session_read_file(s, "/nonexistent"), -ENOENT);
	CHECK(strstr(rj_session_error(s), "/nonexistent"));
	CHECK_EQ(feed(s, 1), 0);
	CHECK_EQ(rj_session_finish(s), 0);
	CHECK_EQ(seen.num, 1);
	close_session(&seen);
}

TEST(session_of_two_in_one_thread_do_not_know_of_each_other)
{
	struct seen a = { 0 }, b = { 0 };

	open_default(&a);
	open_default(&b);
	CHECK_EQ(feed(a.session, 1), 0);
	CHECK_EQ(feed(b.session, 1), 0);
	CHECK_EQ(feed(b.session, 2), 0);
	CHECK_EQ(rj_session_finish(a.session), 0);
	CHECK_EQ(b.num, 0);
	CHECK_EQ(rj_session_finish(b.session), 0);
	CHECK_EQ(stats_of(a.session).packets, 1);
	CHECK_EQ(stats_of(b.session).packets, 2);
	CHECK(strstr(a.last, "\"num_pkts_out\":1,"));
	CHECK(strstr(b.last, "\"num_pkts_out\":2,"));
	close_session(&a);
	close_session(&b);
}

TEST(session_takes_empty_frames_and_frames_of_unknown_links)
{
	struct seen seen = { 0 };
	struct rj_session *s = open_default(&seen);
	struct rj_session_frame empty = { .link_type = 1 }, unknown = { .link_type = 9999 };

	CHECK_EQ(rj_session_feed(s, &empty), 0);
	CHECK_EQ(rj_session_feed(s, &unknown), 0);
	CHECK_EQ(stats_of(s).set_aside[RJ_REASON_LINK_TRUNCATED], 1);
	CHECK_EQ(stats_of(s).set_aside[RJ_REASON_LINK_TYPE], 1);
	close_session(&seen);
}

TEST(session_names_the_reasons_one_after_the_other)
{
	unsigned int num = 0;

	while (rj_set_aside_name(num))
		num++;
	CHECK_EQ(num, RJ_NUM_REASONS);
	CHECK(num <= RJ_MAX_SET_ASIDE);
	CHECK(!rj_set_aside_name(UINT32_MAX));
}
