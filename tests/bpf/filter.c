// SPDX-License-Identifier: BSD-3-Clause
/*
 * The filter in the kernel against libpcap: the same frames pass.
 * usage: filter [--quick] [CAPTURE…]
 * --quick: each expression is loaded and runs a little, for machines that are emulated.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* libpcap's struct of the same name is another one */
#define bpf_insn pcap_insn
#include <pcap/pcap.h>
#undef bpf_insn

#include "bpf/abi.h"
#include "source/filter.h"
#include "source/translate.h"
#include "tests/bpf/expressions.h"
#include "tests/bpf/generate.h"

#define NUM(array) (sizeof(array) / sizeof(*(array)))
#define SNAP_LEN 262144
#define MAX_FRAMES 4000u
#define MAX_OF_A_FILE 60u
#define MAX_GENERATED 1000u
#define GENERATED_EVERY 43u /* of about 40,000; 43 divides the length of no series there */
#define MAX_TOLD 20u
#define NUM_RANDOM 250u
#define PASSED_TC 7u  /* what stands behind the filter returns so */
#define PASSED_XDP 1u /* XDP_DROP: nothing is sent by a test run */
#define IP_FRAME_MIN 34u

static struct {
	uint64_t runs, matched, refused, endless;
	uint32_t passed, failed;
	uint32_t num_told, num_variants;
} total;

static struct frame frames[MAX_FRAMES];
static uint32_t num_frames;

/* struct variant - a way to be translated. @tag: see rj_translate_target. */
struct variant {
	const char *name;
	enum rj_translate_hook hook;
	bool is_careful;
	uint32_t tag;
};

static const struct variant variants[] = {
	{ "tc", RJ_TRANSLATE_ETHERNET, false, 0 },
	{ "tc, copied", RJ_TRANSLATE_ETHERNET, true, 0 },
	{ "tc, 802.1Q tag beside it", RJ_TRANSLATE_ETHERNET, true, 0x81000064 },
	{ "tc, 802.1ad tag beside it", RJ_TRANSLATE_ETHERNET, true, 0x88a8e014 },
	{ "tc, no link header", RJ_TRANSLATE_IP, false, 0 },
	{ "tc, no link header, copied", RJ_TRANSLATE_IP, true, 0 },
	{ "xdp", RJ_TRANSLATE_XDP, false, 0 },
	{ "xdp, checked", RJ_TRANSLATE_XDP, true, 0 },
};

/* struct rig - the maps, and the programs behind the filter. */
struct rig {
	int heads_fd, cpus_fd, tc_fd, xdp_fd;
	int passed_tc_fd, passed_xdp_fd;
	int num_cpus, cpu;
	uint64_t *counters; /* of all CPUs */
};

static int always(enum bpf_prog_type type, uint32_t value)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = (int32_t)value },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts);

	if (type == BPF_PROG_TYPE_XDP)
		opts.expected_attach_type = BPF_XDP;
	return bpf_prog_load(type, "rj_passed", "GPL", insns, NUM(insns), &opts);
}

static bool rig_open(struct rig *r)
{
	uint32_t key = 0;

	r->heads_fd =
		bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "rj_heads", 4, RJ_HEAD_LEN, 1, NULL);
	r->cpus_fd = bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "rj_cpus", 4,
				    RJ_NUM_COUNTERS * sizeof(uint64_t), 1, NULL);
	r->tc_fd = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "rj_tc", 4, 4, 1, NULL);
	r->xdp_fd = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "rj_xdp", 4, 4, 1, NULL);
	r->passed_tc_fd = always(BPF_PROG_TYPE_SCHED_CLS, PASSED_TC);
	r->passed_xdp_fd = always(BPF_PROG_TYPE_XDP, PASSED_XDP);
	r->num_cpus = libbpf_num_possible_cpus();
	r->cpu = sched_getcpu();
	if (r->num_cpus < 1)
		return false;
	r->counters = calloc((size_t)r->num_cpus * RJ_NUM_COUNTERS, sizeof(uint64_t));
	return r->counters && r->heads_fd >= 0 && r->cpus_fd >= 0 && r->passed_tc_fd >= 0 &&
	       r->passed_xdp_fd >= 0 &&
	       !bpf_map_update_elem(r->tc_fd, &key, &r->passed_tc_fd, BPF_ANY) &&
	       !bpf_map_update_elem(r->xdp_fd, &key, &r->passed_xdp_fd, BPF_ANY);
}

static uint64_t counter(struct rig *r, unsigned int which)
{
	uint32_t key = 0;

	if (bpf_map_lookup_elem(r->cpus_fd, &key, r->counters))
		return UINT64_MAX;
	return r->counters[(unsigned int)r->cpu * RJ_NUM_COUNTERS + which];
}

static void rig_reset(struct rig *r)
{
	uint32_t key = 0;

	memset(r->counters, 0, (size_t)r->num_cpus * RJ_NUM_COUNTERS * sizeof(uint64_t));
	bpf_map_update_elem(r->cpus_fd, &key, r->counters, BPF_ANY);
}

/* --- frames ------------------------------------------------------------------ */

static void keep(const uint8_t *bytes, uint32_t len)
{
	struct frame *f = &frames[num_frames];

	if (num_frames == MAX_FRAMES || len < FRAME_MIN || len > FRAME_MAX)
		return;
	*f = (struct frame){ .len = len };
	memcpy(f->bytes, bytes, len);
	if (num_frames++ % 16 == 3) {
		f->gso_segs = 3;
		f->gso_size = 10;
	}
}

static void keep_some(void *user, const struct frame *f)
{
	uint32_t *seen = user;

	if ((*seen)++ % GENERATED_EVERY == 0 && *seen < MAX_GENERATED * GENERATED_EVERY)
		keep(f->bytes, f->len);
}

static void generate(void)
{
	uint32_t seen = 0;
	struct gen g = { .r = { 1 }, .feed = keep_some, .user = &seen };

	gen_vlans(&g);
	gen_truncations(&g);
	gen_chains(&g);
	gen_fragments(&g);
	gen_datagrams(&g, 50);
	gen_protocols(&g);
	gen_ipv4_headers(&g);
	gen_tcp_offsets(&g);
	gen_syn_options(&g);
	gen_icmp(&g);
	gen_ip_lengths(&g);
	gen_ip_tags(&g);
	gen_mutations(&g, 3000);
	gen_noise(&g, 3000);
	gen_udp_lengths(&g);
}

/* Frames of a capture, of its beginning and some of the rest; false when it is not Ethernet. */
static bool read_capture(const char *path)
{
	char text[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline(path, text);
	struct pcap_pkthdr *header;
	const u_char *data;
	uint32_t seen = 0, kept = 0;

	if (!pcap || pcap_datalink(pcap) != DLT_EN10MB) {
		if (pcap)
			pcap_close(pcap);
		return false;
	}
	while (kept < MAX_OF_A_FILE && pcap_next_ex(pcap, &header, &data) == 1)
		if (seen++ < MAX_OF_A_FILE / 2 || seen % 5 == 0) {
			keep(data, header->caplen);
			kept++;
		}
	pcap_close(pcap);
	return true;
}

/* --- one program on all frames ------------------------------------------------- */

/* struct subject - an expression's program and how libpcap judges by it. */
struct subject {
	const char *name;
	const struct sock_filter *program;
	uint32_t len;
};

/* The frame as a capture on this kind of interface has it; false when there is none. */
static bool as_captured(const struct variant *v, const struct frame *f, struct frame *out)
{
	uint8_t tag[4] = { (uint8_t)(v->tag >> 24), (uint8_t)(v->tag >> 16), (uint8_t)(v->tag >> 8),
			   (uint8_t)v->tag };

	if (v->hook == RJ_TRANSLATE_IP && f->len < FRAME_MIN + IP_FRAME_MIN)
		return false;
	out->len = 0;
	if (v->hook == RJ_TRANSLATE_IP) {
		put(out, f->bytes + FRAME_MIN, f->len - FRAME_MIN);
	} else if (v->tag && f->len + sizeof(tag) <= FRAME_MAX) {
		put(out, f->bytes, 12);
		put(out, tag, sizeof(tag));
		put(out, f->bytes + 12, f->len - 12);
	} else if (v->tag) {
		return false;
	} else {
		put(out, f->bytes, f->len);
	}
	return true;
}

/*
 * libpcap 1.10 sets its place to an AH's length rather than adding that, and can so come back to
 * the same header for ever in a protochain.
 */
#define PATIENCE_US 200000

static sigjmp_buf is_endless;

static void give_up(int sig)
{
	(void)sig;
	siglongjmp(is_endless, 1);
}

/* 1 or 0; -1 where libpcap comes to no end. */
static int judge(const struct subject *s, const struct frame *f)
{
	struct bpf_program program = { .bf_len = s->len,
				       .bf_insns = (void *)(uintptr_t)s->program };
	struct pcap_pkthdr header = { .caplen = f->len, .len = f->len };
	struct itimerval patience = { .it_value.tv_usec = PATIENCE_US }, none = { 0 };
	bool is_match;

	if (sigsetjmp(is_endless, 1))
		return -1;
	setitimer(ITIMER_VIRTUAL, &patience, NULL);
	is_match = pcap_offline_filter(&program, &header, f->bytes);
	setitimer(ITIMER_VIRTUAL, &none, NULL);
	return is_match;
}

static void tell(const struct subject *s, const struct variant *v, const char *what)
{
	if (total.num_told++ < MAX_TOLD)
		printf("  \"%.200s\", %s: %s\n", s->name, v->name, what);
}

static int load(const struct rig *r, const struct subject *s, const struct variant *v)
{
	bool is_xdp = v->hook == RJ_TRANSLATE_XDP;
	struct rj_translate_target target = {
		.hook = v->hook,
		.head_fd = r->heads_fd,
		.cpus_fd = r->cpus_fd,
		.programs_fd = is_xdp ? r->xdp_fd : r->tc_fd,
		.is_careful = v->is_careful,
		.tag = v->tag,
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts,
		    .expected_attach_type = is_xdp ? BPF_XDP : (enum bpf_attach_type)0);
	struct rj_error error = { { 0 } };
	struct rj_assembler code;
	struct rj_cbpf classic;
	int fd = rj_cbpf_decode(s->program, s->len, &classic, &error);

	if (fd) {
		tell(s, v, error.text);
		return fd;
	}
	fd = rj_translate(&classic, &target, &code);
	if (!fd)
		fd = bpf_prog_load(is_xdp ? BPF_PROG_TYPE_XDP : BPF_PROG_TYPE_SCHED_CLS,
				   "rj_filter", "Dual BSD/GPL", code.insns, code.num, &opts);
	if (fd < 0)
		tell(s, v, strerror(-fd));
	rj_assembler_done(&code);
	rj_cbpf_done(&classic);
	return fd;
}

/* One frame; false when the two differ. Adds what must be counted to *@segments. */
static bool run_frame(int fd, const struct subject *s, const struct variant *v,
		      const struct frame *f, uint64_t *segments)
{
	static struct frame captured;
	bool is_xdp = v->hook == RJ_TRANSLATE_XDP;
	const struct frame *given = v->hook == RJ_TRANSLATE_IP ? &captured : f;
	struct __sk_buff skb = { .gso_segs = f->gso_segs, .gso_size = f->gso_size };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = given->bytes, .repeat = 1,
		    .ctx_in = is_xdp ? NULL : &skb, .ctx_size_in = is_xdp ? 0 : sizeof(skb));
	int err, is_match;

	if (!as_captured(v, f, &captured))
		return true;
	is_match = judge(s, &captured);
	if (is_match < 0) {
		total.endless++;
		return true;
	}
	opts.data_size_in = given->len;
	err = bpf_prog_test_run_opts(fd, &opts);
	if (err == -EINVAL) { /* an IP header that is cut off, to a test run */
		total.refused++;
		return true;
	}
	total.runs++;
	total.matched += (unsigned int)is_match;
	if (!is_match)
		*segments += is_xdp || !f->gso_segs ? 1 : f->gso_segs;
	if (is_xdp)
		return !err && opts.retval == (is_match ? PASSED_XDP : 2u /* XDP_PASS */);
	return !err && opts.retval == (is_match ? PASSED_TC : UINT32_MAX);
}

/* All frames, or every @step-th, through one translation. */
static bool run_variant(struct rig *r, const struct subject *s, const struct variant *v,
			uint32_t step)
{
	uint64_t segments = 0;
	bool is_good = true;
	int fd = load(r, s, v);

	if (fd < 0)
		return false;
	rig_reset(r);
	/* each time from another one on, so that together they meet all */
	for (uint32_t i = total.num_variants++ % step; i < num_frames && is_good; i += step)
		if (!run_frame(fd, s, v, &frames[i], &segments)) {
			tell(s, v, "libpcap says otherwise of this frame:");
			for (uint32_t n = 0; n < frames[i].len && total.num_told < MAX_TOLD; n++)
				printf("%02x%s", frames[i].bytes[n],
				       n + 1 == frames[i].len ? "\n" : "");
			is_good = false;
		}
	close(fd);
	if (is_good && (counter(r, RJ_COUNT_PACKETS) != segments ||
			counter(r, RJ_REASON_FILTERED) != segments)) {
		tell(s, v, "counted wrongly");
		is_good = false;
	}
	return is_good;
}

static int link_type_of(const struct variant *v)
{
	return v->hook == RJ_TRANSLATE_IP ? DLT_RAW : DLT_EN10MB;
}

/*
 * As libpcap compiles it, optimized or not, on the variants of a link type. What libpcap has no
 * program for on frames without link header is left out there.
 */
static bool run_compiled(struct rig *r, const char *expression, int link_type, int optimize,
			 uint32_t step, bool (*is_wanted)(const struct variant *))
{
	pcap_t *pcap = pcap_open_dead(link_type, SNAP_LEN);
	struct bpf_program program;
	struct subject s = { .name = expression };
	bool is_good = true;

	if (!pcap_compile(pcap, &program, expression, optimize, PCAP_NETMASK_UNKNOWN)) {
		s.program = (const void *)program.bf_insns;
		s.len = program.bf_len;
		for (size_t i = 0; i < NUM(variants); i++)
			if (link_type_of(&variants[i]) == link_type && is_wanted(&variants[i]))
				is_good &= run_variant(r, &s, &variants[i], step);
		pcap_freecode(&program);
	} else if (link_type == DLT_EN10MB) {
		tell(&s, &variants[0], pcap_geterr(pcap));
		is_good = false;
	}
	pcap_close(pcap);
	return is_good;
}

static bool each(const struct variant *v)
{
	(void)v;
	return true;
}

/* One that reads the frame in place and one that copies it. */
static bool one_of_a_kind(const struct variant *v)
{
	return !v->tag && (v->hook == RJ_TRANSLATE_XDP) != v->is_careful &&
	       v->hook != RJ_TRANSLATE_IP;
}

static bool run_expression(struct rig *r, const char *expression, int optimize, uint32_t step)
{
	bool is_good = run_compiled(r, expression, DLT_EN10MB, optimize, step, each);

	return run_compiled(r, expression, DLT_RAW, optimize, step, each) && is_good;
}

static void verdict(const char *name, bool is_good)
{
	*(is_good ? &total.passed : &total.failed) += 1;
	printf("%s %s\n", is_good ? "ok  " : "FAIL", name);
	fflush(stdout);
}

/* --- the tests ------------------------------------------------------------------- */

/*
 * Of all frames so many are passed over in a run, which begins with another one each time: a run of
 * all through each program takes an hour.
 */
#define OPTIMIZED_STEP 97
#define PLAIN_STEP 397
#define PLAIN_EVERY 6 /* loading a program takes longer than its runs */

static void test_expressions(struct rig *r, bool is_quick)
{
	uint32_t num_bad = 0;
	char name[100];

	for (size_t i = 0; i < NUM(expressions); i++) {
		bool is_good = run_expression(r, expressions[i], 1, OPTIMIZED_STEP);

		if (i % PLAIN_EVERY == 0 && !is_quick)
			is_good &= run_expression(r, expressions[i], 0, PLAIN_STEP);
		if (!is_good)
			printf("  FAIL \"%s\"\n", expressions[i]);
		num_bad += !is_good;
	}
	snprintf(name, sizeof(name), "%zu expressions, %zu variants, %u frames: as libpcap",
		 NUM(expressions), NUM(variants), num_frames);
	verdict(name, !num_bad);
}

static void test_bad_expressions(void)
{
	bool is_good = true;

	for (size_t i = 0; i < NUM(bad_expressions); i++) {
		struct rj_filter *f = NULL;
		struct rj_error error = { { 0 } };

		if (rj_filter_new(bad_expressions[i], &f, &error) == -EINVAL && *error.text)
			continue;
		printf("  \"%s\" is taken\n", bad_expressions[i]);
		rj_filter_free(f);
		is_good = false;
	}
	for (size_t i = 0; i < NUM(not_of_ethernet); i++) {
		struct rj_filter *f = NULL;
		struct rj_error error = { { 0 } };
		bool is_refused = !rj_filter_new(not_of_ethernet[i], &f, &error) &&
				  rj_filter_use(f, DLT_EN10MB, &error) == -EINVAL;

		if (!is_refused)
			printf("  \"%s\" is taken\n", not_of_ethernet[i]);
		rj_filter_free(f);
		is_good &= is_refused;
	}
	verdict("bad expressions are refused", is_good);
}

/* "WORD a or WORD b or …" of @num; the caller frees. */
static char *make_list(const char *word, uint32_t num, bool is_port)
{
	size_t room = num * 40u + 1, len = 0;
	char *list = malloc(room);

	for (uint32_t i = 0; list && i < num; i++) {
		uint32_t n = i * 2654435761u;

		len += (size_t)snprintf(list + len, room - len, i ? " or %s " : "%s ", word);
		if (is_port)
			len += (size_t)snprintf(list + len, room - len, "%u", (n >> 16) % 65535);
		else
			len += (size_t)snprintf(list + len, room - len, "10.%u.%u.%u", n >> 24,
						n >> 16 & 255, n >> 8 & 255);
	}
	return list;
}

/* libpcap's optimizer takes minutes over a thousand hosts; without it programs are longer. */
static void test_list(struct rig *r, const char *word, uint32_t num, bool is_port, int optimize)
{
	char *list = make_list(word, num, is_port);
	char name[100];

	snprintf(name, sizeof(name), "a list of %u times \"%s\"", num, word);
	verdict(name, list && run_expression(r, list, optimize, 23));
	free(list);
}

/* The verifier's time goes with the square of the length: half a minute each for these. */
static void test_long_list(struct rig *r, const char *word, uint32_t num, bool is_port)
{
	char *list = make_list(word, num, is_port);
	char name[100];

	snprintf(name, sizeof(name), "a long list of %u times \"%s\"", num, word);
	verdict(name, list && run_compiled(r, list, DLT_EN10MB, 0, 23, one_of_a_kind));
	free(list);
}

static void test_lists(struct rig *r)
{
	test_list(r, "host", 250, false, 1);
	test_list(r, "host", 100, false, 0);
	test_long_list(r, "host", 500, false);
	test_list(r, "ip src", 2000, false, 0);
	test_list(r, "tcp port", 150, true, 1);
	test_list(r, "port", 100, true, 0);
	test_long_list(r, "port", 400, true);
	test_list(r, "not host", 200, false, 1);
	test_list(r, "ether[0] != 0 and not udp port", 150, true, 1);
}

/* What user space that was killed leaves behind a clsact filter. */
static void test_unwatched(struct rig *r)
{
	static const struct sock_filter all[] = { { BPF_RET | BPF_K, 0, 0, 1 } };
	const struct subject s = { "all", all, NUM(all) };
	uint32_t key = 0;
	int fd = load(r, &s, &variants[0]);
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frames[0].bytes,
		    .data_size_in = frames[0].len, .repeat = 1);
	bool is_good = fd >= 0;

	rig_reset(r);
	bpf_map_delete_elem(r->tc_fd, &key);
	is_good = is_good && !bpf_prog_test_run_opts(fd, &opts) && opts.retval == UINT32_MAX;
	is_good = is_good && counter(r, RJ_COUNT_PACKETS) == 1 &&
		  counter(r, RJ_REASON_UNWATCHED) == 1 && !counter(r, RJ_REASON_FILTERED);
	bpf_map_update_elem(r->tc_fd, &key, &r->passed_tc_fd, BPF_ANY);
	if (fd >= 0)
		close(fd);
	verdict("with nothing behind the filter, a packet is set aside by that reason", is_good);
}

/* Any operation there is; what reads a frame reads near its beginning, most of the time. */
static struct sock_filter random_op(struct prng *r, uint32_t left)
{
	static const uint16_t codes[] = { 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0c,
					  0x14, 0x15, 0x1c, 0x1d, 0x20, 0x24, 0x25, 0x28, 0x2c,
					  0x2d, 0x30, 0x34, 0x35, 0x3c, 0x3d, 0x40, 0x44, 0x45,
					  0x48, 0x4c, 0x4d, 0x50, 0x54, 0x5c, 0x60, 0x61, 0x64,
					  0x6c, 0x74, 0x7c, 0x80, 0x81, 0x84, 0x87, 0x94, 0x9c,
					  0xa4, 0xac, 0xb1, 0x16, 0x28, 0x30, 0x20, 0x40, 0x48,
					  0x50, 0xb1, 0x15, 0x45, 0x87, 0x07, 0x54, 0x50 };
	struct sock_filter f = { .code = codes[below(r, NUM(codes))] };
	uint16_t class = BPF_CLASS(f.code);

	f.k = one_in(r, 3) ? (uint32_t)prng_next(r) : below(r, one_in(r, 4) ? 400 : 64);
	if (class == BPF_RET && !one_in(r, 8))
		f.code = BPF_LD | BPF_B | BPF_ABS;
	if (class == BPF_LD && f.k >= (uint32_t)SKF_LL_OFF)
		f.k = below(r, 64);
	if (class == BPF_ST || class == BPF_STX || f.code == 0x60 || f.code == 0x61)
		f.k %= BPF_MEMWORDS;
	if ((f.code == 0x34 || f.code == 0x94) && !f.k)
		f.k = 3;
	if (f.code == 0x64 || f.code == 0x74) /* beyond 31, libpcap does what the machine does */
		f.k %= 32;
	if (class == BPF_JMP) {
		f.jt = (uint8_t)below(r, left < 255 ? left : 255);
		f.jf = (uint8_t)below(r, left < 255 ? left : 255);
		if (f.code == 0x05)
			f.k = below(r, left);
	}
	return f;
}

static void test_random(struct rig *r)
{
	struct prng random = { 7 };
	uint32_t num_bad = 0;
	char name[100];

	for (uint32_t n = 0; n < NUM_RANDOM; n++) {
		struct sock_filter program[64];
		uint32_t len = 3 + below(&random, 60);
		struct subject s = { "random", program, len };

		/* libpcap leaves M as it is at the start; ours is zero */
		for (uint32_t i = 0; i < len; i++)
			program[i] = i < BPF_MEMWORDS && len > 40 ?
					     (struct sock_filter){ BPF_ST, 0, 0, i } :
					     random_op(&random, len - i - 1 ? len - i - 1 : 1);
		for (uint32_t i = 0; i < len && len <= 40; i++)
			if (program[i].code == 0x60 || program[i].code == 0x61)
				program[i] =
					(struct sock_filter){ BPF_LD | BPF_W | BPF_LEN, 0, 0, 0 };
		program[len - 1] = (struct sock_filter){ BPF_RET | BPF_A, 0, 0, 0 };
		program[len - 2] = (struct sock_filter){ BPF_MISC | BPF_TXA, 0, 0, 0 };
		for (size_t i = 0; i < NUM(variants); i++)
			num_bad += !run_variant(r, &s, &variants[i], 37);
	}
	snprintf(name, sizeof(name), "%u random programs, %zu variants: as libpcap", NUM_RANDOM,
		 NUM(variants));
	verdict(name, !num_bad);
}

/* A comparison in which all is alike on one side says little. */
static void test_coverage(void)
{
	uint64_t other = total.runs - total.matched;
	char name[160];

	snprintf(name, sizeof(name),
		 "coverage: %" PRIu64 " runs, %" PRIu64 " matches, %" PRIu64
		 " refused by test_run, %" PRIu64 " without end in libpcap",
		 total.runs, total.matched, total.refused, total.endless);
	verdict(name, total.runs > 100000 && total.matched > total.runs / 20 &&
			      other > total.runs / 20 && total.refused < total.runs / 10 &&
			      total.endless < 20);
}

int main(int argc, char **argv)
{
	struct rig rig = { 0 };
	uint32_t num_captures = 0;
	cpu_set_t set;
	bool is_quick = argc > 1 && !strcmp(argv[1], "--quick");

	argc -= is_quick;
	argv += is_quick;
	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	(void)sched_setaffinity(0, sizeof(set), &set); /* counters are per CPU */
	if (!rig_open(&rig)) {
		if (errno == EPERM) {
			printf("skipped: not permitted to load BPF programs\n"
			       "0 passed, 0 failed, 1 skipped\n");
			return 0;
		}
		printf("FAIL making maps and programs: %s\n0 passed, 1 failed, 0 skipped\n",
		       strerror(errno));
		return 1;
	}
	signal(SIGVTALRM, give_up);
	generate();
	printf("%u frames generated\n", num_frames);
	for (int i = 1; i < argc; i++)
		num_captures += read_capture(argv[i]);
	printf("%u frames with those of %u captures\n", num_frames, num_captures);
	verdict("captures are read", argc < 2 || num_captures > 0);
	test_bad_expressions();
	test_unwatched(&rig);
	test_list(&rig, "host", 50, false, 1);
	if (!is_quick) {
		test_lists(&rig);
		test_random(&rig);
	}
	test_expressions(&rig, is_quick);
	if (!is_quick)
		test_coverage();
	printf("%u passed, %u failed, 0 skipped\n", total.passed, total.failed);
	return total.failed ? 1 : 0;
}
