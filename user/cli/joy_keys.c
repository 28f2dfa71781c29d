// SPDX-License-Identifier: BSD-3-Clause
/* Joy's keys: one table; arguments and lines of a configuration file by it. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "cli/joy.h"

enum kind { TEXT, SWITCH, NUMBER, LABEL };

/*
 * struct row - a key. The first row whose name an argument begins with is meant: "logfile" is
 * "log", and "dhcpv6" is "dhcp". Scripts may rely on that.
 */
struct row {
	const char *name;
	enum kind kind;
	size_t at;
	unsigned int min, max, normal;
	const char *help;
};

#define AT(member) offsetof(struct joy_config, member)
#define PORT_MAX 65535
#define IPFIX_PORT 4739

/* clang-format off */
static const struct row rows[] = {
	{ "interface", TEXT, AT(interface), 0, 0, 0, "watch this interface; auto: the first one with an address" },
	{ "promisc", SWITCH, AT(promisc), 0, 1, 0, "take what is not addressed to this host too" },
	{ "output", TEXT, AT(output), 0, 0, 0, "file, or with several inputs or -x a directory; gzip where it ends in .gz" },
	{ "outdir", TEXT, AT(outdir), 0, 0, 0, "directory that output is in" },
	{ "username", TEXT, AT(username), 0, 0, 0, "live: give root up for this user ($SUDO_USER)" },
	{ "log", TEXT, AT(logfile), 0, 0, 0, "logfile=F: what is said goes there; SIGHUP opens it again" },
	{ "count", NUMBER, AT(count), 1, INT_MAX, 0, "a new output file after so many records" },
	{ "upload", TEXT, AT(upload), 0, 0, 0, "does nothing" },
	{ "keyfile", TEXT, AT(keyfile), 0, 0, 0, "does nothing" },
	{ "retain", SWITCH, AT(retain), 0, 1, 0, "does nothing" },
	{ "anon", TEXT, AT(anon), 0, 0, 0, "anonymize addresses in the subnets of this file" },
	{ "useranon", TEXT, AT(useranon), 0, 0, 0, "anonymize the user names of this file in HTTP" },
	{ "label", LABEL, 0, 0, 0, 0, "L:F: label L for addresses in the subnets of file F; repeatable" },
	{ "nfv9_port", NUMBER, AT(nfv9_port), 0, PORT_MAX, 0, "not there yet" },
	{ "ipfix_collect_port", NUMBER, AT(collect_port), 0, PORT_MAX, 0, "not there yet" },
	{ "ipfix_collect_online", SWITCH, AT(collect_online), 0, 1, 0, "not there yet" },
	{ "ipfix_export_port", NUMBER, AT(export_port), 0, PORT_MAX, 0, "not there yet" },
	{ "ipfix_export_remote_port", NUMBER, AT(export_remote_port), 0, PORT_MAX, IPFIX_PORT, "not there yet" },
	{ "ipfix_export_remote_host", TEXT, AT(export_host), 0, 0, 0, "not there yet" },
	{ "ipfix_export_template", TEXT, AT(export_template), 0, 0, 0, "not there yet" },
	{ "preemptive_timeout", SWITCH, AT(preemptive_timeout), 0, 1, 0, "no expire_type for what the active limit cut" },
	{ "aux_resource_path", TEXT, AT(aux_resource_path), 0, 0, 0, "does nothing" },
	{ "verbosity", NUMBER, AT(verbosity), 0, 5, 4, "1 all to 5 least, 0 nothing but errors" },
	{ "show_config", SWITCH, AT(show_config), 0, 1, 0, "the settings on stderr" },
	{ "show_interfaces", SWITCH, AT(show_interfaces), 0, 1, 0, "the interfaces on stderr" },
	{ "threads", NUMBER, AT(threads), 1, 24, 1, "does nothing: the kernel counts on every processor" },
	{ "updater", SWITCH, AT(updater), 0, 1, 0, "does nothing" },
	{ "nat", SWITCH, AT(nat), 0, 1, 0, "does nothing" },
	{ "bpf", TEXT, AT(bpf), 0, 0, 0, "only packets that match this tcpdump filter" },
	{ "zeros", SWITCH, AT(zeros), 0, 1, 0, "packets without payload in packets too" },
	{ "retrans", SWITCH, AT(retrans), 0, 1, 0, "retransmitted segments in packets too" },
	{ "bidir", SWITCH, AT(bidir), 0, 1, 0, "both directions in one record" },
	{ "dist", SWITCH, AT(dist), 0, 1, 0, "byte_dist, byte_dist_mean, byte_dist_std" },
	{ "cdist", TEXT, AT(cdist), 0, 0, 0, "compact_byte_dist by the mapping in this file" },
	{ "entropy", SWITCH, AT(entropy), 0, 1, 0, "entropy, total_entropy" },
	{ "hd", NUMBER, AT(hd), 0, 32, 0, "header description of so many bytes" },
	{ "classify", SWITCH, AT(classify), 0, 1, 0, "p_malware, by model" },
	{ "model", TEXT, AT(model), 0, 0, 0, "F1:F2: parameters for classify" },
	{ "num_pkts", NUMBER, AT(num_pkts), 0, 200, 50, "packets in packets, each direction" },
	{ "idp", NUMBER, AT(idp), 0, 1500, 0, "so many bytes of the first packet with payload" },
	{ "exe", SWITCH, AT(exe), 0, 1, 0, "live: the process at sa, or else at da" },
	{ "wht", SWITCH, AT(wht), 0, 1, 0, "Walsh-Hadamard transform of the payload" },
	{ "example", SWITCH, AT(example), 0, 1, 0, "payload bytes of both directions" },
	{ "dns", SWITCH, AT(dns), 0, 1, 0, "DNS messages" },
	{ "ssh", SWITCH, AT(ssh), 0, 1, 0, "what SSH says in the clear" },
	{ "tls", SWITCH, AT(tls), 0, 1, 0, "TLS handshakes and records" },
	{ "dhcp", SWITCH, AT(dhcp), 0, 1, 0, "DHCP and DHCPv6 messages; so is dhcpv6" },
	{ "http", SWITCH, AT(http), 0, 1, 0, "HTTP messages" },
	{ "ike", SWITCH, AT(ike), 0, 1, 0, "IKE messages" },
	{ "payload", SWITCH, AT(payload), 0, 1, 0, "the first 32 bytes of each direction" },
	{ "salt", SWITCH, AT(salt), 0, 1, 0, "TCP sequence and acknowledgement numbers" },
	{ "ppi", SWITCH, AT(ppi), 0, 1, 0, "TCP headers of the first packets" },
	{ "fpx", SWITCH, AT(fpx), 0, 1, 0, "fingerprints of SYN and ClientHello" },
};
/* clang-format on */

#define NUM_ROWS (sizeof(rows) / sizeof(*rows))

static char **text_of(const struct joy_config *c, const struct row *row)
{
	return (char **)((char *)c + row->at);
}

static unsigned int *number_of(const struct joy_config *c, const struct row *row)
{
	return (unsigned int *)((char *)c + row->at);
}

void joy_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("error: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

void joy_config_init(struct joy_config *c)
{
	*c = (struct joy_config){ 0 };
	for (size_t i = 0; i < NUM_ROWS; i++)
		if (rows[i].kind == SWITCH || rows[i].kind == NUMBER)
			*number_of(c, &rows[i]) = rows[i].normal;
}

void joy_config_done(struct joy_config *c)
{
	for (size_t i = 0; i < NUM_ROWS; i++)
		if (rows[i].kind == TEXT)
			free(*text_of(c, &rows[i]));
	for (unsigned int i = 0; i < c->num_labels; i++)
		free(c->label[i]);
	*c = (struct joy_config){ 0 };
}

static const struct row *find(const char *key)
{
	for (size_t i = 0; i < NUM_ROWS; i++)
		if (!strncmp(key, rows[i].name, strlen(rows[i].name)))
			return &rows[i];
	return NULL;
}

const char *joy_config_text(const struct joy_config *c, const char *key)
{
	return *text_of(c, find(key));
}

unsigned int joy_config_number(const struct joy_config *c, const char *key)
{
	return *number_of(c, find(key));
}

void joy_config_help(void)
{
	for (size_t i = 0; i < NUM_ROWS; i++)
		printf("  %-25s %s\n", rows[i].name, rows[i].help);
}

/* What is wrong with a value; its first words are Joy's. */
static bool refuse(const char *what, const char *key, const char *value)
{
	joy_error("%s (%s=%s)", what, key, value);
	return false;
}

static bool take_switch(struct joy_config *c, const struct row *row, const char *key,
			const char *value)
{
	if (strlen(value) > 1)
		return refuse("value too big, value must be 0 or 1", key, value);
	if (!isdigit((unsigned char)*value))
		return refuse("non-digit, value must be 0 or 1", key, value);
	*number_of(c, row) = *value == '1';
	return true;
}

static bool take_number(struct joy_config *c, const struct row *row, const char *key,
			const char *value)
{
	unsigned long long number = 0;

	for (const char *at = value; *at; at++) {
		if (!isdigit((unsigned char)*at))
			return refuse("argument must be a number", key, value);
		if (number <= UINT_MAX)
			number = number * 10 + (unsigned long long)(*at - '0');
	}
	if (number < row->min || number > row->max) {
		joy_error("value must be between %u and %u (%s=%s)", row->min, row->max, key,
			  value);
		return false;
	}
	*number_of(c, row) = (unsigned int)number;
	return true;
}

static bool take_text(char **to, const char *value)
{
	char *text = strcmp(value, "none") ? strdup(value) : NULL;

	if (!text && strcmp(value, "none")) {
		joy_error("out of memory");
		return false;
	}
	free(*to);
	*to = text;
	return true;
}

static bool take_label(struct joy_config *c, const char *key, const char *value)
{
	if (!strcmp(value, "none"))
		return true;
	if (c->num_labels == JOY_MAX_LABELS) {
		joy_error("more than %u labels (%s=%s)", JOY_MAX_LABELS, key, value);
		return false;
	}
	if (!take_text(&c->label[c->num_labels], value))
		return false;
	c->num_labels++;
	return true;
}

/* @value: NULL where there is none, which turns a switch on. */
static bool take(struct joy_config *c, const char *key, const char *value, const char *where)
{
	const struct row *row = find(key);

	if (!row) {
		joy_error("unknown command (%s)%s", key, where);
		return false;
	}
	if (!value && row->kind == SWITCH)
		value = "1";
	if (!value) {
		joy_error("no value for %s%s", key, where);
		return false;
	}
	switch (row->kind) {
	case SWITCH:
		return take_switch(c, row, key, value);
	case NUMBER:
		return take_number(c, row, key, value);
	case LABEL:
		return take_label(c, key, value);
	default:
		return take_text(text_of(c, row), value);
	}
}

/* Ends a text behind its last byte that is not blank. */
static void strip(char *text)
{
	size_t len = strlen(text);

	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	text[len] = '\0';
}

/* KEY, KEY = or KEY = VALUE; a # begins a comment, and there may be no more than that. */
static bool take_line(struct joy_config *c, char *line, const char *where)
{
	char *value;

	line[strcspn(line, "#\n")] = '\0';
	line += strspn(line, " \t\r");
	value = strchr(line, '=');
	if (value) {
		*value++ = '\0';
		value += strspn(value, " \t");
		strip(value);
	}
	strip(line);
	if (!*line && !value)
		return true;
	return take(c, line, value && *value ? value : NULL, where);
}

bool joy_config_argument(struct joy_config *c, const char *argument)
{
	char line[JOY_LINE_LEN + 1];
	size_t len = strlen(argument);

	if (len > JOY_LINE_LEN) {
		joy_error("line too long in argument %.40s…: at most %u characters", argument,
			  JOY_LINE_LEN);
		return false;
	}
	memcpy(line, argument, len + 1);
	return take_line(c, line, "");
}

static bool read_lines(struct joy_config *c, FILE *file, const char *path)
{
	char line[JOY_LINE_LEN + 2], where[JOY_LINE_LEN + 32];
	unsigned int number = 0;

	while (fgets(line, sizeof(line), file)) {
		bool is_whole = strchr(line, '\n') || feof(file);

		snprintf(where, sizeof(where), " in file %.400s, line %u", path, ++number);
		if (!is_whole) {
			joy_error("line too long%s: at most %u characters", where, JOY_LINE_LEN);
			return false;
		}
		if (!take_line(c, line, where))
			return false;
	}
	if (!ferror(file))
		return true;
	joy_error("file %s cannot be read: %s", path, strerror(errno));
	return false;
}

bool joy_config_file(struct joy_config *c, const char *path)
{
	FILE *file = fopen(path, "r");
	bool is_taken;

	if (!file) {
		joy_error("could not open %s: %s; going on without it", path, strerror(errno));
		return true;
	}
	is_taken = read_lines(c, file, path);
	fclose(file);
	return is_taken;
}
