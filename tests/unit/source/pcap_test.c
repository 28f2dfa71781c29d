/* SPDX-License-Identifier: BSD-3-Clause */
/* Capture files: each kind, each cut, each lie. */
#include <errno.h>
#include <fcntl.h>
#include <pcap/dlt.h>
#include <unistd.h>
#include <zlib.h>

#include "lib/pipeline.h"
#include "source/source.h"
#include "tests/unit/bpf/frames.h"

#define MAGIC_US 0xa1b2c3d4u
#define MAGIC_NS 0xa1b23c4du

/* A file's bytes, and what reading them came to. */
struct file {
	uint8_t at[20000];
	size_t len;
	bool is_big_endian;
};

struct outcome {
	int open_err;
	int poll_err;
	int decimals;
	char error[RJ_ERROR_LEN];
	struct rj_intake intake;
	uint64_t records;
	uint64_t first_ns;
	uint64_t last_ns;
};

static void put(struct file *f, uint32_t value, unsigned int num_bytes)
{
	for (unsigned int i = 0; i < num_bytes; i++)
		f->at[f->len++] =
			(uint8_t)(value >> 8 * (f->is_big_endian ? num_bytes - 1 - i : i));
}

/* draft-ietf-opsawg-pcap 4 */
static void put_header(struct file *f, uint32_t magic, uint32_t snap_len, uint32_t link_type)
{
	put(f, magic, 4);
	put(f, 2, 2);
	put(f, 4, 2);
	put(f, 0, 4);
	put(f, 0, 4);
	put(f, snap_len, 4);
	put(f, link_type, 4);
}

static void put_record(struct file *f, uint32_t sec, uint32_t fraction, uint32_t wire_len)
{
	struct frame frame = tcp4_frame(10);

	put(f, sec, 4);
	put(f, fraction, 4);
	put(f, (uint32_t)frame.len, 4);
	put(f, wire_len ? wire_len : (uint32_t)frame.len, 4);
	memcpy(f->at + f->len, frame.at, frame.len);
	f->len += frame.len;
}

/* Three packets of one flow. */
static struct file capture(uint32_t magic, bool is_big_endian)
{
	struct file f = { .is_big_endian = is_big_endian };

	put_header(&f, magic, 65535, DLT_EN10MB);
	put_record(&f, 1600000000, 0, 0);
	put_record(&f, 1600000000, 999999, 0);
	put_record(&f, 1600000001, 1, 0);
	return f;
}

static void on_record(void *user, const struct rj_record *r)
{
	struct outcome *out = user;

	out->records++;
	out->first_ns = r->flow->start_ns;
	out->last_ns = r->flow->half[r->flow->originator].last_ns;
}

static void drain(struct rj_source *source, struct outcome *out)
{
	const struct rj_pipeline_options o = { .engine.max_flows = 10,
					       .on_record = on_record,
					       .user = out,
					       .num_threads = 1 };
	struct rj_engine_stats unused = { 0 };
	struct rj_pipeline *p;
	int more = 1;

	if (rj_pipeline_new(&o, source, &p))
		abort();
	while (more > 0)
		more = rj_pipeline_poll(p, 0);
	out->poll_err = more;
	if (more)
		snprintf(out->error, sizeof(out->error), "%s", source->error.text);
	CHECK(rj_pipeline_poll(p, 0) <= 0); /* asked once too often */
	rj_pipeline_finish(p, source->end);
	rj_pipeline_stats(p, &out->intake, &unused);
	rj_pipeline_free(p);
}

static struct outcome read_path(const char *path, const char *filter)
{
	struct outcome out = { 0 };
	struct rj_source *source = NULL;
	struct rj_filter *compiled = NULL;
	struct rj_error error = { { 0 } };

	if (filter && rj_filter_new(filter, &compiled, &error))
		abort();
	out.open_err = rj_pcap_open(path, false, compiled, &source, &error);
	snprintf(out.error, sizeof(out.error), "%s", error.text);
	if (!out.open_err) {
		out.decimals = source->time_decimals;
		drain(source, &out);
		source->ops->close(source);
	}
	rj_filter_free(compiled);
	return out;
}

/* A path of a file with these bytes; the caller removes it. */
static void store(const void *bytes, size_t len, bool is_packed, char path[32])
{
	int fd;

	snprintf(path, 32, "/tmp/rejoice-pcap-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0)
		abort();
	if (is_packed) {
		gzFile gz = gzdopen(fd, "wb");

		if (gzwrite(gz, bytes, (unsigned int)len) != (int)len || gzclose(gz) != Z_OK)
			abort();
		return;
	}
	if (write(fd, bytes, len) != (ssize_t)len || close(fd))
		abort();
}

static struct outcome read_bytes(const struct file *f, size_t len, const char *filter)
{
	struct outcome out;
	char path[32];

	store(f->at, len, false, path);
	out = read_path(path, filter);
	unlink(path);
	return out;
}

TEST(pcap_reads_micro_and_nanoseconds_in_either_byte_order)
{
	for (unsigned int kind = 0; kind < 4; kind++) {
		bool is_ns = kind & 1;
		struct file f = capture(is_ns ? MAGIC_NS : MAGIC_US, kind >> 1);
		struct outcome out = read_bytes(&f, f.len, NULL);

		CHECK_EQ(out.open_err, 0);
		CHECK_EQ(out.poll_err, 0);
		CHECK_EQ(out.decimals, is_ns ? 9 : 6);
		CHECK_EQ(out.intake.packets, 3);
		CHECK_EQ(out.records, 1);
		CHECK_EQ(out.first_ns, 1600000000000000000);
		CHECK_EQ(out.last_ns, 1600000001000000000 + (is_ns ? 1 : 1000));
	}
}

TEST(pcap_reads_compressed_files_whatever_their_name)
{
	struct file f = capture(MAGIC_US, false);
	struct outcome out;
	char path[32];

	store(f.at, f.len, true, path);
	out = read_path(path, NULL);
	unlink(path);
	CHECK_EQ(out.open_err | out.poll_err, 0);
	CHECK_EQ(out.intake.packets, 3);
}

TEST(pcap_reads_standard_input_through_a_pipe)
{
	struct file f = capture(MAGIC_NS, false);
	int ends[2], saved = dup(STDIN_FILENO);
	struct outcome out;

	if (pipe(ends) || write(ends[1], f.at, f.len) != (ssize_t)f.len || close(ends[1]) ||
	    dup2(ends[0], STDIN_FILENO) < 0)
		abort();
	out = read_path("-", NULL);
	close(ends[0]);
	if (saved >= 0)
		dup2(saved, STDIN_FILENO);
	close(saved);
	CHECK_EQ(out.open_err | out.poll_err, 0);
	CHECK_EQ(out.decimals, 9);
	CHECK_EQ(out.intake.packets, 3);
}

TEST(pcap_keeps_what_was_read_before_each_cut)
{
	struct file f = capture(MAGIC_US, false);
	size_t record = (f.len - 24) / 3;

	for (size_t len = 0; len <= f.len; len++) {
		struct outcome out = read_bytes(&f, len, NULL);
		size_t behind = len < 24 ? 0 : (len - 24) % record;

		if (len < 24) {
			CHECK_EQ(out.open_err, -ENOEXEC);
			CHECK(strstr(out.error, "not a capture file"));
			continue;
		}
		CHECK_EQ(out.open_err, 0);
		CHECK_EQ(out.intake.packets, (len - 24) / record);
		CHECK_EQ(out.poll_err, behind ? -EIO : 0);
		if (behind)
			CHECK(strstr(out.error, "what was read before it is kept"));
	}
}

TEST(pcap_says_so_when_a_compressed_file_is_cut)
{
	struct file f = capture(MAGIC_US, false);
	uint8_t packed[1000];
	char path[32];
	FILE *file;
	size_t len;

	store(f.at, f.len, true, path);
	file = fopen(path, "rb");
	len = fread(packed, 1, sizeof(packed), file);
	fclose(file);
	unlink(path);
	for (size_t cut = 0; cut < len; cut++) {
		struct outcome out;

		store(packed, cut, false, path);
		out = read_path(path, NULL);
		unlink(path);
		CHECK(out.open_err || out.poll_err || out.intake.packets == 3);
	}
}

TEST(pcap_names_a_file_that_is_missing_or_a_directory)
{
	struct outcome out = read_path("/nonexistent/x.pcap", NULL);

	CHECK_EQ(out.open_err, -ENOENT);
	CHECK_STR(out.error, "/nonexistent/x.pcap: cannot be read: No such file or directory");
	out = read_path("/tmp", NULL);
	CHECK_EQ(out.open_err, -EISDIR);
	CHECK(strstr(out.error, "/tmp: cannot be read"));
}

TEST(pcap_sets_frames_of_link_types_aside_that_are_not_read_and_tells_where_all_are)
{
	struct file f = { .len = 0 };
	struct outcome out;

	memset(f.at, 'x', sizeof(f.at));
	CHECK_EQ(read_bytes(&f, 1000, NULL).open_err, -ENOEXEC);
	put_header(&f, MAGIC_US, 65535, 189 /* USB */);
	out = read_bytes(&f, f.len, NULL);
	CHECK_EQ(out.open_err | out.poll_err, 0);
	put_record(&f, 1, 2, 3);
	for (int i = 0; i < 2; i++) {
		out = read_bytes(&f, f.len, i ? "ip" : NULL);
		CHECK_EQ(out.open_err, 0);
		CHECK_EQ(out.poll_err, -EOPNOTSUPP);
		CHECK_EQ(out.intake.set_aside[RJ_REASON_LINK_TYPE], 1);
		CHECK(strstr(out.error, "link type 189 (USB_LINUX)"));
	}
}

TEST(pcap_reads_the_raw_link_type_of_files)
{
	struct file f = { .len = 0 };
	struct frame frame = tcp4_frame(10);

	put_header(&f, MAGIC_US, 65535, 101 /* LINKTYPE_RAW */);
	put(&f, 1, 4);
	put(&f, 2, 4);
	put(&f, 50, 4);
	put(&f, 50, 4);
	memcpy(f.at + f.len, frame.at + 14, 50);
	CHECK_EQ(read_bytes(&f, f.len + 50, NULL).records, 1);
}

TEST(pcap_counts_what_the_filter_leaves_out)
{
	struct file f = capture(MAGIC_US, false);
	struct outcome out = read_bytes(&f, f.len, "udp");

	CHECK_EQ(out.intake.packets, 3);
	CHECK_EQ(out.intake.set_aside[RJ_REASON_FILTERED], 3);
	CHECK_EQ(out.intake.bytes, 3 * 64);
	CHECK_EQ(out.records, 0);
	CHECK_EQ(read_bytes(&f, f.len, "tcp port 443").records, 1);
	out = read_bytes(&f, f.len, "inbound"); /* there are link types that have it */
	CHECK_EQ(out.open_err, -EINVAL);
	CHECK(strstr(out.error, ": filter \"inbound\": "));
}

TEST(pcap_takes_a_wire_length_below_the_captured_one_for_a_lie)
{
	struct file f = { .len = 0 };
	struct outcome out;

	put_header(&f, MAGIC_US, 65535, DLT_EN10MB);
	put_record(&f, 1, 2, 3);
	put_record(&f, 1, 2, 0xffffffff);
	out = read_bytes(&f, f.len, NULL);
	CHECK_EQ(out.intake.packets, 2);
	CHECK_EQ(out.intake.bytes, 64 + 0xffffffffull);
}

TEST(pcap_survives_captured_lengths_that_lie)
{
	static const uint32_t lens[] = { 65, 262144, 262145, 0x7fffffff, 0x80000000, 0xffffffff };

	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		struct file f = { .len = 0 };
		struct outcome out;

		put_header(&f, MAGIC_US, 65535, DLT_EN10MB);
		put_record(&f, 1, 2, 0);
		put_record(&f, 1, 2, 0);
		memcpy(f.at + f.len - 64 - 8, &lens[i], 4);
		out = read_bytes(&f, f.len, NULL);
		CHECK_EQ(out.poll_err, -EIO);
		CHECK_EQ(out.intake.packets, 1);
		CHECK_EQ(out.records, 1);
	}
}

TEST(pcap_takes_any_time_without_wrapping)
{
	struct file f = { .len = 0 };
	struct outcome out;

	put_header(&f, MAGIC_US, 65535, DLT_EN10MB);
	put_record(&f, 0, 0, 0);
	put_record(&f, 0xffffffff, 0xffffffff, 0);
	out = read_bytes(&f, f.len, NULL);
	CHECK_EQ(out.first_ns, 0);
	CHECK(out.last_ns <= INT64_MAX);
	CHECK_EQ(out.records, 1);
}

/* draft-ietf-opsawg-pcapng 4.1 */
static void put_section(struct file *f)
{
	put(f, 0x0a0d0d0a, 4), put(f, 28, 4), put(f, 0x1a2b3c4d, 4), put(f, 1, 2), put(f, 0, 2);
	put(f, 0xffffffff, 4), put(f, 0xffffffff, 4), put(f, 28, 4);
}

/* 4.2: with if_tsresol @resolution and if_tsoffset @offset. */
static void put_interface(struct file *f, uint32_t link_type, uint32_t resolution, int64_t offset)
{
	uint32_t words[] = { (uint32_t)offset, (uint32_t)((uint64_t)offset >> 32) };

	put(f, 1, 4), put(f, 44, 4), put(f, link_type, 2), put(f, 0, 2), put(f, 65535, 4);
	put(f, 9, 2), put(f, 1, 2), put(f, resolution, 1), put(f, 0, 3);
	put(f, 14, 2), put(f, 8, 2), put(f, words[f->is_big_endian], 4);
	put(f, words[!f->is_big_endian], 4);
	put(f, 0, 4), put(f, 44, 4);
}

/* 4.3: of @skipped bytes less than an Ethernet frame of a packet of 10 bytes. */
static void put_enhanced(struct file *f, uint32_t interface, uint64_t time, uint32_t skipped)
{
	struct frame frame = tcp4_frame(10);
	uint32_t len = (uint32_t)frame.len - skipped, padded = (len + 3) & ~3u;

	put(f, 6, 4), put(f, 32 + padded, 4), put(f, interface, 4);
	put(f, (uint32_t)(time >> 32), 4), put(f, (uint32_t)time, 4), put(f, len, 4),
		put(f, len, 4);
	memcpy(f->at + f->len, frame.at + skipped, len);
	f->len += padded;
	put(f, 32 + padded, 4);
}

static struct file pcapng(uint32_t resolution, uint64_t time, int64_t offset, bool is_big)
{
	struct file f = { .is_big_endian = is_big };

	put_section(&f);
	put_interface(&f, DLT_EN10MB, resolution, offset);
	put_enhanced(&f, 0, time, 0);
	return f;
}

TEST(pcapng_reads_every_resolution_and_time)
{
	static const uint64_t times[] = {
		0,	   1600000000, 0x2000000000000000, 0x7fffffffffffffff, 0x8000000000000000,
		UINT64_MAX
	};

	for (uint32_t resolution = 0; resolution < 256; resolution++) {
		for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
			struct file f = pcapng(resolution, times[i], 0, i & 1);
			struct outcome out = read_bytes(&f, f.len, NULL);
			uint32_t power = resolution & 0x7f;
			double unit = 1, want;

			CHECK_EQ(out.open_err | out.poll_err, 0);
			CHECK_EQ(out.intake.packets, 1);
			CHECK_EQ(out.records, 1);
			for (uint32_t j = 0; j < power; j++)
				unit /= resolution & 0x80 ? 2 : 10;
			want = (double)times[i] * unit * 1e9;
			if (want > (double)INT64_MAX)
				want = (double)INT64_MAX;
			CHECK((double)out.first_ns >= want * (1 - 1e-9) - 1);
			CHECK((double)out.first_ns <= want * (1 + 1e-9) + 1);
		}
	}
}

TEST(pcapng_reads_times_to_the_nanosecond)
{
	static const struct {
		uint32_t resolution;
		uint64_t units;
		int64_t offset;
		uint64_t ns;
	} cases[] = {
		{ 9, 1600000000123456789, 0, 1600000000123456789 },
		{ 6, 1600000000123456, 0, 1600000000123456000 },
		{ 0, 1600000000, 0, 1600000000000000000 },
		{ 12, 1600000000123456, 0, 1600000000123 },
		{ 0x80 | 20, 3 << 20 | 1 << 19, 0, 3500000000 },
		{ 0x80 | 34, 1, 0, 0 },
		{ 0x80 | 32, 0x180000000, 0, 1500000000 },
		{ 0x80 | 63, 0xffffffffffffffff, 0, 1999999999 },
		{ 6, 123456, 1600000000, 1600000000123456000 },
		{ 6, 1600000001000000, -1, 1600000000000000000 },
		{ 6, 1000000, -2, 0 },
		{ 6, 1, INT64_MAX, INT64_MAX },
		{ 6, 1, INT64_MIN, 0 },
	};

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(*cases); i++) {
		size_t at = i / 2;
		struct file f =
			pcapng(cases[at].resolution, cases[at].units, cases[at].offset, i & 1);

		CHECK_EQ(read_bytes(&f, f.len, NULL).first_ns, cases[at].ns);
	}
}

TEST(pcapng_has_the_decimals_of_its_first_interface)
{
	static const uint8_t kinds[][2] = { { 6, 6 },  { 3, 6 },    { 7, 9 },	 { 9, 9 },
					    { 12, 9 }, { 0x94, 6 }, { 0x95, 9 }, { 0x9e, 9 } };

	for (size_t i = 0; i < sizeof(kinds) / 2; i++) {
		struct file f = pcapng(kinds[i][0], 0, 0, i & 1);

		CHECK_EQ(read_bytes(&f, f.len, NULL).decimals, kinds[i][1]);
		CHECK_EQ(read_bytes(&f, 28, NULL).decimals, 6);
	}
}

/* Sections of either byte order; interfaces of either link type and of clocks of their own. */
TEST(pcapng_reads_each_frame_as_its_interface_says)
{
	struct file f = { .len = 0 };
	struct outcome out;

	for (int i = 0; i < 4; i++) {
		f.is_big_endian = i & 1;
		put_section(&f);
		put_interface(&f, i & 2 ? 101 : DLT_EN10MB, 6, 0);
		put_enhanced(&f, 0, 1600000000000000, i & 2 ? 14 : 0);
		put_interface(&f, i & 2 ? DLT_EN10MB : 101, 0, 0);
		put_interface(&f, 189 /* USB */, 9, 0);
		put_enhanced(&f, 2, 1600000000000000000, 0);
		put_enhanced(&f, 1, 1600000001, i & 2 ? 0 : 14);
	}
	out = read_bytes(&f, f.len, NULL);
	CHECK_EQ(out.open_err | out.poll_err, 0);
	CHECK_EQ(out.intake.packets, 12);
	CHECK_EQ(out.intake.set_aside[RJ_REASON_LINK_TYPE], 4);
	CHECK_EQ(out.records, 1);
	CHECK_EQ(out.first_ns, 1600000000000000000);
	CHECK_EQ(out.last_ns, 1600000001000000000);
	out = read_bytes(&f, f.len, "tcp");
	CHECK_EQ(out.intake.set_aside[RJ_REASON_FILTERED] +
			 out.intake.set_aside[RJ_REASON_LINK_TYPE],
		 4);
	CHECK_EQ(out.records, 1);
}

TEST(pcapng_keeps_what_was_read_before_each_cut)
{
	struct file f = pcapng(6, 1600000000000000, 0, false);
	size_t ends[4] = { f.len - 96 };

	for (int i = 1; i < 4; i++) {
		ends[i] = f.len;
		if (i == 2) { /* a block of a kind that is not read */
			put(&f, 0x0bad, 4), put(&f, 20, 4), put(&f, 0, 4), put(&f, 0, 4);
			put(&f, 20, 4);
			ends[i] = f.len;
		}
		if (i < 3)
			put_enhanced(&f, 0, 1600000000000000, 0);
	}
	for (size_t len = 0; len <= f.len; len++) {
		struct outcome out = read_bytes(&f, len, NULL);
		size_t packets = (len >= ends[1]) + (len >= ends[1] + 96) + (len >= ends[2] + 96);
		bool is_whole = len == 28 || len == ends[0] || len == ends[1] ||
				len == ends[1] + 96 || len == ends[2] || len == ends[2] + 96;

		CHECK_EQ(out.open_err, len < 28 ? -ENOEXEC : 0);
		if (len < 28)
			continue;
		CHECK_EQ(out.intake.packets, packets);
		CHECK_EQ(out.poll_err, is_whole ? 0 : -EIO);
		if (!is_whole)
			CHECK(strstr(out.error, "the file ends inside a block"));
	}
}

TEST(pcapng_tells_what_is_damaged)
{
	static const struct {
		size_t at;
		uint32_t value;
		const char *what;
	} cases[] = {
		{ 8, 0x1a2b3c4e, "a section has no byte order" },
		{ 4, 24, "a section's header has an impossible length" },
		{ 24, 32, "a block's two lengths are not the same" },
		{ 12, 2, "a section is of a version" },
		{ 12, 1 | 1 << 16, "a section is of a version" },
		{ 28 + 4, 16, "an interface's block has an impossible length" },
		{ 28 + 4, 46, "a block has an impossible length" },
		{ 28 + 4, 8, "a block has an impossible length" },
		{ 28 + 40, 48, "a block's two lengths are not the same" },
		{ 28 + 16, 9 | 2 << 16, "an interface's options are damaged" },
		{ 28 + 16, 2 | 40 << 16, "an interface's options are damaged" },
		{ 28 + 24, 14 | 4 << 16, "an interface's options are damaged" },
		{ 28 + 24, 9 | 1 << 16, "an interface's options are damaged" },
		{ 72 + 4, 28, "a frame's block is too short" },
		{ 72 + 8, 1, "a frame's interface is not there" },
		{ 72 + 20, 65, "a frame is longer than its block" },
		{ 72 + 92, 92, "a block's two lengths are not the same" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct file f = pcapng(6, 1600000000000000, 0, false);
		size_t len = f.len;
		struct outcome out;

		f.len = cases[i].at; /* in the file's byte order */
		put(&f, cases[i].value, 4);
		f.len = len;
		out = read_bytes(&f, f.len, NULL);
		CHECK(out.open_err || out.poll_err);
		CHECK_EQ(out.records, 0);
		if (!strstr(out.error, cases[i].what))
			fprintf(stderr, "%zu: %s\n", i, out.error);
		CHECK(strstr(out.error, cases[i].what));
	}
}

/* 4.4: without a time: the last that was told. */
TEST(pcapng_reads_simple_packets)
{
	struct file f = pcapng(6, 1600000000000000, 0, false);
	struct frame frame = tcp4_frame(10);
	struct outcome out;

	put(&f, 3, 4), put(&f, 16 + 64, 4), put(&f, 64, 4);
	memcpy(f.at + f.len, frame.at, 64);
	f.len += 64;
	put(&f, 16 + 64, 4);
	out = read_bytes(&f, f.len, NULL);
	CHECK_EQ(out.poll_err, 0);
	CHECK_EQ(out.intake.packets, 2);
	CHECK_EQ(out.intake.bytes, 128);
	CHECK_EQ(out.first_ns, 1600000000000000000);
	CHECK_EQ(out.last_ns, 1600000000000000000);
}

/* What is not parsed may be longer than is held: a transfer over USB. */
TEST(pcap_passes_over_long_frames_of_link_types_that_are_not_read)
{
	size_t len = 300000;
	struct file f = { .len = 0 };
	uint8_t *bytes = calloc(1, 1000000);
	struct outcome out;
	char path[32];

	put_section(&f);
	put_interface(&f, DLT_EN10MB, 6, 0);
	put_interface(&f, 189, 6, 0);
	put_enhanced(&f, 0, 0, 0);
	put(&f, 6, 4), put(&f, (uint32_t)len + 32, 4), put(&f, 1, 4), put(&f, 0, 4), put(&f, 0, 4);
	put(&f, (uint32_t)len, 4), put(&f, (uint32_t)len, 4);
	memcpy(bytes, f.at, f.len);
	f.at[0] = 0;
	len += f.len;
	f.len = 0;
	put(&f, 300032, 4);
	put_enhanced(&f, 0, 0, 0);
	memcpy(bytes + len, f.at, f.len);
	store(bytes, len + f.len, false, path);
	out = read_path(path, NULL);
	unlink(path);
	free(bytes);
	CHECK_EQ(out.poll_err, 0);
	CHECK_EQ(out.intake.packets, 3);
	CHECK_EQ(out.intake.bytes, 300128);
	CHECK_EQ(out.intake.set_aside[RJ_REASON_LINK_TYPE], 1);
}

/* Lengths the other way round before 2.3; headers of 24 bytes of a patched system. */
TEST(pcap_leaves_what_is_old_or_patched_to_libpcap)
{
	struct file f = capture(MAGIC_US, false);
	struct outcome out;

	for (int i = 0; i < 2; i++) {
		f.at[6] = (uint8_t)(i ? 2 : 4); /* version 2.2 */
		out = read_bytes(&f, f.len, NULL);
		CHECK_EQ(out.open_err | out.poll_err, 0);
		CHECK_EQ(out.intake.packets, 3);
		CHECK_EQ(out.first_ns, 1600000000000000000);
		CHECK_EQ(out.last_ns, 1600000001000001000);
	}
	out = read_bytes(&f, f.len - 1, NULL);
	CHECK_EQ(out.poll_err, -EIO);
	CHECK(strstr(out.error, "truncated"));
	f = (struct file){ .is_big_endian = true };
	put_header(&f, 0xa1b2cd34, 65535, DLT_EN10MB);
	put(&f, 7, 4), put(&f, 8, 4), put(&f, 64, 4), put(&f, 64, 4), put(&f, 0, 4), put(&f, 0, 4);
	memcpy(f.at + f.len, tcp4_frame(10).at, 64);
	out = read_bytes(&f, f.len + 64, NULL);
	CHECK_EQ(out.open_err | out.poll_err, 0);
	CHECK_EQ(out.intake.packets, 1);
	CHECK_EQ(out.first_ns, 7000008000);
	f.at[7] = 9;
	out = read_bytes(&f, f.len + 64, NULL);
	CHECK_EQ(out.open_err, -ENOEXEC);
	CHECK(strstr(out.error, "not a capture file"));
	memset(f.at, 'x', 4);
	out = read_bytes(&f, f.len, NULL);
	CHECK_EQ(out.open_err, -ENOEXEC);
	CHECK(strstr(out.error, "unknown file format"));
}
