// SPDX-License-Identifier: BSD-3-Clause
/* The configuration as a line of JSON: what --header puts first. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/*
 * The length of the UTF-8 character at @text (RFC 3629 4: no overlong forms, no surrogates, none
 * above U+10FFFF), 0 where there is none.
 */
static size_t character(const unsigned char *text)
{
	static const unsigned int smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = *text < 0x80 ? 1 : *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : 4;
	unsigned int value = len == 1 ? *text : *text & (0x7fu >> len);

	if (*text >= 0x80 && (*text < 0xc2 || *text > 0xf4))
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (text[i] & 0x3f);
	}
	if (value < smallest[len] || value > 0x10ffff || (value & ~0x7ffu) == 0xd800)
		return 0;
	return len;
}

/* Bytes that are no UTF-8 become U+FFFD, as in records. */
static void put_string(FILE *to, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	fputc('"', to);
	while (*at) {
		size_t len = character(at);

		if (!len)
			fputs("\xef\xbf\xbd", to);
		else if (*at < 0x20 || *at == '"' || *at == '\\')
			fprintf(to, "\\u%04x", *at);
		else
			fwrite(at, 1, len, to);
		at += len ? len : 1;
	}
	fputc('"', to);
}

/* Whether JSON has the same number in these letters (RFC 8259 6). */
static bool is_number(const char *text)
{
	size_t whole = strspn(text, "0123456789"), fraction = 0;

	if (!whole || (*text == '0' && whole > 1))
		return false;
	if (text[whole] == '.')
		fraction = 1 + strspn(text + whole + 1, "0123456789");
	return !text[whole + fraction] && fraction != 1;
}

static void put_list(FILE *to, const char *const *texts, size_t num)
{
	fputc('[', to);
	for (size_t i = 0; i < num; i++) {
		if (i)
			fputc(',', to);
		put_string(to, texts[i]);
	}
	fputc(']', to);
}

/* struct line - where it is put together, and of whom. */
struct line {
	FILE *to;
	const struct settings *settings;
};

static void put_option(void *user, const char *name, bool has_value, const char *given)
{
	const struct line *line = user;
	const struct rj_options *o = &line->settings->options;

	fprintf(line->to, ",\"%s\":", name);
	if (!has_value)
		fputc(given ? '1' : '0', line->to);
	else if (!strcmp(name, "label"))
		put_list(line->to, o->labels, o->num_labels);
	else if (!given)
		fputs("null", line->to);
	else if (is_number(given))
		fputs(given, line->to);
	else
		put_string(line->to, given);
}

static char *make_line(const char *command, const struct settings *settings)
{
	char *text = NULL;
	size_t len = 0;
	struct line line = { .to = open_memstream(&text, &len), .settings = settings };

	if (!line.to)
		return NULL;
	fputs("{\"version\":", line.to);
	put_string(line.to, rj_version());
	fputs(",\"command\":", line.to);
	put_string(line.to, command);
	settings_each(command, settings, put_option, &line);
	fputs(",\"inputs\":", line.to);
	put_list(line.to, (const char *const *)settings->operands, (size_t)settings->num_operands);
	fputs(",\"end-config\":1}\n", line.to);
	if (fclose(line.to)) {
		free(text);
		return NULL;
	}
	return text;
}

enum exit_status header_put(const char *command, const struct settings *settings,
			    struct output *out)
{
	char *line;

	if (!settings->with_header)
		return EXIT_DONE;
	line = make_line(command, settings);
	if (!line) {
		complain("out of memory: there is no header");
		return EXIT_SOME_FAILED;
	}
	output_header(out, line);
	return EXIT_DONE;
}
