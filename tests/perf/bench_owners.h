/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What it costs a packet program to ask whose socket a packet was sent by. Included by bpf_bench.c
 * alone, behind what it measures with.
 */
#ifndef RJ_TESTS_PERF_BENCH_OWNERS_H
#define RJ_TESTS_PERF_BENCH_OWNERS_H

#include "bpf/owner.skel.h"
#include "bpf/socket_set.h"

#define OWNED_FLOWS 400u
#define OWNED_GROUPS 25u
#define COOKIE_BATCH 4096u /* the kernel's COOKIE_LOCAL_BATCH */

/* The table of sockets and the listeners, without the hooks that fill them. */
static struct rj_owner_bpf *open_owners(void)
{
	struct rj_owner_bpf *owners = rj_owner_bpf__open();
	struct bpf_program *program;
	int err = owners ? 0 : -errno;

	if (!err)
		bpf_object__for_each_program(program, owners->obj)
			err = err ? err : bpf_program__set_autoload(program, false);
	err = err ? err : rj_owner_bpf__load(owners);
	if (err)
		fail("owners", err);
	return owners;
}

/* The cookie that a new socket gets. */
static uint64_t draw_cookie(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint64_t cookie;
	socklen_t len = sizeof(cookie);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		fail("the cookie of a socket", errno);
	close(fd);
	return cookie;
}

/*
 * Each test run sends its packets by a socket of its own, whose cookie is the next of this CPU: all
 * that come next are known. CPUs get cookies by the batch, and the one that was begun long ago may
 * be far behind the next.
 */
static void know_next_sockets(const struct rj_owner_bpf *owners)
{
	const struct rj_owner owner = { .opener = 1, .user = 1 };
	uint64_t cookie = 0;
	int err = 0;

	for (uint32_t i = 0; i < COOKIE_BATCH; i++)
		cookie = draw_cookie();
	for (uint32_t i = 0; i < RJ_SOCKET_SETS && !err; i++) {
		uint32_t key = (uint32_t)(++cookie % RJ_SOCKET_SETS);
		struct rj_socket_set set = { .claims = 0 };

		if (!rj_socket_set_add(&set, cookie, &owner))
			fail("sockets", ENOSPC);
		err = bpf_map_update_elem(bpf_map__fd(owners->maps.rj_sockets), &key, &set,
					  BPF_ANY);
	}
	if (err)
		fail("sockets", err);
}

/* struct owned - flows taken, and those of them whose owner was found. */
struct owned {
	struct rj_kernel *kernel;
	uint32_t num, num_owned;
};

static void take_owned(void *user, const struct rj_key *key, const struct rj_flow *flow)
{
	struct owned *o = user;

	(void)key;
	for (unsigned int i = 0; i < RJ_NUM_SIDES; i++) {
		struct rj_seq seq;

		rj_kernel_seq(o->kernel, &flow->half[i], &seq);
		o->num_owned += seq.owners && seq.owners[RJ_OWNER_SENDER].user;
		rj_kernel_release(o->kernel, &flow->half[i]);
	}
	o->num++;
}

/* Times of packets that were not asked are of something else. */
static void check_owned(struct rj_kernel *kernel)
{
	struct owned o = { .kernel = kernel };
	int err = rj_kernel_reap(kernel, true, take_owned, &o);

	if (err)
		fail("owners", err);
	if (!o.num || o.num_owned != o.num)
		fail("owners of sockets that were put into the table", ENOENT);
}

/* Of OWNED_FLOWS others each time, so that what the programs share stays in the caches. */
static double measure_asked(struct bench *b, const struct frame *f, uint32_t *first)
{
	double ns[OWNED_GROUPS];

	for (uint32_t i = 0; i < OWNED_GROUPS; i++, *first += OWNED_FLOWS)
		ns[i] = measure_young(b, HOOK_TC, REJOICE, f, *first, OWNED_FLOWS);
	return median_of(ns, OWNED_GROUPS);
}

static double measure_later(struct bench *b, const struct frame *f, uint32_t *first)
{
	struct bench_rotation at = start(f, *first, OWNED_FLOWS);

	for (uint32_t i = 0; i < LIST_ROUNDS; i++)
		run(b, HOOK_TC, REJOICE, f, &at, OWNED_FLOWS);
	*first += OWNED_FLOWS;
	return run(b, HOOK_TC, REJOICE, f, &at, REPEAT);
}

/* The same packets to programs that ask whose socket sent them, and to such that do not. */
static void compare_owners(const char *path, const struct rj_owner_bpf *owners, const char *what,
			   const struct frame *f,
			   double (*measure)(struct bench *b, const struct frame *f,
					     uint32_t *first))
{
	const struct rj_owner_maps maps[2] = {
		no_owners,
		{ .sockets = bpf_map__fd(owners->maps.rj_sockets),
		  .listeners = bpf_map__fd(owners->maps.rj_listeners),
		  .peers = bpf_map__fd(owners->maps.rj_peers) },
	};
	struct bench b[2] = { { 0 }, { 0 } };
	double ns[2][NUM_RUNS], more[NUM_RUNS], middle;
	uint32_t first[2] = { 0, 0 };

	for (int with = 0; with < 2; with++) {
		open_object(&b[with], path, 1u << 18);
		open_kernel(&b[with], 1u << 18, 0, false, maps[with]);
	}
	for (uint32_t i = 0; i < NUM_RUNS; i++) {
		know_next_sockets(owners);
		for (int with = 0; with < 2; with++)
			ns[with][i] = measure(&b[with], f, &first[with]);
		more[i] = ns[1][i] - ns[0][i];
	}
	check_owned(b[1].kernel);
	middle = median(more); /* sorts them */
	printf("owners: %s, %s: %.0f ns a packet more (%.0f to %.0f) than %.0f\n", f->name, what,
	       middle, more[0], more[NUM_RUNS - 1], median(ns[0]));
	for (int with = 0; with < 2; with++)
		close_all(&b[with]);
}

static void bench_owners(const char *path)
{
	struct rj_owner_bpf *owners = open_owners();

	stay_on(sched_getcpu());
	compare_owners(path, owners, "first packets, each asked", &data1400, measure_asked);
	compare_owners(path, owners, "later packets", &data1400, measure_later);
	compare_owners(path, owners, "first packets of no answer", &dns, measure_asked);
	compare_owners(path, owners, "later packets of no answer", &dns, measure_later);
	rj_owner_bpf__destroy(owners);
}

#endif
