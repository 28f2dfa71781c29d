// SPDX-License-Identifier: BSD-3-Clause
/* What the packet programs cost in the kernel, beside the least that a flow counter can do. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "flow/limits.h"
#include "source/kernel.h"
#include "source/newer.h"
#include "tests/perf/bench.h"

#define NUM_RUNS 9
#define REPEAT 200000u
/* rounds behind the first in which all of 8192 bytes of each flow are sampled */
#define SAMPLED_ROUNDS 5u
/* rounds until all that is kept of each packet is there: more than the list has entries */
#define LIST_ROUNDS (RJ_DEFAULT_PACKETS + RJ_FIRST_IDS + 1)
#define BATCH 5000u /* sampled packets between two drains: the ring holds twice that */
#define RING_BYTES (1u << 24)
#define MANY_FLOWS 1000000u
#define DRAINED_FLOWS 100000u
#define MANY_FLOWS_KB (6u << 20) /* memory that must be free to try them */

enum hook { HOOK_TC, HOOK_XDP, NUM_HOOKS };

/* What the rotator calls; the time of the first is taken off the others. */
enum program { NOTHING, LEAN, MINIMUM, REJOICE, NUM_PROGRAMS };

static const char *const hook_names[] = { "tc", "xdp" };
static const char *const program_names[] = { "nothing", "lean", "minimum" };

struct frame {
	const char *name;
	uint8_t proto;
	uint16_t ip_len; /* the frame is 14 bytes longer; 60 or more */
	uint16_t dst_port;
	bool is_tls; /* its payload is a TLS record */
};

static const struct frame ack64 = { "64-byte ACK", 6, 40, 443, false };
static const struct frame data1400 = { "1400-byte segment", 6, 1386, 443, false };
static const struct frame data512 = { "512-byte payload", 6, 552, 443, false };
static const struct frame tls1400 = { "1400-byte record", 6, 1386, 443, true };
static const struct frame dns = { "DNS query", 17, 60, 53, false };

/* struct bench - the object of bench.bpf.c and the kernel under test. */
struct bench {
	struct bpf_object *object;
	struct bench_rotation *rotation;
	struct rj_kernel *kernel;
	struct ring_buffer *ring;
	int fd[NUM_HOOKS][NUM_PROGRAMS];
	int rotate_fd[NUM_HOOKS];
	int target_fd[NUM_HOOKS];
};

static void fail(const char *what, int err)
{
	fprintf(stderr, "bpf_bench: %s: %s\n", what, strerror(err < 0 ? -err : err));
	exit(err == -EPERM ? 77 : 1);
}

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* Ethernet, IPv4, TCP without options or UDP with a query of www.example.net. */
static uint32_t make_frame(const struct frame *f, uint8_t out[1514])
{
	static const uint8_t query[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
				       "\x03www\x07"
				       "example\x03"
				       "net\x00\x00\x01\x00\x01";
	uint8_t *ip = out + 14, *l4 = ip + 20;
	uint32_t len = 14u + f->ip_len;

	memset(out, 0, 1514);
	out[12] = 8;
	ip[0] = 0x45;
	put16(ip + 2, f->ip_len);
	ip[8] = 64;
	ip[9] = f->proto;
	ip[16] = 192;
	ip[17] = 168;
	ip[19] = 1;
	put16(l4 + 2, f->dst_port);
	if (f->proto == 6) {
		l4[12] = 5 << 4;
		l4[13] = 0x10; /* ACK */
	} else {
		put16(l4 + 4, f->ip_len - 20u);
		memcpy(l4 + 8, query, sizeof(query) - 1);
	}
	if (f->is_tls) {
		memcpy(l4 + 20, "\x17\x03\x03", 3);
		put16(l4 + 23, f->ip_len - 45u);
	}
	return len < 60 ? 60 : len;
}

static uint32_t payload_of(const struct frame *f)
{
	return f->proto == 6 ? f->ip_len - 40u : f->ip_len - 28u;
}

static void open_object(struct bench *b, const char *path, uint32_t max_flows)
{
	char name[64];
	int err, fd;

	b->object = bpf_object__open_file(path, NULL);
	if (!b->object)
		fail(path, errno);
	err = bpf_map__set_max_entries(bpf_object__find_map_by_name(b->object, "bench_counts"),
				       2 * max_flows);
	err = err ? err : bpf_object__load(b->object);
	if (err)
		fail(path, err);
	/* bpf_map__initial_value is the live value only behind a skeleton, in libbpf before 1.5 */
	fd = bpf_object__find_map_fd_by_name(b->object, ".data.rotation");
	b->rotation = mmap(NULL, sizeof(*b->rotation), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (b->rotation == MAP_FAILED)
		fail("rotation", errno);
	for (int hook = 0; hook < NUM_HOOKS; hook++) {
		for (int p = NOTHING; p <= MINIMUM; p++) {
			snprintf(name, sizeof(name), "bench_%s_%s", hook_names[hook],
				 program_names[p]);
			b->fd[hook][p] =
				bpf_program__fd(bpf_object__find_program_by_name(b->object, name));
		}
		snprintf(name, sizeof(name), "bench_%s_rotate", hook_names[hook]);
		b->rotate_fd[hook] =
			bpf_program__fd(bpf_object__find_program_by_name(b->object, name));
		snprintf(name, sizeof(name), "bench_%s_target", hook_names[hook]);
		b->target_fd[hook] = bpf_object__find_map_fd_by_name(b->object, name);
	}
}

static int forget(void *user, void *data, size_t len)
{
	(void)user;
	(void)data;
	(void)len;
	return 0;
}

static const struct rj_owner_maps no_owners = { .sockets = -1, .listeners = -1, .peers = -1 };

static void open_kernel(struct bench *b, uint32_t max_flows, uint32_t sample_bytes, bool with_hist,
			struct rj_owner_maps owners)
{
	struct rj_kernel_options options = {
		.limits = { .idle_ns = 3600 * RJ_NS_PER_S,
			    .active_ns = 3600 * RJ_NS_PER_S,
			    .num_packets = RJ_DEFAULT_PACKETS,
			    .num_records = RJ_DEFAULT_TLS_RECORDS,
			    .sample_bytes = sample_bytes,
			    .with_hist = with_hist },
		.num_flows = max_flows,
		.ring_bytes = RING_BYTES,
		.with_xdp = true,
		.owners = owners,
	};
	struct rj_attach_programs programs;
	struct rj_error error = { "" };
	int err = rj_kernel_open(&options, &b->kernel, &error);

	if (err)
		fail(error.text, err);
	rj_kernel_programs(b->kernel, &programs);
	b->fd[HOOK_TC][REJOICE] = programs.tc;
	b->fd[HOOK_XDP][REJOICE] = programs.xdp;
	b->ring = ring_buffer__new(rj_kernel_ring_fd(b->kernel), forget, NULL, NULL);
	if (!b->ring)
		fail("ring buffer", errno);
}

static void open_all(struct bench *b, const char *path, uint32_t max_flows, uint32_t sample_bytes,
		     bool with_hist)
{
	open_object(b, path, max_flows);
	open_kernel(b, max_flows, sample_bytes, with_hist, no_owners);
}

/* Figures of full maps are of something else. */
static void check_all_counted(const struct bench *b)
{
	uint64_t counters[RJ_NUM_COUNTERS];
	int err = rj_kernel_counters(b->kernel, counters);

	if (err)
		fail("counters", err);
	/* of two first packets of a side on two CPUs at once, one goes around the map */
	if (b->rotation->num_refused || counters[RJ_COUNT_HANDED_UP] > NUM_RUNS ||
	    counters[RJ_COUNT_IN_FLOWS] + counters[RJ_COUNT_HANDED_UP] !=
		    counters[RJ_COUNT_PACKETS])
		fail("a map is too small", ENOSPC);
}

static void close_all(struct bench *b)
{
	check_all_counted(b);
	ring_buffer__free(b->ring);
	rj_kernel_close(b->kernel);
	munmap(b->rotation, sizeof(*b->rotation));
	bpf_object__close(b->object);
	*b = (struct bench){ 0 };
}

/* Nanoseconds a packet, of @repeat packets on the hook, the rotation going on from *@at. */
static double run(struct bench *b, enum hook hook, enum program program, const struct frame *f,
		  struct bench_rotation *at, uint32_t repeat)
{
	uint8_t bytes[1514];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = bytes, .repeat = (int)repeat);
	uint32_t zero = 0;
	int err;

	opts.data_size_in = make_frame(f, bytes);
	err = bpf_map_update_elem(b->target_fd[hook], &zero, &b->fd[hook][program], BPF_ANY);
	if (err)
		fail("tail call", err);
	at->num_refused = b->rotation->num_refused;
	*b->rotation = *at;
	err = bpf_prog_test_run_opts(b->rotate_fd[hook], &opts);
	if (err)
		fail("test run", err);
	/* XDP_ABORTED, TC_ACT_SHOT: no tail call */
	if (opts.retval == (hook == HOOK_XDP ? 0u : 2u))
		fail("tail call", EINVAL);
	*at = *b->rotation;
	return opts.duration;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median_of(double *values, size_t num)
{
	qsort(values, num, sizeof(*values), by_value);
	return values[num / 2];
}

static double median(double *values)
{
	return median_of(values, NUM_RUNS);
}

static void print_head(void)
{
	printf("%-5s%-19s%9s  %-28s%8s%9s%9s%9s%9s\n", "hook", "packet", "flows", "", "lean",
	       "minimum", "rejoice", "x lean", "x min.");
}

static void print_row(enum hook hook, const struct frame *f, uint32_t num_flows, const char *note,
		      double ns[NUM_PROGRAMS][NUM_RUNS])
{
	double net[NUM_PROGRAMS], nothing = median(ns[NOTHING]);

	for (int p = 0; p < NUM_PROGRAMS; p++)
		net[p] = median(ns[p]) - nothing;
	printf("%-5s%-19s%9u  %-28s%8.0f%9.0f%9.0f%9.1f%9.1f\n", hook_names[hook], f->name,
	       num_flows, note, net[LEAN], net[MINIMUM], net[REJOICE], net[REJOICE] / net[LEAN],
	       net[REJOICE] / net[MINIMUM]);
	fflush(stdout);
}

/* The rotation over @num_flows clients from @first on, at its start. */
static struct bench_rotation start(const struct frame *f, uint32_t first, uint32_t num_flows)
{
	return (struct bench_rotation){ .first = first,
					.num_flows = num_flows,
					.payload_len = payload_of(f) };
}

/* Packets of flows that the maps know, from where each rotation stands; programs take turns. */
static void go_on(struct bench *b, enum hook hook, const struct frame *f,
		  struct bench_rotation at[NUM_PROGRAMS], const char *note)
{
	static double ns[NUM_PROGRAMS][NUM_RUNS];
	uint32_t num_flows = at[NOTHING].num_flows;
	uint32_t repeat = num_flows > REPEAT ? num_flows : REPEAT;

	for (int i = 0; i < NUM_RUNS; i++)
		for (int p = 0; p < NUM_PROGRAMS; p++)
			ns[p][i] = run(b, hook, p, f, &at[p], repeat);
	print_row(hook, f, num_flows, note, ns);
}

/* Flows whose first packets, samples and list are behind them. */
static void bench_known(struct bench *b, enum hook hook, const struct frame *f, uint32_t first,
			uint32_t num_flows, const char *note)
{
	struct bench_rotation at[NUM_PROGRAMS];
	uint32_t repeat = num_flows > REPEAT ? num_flows : REPEAT;

	for (int p = 0; p < NUM_PROGRAMS; p++) {
		at[p] = start(f, first, num_flows);
		for (uint32_t num = 0; num < LIST_ROUNDS * num_flows; num += repeat) {
			run(b, hook, p, f, &at[p], repeat);
			ring_buffer__consume(b->ring);
		}
	}
	go_on(b, hook, f, at, note);
}

/* How a run of a program over flows that nobody has seen yet is measured. */
typedef double (*measure_fn)(struct bench *b, enum hook hook, enum program p, const struct frame *f,
			     uint32_t first, uint32_t num_flows);

/* Flows that just began, others for each run. */
static void bench_fresh(struct bench *b, enum hook hook, const struct frame *f, uint32_t *first,
			uint32_t num_flows, const char *note, measure_fn measure)
{
	static double ns[NUM_PROGRAMS][NUM_RUNS];

	for (int i = 0; i < NUM_RUNS; i++, *first += num_flows)
		for (int p = 0; p < NUM_PROGRAMS; p++)
			ns[p][i] = measure(b, hook, p, f, *first, num_flows);
	print_row(hook, f, num_flows, note, ns);
}

/* The first packets of flows. */
static double measure_first(struct bench *b, enum hook hook, enum program p, const struct frame *f,
			    uint32_t first, uint32_t num_flows)
{
	struct bench_rotation at = start(f, first, num_flows);

	return run(b, hook, p, f, &at, num_flows);
}

/*
 * The second to the last of SAMPLED_ROUNDS packets of flows: those whose whole payload is sampled,
 * or that have TLS records.
 */
static double measure_young(struct bench *b, enum hook hook, enum program p, const struct frame *f,
			    uint32_t first, uint32_t num_flows)
{
	struct bench_rotation at = start(f, first, num_flows);
	uint32_t batch = num_flows < BATCH ? num_flows : BATCH;
	uint32_t num = SAMPLED_ROUNDS * num_flows / batch;
	double sum = 0;

	for (uint32_t i = 0; i < num_flows / batch; i++) {
		run(b, hook, p, f, &at, batch);
		ring_buffer__consume(b->ring);
	}
	for (uint32_t i = 0; i < num; i++) {
		sum += run(b, hook, p, f, &at, batch);
		ring_buffer__consume(b->ring);
	}
	return sum / num;
}

/* The calling thread alone. */
static void stay_on(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		fail("one CPU", errno);
}

#include "tests/perf/bench_owners.h"
#include "tests/perf/bench_wire.h"

/* struct pinned - a thread that runs a program on packets, on a CPU of its own. */
struct pinned {
	int fd;
	int cpu;
	uint8_t bytes[1514];
	uint32_t len;
	double ns;
};

static void *run_pinned(void *arg)
{
	struct pinned *t = arg;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = t->bytes, .data_size_in = t->len,
		    .repeat = (int)REPEAT);
	int err;

	stay_on(t->cpu);
	err = bpf_prog_test_run_opts(t->fd, &opts);
	if (err)
		fail("two CPUs", err);
	t->ns = opts.duration;
	return NULL;
}

/* The slower of two CPUs that have packets of one flow in hand at the same time. */
static double run_both(struct pinned t[2])
{
	pthread_t thread[2];
	int err = 0;

	for (int i = 0; i < 2; i++) {
		t[i].cpu = i;
		err = err ? err : pthread_create(&thread[i], NULL, run_pinned, &t[i]);
	}
	if (err)
		fail("two CPUs", err);
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	return t[0].ns > t[1].ns ? t[0].ns : t[1].ns;
}

/* Packets of the same direction, in no order. */
static double run_same_way(struct bench *b, enum program program)
{
	struct pinned t[2] = { { .fd = b->rotate_fd[HOOK_TC] }, { .fd = b->rotate_fd[HOOK_TC] } };
	uint32_t zero = 0;
	int err = bpf_map_update_elem(b->target_fd[HOOK_TC], &zero, &b->fd[HOOK_TC][program],
				      BPF_ANY);

	if (err)
		fail("two CPUs", err);
	*b->rotation = start(&data1400, 0, 1);
	for (int i = 0; i < 2; i++)
		t[i].len = make_frame(&data1400, t[i].bytes);
	return run_both(t);
}

/* A direction each, as network cards hand them out: without the rotator, which is for one. */
static double run_each_way(struct bench *b, enum program program)
{
	struct pinned t[2] = { { .fd = b->fd[HOOK_TC][program] },
			       { .fd = b->fd[HOOK_TC][program] } };
	uint8_t *ip;

	for (int i = 0; i < 2; i++)
		t[i].len = make_frame(&ack64, t[i].bytes);
	ip = t[1].bytes + 14;
	memcpy(ip + 12, ip + 16, 4);
	memset(ip + 16, 0, 4);
	memcpy(ip + 20, ip + 22, 2);
	memset(ip + 22, 0, 2);
	return run_both(t);
}

static void bench_both(struct bench *b, const struct frame *f, const char *note,
		       double (*run_two)(struct bench *b, enum program program))
{
	static double ns[NUM_PROGRAMS][NUM_RUNS];

	for (int p = 0; p < NUM_PROGRAMS; p++)
		run_two(b, p);
	for (int i = 0; i < NUM_RUNS; i++)
		for (int p = 0; p < NUM_PROGRAMS; p++)
			ns[p][i] = run_two(b, p);
	print_row(HOOK_TC, f, 1, note, ns);
}

static void bench_two_cpus(const char *path)
{
	struct bench b = { 0 };

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		printf("two CPUs on one flow: skipped: there is one\n");
		return;
	}
	open_all(&b, path, 1u << 17, 0, false);
	bench_both(&b, &data1400, "on two CPUs at once", run_same_way);
	bench_both(&b, &ack64, "on two CPUs, a direction each", run_each_way);
	close_all(&b);
}

static double cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* struct taken - of a reaping: flows so far. */
struct taken {
	struct rj_kernel *kernel;
	uint32_t num;
};

static void take(void *user, const struct rj_key *key, const struct rj_flow *flow)
{
	struct taken *t = user;

	(void)key;
	rj_kernel_release(t->kernel, &flow->half[0]);
	rj_kernel_release(t->kernel, &flow->half[1]);
	t->num++;
}

/* CPU time of user space and kernel for walking over flows that go on, and for taking all out. */
static void bench_drain(const char *path)
{
	double walk[NUM_RUNS], drain[NUM_RUNS];
	struct bench b = { 0 };
	uint32_t first = 0;

	open_all(&b, path, 1u << 18, 0, false);
	for (int i = 0; i < NUM_RUNS; i++, first += DRAINED_FLOWS) {
		struct bench_rotation at = start(&data1400, first, DRAINED_FLOWS);
		struct taken taken = { .kernel = b.kernel };
		double start;
		int err;

		run(&b, HOOK_TC, REJOICE, &data1400, &at, 3 * DRAINED_FLOWS);
		start = cpu_ns();
		err = rj_kernel_reap(b.kernel, false, take, &taken);
		walk[i] = (cpu_ns() - start) / DRAINED_FLOWS;
		start = cpu_ns();
		err = err ? err : rj_kernel_reap(b.kernel, true, take, &taken);
		drain[i] = (cpu_ns() - start) / DRAINED_FLOWS;
		if (err || taken.num != DRAINED_FLOWS)
			fail("drain", err ? err : EINVAL);
	}
	printf("drain: %u flows: walking over them %.0f ns of CPU time a flow, "
	       "taking them out %.0f\n",
	       DRAINED_FLOWS, median(walk), median(drain));
	close_all(&b);
}

static uint64_t free_kb(void)
{
	char line[128];
	unsigned long long kb = 0;
	FILE *f = fopen("/proc/meminfo", "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "MemAvailable:", 13))
			kb = strtoull(line + 13, NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

static void bench_plain(const char *path)
{
	static const struct frame *const frames[] = { &ack64, &data1400, &dns };
	struct bench b = { 0 };
	uint32_t first = 0;

	open_all(&b, path, 1u << 17, 0, false);
	for (int hook = 0; hook < NUM_HOOKS; hook++)
		for (int i = 0; i < 3; i++)
			for (uint32_t num = 1; num <= 10000; num *= 10000, first += 10000)
				bench_known(&b, hook, frames[i], first, num, "no samples");
	close_all(&b);
}

static void bench_hist(const char *path)
{
	struct bench b = { 0 };

	open_all(&b, path, 1u << 17, 0, true);
	bench_known(&b, HOOK_TC, &data1400, 0, 1, "no samples, histograms");
	bench_known(&b, HOOK_TC, &data1400, 10000, 10000, "no samples, histograms");
	/* what the budget's own design costs on this machine, in the place of ours */
	b.fd[HOOK_TC][REJOICE] =
		bpf_program__fd(bpf_object__find_program_by_name(b.object, "bench_tc_sketch"));
	bench_known(&b, HOOK_TC, &data1400, 30000, 1, "the minimum with histograms");
	bench_known(&b, HOOK_TC, &data1400, 40000, 10000, "the minimum with histograms");
	close_all(&b);
}

static void bench_samples(const char *path)
{
	struct bench b = { 0 };
	uint32_t first = 0;

	open_all(&b, path, 1u << 19, 0, false);
	bench_fresh(&b, HOOK_TC, &data512, &first, 400, "no samples, young flows", measure_young);
	close_all(&b);
	first = 0;
	open_all(&b, path, 1u << 19, RJ_DEFAULT_SAMPLE_BYTES, false);
	bench_fresh(&b, HOOK_TC, &data512, &first, 400, "each packet sampled", measure_young);
	/* not by XDP: its test runs begin with a sleep, so short batches with cold caches */
	bench_fresh(&b, HOOK_TC, &data1400, &first, 10000, "each packet sampled", measure_young);
	bench_fresh(&b, HOOK_TC, &data512, &first, 10000, "each packet sampled", measure_young);
	bench_fresh(&b, HOOK_TC, &dns, &first, 10000, "each packet sampled", measure_young);
	bench_known(&b, HOOK_TC, &data1400, first, 10000, "behind what is sampled");
	close_all(&b);
}

static void bench_tls(const char *path)
{
	struct bench b = { 0 };
	uint32_t first = 0;

	open_all(&b, path, 1u << 18, 0, false);
	bench_fresh(&b, HOOK_TC, &data1400, &first, 10000, "no samples, young flows",
		    measure_young);
	bench_fresh(&b, HOOK_TC, &tls1400, &first, 10000, "no samples, a record each",
		    measure_young);
	close_all(&b);
}

static void bench_first(const char *path)
{
	struct bench b = { 0 };
	uint32_t first = 0;

	open_all(&b, path, 1u << 17, 0, false);
	bench_fresh(&b, HOOK_TC, &ack64, &first, 10000, "first packets", measure_first);
	close_all(&b);
}

/* Its list of packets is filled by rejoice alone: the others have none, and need no such rounds. */
static void bench_many(const char *path)
{
	static double ns[NUM_PROGRAMS][NUM_RUNS];
	struct bench_rotation at[NUM_PROGRAMS];
	struct bench b = { 0 };

	if (free_kb() < MANY_FLOWS_KB) {
		printf("1000000 flows: skipped: less than %u MB of memory are free\n",
		       MANY_FLOWS_KB >> 10);
		return;
	}
	open_all(&b, path, 1u << 21, 0, false);
	for (int p = 0; p < NUM_PROGRAMS; p++) {
		at[p] = start(&data1400, 0, MANY_FLOWS);
		ns[p][0] = run(&b, HOOK_TC, p, &data1400, &at[p], MANY_FLOWS);
		for (int i = 1; i < NUM_RUNS; i++)
			ns[p][i] = ns[p][0];
	}
	print_row(HOOK_TC, &data1400, MANY_FLOWS, "first packets, one run", ns);
	go_on(&b, HOOK_TC, &data1400, at, "no samples, young flows");
	for (uint32_t i = 0; i < LIST_ROUNDS; i++)
		run(&b, HOOK_TC, REJOICE, &data1400, &at[REJOICE], MANY_FLOWS);
	go_on(&b, HOOK_TC, &data1400, at, "no samples");
	close_all(&b);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(const char *path);
	} parts[] = { { "plain", bench_plain },	    { "hist", bench_hist },
		      { "samples", bench_samples }, { "tls", bench_tls },
		      { "first", bench_first },	    { "two", bench_two_cpus },
		      { "drain", bench_drain },	    { "many", bench_many },
		      { "owners", bench_owners },   { "wire", bench_wire } };

	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: bpf_bench BENCH_OBJECT "
				"[plain|hist|samples|tls|first|two|drain|many|owners|wire]\n");
		return 2;
	}
	printf("kernel: ns a packet, less an empty program behind the same rotator; medians of %d "
	       "runs\n",
	       NUM_RUNS);
	printf("lean: 5 values at fixed places, a lookup, 2 additions\n"
	       "minimum: the same behind our parser\n");
	print_head();
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (argc == 2 || !strcmp(argv[2], parts[i].name))
			parts[i].run(argv[1]);
	return 0;
}
