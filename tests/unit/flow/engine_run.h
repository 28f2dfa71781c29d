/* SPDX-License-Identifier: BSD-3-Clause */
/* An engine under test, and what comes out of it as text. */
#ifndef RJ_TESTS_UNIT_FLOW_ENGINE_RUN_H
#define RJ_TESTS_UNIT_FLOW_ENGINE_RUN_H

#include "bpf/accumulate.h"
#include "bpf/wire.h"
#include "flow/engine.h"
#include "tests/unit/unit.h"

#define MS 1000000ull
#define SYN RJ_TCP_SYN
#define ACK RJ_TCP_ACK
#define FIN RJ_TCP_FIN
#define RST RJ_TCP_RST

/*
 * struct run - an engine and what came out of it: for each record
 * "port:end:packets of side 0/of side 1@originator ".
 */
struct run {
	struct rj_engine *engine;
	char log[4096];
	size_t len;
	uint64_t packets;
	uint64_t records;
	uint64_t lost; /* samples */
	bool is_quiet;
	uint64_t alive_since; /* 0: no flow goes on in the kernel */
	unsigned int num_asked;
	char said[1000]; /* what was wanted of slots: "slot/generation:until " */
	size_t said_len;
};

static inline void on_record(void *user, const struct rj_record *r)
{
	static const char *const ends[] = { "",	    "idle",    "active", "reuse",
					    "fold", "evicted", "eof",	 "stop" };
	struct run *run = user;

	run->packets += rj_flow_packets(r->flow);
	run->records++;
	run->lost += r->seq[0].rest->lost_samples + r->seq[1].rest->lost_samples;
	if (run->is_quiet)
		return;
	run->len += (size_t)snprintf(run->log + run->len, sizeof(run->log) - run->len,
				     "%u:%s:%u/%u@%u ", r->key->port[0], ends[r->end],
				     (unsigned int)r->flow->half[0].packets,
				     (unsigned int)r->flow->half[1].packets, r->flow->originator);
}

static inline bool is_alive(void *user, const struct rj_key *key, uint64_t *ret_start_ns)
{
	struct run *run = user;

	(void)key;
	if (++run->num_asked > 1000000)
		abort(); /* asked for ever */
	*ret_start_ns = run->alive_since;
	return run->alive_since;
}

static inline void want(void *user, uint32_t slot, uint32_t generation, uint32_t until)
{
	struct run *run = user;

	run->said_len += (size_t)snprintf(run->said + run->said_len,
					  sizeof(run->said) - run->said_len, "%u/%u:%u ", slot,
					  generation, until);
}

static inline struct run *start(uint64_t idle_ns, uint64_t active_ns, uint32_t max_flows)
{
	struct run *run = calloc(1, sizeof(*run));
	struct rj_engine_options o = {
		.limits = { .idle_ns = idle_ns,
			    .active_ns = active_ns,
			    .num_packets = 50,
			    .sample_bytes = 1000 },
		.max_flows = max_flows,
		.time_decimals = 9,
		.on_record = on_record,
		.is_alive = is_alive,
		.want = want,
		.features = { .dissectors = ~0u },
		.user = run,
	};

	if (!run || rj_engine_new(&o, &run->engine))
		abort();
	return run;
}

/* A packet of the flow of @port. */
static inline void packet_ns(struct run *run, unsigned int port, uint64_t time_ns,
			     unsigned int side, uint8_t flags)
{
	struct rj_packet p = {
		.key = { .addr = { { 0, 1 }, { 0, 2 } },
			 .port = { (uint16_t)port, 443 },
			 .proto = 6 },
		.time_ns = time_ns,
		.ip_len = 40,
		.num_segments = 1,
		.side = (uint8_t)side,
		.bits = RJ_PKT_TCP,
		.tcp_flags = flags,
	};

	rj_engine_packet(run->engine, &p, NULL, 0);
}

static inline void packet(struct run *run, unsigned int port, uint64_t time_ms, unsigned int side,
			  uint8_t flags)
{
	packet_ns(run, port, time_ms * MS, side, flags);
}

/* Flushes, compares the log, checks the account. */
static inline void expect(struct run *run, const char *log)
{
	struct rj_engine_stats stats;

	rj_engine_flush(run->engine, RJ_END_EOF);
	rj_engine_get_stats(run->engine, &stats);
	if (log)
		CHECK_STR(run->log, log);
	CHECK_EQ(stats.flows_now, 0);
	CHECK_EQ(stats.packets_in_flows, run->packets);
	CHECK_EQ(stats.packets_recorded, run->packets);
	CHECK_EQ(stats.flows, run->records);
	CHECK_EQ(stats.packets_refused, 0);
	rj_engine_free(run->engine);
	free(run);
}

#endif
