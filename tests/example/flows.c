// SPDX-License-Identifier: BSD-3-Clause
/*
 * An example of librejoice: prints the flows of a capture file, then the account of its packets.
 *
 *     cc -o flows flows.c $(pkg-config --cflags --libs librejoice)
 *     ./flows capture.pcap
 *
 * A session gets packets from a file (or, with rj_session_watch, from the kernel) and hands each
 * flow that ended to a callback, as a record. There are two ways to look into a record: as a line
 * of JSON, and by a visitor, whose functions are called for one value after the other.
 */
#include <rejoice/rejoice.h>

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * struct summary - the visitor: what is taken from a record. The struct rj_visitor comes first, so
 * that the functions below, which are given a pointer to it, can get at the rest.
 */
struct summary {
	struct rj_visitor visitor;
	unsigned int depth; /* of objects and arrays; 1 is the record itself */
	uint8_t sa[16];
	uint8_t da[16];
	uint64_t sp;
	uint64_t dp;
	uint64_t packets;
	uint64_t bytes;
};

static void on_open(struct rj_visitor *v, const struct rj_field *f)
{
	(void)f;
	((struct summary *)v)->depth++;
}

static void on_close(struct rj_visitor *v)
{
	((struct summary *)v)->depth--;
}

/* Counters, ports and all other whole numbers; the row's name tells which. */
static void on_u64(struct rj_visitor *v, const struct rj_field *f, uint64_t value)
{
	struct summary *s = (struct summary *)v;

	if (s->depth != 1)
		return; /* of a part: a packet's length, say */
	if (!strcmp(f->name, "sp"))
		s->sp = value;
	else if (!strcmp(f->name, "dp"))
		s->dp = value;
	else if (!strcmp(f->name, "num_pkts_out") || !strcmp(f->name, "num_pkts_in"))
		s->packets += value;
	else if (!strcmp(f->name, "bytes_out") || !strcmp(f->name, "bytes_in"))
		s->bytes += value;
}

static void on_address(struct rj_visitor *v, const struct rj_field *f, const uint8_t addr[16])
{
	struct summary *s = (struct summary *)v;

	if (s->depth == 1 && !strcmp(f->name, "sa"))
		memcpy(s->sa, addr, sizeof(s->sa));
	else if (s->depth == 1 && !strcmp(f->name, "da"))
		memcpy(s->da, addr, sizeof(s->da));
}

/* The other values are not looked at, but every function must be there. */
static void on_name(struct rj_visitor *v, const void *name, size_t len)
{
	(void)v, (void)name, (void)len;
}

static void on_i64(struct rj_visitor *v, const struct rj_field *f, int64_t value)
{
	(void)v, (void)f, (void)value;
}

static void on_f64(struct rj_visitor *v, const struct rj_field *f, double value)
{
	(void)v, (void)f, (void)value;
}

static void on_boolean(struct rj_visitor *v, const struct rj_field *f, int value)
{
	(void)v, (void)f, (void)value;
}

static void on_null(struct rj_visitor *v, const struct rj_field *f)
{
	(void)v, (void)f;
}

static void on_string(struct rj_visitor *v, const struct rj_field *f, const void *text, size_t len)
{
	(void)v, (void)f, (void)text, (void)len;
}

static void on_hex(struct rj_visitor *v, const struct rj_field *f, const void *bytes, size_t len)
{
	(void)v, (void)f, (void)bytes, (void)len;
}

static void on_time(struct rj_visitor *v, const struct rj_field *f, uint64_t ns, int decimals)
{
	(void)v, (void)f, (void)ns, (void)decimals;
}

static const struct rj_visitor_ops summary_ops = {
	.open = on_open,
	.close = on_close,
	.name = on_name,
	.u64 = on_u64,
	.i64 = on_i64,
	.f64 = on_f64,
	.boolean = on_boolean,
	.null = on_null,
	.string = on_string,
	.hex = on_hex,
	.address = on_address,
	.time = on_time,
};

/* IPv4 addresses come as IPv6 ones, ::ffff:a.b.c.d. */
static void print_end(const uint8_t addr[16], uint64_t port)
{
	static const uint8_t ipv4[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN];
	int is_ipv4 = !memcmp(addr, ipv4, sizeof(ipv4));

	if (is_ipv4)
		inet_ntop(AF_INET, addr + sizeof(ipv4), text, sizeof(text));
	else
		inet_ntop(AF_INET6, addr, text, sizeof(text));
	printf(is_ipv4 ? "%s:%" PRIu64 : "[%s]:%" PRIu64, text, port);
}

/* struct reader - what the callback needs. */
struct reader {
	struct rj_session *session;
	int is_failed;
};

/* Called for each flow that ended; the record is there until we return. */
static void on_record(void *user, const struct rj_record *record)
{
	struct summary s = { .visitor.ops = &summary_ops };
	struct reader *r = user;
	const char *json;
	size_t json_len;

	rj_record_visit(record, &s.visitor);
	if (rj_record_json(r->session, record, &json, &json_len)) {
		r->is_failed = 1;
		return;
	}
	print_end(s.sa, s.sp);
	printf(" -> ");
	print_end(s.da, s.dp);
	printf(" %" PRIu64 " packets %" PRIu64 " bytes (%zu bytes of JSON)\n", s.packets, s.bytes,
	       json_len);
}

static void print_stats(const struct rj_session *session)
{
	struct rj_stats stats = { .size = sizeof(stats) };

	rj_session_get_stats(session, &stats);
	printf("%" PRIu64 " flows; %" PRIu64 " packets, of these %" PRIu64 " in flows", stats.flows,
	       stats.packets, stats.packets_in_flows);
	for (unsigned int i = 0; rj_set_aside_name(i); i++)
		if (stats.set_aside[i])
			printf(", %" PRIu64 " set aside: %s", stats.set_aside[i],
			       rj_set_aside_name(i));
	printf("\n");
}

/* Reads the whole file; what comes before an error is kept, so the flows are ended in any case. */
static int read_file(struct rj_session *session, const char *path)
{
	int err = rj_session_read_file(session, path);
	int finish_err;

	if (err)
		return err;
	do
		err = rj_session_poll(session, 0);
	while (err > 0);
	finish_err = rj_session_finish(session);
	return err ? err : finish_err;
}

int main(int argc, char **argv)
{
	struct reader reader = { NULL, 0 };
	struct rj_options options = {
		.size = sizeof(options),
		.on_record = on_record,
		.user = &reader,
	};
	int err;

	if (argc != 2) {
		fprintf(stderr, "usage: flows FILE\n");
		return 2;
	}
	err = rj_session_open(&options, &reader.session);
	if (!err)
		err = read_file(reader.session, argv[1]);
	if (!err)
		print_stats(reader.session);
	else
		fprintf(stderr, "flows: %s\n",
			reader.session ? rj_session_error(reader.session) : strerror(-err));
	rj_session_close(reader.session);
	return err || reader.is_failed;
}
