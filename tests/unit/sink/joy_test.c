/* SPDX-License-Identifier: BSD-3-Clause */
#include "sink/joy.h"

#include "proto/common/dns_text.h"
#include "proto/tls/names.h"
#include "tests/unit/unit.h"

static const struct rj_joy_numbers numbers = { rj_dns_type_number, rj_tls_extension_number };

static struct rj_jsonw_keys keys;
static struct rj_buffer out;
static struct rj_joy j;
static struct rj_visitor *v;

static void begin(struct rj_joy_style style)
{
	static const struct rj_field flow = { .name = "", .type = RJ_TYPE_OBJECT };

	rj_buffer_init(&out, 1 << 20);
	style.numbers = &numbers;
	rj_joy_init(&j, &out, &keys, &style);
	v = &j.visitor;
	v->ops->open(v, &flow);
}

/* The record as a line; the buffer is given back. */
static const char *end(void)
{
	static char copy[1 << 14];

	v->ops->close(v);
	CHECK(!rj_joy_failed(&j));
	CHECK_EQ(j.depth, 0);
	CHECK(out.len < sizeof(copy));
	memcpy(copy, out.data, out.len);
	copy[out.len] = 0;
	rj_buffer_done(&out);
	return copy;
}

/* A row of that name, which stays where it is: writers know rows by their addresses. */
static const struct rj_field *row(const char *name, enum rj_type type)
{
	static struct rj_field rows[128];
	static size_t num;

	for (size_t i = 0; i < num; i++)
		if (!strcmp(rows[i].name, name) && rows[i].type == type)
			return &rows[i];
	CHECK(num < 128);
	rows[num] = (struct rj_field){ .name = name, .type = type };
	return &rows[num++];
}

static void open_as(const char *name, enum rj_type type)
{
	v->ops->open(v, row(name, type));
}

static void number(const char *name, uint64_t value)
{
	v->ops->u64(v, row(name, RJ_TYPE_UINT), value);
}

static void text(const char *name, const char *value)
{
	v->ops->string(v, row(name, RJ_TYPE_STRING), value, strlen(value));
}

static void real(const char *name, double value)
{
	v->ops->f64(v, row(name, RJ_TYPE_FLOAT), value);
}

static void close_all(unsigned int levels)
{
	while (levels--)
		v->ops->close(v);
}

TEST(joy_drops_what_joy_has_no_key_for)
{
	begin((struct rj_joy_style){ 0 });
	number("pr", 6);
	number("ip_bytes_out", 7);
	open_as("len_hist", RJ_TYPE_OBJECT);
	open_as("out", RJ_TYPE_ARRAY);
	number("bin", 1);
	close_all(2);
	open_as("sni", RJ_TYPE_OBJECT); /* a key of Joy's, but not here */
	number("b", 1);
	close_all(1);
	open_as("vlan", RJ_TYPE_ARRAY); /* nor when it is empty */
	close_all(1);
	text("end_reason", "fin");
	CHECK_STR(end(), "{\"pr\":6}");
}

TEST(joy_shows_the_other_side_where_there_is_one)
{
	begin((struct rj_joy_style){ 0 });
	number("bytes_in", 5);
	number("num_pkts_in", 0);
	CHECK_STR(end(), "{}");
	begin((struct rj_joy_style){ 0 });
	number("bytes_in", 5);
	number("num_pkts_in", 2);
	CHECK_STR(end(), "{\"bytes_in\":5,\"num_pkts_in\":2}");
}

TEST(joy_has_other_names_for_its_fingerprints)
{
	begin((struct rj_joy_style){ 0 });
	open_as("fpx", RJ_TYPE_OBJECT);
	text("tcp", "(01)");
	close_all(1);
	open_as("fpx_in", RJ_TYPE_OBJECT);
	text("tls", "(0303)(1301)");
	close_all(1);
	open_as("fingerprints", RJ_TYPE_OBJECT); /* ours */
	text("tls", "tls/1/");
	close_all(1);
	CHECK_STR(end(), "{\"fingerprints\":{\"tcp\":\"(01)\"},"
			 "\"fingerprints_in\":{\"tls\":\"(0303)(1301)\"}}");
}

/* As rj_process_emit writes it; without a name: of the opener alone. */
static void put_process(const char *end, const char *name)
{
	const uint8_t digest[2] = { 0xab, 0xcd };

	open_as(end, RJ_TYPE_OBJECT);
	if (name) {
		text("name", name);
		text("path", "/bin/program");
		v->ops->hex(v, row("hash", RJ_TYPE_HEX), digest, sizeof(digest));
		number("pid", 7);
		number("uid", 0);
		v->ops->time(v, row("start", RJ_TYPE_TIME), 1000000000, 6);
		number("uptime", 0);
		text("cmdline", "program --secret");
	}
	open_as("opener", RJ_TYPE_OBJECT);
	text("name", "opener");
	number("uptime", 9);
	close_all(2);
}

#define JOYS_EXE(name)                                                                             \
	"{\"pr\":6,\"exe\":{\"name\":\"" name                                                      \
	"\",\"path\":\"/bin/program\",\"hash\":\"abcd\",\"uptime\":0},\"probable_os\":{}}"

static const char *processes_of(const char *originator, const char *responder, bool has_opener)
{
	begin((struct rj_joy_style){ 0 });
	number("pr", 6);
	if (originator || has_opener)
		put_process("exe", originator);
	if (responder)
		put_process("exe_da", responder);
	open_as("probable_os", RJ_TYPE_OBJECT);
	close_all(1);
	return end();
}

TEST(joy_has_one_process_that_of_the_originator_where_it_is_known)
{
	CHECK_STR(processes_of("client", NULL, false), JOYS_EXE("client"));
	CHECK_STR(processes_of("client", "server", false), JOYS_EXE("client"));
	CHECK_STR(processes_of(NULL, "server", false), JOYS_EXE("server"));
	CHECK_STR(processes_of(NULL, "server", true), JOYS_EXE("server"));
	CHECK_STR(processes_of(NULL, NULL, true), "{\"pr\":6,\"probable_os\":{}}");
}

TEST(joy_drops_an_object_of_which_nothing_is_left)
{
	begin((struct rj_joy_style){ 0 });
	open_as("tls", RJ_TYPE_OBJECT);
	number("version", 1);
	close_all(1);
	open_as("ip", RJ_TYPE_OBJECT);
	close_all(1);
	open_as("dns", RJ_TYPE_ARRAY);
	open_as("message", RJ_TYPE_OBJECT);
	number("skipped", 3);
	close_all(2);
	CHECK_STR(end(), "{\"ip\":{}}");
}

TEST(joy_prints_numbers_as_joy)
{
	begin((struct rj_joy_style){ 0 });
	v->ops->time(v, row("time_start", RJ_TYPE_TIME), 1999999999, 9);
	real("entropy", 4.5);
	real("total_entropy", 0.0000004);
	open_as("wht", RJ_TYPE_ARRAY);
	real("wht[]", 60.607142);
	real("wht[]", -0.00001234567);
	close_all(1);
	CHECK_STR(end(), "{\"time_start\":1.999999,\"entropy\":4.500000,\"total_entropy\":0.000000,"
			 "\"wht\":[60.607,-1.2346e-05]}");
}

TEST(joy_shifts_counts_until_they_fit_a_byte)
{
	begin((struct rj_joy_style){ 0 });
	open_as("byte_dist", RJ_TYPE_ARRAY);
	number("", 255);
	number("", 1);
	close_all(1);
	open_as("compact_byte_dist", RJ_TYPE_ARRAY);
	number("", 1025);
	number("", 7);
	number("", 8);
	close_all(1);
	CHECK_STR(end(), "{\"byte_dist\":[255,1],\"compact_byte_dist\":[128,0,1]}");
}

TEST(joy_counts_no_more_bytes_than_there_are_values)
{
	begin((struct rj_joy_style){ 0 });
	open_as("byte_dist", RJ_TYPE_ARRAY);
	for (unsigned int i = 0; i < 2 * RJ_JOY_COUNTS; i++)
		number("", 1);
	close_all(1);
	CHECK_EQ(strlen(end()), strlen("{\"byte_dist\":[]}") + 2 * RJ_JOY_COUNTS - 1);
}

static void put_packets(void)
{
	open_as("packets", RJ_TYPE_ARRAY);
	for (unsigned int i = 0; i < 2; i++) {
		open_as("packets[]", RJ_TYPE_OBJECT);
		number("b", 1 + i);
		text("dir", ">");
		number("ipt", 7);
		close_all(1);
	}
	close_all(1);
}

TEST(joy_has_its_own_idea_of_one_direction)
{
	begin((struct rj_joy_style){ 0 });
	put_packets();
	CHECK_STR(end(), "{\"packets\":[{\"b\":1,\"dir\":\">\",\"ipt\":7},"
			 "{\"b\":2,\"dir\":\">\",\"ipt\":7}]}");
	begin((struct rj_joy_style){ .is_unidirectional = true });
	put_packets();
	CHECK_STR(end(), "{\"packets\":[{\"b\":1,\"dir\":\"<\",\"ipt\":0},"
			 "{\"b\":2,\"dir\":\"<\",\"ipt\":7}]}");
	begin((struct rj_joy_style){ .no_packets = true });
	put_packets();
	CHECK_STR(end(), "{\"packets\":[]}");
}

TEST(joy_puts_example_and_debug_where_joy_has_them)
{
	begin((struct rj_joy_style){ .with_example = true, .expire = 'i' });
	number("bytes_out", 10);
	number("bytes_in", 20);
	number("num_pkts_in", 1);
	open_as("wht", RJ_TYPE_ARRAY);
	close_all(1);
	open_as("hd", RJ_TYPE_OBJECT);
	close_all(1);
	number("retrans_out", 2);
	number("retrans_in", 3);
	open_as("debug", RJ_TYPE_OBJECT);
	number("samples_lost", 9);
	number("invalid", 4);
	close_all(1);
	CHECK_STR(end(), "{\"bytes_out\":10,\"bytes_in\":20,\"num_pkts_in\":1,\"wht\":[],"
			 "\"example\":30,\"hd\":{},\"debug\":{\"tcp_retrans\":5,\"invalid\":4},"
			 "\"expire_type\":\"i\"}");
}

TEST(joy_puts_blanks_around_labels)
{
	begin((struct rj_joy_style){ 0 });
	number("dp", 1);
	open_as("sa_labels", RJ_TYPE_ARRAY);
	text("", "a");
	text("", "b");
	close_all(1);
	number("bytes_out", 1);
	CHECK_STR(end(), "{\"dp\":1,\"sa_labels\": [ \"a\",\"b\" ],\"bytes_out\":1}");
}

TEST(joy_fills_the_body_up)
{
	begin((struct rj_joy_style){ 0 });
	open_as("http", RJ_TYPE_ARRAY);
	open_as("exchange", RJ_TYPE_OBJECT);
	open_as("out", RJ_TYPE_ARRAY);
	open_as("element", RJ_TYPE_OBJECT);
	v->ops->name(v, "type", 4); /* the message's own words are no keys of ours */
	text("header", "x");
	close_all(2);
	open_as("in", RJ_TYPE_ARRAY);
	open_as("element", RJ_TYPE_OBJECT);
	v->ops->hex(v, row("body", RJ_TYPE_HEX), "\x01\x02", 2);
	close_all(4);
	CHECK_STR(end(), "{\"http\":[{\"out\":[{\"type\":\"x\"},"
			 "{\"body\":\"00000000000000000000000000000000\"}],"
			 "\"in\":[{\"body\":\"01020000000000000000000000000000\"}]}]}");
}

TEST(joy_survives_any_depth)
{
	begin((struct rj_joy_style){ 0 });
	for (unsigned int i = 0; i < 2 * RJ_JSONW_MAX_DEPTH; i++)
		open_as("ip", RJ_TYPE_OBJECT);
	number("ttl", 1);
	v->ops->name(v, "x", 1);
	text("x", "y");
	close_all(2 * RJ_JSONW_MAX_DEPTH);
	CHECK(j.json.is_too_deep);
	number("hd", 1);
	CHECK(strstr(end(), "\"hd\":1}"));
}

TEST(joy_numbers_are_the_names_backwards)
{
	for (unsigned int i = 0; i <= UINT16_MAX; i++) {
		struct rj_dns_text room;
		const char *type = rj_dns_type_text((uint16_t)i, &room);

		if (rj_dns_type_number(type, strlen(type)) != (long)i)
			CHECK_EQ(rj_dns_type_number(type, strlen(type)), i);
	}
	for (unsigned int i = 0; i <= UINT16_MAX; i++) {
		const char *name = rj_tls_extension_name((uint16_t)i).text;

		if (name)
			CHECK_EQ(rj_tls_extension_number(name, strlen(name)), i);
	}
	CHECK_EQ(rj_dns_type_number("TYPE", 4), -1);
	CHECK_EQ(rj_dns_type_number("TYPE65536", 9), -1);
	CHECK_EQ(rj_dns_type_number("TYPE99999999999999999999", 24), -1);
	CHECK_EQ(rj_dns_type_number("TYPEx", 5), -1);
	CHECK_EQ(rj_dns_type_number("", 0), -1);
	CHECK_EQ(rj_tls_extension_number("server_nam", 10), -1);
}
