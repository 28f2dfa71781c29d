/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the programs take of frames that pass a veth. Included by bpf_bench.c alone, behind what it
 * measures with.
 */
#ifndef RJ_TESTS_PERF_BENCH_WIRE_H
#define RJ_TESTS_PERF_BENCH_WIRE_H

/*
 * A namespace of its own with a pair of veths, so that what leaves bench_a comes in at bench_b, by
 * NAPI. Its ip and ethtool can be named, as some shells have ways of their own to them.
 */
static void make_wire(uint32_t *ret_a, uint32_t *ret_b)
{
	if (unshare(CLONE_NEWNET) ||
	    system("${IP:-ip} link add bench_a type veth peer name bench_b && "
		   "sysctl -qw net.ipv6.conf.bench_a.disable_ipv6=1 "
		   "net.ipv6.conf.bench_b.disable_ipv6=1 && "
		   "${IP:-ip} link set bench_a up && ${IP:-ip} link set bench_b up && "
		   "${ETHTOOL:-ethtool} -K bench_b gro on"))
		fail("a pair of veths", errno ? errno : EIO);
	*ret_a = if_nametoindex("bench_a");
	*ret_b = if_nametoindex("bench_b");
}

/* The second number behind the name is the packets that came in. */
static uint64_t num_received(void)
{
	FILE *f = fopen("/proc/net/dev", "r");
	uint64_t packets = 0;
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		char *at = strstr(line, "bench_b:");

		if (!at)
			continue;
		strtoull(at + strlen("bench_b:"), &at, 10);
		packets = strtoull(at, NULL, 10);
	}
	if (f)
		fclose(f);
	return packets;
}

/* Sends frames and waits until all have come in. */
static void send_frames(struct bench *b, const struct frame *f, struct bench_rotation *at,
			uint32_t repeat)
{
	int fd = bpf_program__fd(bpf_object__find_program_by_name(b->object, "bench_xdp_send"));
	uint8_t bytes[1514];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = bytes, .repeat = (int)repeat,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = 64);
	uint64_t before = num_received();
	int err;

	opts.data_size_in = make_frame(f, bytes);
	*b->rotation = *at;
	err = bpf_prog_test_run_opts(fd, &opts);
	if (err)
		fail("live frames", err);
	for (int i = 0; num_received() - before < repeat; i++) {
		if (i == 10000)
			fail("frames were lost on the way", EIO);
		usleep(100);
	}
	*at = *b->rotation;
}

/* Runs of a program and the time in them, as kernel.bpf_stats_enabled has them counted. */
static struct bpf_prog_info info_of(int prog_fd)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);
	int err = bpf_obj_get_info_by_fd(prog_fd, &info, &len);

	if (err)
		fail("program info", err);
	return info;
}

/* Nanoseconds a frame in the program attached by TCX. */
static double wire_run(struct bench *b, uint32_t ifindex, int prog_fd, struct bench_rotation *at,
		       uint32_t repeat)
{
	int link = bpf_link_create(prog_fd, (int)ifindex, RJ_TCX_INGRESS, NULL);
	struct bpf_prog_info before = info_of(prog_fd), after;

	if (link < 0)
		fail("TCX", link);
	send_frames(b, &dns, at, repeat);
	after = info_of(prog_fd);
	close(link);
	if (after.run_cnt - before.run_cnt < repeat)
		fail("frames did not come to the program", EIO);
	return (double)(after.run_time_ns - before.run_time_ns) /
	       (double)(after.run_cnt - before.run_cnt);
}

/*
 * What the programs take of frames that pass a veth, with the network stack around them. The time
 * of a whole frame varies more than that from run to run.
 */
static void bench_wire_flows(struct bench *b, uint32_t ifindex, struct bench_rotation first,
			     uint32_t num_flows)
{
	static double ns[NUM_PROGRAMS][NUM_RUNS];
	struct bench_rotation at[NUM_PROGRAMS];

	first.num_flows = num_flows;
	for (int p = 0; p < NUM_PROGRAMS; p++) {
		at[p] = first;
		wire_run(b, ifindex, b->fd[HOOK_TC][p], &at[p], LIST_ROUNDS * num_flows);
	}
	for (int i = 0; i < NUM_RUNS; i++)
		for (int p = 0; p < NUM_PROGRAMS; p++)
			ns[p][i] = wire_run(b, ifindex, b->fd[HOOK_TC][p], &at[p], REPEAT);
	print_row(HOOK_TC, &dns, num_flows, "no samples, over a veth", ns);
}

static void bench_wire(const char *path)
{
	struct bench_rotation at = start(&dns, 0, 1);
	struct bench b = { 0 };
	uint32_t ifindex;

	if (bpf_enable_stats(BPF_STATS_RUN_TIME) < 0)
		fail("run time statistics", errno);
	stay_on(sched_getcpu());
	make_wire(&at.ifindex, &ifindex);
	open_all(&b, path, 1u << 17, 0, false);
	bench_wire_flows(&b, ifindex, at, 1);
	at.first = 1;
	bench_wire_flows(&b, ifindex, at, 10000);
	close_all(&b);
}

#endif
