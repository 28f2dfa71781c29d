// SPDX-License-Identifier: BSD-3-Clause
/*
 * Loads the BPF object as live does and says of each program how many instructions this kernel's
 * verifier went through: one test a way of loading, and the verifier's words where it refuses.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bpf/parse.h"
#include "bpf/splt.h"
#include "source/object.h"
#include "source/probe.h"

#define LOG_BYTES ((1u << 24) - 1) /* the most that 5.10 takes */
#define LOG_STEPS 1u		   /* of the log levels: every instruction, and why not */
#define LOG_COUNTS 4u		   /* the closing line */
#define MAX_PROGRAMS 16u
#define LAST_WORDS 3000u

struct way {
	const char *name;
	bool is_several; /* interfaces */
	bool with_owners;
	struct rj_limits limits;
};

static const struct way ways[] = {
	{ "default",
	  false,
	  true,
	  { .idle_ns = 10000000000ull,
	    .active_ns = 30000000000ull,
	    .num_packets = 50,
	    .sample_bytes = 8192,
	    .num_records = 50 } },
	{ "everything",
	  true,
	  true,
	  { .idle_ns = 10000000000ull,
	    .active_ns = 30000000000ull,
	    .num_packets = 1000,
	    .sample_bytes = 1u << 20,
	    .with_zeros = 1,
	    .with_retrans = 1,
	    .with_hist = 1,
	    .with_bytes = 1,
	    .sample_rate = 1000,
	    .num_records = 1000 } },
	{ "sequences alone", false, false, { .num_packets = 50 } },
	{ "no limits, no sequences, no samples", false, false, { .no_decap = 1, .no_bidir = 1 } },
};

static const char *const objects[] = {
	[RJ_OBJECT_PLAIN] = "for kernels from 5.10",
	[RJ_OBJECT_FETCH] = "with fetching atomics",
};

static char text[MAX_PROGRAMS][LOG_BYTES];

static int say_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_WARN ? vprintf(format, args) : 0;
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* What the verifier said: its counts, or the end of why not. */
static void report(const char *name, const char *log, bool is_loaded)
{
	const char *counts = strstr(log, "processed ");
	size_t len = strlen(log);

	if (!len)
		return;
	if (is_loaded && counts)
		log = counts;
	else if (len > LAST_WORDS)
		log += len - LAST_WORDS;
	printf("  %-16s %s%s", name, log, log[strlen(log) - 1] == '\n' ? "" : "\n");
}

static int set_up(struct rj_flow_bpf *skel, const struct way *way, uint32_t log_level)
{
	struct bpf_program *prog;
	unsigned int num = 0;
	int err = 0;

	skel->rodata->rj_limits = way->limits;
	skel->rodata->rj_several = way->is_several;
	skel->rodata->rj_with_owners = way->with_owners;
	skel->rodata->rj_has_mptcp = rj_probe_mptcp();
	skel->rodata->rj_has_xdp_frags = rj_probe_xdp_frags();
	if (skel->rodata->rj_has_xdp_frags)
		bpf_program__set_flags(skel->progs.rj_xdp, BPF_F_XDP_HAS_FRAGS);
	skel->rodata->rj_has_xdp_load = rj_probe_xdp_load();
	skel->rodata->rj_has_check_mtu = rj_probe_check_mtu();
	bpf_object__for_each_program(prog, skel->obj)
	{
		if (num == MAX_PROGRAMS)
			return -E2BIG;
		text[num][0] = 0;
		err = err ? err : bpf_program__set_log_level(prog, log_level);
		err = err ? err : bpf_program__set_log_buf(prog, text[num++], LOG_BYTES);
	}
	/* as the verifier holds programs to them, and global functions that nothing calls too */
	return err ? err :
		     bpf_map__set_value_size(skel->maps.rj_slots, rj_slot_bytes(&way->limits));
}

/* Loads and unloads, and prints what the verifier said of each program it came to. */
static int load(enum rj_object object, const struct way *way, uint32_t log_level)
{
	struct rj_flow_bpf *skel = rj_object_open(object);
	struct bpf_program *prog;
	unsigned int num = 0;
	double begin = seconds();
	int err;

	if (!skel)
		return -errno;
	err = set_up(skel, way, log_level);
	err = err ? err : rj_flow_bpf__load(skel);
	printf("%s object %s, %s: %s, %.2f s\n", err ? "FAILED " : "ok     ", objects[object],
	       way->name, err ? strerror(-err) : "loaded", seconds() - begin);
	bpf_object__for_each_program(prog, skel->obj) if (num < MAX_PROGRAMS)
		report(bpf_program__name(prog), text[num++], !err);
	rj_flow_bpf__destroy(skel);
	return err;
}

/* The number of ways in which the object does not load. */
static unsigned int load_all(enum rj_object object)
{
	unsigned int failed = 0;

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (!load(object, &ways[i], LOG_COUNTS))
			continue;
		failed++;
		load(object, &ways[i], LOG_STEPS | LOG_COUNTS);
	}
	return failed;
}

int main(void)
{
	unsigned int num = sizeof(ways) / sizeof(*ways);
	unsigned int skipped = 0;
	unsigned int failed;

	libbpf_set_print(say_nothing);
	failed = load_all(RJ_OBJECT_PLAIN);
	if (rj_object_best() == RJ_OBJECT_FETCH) {
		failed += load_all(RJ_OBJECT_FETCH);
		num *= 2;
	} else {
		printf("skipped: the object with fetching atomics: not on this kernel\n");
		skipped++;
	}
	printf("%u passed, %u failed, %u skipped\n", num - failed, failed, skipped);
	return failed ? 1 : 0;
}
