// SPDX-License-Identifier: BSD-3-Clause
/* From captured frames to packets of the engine. */
#include "source/intake.h"

#include "source/link.h"

const char *rj_reason_text(enum rj_reason reason)
{
	static const char *const texts[] = {
#define X(name, number, text) [number] = text,
		RJ_REASONS(X)
#undef X
	};

	return texts[reason];
}

/* Packets that are parsed before their turn, while the memory of their flows is fetched. Ours. */
#define NUM_AHEAD 8u

/* Frames before its turn at which a frame's headers are fetched, of all or of the chosen. Ours. */
#define FRAMES_AHEAD 16u
#define CHOSEN_AHEAD 8u

/*
 * struct parsed - a packet that waits for its turn.
 * @now_ns: the latest time of all frames up to its own
 * @spot: of a later fragment nowhere
 */
struct parsed {
	uint64_t frame;
	uint64_t place;
	uint64_t now_ns;
	struct rj_spot spot;
	struct rj_captured captured;
	struct rj_packet packet;
	struct rj_tunnels tunnels;
};

/*
 * struct ahead - those that wait: @num, the first at @first.
 * @like: a frame, as far as all are alike
 */
struct ahead {
	struct rj_intake *in;
	struct rj_parts *parts;
	struct rj_frame like;
	bool is_one_way;
	uint64_t now_ns;
	uint32_t first;
	uint32_t num;
	struct parsed ring[NUM_AHEAD];
};

static struct parsed *waiting(struct ahead *a, uint32_t number)
{
	return &a->ring[(a->first + number) % NUM_AHEAD];
}

/* A step of fetching what the packet will need, between when it was parsed and its turn. */
static inline void fetch(struct ahead *a, int step)
{
	uint32_t behind = NUM_AHEAD - NUM_AHEAD / RJ_FETCH_STEPS * (uint32_t)step;
	const struct parsed *p = waiting(a, behind);

	if (behind < a->num)
		rj_spot_fetch(&p->spot, p->packet.side, step);
}

static bool is_fragment(const struct rj_packet *p)
{
	return p->bits & (RJ_PKT_FIRST_FRAG | RJ_PKT_LATER_FRAG);
}

/* A fragment, or what came in tunnels. */
static __attribute__((noinline)) void take_unusual(struct ahead *a, const struct parsed *p)
{
	/* no flow ends by it (note_time), but fragments that wait may */
	if (is_fragment(&p->packet))
		rj_parts_time(a->parts, p->frame, p->now_ns);
	rj_parts_packet(a->parts, p->place, &p->packet, &p->spot, &p->captured);
	if (p->packet.num_tunnels)
		rj_parts_tunnels(a->parts, &p->packet, &p->tunnels);
}

static void take_first(struct ahead *a)
{
	struct parsed *p = waiting(a, 0);

	for (int step = 1; step < RJ_FETCH_STEPS; step++) /* the first was when it was parsed */
		fetch(a, step);
	a->first = (a->first + 1) % NUM_AHEAD;
	a->num--;
	if (is_fragment(&p->packet) || p->packet.num_tunnels)
		take_unusual(a, p);
	else
		rj_parts_packet(a->parts, p->place, &p->packet, &p->spot, &p->captured);
}

static void take_all(struct ahead *a)
{
	while (a->num)
		take_first(a);
}

/*
 * @end: where the next packet of the frame starts, or what was captured of the frame ends
 * @head_len: of a first fragment that ends within the TCP header: these bytes are told of
 */
static void note_captured(struct parsed *p, const struct rj_capture *frame, uint32_t end,
			  uint32_t head_len, bool keeps_headers)
{
	const struct rj_packet *packet = &p->packet;
	uint32_t len = packet->payload_len | head_len; /* no packet has both */
	uint32_t left = end > packet->payload_off ? end - packet->payload_off : 0;
	uint32_t ip_left = end > packet->ip_off ? end - packet->ip_off : 0;

	p->captured.payload = frame->data + (left ? packet->payload_off : 0);
	p->captured.payload_len = left < len ? left : len;
	p->captured.ip = frame->data;
	p->captured.ip_len = 0;
	if (!keeps_headers)
		return;
	p->captured.ip += ip_left ? packet->ip_off : 0;
	p->captured.ip_len = ip_left < packet->ip_len ? ip_left : packet->ip_len;
}

/* Parses the frame's packet at *@at, as rj_link_parse does, into the line. */
static void line_up(struct ahead *a, uint64_t number, uint32_t packet,
		    const struct rj_capture *frame, const struct rj_frame *f, uint32_t *at)
{
	struct parsed *p = waiting(a, a->num);
	struct rj_layers layers;
	enum rj_reason reason = rj_link_parse(frame->link_type, f, at, &layers, &p->packet);

	a->in->packets++;
	/* a later fragment is the parts': they know the first, or wait for it */
	if (reason && reason != RJ_REASON_FRAGMENT) {
		a->in->set_aside[reason]++;
		return;
	}
	if (reason)
		p->packet.num_tunnels = 0;
	if (p->packet.num_tunnels)
		p->tunnels = layers.tunnels;
	p->frame = number;
	p->place = rj_place(number, packet);
	p->now_ns = a->now_ns;
	p->packet.time_ns = frame->time_ns;
	if (a->is_one_way)
		rj_go_one_way(&p->packet);
	note_captured(p, frame, *at ? *at : frame->captured_len, layers.head_len, f->keeps_headers);
	p->spot = reason ? (struct rj_spot){ 0 } : rj_parts_spot(a->parts, &p->packet);
	rj_spot_fetch(&p->spot, p->packet.side, 0);
	a->num++;
	if (a->num == NUM_AHEAD)
		take_first(a);
}

static void parse_frame(struct ahead *a, uint64_t number, const struct rj_capture *frame)
{
	struct rj_frame *f = &a->like;
	uint32_t num_packets = 0;
	uint32_t at = 0;

	f->data = frame->data;
	f->captured_len = frame->captured_len;
	f->wire_len = frame->wire_len;
	a->in->bytes += frame->wire_len;
	do
		line_up(a, number, ++num_packets, frame, f, &at);
	while (at);
}

/* Time by which a flow ends comes when all packets before it have had their turn. */
static void note_time(struct ahead *a, uint64_t number, uint64_t time_ns)
{
	if (time_ns <= a->now_ns) /* clocks step back */
		return;
	a->now_ns = time_ns;
	if (time_ns < rj_parts_looks_at(a->parts))
		return;
	take_all(a);
	rj_parts_time(a->parts, number, time_ns);
}

/* Another processor may have read the frame: its headers are on the way when its turn comes. */
static inline void fetch_headers(const struct rj_capture *frame)
{
	__builtin_prefetch(frame->data);
	__builtin_prefetch(frame->data + 64);
}

/* Time goes on by the frames from @from up to @to, which others parse: rarely does a flow end. */
static inline void pass_over(struct ahead *a, uint64_t number, const struct rj_capture *frames,
			     size_t from, size_t to, uint64_t latest_ns)
{
	if (latest_ns <= a->now_ns)
		return;
	if (latest_ns < rj_parts_looks_at(a->parts)) {
		a->now_ns = latest_ns;
		return;
	}
	for (; from < to; from++)
		note_time(a, number + from, frames[from].time_ns);
}

static uint64_t latest_of(const struct rj_capture *last)
{
	return last->time_ns > last->before_ns ? last->time_ns : last->before_ns;
}

static inline struct ahead start(struct rj_parts *parts)
{
	struct ahead a;

	a.parts = parts;
	a.like = (struct rj_frame){
		.is_closed = rj_parts_is_closed(parts),
		.keeps_headers = rj_parts_keeps_headers(parts),
		.is_deep = 1,
	};
	a.is_one_way = rj_parts_is_one_way(parts);
	a.now_ns = rj_parts_now(parts);
	a.first = 0;
	a.num = 0;
	return a;
}

static void take_every(struct ahead *a, uint64_t number, const struct rj_capture *frames,
		       size_t num)
{
	for (size_t i = 0; i < num; i++) {
		if (i + FRAMES_AHEAD < num)
			fetch_headers(&frames[i + FRAMES_AHEAD]);
		note_time(a, number + i, frames[i].time_ns);
		parse_frame(a, number + i, &frames[i]);
	}
}

static void take_chosen(struct ahead *a, uint64_t number, const struct rj_capture *frames,
			size_t num, const struct rj_chosen *chosen)
{
	struct rj_intake *in = a->in;
	struct rj_intake elsewhere;
	size_t next = 0;

	for (size_t n = 0; n < chosen->num; n++) {
		size_t i = chosen->at[n] >> 1;
		bool is_known = chosen->at[n] & 1;

		if (n + CHOSEN_AHEAD < chosen->num)
			fetch_headers(&frames[chosen->at[n + CHOSEN_AHEAD] >> 1]);
		if (next < i)
			pass_over(a, number, frames, next, i, frames[i].before_ns);
		next = i + 1;
		note_time(a, number + i, frames[i].time_ns);
		a->in = is_known || rj_parts_has(a->parts, 0) ? in : &elsewhere;
		parse_frame(a, number + i, &frames[i]);
	}
	if (next < num)
		pass_over(a, number, frames, next, num, latest_of(&frames[num - 1]));
}

void rj_intake_frames(struct rj_intake *in, struct rj_parts *parts, uint64_t number,
		      const struct rj_capture *frames, size_t num, const struct rj_chosen *chosen)
{
	struct ahead a = start(parts);

	a.in = in;
	if (chosen)
		take_chosen(&a, number, frames, num, chosen);
	else
		take_every(&a, number, frames, num);
	take_all(&a);
	rj_parts_time(parts, number + num, a.now_ns);
}

void rj_intake_filtered(struct rj_intake *in, uint32_t wire_len)
{
	in->packets++;
	in->bytes += wire_len;
	in->set_aside[RJ_REASON_FILTERED]++;
}

void rj_intake_add(struct rj_intake *to, const struct rj_intake *in)
{
	to->packets += in->packets;
	to->bytes += in->bytes;
	to->samples += in->samples;
	to->samples_lost += in->samples_lost;
	to->packets_unlisted += in->packets_unlisted;
	to->cuts_late += in->cuts_late;
	to->flows_evicted += in->flows_evicted;
	to->packets_in_flows += in->packets_in_flows;
	to->is_counting = to->is_counting || in->is_counting;
	for (unsigned int i = 0; i < RJ_NUM_LOSSES; i++)
		to->lost[i] += in->lost[i];
	for (unsigned int i = 0; i < RJ_NUM_REASONS; i++)
		to->set_aside[i] += in->set_aside[i];
}
