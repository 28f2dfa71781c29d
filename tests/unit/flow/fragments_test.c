/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/fragments.h"

#include "bpf/fragment.h"
#include "flow/engine.h"
#include "tests/unit/unit.h"

#define S 1000000000ull

/* A fragment of UDP datagram @id from address 2, port 53, to address 1, port 4000. */
static struct rj_packet fragment(uint32_t id, uint16_t off, bool has_more, uint64_t time_ns)
{
	struct rj_packet p = {
		.key = { .addr = { { 0, 1 }, { 0, 2 } }, .proto = RJ_IP_UDP, .version = 4 },
		.side = 1,
		.time_ns = time_ns,
		.frag_id = id,
		.frag_proto = RJ_IP_UDP,
		.frag_off = off,
		.bits = RJ_PKT_IPV4,
		.payload_len = 8,
		.ip_len = 28,
		.num_segments = 1,
	};

	if (off) {
		p.bits |= RJ_PKT_LATER_FRAG | (has_more ? 0 : RJ_PKT_LAST_FRAG);
	} else {
		p.bits |= RJ_PKT_FIRST_FRAG;
		p.key.port[0] = 4000;
		p.key.port[1] = 53;
		p.frag_off = 8;
		p.ip_len = 36;
	}
	return p;
}

static bool later(struct rj_fragments *f, struct rj_packet *p)
{
	static const uint8_t bytes[8] = { 1, 2, 3 };

	return rj_fragments_later(f, p, bytes, 8);
}

static uint32_t free_list(struct rj_waiting *w)
{
	uint32_t num = 0;

	for (; w; num++) {
		struct rj_waiting *next = w->next;

		free(w);
		w = next;
	}
	return num;
}

TEST(fragments_give_a_later_one_the_key_and_place_of_its_first)
{
	struct rj_fragments *f = rj_fragments_new(1);
	struct rj_packet first = fragment(5, 0, true, S), p = fragment(5, 16, false, 2 * S),
			 other = fragment(6, 16, false, 2 * S);

	CHECK(!rj_fragments_first(f, &first));
	CHECK(later(f, &p));
	CHECK_EQ(p.key.port[0], 4000);
	CHECK_EQ(p.key.port[1], 53);
	CHECK_EQ(p.side, 1);
	CHECK_EQ(p.frag_off, 8); /* behind the UDP header */
	CHECK(p.bits & RJ_PKT_JOINED_FRAG);
	CHECK(!later(f, &other));
	CHECK_EQ(rj_fragments_get_counts(f).waiting, 1);
	rj_fragments_free(f);
}

TEST(fragments_wait_for_their_first_in_order_of_arrival)
{
	struct rj_fragments *f = rj_fragments_new(1);
	struct rj_packet a = fragment(5, 32, false, S), b = fragment(5, 16, true, 2 * S),
			 first = fragment(5, 0, true, 3 * S);
	struct rj_waiting *w;

	CHECK(!later(f, &a));
	CHECK(!later(f, &b));
	w = rj_fragments_first(f, &first);
	CHECK_EQ(w->packet.time_ns, S);
	CHECK_EQ(w->packet.frag_off, 24);
	CHECK_EQ(w->packet.key.port[1], 53);
	CHECK_EQ(w->next->packet.time_ns, 2 * S);
	CHECK_EQ(w->bytes[1], 2);
	CHECK_EQ(rj_fragments_get_counts(f).waiting, 0);
	CHECK_EQ(free_list(w), 2);
	CHECK(!rj_fragments_first(f, &first));
	rj_fragments_free(f);
}

TEST(fragments_go_on_as_segments_of_tcp)
{
	struct rj_packet first = fragment(5, 0, true, S), p = fragment(5, 64, false, S),
			 within = fragment(5, 8, false, S);
	struct rj_first note;

	first.bits |= RJ_PKT_TCP;
	first.tcp_seq = 0xfffffff0;
	first.tcp_flags = RJ_TCP_SYN;
	first.frag_off = 40;
	rj_fragment_note(&first, &note);
	rj_fragment_join(&note, &p);
	CHECK(p.bits & RJ_PKT_TCP);
	CHECK_EQ(p.tcp_seq, 0xfffffff0 + 1 + 24);
	CHECK_EQ(p.tcp_flags, 0);
	rj_fragment_join(&note, &within);
	CHECK(!(within.bits & RJ_PKT_TCP) && within.bits & RJ_PKT_BAD_L4);
}

TEST(fragments_are_forgotten_after_a_minute)
{
	struct rj_fragments *f = rj_fragments_new(1);
	struct rj_packet first = fragment(5, 0, true, S), p = fragment(5, 16, false, S),
			 alone = fragment(6, 16, false, S);

	rj_fragments_first(f, &first);
	CHECK(!later(f, &alone));
	rj_fragments_expire(f, 61 * S);
	CHECK(later(f, &p));
	CHECK_EQ(rj_fragments_get_counts(f).waiting, 1);
	rj_fragments_expire(f, 61 * S + 1);
	CHECK_EQ(rj_fragments_get_counts(f).waiting, 0);
	CHECK_EQ(rj_fragments_get_counts(f).unjoined, 1);
	p = fragment(5, 16, false, 61 * S);
	CHECK(!later(f, &p));
	rj_fragments_free(f);
}

TEST(fragments_in_a_flood_are_bounded_and_counted)
{
	struct rj_fragments *f = rj_fragments_new(1);

	for (uint32_t i = 0; i < RJ_MAX_WAITING + 5; i++) {
		struct rj_packet p = fragment(0, 16, true, S);

		CHECK(!later(f, &p));
	}
	CHECK_EQ(rj_fragments_get_counts(f).waiting, RJ_MAX_WAITING);
	CHECK_EQ(rj_fragments_get_counts(f).flooded, 5);
	for (uint32_t id = 1; id <= RJ_MAX_DATAGRAMS; id++) {
		struct rj_packet p = fragment(id, 16, true, S);

		CHECK(!later(f, &p));
	}
	CHECK_EQ(rj_fragments_get_counts(f).waiting, RJ_MAX_DATAGRAMS);
	CHECK_EQ(rj_fragments_get_counts(f).flooded, 5 + RJ_MAX_WAITING);
	rj_fragments_free(f);
}

static void on_record(void *user, const struct rj_record *r)
{
	unsigned int *packets = user;

	CHECK_EQ(r->key->port[0], 4000);
	*packets +=
		(unsigned int)(r->flow->half[1].packets * 1000 + r->flow->half[1].payload_bytes);
}

static struct rj_engine *start(unsigned int *packets)
{
	struct rj_engine_options o = { .limits = { .idle_ns = 10 * S, .num_packets = 50 },
				       .max_flows = 10,
				       .on_record = on_record,
				       .user = packets };
	struct rj_engine *e;

	if (rj_engine_new(&o, &e))
		abort();
	return e;
}

TEST(engine_counts_fragments_of_any_order_to_one_flow)
{
	static const unsigned int orders[][3] = { { 0, 1, 2 },
						  { 2, 1, 0 },
						  { 1, 2, 0 },
						  { 1, 0, 2 } };

	for (unsigned int i = 0; i < 4; i++) {
		unsigned int got = 0;
		struct rj_engine *e = start(&got);
		struct rj_engine_stats stats;

		for (unsigned int n = 0; n < 3; n++) {
			unsigned int at = orders[i][n];
			struct rj_packet p = fragment(9, (uint16_t)(at * 16), at < 2, (n + 1) * S);

			rj_engine_packet(e, &p, NULL, 0);
		}
		rj_engine_flush(e, RJ_END_EOF);
		rj_engine_get_stats(e, &stats);
		CHECK_EQ(got, 3024);
		CHECK_EQ(stats.packets_in_flows, 3);
		CHECK_EQ(stats.flows, 1);
		CHECK_EQ(stats.fragments.waiting + stats.fragments.unjoined, 0);
		rj_engine_free(e);
	}
}

/* A fragment of TCP from @side of the flow to @port, with @len bytes. */
static struct rj_waiting *to_hold(uint16_t port, uint8_t side, uint32_t len, uint64_t time_ns)
{
	struct rj_waiting *w = calloc(1, sizeof(*w) + len);

	if (!w)
		abort();
	w->packet.key.port[0] = port;
	w->packet.side = side;
	w->packet.time_ns = time_ns;
	w->len = len;
	return w;
}

TEST(fragments_held_are_those_of_a_side_in_order)
{
	struct rj_fragments *f = rj_fragments_new(1);
	const struct rj_key key = { .port = { 1 } }, other = { .port = { 2 } };
	struct rj_waiting *w;

	rj_fragments_hold(f, to_hold(1, 0, 5, 1));
	rj_fragments_hold(f, to_hold(1, 1, 6, 1));
	rj_fragments_hold(f, to_hold(1, 0, 7, 1));
	CHECK(!rj_fragments_held(f, &other, 0));
	w = rj_fragments_held(f, &key, 0);
	CHECK(w && w->len == 5);
	free(w);
	w = rj_fragments_held(f, &key, 0);
	CHECK(w && w->len == 7);
	free(w);
	CHECK(!rj_fragments_held(f, &key, 0));
	w = rj_fragments_held(f, &key, 1);
	CHECK(w && w->len == 6);
	free(w);
	rj_fragments_free(f);
}

TEST(fragments_held_are_bounded_in_number_and_time)
{
	struct rj_fragments *f = rj_fragments_new(1);
	const struct rj_key key = { .port = { 1 } };
	uint32_t num = 0;
	struct rj_waiting *w;

	for (uint32_t i = 0; i < RJ_MAX_WAITING + 3; i++)
		rj_fragments_hold(f, to_hold(1, 0, i + 1, S));
	w = rj_fragments_held(f, &key, 0);
	CHECK(w && w->len == 4); /* the oldest went */
	CHECK_EQ(rj_fragments_get_counts(f).unread, 3);
	for (; w; num++) {
		free(w);
		w = rj_fragments_held(f, &key, 0);
	}
	CHECK_EQ(num, RJ_MAX_WAITING);
	rj_fragments_hold(f, to_hold(1, 0, 1, S));
	rj_fragments_hold(f, to_hold(1, 0, 2, 50 * S));
	rj_fragments_expire(f, 62 * S);
	w = rj_fragments_held(f, &key, 0);
	CHECK(w && w->len == 2);
	CHECK_EQ(rj_fragments_get_counts(f).unread, 4);
	free(w);
	CHECK(!rj_fragments_held(f, &key, 0));
	rj_fragments_hold(f, to_hold(1, 0, 1, S)); /* goes with the table */
	rj_fragments_free(f);
}

TEST(fragments_count_bytes_that_belong_to_none_that_waits)
{
	static const uint8_t bytes[8];
	struct rj_fragments *f = rj_fragments_new(1);
	struct rj_packet p = fragment(9, 16, true, S);
	struct rj_key name;

	rj_fragment_name(&p, &name);
	CHECK(!rj_fragments_later(f, &p, NULL, 0));
	rj_fragments_bytes(f, &name, p.frag_off, bytes, 8);
	CHECK_EQ(rj_fragments_get_counts(f).unread, 0);
	rj_fragments_bytes(f, &name, p.frag_off, bytes, 8); /* it has them */
	rj_fragments_bytes(f, &name, 800, bytes, 8);
	CHECK_EQ(rj_fragments_get_counts(f).unread, 2);
	rj_fragments_free(f);
}

TEST(engine_joins_fragments_that_came_before_their_first_to_the_flow_in_the_kernel)
{
	for (unsigned int is_old = 0; is_old < 2; is_old++) {
		unsigned int got = 0;
		struct rj_engine *e = start(&got);
		struct rj_packet p = fragment(9, 16, false, 2 * S),
				 first = fragment(9, 0, true, 3 * S);
		struct rj_flow flow = { .start_ns = is_old ? S : 3 * S };
		struct rj_rest rest = { .first_ns = flow.start_ns };
		const struct rj_seq seq[RJ_NUM_SIDES] = { [1] = { .rest = &rest } };

		flow.half[1].packets = 1;
		flow.half[1].payload_bytes = 8;
		flow.half[1].last_ns = 3 * S;
		rj_engine_packet(e, &p, NULL, 0);
		rj_engine_first(e, &first);
		rj_engine_state(e, &first.key, &flow, seq, RJ_END_IDLE);
		CHECK_EQ(got, 2016);
		rj_engine_free(e);
	}
}
