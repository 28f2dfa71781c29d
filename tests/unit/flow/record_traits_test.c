/* SPDX-License-Identifier: BSD-3-Clause */
/* What features say of hand-made conversations, from frames to JSON. */
#include <rejoice/rejoice.h>

#include "flow/engine.h"
#include "tests/unit/bpf/frames.h"
#include "tests/unit/features/files.h"

#define START_NS 1600000000000000000ull
#define SERVER 1 /* sides: who sends */

struct run {
	struct rj_session *session;
	char *json; /* of the last record */
	unsigned int num;
};

static void on_record(void *user, const struct rj_record *record)
{
	struct run *run = user;
	const char *text;
	size_t len;

	CHECK_EQ(rj_record_json(run->session, record, &text, &len), 0);
	free(run->json);
	run->json = strndup(text, len);
	run->num++;
}

static void begin(struct run *run, const char *features)
{
	const struct rj_options o = { .size = sizeof(o),
				      .features = features,
				      .on_record = on_record,
				      .user = run };

	*run = (struct run){ .num = 0 };
	CHECK_EQ(rj_session_open(&o, &run->session), 0);
}

/* From a block of exactly the captured bytes, @ms after the start. */
static void feed(struct run *run, const struct frame *f, size_t captured_len, unsigned int ms)
{
	uint8_t *copy = unit_copy(f->at, captured_len);
	const struct rj_session_frame frame = { .link_type = 1,
						.time_ns = START_NS + ms * 1000000ull,
						.data = copy,
						.captured_len = (uint32_t)captured_len,
						.wire_len = (uint32_t)f->len };

	CHECK_EQ(rj_session_feed(run->session, &frame), 0);
	free(copy);
}

static void end(struct run *run)
{
	CHECK_EQ(rj_session_finish(run->session), 0);
	CHECK_EQ(run->num, 1);
}

static void done(struct run *run)
{
	rj_session_close(run->session);
	free(run->json);
}

/* That the record has @part in it, or has not. */
static void check_part(const struct run *run, const char *part, bool is_there)
{
	if (run->json && !strstr(run->json, part) != is_there)
		return;
	fprintf(stderr, "got: %s\n", run->json ? run->json : "nothing");
	unit_failed(__FILE__, __LINE__, part);
}

/* struct segment - of a TCP conversation between ports 40000 and 443; options are whole words. */
struct segment {
	unsigned int side;
	unsigned int ms;
	unsigned int flags;
	uint32_t seq;
	uint32_t ack;
	const char *options;
	size_t opt_len;
	const char *payload;
};

static void set_u32(struct frame *f, size_t at, uint32_t value)
{
	set_u16(f, at, value >> 16);
	set_u16(f, at + 2, value & 0xffff);
}

static void put_text(struct frame *f, const char *text, size_t len)
{
	memcpy(f->at + f->len, text, len);
	f->len += len;
}

static struct frame frame_of(const struct segment *s)
{
	size_t len = s->payload ? strlen(s->payload) : 0;
	struct frame f = { .len = 0 };
	size_t tcp = 34;

	put_ethernet(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_TCP, 20 + s->opt_len + len, s->side ? 2 : 1, s->side ? 1 : 2);
	put_tcp(&f, s->side ? 443 : 40000, s->side ? 40000 : 443, s->flags,
		(unsigned int)(5 + s->opt_len / 4));
	set_u32(&f, tcp + 4, s->seq);
	set_u32(&f, tcp + 8, s->ack);
	put_text(&f, s->options ? s->options : "", s->opt_len);
	put_text(&f, s->payload ? s->payload : "", len);
	return f;
}

static void send_all(struct run *run, const struct segment *s, size_t num)
{
	for (size_t i = 0; i < num; i++) {
		struct frame f = frame_of(&s[i]);

		feed(run, &f, f.len, s[i].ms);
	}
}

#define SEND(run, ...)                                                                             \
	do {                                                                                       \
		static const struct segment all_[] = { __VA_ARGS__ };                              \
                                                                                                   \
		send_all(run, all_, sizeof(all_) / sizeof(*all_));                                 \
	} while (0)

enum { S = RJ_TCP_SYN, A = RJ_TCP_ACK, P = 8 };

#define HANDSHAKE                                                                                  \
	{ 0, 0, S, 1000, 0, "\x02\x04\x05\xb4", 4, NULL },                                         \
		{ SERVER, 10, S | A, 5000, 1001, NULL, 0, NULL },                                  \
	{                                                                                          \
		0, 15, A, 1001, 5001, NULL, 0, NULL                                                \
	}

TEST(record_salt_is_the_first_number_and_then_differences)
{
	struct run run;

	begin(&run, "salt");
	SEND(&run, HANDSHAKE, { 0, 20, A | P, 1001, 5001, NULL, 0, "GET" },
	     { SERVER, 30, A, 5001, 1004, NULL, 0, "200 OK" },
	     { 0, 31, A | P, 1001, 5001, NULL, 0, "GET" }, /* sent again: 1001 - 1001 */
	     { 0, 40, A, 1000, 5007, NULL, 0, NULL });	   /* back by one: 2^32 - 1 */
	end(&run);
	check_part(&run,
		   "\"oseq\":[1000,1,0,0,4294967295],\"oack\":[0,5001,0,0,6],"
		   "\"iseq\":[5000,1],\"iack\":[1001,3],\"retrans_out\":1,",
		   true);
	done(&run);
}

TEST(record_salt_of_one_side)
{
	struct run run;

	begin(&run, "salt,ppi");
	SEND(&run, { SERVER, 0, S | A, 5000, 1001, NULL, 0, NULL });
	end(&run); /* sent by who answers: it is the other one's flow */
	check_part(&run, "\"iseq\":[5000],\"iack\":[1001],\"ppi\":[{", true);
	check_part(&run, "oseq", false);
	check_part(&run, "\"dir\":\"<\",\"t\":0,\"flags\":\"SA\",\"opts\":[]}]", true);
	done(&run);
}

TEST(record_ppi_is_each_packet_with_its_options)
{
	struct run run;

	begin(&run, "ppi");
	SEND(&run, HANDSHAKE,
	     { 0, 20, A | P, 1001, 5001, "\x01\x01\x05\x0a\0\0\0\x01\0\0\0\x02", 12, "GET" });
	end(&run);
	check_part(&run,
		   "\"ppi\":[{\"seq\":1000,\"ack\":0,\"rseq\":0,\"rack\":0,\"b\":0,\"olen\":4,"
		   "\"dir\":\">\",\"t\":0,\"flags\":\"S\",\"opts\":[{\"mss\":1460}]},"
		   "{\"seq\":5000,\"ack\":1001,\"rseq\":0,\"rack\":1,\"b\":0,\"olen\":0,"
		   "\"dir\":\"<\",\"t\":10,\"flags\":\"SA\",\"opts\":[]},"
		   "{\"seq\":1001,\"ack\":5001,\"rseq\":1,\"rack\":1,\"b\":0,\"olen\":0,"
		   "\"dir\":\">\",\"t\":15,\"flags\":\"A\",\"opts\":[]},"
		   "{\"seq\":1001,\"ack\":5001,\"rseq\":0,\"rack\":1,\"b\":3,\"olen\":12,"
		   "\"dir\":\">\",\"t\":20,\"flags\":\"PA\",\"opts\":[{\"noop\":null},"
		   "{\"noop\":null},{\"kind\":5,\"data\":\"0000000100000002\"}]}],\"end_reason\"",
		   true);
	done(&run);
}

#define OPTS_TS "\x01\x01\x08\x0a\0\0\0\x0b\xff\xff\xff\xff"
#define OPTS_SYN_TS "\x02\x04\x05\xb4\x04\x02\x08\x0a\0\0\0\x01\0\0\0\0\x01\x03\x03\x07"
#define OPTS_SYN "\x02\x04\x05\x50\x01\x03\x03\x08\x01\x01\x04\x02"

/* Forms that many packets have, and what differs from each in one byte. */
TEST(record_ppi_of_options_as_they_are_usual)
{
	struct run run;

	begin(&run, "ppi");
	SEND(&run, { 0, 0, S, 1000, 0, OPTS_SYN_TS, 20, NULL },
	     { SERVER, 0, S | A, 5000, 1001, OPTS_SYN, 12, NULL },
	     { 0, 0, A, 1001, 5001, OPTS_TS, 12, NULL }, { 0, 0, A, 1001, 5001, NULL, 0, NULL },
	     { 0, 0, A, 1001, 5001, "\x01\x01\x08\x0b\0\0\0\x0b\0\0\0\x0c", 12, NULL },
	     { 0, 0, A, 1001, 5001, OPTS_TS, 12, NULL }, { 0, 0, A, 900, 5001, OPTS_TS, 12, NULL });
	end(&run);
	check_part(&run,
		   "\"out\":{\"flags\":\"S\",\"first_window_size\":64240,\"opt_len\":20,\"opts\":["
		   "{\"mss\":1460},{\"sackp\":null},{\"ts\":{\"val\":1,\"ecr\":0}},"
		   "{\"noop\":null},{\"ws\":7}]}",
		   true);
	check_part(
		&run,
		"\"flags\":\"S\",\"opts\":[{\"mss\":1460},{\"sackp\":null},"
		"{\"ts\":{\"val\":1,\"ecr\":0}},{\"noop\":null},{\"ws\":7}]},"
		"{\"seq\":5000,\"ack\":1001,\"rseq\":0,\"rack\":1,\"b\":0,\"olen\":12,"
		"\"dir\":\"<\",\"t\":0,\"flags\":\"SA\",\"opts\":[{\"mss\":1360},{\"noop\":null},"
		"{\"ws\":8},{\"noop\":null},{\"noop\":null},{\"sackp\":null}]},"
		"{\"seq\":1001,\"ack\":5001,\"rseq\":1,\"rack\":1,\"b\":0,\"olen\":12,"
		"\"dir\":\">\",\"t\":0,\"flags\":\"A\",\"opts\":[{\"noop\":null},"
		"{\"noop\":null},{\"ts\":{\"val\":11,\"ecr\":4294967295}}]},"
		"{\"seq\":1001,\"ack\":5001,\"rseq\":0,\"rack\":1,\"b\":0,\"olen\":0,"
		"\"dir\":\">\",\"t\":0,\"flags\":\"A\",\"opts\":[]},",
		true);
	check_part(&run,
		   "\"olen\":12,\"dir\":\">\",\"t\":0,\"flags\":\"A\",\"opts\":[{\"noop\":null},"
		   "{\"noop\":null},{\"malformed\":{\"kind\":8,\"len\":11}}]},"
		   "{\"seq\":1001,\"ack\":5001,\"rseq\":0,\"rack\":1,\"b\":0,\"olen\":12,"
		   "\"dir\":\">\",\"t\":0,\"flags\":\"A\",\"opts\":[{\"noop\":null},"
		   "{\"noop\":null},{\"ts\":{\"val\":11,\"ecr\":4294967295}}]},"
		   "{\"seq\":900,\"ack\":5001,\"rseq\":-101,\"rack\":1,",
		   true);
	done(&run);
}

TEST(record_ppi_of_syn_options_of_another_order)
{
	struct run run;

	begin(&run, "ppi");
	SEND(&run,
	     { 0, 0, S, 1, 0, "\x02\x04\x05\xb4\x04\x02\x08\x0a\0\0\0\x01\0\0\0\0\x01\x03\x04\x07",
	       20, NULL },
	     { 0, 0, S, 1, 0, "\x02\x04\x05\xb4\x01\x03\x03\x07\x01\x01\x04\x03", 12, NULL });
	end(&run);
	check_part(&run, "{\"noop\":null},{\"malformed\":{\"kind\":3,\"len\":4}}]}", true);
	check_part(&run,
		   "\"opts\":[{\"mss\":1460},{\"noop\":null},{\"ws\":7},{\"noop\":null},"
		   "{\"noop\":null},{\"malformed\":{\"kind\":4,\"len\":3}}]}",
		   true);
	done(&run);
}

TEST(record_ppi_of_a_cut_packet_has_the_options_that_were_captured)
{
	static const struct segment one = { 0,	0,	  A,
					    7,	9,	  "\x01\x01\x08\x0a\0\0\0\x01\0\0\0\x02",
					    12, "payload" };
	struct frame f = frame_of(&one);
	struct run run;

	begin(&run, "ppi,idp,payload,hd=1,salt");
	feed(&run, &f, 54 + 8, 0); /* two thirds of the options */
	end(&run);
	check_part(&run, "\"b\":7,\"olen\":8,", true);
	check_part(&run, "{\"noop\":null},{\"noop\":null},{\"malformed\":{\"kind\":8,\"len\":10}}]",
		   true);
	check_part(&run, "\"payload\"", false);
	check_part(&run, "\"idp_len_out\":48", true); /* 20 + 20 + 8 */
	done(&run);
}

TEST(record_idp_is_the_packet_behind_the_syn_from_its_ip_header_on)
{
	struct run run;

	begin(&run, "idp=24");
	SEND(&run, HANDSHAKE, { 0, 20, A | P, 1002, 5001, NULL, 0, "second" },
	     { 0, 21, A | P, 1001, 5001, NULL, 0, "1" });
	end(&run);
	/* total length 41 = 0x29: the one of one byte; then 4 bytes of ports */
	check_part(&run,
		   "\"idp_out\":\"450000291234000040060000"
		   "0a0000010a0000029c4001bb\",\"idp_len_out\":24,\"ooo_out\"",
		   true);
	check_part(&run, "idp_in", false);
	done(&run);
}

TEST(record_idp_of_a_packet_in_a_tunnel_is_the_inner_one)
{
	struct frame f = { .len = 0 };
	struct run run;

	begin(&run, "idp,payload");
	put_ethernet(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_IPIP, 20 + 8 + 3, 9, 8);
	put_ipv4(&f, RJ_IP_UDP, 8 + 3, 1, 2);
	put_udp(&f, 1000, 2000, 11);
	put_text(&f, "abc", 3);
	put_fill(&f, 0x55, 9); /* what Ethernet fills a frame up with is not IP's */
	feed(&run, &f, f.len, 0);
	end(&run);
	check_part(&run, "\"sa\":\"10.0.0.1\"", true);
	check_part(&run,
		   "\"payload\":{\"out\":\"616263\"},"
		   "\"idp_out\":\"4500001f12340000401100000a0000010a00000203e807d0000b0000616263\","
		   "\"idp_len_out\":31",
		   true);
	done(&run);
}

TEST(record_idp_of_what_only_looks_like_a_tunnel_is_the_outer_one)
{
	struct frame f = { .len = 0 };
	struct run run;

	begin(&run, "idp=20");
	put_ethernet(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_IPIP, 20, 9, 8);
	put_fill(&f, 0x99, 20); /* no IP */
	feed(&run, &f, f.len, 0);
	end(&run);
	check_part(&run,
		   "\"idp_out\":\"450000281234000040040000"
		   "0a0000090a000008\",\"idp_len_out\":20",
		   true);
	done(&run);
}

TEST(record_payload_is_the_start_of_the_stream)
{
	struct run run;

	begin(&run, "payload=5");
	SEND(&run, HANDSHAKE, { 0, 20, A | P, 1004, 5001, NULL, 0, "def" },
	     { 0, 21, A | P, 1001, 5001, NULL, 0, "abc" },
	     { SERVER, 22, A, 5001, 1007, NULL, 0, "z" });
	end(&run);
	check_part(&run, "\"payload\":{\"out\":\"6162636465\",\"in\":\"7a\"},\"ooo_out\"", true);
	done(&run);
}

TEST(record_hd_is_of_the_originator)
{
	struct run run;

	begin(&run, "hd=3");
	SEND(&run, HANDSHAKE, { 0, 20, A | P, 1001, 5001, NULL, 0, "\x17\x41\x01" },
	     { 0, 21, A | P, 1004, 5001, NULL, 0, "\x17\x42\x02!" },
	     { 0, 22, A | P, 1001, 5001, NULL, 0, "\x17\x41\x01" }, /* sent again */
	     { 0, 23, A | P, 1008, 5001, NULL, 0, "ab" },	    /* too short */
	     { SERVER, 24, A, 5001, 1010, NULL, 0, "other" });
	end(&run);
	/* 41 and 42 differ in 03, 01 and 02 too; both count */
	check_part(&run,
		   "\"hd\":{\"n\":2,\"cm\":\"fffcfc\",\"cv\":\"174000\",\"sm\":\"00ffff\","
		   "\"i\":\"174101\"},\"retrans_out\"",
		   true);
	done(&run);
}

TEST(record_os_is_by_the_syn_of_either_side)
{
	struct segment syn = { 0, 0, S, 1, 0, NULL, 0, NULL };
	struct segment answer = { SERVER, 1, S | A, 1, 2, NULL, 0, NULL };
	struct frame f = frame_of(&syn), g = frame_of(&answer);
	struct run run;

	set_u16(&f, 34 + 14, 65535);
	g.at[14 + 8] = 128; /* TTL */
	set_u16(&g, 34 + 14, 8192);
	begin(&run, "os");
	feed(&run, &f, f.len, 0);
	feed(&run, &g, g.len, 1);
	end(&run);
	check_part(&run,
		   "\"probable_os\":{\"out\":\"FreeBSD / OS X\","
		   "\"in\":\"Windows 7, Vista, and Server 8\"},",
		   true);
	done(&run);
	begin(&run, "-os");
	feed(&run, &f, f.len, 0);
	end(&run);
	check_part(&run, "probable_os", false);
	done(&run);
}

TEST(record_wht_and_bins_count_what_byte_dist_counts)
{
	struct run run;

	begin(&run, "bd,wht,cdist");
	SEND(&run, { 0, 0, A, 10, 1, NULL, 0, "abcd" }, { 0, 1, A, 14, 1, NULL, 0, "e" },
	     { 0, 2, A, 10, 1, NULL, 0, "abcd" }); /* sent again */
	end(&run);
	/*
	 * abcd: 97+98+99+100 = 394, (97+99)-(98+100) = -2, (97-99)+(98-100) = -4, 0; e 0 0 0: 101
	 * each. By 5 bytes: 495, 99, 97 and 101. All are 0x61 to 0x65: bin 6
	 */
	check_part(&run, "\"wht\":[99,19.8,19.4,20.2]", true);
	check_part(&run, "\"byte_dist_mean\":99,", true);
	check_part(&run, "\"compact_byte_dist\":[0,0,0,0,0,0,5,0,0,0,0,0,0,0,0,0]", true);
	done(&run);
}

TEST(record_without_payload_has_no_transform)
{
	struct run run;

	begin(&run, "wht,cdist,payload,idp,hd");
	SEND(&run, HANDSHAKE);
	end(&run);
	check_part(&run, "wht", false);
	check_part(&run, "payload", false);
	check_part(&run, "\"idp", false);
	check_part(&run, "\"hd", false);
	check_part(&run, "\"compact_byte_dist\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]", true);
	done(&run);
}

/* Weights of which all are 0 but one. */
static void write_weights(char path[FILE_NAME_LEN], unsigned int num, unsigned int at,
			  const char *weight)
{
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	for (unsigned int i = 0; i < num; i++)
		fprintf(to, "%s\n", i == at ? weight : "0");
	fclose(to);
	write_file(path, text);
	free(text);
}

TEST(record_classifies_by_the_weights_of_files)
{
	char paths[2][FILE_NAME_LEN], files[2 * FILE_NAME_LEN];
	struct rj_options o = { .size = sizeof(o),
				.on_record = on_record,
				.model = files,
				.features = "splt,classify" };
	struct run run = { .num = 0 };

	write_weights(paths[0], 208, 7, "0.1"); /* of the duration */
	write_weights(paths[1], 464, 0, "1");
	snprintf(files, sizeof(files), "%s:%s", paths[0], paths[1]);
	o.user = &run;
	CHECK_EQ(rj_session_open(&o, &run.session), 0);
	unlink(paths[0]);
	unlink(paths[1]);
	SEND(&run, HANDSHAKE, { 0, 20, A | P, 1001, 5001, NULL, 0, "abc" },
	     { SERVER, 25, A, 5001, 1004, NULL, 0, "z" });
	end(&run);
	/* packets with payload: 20 and 5 ms; 1 / (1 + e^-2.5) = 0.9241418 */
	check_part(&run, "\"ipt\":20},{\"b\":1,\"dir\":\"<\",\"ipt\":5}],\"p_malware\":0.924142,",
		   true);
	done(&run);
}

static void keep_json(void *user, const struct rj_record *record)
{
	*(char **)user = unit_record_json(record);
}

/* An engine whose features may take no more than @max_bytes. */
static char *with_memory(size_t max_bytes, struct rj_engine_stats *stats)
{
	char *json = NULL;
	struct rj_engine_options o = { .max_flows = 4,
				       .limits.num_packets = 1000,
				       .max_dissect_bytes = max_bytes,
				       .time_decimals = 9,
				       .on_record = keep_json,
				       .user = &json };
	const char *name;
	size_t len;
	struct rj_engine *e;

	CHECK_EQ(rj_feature_set_parse("ppi", &o.features, &name, &len), 0);
	CHECK_EQ(rj_engine_new(&o, &e), 0);
	for (unsigned int i = 0; i < 100; i++) {
		const struct rj_packet p = { .key.proto = RJ_IP_TCP,
					     .time_ns = 1 + i,
					     .bits = RJ_PKT_TCP,
					     .num_segments = 1 };

		rj_engine_packet(e, &p, NULL, 0);
	}
	rj_engine_flush(e, RJ_END_EOF);
	rj_engine_get_stats(e, stats);
	CHECK_EQ(stats->dissect_bytes, 0);
	rj_engine_free(e);
	return json;
}

TEST(record_says_that_memory_was_short)
{
	struct rj_engine_stats stats;
	char *json = with_memory(100, &stats); /* not enough to begin */

	CHECK(strstr(json, "\"num_pkts_out\":100,") && !strstr(json, "ppi"));
	CHECK(strstr(json, "\"debug\":{\"features_cut\":1}"));
	CHECK_EQ(stats.dissect_refused, 1);
	free(json);
	json = with_memory(sizeof(struct rj_traits) + 1000, &stats);
	CHECK(strstr(json, "\"ppi\":[{") && strstr(json, "\"debug\":{\"features_cut\":1}"));
	CHECK_EQ(stats.dissect_refused, 1);
	free(json);
	json = with_memory(0, &stats); /* no cap */
	CHECK(strstr(json, "\"ppi\":[{") && !strstr(json, "debug"));
	CHECK_EQ(stats.dissect_refused, 0);
	free(json);
}
