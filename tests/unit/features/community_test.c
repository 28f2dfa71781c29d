/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/community.h"

#include <arpa/inet.h>

#include "bpf/parse.h"
#include "tests/unit/unit.h"

/* One packet of a flow; ports stand for type and code where it is ICMP. */
struct vector {
	const char *src, *dst;
	uint16_t sport, dport;
	uint8_t proto;
	const char *id;
};

/* https://github.com/corelight/community-id-spec (baseline) and PEERS.md 5 */
static const struct vector vectors[] = {
	{ "128.232.110.120", "66.35.250.204", 34855, 80, 6, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
	{ "66.35.250.204", "128.232.110.120", 80, 34855, 6, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
	{ "192.168.1.52", "8.8.8.8", 54585, 53, 17, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=" },
	{ "8.8.8.8", "192.168.1.52", 53, 54585, 17, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=" },
	{ "192.168.170.8", "192.168.170.56", 7, 7, 132, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=" },
	{ "192.168.170.56", "192.168.170.8", 7, 7, 132, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=" },
	{ "192.168.0.89", "192.168.0.1", 8, 0, 1, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
	{ "192.168.0.1", "192.168.0.89", 0, 0, 1, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
	{ "10.0.0.1", "10.0.0.2", 11, 0, 1, "1:YHxtAirCG//0OzkcVAukqKQN9xM=" },
	{ "10.1.12.1", "10.1.12.2", 0, 0, 46, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=" },
	{ "10.1.12.2", "10.1.12.1", 0, 0, 46, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=" },
	{ "2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", 63943, 25, 6,
	  "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=" },
	{ "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 135, 0, 58,
	  "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=" },
	{ "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 136, 0, 58,
	  "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=" },
	{ "127.0.0.1", "127.0.0.1", 36064, 25826, 17, "1:wWj3GRTeWk0RW2Sxjn4sGqFpt+c=" },
	{ "127.0.0.1", "127.0.0.1", 25826, 36064, 17, "1:wWj3GRTeWk0RW2Sxjn4sGqFpt+c=" },
};

static void put_address(const char *text, uint8_t out[16])
{
	static const uint8_t v4[12] = { [10] = 0xff, 0xff };

	if (inet_pton(AF_INET6, text, out) == 1)
		return;
	memcpy(out, v4, sizeof(v4));
	if (inet_pton(AF_INET, text, out + 12) != 1)
		abort();
}

/* As parse.h keys it and accumulate.h begins a flow with it. */
static void begin(const struct vector *v, struct rj_key *key, struct rj_flow *flow,
		  struct rj_rest *rest)
{
	bool is_icmp = v->proto == 1 || v->proto == 58;
	struct rj_layers l = { .src_port = is_icmp ? 7 : v->sport,
			       .dst_port = is_icmp ? 7 : v->dport };
	struct rj_packet p = { .key.proto = v->proto, .key.version = strchr(v->src, ':') ? 6 : 4 };

	put_address(v->src, (uint8_t *)l.src);
	put_address(v->dst, (uint8_t *)l.dst);
	rj_order_ends(&l, &p);
	*key = p.key;
	*flow = (struct rj_flow){ .originator = p.side, .starter = p.side };
	*rest = (struct rj_rest){ 0 };
	flow->half[p.side].packets = 1;
	if (is_icmp) {
		rest->icmp_type = (uint8_t)v->sport;
		rest->icmp_code = (uint8_t)v->dport;
	}
}

TEST(community_agrees_with_the_published_vectors_in_both_directions)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		struct rj_key key;
		struct rj_flow flow;
		struct rj_rest rest;
		char id[RJ_COMMUNITY_ID_LEN];

		begin(&vectors[i], &key, &flow, &rest);
		rj_community_id(&key, &flow, &rest, id);
		CHECK_STR(id, vectors[i].id);
		flow.half[0].packets = flow.half[1].packets = 9; /* answered */
		rj_community_id(&key, &flow, &rest, id);
		CHECK_STR(id, vectors[i].id);
	}
}

TEST(community_does_not_depend_on_the_originator_of_a_flow_with_ports)
{
	struct rj_key key;
	struct rj_flow flow;
	struct rj_rest rest;
	char id[RJ_COMMUNITY_ID_LEN];

	begin(&vectors[0], &key, &flow, &rest);
	flow.originator = !flow.originator;
	flow.originator_by = RJ_ORIG_SYN;
	rj_community_id(&key, &flow, &rest, id);
	CHECK_STR(id, vectors[0].id);
}

TEST(community_of_one_way_icmp_depends_on_the_direction)
{
	static const struct vector back = { "10.0.0.2", "10.0.0.1", 11, 0, 1, "" };
	struct rj_key key;
	struct rj_flow flow;
	struct rj_rest rest;
	char id[RJ_COMMUNITY_ID_LEN];

	begin(&back, &key, &flow, &rest);
	rj_community_id(&key, &flow, &rest, id);
	CHECK(strcmp(id, "1:YHxtAirCG//0OzkcVAukqKQN9xM="));
	CHECK_EQ(strlen(id), RJ_COMMUNITY_ID_LEN - 1);
}

TEST(community_of_an_icmp_query_and_its_answer_is_one)
{
	static const uint8_t pairs[][3] = { { 1, 8, 0 },      { 1, 13, 14 },	{ 1, 15, 16 },
					    { 1, 10, 9 },     { 1, 17, 18 },	{ 58, 128, 129 },
					    { 58, 133, 134 }, { 58, 130, 131 }, { 58, 139, 140 },
					    { 58, 144, 145 } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct vector ask = { "10.0.0.1", "10.0.0.2", pairs[i][1], 0, pairs[i][0], "" };
		struct vector say = { "10.0.0.2", "10.0.0.1", pairs[i][2], 0, pairs[i][0], "" };
		struct rj_key key;
		struct rj_flow flow;
		struct rj_rest rest;
		char id[2][RJ_COMMUNITY_ID_LEN];

		begin(&ask, &key, &flow, &rest);
		rj_community_id(&key, &flow, &rest, id[0]);
		begin(&say, &key, &flow, &rest);
		rj_community_id(&key, &flow, &rest, id[1]);
		CHECK_STR(id[0], id[1]);
	}
}
