// SPDX-License-Identifier: BSD-3-Clause
/*
 * Parity: the same frames through the BPF programs (BPF_PROG_TEST_RUN) and through the host's copy
 * of the code give the same packets, flows, sequences, cut flows and counters, byte for byte.
 * The kernel's clock is read back from its packet, so that times must be equal too.
 */
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include "bpf/policy.h"
#include "tests/bpf/check.h"
#include "tests/bpf/converse.h"
#include "tests/bpf/encapsulate.h"
#include "tests/bpf/tls_talks.h"

/* --quick: a share of the frames, for machines that are emulated. */
#define QUICK_SHARE 10u

static uint32_t share = 1;

/*
 * struct config - @hooks: a bit for each program, and SEVERAL; @frames: what goes through it.
 */
#define SEVERAL (1u << NUM_HOOKS) /* on changing interfaces */
struct config {
	const char *name;
	struct rj_limits limits;
	uint32_t map_len, max_live;
	unsigned int hooks;
	void (*frames)(struct test *t, struct gen *g);
};

static struct {
	uint32_t passed, failed, skipped;
	uint64_t frames, valid, tls_words, tls_behind;
	uint64_t joined, awaited, tunnelled, waiting, plain, whole;
	uint64_t reasons[RJ_NUM_REASONS];
	uint64_t ends[NUM_ENDS];
} total;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Lets real time pass: the kernel's clock is the one thing that a test cannot set. */
static void spin_ns(uint64_t ns)
{
	uint64_t until = now_ns() + ns;

	while (now_ns() < until)
		;
}

static void run_shapes(struct test *t, struct gen *g)
{
	gen_protocols(g);
	gen_ipv4_headers(g);
	gen_tcp_offsets(g);
	gen_syn_options(g);
	gen_vlans(g);
	gen_chains(g);
	gen_fragments(g);
	gen_udp_lengths(g);
	gen_icmp(g);
	gen_ip_lengths(g);
	gen_truncations(g);
	if (t->model.hook == HOOK_TC_IP)
		gen_ip_tags(g);
	gen_links(g, 2500);
	gen_tunnels(g, 4000);
	gen_tunnel_cuts(g);
	gen_mutations(g, 12000);
	gen_noise(g, 4000);
}

static void run_talks(struct test *t, struct gen *g)
{
	(void)t;
	gen_talks(g, 10000 / share, 0);
	gen_talks(g, 8000 / share, 1);
}

static void feed_share(void *user, const struct frame *f)
{
	static uint32_t num;

	if (num++ % share == 0)
		feed_test(user, f);
}

static void run_tls(struct test *t, struct gen *g)
{
	(void)t;
	gen_tls(g, 250 / share, 0);
	gen_tls(g, 250 / share, 1);
}

/* With a kernel that cannot copy out of an XDP frame (before 5.18): headers are read in place. */
static void run_tls_in_place(struct test *t, struct gen *g)
{
	if (t->kernel.skel->rodata->rj_has_xdp_load)
		t->failed++;
	run_tls(t, g);
}

/* Flows are cut in the middle of their records. */
static void run_tls_with_time(struct test *t, struct gen *g)
{
	run_tls(t, g);
	if (t->ends[RJ_END_ACTIVE] < 100 / share)
		t->failed++;
}

static void run_all(struct test *t, struct gen *g)
{
	g->feed = feed_share;
	run_shapes(t, g);
	g->feed = feed_test;
	gen_datagrams(g, 500 / share); /* whole ones, or hardly any would be joined */
	run_talks(t, g);
}

/* Some packets at once, then enough time for the limits to pass. */
static void run_with_time(struct test *t, struct gen *g)
{
	for (uint32_t i = 0; i < 10 / share; i++) {
		gen_talks(g, 0, 0); /* other flows, of the same ends in part */
		for (uint32_t turn = 0; turn < 15; turn++) {
			more_talks(g, 60, 1);
			spin_ns(t->model.limits.idle_ns * (turn % 3) / 2);
		}
	}
}

static void tcp_frame(struct gen *g, uint8_t src, uint8_t flags, uint32_t seq)
{
	struct spec s;

	spec_init(&s, 4, RJ_IP_TCP);
	s.src = src;
	s.flags = flags;
	s.seq = seq;
	s.payload = 100;
	emit(g, &s);
}

/* Adds to the packets of every flow and marks it, on both sides alike. */
static void change_flows(struct test *t, uint32_t packets, uint32_t dying)
{
	for (uint32_t i = 0; i < MODEL_BUCKETS; i++) {
		for (struct model_flow *f = t->model.bucket[i]; f; f = f->next) {
			struct rj_flow flow;

			if (bpf_map_lookup_elem(t->kernel.flows_fd, &f->key, &flow))
				continue;
			for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
				flow.half[side].packets += packets;
				f->flow.half[side].packets += packets;
			}
			flow.dying = dying;
			f->flow.dying = dying;
			if (bpf_map_update_elem(t->kernel.flows_fd, &f->key, &flow, BPF_EXIST))
				t->failed++;
		}
	}
}

/* Has every flow turned by another CPU just now, or no more. */
static void claim_flows(struct test *t, bool is_claimed)
{
	t->model.is_claimed = is_claimed;
	for (uint32_t i = 0; i < MODEL_BUCKETS; i++) {
		for (struct model_flow *f = t->model.bucket[i]; f; f = f->next) {
			int fd = t->kernel.cutting_fd;
			int err = is_claimed ? bpf_map_update_elem(fd, &f->key, &(uint32_t){ 1 },
								   BPF_NOEXIST) :
					       bpf_map_delete_elem(fd, &f->key);

			if (err)
				t->failed++;
		}
	}
}

/*
 * Counters about to come round; flows that the reaper has marked, and those it is just taking; a
 * map with no room left.
 */
static void run_edges(struct test *t, struct gen *g)
{
	tcp_frame(g, 1, RJ_TCP_SYN, 1);
	change_flows(t, RJ_FOLD_PACKETS, 0);
	tcp_frame(g, 1, RJ_TCP_ACK, 102);
	if (t->ends[RJ_END_FOLD] != 1)
		t->failed++;
	change_flows(t, 0, 1);
	tcp_frame(g, 1, RJ_TCP_ACK, 202);
	if (t->orphans)
		t->failed++;
	change_flows(t, 0, 1);
	claim_flows(t, true);
	tcp_frame(g, 1, RJ_TCP_ACK, 302);
	claim_flows(t, false);
	tcp_frame(g, 1, RJ_TCP_ACK, 402);
	if (t->orphans != 1)
		t->failed++;
	gen_talks(g, 2000, 1);
	if (t->model.num_flows != t->map_len || t->orphans < 100)
		t->failed++;
}

/* No slots for a while: packets go around the map; flows begin when there are some again. */
static void run_starved(struct test *t, struct gen *g)
{
	uint32_t num;

	gen_talks(g, 4000, 0);
	clear(t);
	num = kernel_take_slots(&t->kernel);
	t->model.is_starved = true;
	gen_talks(g, 500, 0);
	if (num != t->kernel.num_slots || !t->counters[RJ_COUNT_SLOTS_SHORT])
		t->failed++;
	while (num)
		kernel_give_slot(&t->kernel, num--);
	t->model.is_starved = false;
	gen_talks(g, 500, 0);
}

/* Nobody empties the ring: packets are lost and counted, and flows are not cut but go on. */
static void run_ring_full(struct test *t, struct gen *g)
{
	tcp_frame(g, 1, RJ_TCP_SYN, 1);
	change_flows(t, 0, 1);
	claim_flows(t, true);
	tcp_frame(g, 3, RJ_TCP_RST, 1);
	t->kernel.is_held = true;
	for (uint32_t i = 0; i < 8000; i++)
		tcp_frame(g, 1, RJ_TCP_ACK, 102 + i * 100);
	tcp_frame(g, 3, RJ_TCP_SYN, 5000);
	if (!t->counters[RJ_REASON_MAP_FULL] || t->counters[RJ_COUNT_CUTS_LATE] != 1)
		t->failed++;
	kernel_drain(&t->kernel);
	t->model.is_ring_full = false;
	tcp_frame(g, 3, RJ_TCP_SYN, 6000);
	if (t->ends[RJ_END_REUSE] != 1)
		t->failed++;
}

/* How many samples a segment gives. */
static uint64_t samples_of(struct test *t, struct gen *g, uint8_t src, uint32_t seq)
{
	uint64_t before = t->samples;

	tcp_frame(g, src, RJ_TCP_ACK, seq);
	return t->samples - before;
}

/* What does not belong to a stream must not end its samples. */
static void run_stray(struct test *t, struct gen *g)
{
	/* far ahead, where nobody has checked it: the stream's first bytes come behind it */
	tcp_frame(g, 1, RJ_TCP_SYN, 1);
	tcp_frame(g, 1, RJ_TCP_ACK, 2 + 100 + RJ_SAMPLE_MOST_BYTES);
	if (!samples_of(t, g, 1, 102))
		t->failed++;
	/* but where so much has come, it is over */
	tcp_frame(g, 3, RJ_TCP_SYN, 1);
	for (uint32_t at = 102; at < RJ_SAMPLE_MOST_BYTES; at += 100)
		tcp_frame(g, 3, RJ_TCP_ACK, at);
	tcp_frame(g, 3, RJ_TCP_ACK, 202 + RJ_SAMPLE_MOST_BYTES);
	if (samples_of(t, g, 3, 302 + RJ_SAMPLE_MOST_BYTES))
		t->failed++;
}

/* Every half has been silent for @ns, on both sides alike. */
static void age_flows(struct test *t, uint64_t ns)
{
	for (uint32_t i = 0; i < MODEL_BUCKETS; i++) {
		for (struct model_flow *f = t->model.bucket[i]; f; f = f->next) {
			struct rj_flow flow;

			if (bpf_map_lookup_elem(t->kernel.flows_fd, &f->key, &flow))
				continue;
			flow.start_ns -= ns;
			f->flow.start_ns -= ns;
			for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
				flow.half[side].last_ns -= flow.half[side].packets ? ns : 0;
				f->flow.half[side].last_ns -= f->flow.half[side].packets ? ns : 0;
			}
			if (bpf_map_update_elem(t->kernel.flows_fd, &f->key, &flow, BPF_EXIST))
				t->failed++;
		}
	}
}

/* Packets on any of seven interfaces, whose owners fall silent now and then. */
static void run_interfaces(struct test *t, struct gen *g)
{
	for (uint32_t i = 0; i < 20; i++) {
		gen_talks(g, 0, 0);
		for (uint32_t turn = 0; turn < 5; turn++) {
			more_talks(g, 200, 1);
			age_flows(t, RJ_OWNER_QUIET_NS * (turn % 3) / 2);
		}
	}
	if (t->duplicates < 1000 || t->counters[RJ_COUNT_IN_FLOWS] < 1000)
		t->failed++;
}

#define ON_SKB (1u << HOOK_TC | 1u << HOOK_TC_IP)
#define ON_ALL ((1u << NUM_HOOKS) - 1)
#define ON_SOME (1u << HOOK_TC | 1u << HOOK_XDP)
#define MS 1000000ull

static const struct config configs[] = {
	{ "50 packets, histograms",
	  { .num_packets = 50, .with_hist = 1, .num_records = 50 },
	  4096,
	  2000,
	  ON_ALL,
	  run_all },
	{ "1 packet, plain", { .num_packets = 1, .num_records = 1 }, 4096, 2000, ON_SOME, run_all },
	{ "each direction a flow",
	  { .num_packets = 5, .with_hist = 1, .no_bidir = 1, .num_records = 5 },
	  4096,
	  2000,
	  ON_SOME,
	  run_all },
	{ "tunnels closed", { .num_packets = 5, .no_decap = 1 }, 4096, 2000, ON_SOME, run_all },
	{ "1000 packets, zeros, retransmissions, histograms",
	  { .num_packets = 1000, .with_zeros = 1, .with_retrans = 1, .with_hist = 1 },
	  1024,
	  500,
	  ON_ALL,
	  run_talks },
	{ "no sequences, zeros",
	  { .with_zeros = 1, .with_hist = 1 },
	  4096,
	  2000,
	  ON_SOME,
	  run_talks },
	{ "retransmissions, plain",
	  { .num_packets = 20, .with_retrans = 1 },
	  4096,
	  2000,
	  ON_SOME,
	  run_talks },
	{ "idle 1 ms, histograms",
	  { .idle_ns = 1 * MS, .num_packets = 50, .with_hist = 1 },
	  4096,
	  2000,
	  ON_ALL,
	  run_with_time },
	{ "idle 5 ms, active 3 ms",
	  { .idle_ns = 5 * MS, .active_ns = 3 * MS, .num_packets = 50 },
	  4096,
	  2000,
	  ON_ALL,
	  run_with_time },
	{ "active 1 ms, histograms",
	  { .active_ns = 1 * MS, .num_packets = 50, .with_hist = 1 },
	  4096,
	  2000,
	  ON_SOME,
	  run_with_time },
	{ "samples", { .num_packets = 50, .sample_bytes = 4096 }, 4096, 2000, ON_SOME, run_all },
	{ "samples, stray segments",
	  { .num_packets = 50, .sample_bytes = 4096 },
	  4096,
	  2000,
	  1u << HOOK_TC, /* XDP cannot copy payload before 5.18 */
	  run_stray },
	{ "TLS", { .num_packets = 50, .num_records = 50 }, 1024, 200, ON_ALL, run_tls },
	{ "1000 TLS records",
	  { .num_packets = 10, .with_hist = 1, .num_records = 1000 },
	  1024,
	  200,
	  ON_SOME,
	  run_tls },
	{ "TLS, headers read in place",
	  { .num_packets = 10, .num_records = 1000 },
	  1024,
	  200,
	  1u << HOOK_XDP,
	  run_tls_in_place },
	{ "TLS, active 100 us",
	  { .active_ns = MS / 10, .num_packets = 5, .num_records = 50 },
	  1024,
	  200,
	  ON_ALL,
	  run_tls_with_time },
	{ "fold, dying, full",
	  { .num_packets = 50, .with_hist = 1, .num_records = 50 },
	  16,
	  100,
	  ON_ALL,
	  run_edges },
	{ "ring full", { .num_packets = 50 }, 1024, 500, ON_SOME, run_ring_full },
	{ "several interfaces, histograms",
	  { .num_packets = 50, .with_hist = 1 },
	  4096,
	  2000,
	  ON_SKB | SEVERAL,
	  run_interfaces },
	{ "several interfaces, idle 5 ms, active 3 ms",
	  { .idle_ns = 5 * MS, .active_ns = 3 * MS, .num_packets = 20 },
	  4096,
	  2000,
	  ON_SKB | SEVERAL,
	  run_with_time },
	{ "no slots", { .num_packets = 50, .num_records = 50 }, 1024, 500, ON_SOME, run_starved },
};

static void run(const struct config *c, enum rj_object object, enum hook hook, uint64_t seed)
{
	static struct test t;
	struct gen g = { .r = { seed }, .feed = feed_test, .user = &t };
	uint64_t cuts = 0;
	int err;

	is_quiet = false;
	t = (struct test){
		.name = c->name,
		.map_len = c->map_len,
		.max_live = c->max_live,
		.model = { .limits = c->limits, .hook = hook, .is_several = c->hooks & SEVERAL }
	};
	err = kernel_open(&t.kernel, object, hook, &c->limits, c->map_len, c->hooks & SEVERAL,
			  c->frames == run_tls_in_place);
	if (err) {
		printf("FAIL %s, %s: does not load: %s\n", c->name, hook_names[hook],
		       strerror(-err));
		total.failed++;
		return;
	}
	c->frames(&t, &g);
	clear(&t);
	if (!t.failed && kernel_take_slots(&t.kernel) != t.kernel.num_slots) {
		printf("  slots were lost\n");
		t.failed++;
	}
	kernel_close(&t.kernel);
	model_clear_datagrams(&t.model);
	for (unsigned int i = 1; i < NUM_ENDS; i++) {
		cuts += t.ends[i];
		total.ends[i] += t.ends[i];
	}
	for (unsigned int i = 0; i < RJ_NUM_REASONS; i++)
		total.reasons[i] += t.reasons[i];
	total.frames += t.frames;
	total.tls_words += t.tls_words;
	total.tls_behind += t.tls_behind;
	total.valid += t.valid;
	total.joined += t.joined;
	total.awaited += t.awaited;
	total.tunnelled += t.tunnelled;
	total.waiting += t.waiting;
	total.plain += t.plain;
	total.whole += t.whole;
	*(t.failed ? &total.failed : &total.passed) += 1;
	printf("%s %s, %s: %" PRIu64 " frames, %" PRIu64 " valid TCP or UDP, %" PRIu64 " cuts, "
	       "%" PRIu64 " handed up, %" PRIu64 " samples, %" PRIu64
	       " on another interface, %" PRIu64 " refused by test_run\n",
	       t.failed ? "FAIL" : "ok  ", c->name, hook_names[hook], t.frames, t.valid, cuts,
	       t.orphans, t.samples, t.duplicates, t.refused);
	fflush(stdout);
}

static bool is_enough(const char *what, uint64_t have, uint64_t least)
{
	if (have >= least)
		return true;
	printf("  %s: %" PRIu64 ", which is not enough\n", what, have);
	return false;
}

/* A comparison that never meets a case says nothing of it. */
static void check_coverage(void)
{
	static const char *const ends[] = {
#define X(name, number, text) [number] = text,
		RJ_ENDS(X)
#undef X
	};
	bool is_good = is_enough("frames", total.frames, 200000 / share);

	is_good &= is_enough("valid frames times 3", total.valid * 3, total.frames);
	is_good &= is_enough("TLS records and messages", total.tls_words, 50000 / share);
	is_good &= is_enough("…behind another protocol", total.tls_behind, 2000 / share);
	is_good &= is_enough("fragments joined", total.joined, 2000 / share);
	is_good &= is_enough("first fragments awaited", total.awaited, 500 / share);
	is_good &= is_enough("packets in tunnels", total.tunnelled, 10000 / share);
	is_good &= is_enough("waiting fragments sampled", total.waiting, 100 / share);
	is_good &= is_enough("packets that change a half alone", total.plain, 5000 / share);
	is_good &= is_enough("frames handed up whole", total.whole, 500 / share);
	is_good &= is_enough("link_depth", total.reasons[RJ_REASON_LINK_DEPTH], 50 / share);
	is_good &= is_enough("tunnel_depth", total.reasons[RJ_REASON_TUNNEL_DEPTH], 50 / share);
	for (unsigned int i = 0; i <= RJ_REASON_FRAGMENT; i++)
		is_good &= is_enough(counter_names[i], total.reasons[i], 50 / share);
	for (unsigned int i = RJ_END_IDLE; i <= RJ_END_FOLD; i++)
		is_good &= is_enough(ends[i], total.ends[i], i == RJ_END_FOLD ? 1 : 20);
	*(is_good ? &total.passed : &total.failed) += 1;
	printf("%s coverage: %" PRIu64 " frames, %" PRIu64
	       " valid TCP or UDP, every reason and cut\n",
	       is_good ? "ok  " : "FAIL", total.frames, total.valid);
}

/* Counters and the packet in work are per CPU: all of it happens on one. */
static void stay_on_one_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

/*
 * A namespace of its own with the interfaces of IFINDEXES beside its loopback. Its ip can be named,
 * as some shells have one of their own.
 */
static bool make_interfaces(void)
{
	return !unshare(CLONE_NEWNET) &&
	       !system("for i in 5 7 9; do ${IP:-ip} link add name p$i index $i type veth "
		       "peer name p$((i + 1)) index $((i + 1)) || exit 1; done");
}

static const char *why_not(void)
{
	struct kernel k;
	int err = kernel_open(&k, RJ_OBJECT_PLAIN, HOOK_TC, &configs[0].limits, configs[0].map_len,
			      false, false);

	if (!err)
		kernel_close(&k);
	return err == -EPERM ? "not permitted to load BPF programs" : NULL;
}

static void run_configs(enum rj_object object, uint64_t seed)
{
	for (size_t i = 0; i < NUM(configs); i++)
		for (unsigned int hook = 0; hook < NUM_HOOKS; hook++)
			if (configs[i].hooks & 1u << hook)
				run(&configs[i], object, (enum hook)hook, seed + i);
}

/* parity [--quick] [SEED] */
int main(int argc, char **argv)
{
	const char *reason;
	uint64_t seed;

	if (argc > 1 && !strcmp(argv[1], "--quick")) {
		share = QUICK_SHARE;
		argv++;
		argc--;
	}
	seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	assert(fields_are_whole());
	stay_on_one_cpu();
	printf("seed %" PRIu64 "\n", seed);
	reason = why_not();
	if (!reason && !make_interfaces())
		reason = "no network namespace with interfaces is to be had";
	if (reason) {
		printf("skipped: %s\n0 passed, 0 failed, 1 skipped\n", reason);
		return 0;
	}
	printf("the object for kernels from 5.10:\n");
	run_configs(RJ_OBJECT_PLAIN, seed);
	if (rj_object_best() == RJ_OBJECT_FETCH) {
		printf("the object with fetching atomics:\n");
		run_configs(RJ_OBJECT_FETCH, seed + NUM(configs));
	} else {
		printf("skipped: the object with fetching atomics: not on this kernel\n");
		total.skipped++;
	}
	check_coverage();
	printf("%u passed, %u failed, %u skipped\n", total.passed, total.failed, total.skipped);
	return total.failed ? 1 : 0;
}
