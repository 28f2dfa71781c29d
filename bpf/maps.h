/* SPDX-License-Identifier: BSD-3-Clause */
/* Every map: what it holds, who writes and reads it, how it is sized. */
#ifndef RJ_BPF_MAPS_H
#define RJ_BPF_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/abi.h"
#include "bpf/layers.h"
#include "bpf/policy.h"

/* Sizes here are the least that loads; the loader sets the real ones. */

/*
 * The flows. Written by the packet programs; the reaper marks, hands to user
 * space and deletes. Preallocated: an entry costs some 121 bytes beside
 * its value, whether used or not. A full map is counted and goes around
 * (struct rj_orphan); LRU would forget silently.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct rj_key);
	__type(value, struct rj_flow);
} rj_flows SEC(".maps");

/*
 * What is kept of one side of a flow beside struct rj_half, as rj_slot_open has it: struct
 * rj_slot_head, struct rj_rest, histograms, sequences. The head is written by user space, all else
 * by the packet programs and read by user space when the flow is over. One entry for each slot;
 * value size by --packets, --tls-records and whether there are histograms.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1024);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, RJ_SLOT_START + sizeof(struct rj_hist) +
				   RJ_MAX_PACKETS * (sizeof(__u64) + sizeof(__u16)) +
				   (RJ_MAX_TLS_RECORDS + RJ_TLS_MESSAGES) * sizeof(__u64));
} rj_slots SEC(".maps");

/* Free slots: filled by user space, emptied by the packet programs. One entry for each slot. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 1024);
	__uint(key_size, 0);
	__uint(value_size, sizeof(__u32));
} rj_free_slots SEC(".maps");

/* Samples, cut flows and orphans, on their way to user space. Bytes, a power of two of pages. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} rj_ring SEC(".maps");

/*
 * struct rj_cpu - what a packet program has on its CPU. Programs on one CPU do
 * not nest: they run with bottom halves off, one after the other.
 * @counters: of enum rj_reason and enum rj_counter, summed by user space
 * @tick, @tick_ns: of the clock's last reading by rj_now, in jiffies and precisely
 * @is_coarse: whether the packet's time is that reading
 * @packet, @layers: the frame in work
 * @fresh: a flow before it is inserted, all zero but for what rj_flow_start sets
 * @window, @num_waiting: samples of fragments that wait for their first, in this stretch of time
 * @name, @first: a fragment's entry of rj_datagrams before it is inserted
 * @has_records: rj_has_records of the packet: not in a register, whose values the verifier would
 *         follow through all that is done to the flow
 * @whole_window, @num_whole: frames handed up whole, in this stretch of time
 * @walk, @walk_*: of rj_tls_head, for the function that it is in
 * @sample_*: of struct rj_sampling, likewise
 */
struct rj_cpu {
	__u64 counters[RJ_NUM_COUNTERS];
	__u64 tick;
	__u64 tick_ns;
	__u64 is_coarse;
	struct rj_packet packet;
	struct rj_layers layers;
	struct rj_flow fresh;
	__u64 window;
	__u64 num_waiting;
	struct rj_key name;
	struct rj_first first;
	__u64 has_records;
	struct rj_tls_walk walk;
	__u64 walk_since_ns;
	__u32 walk_slot;
	__u32 walk_off;
	__u64 walk_left;
	__u64 sample_ns;
	__u32 sample_want;
	__u32 sample_generation;
	__u64 whole_window;
	__u64 num_whole;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rj_cpu);
} rj_cpus SEC(".maps");

static __always_inline int rj_scratch(struct rj_layers **l, struct rj_packet **p)
{
	__u32 zero = 0;
	struct rj_cpu *cpu = bpf_map_lookup_elem(&rj_cpus, &zero);

	if (!cpu)
		return 0;
	*l = &cpu->layers;
	*p = &cpu->packet;
	return 1;
}

/*
 * Datagrams in fragments, by the name of rj_fragment_name. Written by the packet programs; one
 * that was not touched for longest is forgotten for a new one, as floods of fragments shall not
 * take more memory than this: its later fragments are handed up then.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, RJ_MAX_DATAGRAMS);
	__type(key, struct rj_key);
	__type(value, struct rj_first);
} rj_datagrams SEC(".maps");

/*
 * Flows that a CPU is cutting or taking just now, so that no two do it at once: inserted with
 * BPF_NOEXIST and deleted within the one run of a program. A few entries a CPU are plenty.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct rj_key);
	__type(value, __u32);
} rj_cutting SEC(".maps");

/* What each CPU has spent on samples; the packet programs' alone. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rj_budget);
} rj_budgets SEC(".maps");
/* One struct rj_meta: the account across processes. Written by the reaper and by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rj_meta);
} rj_meta SEC(".maps");

#endif
