/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's side of the parity test: the object, test runs, maps, ring. */
#ifndef RJ_TESTS_BPF_KERNEL_SIDE_H
#define RJ_TESTS_BPF_KERNEL_SIDE_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>

#include "bpf/parse.h"
#include "source/object.h"
#include "tests/bpf/model.h"

#define MAX_RECORDS 16u
#define RECORD_MAX (sizeof(struct rj_sample) + RJ_SAMPLE_HUGE)

/* The value of rj_cpus, as bpf/maps.h has it. */
struct cpu_value {
	uint64_t counters[RJ_NUM_COUNTERS];
	uint64_t tick, tick_ns, is_coarse;
	struct rj_packet packet;
	struct rj_layers layers;
	struct rj_flow fresh;
	uint64_t window;
	uint64_t num_waiting;
	struct rj_key name;
	struct rj_first first;
	uint64_t has_records;
	struct rj_tls_walk walk;
	uint64_t walk_since_ns;
	uint32_t walk_slot, walk_off;
	uint64_t walk_left;
	uint64_t sample_ns;
	uint32_t sample_want, sample_generation;
	uint64_t whole_window, num_whole;
};

/*
 * struct kernel - @record: what came through the ring since the last run;
 * @is_held: nothing is taken out of the ring
 */
struct kernel {
	struct rj_flow_bpf *skel;
	struct ring_buffer *ring;
	uint8_t *slots;
	size_t slots_len, slot_len;
	struct rj_limits limits;
	uint32_t num_slots;
	int flows_fd, cutting_fd, cpus_fd, free_fd;
	enum hook hook;
	int prog_fd;
	int cpu, num_cpus;
	struct cpu_value *cpus;
	bool is_held;
	uint32_t num_records;
	struct {
		size_t len;
		_Alignas(8) uint8_t bytes[RECORD_MAX];
	} record[MAX_RECORDS];
};

static int keep_record(void *user, void *data, size_t len)
{
	struct kernel *k = user;

	if (k->is_held) /* then this is kernel_drain */
		return 0;
	if (k->num_records == MAX_RECORDS || len > RECORD_MAX)
		return -ENOSPC;
	k->record[k->num_records].len = len;
	memcpy(k->record[k->num_records++].bytes, data, len);
	return 0;
}

/* Gives a slot back, empty as user space does. */
static void kernel_give_slot(struct kernel *k, uint32_t slot)
{
	uint32_t index = slot - 1;

	if (!slot)
		return;
	memset(k->slots + index * k->slot_len, 0, k->slot_len);
	bpf_map_update_elem(k->free_fd, NULL, &index, BPF_ANY);
}

static void kernel_close(struct kernel *k)
{
	if (k->slots)
		munmap(k->slots, k->slots_len);
	ring_buffer__free(k->ring);
	rj_flow_bpf__destroy(k->skel);
	free(k->cpus);
	*k = (struct kernel){ 0 };
}

static struct bpf_program *hook_program(const struct rj_flow_bpf *skel, enum hook hook)
{
	switch (hook) {
	case HOOK_TC:
		return skel->progs.rj_tc;
	case HOOK_XDP:
		return skel->progs.rj_xdp;
	default:
		return skel->progs.rj_tc_ip;
	}
}

static int kernel_load(struct kernel *k, enum hook hook, const struct rj_limits *limits,
		       uint32_t num_flows, bool is_several, bool is_old)
{
	struct rj_flow_bpf *skel = k->skel;
	struct bpf_program *prog;
	int err = 0;

	k->limits = *limits;
	k->num_slots = 2 * num_flows;
	k->slot_len = rj_slot_bytes(limits);
	skel->rodata->rj_limits = *limits;
	skel->rodata->rj_several = is_several;
	skel->rodata->rj_has_xdp_load =
		!is_old &&
		libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_xdp_load_bytes, NULL) == 1;
	bpf_object__for_each_program(prog, skel->obj) /* the verifier's time is most of a test's */
		bpf_program__set_autoload(prog, prog == hook_program(skel, hook));
	err = err ? err : bpf_map__set_max_entries(skel->maps.rj_flows, num_flows);
	err = err ? err : bpf_map__set_max_entries(skel->maps.rj_slots, k->num_slots);
	err = err ? err : bpf_map__set_value_size(skel->maps.rj_slots, (uint32_t)k->slot_len);
	err = err ? err : bpf_map__set_max_entries(skel->maps.rj_free_slots, k->num_slots);
	return err ? err : rj_flow_bpf__load(skel);
}

static int kernel_map(struct kernel *k)
{
	void *at;

	k->slots_len = k->slot_len * k->num_slots;
	at = mmap(NULL, k->slots_len, PROT_READ | PROT_WRITE, MAP_SHARED,
		  bpf_map__fd(k->skel->maps.rj_slots), 0);
	if (at == MAP_FAILED)
		return -errno;
	k->slots = at;
	k->ring = ring_buffer__new(bpf_map__fd(k->skel->maps.rj_ring), keep_record, k, NULL);
	if (!k->ring)
		return -errno;
	k->num_cpus = libbpf_num_possible_cpus();
	k->cpu = sched_getcpu();
	if (k->cpu < 0 || k->cpu >= k->num_cpus)
		return -ENOSYS;
	if (bpf_map__value_size(k->skel->maps.rj_cpus) != sizeof(*k->cpus))
		return -EPROTO; /* struct rj_cpu has changed: so must struct cpu_value */
	k->cpus = calloc((size_t)k->num_cpus, sizeof(*k->cpus));
	return k->cpus ? 0 : -ENOMEM;
}

/* @is_old: as on a kernel without bpf_xdp_load_bytes */
static int kernel_open(struct kernel *k, enum rj_object object, enum hook hook,
		       const struct rj_limits *limits, uint32_t num_flows, bool is_several,
		       bool is_old)
{
	int err;

	*k = (struct kernel){ 0 };
	libbpf_set_print(NULL);
	k->skel = rj_object_open(object);
	if (!k->skel)
		return -errno;
	err = kernel_load(k, hook, limits, num_flows, is_several, is_old);
	err = err ? err : kernel_map(k);
	if (err) {
		kernel_close(k);
		return err;
	}
	k->flows_fd = bpf_map__fd(k->skel->maps.rj_flows);
	k->cutting_fd = bpf_map__fd(k->skel->maps.rj_cutting);
	k->cpus_fd = bpf_map__fd(k->skel->maps.rj_cpus);
	k->free_fd = bpf_map__fd(k->skel->maps.rj_free_slots);
	k->hook = hook;
	k->prog_fd = bpf_program__fd(hook_program(k->skel, hook));
	for (uint32_t slot = k->num_slots; slot; slot--)
		kernel_give_slot(k, slot);
	return bpf_map_lookup_elem(k->cpus_fd, &(uint32_t){ 0 }, k->cpus);
}

/* The rest of a half of the kernel's; NULL when it has no slot. */
static struct rj_seq kernel_seq(const struct kernel *k, const struct rj_half *half)
{
	struct rj_seq seq = { 0 };

	if (!half->slot || half->slot > k->num_slots)
		return seq;
	rj_slot_open(k->slots + (half->slot - 1) * k->slot_len, &k->limits, &seq);
	return seq;
}

/*
 * kernel_run - runs the program on @f once and fetches counters, packet and ring. 0;
 * -EINVAL when test_run takes no such frame; -EBADMSG when the frame was changed or not passed on.
 */
static int kernel_run(struct kernel *k, const struct frame *f)
{
	static uint8_t after[FRAME_MAX];
	struct __sk_buff skb = { .gso_segs = f->gso_segs,
				 .gso_size = f->gso_size,
				 .ifindex = f->ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = f->bytes, .data_size_in = f->len,
		    .data_out = after, .data_size_out = sizeof(after), .repeat = 1);
	uint32_t pass = k->hook == HOOK_XDP ? 2u /* XDP_PASS */ : (uint32_t)-1;
	int err;

	if (k->hook != HOOK_XDP) {
		opts.ctx_in = &skb;
		opts.ctx_size_in = sizeof(skb);
	}
	k->num_records = 0;
	err = bpf_prog_test_run_opts(k->prog_fd, &opts);
	if (err)
		return err;
	err = bpf_map_lookup_elem(k->cpus_fd, &(uint32_t){ 0 }, k->cpus);
	if (err)
		return err;
	if (!k->is_held)
		ring_buffer__consume(k->ring);
	if (opts.retval != pass || opts.data_size_out != f->len || memcmp(after, f->bytes, f->len))
		return -EBADMSG;
	return 0;
}

/* Takes all free slots; how many there were. */
static uint32_t kernel_take_slots(struct kernel *k)
{
	uint32_t index;
	uint32_t num = 0;

	while (!bpf_map_lookup_and_delete_elem(k->free_fd, NULL, &index))
		num++;
	return num;
}

/* Forgets the datagrams whose fragments are under way. */
static void kernel_clear_datagrams(struct kernel *k)
{
	int fd = bpf_map__fd(k->skel->maps.rj_datagrams);
	struct rj_key name;

	while (!bpf_map_get_next_key(fd, NULL, &name) && !bpf_map_delete_elem(fd, &name))
		;
}

/* Throws away what is in the ring and takes it out from now on. */
static void kernel_drain(struct kernel *k)
{
	ring_buffer__consume(k->ring);
	k->is_held = false;
}

/* Empties the flow map; how many flows were in it. */
static uint32_t kernel_clear(struct kernel *k)
{
	struct rj_flow flow;
	struct rj_key key;
	uint32_t num = 0;

	while (!bpf_map_get_next_key(k->flows_fd, NULL, &key)) {
		if (!bpf_map_lookup_elem(k->flows_fd, &key, &flow)) {
			kernel_give_slot(k, flow.half[0].slot);
			kernel_give_slot(k, flow.half[1].slot);
		}
		if (bpf_map_delete_elem(k->flows_fd, &key))
			break;
		num++;
	}
	return num;
}

#endif
