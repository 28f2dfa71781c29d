// SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause)
/* The packet programs and the reaper: entry points, and what needs maps. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/accumulate.h"
#include "bpf/config.h"
#include "bpf/ctx.h"
#include "bpf/fragment.h"
#include "bpf/kernel.h"
#include "bpf/maps.h"
#include "bpf/owner.h"
#include "bpf/parse.h"
#include "bpf/sample.h"
#include "bpf/packet_owner.h"
#include "bpf/take.h"
#include "bpf/tlsrec.h"
#include "bpf/whole.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum rj_link { RJ_LINK_ETHERNET, RJ_LINK_IP };

/*
 * rj_parse - the frame as a packet; what lies outside the directly readable part is pulled in
 * once.
 */
static __always_inline enum rj_reason rj_parse(const struct rj_frame *f, const enum rj_link link,
					       struct rj_cpu *cpu)
{
	enum rj_reason reason = RJ_REASON_NONE;

	for (__u32 i = 0; i < 2; i++) {
		if (link == RJ_LINK_ETHERNET)
			reason = rj_parse_ethernet(f, &cpu->layers, &cpu->packet);
		else
			reason = rj_parse_network(f, 0, f->type, &cpu->layers, &cpu->packet);
		rj_forget();
		if (reason != RJ_REASON_LINK_TRUNCATED && reason != RJ_REASON_IP_TRUNCATED &&
		    reason != RJ_REASON_L4_SHORT && !(cpu->packet.bits & RJ_PKT_BAD_L4) &&
		    !cpu->layers.is_short)
			break;
		if (i || !rj_frame_pull(f))
			break;
	}
	return reason;
}

/* rj_create - inserts the flow that the packet begins; NULL when the map is full. */
static __always_inline struct rj_flow *rj_create(struct rj_cpu *cpu)
{
	rj_flow_start(&cpu->fresh, &cpu->packet, -1);
	/* another CPU may have been first: then its flow is the one */
	bpf_map_update_elem(&rj_flows, &cpu->packet.key, &cpu->fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&rj_flows, &cpu->packet.key);
}

/* rj_has_records - whether the packet's TLS records are to be followed. */
static __always_inline int rj_has_records(const struct rj_half *half, const struct rj_rest *rest,
					  const struct rj_packet *p, const struct rj_limits *limits)
{
	return limits->num_records && rest && rj_tlsrec_wants(half, rest, p);
}

/*
 * rj_now - the packet's time. Reading the clock costs as much as all that is done to a known flow,
 * so that it is read precisely where a record shows it of every packet: while the sequence is
 * being written, for headers of TLS records, and where TCP begins or ends; for gaps in histograms
 * rj_account has done so. Behind that, once in a tick of the kernel on each CPU (1 to 10 ms): what
 * it says then is the flow's end so far.
 */
static __always_inline __u64 rj_now(const struct rj_half *half, const struct rj_rest *rest,
				    struct rj_cpu *cpu, const struct rj_limits *limits)
{
	const struct rj_packet *p = &cpu->packet;
	__u64 tick;

	if (p->time_ns)
		return p->time_ns;
	if (half->packets <= limits->num_packets ||
	    p->tcp_flags & (RJ_TCP_SYN | RJ_TCP_FIN | RJ_TCP_RST) ||
	    rj_is_listed(half, p, limits) || rj_has_records(half, rest, p, limits))
		return bpf_ktime_get_ns();
	tick = bpf_jiffies64();
	if (tick != cpu->tick) {
		cpu->tick = tick;
		cpu->tick_ns = bpf_ktime_get_ns();
	}
	cpu->is_coarse = 1;
	return cpu->tick_ns;
}

/*
 * rj_seq_of - where the rest of the packet's side is, @seq: as much as the packet may ask for.
 * False where it has none yet.
 */
static __always_inline int rj_seq_of(const struct rj_frame *f, const struct rj_flow *flow,
				     struct rj_half *half, const struct rj_packet *p,
				     const struct rj_limits *limits, struct rj_seq *seq)
{
	int is_plain = half->slot && rj_is_plain(half, p, limits) &&
		       !rj_may_be_sampled(f, half, p) && !(rj_several && rj_owner_changes(flow, p));

	seq->rest = 0;
	seq->hist = 0;
	if (!is_plain)
		return half->slot && rj_slot_at(half->slot, limits, seq);
	if (!limits->with_hist)
		return 1;
	seq->hist = rj_hist_at(half->slot);
	return seq->hist != 0;
}

/* rj_tls_step_here - rj_tls_head of what rj_tls_head_apart left. */
static __always_inline int rj_tls_step_here(const struct rj_frame *f)
{
	__u32 zero = 0;
	struct rj_cpu *cpu = bpf_map_lookup_elem(&rj_cpus, &zero);
	struct rj_limits limits;
	struct rj_tls_list list;
	struct rj_seq seq;

	/* slots have no room for them then, and before 6.8 what is never called is verified too */
	if (!cpu || !rj_limits.num_records)
		return 0;
	rj_limits_get(&limits);
	if (!rj_slot_at(cpu->walk_slot, &limits, &seq))
		return 0;
	list.words = seq.records;
	list.first = 0;
	list.num_words = limits.num_records + RJ_TLS_MESSAGES;
	return rj_tls_head(f, cpu->walk_off, (__u32)cpu->walk_left, &cpu->walk, &list,
			   cpu->walk_since_ns);
}

/* Global functions as those of RJ_OUT_OF_LINE: in a loop of headers the states were too many. */
int rj_tls_step_skb(struct __sk_buff *skb);
__attribute__((noinline)) int rj_tls_step_skb(struct __sk_buff *skb)
{
	const struct rj_frame f = { .ctx = skb, .hook = RJ_HOOK_SKB };

	return rj_tls_step_here(&f);
}

int rj_tls_step_xdp(struct xdp_md *xdp);
__attribute__((noinline)) int rj_tls_step_xdp(struct xdp_md *xdp)
{
	const struct rj_frame f = { .ctx = xdp, .hook = RJ_HOOK_XDP };

	return rj_tls_step_here(&f);
}

static __always_inline int rj_tls_head_apart(const struct rj_frame *f, __u32 off, __u32 left,
					     struct rj_tls_walk *w, const struct rj_tls_list *list,
					     __u64 since_start_ns)
{
	__u32 zero = 0;
	struct rj_cpu *cpu = bpf_map_lookup_elem(&rj_cpus, &zero);
	int is_read;

	(void)list;
	if (!cpu)
		return 0;
	cpu->walk = *w;
	cpu->walk_since_ns = since_start_ns;
	cpu->walk_off = off;
	cpu->walk_left = left;
	rj_forget();
	is_read = f->hook == RJ_HOOK_XDP ? rj_tls_step_xdp(f->ctx) : rj_tls_step_skb(f->ctx);
	rj_forget();
	*w = cpu->walk;
	return is_read;
}

/*
 * rj_tls_skb, rj_tls_xdp - rj_tlsrec_add, once in the object for all programs of a kind: it is
 * long, and few packets need it.
 */
static __noinline void rj_tls_skb(struct __sk_buff *skb, struct rj_half *half, struct rj_rest *rest,
				  struct rj_cpu *cpu, __u64 *words)
{
	const struct rj_frame f = { .ctx = skb, .hook = RJ_HOOK_SKB };
	const struct rj_tls_list list = { .words = words,
					  .num_words = rj_limits.num_records + RJ_TLS_MESSAGES };

	rj_tlsrec_add(&f, cpu->packet.payload_off, half, rest, &list, &cpu->packet,
		      cpu->walk_since_ns);
}

static __noinline void rj_tls_xdp(struct xdp_md *xdp, struct rj_half *half, struct rj_rest *rest,
				  struct rj_cpu *cpu, __u64 *words)
{
	const struct rj_frame f = { .ctx = xdp, .hook = RJ_HOOK_XDP };
	const struct rj_tls_list list = { .words = words,
					  .num_words = rj_limits.num_records + RJ_TLS_MESSAGES };

	rj_tlsrec_add(&f, cpu->packet.payload_off, half, rest, &list, &cpu->packet,
		      cpu->walk_since_ns);
}

/* rj_tls - follows the packet's TLS records. */
static __always_inline void rj_tls(const struct rj_frame *f, const struct rj_flow *flow,
				   struct rj_half *half, const struct rj_seq *seq,
				   struct rj_cpu *cpu)
{
	const struct rj_packet *p = &cpu->packet;

	cpu->walk_since_ns = p->time_ns > flow->start_ns ? p->time_ns - flow->start_ns : 0;
	cpu->walk_slot = seq->slot;
	rj_forget();
	if (f->hook == RJ_HOOK_SKB)
		rj_tls_skb(f->ctx, half, seq->rest, cpu, seq->records);
	else
		rj_tls_xdp(f->ctx, half, seq->rest, cpu, seq->records);
}

/* rj_hand_over - the packet as it is, to user space; false when the ring is full. */
static __always_inline int rj_hand_over(const struct rj_cpu *cpu, __u32 kind)
{
	struct rj_orphan *orphan = bpf_ringbuf_reserve(&rj_ring, sizeof(*orphan), 0);

	if (!orphan)
		return 0;
	orphan->kind = kind;
	orphan->zero = 0;
	orphan->packet = cpu->packet;
	bpf_ringbuf_submit(orphan, 0);
	return 1;
}

/*
 * rj_tell_tunnels - which tunnels the packet came in, as its flow begins with it, or as it
 * @is_around and may begin one in user space.
 */
static __noinline int rj_tell_tunnels(const struct rj_cpu *cpu, __u32 is_around)
{
	struct rj_ring_tunnels *out = bpf_ringbuf_reserve(&rj_ring, sizeof(*out), 0);

	if (!out)
		return 0;
	out->kind = RJ_RING_TUNNELS;
	out->is_around = is_around;
	out->key = cpu->packet.key;
	out->time_ns = cpu->packet.time_ns;
	out->tunnels = cpu->layers.tunnels;
	bpf_ringbuf_submit(out, 0);
	return 1;
}

/* rj_hand_up - a packet that has no place in the flow map goes to user space. */
static __always_inline void rj_hand_up(struct rj_cpu *cpu)
{
	if (rj_hand_over(cpu, RJ_RING_ORPHAN))
		cpu->counters[RJ_COUNT_HANDED_UP] += cpu->packet.num_segments;
	else
		cpu->counters[RJ_REASON_MAP_FULL] += cpu->packet.num_segments;
	if (cpu->packet.num_tunnels)
		rj_tell_tunnels(cpu, 1);
}

/*
 * rj_wait_for_first - a later fragment whose first has not come: the entry says so, so that the
 * first is told to user space when it comes. What another CPU has just written there stands.
 */
static __always_inline struct rj_first *rj_wait_for_first(struct rj_cpu *cpu, __u64 flags)
{
	rj_zero(&cpu->first, sizeof(cpu->first));
	cpu->first.time_ns = cpu->packet.time_ns;
	bpf_map_update_elem(&rj_datagrams, &cpu->name, &cpu->first, flags);
	return bpf_map_lookup_elem(&rj_datagrams, &cpu->name);
}

/*
 * rj_fragment - a first fragment leaves word for the later ones, a later one takes the key of its
 * first. False where that has not come: user space keeps the packet until it does. Without the
 * frame: whose kind would be no constant any more.
 */
static __noinline int rj_fragment(struct rj_cpu *cpu)
{
	struct rj_packet *p = &cpu->packet;
	struct rj_first *first;
	int is_awaited;

	rj_fragment_name(p, &cpu->name);
	first = bpf_map_lookup_elem(&rj_datagrams, &cpu->name);
	if (p->bits & RJ_PKT_FIRST_FRAG) {
		rj_fragment_note(p, &cpu->first);
		/* a later one may have come just now, on another CPU */
		is_awaited = first ? !first->is_known :
				     !!bpf_map_update_elem(&rj_datagrams, &cpu->name, &cpu->first,
							   BPF_NOEXIST);
		if (first || is_awaited)
			bpf_map_update_elem(&rj_datagrams, &cpu->name, &cpu->first, BPF_ANY);
		if (is_awaited)
			rj_hand_over(cpu, RJ_RING_FIRST);
		return 1;
	}
	if (!first || rj_is_late(p->time_ns, first->time_ns, RJ_FRAGMENT_NS))
		first = rj_wait_for_first(cpu, first ? BPF_ANY : BPF_NOEXIST);
	if (first && first->is_known) {
		rj_fragment_join(first, p);
		return 1;
	}
	/* anyone can make these: they must not take the place of flows that are cut */
	if (rj_ring_takes(RJ_CLASS_REST))
		rj_hand_up(cpu);
	else
		cpu->counters[RJ_REASON_FRAGMENT_FLOOD] += p->num_segments;
	return 0;
}

/*
 * rj_was_cut - another CPU has cut the flow while @rest was written: what is settled of that is not
 * of the next one, and what the next one knows of TLS records may be what it was before.
 */
static __noinline void rj_was_cut(struct rj_half *half, const struct rj_rest *rest)
{
	struct rj_limits limits;
	struct rj_seq seq = {};

	half->bits = 0;
	half->tcp_bits &= (__u8) ~(RJ_TCP_HAS_SEQ | RJ_TCP_NO_TLS);
	rj_limits_get(&limits);
	if (limits.num_records && rj_slot_at(half->slot, &limits, &seq) &&
	    seq.rest->tls.state == RJ_TLS_FOLLOW)
		rj_tlsrec_go_on(half, seq.rest, rest);
}

/* rj_add_whole - adds a packet for which the rest of its side is there. */
static __always_inline void rj_add_whole(const struct rj_frame *f, struct rj_flow *flow,
					 struct rj_half *half, const struct rj_seq *seq,
					 struct rj_cpu *cpu, const struct rj_limits *limits)
{
	const struct rj_packet *p = &cpu->packet;

	if (rj_several)
		rj_owner_set(flow, seq->rest, p);
	if (rj_with_owners && f->hook == RJ_HOOK_SKB && rj_owner_is_due(half)) {
		rj_owner_look(f->ctx, half, &seq->owners[RJ_OWNER_SENDER], p);
		rj_receiver_look(f->ctx, flow, half, &seq->owners[RJ_OWNER_RECEIVER], seq->rest, p);
	}
	cpu->has_records = !!rj_has_records(half, seq->rest, p, limits);
	rj_forget();
	rj_flow_add(flow, half, seq, p, limits);
	rj_forget();
	if (limits->num_records && cpu->has_records)
		rj_tls(f, flow, half, seq, cpu);
	rj_sample(f, flow, half, seq->rest, cpu);
	if (p->num_tunnels && flow->start_ns == p->time_ns && !rj_tell_tunnels(cpu, 0))
		rj_sample_counted(seq->rest, cpu, RJ_COUNT_LOST_FULL);
	if (half->slot != seq->slot)
		rj_was_cut(half, seq->rest);
}

/* rj_pass_by - what a packet tells that is counted on another interface. */
static __always_inline void rj_pass_by(const struct rj_frame *f, const struct rj_flow *flow,
				       const struct rj_half *half, const struct rj_seq *seq,
				       const struct rj_packet *p)
{
	rj_owner_note(seq->rest, p->ifindex);
	if (rj_with_owners && f->hook == RJ_HOOK_SKB && rj_owner_is_due(half))
		rj_receiver_look(f->ctx, flow, half, &seq->owners[RJ_OWNER_RECEIVER], seq->rest, p);
}

/* rj_account - adds a parsed packet to its flow. */
static __always_inline void rj_account(const struct rj_frame *f, struct rj_cpu *cpu)
{
	struct rj_packet *p = &cpu->packet;
	struct rj_flow *flow;
	struct rj_half *half;
	struct rj_seq seq = {};
	struct rj_limits limits;
	int has_seq = 0;
	__u32 dying;

	rj_limits_get(&limits);
	cpu->is_coarse = 0;
	/* ahead of the lookup: reading the clock waits for all that is on its way from memory */
	if (limits.with_hist && !p->time_ns)
		p->time_ns = bpf_ktime_get_ns();
	flow = bpf_map_lookup_elem(&rj_flows, &p->key);
	if (flow) {
		dying = *(volatile __u32 *)&flow->dying;
		half = &flow->half[p->side & 1];
		has_seq = rj_seq_of(f, flow, half, p, &limits, &seq);
		p->time_ns = rj_now(half, seq.rest, cpu, &limits);
		if (rj_several && rj_is_duplicate(flow, half, p)) {
			if (seq.rest && !dying) /* whose slot may be another's already */
				rj_pass_by(f, flow, half, &seq, p);
			cpu->counters[RJ_REASON_DUPLICATE] += p->num_segments;
			return;
		}
		if (dying || rj_flow_cut(flow, half, &flow->half[!(p->side & 1)], p, &limits)) {
			flow = rj_turn(flow, cpu, dying);
			has_seq = 0;
		}
	} else if (!p->time_ns) {
		p->time_ns = bpf_ktime_get_ns();
	}
	if (!flow)
		flow = rj_create(cpu);
	if (!flow || flow->dying) {
		rj_hand_up(cpu);
		return;
	}
	rj_forget();
	half = &flow->half[p->side & 1];
	if (!has_seq)
		has_seq = rj_seq_of(f, flow, half, p, &limits, &seq);
	if (!has_seq) {
		rj_slot_take(half);
		has_seq = rj_slot_at(half->slot, &limits, &seq) != 0;
	}
	if (!has_seq) {
		cpu->counters[RJ_COUNT_SLOTS_SHORT] += p->num_segments;
		rj_hand_up(cpu);
		return;
	}
	cpu->counters[RJ_COUNT_IN_FLOWS] += p->num_segments;
	if (seq.rest)
		rj_add_whole(f, flow, half, &seq, cpu, &limits);
	else
		rj_flow_add_plain(half, seq.hist, p);
}

/* rj_watch - all that happens to a frame. Nothing here can change or drop it. */
static __always_inline void rj_watch(const struct rj_frame *f, const enum rj_link link)
{
	__u32 zero = 0;
	struct rj_cpu *cpu = bpf_map_lookup_elem(&rj_cpus, &zero);
	enum rj_reason reason;

	if (!cpu)
		return;
	reason = rj_parse(f, link, cpu);
	if (reason && reason != RJ_REASON_FRAGMENT) {
		__u64 count = reason;

		if (rj_whole(f, reason, link == RJ_LINK_IP))
			count = RJ_COUNT_HANDED_UP;
		rj_hide(count);
		cpu->counters[RJ_COUNT_PACKETS]++;
		if (count < RJ_NUM_COUNTERS)
			cpu->counters[count]++;
		return;
	}
	rj_unfold(&cpu->packet, rj_frame_segment_len(f, &cpu->packet));
	cpu->counters[RJ_COUNT_PACKETS] += cpu->packet.num_segments;
	cpu->counters[RJ_COUNT_BYTES] += cpu->packet.ip_len;
	cpu->packet.ifindex = rj_frame_ifindex(f);
	if (rj_limits.no_bidir)
		rj_go_one_way(&cpu->packet);
	rj_forget();
	if (cpu->packet.bits & (RJ_PKT_FIRST_FRAG | RJ_PKT_LATER_FRAG)) {
		cpu->packet.time_ns = bpf_ktime_get_ns();
		if (!rj_fragment(cpu)) {
			rj_sample_waiting(f, cpu);
			return;
		}
	}
	rj_account(f, cpu);
}

/* Both TCX_NEXT and TC_ACT_UNSPEC: go on as if the program were not there. */
#define RJ_PASS_ON (-1)

#define RJ_TC_PROGRAM(name, section, link)                                                         \
	int name(struct __sk_buff *skb);                                                           \
	SEC(section) int name(struct __sk_buff *skb)                                               \
	{                                                                                          \
		const struct rj_frame f = rj_skb_frame(skb);                                       \
                                                                                                   \
		rj_watch(&f, link);                                                                \
		return RJ_PASS_ON;                                                                 \
	}

/*
 * Each for both directions: the one of interfaces with Ethernet headers, and of those whose frames
 * start with IP (tun, WireGuard).
 */
RJ_TC_PROGRAM(rj_tc, "tc", RJ_LINK_ETHERNET)
RJ_TC_PROGRAM(rj_tc_ip, "tc", RJ_LINK_IP)

int rj_xdp(struct xdp_md *xdp);
SEC("xdp") int rj_xdp(struct xdp_md *xdp)
{
	const struct rj_frame f = rj_xdp_frame(xdp);

	rj_watch(&f, RJ_LINK_ETHERNET);
	return XDP_PASS;
}

/* rj_reap_count - notes that the flow leaves the kernel: nothing adds to it any more. */
static __always_inline void rj_reap_count(const struct rj_flow *flow)
{
	__u32 zero = 0;
	struct rj_meta *meta = bpf_map_lookup_elem(&rj_meta, &zero);

	if (meta)
		rj_count(&meta->reaped, rj_flow_packets(flow));
}

/* rj_reap_one - writes (key, value) out and deletes the entry, unless a packet was faster. */
static __always_inline void rj_reap_one(struct bpf_iter__bpf_map_elem *ctx, struct rj_key *key,
					struct rj_flow *flow)
{
	struct seq_file *seq = ctx->meta->seq;
	struct rj_key own = *key; /* helpers take no key from an iterator's context */
	__u32 one = 1;

	/* of all flows, none has a packet program left that could cut it */
	if (!rj_reap_all && bpf_map_update_elem(&rj_cutting, &own, &one, BPF_NOEXIST))
		return;
	/* what does not fit in the reader's buffer is not kept in it, and the entry comes again */
	if ((flow->dying || rj_reap_all) && !bpf_seq_write(seq, key, sizeof(*key)) &&
	    !bpf_seq_write(seq, flow, sizeof(*flow))) {
		rj_reap_count(flow);
		bpf_map_delete_elem(&rj_flows, &own);
	}
	if (!rj_reap_all)
		bpf_map_delete_elem(&rj_cutting, &own);
}

/*
 * The reaper walks the flow map when user space reads its iterator: it marks flows whose time is
 * over, and takes those it marked on an earlier walk and no packet has come for since; by then no
 * packet program can still hold one that it found before it was marked.
 */
int rj_reap(struct bpf_iter__bpf_map_elem *ctx);
SEC("iter/bpf_map_elem") int rj_reap(struct bpf_iter__bpf_map_elem *ctx)
{
	struct rj_key *key = ctx->key;
	struct rj_flow *flow = ctx->value;
	__u64 now = rj_reap_ns;
	struct rj_limits limits;

	if (!key || !flow)
		return 0;
	rj_num_met++;
	if (rj_reap_all || (flow->dying && flow->dying != rj_reap_round)) {
		rj_reap_one(ctx, key, flow);
		return 0;
	}
	rj_limits_get(&limits);
	if (!flow->dying && (rj_flow_is_over(flow, now, &limits) ||
			     (rj_spare_ns && rj_flow_is_spare(flow, now, rj_spare_ns)))) {
		flow->dying = rj_reap_round;
		rj_num_marked++;
	}
	return 0;
}

/*
 * Run by user space, with no packet: puts the slots in rj_given back to the free ones. Here, as the
 * queue knows no batches, and a system call for each costs more than all else about it.
 */
int rj_give(struct __sk_buff *skb);
SEC("tc") int rj_give(struct __sk_buff *skb)
{
	(void)skb;
	for (__u32 i = 0; i < RJ_MAX_GIVEN; i++) {
		__u32 index;

		if (i >= rj_num_given)
			break;
		index = rj_given[i];
		if (bpf_map_push_elem(&rj_free_slots, &index, BPF_ANY))
			rj_num_not_taken++;
	}
	rj_num_given = 0;
	return RJ_PASS_ON;
}
