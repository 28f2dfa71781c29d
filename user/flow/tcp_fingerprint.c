// SPDX-License-Identifier: BSD-3-Clause
/* (IP version)(00 without identification)(time to live)(window)(options) of a SYN. */
#include "flow/tcp_fingerprint.h"

#include "core/cursor.h"

/* RFC 9293 3.2: of one octet; the others have a length that counts both. */
#define OPTION_END 0
#define OPTION_NOP 1
/* Those whose value is the program's choice: MSS, and RFC 7323 2.2 */
#define OPTION_MSS 2
#define OPTION_WINDOW_SCALE 3

static void put_byte(struct rj_fp_text *t, uint8_t byte)
{
	rj_fp_char(t, '(');
	rj_fp_hex(t, &byte, 1);
	rj_fp_char(t, ')');
}

/* One option; false where it is cut or lies. */
static bool put_option(struct rj_fp_text *t, struct rj_cursor *c)
{
	const uint8_t *at = c->at;
	uint8_t kind, len;

	if (rj_cursor_u8(c, &kind))
		return false;
	if (kind == OPTION_END || kind == OPTION_NOP) {
		put_byte(t, kind);
		return true;
	}
	if (rj_cursor_u8(c, &len) || len < 2 || rj_cursor_skip(c, len - 2u))
		return false;
	rj_fp_char(t, '(');
	rj_fp_hex(t, at, kind == OPTION_MSS || kind == OPTION_WINDOW_SCALE ? len : 1);
	rj_fp_char(t, ')');
	return true;
}

/* All of a SYN; gives what is left from one on that is cut or lies. */
static struct rj_cursor put_options(struct rj_fp_text *t, const struct rj_rest *rest)
{
	struct rj_cursor options = rj_cursor_init(rest->syn_opts, rest->syn_opt_len, true);
	struct rj_cursor here = options;

	while (put_option(t, &options))
		here = options;
	return here;
}

void rj_tcp_fingerprint(struct rj_fingerprints *f, uint8_t ip_version, const struct rj_half *half,
			const struct rj_rest *rest)
{
	bool is_server = half->tcp_bits & RJ_TCP_SYN_ACK;
	struct rj_fp_text *t = &f->text;

	if (!(half->tcp_bits & RJ_TCP_HAS_SYN))
		return;
	rj_fp_begin(t, RJ_FP_NO_DIGEST);
	rj_fp_word(t, is_server ? "tcp_server/" : "tcp/");
	put_byte(t, (uint8_t)(ip_version << 4));
	rj_fp_word(t, rest->syn_ip & RJ_SYN_NO_ID ? "(00)" : "()");
	put_byte(t, rest->syn_ip & RJ_SYN_TTL);
	rj_fp_char(t, '(');
	rj_fp_hex16(t, rest->syn_window);
	rj_fp_word(t, ")(");
	put_options(t, rest);
	rj_fp_char(t, ')');
	rj_fp_write(f, is_server ? RJ_FP_TCP_SERVER : RJ_FP_TCP);
}

void rj_tcp_fpx(struct rj_fp_text *t, const struct rj_half *half, const struct rj_rest *rest)
{
	struct rj_cursor left;

	if (!(half->tcp_bits & RJ_TCP_HAS_SYN) || half->tcp_bits & RJ_TCP_SYN_ACK)
		return;
	left = put_options(t, rest);
	/* of one that is cut or lies, its kind */
	if (left.left)
		put_byte(t, *left.at);
}
