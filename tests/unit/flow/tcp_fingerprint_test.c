/* SPDX-License-Identifier: BSD-3-Clause */
/* Mercury's notation of SYNs: vectors of its own captures, and options that are cut or lie. */
#include "flow/tcp_fingerprint.h"

#include "bpf/tcp.h"
#include <stdio.h>

#include "tests/unit/unit.h"

/* struct syn - a SYN, @options in hex, and its fingerprint. */
struct syn {
	uint8_t ip_version;
	uint8_t ttl;
	uint16_t ip_id;
	uint8_t flags;
	uint16_t window;
	const char *options;
	const char *want;
};

static uint8_t digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static struct rj_packet packet_of(const struct syn *s)
{
	struct rj_packet p = {
		.ttl = s->ttl,
		.ip_id = s->ip_id,
		.tcp_flags = s->flags,
		.tcp_window = s->window,
	};

	for (const char *at = s->options; *at; at += 2)
		p.tcp_opts[p.tcp_opt_len++] = (uint8_t)(digit(at[0]) << 4 | digit(at[1]));
	return p;
}

/* struct told - a visitor that keeps one string. */
struct told {
	struct rj_visitor visitor;
	char text[512];
};

static void ignore_open(struct rj_visitor *v, const struct rj_field *f)
{
	(void)v;
	(void)f;
}

static void ignore_close(struct rj_visitor *v)
{
	(void)v;
}

static void keep(struct rj_visitor *v, const struct rj_field *f, const void *text, size_t len)
{
	struct told *told = (struct told *)v;

	CHECK(!*told->text);
	snprintf(told->text, sizeof(told->text), "%s=%.*s", f->name, (int)len, (const char *)text);
}

static void check(const struct syn *s)
{
	static const struct rj_visitor_ops ops = {
		.open = ignore_open,
		.string = keep,
		.close = ignore_close,
	};
	struct told told = { .visitor.ops = &ops };
	const struct rj_packet p = packet_of(s);
	static struct rj_fingerprints f;
	struct rj_half half = { 0 };
	struct rj_rest rest = { 0 };

	if (s->flags)
		rj_tcp_keep_syn(&half, &rest, &p);
	rj_fp_start(&f, &told.visitor, 1, false);
	rj_tcp_fingerprint(&f, s->ip_version, &half, &rest);
	rj_fp_end(&f);
	CHECK_STR(told.text, s->want);
}

#define SYN RJ_TCP_SYN
#define SYN_ACK (RJ_TCP_SYN | RJ_TCP_ACK)

TEST(tcp_fingerprint_is_that_of_mercurys_captures)
{
	static const struct syn syns[] = {
		{ 4, 50, 0, SYN, 0xffff,
		  "020404e201030306"
		  "0101080a0000000100000000"
		  "04020000",
		  "tcp=tcp/(40)(00)(20)(ffff)((020404e2)(01)(030306)(01)(01)(08)(04)(00)(00))" },
		{ 4, 64, 0, SYN_ACK, 0xfe88, "020405b40402080a000000010000000001030307",
		  "tcp_server=tcp_server/(40)(00)(40)(fe88)((020405b4)(04)(08)(01)(030307))" },
		{ 4, 64, 7, SYN, 0x8000, "", "tcp=tcp/(40)()(40)(8000)()" },
		{ 6, 255, 0, SYN, 0, "020405a0", "tcp=tcp/(60)(00)(e0)(0000)((020405a0))" },
		{ 6, 31, 1, SYN, 1, "01", "tcp=tcp/(60)()(00)(0001)((01))" },
	};

	for (size_t i = 0; i < sizeof(syns) / sizeof(*syns); i++)
		check(&syns[i]);
}

TEST(tcp_fingerprint_ends_with_an_option_that_is_cut_or_lies)
{
	static const struct syn syns[] = {
		{ 4, 64, 0, SYN, 1, "0102", "tcp=tcp/(40)(00)(40)(0001)((01))" },
		{ 4, 64, 0, SYN, 1, "0402020400", "tcp=tcp/(40)(00)(40)(0001)((04))" },
		{ 4, 64, 0, SYN, 1, "08010402", "tcp=tcp/(40)(00)(40)(0001)()" },
		{ 4, 64, 0, SYN, 1, "fe020300", "tcp=tcp/(40)(00)(40)(0001)((fe))" },
	};

	for (size_t i = 0; i < sizeof(syns) / sizeof(*syns); i++)
		check(&syns[i]);
}

TEST(tcp_fingerprint_of_a_side_without_a_syn_is_none)
{
	check(&(struct syn){ 4, 64, 0, 0, 1, "", "" });
}

static void check_fpx(const struct syn *s)
{
	const struct rj_packet p = packet_of(s);
	static struct rj_fp_text t;
	struct rj_half half = { 0 };
	struct rj_rest rest = { 0 };

	if (s->flags)
		rj_tcp_keep_syn(&half, &rest, &p);
	rj_fp_begin(&t, RJ_FP_NO_DIGEST);
	rj_tcp_fpx(&t, &half, &rest);
	rj_fp_put(&t, "", 1);
	CHECK_STR(t.at, s->want);
}

TEST(tcp_fpx_is_all_options_of_a_syn)
{
	static const struct syn syns[] = {
		/* that of Joy's documentation */
		{ 4, 64, 0, SYN, 1, "020405b40402080a000000010000000001030307",
		  "(020405b4)(04)(08)(01)(030307)" },
		/* one that asks for ECN, RFC 3168 6.1.1 */
		{ 4, 64, 0, SYN | 0xc0, 1, "020405b4", "(020405b4)" },
		{ 4, 64, 0, SYN, 1, "04020000", "(04)(00)(00)" },
		/* more than Joy's 32 bytes, of which each option takes two for itself */
		{ 4, 64, 0, SYN, 1, "0101010101010101010101010101",
		  "(01)(01)(01)(01)(01)(01)(01)"
		  "(01)(01)(01)(01)(01)(01)(01)" },
		{ 4, 64, 0, SYN, 1, "0102", "(01)(02)" },
		{ 4, 64, 0, SYN, 1, "08010402", "(08)" },
		{ 4, 64, 0, SYN, 1, "fe020305", "(fe)(03)" },
		{ 4, 64, 0, SYN, 1, "", "" },
		{ 4, 64, 0, SYN_ACK, 1, "020405b4", "" },
		{ 4, 64, 0, 0, 1, "", "" },
	};

	for (size_t i = 0; i < sizeof(syns) / sizeof(*syns); i++)
		check_fpx(&syns[i]);
}
