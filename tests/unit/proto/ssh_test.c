/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the SSH dissector. */
#include "proto/registry.h"
#include "proto/ssh/session.h"
#include "tests/unit/unit.h"

#define COOKIE "000102030405060708090a0b0c0d0e0f"
#define CLIENT_BANNER "SSH-2.0-a_1 c d\r\n"
#define SERVER_BANNER "SSH-2.0-b\r\n"

struct fixture {
	uint64_t *state;
	struct rj_arena arena;
	uint64_t time_ns;
	uint16_t port; /* of side 1 */
	bool is_done;
};

/* What is sent: packets are put together here. */
struct bytes {
	uint8_t data[70000];
	size_t len;
};

static void begin(struct fixture *f)
{
	f->state = calloc(1, rj_ssh.state_bytes);
	f->time_ns = 0;
	f->port = 22;
	rj_arena_init(&f->arena, 256u << 10);
}

static void end(struct fixture *f)
{
	free(f->state);
	rj_arena_done(&f->arena);
}

static struct rj_message message_of(struct fixture *f, unsigned int side)
{
	f->time_ns += 1000000000;
	return (struct rj_message){ .side = side,
				    .over = RJ_OVER_TCP,
				    .src_port = side ? f->port : 40000,
				    .dst_port = side ? 40000 : f->port,
				    .time_ns = f->time_ns,
				    .arena = &f->arena };
}

static enum rj_status feed(struct fixture *f, unsigned int side, const void *data, size_t len,
			   bool is_hard)
{
	struct rj_message m = message_of(f, side);
	uint8_t *exact = unit_copy(data, len);
	struct rj_cursor c = rj_cursor_init(exact, len, is_hard);
	enum rj_status st = rj_ssh.parse(f->state, &m, &c);

	CHECK(st || !c.left);
	f->is_done = m.is_done;
	free(exact);
	return st;
}

static enum rj_status feed_text(struct fixture *f, unsigned int side, const char *text)
{
	return feed(f, side, text, strlen(text), false);
}

static void put(struct bytes *b, const void *data, size_t len)
{
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void put_u32(struct bytes *b, size_t value)
{
	const uint8_t be[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16),
			       (uint8_t)(value >> 8), (uint8_t)value };

	put(b, be, sizeof(be));
}

static void put_string(struct bytes *b, const char *text)
{
	put_u32(b, strlen(text));
	put(b, text, strlen(text));
}

/* One packet with @payload and the least padding. */
static void packet_of(const struct bytes *payload, struct bytes *out)
{
	size_t padding = 4;

	while ((5 + payload->len + padding) % 8)
		padding++;
	out->len = 0;
	put_u32(out, 1 + payload->len + padding);
	put(out, &(uint8_t){ (uint8_t)padding }, 1);
	put(out, payload->data, payload->len);
	memset(out->data + out->len, 0, padding);
	out->len += padding;
}

static enum rj_status feed_packet(struct fixture *f, unsigned int side, const struct bytes *payload)
{
	struct bytes packet;

	packet_of(payload, &packet);
	return feed(f, side, packet.data, packet.len, false);
}

static enum rj_status feed_hex(struct fixture *f, unsigned int side, const char *hex)
{
	struct bytes payload;
	uint8_t *bytes = unit_unhex(hex, &payload.len);

	memcpy(payload.data, bytes, payload.len);
	free(bytes);
	return feed_packet(f, side, &payload);
}

struct lists {
	const char *kex, *host_key, *ciphers, *macs, *languages;
	bool is_guess;
};

static void kexinit_of(const struct lists *l, struct bytes *out)
{
	const char *const texts[] = { l->kex,  l->host_key, l->ciphers, l->ciphers,   l->macs,
				      l->macs, "none",	    "none",	l->languages, "" };
	size_t len;
	uint8_t *cookie = unit_unhex("14" COOKIE, &len);

	out->len = 0;
	put(out, cookie, len);
	free(cookie);
	for (size_t i = 0; i < RJ_SSH_NUM_LISTS; i++)
		put_string(out, texts[i] ? texts[i] : "");
	put(out, &(uint8_t){ l->is_guess }, 1);
	put_u32(out, 0);
}

static void feed_kexinit(struct fixture *f, unsigned int side, const struct lists *l)
{
	struct bytes payload;

	kexinit_of(l, &payload);
	CHECK_EQ(feed_packet(f, side, &payload), RJ_OK);
}

static void feed_banners(struct fixture *f)
{
	CHECK_EQ(feed_text(f, 0, CLIENT_BANNER), RJ_OK);
	CHECK_EQ(feed_text(f, 1, SERVER_BANNER), RJ_OK);
}

/* What is emitted has all of these, which end with NULL. */
static void check_has(struct fixture *f, const char *const *wants)
{
	char *json = unit_json(&rj_ssh, f->state, 0);

	for (; *wants; wants++) {
		CHECK(strstr(json, *wants));
		if (!strstr(json, *wants))
			fprintf(stderr, "no %s\nin %s\n", *wants, json);
	}
	free(json);
}

#define CHECK_HAS(f, ...) check_has(f, (const char *const[]){ __VA_ARGS__, NULL })

static void check_lacks(struct fixture *f, const char *what)
{
	char *json = unit_json(&rj_ssh, f->state, 0);

	CHECK(!strstr(json, what));
	free(json);
}

static enum rj_probe probe(uint16_t src_port, const char *text, bool is_hard)
{
	struct rj_message m = { .over = RJ_OVER_TCP, .src_port = src_port, .dst_port = 40000 };

	return rj_ssh.probe(&m, rj_cursor_init(text, strlen(text), is_hard));
}

TEST(ssh_probe_knows_the_banner_on_any_port)
{
	CHECK_EQ(probe(4711, "SSH-2.0-x\r\n", false), RJ_PROBE_YES);
	CHECK_EQ(probe(4711, "SSH-1", false), RJ_PROBE_YES);
	CHECK_EQ(probe(4711, "SSH", false), RJ_PROBE_MORE);
	CHECK_EQ(probe(4711, "SSH-x", false), RJ_PROBE_NO);
	CHECK_EQ(probe(4711, "SSL", false), RJ_PROBE_NO);
	CHECK_EQ(probe(4711, "hello\r\nSSH-2.0-x\r\n", false), RJ_PROBE_NO);
}

TEST(ssh_probe_passes_lines_of_a_server_on_port_22)
{
	CHECK_EQ(probe(22, "hello\r\nSSH-2.0-x\r\n", false), RJ_PROBE_YES);
	CHECK_EQ(probe(22, "hello\r\nworld", false), RJ_PROBE_MORE);
	CHECK_EQ(probe(22, "hello\001", false), RJ_PROBE_NO);
	CHECK_EQ(probe(22, "hel\001lo\n", false), RJ_PROBE_NO);
}

TEST(ssh_banner_is_taken_apart)
{
	struct fixture f;
	char *json;

	begin(&f);
	feed_banners(&f);
	json = unit_json(&rj_ssh, f.state, 0);
	CHECK_STR(json, "{\"cli\":{\"protocol\":\"SSH-2.0-a_1 c d\",\"version\":\"2.0\","
			"\"software\":\"a_1\",\"comments\":\"c d\",\"newkeys\":\"false\","
			"\"unencrypted\":0},"
			"\"srv\":{\"protocol\":\"SSH-2.0-b\",\"version\":\"2.0\",\"software\":"
			"\"b\",\"newkeys\":\"false\",\"unencrypted\":0}}");
	free(json);
	end(&f);
}

TEST(ssh_banner_may_lack_its_parts)
{
	struct fixture f;

	begin(&f);
	CHECK_EQ(feed_text(&f, 0, "SSH-2\n"), RJ_OK);
	CHECK_EQ(feed_text(&f, 1, "SSH-2.0-\n"), RJ_OK);
	CHECK_HAS(&f, "\"protocol\":\"SSH-2\",\"version\":\"2\",\"newkeys\"",
		  "\"version\":\"2.0\",\"software\":\"\",\"newkeys\"");
	end(&f);
}

TEST(ssh_lines_before_the_banner_are_the_servers)
{
	struct fixture f;

	begin(&f);
	f.port = 4711;
	CHECK_EQ(feed_text(&f, 0, "welcome\r\n"), RJ_OK);
	CHECK_EQ(feed_text(&f, 0, "\n"), RJ_OK);
	CHECK_EQ(feed_text(&f, 0, SERVER_BANNER), RJ_OK);
	CHECK_EQ(feed_text(&f, 1, CLIENT_BANNER), RJ_OK);
	CHECK_HAS(&f, "\"cli\":{\"protocol\":\"SSH-2.0-a_1", "\"preamble_lines\":2");
	CHECK_EQ(rj_ssh.originator(f.state), 1);
	end(&f);
}

/* Some clients say something first as well; here the port tells. */
TEST(ssh_lines_before_the_banner_make_no_client_the_server)
{
	struct fixture f;

	begin(&f);
	CHECK_EQ(feed_text(&f, 0, "hello\r\n"), RJ_OK);
	CHECK_EQ(feed_text(&f, 0, CLIENT_BANNER), RJ_OK);
	CHECK_EQ(feed_text(&f, 1, SERVER_BANNER), RJ_OK);
	CHECK_HAS(&f, "\"cli\":{\"protocol\":\"SSH-2.0-a_1", "\"preamble_lines\":1");
	CHECK_EQ(rj_ssh.originator(f.state), 0);
	end(&f);
}

TEST(ssh_without_other_signs_the_port_tells_the_server)
{
	struct fixture f;

	begin(&f);
	CHECK_EQ(feed_text(&f, 1, SERVER_BANNER), RJ_OK);
	CHECK_EQ(rj_ssh.originator(f.state), 0);
	CHECK_HAS(&f, "{\"srv\":{\"protocol\":\"SSH-2.0-b\"");
	end(&f);
}

TEST(ssh_version_1_ends_with_its_banner)
{
	struct fixture f;

	begin(&f);
	CHECK_EQ(feed_text(&f, 0, "SSH-1.5-old\n"), RJ_OK);
	CHECK(f.is_done);
	CHECK_EQ(feed_text(&f, 1, "SSH-1.99-new\n"), RJ_OK);
	CHECK(!f.is_done);
	CHECK_EQ(feed(&f, 1, "\0\0\0\1", 4, false), RJ_OK); /* a packet of version 1 */
	CHECK(f.is_done);
	CHECK_HAS(&f, "\"version\":\"1.5\",\"software\":\"old\"");
	check_lacks(&f, "malformed");
	end(&f);
}

TEST(ssh_lines_have_a_limit)
{
	struct fixture f;
	char *line = malloc(9000);

	memset(line, 'x', 9000);
	begin(&f);
	CHECK_EQ(feed(&f, 0, line, 8191, false), RJ_TRUNCATED);
	CHECK_EQ(feed(&f, 0, line, 8192, false), RJ_MALFORMED);
	for (int i = 0; i < 1024; i++)
		CHECK_EQ(feed_text(&f, 1, "x\n"), RJ_OK);
	CHECK_EQ(feed_text(&f, 1, "x\n"), RJ_MALFORMED);
	free(line);
	end(&f);
}

static const struct lists client_lists = {
	.kex = "x,ecdh-sha2-nistp256,diffie-hellman-group14-sha1,ext-info-c,"
	       "kex-strict-c-v00@openssh.com",
	.host_key = "ssh-ed25519,ssh-rsa",
	.ciphers = "aes128-gcm@openssh.com,aes256-ctr",
	.macs = "hmac-sha1",
};
static const struct lists server_lists = {
	.kex = "diffie-hellman-group14-sha1,ext-info-c,ecdh-sha2-nistp256,"
	       "kex-strict-s-v00@openssh.com",
	.host_key = "ssh-rsa",
	.ciphers = "aes256-ctr,aes128-gcm@openssh.com",
	.macs = "hmac-sha1",
};

TEST(ssh_lists_and_cookie_are_as_they_came)
{
	struct lists lists = client_lists;
	struct fixture f;

	lists.languages = "de,en";
	begin(&f);
	feed_banners(&f);
	feed_kexinit(&f, 0, &lists);
	CHECK_HAS(
		&f,
		"\"cookie\":\"" COOKIE "\",\"kex_algos\":\"x,ecdh-sha2-nistp256,"
		"diffie-hellman-group14-sha1,ext-info-c,kex-strict-c-v00@openssh.com\","
		"\"s_host_key_algos\":\"ssh-ed25519,ssh-rsa\","
		"\"c_encryption_algos\":\"aes128-gcm@openssh.com,aes256-ctr\","
		"\"s_encryption_algos\":\"aes128-gcm@openssh.com,aes256-ctr\","
		"\"c_mac_algos\":\"hmac-sha1\",\"s_mac_algos\":\"hmac-sha1\","
		"\"c_comp_algos\":\"none\",\"s_comp_algos\":\"none\","
		"\"c_languages\":\"de,en\",\"s_languages\":\"\",\"newkeys\"",
		"\"messages\":[{\"type\":20,\"name\":\"kexinit\",\"len\":276,\"time\":3.000000}]");
	check_lacks(&f, "negotiated");
	end(&f);
}

TEST(ssh_negotiated_is_the_clients_first_that_the_server_has)
{
	struct fixture f;

	begin(&f);
	feed_banners(&f);
	feed_kexinit(&f, 0, &client_lists);
	feed_kexinit(&f, 1, &server_lists);
	CHECK_HAS(&f,
		  "\"negotiated\":{\"kex\":\"ecdh-sha2-nistp256\",\"host_key\":\"ssh-rsa\","
		  "\"c_encryption\":\"aes128-gcm@openssh.com\","
		  "\"s_encryption\":\"aes128-gcm@openssh.com\","
		  "\"c_mac\":\"<implicit>\",\"s_mac\":\"<implicit>\","
		  "\"c_compression\":\"none\",\"s_compression\":\"none\",\"strict_kex\":true}",
		  "\"kex_algo\":\"ecdh-sha2-nistp256\"");
	end(&f);
}

TEST(ssh_pseudo_names_are_never_negotiated_but_tell_the_client)
{
	const struct lists lists = { .kex = "ext-info-c,kex-strict-c-v00@openssh.com,a,b",
				     .ciphers = "aes256-ctr",
				     .macs = "hmac-sha1" };
	const struct lists other = { .kex = "b,ext-info-c,kex-strict-c-v00@openssh.com",
				     .ciphers = "aes256-ctr",
				     .macs = "hmac-sha1" };
	struct fixture f;

	begin(&f);
	CHECK_EQ(feed_text(&f, 0, SERVER_BANNER), RJ_OK);
	CHECK_EQ(feed_text(&f, 1, CLIENT_BANNER), RJ_OK);
	feed_kexinit(&f, 1, &lists);
	CHECK_EQ(rj_ssh.originator(f.state), 1);
	feed_kexinit(&f, 0, &other);
	CHECK_HAS(&f, "\"kex\":\"b\"", "\"c_mac\":\"hmac-sha1\"");
	check_lacks(&f, "strict_kex");
	end(&f);
}

static void check_client(const char *kex0, const char *kex1, int want)
{
	struct lists lists[2] = { client_lists, client_lists };
	struct fixture f;

	lists[0].kex = kex0;
	lists[1].kex = kex1;
	begin(&f);
	feed_banners(&f);
	feed_kexinit(&f, 0, &lists[0]);
	feed_kexinit(&f, 1, &lists[1]);
	CHECK_EQ(rj_ssh.originator(f.state), want);
	end(&f);
}

TEST(ssh_server_that_lists_what_clients_do_is_none)
{
	static const char client[] = "ext-info-c,a";
	static const char server[] = "a,ext-info-c,kex-strict-s-v00@openssh.com";

	check_client(client, server, 0);
	check_client(server, client, 1);
	check_client("ext-info-s,ext-info-c,a", client, 1);
	check_client(client, client, 0); /* the port tells: side 1 is at 22 */
	check_client("ext-info-s,a", "ext-info-s,a", 0);
}

TEST(ssh_lists_without_a_common_name_agree_on_nothing)
{
	const struct lists ours = { .kex = "a" }, theirs = { .kex = "aa,b" };
	struct fixture f;

	begin(&f);
	feed_banners(&f);
	feed_kexinit(&f, 0, &ours);
	feed_kexinit(&f, 1, &theirs);
	CHECK_HAS(&f, "\"negotiated\":{\"c_compression\":\"none\",\"s_compression\":\"none\"}");
	check_lacks(&f, "kex_algo\"");
	end(&f);
}

/* Host key "k" of kind "ssh-ed25519" as the tests below send it. */
#define HOST_KEY "00000014 0000000b 7373682d65643235353139 00000001 6b"
#define SIGNATURE "0000000e 00000007 7373682d727361 aabbcc"

TEST(ssh_reply_has_host_key_and_signature)
{
	struct fixture f;

	begin(&f);
	feed_banners(&f);
	feed_kexinit(&f, 0, &client_lists);
	feed_kexinit(&f, 1, &server_lists);
	CHECK_EQ(feed_hex(&f, 0, "1e 00000003 0401ff"), RJ_OK);
	CHECK_EQ(feed_hex(&f, 1, "1f " HOST_KEY "00000002 0402" SIGNATURE), RJ_OK);
	CHECK_EQ(feed_hex(&f, 1, "15"), RJ_OK);
	CHECK(f.is_done);
	/* the hash: printf of the 20 bytes | openssl dgst -sha256 -binary | base64 */
	CHECK_HAS(&f, "\"c_kex\":\"0401ff\"", "\"s_kex\":\"0402\"",
		  "\"s_hostkey_type\":\"ssh-ed25519\",\"s_hostkey\":"
		  "\"0000000b7373682d65643235353139000000016b\",\"s_hostkey_sha256\":"
		  "\"SHA256:PHdwgqARw8vUDCY6c4CtgQ6vf/kb1z7lSzi7lRO2xcg\",",
		  "\"s_signature_type\":\"ssh-rsa\",\"s_signature\":"
		  "\"000000077373682d727361aabbcc\"",
		  "\"name\":\"kex_ecdh_init\",\"len\":20", "\"name\":\"kex_ecdh_reply\"",
		  "\"newkeys\":\"true\",\"unencrypted\":3,", "\"name\":\"newkeys\",\"len\":12");
	end(&f);
}

TEST(ssh_group_exchange_has_sizes_and_group)
{
	const struct lists lists = { .kex = "diffie-hellman-group-exchange-sha256" };
	struct fixture f;

	begin(&f);
	feed_banners(&f);
	feed_kexinit(&f, 0, &lists);
	feed_kexinit(&f, 1, &lists);
	CHECK_EQ(feed_hex(&f, 0, "22 00000400 00000800 00002000"), RJ_OK);
	CHECK_EQ(feed_hex(&f, 1, "1f 00000002 00fb 00000001 02"), RJ_OK);
	CHECK_EQ(feed_hex(&f, 0, "20 00000001 05"), RJ_OK);
	CHECK_EQ(feed_hex(&f, 1, "21 " HOST_KEY "00000001 07" SIGNATURE), RJ_OK);
	CHECK_HAS(&f, "\"c_kex\":\"05\",\"c_gex_min\":1024,\"c_gex_n\":2048,\"c_gex_max\":8192",
		  "\"s_kex\":\"07\",\"s_gex_p\":\"00fb\",\"s_gex_g\":\"02\"",
		  "\"name\":\"kex_dh_gex_request\"", "\"name\":\"kex_dh_gex_group\"",
		  "\"name\":\"kex_dh_gex_init\"", "\"name\":\"kex_dh_gex_reply\"",
		  "\"s_hostkey_type\":\"ssh-ed25519\"");
	end(&f);
}

TEST(ssh_one_side_alone_tells_its_method_by_the_numbers)
{
	struct fixture f;

	begin(&f);
	CHECK_EQ(feed_text(&f, 0, SERVER_BANNER), RJ_OK);
	CHECK_EQ(rj_ssh.originator(f.state), -1);
	CHECK_EQ(feed_hex(&f, 0, "1f 00000002 00fb 00000001 02"), RJ_OK);
	CHECK_EQ(feed_hex(&f, 0, "21 " HOST_KEY "00000001 07" SIGNATURE), RJ_OK);
	CHECK_EQ(rj_ssh.originator(f.state), 1);
	CHECK_HAS(&f, "{\"srv\":{", "\"s_gex_p\":\"00fb\"", "\"s_kex\":\"07\"");
	end(&f);
}

/* The client guesses "a"; its first message then is not of the method agreed on. */
static void check_guess(const char *server_kex, const char *want)
{
	const struct lists lists = { .kex = "a,b", .host_key = "h", .is_guess = true };
	const struct lists other = { .kex = server_kex, .host_key = "h" };
	struct fixture f;

	begin(&f);
	feed_banners(&f);
	feed_kexinit(&f, 0, &lists);
	CHECK_EQ(feed_hex(&f, 0, "1e 00000001 01"), RJ_OK);
	feed_kexinit(&f, 1, &other);
	CHECK_EQ(feed_hex(&f, 0, "1e 00000001 02"), RJ_OK);
	CHECK_HAS(&f, "\"first_kex_packet_follows\":true", want);
	if (strstr(want, "wrong"))
		CHECK_HAS(&f, "\"c_kex\":\"02\"", "\"time\":4.000000,\"ignored\":true}",
			  "\"name\":\"kex_ecdh_init\",\"len\":12,\"time\":6.000000}");
	else
		check_lacks(&f, "ignored");
	end(&f);
}

TEST(ssh_guess_is_right_when_both_prefer_the_same)
{
	check_guess("a", "\"kex_guess\":\"right\"");
	check_guess("a,b", "\"kex_guess\":\"right\"");
	check_guess("b,a", "\"kex_guess\":\"wrong\"");
	check_guess("b", "\"kex_guess\":\"wrong\"");
}

TEST(ssh_packet_lengths_have_limits)
{
	static const struct {
		const char *hex;
		enum rj_status want;
	} cases[] = {
		{ "00000005 04 00000000", RJ_MALFORMED },     /* no payload */
		{ "00000006 04 02 00000000", RJ_OK },	      /* the least */
		{ "00000006 03 02 02 000000", RJ_MALFORMED }, /* padding below four */
		{ "00000006 05 02 00000000", RJ_MALFORMED },  /* all of it padding */
		{ "000088b9 04", RJ_MALFORMED },	      /* 35001 */
		{ "000088b8 04", RJ_TRUNCATED },
		{ "ffffffff 04", RJ_MALFORMED },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;
		size_t len;
		uint8_t *bytes = unit_unhex(cases[i].hex, &len);

		begin(&f);
		CHECK_EQ(feed_text(&f, 0, CLIENT_BANNER), RJ_OK);
		CHECK_EQ(feed(&f, 0, bytes, len, false), cases[i].want);
		if (cases[i].want == RJ_MALFORMED)
			CHECK_HAS(&f, "\"malformed\":true");
		free(bytes);
		end(&f);
	}
}

TEST(ssh_kexinit_of_the_longest_packet_is_kept)
{
	struct lists lists = client_lists;
	static char name[34700];
	struct fixture f;
	char *json;

	memset(name, 'n', sizeof(name) - 1);
	lists.kex = name;
	begin(&f);
	feed_banners(&f);
	feed_kexinit(&f, 0, &lists);
	json = unit_json(&rj_ssh, f.state, 0);
	CHECK(strstr(json, name));
	free(json);
	end(&f);
}

TEST(ssh_kexinit_cut_at_every_byte_shows_the_lists_before)
{
	struct bytes payload;
	size_t whole;

	kexinit_of(&client_lists, &payload);
	whole = payload.len;
	for (size_t len = 1; len < whole; len++) {
		struct rj_ssh_kexinit kexinit;
		uint8_t *exact = unit_copy(payload.data, len);

		CHECK_EQ(rj_ssh_kexinit_read(rj_cursor_init(exact, len, true), &kexinit),
			 RJ_MALFORMED);
		CHECK(kexinit.num_lists <= RJ_SSH_NUM_LISTS);
		free(exact);
	}
	for (size_t more = 0; more < 2; more++) { /* whole, and a byte too many */
		struct rj_ssh_kexinit kexinit;

		CHECK_EQ(rj_ssh_kexinit_read(rj_cursor_init(payload.data, whole + more, true),
					     &kexinit),
			 more ? RJ_MALFORMED : RJ_OK);
		CHECK_EQ(kexinit.num_lists, RJ_SSH_NUM_LISTS);
	}
}

TEST(ssh_messages_beyond_the_list_are_counted)
{
	struct fixture f;
	char *json;
	int num = 0;

	begin(&f);
	feed_banners(&f);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(feed_hex(&f, 0, "02 00000000"), RJ_OK);
	json = unit_json(&rj_ssh, f.state, 0);
	CHECK(strstr(json, "\"unencrypted\":100"));
	for (const char *at = json; (at = strstr(at, "\"ignore\"")); at++)
		num++;
	CHECK_EQ(num, 32);
	free(json);
	end(&f);
}

TEST(ssh_disconnect_ends_the_side)
{
	struct fixture f;

	begin(&f);
	feed_banners(&f);
	CHECK_EQ(feed_hex(&f, 1, "01 00000002 00000000 00000000"), RJ_OK);
	CHECK(f.is_done);
	CHECK_HAS(&f, "\"name\":\"disconnect\"", "\"newkeys\":\"false\"");
	end(&f);
}
