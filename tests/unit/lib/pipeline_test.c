/* SPDX-License-Identifier: BSD-3-Clause */
/* The same lines whatever the number of threads, of traffic that has all there is to be ordered. */
#include "lib/pipeline.h"

#include <errno.h>
#include <pcap/dlt.h>
#include <pthread.h>

#include "bpf/wire.h"
#include "core/buffer.h"
#include "tests/unit/bpf/frames.h"

#define NUM_FRAMES 6000u
#define MS 1000000ull

/*
 * struct made - a source of frames that follow from their numbers, so many a batch.
 * @owner: who polls
 * @num_elsewhere: how often another filled
 */
struct made {
	struct rj_source base;
	uint32_t next;
	uint32_t num_a_batch;
	bool is_failing;
	pthread_t owner;
	uint32_t num_elsewhere;
};

/* UDP of 200 flows, some in fragments (later ones first, at times), TCP that is used again. */
static struct frame make(uint32_t i)
{
	uint32_t mixed = (i % 13 < 2 ? i - i % 13 : i) * 2654435761u >> 7;
	unsigned int host = 1 + mixed % 200;
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_IPV4);
	if (i % 11 == 3) {
		put_ipv4(&f, RJ_IP_TCP, 20, host % 7 + 1, 250);
		put_tcp(&f, 1000 + host % 5, 80, i % 2 ? RJ_TCP_SYN : RJ_TCP_RST, 5);
		return f;
	}
	put_ipv4(&f, RJ_IP_UDP, 8 + 16, host, 251);
	if (i % 13 < 2) { /* two pieces of a datagram, by turns in and out of order */
		bool is_later = (i % 13 == 0) == (i / 13 % 2 == 0);

		set_u16(&f, 18, i - i % 13);
		set_u16(&f, 20, is_later ? 3 : RJ_IPV4_MORE_FRAGMENTS);
		f.at[29] = 77;
	}
	put_udp(&f, 5000 + host % 3, 53, 8 + 16);
	put_fill(&f, i & 0xff, 16);
	return f;
}

static int fill(struct rj_source *base, struct rj_batch *out, int timeout_ms)
{
	struct made *m = (struct made *)base;

	(void)timeout_ms;
	m->num_elsewhere += !pthread_equal(pthread_self(), m->owner);
	out->decimals = 6;
	for (uint32_t i = 0; i < m->num_a_batch && m->next < NUM_FRAMES; i++, m->next++) {
		struct frame f = make(m->next);
		/* once nothing comes for so long that all flows end together */
		uint64_t later = m->next > NUM_FRAMES / 2 ? 60000 * MS : 0;
		const struct rj_capture frame = { .link_type = DLT_EN10MB,
						  .time_ns = 1000 * MS + later + m->next * 3 * MS,
						  .data = f.at,
						  .captured_len = (uint32_t)f.len,
						  .wire_len = (uint32_t)f.len };

		if (!rj_batch_copy(out, &frame))
			abort();
	}
	if (m->next < NUM_FRAMES)
		return 1;
	return m->is_failing ? -EIO : 0;
}

struct outcome {
	struct rj_buffer text;
	uint64_t num_lines;
	int result;
	struct rj_intake intake;
	struct rj_engine_stats engine;
};

static void on_json(void *user, const char *line, size_t len)
{
	struct outcome *out = user;

	if (!line)
		abort();
	rj_buffer_put(&out->text, line, len);
	rj_buffer_put(&out->text, "\n", 1);
	out->num_lines++;
}

static void no_stats(struct rj_source *base, struct rj_intake *out)
{
	(void)base;
	*out = (struct rj_intake){ 0 };
}

static const struct rj_source_ops ops = { .fill = fill, .stats = no_stats };

static struct outcome run_with(struct made *source, uint32_t num_threads, uint32_t max_flows)
{
	struct outcome out = { 0 };
	const struct rj_pipeline_options o = {
		.engine = { .limits = { .num_packets = 5,
					.idle_ns = 1000 * MS,
					.active_ns = 8000 * MS },
			    .max_flows = max_flows,
			    .time_decimals = 6 },
		.on_json = on_json,
		.user = &out,
		.num_threads = num_threads,
	};
	struct rj_pipeline *p;

	rj_buffer_init(&out.text, 64u << 20);
	if (rj_pipeline_new(&o, &source->base, &p))
		abort();
	do
		out.result = rj_pipeline_poll(p, 0);
	while (out.result > 0);
	rj_pipeline_finish(p, RJ_END_EOF);
	rj_pipeline_stats(p, &out.intake, &out.engine);
	rj_pipeline_free(p);
	rj_buffer_put(&out.text, "", 1);
	return out;
}

static struct outcome run(uint32_t num_threads, uint32_t max_flows, uint32_t num_a_batch,
			  bool is_failing)
{
	struct made source = { .base.ops = &ops,
			       .owner = pthread_self(),
			       .num_a_batch = num_a_batch,
			       .is_failing = is_failing };

	return run_with(&source, num_threads, max_flows);
}

static void check_same(const struct outcome *one, uint32_t num_threads, uint32_t max_flows,
		       uint32_t num_a_batch)
{
	struct outcome many = run(num_threads, max_flows, num_a_batch, false);

	CHECK_EQ(many.num_lines, one->num_lines);
	CHECK(many.text.len == one->text.len &&
	      !memcmp(many.text.data, one->text.data, one->text.len));
	CHECK(!memcmp(&many.intake, &one->intake, sizeof(many.intake)));
	CHECK_EQ(many.engine.packets_in_flows, one->engine.packets_in_flows);
	CHECK_EQ(many.engine.flows_evicted, one->engine.flows_evicted);
	CHECK_EQ(many.engine.fragments.unjoined, one->engine.fragments.unjoined);
	rj_buffer_done(&many.text);
}

TEST(pipeline_writes_the_same_bytes_with_any_number_of_threads)
{
	static const uint32_t threads[] = { 1, 2, 3, 5, 8, 16 };
	static const uint32_t batches[] = { 1, 7, 300, NUM_FRAMES };
	struct outcome one = run(1, 1u << 20, 500, false);

	CHECK(one.num_lines > 1000);
	CHECK(one.engine.fragments.unjoined < 300);
	CHECK_EQ(one.result, 0);
	CHECK_EQ(one.intake.packets, NUM_FRAMES);
	CHECK_EQ(one.engine.packets_in_flows + one.engine.fragments.unjoined, NUM_FRAMES);
	for (size_t i = 0; i < sizeof(threads) / sizeof(*threads); i++)
		check_same(&one, threads[i], 1u << 20, batches[i % 4]);
	rj_buffer_done(&one.text);
}

TEST(pipeline_evicts_the_same_flows_with_any_number_of_threads)
{
	struct outcome one = run(1, RJ_MIN_FLOWS_FOR_PARTS, 500, false);
	struct outcome few = run(1, 20, 500, false);

	check_same(&one, 4, RJ_MIN_FLOWS_FOR_PARTS, 100);
	CHECK(few.engine.flows_evicted > 100);
	check_same(&few, 4, 20, 100); /* one part, and so one thread */
	rj_buffer_done(&one.text);
	rj_buffer_done(&few.text);
}

TEST(pipeline_lets_whoever_polls_alone_wait_for_a_source)
{
	struct outcome one = run(1, 1u << 20, 500, false);

	for (uint32_t threads = 2; threads < 5; threads++) {
		struct made source = { .base = { .ops = &ops, .may_wait = true },
				       .owner = pthread_self(),
				       .num_a_batch = 10 };
		struct outcome many = run_with(&source, threads, 1u << 20);

		CHECK_EQ(source.num_elsewhere, 0);
		CHECK(many.text.len == one.text.len &&
		      !memcmp(many.text.data, one.text.data, one.text.len));
		rj_buffer_done(&many.text);
	}
	rj_buffer_done(&one.text);
}

/* Else the file is read by whoever is ahead: of so many batches that is each at times. */
TEST(pipeline_lets_all_read_a_file)
{
	struct made source = { .base.ops = &ops, .owner = pthread_self(), .num_a_batch = 1 };
	struct outcome many = run_with(&source, 2, 1u << 20);

	CHECK(source.num_elsewhere > 0 && source.num_elsewhere < NUM_FRAMES);
	rj_buffer_done(&many.text);
}

TEST(pipeline_tells_an_error_behind_all_that_was_read)
{
	struct outcome one = run(1, 1u << 20, 100, true);
	struct outcome three = run(3, 1u << 20, 100, true);

	CHECK_EQ(one.result, -EIO);
	CHECK_EQ(three.result, -EIO);
	CHECK_EQ(one.engine.packets_in_flows, three.engine.packets_in_flows);
	CHECK_EQ(one.num_lines, three.num_lines);
	rj_buffer_done(&one.text);
	rj_buffer_done(&three.text);
}

TEST(pipeline_can_be_left_in_the_middle)
{
	for (uint32_t threads = 1; threads < 5; threads++) {
		struct outcome out = { 0 };
		struct made source = { .base.ops = &ops,
				       .owner = pthread_self(),
				       .num_a_batch = 50 };
		const struct rj_pipeline_options o = { .engine = { .limits.idle_ns = 100 * MS,
								   .max_flows = 1u << 20 },
						       .on_json = on_json,
						       .user = &out,
						       .num_threads = threads };
		struct rj_pipeline *p;

		rj_buffer_init(&out.text, 64u << 20);
		if (rj_pipeline_new(&o, &source.base, &p))
			abort();
		for (int i = 0; i < 20; i++)
			CHECK_EQ(rj_pipeline_poll(p, 0), 1);
		rj_pipeline_free(p);
		rj_buffer_done(&out.text);
	}
}
