/* SPDX-License-Identifier: BSD-3-Clause */
/* Databases of three formats, records, archives, and what is wrong with them. */
#include "enrich/fpdb_read.h"

#include <errno.h>
#include <zlib.h>

#include "core/json_lines.h"
#include "tests/unit/features/files.h"
#include "tests/unit/unit.h"

#define FP "tls/1/(0303)(1301)[(0000)]"
#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

#define OURS                                                                                       \
	"{\"fingerprint\":\"" FP "\",\"kind\":\"tls\",\"count\":12,\"first_seen\":1000.5,"         \
	"\"last_seen\":2000.000001,\"processes\":[{\"name\":\"curl\",\"hash\":\"" HASH "\","       \
	"\"category\":\"tool\",\"count\":10,\"da\":{\"192.0.2.1\":4,\"2001:DB8::1\":6},"           \
	"\"dp\":{\"443\":10},\"sni\":{\"WWW.Example.com.\":9},\"os\":{\"Linux\":3},"               \
	"\"missed\":{\"da\":2}}],\"missed\":2}\n"

#define JOY                                                                                        \
	"{\"str_repr\":\"(0303)(1301)((0000))\",\"md5_repr\":\"x\",\"source\":[\"Cisco\"],"        \
	"\"process_info\":[{\"process\":\"firefox\",\"application_category\":\"browser\","         \
	"\"prevalence\":0.75,\"sha256\":\"" HASH "\"},{\"process\":\"Unknown\","                   \
	"\"application_category\":\"Unknown\",\"prevalence\":0.25,\"sha256\":\"Unknown\"}]}\n"

#define MERCURY                                                                                    \
	"{\"str_repr\":\"tls/1/(0303)(1301)[(0000)]\",\"fp_type\":\"tls\",\"total_count\":100,"    \
	"\"process_info\":[{\"process\":\"chrome\",\"count\":60,\"malware\":false,"                \
	"\"classes_ip_as\":{\"15169\":60},\"classes_ip_ip\":{\"192.0.2.1\":5,\"none\":1},"         \
	"\"classes_port_applications\":{\"https\":50,\"email\":10},"                               \
	"\"classes_hostname_sni\":{\"a.example.com\":7},"                                          \
	"\"classes_hostname_domains\":{\"example.com\":8},\"os_info\":{\"(Windows)\":9}},"         \
	"{\"process\":\"bot\",\"count\":1,\"malware\":true},"                                      \
	"{\"process\":\"generic dmz process\",\"count\":9}]}\n"

static struct rj_error error;

/* What reading a file of this text comes to; the line about it without the file's name. */
static int read_text(struct rj_fpdb *db, const char *text)
{
	char path[FILE_NAME_LEN];
	size_t len;
	int err;

	error.text[0] = 0;
	write_file(path, text);
	err = rj_fpdb_read(db, path, &error);
	len = strlen(path);
	if (err && !strncmp(error.text, path, len))
		memmove(error.text, error.text + len, strlen(error.text + len) + 1);
	unlink(path);
	return err;
}

static uint64_t count_of(const struct rj_fpdb_process *p, enum rj_fpdb_class class,
			 const char *text)
{
	for (uint32_t i = 0; i < p->of[class].num; i++)
		if (!strcmp(p->of[class].at[i].text, text))
			return p->of[class].at[i].count;
	return 0;
}

static const struct rj_fpdb_fingerprint *only(const struct rj_fpdb *db)
{
	CHECK_EQ(db->num, 1);
	CHECK_STR(db->all[0]->text, FP);
	return db->all[0];
}

TEST(fpdb_reads_our_format)
{
	struct rj_fpdb *db = rj_fpdb_new();
	const struct rj_fpdb_fingerprint *f;
	const struct rj_fpdb_process *p;

	CHECK_EQ(read_text(db, OURS), 0);
	f = only(db);
	p = f->processes;
	CHECK_EQ(f->count, 12);
	CHECK_EQ(f->missed, 2);
	CHECK_EQ(f->first_us, 1000500000);
	CHECK_EQ(f->last_us, 2000000001);
	CHECK_EQ(f->num_processes, 1);
	CHECK_STR(p->name, "curl");
	CHECK_STR(p->hash, HASH);
	CHECK_STR(p->category, "tool");
	CHECK_EQ(p->count, 10);
	CHECK_EQ(count_of(p, RJ_FPDB_DA, "192.0.2.1"), 4);
	CHECK_EQ(count_of(p, RJ_FPDB_DA, "2001:db8::1"), 6);
	CHECK_EQ(p->of[RJ_FPDB_DA].missed, 2);
	CHECK_EQ(count_of(p, RJ_FPDB_DP, "443"), 10);
	CHECK_EQ(count_of(p, RJ_FPDB_SNI, "www.example.com"), 9);
	CHECK_EQ(count_of(p, RJ_FPDB_DOMAIN, "example.com"), 9);
	CHECK_EQ(count_of(p, RJ_FPDB_OS, "Linux"), 3);
	rj_fpdb_free(db);
}

TEST(fpdb_adds_what_comes_again)
{
	struct rj_fpdb *db = rj_fpdb_new();

	CHECK_EQ(read_text(db, OURS "\n" OURS), 0);
	CHECK_EQ(only(db)->count, 24);
	CHECK_EQ(db->all[0]->missed, 4);
	CHECK_EQ(db->all[0]->num_processes, 1);
	CHECK_EQ(db->all[0]->processes[0].count, 20);
	CHECK_EQ(count_of(db->all[0]->processes, RJ_FPDB_DP, "443"), 20);
	rj_fpdb_free(db);
}

TEST(fpdb_reads_joys_format)
{
	struct rj_fpdb *db = rj_fpdb_new();
	const struct rj_fpdb_fingerprint *f;

	CHECK_EQ(read_text(db, JOY), 0);
	f = only(db);
	CHECK_EQ(f->count, 100);
	CHECK_EQ(f->missed, 25);
	CHECK_EQ(f->num_processes, 1);
	CHECK_STR(f->processes[0].name, "firefox");
	CHECK_STR(f->processes[0].category, "browser");
	CHECK_STR(f->processes[0].hash, HASH);
	CHECK_EQ(f->processes[0].count, 75);
	rj_fpdb_free(db);
}

TEST(fpdb_reads_mercurys_format)
{
	struct rj_fpdb *db = rj_fpdb_new();
	const struct rj_fpdb_fingerprint *f;
	const struct rj_fpdb_process *p;

	CHECK_EQ(read_text(db, MERCURY), 0);
	f = only(db);
	p = f->processes;
	CHECK_EQ(f->count, 100);
	CHECK_EQ(f->missed, 39); /* 9 of the unknown, 30 left out */
	CHECK_EQ(f->num_processes, 2);
	CHECK_EQ(count_of(p, RJ_FPDB_DA, "192.0.2.1"), 5);
	CHECK_EQ(p->of[RJ_FPDB_DA].missed, 1);
	CHECK_EQ(count_of(p, RJ_FPDB_DP, "443"), 50);
	CHECK_EQ(p->of[RJ_FPDB_DP].missed, 10);
	CHECK_EQ(count_of(p, RJ_FPDB_SNI, "a.example.com"), 7);
	CHECK_EQ(count_of(p, RJ_FPDB_DOMAIN, "example.com"), 8);
	CHECK_EQ(count_of(p, RJ_FPDB_OS, "(Windows)"), 9);
	CHECK(!p->category);
	CHECK_STR(f->processes[1].category, "malware");
	rj_fpdb_free(db);
}

TEST(fpdb_merges_formats)
{
	struct rj_fpdb *db = rj_fpdb_new();

	CHECK_EQ(read_text(db, JOY MERCURY OURS), 0);
	CHECK_EQ(only(db)->count, 212);
	CHECK_EQ(db->all[0]->num_processes, 4);
	rj_fpdb_sort(db);
	CHECK_STR(db->all[0]->processes[0].name, "firefox");
	CHECK_STR(db->all[0]->processes[3].name, "bot");
	rj_fpdb_free(db);
}

/* One line tells what is wrong, and what stands before it is there. */
TEST(fpdb_says_what_is_wrong_and_keeps_the_rest)
{
	static const char *const rows[][2] = {
		{ "{", ":2: not JSON, at byte 2: it ends early" },
		{ "[]", ":2: not one JSON object" },
		{ "{} {}", ":2: not JSON, at byte 4: unexpected character" },
		{ "{}", ":2: no database of fingerprints: neither fingerprint nor str_repr is "
			"there" },
		{ "{\"fingerprint\":1}", ":2: fingerprint: is no string" },
		{ "{\"fingerprint\":\"\"}", ":2: fingerprint: has not 1 to 8191 bytes of text" },
		{ "{\"fingerprint\":\"tls/(03)\"}", ":2: fingerprint: the version is not (XXXX)" },
		{ "{\"fingerprint\":\"tcp/()\"}", ":2: processes: is missing" },
		{ "{\"fingerprint\":\"tcp/()\",\"processes\":{}}", ":2: processes: is no array" },
		{ "{\"fingerprint\":\"tcp/()\",\"processes\":[1]}",
		  ":2: processes: has what is no object" },
		{ "{\"fingerprint\":\"tcp/()\",\"processes\":[{}]}", ":2: name: is missing" },
		{ "{\"fingerprint\":\"tcp/()\",\"processes\":[{\"name\":\"a\\u0000b\"}]}",
		  ":2: name: has not 1 to 255 bytes of text" },
		{ "{\"fingerprint\":\"tcp/()\",\"processes\":[{\"name\":\"a\"}]}",
		  ":2: count: is missing" },
		{ "{\"fingerprint\":\"tcp/()\",\"processes\":[{\"name\":\"a\",\"count\":-1}]}",
		  ":2: count: is not 0 to 2^53" },
		{ "{\"fingerprint\":\"tcp/()\",\"processes\":[{\"name\":\"a\",\"count\":1e3}]}",
		  ":2: count: is no int" },
		{ "{\"fingerprint\":\"tcp/()\",\"processes\":[{\"name\":\"a\",\"count\":1,"
		  "\"hash\":\"00\"}]}",
		  ":2: hash: is no SHA-256 in hexadecimal" },
		{ "{\"fingerprint\":\"tcp/()\",\"processes\":[{\"name\":\"a\",\"count\":1,"
		  "\"dp\":{\"65536\":1}}]}",
		  ":2: dp: has a name that is none of its kind" },
		{ "{\"fingerprint\":\"tcp/()\",\"processes\":[{\"name\":\"a\",\"count\":1,"
		  "\"da\":{\"::1\":true}}]}",
		  ":2: da: has a count that is not 0 to 2^53" },
		{ "{\"fingerprint\":\"tcp/()\",\"processes\":[],\"count\":1}",
		  ":2: count: is 1, and of its processes and missed 0" },
		{ "{\"fingerprint\":\"tcp/()\",\"processes\":[],\"kind\":\"tls\"}",
		  ":2: kind: is not that of the fingerprint" },
		{ "{\"fingerprint\":\"tcp/()\",\"processes\":[],\"first_seen\":2,\"last_seen\":1}",
		  ":2: first_seen: is after last_seen" },
		{ "{\"fingerprint\":\"tcp/()\",\"processes\":[],\"last_seen\":1e300}",
		  ":2: last_seen: is no number from 0 to 18446744073" },
		{ "{\"str_repr\":\"(0303)(1301)()\"}", ":2: process_info: is missing" },
		{ "{\"str_repr\":\"(0303)(1301)()\",\"process_info\":[{\"process\":\"a\"}]}",
		  ":2: count or prevalence: is missing" },
		{ "{\"str_repr\":\"(0303)(1301)()\",\"process_info\":[{\"process\":\"a\","
		  "\"prevalence\":2}]}",
		  ":2: prevalence: is no number from 0 to 1" },
		{ "{\"str_repr\":\"(0303)(1301)()\",\"process_info\":[{\"process\":\"a\","
		  "\"count\":1,\"classes_ip_ip\":[]}]}",
		  ":2: classes_ip_ip: is no object" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rj_fpdb *db = rj_fpdb_new();
		char text[4096];

		snprintf(text, sizeof(text), "%s%s\n%s", OURS, rows[i][0], MERCURY);
		CHECK_EQ(read_text(db, text), -EINVAL);
		CHECK_STR(error.text, rows[i][1]);
		CHECK_EQ(only(db)->count, 12);
		rj_fpdb_free(db);
	}
}

TEST(fpdb_counts_what_has_no_room)
{
	struct rj_fpdb_fingerprint *f = rj_fpdb_fingerprint_new(FP, strlen(FP));
	struct rj_fpdb_process *p = NULL;
	char text[16];

	for (unsigned int i = 0; i < RJ_FPDB_MAX_PROCESSES + 1; i++) {
		snprintf(text, sizeof(text), "%u", i);
		CHECK_EQ(rj_fpdb_process(f, text, "", &p), i < RJ_FPDB_MAX_PROCESSES ? 0 : -ENOSPC);
	}
	for (unsigned int i = 0; i < RJ_FPDB_MAX_VALUES + 5; i++) {
		snprintf(text, sizeof(text), "%u", i);
		CHECK_EQ(rj_fpdb_count(&p->of[RJ_FPDB_DP], text, 2), 0);
	}
	CHECK_EQ(p->of[RJ_FPDB_DP].num, RJ_FPDB_MAX_VALUES);
	CHECK_EQ(p->of[RJ_FPDB_DP].missed, 10);
	rj_fpdb_fingerprint_free(f);
}

TEST(fpdb_sums_end_at_the_largest_count)
{
	CHECK_EQ(rj_fpdb_sum(RJ_FPDB_MAX_COUNT, 1), RJ_FPDB_MAX_COUNT);
	CHECK_EQ(rj_fpdb_sum(RJ_FPDB_MAX_COUNT - 1, 1), RJ_FPDB_MAX_COUNT);
	CHECK_EQ(rj_fpdb_sum(1, 2), 3);
}

TEST(fpdb_names_are_compared_without_case_port_and_dot)
{
	static const char *const rows[][2] = {
		{ "WWW.Example.COM", "www.example.com" },
		{ "a.example.", "a.example" },
		{ "a.example..", "a.example" },
		{ "..", "" },
		{ "a.example:8080", "a.example" },
		{ "2001:db8::1", "2001:db8::1" },
		{ "", "" },
		{ ":80", "" },
	};
	char out[RJ_FPDB_MAX_TEXT + 1], long_name[300];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t *exact = unit_copy(rows[i][0], strlen(rows[i][0]));

		rj_fpdb_name(out, exact, strlen(rows[i][0]));
		CHECK_STR(out, rows[i][1]);
		free(exact);
	}
	memset(long_name, 'a', sizeof(long_name));
	rj_fpdb_name(out, long_name, 255);
	CHECK_EQ(strlen(out), 255);
	rj_fpdb_name(out, long_name, 256);
	CHECK_STR(out, "");
	rj_fpdb_name(out, "a\0b", 3);
	CHECK_STR(out, "");
}

TEST(fpdb_domains_are_two_labels)
{
	CHECK_STR(rj_fpdb_domain("www.a.example.com"), "example.com");
	CHECK_STR(rj_fpdb_domain("example.com"), "example.com");
	CHECK_STR(rj_fpdb_domain("localhost"), "localhost");
	CHECK_STR(rj_fpdb_domain("192.0.2.1"), "192.0.2.1");
	CHECK_STR(rj_fpdb_domain("2001:db8::1.2.3.4"), "2001:db8::1.2.3.4");
	CHECK_STR(rj_fpdb_domain(""), "");
}

/* --- records ------------------------------------------------------------------------ */

#define RECORD(exe, fingerprints)                                                                  \
	"{\"sa\":\"192.0.2.9\",\"da\":\"192.0.2.1\",\"pr\":6,\"sp\":4000,\"dp\":443,"              \
	"\"time_start\":1000.25,\"tls\":{\"sni\":[\"www.example.com\"]}," exe                      \
	"\"probable_os\":{\"out\":\"Linux\"},\"fingerprints\":{" fingerprints "}}\n"

static struct rj_fpdb_built built;

static int build_text(struct rj_fpdb *db, const char *text)
{
	char path[FILE_NAME_LEN];
	int err;

	built = (struct rj_fpdb_built){ 0 };
	write_file(path, text);
	err = rj_fpdb_build(db, path, &built, &error);
	unlink(path);
	return err;
}

TEST(fpdb_is_built_of_records_with_a_process)
{
	struct rj_fpdb *db = rj_fpdb_new();
	const struct rj_fpdb_fingerprint *f;

	CHECK_EQ(build_text(db, "{\"version\":\"a header\"}\n" RECORD(
					"\"exe\":{\"name\":\"curl\",\"hash\":\"" HASH "\"},",
					"\"tls\":\"" FP "\",\"tls_server\":\"tls_server/()\"")
					RECORD("", "\"tls\":\"" FP "\"")),
		 0);
	f = only(db); /* of the server nobody is known */
	CHECK_EQ(built.num_records, 2);
	CHECK_EQ(built.num_used, 1);
	CHECK_EQ(f->count, 1);
	CHECK_EQ(f->first_us, 1000250000);
	CHECK_EQ(f->last_us, 1000250000);
	CHECK_STR(f->processes[0].name, "curl");
	CHECK_STR(f->processes[0].hash, HASH);
	CHECK_EQ(count_of(f->processes, RJ_FPDB_DA, "192.0.2.1"), 1);
	CHECK_EQ(count_of(f->processes, RJ_FPDB_DP, "443"), 1);
	CHECK_EQ(count_of(f->processes, RJ_FPDB_SNI, "www.example.com"), 1);
	CHECK_EQ(count_of(f->processes, RJ_FPDB_DOMAIN, "example.com"), 1);
	CHECK_EQ(count_of(f->processes, RJ_FPDB_OS, "Linux"), 1);
	rj_fpdb_free(db);
}

TEST(fpdb_is_built_of_servers_and_paths)
{
	struct rj_fpdb *db = rj_fpdb_new();

	CHECK_EQ(build_text(db, RECORD("\"exe_da\":{\"path\":\"/usr/sbin/nginx\"},",
				       "\"tls\":\"" FP "\",\"tls_server\":\"tls_server/()\"")),
		 0);
	CHECK_EQ(db->num, 1);
	CHECK_STR(db->all[0]->text, "tls_server/()");
	CHECK_STR(db->all[0]->processes[0].name, "nginx");
	CHECK_EQ(db->all[0]->processes[0].of[RJ_FPDB_OS].num, 0);
	rj_fpdb_free(db);
}

#define BOTH_ENDS(packets, fingerprints)                                                           \
	"{\"sa\":\"192.0.2.9\",\"da\":\"192.0.2.1\",\"pr\":6,\"sp\":4000,\"dp\":443," packets      \
	"\"probable_os\":{\"out\":\"Out\",\"in\":\"In\"},\"exe\":{\"name\":\"at sa\"},"            \
	"\"exe_da\":{\"name\":\"at da\"},\"fingerprints\":{" fingerprints "}}\n"
#define IN_BOTH "\"num_pkts_out\":4,\"num_pkts_in\":4,"
#define FROM_SA "\"num_pkts_out\":4,\"num_pkts_in\":0,"
#define FROM_DA "\"num_pkts_out\":0,\"num_pkts_in\":4,"
#define CLIENTS "\"tls\":\"" FP "\""
#define SERVERS "\"ssh_server\":\"ssh_server/()()()()()()()()()()\""
#define TCP "\"tcp\":\"tcp/()()()()()\""
#define REVERSED ",\"reversed\":true"

/* A fingerprint is of who sent it, and went to, or came from, who was asked. */
TEST(fpdb_knows_which_end_sent_what)
{
	static const struct {
		const char *record, *process, *os, *da, *dp;
	} rows[] = {
		{ BOTH_ENDS(IN_BOTH, CLIENTS), "at sa", "Out", "192.0.2.1", "443" },
		{ BOTH_ENDS(IN_BOTH, SERVERS), "at da", "In", "192.0.2.1", "443" },
		{ BOTH_ENDS("", SERVERS), "at da", "In", "192.0.2.1", "443" },
		/* the client was connected to */
		{ BOTH_ENDS(IN_BOTH, CLIENTS REVERSED), "at da", "In", "192.0.2.9", "4000" },
		{ BOTH_ENDS(IN_BOTH, SERVERS REVERSED), "at sa", "Out", "192.0.2.9", "4000" },
		{ BOTH_ENDS(IN_BOTH, TCP REVERSED), "at sa", "Out", "192.0.2.1", "443" },
		/* one direction alone, as with --no-bidir: who sent is sa */
		{ BOTH_ENDS(FROM_SA, CLIENTS), "at sa", "Out", "192.0.2.1", "443" },
		{ BOTH_ENDS(FROM_SA, SERVERS), "at sa", "Out", "192.0.2.9", "4000" },
		{ BOTH_ENDS(FROM_DA, SERVERS), "at da", "In", "192.0.2.1", "443" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rj_fpdb *db = rj_fpdb_new();
		const struct rj_fpdb_process *process;

		CHECK_EQ(build_text(db, rows[i].record), 0);
		CHECK_EQ(db->num, 1);
		process = db->all[0]->processes;
		CHECK_STR(process->name, rows[i].process);
		CHECK_EQ(count_of(process, RJ_FPDB_OS, rows[i].os), 1);
		CHECK_EQ(count_of(process, RJ_FPDB_DA, rows[i].da), 1);
		CHECK_EQ(count_of(process, RJ_FPDB_DP, rows[i].dp), 1);
		rj_fpdb_free(db);
	}
}

TEST(fpdb_is_not_built_of_hidden_addresses)
{
	struct rj_fpdb *db = rj_fpdb_new();

	CHECK_EQ(build_text(db, "{\"sa\":\"x\",\"da\":\"00112233445566778899aabbccddeeff\","
				"\"dp\":null,\"exe\":{\"name\":\"a\"},\"http\":[{\"out\":["
				"{\"method\":\"GET\"},{\"HOST\":\"B.example:80\"}]}],"
				"\"fingerprints\":{\"tls\":\"" FP "\"}}"),
		 0);
	CHECK_EQ(db->num, 1);
	CHECK_EQ(db->all[0]->processes[0].of[RJ_FPDB_DA].num, 0);
	CHECK_EQ(db->all[0]->processes[0].of[RJ_FPDB_DP].num, 0);
	CHECK_EQ(count_of(db->all[0]->processes, RJ_FPDB_SNI, "b.example"), 1);
	CHECK_EQ(db->all[0]->first_us, 0);
	rj_fpdb_free(db);
}

/* A database with them could not be read again. */
TEST(fpdb_is_not_built_of_what_is_no_address_port_or_name)
{
	static const struct {
		const char *da, *dp, *sni;
	} rows[] = {
		{ "192.S0.2.1", "65536", ".." },
		{ "192.0.2.1.", "-1", "." },
		{ "2001:db8::g", "9223372036854775807", ":443" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rj_fpdb *db = rj_fpdb_new();
		char text[512];

		snprintf(text, sizeof(text),
			 "{\"sa\":\"192.0.2.9\",\"da\":\"%s\",\"dp\":%s,\"exe\":{\"name\":\"a\"},"
			 "\"tls\":{\"sni\":[\"%s\"]},\"fingerprints\":{\"tls\":\"" FP "\"}}",
			 rows[i].da, rows[i].dp, rows[i].sni);
		CHECK_EQ(build_text(db, text), 0);
		CHECK_EQ(db->num, 1);
		for (unsigned int class = 0; class < RJ_FPDB_NUM_CLASSES; class ++)
			CHECK_EQ(db->all[0]->processes[0].of[class].num, 0);
		rj_fpdb_free(db);
	}
}

TEST(fpdb_addresses_are_those_of_a_record)
{
	struct rj_fpdb *db = rj_fpdb_new();

	CHECK_EQ(build_text(db, "{\"sa\":\"x\",\"da\":\"2001:DB8:0::1\",\"exe\":{\"name\":\"a\"},"
				"\"fingerprints\":{\"tls\":\"" FP "\"}}"),
		 0);
	CHECK_EQ(count_of(only(db)->processes, RJ_FPDB_DA, "2001:db8::1"), 1);
	rj_fpdb_free(db);
}

TEST(fpdb_build_says_what_is_wrong)
{
	struct rj_fpdb *db = rj_fpdb_new();

	CHECK_EQ(build_text(db, RECORD("\"exe\":{\"name\":\"a\"},", "\"tls\":\"tls/x\"")), -EINVAL);
	CHECK(strstr(error.text, ":1: fingerprints.tls: the version is not (XXXX)") != NULL);
	rj_fpdb_free(db);
}

/* --- files -------------------------------------------------------------------------- */

#define BLOCK 512

/* One member of a tar archive at @at; its length. */
static size_t put_member(char *at, const char *name, const char *text)
{
	size_t len = strlen(text);

	memset(at, 0, BLOCK);
	snprintf(at, 100, "%s", name);
	snprintf(at + 124, 12, "%011o", (uint16_t)len);
	at[156] = '0';
	memcpy(at + 257, "ustar", 5);
	memset(at + BLOCK, 0, (len + BLOCK - 1) / BLOCK * BLOCK);
	memcpy(at + BLOCK, text, len);
	return BLOCK + (len + BLOCK - 1) / BLOCK * BLOCK;
}

/* What reading the first @len bytes comes to, compressed. */
static int read_packed(struct rj_fpdb *db, const char *bytes, size_t len)
{
	char path[FILE_NAME_LEN];
	gzFile to;
	int err;

	write_file(path, "");
	to = gzopen(path, "wb");
	if (!to || gzwrite(to, bytes, (unsigned int)len) != (int)len || gzclose(to) != Z_OK)
		abort();
	err = rj_fpdb_read(db, path, &error);
	unlink(path);
	return err;
}

TEST(fpdb_reads_an_archive)
{
	char *bytes = calloc(1, 16 * BLOCK);
	size_t len = put_member(bytes, "VERSION", "2024\n"), first = len;
	struct rj_fpdb *db = rj_fpdb_new();

	len += put_member(bytes + len, "resources/fingerprint_db.json", MERCURY JOY);
	len += put_member(bytes + len, "pyasn.db", "no JSON\n") + 2 * BLOCK;
	CHECK_EQ(read_packed(db, bytes, len), 0);
	CHECK_EQ(only(db)->count, 200);
	CHECK_EQ(read_packed(db, bytes, first + 2 * BLOCK), -EINVAL);
	CHECK(strstr(error.text, "the archive ends early") != NULL);
	CHECK_EQ(read_packed(db, bytes, first), -EINVAL);
	CHECK(strstr(error.text, "an archive without fingerprint_db.json") != NULL);
	bytes[124] = 'x';
	CHECK_EQ(read_packed(db, bytes, len), -EINVAL);
	CHECK(strstr(error.text, "a damaged archive") != NULL);
	rj_fpdb_free(db);
	free(bytes);
}

TEST(fpdb_says_that_a_file_is_cut_or_missing)
{
	struct rj_fpdb *db = rj_fpdb_new();
	char path[FILE_NAME_LEN];
	gzFile to;

	CHECK_EQ(rj_fpdb_read(db, "/nowhere/f", &error), -ENOENT);
	CHECK_STR(error.text, "/nowhere/f: cannot be read: No such file or directory");
	CHECK_EQ(rj_fpdb_read(db, "/", &error), -EISDIR);
	write_file(path, "");
	to = gzopen(path, "wb");
	for (unsigned int i = 0; i < 100; i++)
		gzprintf(to, "%s{\"fingerprint\":\"tcp/(%04x)\",\"processes\":[]}\n", i ? "" : OURS,
			 i * 7919 % 65536);
	gzclose(to);
	CHECK_EQ(truncate(path, 400), 0);
	CHECK_EQ(rj_fpdb_read(db, path, &error), -EINVAL);
	CHECK(strstr(error.text, "cannot be decompressed: the file ends early") != NULL);
	CHECK(db->num > 0); /* what came before */
	unlink(path);
	rj_fpdb_free(db);
}
