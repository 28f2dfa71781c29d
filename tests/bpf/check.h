/* SPDX-License-Identifier: BSD-3-Clause */
/* One frame through both sides and what they made of it compared. Included by parity.c alone. */
#ifndef RJ_TESTS_BPF_CHECK_H
#define RJ_TESTS_BPF_CHECK_H

#include "tests/bpf/compare.h"

#define MAX_TOLD 5u    /* failures of a test that are shown */
#define MAX_FAILED 50u /* after so many its rest is left out */
#define NUM_ENDS 8u

static const char *const hook_names[NUM_HOOKS] = {
	[HOOK_TC] = "rj_tc",
	[HOOK_XDP] = "rj_xdp",
	[HOOK_TC_IP] = "rj_tc_ip",
};

/*
 * struct test - a configuration on a program. @map_len: flows the kernel has room for; @max_live:
 * when all are taken away, before there are more
 */
struct test {
	const char *name;
	struct kernel kernel;
	struct model model;
	uint32_t map_len, max_live;
	uint64_t counters[RJ_NUM_COUNTERS]; /* as they must stand */
	uint64_t frames, valid, refused, orphans, samples, duplicates, tls_words, tls_behind;
	uint64_t joined, awaited, tunnelled, waiting, plain, whole;
	uint64_t reasons[RJ_NUM_REASONS];
	uint64_t ends[NUM_ENDS];
	uint32_t failed;
	struct prng interface;
};

static void clear(struct test *t)
{
	uint32_t num = kernel_clear(&t->kernel);

	if (num != t->model.num_flows) {
		printf("  the kernel has %u flows, the host %u\n", num, t->model.num_flows);
		t->failed++;
	}
	model_clear(&t->model);
}

/* Tells of a difference, then makes both sides empty and equal again. */
static void fail(struct test *t, const struct frame *f, const char *what)
{
	if (t->failed < MAX_TOLD) {
		printf("%s, %s: %s\n", t->name, hook_names[t->model.hook], what);
		dump(f);
	}
	is_quiet = ++t->failed >= MAX_TOLD;
	kernel_clear(&t->kernel);
	model_clear(&t->model);
	kernel_clear_datagrams(&t->kernel);
	model_clear_datagrams(&t->model);
	memcpy(t->counters, t->kernel.cpus[t->kernel.cpu].counters, sizeof(t->counters));
}

/* A test run refuses an skb that is said to be IP and too short for its header. */
static bool may_be_refused(enum hook hook, const struct frame *f)
{
	uint16_t type = skb_protocol(f->bytes);

	if (hook == HOOK_XDP)
		return false;
	return (type == RJ_ETH_IPV4 && f->len < FRAME_MIN + 20) ||
	       (type == RJ_ETH_IPV6 && f->len < FRAME_MIN + 40);
}

/* A sample has the packet's time, precisely where the flow does with a coarse one. */
static bool is_sample_time(uint64_t sample_ns, uint64_t packet_ns)
{
	return sample_ns >= packet_ns && sample_ns - packet_ns < 1000000000u;
}

/* The cut flow as it came through the ring; its slots go back. */
static bool check_finished(struct test *t, const struct verdict *v, const uint8_t *bytes,
			   size_t len)
{
	struct rj_ring_flow got;
	bool is_equal;

	if (len != sizeof(got))
		return false;
	memcpy(&got, bytes, sizeof(got));
	is_equal = got.kind == RJ_RING_FLOW && got.end == v->end;
	is_equal &= are_equal("cut.key", key_fields, NUM(key_fields), &v->packet.key, &got.key);
	is_equal &= are_equal_flows(&t->kernel, &t->model, v->finished, &got.flow);
	kernel_give_slot(&t->kernel, got.flow.half[0].slot);
	kernel_give_slot(&t->kernel, got.flow.half[1].slot);
	return is_equal;
}

/* The slot that the kernel gave the packet's side; a fragment that waits has none. */
static uint32_t kernel_slot(const struct test *t, const struct verdict *v)
{
	struct rj_flow flow;

	if (v->is_waiting || bpf_map_lookup_elem(t->kernel.flows_fd, &v->flow->key, &flow))
		return 0;
	return flow.half[v->packet.side].slot;
}

/* A sample says what packet it is of, where to answer, and has that packet's bytes. */
static bool check_sample(const struct test *t, const struct verdict *v, const struct frame *f,
			 const uint8_t *bytes, size_t len)
{
	const struct rj_packet *p = &v->packet;
	struct rj_sample s;
	uint32_t seq = p->tcp_seq + !!(p->tcp_flags & RJ_TCP_SYN);
	uint32_t frag_off = 0;

	if (len < sizeof(s))
		return false;
	memcpy(&s, bytes, sizeof(s));
	if (!(p->bits & RJ_PKT_TCP) && p->bits & (RJ_PKT_FIRST_FRAG | RJ_PKT_LATER_FRAG)) {
		frag_off = p->bits & RJ_PKT_LATER_FRAG ? p->frag_off : 0;
		seq = p->frag_id - frag_off;
	}
	return s.kind == RJ_RING_SAMPLE && !memcmp(&s.key, &p->key, sizeof(s.key)) &&
	       s.flow_start_ns == (v->is_waiting ? 0 : v->flow->flow.start_ns) &&
	       is_sample_time(s.time_ns, p->time_ns) && s.stream_seq == seq + s.offset &&
	       s.payload_len == p->payload_len && s.side == p->side &&
	       s.slot == kernel_slot(t, v) && !s.generation && s.tcp_flags == p->tcp_flags &&
	       s.bits == p->bits && !s.zero && s.len && s.len <= len - sizeof(s) &&
	       s.offset >= frag_off && s.offset - frag_off + s.len <= p->payload_len &&
	       p->payload_off + s.offset - frag_off + s.len <= f->len &&
	       !memcmp(bytes + sizeof(s), f->bytes + p->payload_off + s.offset - frag_off, s.len);
}

/* Of tunnels those that are there are compared: the rest is what other frames left. */
static bool is_tunnels(const struct verdict *v, bool is_around, const uint8_t *bytes, size_t len)
{
	struct rj_ring_tunnels got;

	if (len != sizeof(got))
		return false;
	memcpy(&got, bytes, sizeof(got));
	return got.kind == RJ_RING_TUNNELS && got.is_around == is_around &&
	       !memcmp(&got.key, &v->packet.key, sizeof(got.key)) &&
	       got.time_ns == v->packet.time_ns && got.tunnels.num == v->packet.num_tunnels &&
	       got.tunnels.side == v->packet.side && got.tunnels.side == v->tunnels.side &&
	       !memcmp(got.tunnels.at, v->tunnels.at, got.tunnels.num * sizeof(got.tunnels.at[0]));
}

/* Takes the last record off the ring where it must be of tunnels. */
static bool take_tunnels(struct kernel *k, const struct verdict *v, bool is_around)
{
	uint32_t at = k->num_records - 1;

	if (!k->num_records || !is_tunnels(v, is_around, k->record[at].bytes, k->record[at].len))
		return false;
	k->num_records--;
	return true;
}

static bool check_ring(struct test *t, const struct verdict *v, const struct frame *f)
{
	const struct kernel *k = &t->kernel;
	uint32_t at = 0;
	bool is_equal = true;

	if (v->end) {
		if (!k->num_records)
			return false;
		is_equal = check_finished(t, v, k->record[0].bytes, k->record[0].len);
		at = 1;
	}
	if (!t->model.limits.sample_bytes)
		return is_equal && at == k->num_records;
	for (; at < k->num_records; at++, t->samples++)
		if (!check_sample(t, v, f, k->record[at].bytes, k->record[at].len))
			return false;
	return is_equal;
}

/* The first record of the ring is @p, of this kind. */
static bool check_whole(const struct kernel *k, const struct rj_packet *p, uint32_t kind)
{
	struct rj_orphan orphan;

	if (!k->num_records || k->record[0].len != sizeof(orphan))
		return false;
	memcpy(&orphan, k->record[0].bytes, sizeof(orphan));
	return orphan.kind == kind && !orphan.zero &&
	       are_equal("orphan", packet_fields, NUM(packet_fields), p, &orphan.packet);
}

static bool check_orphan(const struct kernel *k, const struct rj_packet *p)
{
	return k->num_records == 1 && check_whole(k, p, RJ_RING_ORPHAN);
}

/* A first fragment that others wait for is told before anything else is. */
static bool take_first(struct kernel *k, const struct rj_packet *p)
{
	if (!check_whole(k, p, RJ_RING_FIRST))
		return false;
	k->num_records--;
	memmove(&k->record[0], &k->record[1], k->num_records * sizeof(k->record[0]));
	return true;
}

static bool check_flow(const struct test *t, const struct model_flow *host)
{
	struct rj_flow flow;

	if (bpf_map_lookup_elem(t->kernel.flows_fd, &host->key, &flow)) {
		if (!is_quiet)
			printf("  the kernel has no such flow\n");
		return false;
	}
	return are_equal_flows(&t->kernel, &t->model, host, &flow);
}

static void expect_losses(struct test *t)
{
	const uint64_t *got = t->kernel.cpus[t->kernel.cpu].counters;

	for (unsigned int i = RJ_COUNT_LOST_FULL; i <= RJ_COUNT_LOST_LONG; i++) {
		t->counters[RJ_COUNT_SAMPLES_LOST] += got[i] - t->counters[i];
		t->counters[i] = got[i];
	}
}

/* Samples are those that came; which of them were lost, the kernel alone knows. */
static void expect_samples(struct test *t, const struct verdict *v)
{
	if (!t->model.limits.sample_bytes)
		return;
	t->counters[RJ_COUNT_SAMPLES] += t->kernel.num_records - !!v->end;
	expect_losses(t);
}

/* Whether the packet has no place: its flow is being taken, or is new and the map full. */
static bool is_orphan(struct test *t, const struct verdict *v)
{
	const struct rj_packet *p = &v->packet;
	struct model_flow *f = model_find(&t->model, &p->key);

	if (v->is_waiting)
		return true;
	return f ? f->flow.dying && t->model.is_claimed : t->model.num_flows == t->map_len;
}

/* An orphan while nobody takes anything out of the ring: handed up, until there is no room. */
static const char *check_held(struct test *t, const struct rj_packet *p)
{
	const uint64_t *got = t->kernel.cpus[t->kernel.cpu].counters;

	if (got[RJ_COUNT_HANDED_UP] == t->counters[RJ_COUNT_HANDED_UP])
		t->model.is_ring_full = true;
	t->counters[t->model.is_ring_full ? (unsigned int)RJ_REASON_MAP_FULL :
					    (unsigned int)RJ_COUNT_HANDED_UP] += p->num_segments;
	return NULL;
}

/* A fragment that waits may be sampled: behind the packet itself. */
static bool take_waiting(struct test *t, const struct verdict *v, const struct frame *f)
{
	const uint32_t kind = RJ_RING_SAMPLE;
	struct kernel *k = &t->kernel;
	uint32_t at;

	if (!v->is_waiting || !t->model.limits.sample_bytes)
		return true;
	expect_losses(t);
	at = k->num_records - 1;
	if (!k->num_records || memcmp(k->record[at].bytes, &kind, sizeof(kind)))
		return true;
	t->counters[RJ_COUNT_SAMPLES]++;
	t->waiting++;
	k->num_records--;
	return (v->packet.key.proto == RJ_IP_UDP || v->packet.key.proto == RJ_IP_TCP) &&
	       check_sample(t, v, f, k->record[at].bytes, k->record[at].len);
}

static const char *check_packet(struct test *t, struct verdict *v, const struct frame *f)
{
	const struct cpu_value *cpu = &t->kernel.cpus[t->kernel.cpu];
	struct rj_packet *p = &v->packet;

	p->time_ns = cpu->packet.time_ns;
	p->ifindex = f->ifindex ? f->ifindex : IFINDEX;
	model_fragment(&t->model, v);
	t->joined += !!(p->bits & RJ_PKT_JOINED_FRAG);
	t->awaited += v->is_awaited;
	if (!are_equal("packet", packet_fields, NUM(packet_fields), p, &cpu->packet))
		return "the packet differs";
	t->counters[RJ_COUNT_PACKETS] += p->num_segments;
	t->counters[RJ_COUNT_BYTES] += p->ip_len;
	if (v->is_awaited && !take_first(&t->kernel, p))
		return "the first fragment told differs";
	if (is_orphan(t, v) && t->kernel.is_held)
		return check_held(t, p);
	if (!take_waiting(t, v, f))
		return "the sample of a fragment that waits differs";
	if (is_orphan(t, v) && p->num_tunnels && !take_tunnels(&t->kernel, v, true))
		return "the tunnels of the packet handed up differ";
	if (is_orphan(t, v)) {
		t->counters[RJ_COUNT_HANDED_UP] += p->num_segments;
		t->orphans++;
		return check_orphan(&t->kernel, p) ? NULL : "the packet handed up differs";
	}
	if (model_is_duplicate(&t->model, p)) {
		t->counters[RJ_REASON_DUPLICATE] += p->num_segments;
		t->duplicates++;
		v->flow = model_find(&t->model, &p->key);
		return check_flow(t, v->flow) ? NULL : "the flow of a duplicate differs";
	}
	model_account(&t->model, v, f, p->time_ns);
	if (v->is_short) {
		t->counters[RJ_COUNT_SLOTS_SHORT] += p->num_segments;
		t->counters[RJ_COUNT_HANDED_UP] += p->num_segments;
		if (p->num_tunnels && !take_tunnels(&t->kernel, v, true))
			return "the tunnels of the packet without a slot differ";
		return check_orphan(&t->kernel, p) && check_flow(t, v->flow) ?
			       NULL :
			       "the packet without a slot differs";
	}
	t->tls_words += v->tls_words;
	t->tls_behind += v->is_behind ? v->tls_words : 0;
	t->plain += v->is_plain;
	t->counters[RJ_COUNT_IN_FLOWS] += p->num_segments;
	t->counters[RJ_COUNT_CUTS_LATE] += v->cuts_late;
	t->tunnelled += !!p->num_tunnels;
	if (p->num_tunnels && v->flow->flow.start_ns == p->time_ns &&
	    !take_tunnels(&t->kernel, v, false))
		return "the tunnels differ";
	expect_samples(t, v);
	t->ends[v->end]++;
	if (!check_ring(t, v, f))
		return v->end ? "the cut flow differs" : "the ring has what it should not";
	return check_flow(t, v->flow) ? NULL : "the flow differs";
}

/* Whether user space could read what the packet programs cannot; all of a test run is readable. */
static bool is_beyond_reach(enum rj_reason reason)
{
	return reason == RJ_REASON_VLAN_DEPTH || reason == RJ_REASON_LINK_DEPTH ||
	       reason == RJ_REASON_IP_HEADERS || reason == RJ_REASON_TUNNEL_DEPTH;
}

/* The frame as it was given, with all that says how to read it. */
static bool is_whole(const struct test *t, const struct frame *f)
{
	const struct kernel *k = &t->kernel;
	bool is_skb = t->model.hook != HOOK_XDP;
	struct rj_ring_frame got;

	if (k->num_records != 1 || k->record[0].len != sizeof(got))
		return false;
	memcpy(&got, k->record[0].bytes, sizeof(got));
	return got.kind == RJ_RING_FRAME && got.wire_len == f->len &&
	       got.len == (f->len < RJ_WHOLE_BYTES ? f->len : RJ_WHOLE_BYTES) && got.time_ns &&
	       !got.outer_tci && got.ifindex == (f->ifindex ? f->ifindex : IFINDEX) &&
	       got.segment_len == (is_skb ? f->gso_size : 0) &&
	       got.is_bare == (t->model.hook == HOOK_TC_IP) &&
	       got.type == (is_skb ? skb_protocol(f->bytes) : 0) && !got.zero &&
	       !memcmp(got.bytes, f->bytes, got.len);
}

static const char *check_set_aside(struct test *t, const struct verdict *v, const struct frame *f)
{
	/* XDP cannot copy a frame before 5.18 */
	bool can_copy = t->model.hook != HOOK_XDP || t->kernel.skel->rodata->rj_has_xdp_load;

	t->counters[RJ_COUNT_PACKETS]++;
	if (!is_beyond_reach(v->reason) || !can_copy ||
	    t->kernel.cpus[t->kernel.cpu].num_whole > RJ_MAX_WHOLE_FRAMES) {
		t->counters[v->reason]++;
		return t->kernel.num_records ? "a frame set aside left something in the ring" :
					       NULL;
	}
	t->counters[RJ_COUNT_HANDED_UP]++;
	t->whole++;
	return is_whole(t, f) ? NULL : "the frame handed up whole differs";
}

static bool is_valid(const struct verdict *v)
{
	const struct rj_packet *p = &v->packet;

	if (v->reason)
		return false;
	return p->bits & RJ_PKT_TCP || (p->key.proto == RJ_IP_UDP && !(p->bits & RJ_PKT_BAD_L4));
}

static void check(struct test *t, const struct frame *f)
{
	struct verdict v = { 0 };
	const char *what;
	int err = kernel_run(&t->kernel, f);

	if (err == -EINVAL && may_be_refused(t->model.hook, f)) {
		t->refused++;
		return;
	}
	if (err) {
		fail(t, f,
		     err == -EBADMSG ? "the frame was not passed on as it came" : strerror(-err));
		return;
	}
	t->frames++;
	v.reason = model_parse(&t->model, f, &v.packet, &v.tunnels);
	t->reasons[v.reason]++;
	if (v.reason == RJ_REASON_FRAGMENT) /* in a flow, or handed up */
		v.reason = RJ_REASON_NONE;
	t->valid += is_valid(&v);
	what = v.reason ? check_set_aside(t, &v, f) : check_packet(t, &v, f);
	if (!are_equal_counters(t->counters, t->kernel.cpus[t->kernel.cpu].counters) && !what)
		what = "the counters differ";
	model_flow_free(v.finished);
	if (what)
		fail(t, f, what);
}

/* More interfaces than a flow remembers; make_interfaces made them. */
static const uint32_t IFINDEXES[] = { IFINDEX, 5, 6, 7, 8, 9, 10 };

/* The same frame on some interface. */
static const struct frame *on_some_interface(struct test *t, const struct frame *f)
{
	static struct frame moved;

	moved = *f;
	moved.ifindex = IFINDEXES[below(&t->interface, sizeof(IFINDEXES) / sizeof(*IFINDEXES))];
	return &moved;
}

/* The generators' way in: without link header where the program expects none. */
static void feed_test(void *user, const struct frame *f)
{
	static struct frame bare;
	struct test *t = user;

	if (t->failed >= MAX_FAILED)
		return;
	if (t->model.num_flows >= t->max_live)
		clear(t);
	if (t->model.is_several)
		f = on_some_interface(t, f);
	if (t->model.hook != HOOK_TC_IP) {
		check(t, f);
		return;
	}
	if (f->len < 2 * FRAME_MIN)
		return;
	bare.len = f->len - FRAME_MIN;
	bare.gso_segs = f->gso_segs;
	bare.gso_size = f->gso_size;
	bare.ifindex = f->ifindex;
	memcpy(bare.bytes, f->bytes + FRAME_MIN, bare.len);
	check(t, &bare);
}

#endif
