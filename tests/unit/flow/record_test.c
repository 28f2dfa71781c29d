/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/record.h"

#include "bpf/wire.h"
#include "flow/about.h"
#include "flow/seq.h"
#include "tests/unit/unit.h"

#define MAX_PUT 50u

/* struct made - a record with all it borrows; features are "none" until set. */
struct made {
	struct rj_key key;
	struct rj_flow flow;
	struct rj_rest rest[RJ_NUM_SIDES];
	struct rj_hist hist[RJ_NUM_SIDES];
	struct rj_seq seq[RJ_NUM_SIDES];
	__u64 splt[RJ_NUM_SIDES][MAX_PUT];
	__u16 ids[RJ_NUM_SIDES][MAX_PUT];
	struct rj_feature_set features;
	struct rj_limits limits;
	struct rj_record r;
};

static void make(struct made *m)
{
	*m = (struct made){
		.key = { .port = { 40000, 443 }, .proto = RJ_IP_TCP, .version = 4 },
		.flow = { .start_ns = 1500000000123456789ull },
		.features.is_bare = true,
		.limits.num_packets = 50,
	};
	for (unsigned int side = 0; side < 2; side++) {
		uint8_t *addr = (uint8_t *)m->key.addr[side];
		struct rj_half *half = &m->flow.half[side];

		addr[10] = addr[11] = 0xff;
		addr[12] = 10;
		addr[15] = (uint8_t)(side + 1);
		half->packets = 3 + side;
		half->payload_bytes = 100 + side;
		half->ip_bytes = 200 + side;
		m->rest[side].first_ns = m->flow.start_ns;
		m->seq[side].rest = &m->rest[side];
		m->seq[side].hist = &m->hist[side];
		m->seq[side].splt = m->splt[side];
		m->seq[side].ids = m->ids[side];
		m->seq[side].capacity = MAX_PUT;
		half->last_ns = m->flow.start_ns + 2000000000ull * side;
		half->ttl_min = (uint8_t)(64 - side);
	}
	m->r = (struct rj_record){ .key = &m->key,
				   .flow = &m->flow,
				   .seq = m->seq,
				   .features = &m->features,
				   .limits = &m->limits,
				   .end = RJ_END_EOF,
				   .time_decimals = 9 };
}

static void expect(const struct made *m, const char *want)
{
	char *got = unit_record_json(&m->r);

	CHECK_STR(got, want);
	free(got);
}

/* That the record's text has @part in it, or has not. */
static void expect_part(const struct made *m, const char *part, bool is_there)
{
	char *got = unit_record_json(&m->r);

	if (!strstr(got, part) == is_there) {
		fprintf(stderr, "got: %s\n", got);
		unit_failed(__FILE__, __LINE__, part);
	}
	free(got);
}

static void put(struct made *m, unsigned int side, uint64_t us, uint32_t len)
{
	if (m->rest[side].num_splt >= MAX_PUT)
		abort();
	m->seq[side].splt[m->rest[side].num_splt++] = rj_splt_pack(us * 1000, len, 0);
}

#define HEAD                                                                                       \
	"{\"sa\":\"10.0.0.1\",\"da\":\"10.0.0.2\",\"pr\":6,\"sp\":40000,\"dp\":443,"               \
	"\"bytes_out\":100,\"num_pkts_out\":3,\"bytes_in\":101,\"num_pkts_in\":4,"                 \
	"\"ip_bytes_out\":200,\"ip_bytes_in\":201,"                                                \
	"\"time_start\":1500000000.123456789,\"time_end\":1500000002.123456789"

TEST(record_bare_has_counters_times_and_the_end_alone)
{
	struct made m;

	make(&m);
	expect(&m, HEAD ",\"end_reason\":\"eof\"}");
}

/* A direction alone, sent by @side, of a connection that the other side began. */
static void make_one_way(struct made *m, unsigned int side, uint8_t tcp_flags)
{
	make(m);
	m->key.direction = (uint8_t)(1 + side);
	m->flow.starter = (uint8_t)side;
	m->flow.originator = (uint8_t)!side;
	m->flow.originator_by = RJ_ORIG_SYN;
	m->flow.half[!side] = (struct rj_half){ 0 };
	m->flow.half[side].tcp_flags = tcp_flags;
}

TEST(record_of_a_direction_has_its_sender_first)
{
	struct made m;

	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		make_one_way(&m, side, 0);
		expect_part(&m, side ? "{\"sa\":\"10.0.0.2\"" : "{\"sa\":\"10.0.0.1\"", true);
		expect_part(&m, side ? "\"num_pkts_out\":4" : "\"num_pkts_out\":3", true);
		expect_part(&m, "\"num_pkts_in\":0", true);
	}
}

TEST(record_of_a_direction_ends_with_its_own_fin)
{
	struct made m;

	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		make_one_way(&m, side, RJ_TCP_FIN);
		expect_part(&m, "\"end_reason\":\"fin\"", true);
		m.key.direction = 0; /* of both one is not enough */
		expect_part(&m, "\"end_reason\":\"eof\"", true);
		make_one_way(&m, side, RJ_TCP_RST);
		expect_part(&m, "\"end_reason\":\"rst\"", true);
	}
}

TEST(record_names_the_subnets_of_both_ends_behind_the_ports)
{
	struct rj_labels labels = { .subnets = rj_subnets_new(),
				    .num = 3,
				    .name = { "ours", "one", "six" } };
	struct made m;

	CHECK_EQ(rj_subnets_add(labels.subnets, "10.0.0.1", 1), 0);
	CHECK_EQ(rj_subnets_add(labels.subnets, "10.0.0.0/24", 0), 0);
	CHECK_EQ(rj_subnets_add(labels.subnets, "::/0", 2), 0);
	CHECK_EQ(rj_subnets_seal(labels.subnets), 0);
	make(&m);
	m.r.labels = &labels;
	expect_part(&m, "\"sa_labels\":[\"ours\",\"one\"],\"da_labels\":[\"ours\"],\"bytes_out\"",
		    true);
	m.key.version = 6; /* ::ffff:10.0.0.1 */
	expect_part(&m, "\"dp\":443,\"sa_labels\":[\"six\"],\"da_labels\":[\"six\"],\"bytes_out\"",
		    true);
	rj_subnets_free(labels.subnets);
}

TEST(record_turns_round_when_the_second_side_is_the_originator)
{
	struct made m;

	make(&m);
	m.flow.originator = 1;
	m.r.time_decimals = 6;
	m.r.clock_ns = -1500000000000000000ll;
	expect(&m, "{\"sa\":\"10.0.0.2\",\"da\":\"10.0.0.1\",\"pr\":6,\"sp\":443,\"dp\":40000,"
		   "\"bytes_out\":101,\"num_pkts_out\":4,\"bytes_in\":100,\"num_pkts_in\":3,"
		   "\"ip_bytes_out\":201,\"ip_bytes_in\":200,"
		   "\"time_start\":0.123456,\"time_end\":2.123456,\"end_reason\":\"eof\"}");
}

TEST(record_says_every_end_in_its_word_and_joys_letter)
{
	static const struct {
		enum rj_end end;
		const char *text;
	} rows[] = {
		{ RJ_END_IDLE, ",\"expire_type\":\"i\",\"end_reason\":\"idle\"}" },
		{ RJ_END_ACTIVE, ",\"expire_type\":\"a\",\"end_reason\":\"active\"}" },
		{ RJ_END_EVICTED, "6789,\"end_reason\":\"evicted\"}" },
		{ RJ_END_EOF, "6789,\"end_reason\":\"eof\"}" },
		{ RJ_END_STOP, "6789,\"end_reason\":\"stop\"}" },
	};
	struct made m;

	make(&m);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		m.r.end = rows[i].end;
		expect_part(&m, rows[i].text, true);
	}
}

TEST(record_says_fin_or_rst_whatever_made_it_be_written)
{
	static const enum rj_end ends[] = { RJ_END_IDLE, RJ_END_ACTIVE, RJ_END_REUSE, RJ_END_EOF };
	struct made m;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		make(&m);
		m.r.end = ends[i];
		m.flow.half[0].tcp_flags = RJ_TCP_RST;
		expect_part(&m, "6789,\"end_reason\":\"rst\"}", true);
		m.flow.half[0].tcp_flags = RJ_TCP_FIN | RJ_TCP_RST;
		m.flow.half[1].tcp_flags = RJ_TCP_FIN;
		expect_part(&m, "6789,\"end_reason\":\"fin\"}", true);
		m.flow.half[0].tcp_flags = RJ_TCP_ACK;
		if (ends[i] != RJ_END_REUSE)
			expect_part(&m, "\"fin\"", false);
	}
}

TEST(record_puts_packets_in_order_of_time_and_at_one_time_the_originators_first)
{
	struct made m;

	make(&m);
	m.features.bits = 1u << RJ_FEATURE_SPLT;
	m.flow.originator = 1;
	put(&m, 1, 0, 100);
	put(&m, 1, 2999, 101);
	put(&m, 0, 1000, 200);
	put(&m, 0, 2999, 201);
	put(&m, 0, 1002998, 0);
	expect_part(&m,
		    "\"packets\":[{\"b\":100,\"dir\":\">\",\"ipt\":0},"
		    "{\"b\":200,\"dir\":\"<\",\"ipt\":1},"
		    "{\"b\":101,\"dir\":\">\",\"ipt\":1},{\"b\":201,\"dir\":\"<\",\"ipt\":0},"
		    "{\"b\":0,\"dir\":\"<\",\"ipt\":999}]",
		    true);
}

TEST(record_gives_packets_no_negative_gap_when_the_clock_stepped_back)
{
	struct made m;

	make(&m);
	m.features.bits = 1u << RJ_FEATURE_SPLT;
	put(&m, 0, 9000, 1);
	put(&m, 0, 1000, 2);
	put(&m, 0, 10000, 3);
	expect_part(&m,
		    "[{\"b\":1,\"dir\":\">\",\"ipt\":9},{\"b\":2,\"dir\":\">\",\"ipt\":0},"
		    "{\"b\":3,\"dir\":\">\",\"ipt\":1}]",
		    true);
}

TEST(record_has_an_empty_sequence_where_no_packet_qualified)
{
	struct made m;

	make(&m);
	m.features.bits = 1u << RJ_FEATURE_SPLT;
	expect_part(&m, "\"packets\":[],", true);
}

TEST(record_has_null_ports_unless_the_protocol_has_ports)
{
	struct made m;

	make(&m);
	for (unsigned int proto = 0; proto < 256; proto++) {
		bool has_ports = proto == 6 || proto == 17 || proto == 33 || proto == 132;

		m.key.proto = (uint8_t)proto;
		expect_part(&m, "\"sp\":null,\"dp\":null", !has_ports);
		expect_part(&m, "\"sp\":40000,\"dp\":443", has_ports);
	}
}

TEST(record_shows_ttl_and_identifications_of_sides_that_sent)
{
	struct made m;

	make(&m);
	m.features.is_bare = false;
	m.rest[0].num_ids = 3;
	m.rest[0].first_ids[1] = 65535;
	m.flow.half[1].packets = 0;
	expect(&m, "{\"sa\":\"10.0.0.1\",\"da\":\"10.0.0.2\",\"pr\":6,\"sp\":40000,\"dp\":443,"
		   "\"bytes_out\":100,\"num_pkts_out\":3,\"bytes_in\":101,\"num_pkts_in\":0,"
		   "\"ip_bytes_out\":200,\"ip_bytes_in\":201,\"time_start\":1500000000.123456789,"
		   "\"time_end\":1500000002.123456789,"
		   "\"ip\":{\"out\":{\"ttl\":64,\"id\":[0,65535,0]}},\"end_reason\":\"eof\"}");
	m.limits.num_packets = 2;
	expect_part(&m, "\"id\":[0,65535]}", true);
}

/* The options' JSON of a SYN whose option bytes are @hex. */
static void expect_options(const char *hex, const char *want)
{
	struct made m;
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	char text[600];

	make(&m);
	m.features.is_bare = false;
	m.flow.half[1].packets = 0;
	m.flow.half[0].tcp_bits = RJ_TCP_HAS_SYN;
	m.rest[0].syn_seq = 4294967295u;
	m.rest[0].syn_window = 65535;
	m.rest[0].syn_opt_len = (uint8_t)len;
	memcpy(m.rest[0].syn_opts, bytes, len);
	snprintf(text, sizeof(text),
		 "\"tcp\":{\"first_seq\":4294967295,\"out\":{\"flags\":\"S\","
		 "\"first_window_size\":65535,\"opt_len\":%zu,\"opts\":[%s]}},",
		 len, want);
	expect_part(&m, text, true);
	free(bytes);
}

TEST(record_reads_the_options_of_a_syn)
{
	expect_options("", "");
	expect_options("020405b4 01 030307 0402 080a 00000001 fffffffe 0000",
		       "{\"mss\":1460},{\"noop\":null},{\"ws\":7},{\"sackp\":null},"
		       "{\"ts\":{\"val\":1,\"ecr\":4294967294}}");
	expect_options("1e02 220a 0102030405060708", "{\"kind\":30,\"data\":\"\"},"
						     "{\"kind\":34,\"data\":\"0102030405060708\"}");
}

/* As Joy has it, but for the length, which is what the option claims. */
TEST(record_shows_known_options_of_another_length_as_malformed)
{
	expect_options("0203 05 0302 0403 00 0803 01",
		       "{\"malformed\":{\"kind\":2,\"data\":\"05\",\"len\":3}},"
		       "{\"malformed\":{\"kind\":3,\"data\":\"\",\"len\":2}},"
		       "{\"malformed\":{\"kind\":4,\"data\":\"00\",\"len\":3}},"
		       "{\"malformed\":{\"kind\":8,\"data\":\"01\",\"len\":3}}");
}

TEST(record_stops_at_options_whose_length_cannot_be)
{
	expect_options("02", "{\"malformed\":{\"kind\":2,\"len\":0}}");
	expect_options("0200 0101", "{\"malformed\":{\"kind\":2,\"len\":0}}");
	expect_options("01 0201", "{\"noop\":null},{\"malformed\":{\"kind\":2,\"len\":1}}");
	expect_options("fdff 0000", "{\"malformed\":{\"kind\":253,\"len\":255}}");
	expect_options("0204 05", "{\"malformed\":{\"kind\":2,\"len\":4}}");
	expect_options("00 0204", "");
}

TEST(record_shows_syn_and_syn_ack_each_at_its_side)
{
	struct made m;

	make(&m);
	m.features.is_bare = false;
	m.flow.originator = 1;
	m.flow.half[0].tcp_bits = RJ_TCP_HAS_SYN | RJ_TCP_SYN_ACK;
	expect_part(&m,
		    "\"tcp\":{\"in\":{\"flags\":\"SA\",\"first_window_size\":0,\"opt_len\":0,"
		    "\"opts\":[]}}",
		    true);
	m.flow.half[0].tcp_bits = 0;
	expect_part(&m, "\"tcp\"", false);
}

TEST(record_shows_retransmissions_and_disorder_only_where_there_were_some)
{
	struct made m;

	make(&m);
	m.features.is_bare = false;
	expect_part(&m, "retrans", false);
	expect_part(&m, "ooo", false);
	m.rest[0].retrans = 1;
	m.rest[1].ooo = 2;
	expect_part(&m, "\"retrans_out\":1,\"ooo_in\":2,", true);
	m.rest[1].retrans = 4294967295u;
	m.rest[0].ooo = 4;
	expect_part(&m, "\"retrans_out\":1,\"retrans_in\":4294967295,\"ooo_out\":4,\"ooo_in\":2,",
		    true);
}

TEST(record_shows_icmp_vlans_community_id_and_interface)
{
	struct made m;

	make(&m);
	m.features = (struct rj_feature_set){ .bits = 1u << RJ_FEATURE_COMMUNITY };
	m.key.proto = RJ_IP_ICMP;
	m.rest[0].icmp_type = 8;
	m.rest[0].num_vlans = 2;
	m.rest[0].vlan[0] = 4095;
	m.r.ifname[0] = "a\"b";
	m.r.num_ifnames = 1;
	expect_part(&m, "\"icmp\":{\"type\":8,\"code\":0},\"community_id\":\"1:", true);
	expect_part(&m, "\",\"vlan\":[4095,0],\"ifname\":\"a\\\"b\",\"end_reason\"", true);
	m.features.bits = 0;
	m.key.proto = RJ_IP_TCP;
	expect_part(&m, "icmp", false);
	expect_part(&m, "community_id", false);
}

TEST(record_shows_icmp_and_vlans_of_the_flows_first_packet_whoever_sent_it)
{
	struct made m;

	make(&m);
	m.features.is_bare = false;
	m.key.proto = RJ_IP_ICMP;
	for (uint8_t side = 0; side < 2; side++) {
		m.rest[side].icmp_type = side ? 13 : 14;
		m.rest[side].icmp_code = (uint8_t)(side + 1);
		m.rest[side].vlan[0] = (uint16_t)(side + 100);
		m.rest[side].num_vlans = 1;
	}
	for (uint8_t originator = 0; originator < 2; originator++) {
		m.flow.originator = originator;
		m.flow.starter = 0;
		expect_part(&m, "\"icmp\":{\"type\":14,\"code\":1},", true);
		expect_part(&m, "\"vlan\":[100],", true);
		m.flow.starter = 1;
		expect_part(&m, "\"icmp\":{\"type\":13,\"code\":2},", true);
		expect_part(&m, "\"vlan\":[101],", true);
	}
}

TEST(record_shows_what_went_wrong_only_when_something_did)
{
	struct made m;

	make(&m);
	expect_part(&m, "debug", false);
	m.rest[0].bad_l4 = m.rest[1].bad_l4 = 65535;
	expect_part(&m, "\"debug\":{\"invalid\":131070},\"end_reason\"", true);
	m.rest[0].lost_samples = 1;
	m.rest[1].lost_samples = 2;
	m.rest[0].bad_l4 = m.rest[1].bad_l4 = 0;
	expect_part(&m, "\"debug\":{\"samples_lost\":3},", true);
}

TEST(record_shows_histograms_of_both_sides)
{
	struct made m;

	make(&m);
	m.features.bits = 1u << RJ_FEATURE_HIST;
	m.flow.originator = 1;
	m.hist[1].len[0] = 7;
	m.hist[0].len[RJ_LEN_BINS - 1] = 8;
	m.hist[1].gap[RJ_GAP_BINS - 1] = 4294967295u;
	expect_part(&m,
		    "\"len_hist\":{\"out\":[7,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"
		    "\"in\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,8]},\"ipt_hist\":{\"out\":[0,0,",
		    true);
	expect_part(&m, ",0,4294967295],\"in\":[0,", true);
}

TEST(record_names_every_field_once_in_its_reference)
{
	unsigned int num = 0;

	for (const struct rj_field *f = rj_record_fields; f->name; f++, num++)
		CHECK(f->meaning && *f->meaning && f->unit && f->reference);
	CHECK(num > 40);
}

TEST(record_lists_the_interfaces_of_a_flow_that_was_seen_on_several)
{
	struct made m;

	make(&m);
	expect_part(&m, "ifname", false);
	m.r.ifname[0] = "eth0";
	m.r.num_ifnames = 1;
	expect_part(&m, "\"ifname\":\"eth0\",", true);
	expect_part(&m, "ifnames", false);
	m.r.ifname[1] = "br0";
	m.r.num_ifnames = 2;
	expect_part(&m, "\"ifname\":\"eth0\",\"ifnames\":[\"eth0\",\"br0\"],\"end_reason\"", true);
	for (unsigned int missed = 1; missed < 4; missed++) { /* of either side or of both */
		m.rest[0].also_missed = missed & 1;
		m.rest[1].also_missed = missed > 1;
		expect_part(&m, "\"debug\":{\"ifnames_missed\":1}", true);
	}
}

TEST(record_of_one_direction_whose_ports_were_used_again_ended_by_its_fin)
{
	struct made m;

	make(&m);
	m.flow.half[0].tcp_flags = RJ_TCP_SYN | RJ_TCP_FIN;
	m.r.end = RJ_END_REUSE;
	expect_part(&m, ",\"end_reason\":\"fin\"}", true);
}

TEST(record_says_which_packets_icmp_errors_are_about_and_how_many_it_leaves_out)
{
	struct rj_abouts about = { .num = 2 };
	struct made m;

	make(&m);
	m.features.is_bare = false;
	m.key.proto = RJ_IP_ICMP;
	about.at[0] = (struct rj_about){ .key = m.key, .side = 1, .has_ports = true };
	about.at[0].key.proto = RJ_IP_UDP;
	about.at[1] = (struct rj_about){ .key = m.key };
	m.r.about = &about;
	expect_part(&m,
		    "\"icmp\":{\"type\":0,\"code\":0,\"about\":["
		    "{\"sa\":\"10.0.0.2\",\"da\":\"10.0.0.1\",\"pr\":17,\"sp\":443,\"dp\":40000},"
		    "{\"sa\":\"10.0.0.1\",\"da\":\"10.0.0.2\",\"pr\":1,\"sp\":null,\"dp\":null}]}",
		    true);
	about.missed = 3;
	expect_part(&m, "}],\"about_missed\":3}", true);
}

TEST(record_counts_tags_and_tunnels_beyond_those_it_lists)
{
	struct rj_tunnels tunnels = { .num = RJ_MAX_TUNNELS };
	struct made m;

	make(&m);
	m.r.tunnels = &tunnels;
	m.rest[0].num_vlans = RJ_MAX_VLANS;
	expect_part(&m, "debug", false);
	tunnels.num = RJ_MAX_DEEP_TUNNELS;
	m.rest[0].num_vlans = 255;
	expect_part(&m, "\"debug\":{\"vlans_missed\":251,\"tunnels_missed\":12}", true);
}
