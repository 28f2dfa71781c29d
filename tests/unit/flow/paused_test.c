/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of flows whose dissectors are paused: nothing that is read depends on it. */
#include "flow/paused.h"

#include "tests/unit/flow/talk.h"

/* Of the heap: what is not put back is a leak. */
static struct rj_pool pool;

/* struct pausing - a delivery of which as little is kept as there can be, as payloads.c does it. */
struct pausing {
	struct run run;
	struct rj_paused *paused[2];
	uint8_t done;
	unsigned int num_pauses;
	unsigned int num_taken;
};

static struct rj_payload payload_of(const struct talk *talk, unsigned int side, size_t from,
				    size_t len, unsigned int how)
{
	return (struct rj_payload){
		.side = side,
		.over = talk->over,
		.src_port = talk->ports[side],
		.dst_port = talk->ports[!side],
		.time_ns = 1,
		.seq = talk->first[side] + (uint32_t)from,
		.is_syn = how & SYN,
		.is_fin = how & FIN,
		.bytes = talk->bytes[side] + from,
		.len = (uint32_t)len,
		.wire_len = (uint32_t)len,
	};
}

static void resume(struct pausing *at, const struct rj_payload *p)
{
	at->run.d = rj_dissect_new_with(at->run.talk->table, UINT32_MAX);
	if (!at->run.d)
		abort();
	for (unsigned int side = 0; side < 2; side++)
		if (at->done >> side & 1)
			rj_dissect_give_up(at->run.d, side);
	rj_dissect_resume(at->run.d, p, at->paused, &at->run.counts);
	for (unsigned int side = 0; side < 2; side++) {
		if (at->paused[side])
			rj_pool_put(&pool, at->paused[side]);
		at->paused[side] = NULL;
	}
}

static void give_pausing(struct pausing *at, const struct rj_payload *p)
{
	struct rj_paused *paused = at->paused[p->side];
	enum rj_paused_news news = RJ_PAUSED_RESUME;

	if (at->run.d) {
		rj_dissect_payload(at->run.d, p, &at->run.counts);
	} else {
		if (paused)
			news = rj_paused_take(paused, p);
		at->num_taken += news != RJ_PAUSED_RESUME;
		if (news == RJ_PAUSED_DONE) {
			rj_pool_put(&pool, paused);
			at->paused[p->side] = NULL;
			at->done |= (uint8_t)(1u << p->side);
		}
		if (news != RJ_PAUSED_RESUME)
			return;
		resume(at, p);
		rj_dissect_payload(at->run.d, p, &at->run.counts);
	}
	if (rj_dissect_pause(at->run.d, p->side, &pool, at->paused, &at->done)) {
		rj_dissect_free(at->run.d);
		at->run.d = NULL;
		at->num_pauses++;
	}
}

/* The same both ways, and what came of it. */
static void check_same(struct pausing *at, struct run *plain)
{
	const struct rj_payload none = payload_of(plain->talk, 0, 0, 0, 0);
	char *want, *got;

	if (!at->run.d)
		resume(at, &none);
	CHECK_EQ(rj_dissect_wants(at->run.d, 0), rj_dissect_wants(plain->d, 0));
	CHECK_EQ(rj_dissect_wants(at->run.d, 1), rj_dissect_wants(plain->d, 1));
	got = end(&at->run);
	want = end(plain);
	CHECK_STR(got, want);
	CHECK(!memcmp(&at->run.counts, &plain->counts, sizeof(plain->counts)));
	free(got);
	free(want);
}

/* Small pieces of both sides, from somewhere on, some of them late; now and then a SYN or FIN. */
static void deliver(const struct talk *talk, uint32_t *seed, struct pausing *at)
{
	struct run plain = begin(talk);
	size_t next[2] = { 1 + next_random(seed) % 60, 1 + next_random(seed) % 60 };
	unsigned int num = 2 + next_random(seed) % 20;

	at->run = begin(talk);
	for (unsigned int i = 0; i < num; i++) {
		unsigned int side = next_random(seed) % 2;
		unsigned int back = next_random(seed) % 4 ? 0 : next_random(seed) % 70;
		size_t from = back < next[side] ? next[side] - back : 0;
		size_t len = next_random(seed) % 30;
		unsigned int how = 0;
		struct rj_payload p;

		if (!(next_random(seed) % 40))
			how = next_random(seed) % 2 ? SYN : FIN;
		p = payload_of(talk, side, from, len, how);
		give_pausing(at, &p);
		rj_dissect_payload(plain.d, &p, &plain.counts);
		if (from + len > next[side])
			next[side] = from + len;
	}
	check_same(at, &plain);
}

TEST(paused_flows_are_read_as_others)
{
	static struct text out, in;
	unsigned int num_pauses = 0, num_taken = 0;
	uint32_t seed = 11;
	struct talk talk;

	rj_pool_init(&pool, sizeof(struct rj_paused), NULL);
	say(&out, 'q', 40);
	say(&out, 'm', 2000);
	say(&in, 'm', 50);
	say(&in, 'm', 2000);
	talk = fake_talk(&out, &in);
	for (unsigned int i = 0; i < 3000; i++) {
		struct pausing at = { 0 };

		deliver(&talk, &seed, &at);
		num_pauses += at.num_pauses;
		num_taken += at.num_taken;
	}
	CHECK(num_pauses > 1000 && num_taken > 1000);
	talk_free(&talk);
}
