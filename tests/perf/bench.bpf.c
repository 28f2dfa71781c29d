// SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause)
/* What bpf_bench measures beside the packet programs: nothing, the least a flow counter can do. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "bpf/ctx.h"
#include "bpf/hist.h"
#include "bpf/parse.h"
#include "tests/perf/bench.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct bench_rotation bench_rotation SEC(".data.rotation");

/* The program that the rotator hands each frame to; the kernel wants one map a program type. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} bench_xdp_target SEC(".maps"), bench_tc_target SEC(".maps");

struct bench_count {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct rj_key);
	__type(value, struct bench_count);
} bench_counts SEC(".maps");

/*
 * struct bench_sketch - all that the least with histograms keeps: 200 bytes, as in the design that
 * the budgets are taken from.
 */
struct bench_side {
	__u64 packets;
	__u64 bytes;
	__u64 first_ns;
	__u64 last_ns;
	__u16 len[16];
	__u16 gap[16];
};

struct bench_sketch {
	__u64 start_ns;
	struct bench_side side[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 17);
	__type(key, struct rj_key);
	__type(value, struct bench_sketch);
} bench_sketches SEC(".maps");

struct bench_cpu {
	struct bench_sketch fresh;
	struct rj_packet packet;
	struct rj_layers layers;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bench_cpu);
} bench_cpus SEC(".maps");

static __always_inline int rj_scratch(struct rj_layers **l, struct rj_packet **p)
{
	__u32 zero = 0;
	struct bench_cpu *cpu = bpf_map_lookup_elem(&bench_cpus, &zero);

	if (!cpu)
		return 0;
	*l = &cpu->layers;
	*p = &cpu->packet;
	return 1;
}

#define IP_OFF sizeof(struct rj_eth)
#define L4_OFF (IP_OFF + RJ_IPV4_HEADER_LEN)

/* rotate - gives the frame the client of the next flow, in another order on each round. */
static __always_inline void rotate(const struct rj_frame *f)
{
	struct bench_rotation *r = &bench_rotation;
	struct rj_ipv4 *ip = (struct rj_ipv4 *)rj_at(f, IP_OFF, struct rj_ipv4);
	struct rj_tcp *tcp = (struct rj_tcp *)rj_ptr(f, L4_OFF, 8); /* ports and sequence number */
	__u64 stride = 20 * (r->round * 40503 % 50021) + 7; /* has no factor in common with 10^n */
	__u32 index;

	if (!ip || !tcp || !r->num_flows)
		return;
	index = r->first + (__u32)(r->at * stride % r->num_flows);
	ip->src = bpf_htonl(0x0a000000u + index);
	tcp->src = bpf_htons((__u16)(1024 + (index & 0x7fff)));
	if (ip->proto == RJ_IP_TCP)
		tcp->seq = bpf_htonl((__u32)r->round * r->payload_len + 1);
	if (++r->at >= r->num_flows) {
		r->at = 0;
		r->round++;
	}
}

static __always_inline void count(const struct rj_key *key, __u32 bytes)
{
	struct bench_count *c = bpf_map_lookup_elem(&bench_counts, key);
	struct bench_count first = { .packets = 1, .bytes = bytes };

	if (!c) {
		if (!bpf_map_update_elem(&bench_counts, key, &first, BPF_NOEXIST))
			return;
		c = bpf_map_lookup_elem(&bench_counts, key); /* another CPU was faster */
	}
	if (!c) {
		bench_rotation.num_refused++;
		return;
	}
	rj_count(&c->packets, 1);
	rj_count(&c->bytes, bytes);
}

/* lean - five values at fixed places, one lookup, two additions. */
static __always_inline void lean(const struct rj_frame *f)
{
	const struct rj_ipv4 *ip = rj_at(f, IP_OFF, struct rj_ipv4);
	const struct rj_ports *ports = rj_at(f, L4_OFF, struct rj_ports);
	struct rj_key key = {};

	if (!ip || !ports)
		return;
	key.addr[0][0] = ip->src;
	key.addr[1][0] = ip->dst;
	key.port[0] = ports->src;
	key.port[1] = ports->dst;
	key.proto = ip->proto;
	count(&key, f->wire_len);
}

/* minimum - our own parser, one lookup, two additions. */
static __always_inline void minimum(const struct rj_frame *f)
{
	__u32 zero = 0;
	struct bench_cpu *cpu = bpf_map_lookup_elem(&bench_cpus, &zero);

	if (!cpu || rj_parse_ethernet(f, &cpu->layers, &cpu->packet))
		return;
	rj_forget();
	count(&cpu->packet.key, cpu->packet.ip_len);
}

static __always_inline struct bench_sketch *sketch_of(struct bench_cpu *cpu, __u64 now)
{
	struct bench_sketch *s = bpf_map_lookup_elem(&bench_sketches, &cpu->packet.key);

	if (s)
		return s;
	cpu->fresh.start_ns = now;
	bpf_map_update_elem(&bench_sketches, &cpu->packet.key, &cpu->fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&bench_sketches, &cpu->packet.key);
}

/* sketch - the minimum with histograms, whose bins are 16 bits and not safe on two CPUs at once. */
static __always_inline void sketch(const struct rj_frame *f)
{
	__u32 zero = 0;
	struct bench_cpu *cpu = bpf_map_lookup_elem(&bench_cpus, &zero);
	struct bench_sketch *s;
	struct bench_side *side;
	__u64 now;

	if (!cpu || rj_parse_ethernet(f, &cpu->layers, &cpu->packet))
		return;
	rj_forget();
	now = bpf_ktime_get_ns();
	s = sketch_of(cpu, now);
	if (!s || now - s->start_ns > 3600 * 1000000000ull)
		return;
	side = &s->side[cpu->packet.side & 1];
	side->len[rj_log2_bin(cpu->packet.payload_len, 16) & 15]++;
	if (side->packets)
		side->gap[rj_log2_bin((now - side->last_ns) / 1000, 16) & 15]++;
	side->last_ns = now;
	rj_count(&side->packets, 1);
	rj_count(&side->bytes, cpu->packet.ip_len);
}

static __always_inline void nothing(const struct rj_frame *f)
{
	(void)f;
}

#define BENCH_PROGRAMS(work)                                                                       \
	int bench_xdp_##work(struct xdp_md *xdp);                                                  \
	SEC("xdp") int bench_xdp_##work(struct xdp_md *xdp)                                        \
	{                                                                                          \
		const struct rj_frame f = rj_xdp_frame(xdp);                                       \
                                                                                                   \
		work(&f);                                                                          \
		return XDP_PASS;                                                                   \
	}                                                                                          \
	int bench_tc_##work(struct __sk_buff *skb);                                                \
	SEC("tc") int bench_tc_##work(struct __sk_buff *skb)                                       \
	{                                                                                          \
		const struct rj_frame f = rj_skb_frame(skb);                                       \
                                                                                                   \
		work(&f);                                                                          \
		return TC_ACT_OK;                                                                  \
	}

BENCH_PROGRAMS(nothing)
BENCH_PROGRAMS(lean)
BENCH_PROGRAMS(minimum)
BENCH_PROGRAMS(sketch)

int bench_xdp_rotate(struct xdp_md *xdp);
SEC("xdp") int bench_xdp_rotate(struct xdp_md *xdp)
{
	const struct rj_frame f = rj_xdp_frame(xdp);

	rotate(&f);
	bpf_tail_call(xdp, &bench_xdp_target, 0);
	return XDP_ABORTED;
}

/* Sends each frame on. */
int bench_xdp_send(struct xdp_md *xdp);
SEC("xdp") int bench_xdp_send(struct xdp_md *xdp)
{
	const struct rj_frame f = rj_xdp_frame(xdp);

	rotate(&f);
	return (int)bpf_redirect(bench_rotation.ifindex, 0);
}

int bench_tc_rotate(struct __sk_buff *skb);
SEC("tc") int bench_tc_rotate(struct __sk_buff *skb)
{
	const struct rj_frame f = rj_skb_frame(skb);

	rotate(&f);
	bpf_tail_call(skb, &bench_tc_target, 0);
	return TC_ACT_SHOT;
}
