/* SPDX-License-Identifier: BSD-3-Clause */
/* Replies that begin with three digits, as SMTP and FTP have them, and whose greeting one is. */
#include "proto/common/reply_code.h"

#include "proto/common/line.h"

#define MAX_GREETING_LINES 64u /* ours */
#define MAX_GREETING_BYTES 4096u

bool rj_reply_line_read(struct rj_cursor line, struct rj_reply_line *out)
{
	struct rj_reply_line read = { .is_last = true };
	uint8_t ch;

	for (unsigned int i = 0; i < 3; i++) {
		if (rj_cursor_u8(&line, &ch) || ch < '0' || ch > '9')
			return false;
		read.code = (uint16_t)(read.code * 10 + (ch - '0'));
	}
	if (read.code < 100 || read.code >= 600)
		return false;
	if (!rj_cursor_u8(&line, &ch)) {
		if (ch != ' ' && ch != '-')
			return false;
		read.is_last = ch == ' ';
	}
	read.text = line;
	*out = read;
	return true;
}

enum rj_probe rj_reply_probe(struct rj_cursor bytes)
{
	uint8_t ch;

	for (unsigned int i = 0; i < 3; i++) {
		if (rj_cursor_u8(&bytes, &ch))
			return RJ_PROBE_MORE;
		if (ch < (i ? '0' : '1') || ch > (i ? '9' : '5'))
			return RJ_PROBE_NO;
	}
	if (rj_cursor_u8(&bytes, &ch))
		return RJ_PROBE_MORE;
	return ch == ' ' || ch == '-' || ch == '\r' || ch == '\n' ? RJ_PROBE_YES : RJ_PROBE_NO;
}

/* struct words - what of the two names a greeting has. */
struct words {
	bool has_smtp; /* as a word, which stands for the protocol */
	bool has_ftp;  /* anywhere */
	bool has_name; /* smtp as part of another word, a host's name */
};

static void note_words(struct rj_cursor text, struct words *words)
{
	static const char *const names[] = { "SMTP", "ESMTP", "ESMTPS", "LMTP", NULL };
	struct rj_cursor word;

	while (text.left) {
		if (rj_line_word(&text, ' ', &word)) {
			word = text;
			text.left = 0;
		}
		for (const char *const *name = names; *name; name++)
			words->has_smtp = words->has_smtp || rj_line_equals(word, *name);
		for (; word.left >= 3; word.at++, word.left--) {
			struct rj_cursor part = rj_cursor_init(word.at, 3, true);

			words->has_ftp = words->has_ftp || rj_line_equals(part, "ftp");
			part.left = word.left >= 4 ? 4 : 0;
			words->has_name = words->has_name || rj_line_equals(part, "smtp");
		}
	}
}

/* 250 answers EHLO, 220 STARTTLS; FTP says neither before a login. */
static enum rj_greeting greeting_of_next(struct rj_cursor bytes)
{
	static const uint16_t of_ftp[] = { 202, 211, 215, 230, 234, 331, 332, 530, 0 };
	struct rj_reply_line next;
	struct rj_cursor head;

	if (rj_cursor_sub(&bytes, 4, &head))
		return RJ_GREETING_MORE;
	if (!rj_reply_line_read(head, &next))
		return RJ_GREETING_NONE;
	if (next.code == 250 || next.code == 220)
		return RJ_GREETING_SMTP;
	for (const uint16_t *code = of_ftp; *code; code++)
		if (*code == next.code)
			return RJ_GREETING_FTP;
	return RJ_GREETING_NONE;
}

static enum rj_greeting greeting_of(const struct rj_message *m, const struct words *words,
				    struct rj_cursor next)
{
	if (words->has_smtp)
		return RJ_GREETING_SMTP;
	if (words->has_ftp && !rj_is_smtp_port(m->src_port))
		return RJ_GREETING_FTP;
	if (words->has_name || rj_is_smtp_port(m->src_port))
		return RJ_GREETING_SMTP;
	return m->src_port == RJ_PORT_FTP ? RJ_GREETING_FTP : greeting_of_next(next);
}

/* Passes over a greeting, whose words are looked at when all of it is there: so, mostly, once. */
static enum rj_probe pass_greeting(struct rj_cursor *bytes)
{
	struct rj_reply_line reply;
	struct rj_cursor line;

	for (unsigned int i = 0; i < MAX_GREETING_LINES; i++) {
		if (rj_line_read(bytes, &line))
			return bytes->left > MAX_GREETING_BYTES ? RJ_PROBE_NO : RJ_PROBE_MORE;
		if (rj_reply_line_read(line, &reply) && reply.is_last)
			return RJ_PROBE_YES;
	}
	return RJ_PROBE_NO;
}

enum rj_greeting rj_reply_greeting(const struct rj_message *m, struct rj_cursor bytes)
{
	struct rj_cursor greeting = bytes, line;
	struct words words = { 0 };
	struct rj_reply_line reply;
	enum rj_probe answer;

	if (!rj_cursor_starts(&bytes, "220") ||
	    (bytes.left > 3 && rj_reply_probe(bytes) != RJ_PROBE_YES))
		return RJ_GREETING_NONE;
	answer = pass_greeting(&bytes);
	if (answer != RJ_PROBE_YES)
		return answer == RJ_PROBE_MORE ? RJ_GREETING_MORE : RJ_GREETING_NONE;
	greeting.left -= bytes.left;
	while (!rj_line_read(&greeting, &line))
		note_words(rj_reply_line_read(line, &reply) ? reply.text : line, &words);
	return greeting_of(m, &words, bytes);
}
