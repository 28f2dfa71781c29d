/* SPDX-License-Identifier: BSD-3-Clause */
/* Translated programs, run on the host, judge as libpcap does; and the verifier finds no fault. */
#include "source/translate.h"

/* libpcap's struct of the same name is another one */
#define bpf_insn pcap_insn
#include <pcap/pcap.h>
#undef bpf_insn

#include "tests/unit/bpf/frames.h"
#include "tests/unit/source/ebpf_run.h"

static const char *const expressions[] = {
	"",
	"ip",
	"tcp port 443",
	"udp dst port 6",
	"udp src port 6",
	"host 0.0.0.1",
	"vlan",
	"vlan 100 and udp",
	"vlan 100 and vlan 7 and udp dst port 6",
	"ip[ip[0] & 0xf:2] != 0",
	"ether[ip[8]:4] > 1000",
	"ether[len - 1] = 0x78",
	"ether[len] = 0",
	"ether[300] = 0 or len < 300",
	"len = 43 or len = 47 or len = 51",
	"ip[0] / ip[1] = 0",
	"ip[2:2] << ip[8] = 0",
	"ip6 protochain 6",
	"ip protochain 17",
	"protochain 6 or ip6 protochain 17",
	"ether[10:4] & 0xff = 0 and ether[11:4] != 0 and ether[13:4] != 0 and ether[15:2] != 0",
};

/* struct way - how a frame is met. @linear_len: of an skb, at most this can be read in place. */
struct way {
	enum rj_translate_hook hook;
	bool is_careful;
	uint32_t tag, linear_len;
};

static const struct way ways[] = {
	{ RJ_TRANSLATE_ETHERNET, false, 0, UINT32_MAX },
	{ RJ_TRANSLATE_ETHERNET, false, 0, 14 },
	{ RJ_TRANSLATE_ETHERNET, false, 0, 40 },
	{ RJ_TRANSLATE_ETHERNET, false, 0x81000064, UINT32_MAX },
	{ RJ_TRANSLATE_ETHERNET, false, 0x81000064, 14 },
	{ RJ_TRANSLATE_ETHERNET, true, 0, UINT32_MAX },
	{ RJ_TRANSLATE_XDP, false, 0, 0 },
	{ RJ_TRANSLATE_XDP, true, 0, 0 },
};

static struct rj_assembler translate(const struct bpf_program *program, enum rj_translate_hook hook,
				     bool is_careful)
{
	const struct rj_translate_target target = { .hook = hook,
						    .head_fd = EBPF_HEAD_FD,
						    .cpus_fd = EBPF_CPUS_FD,
						    .programs_fd = EBPF_PROGRAMS_FD,
						    .is_careful = is_careful };
	struct rj_assembler code;
	struct rj_error error;
	struct rj_cbpf c;

	if (rj_cbpf_decode((const void *)program->bf_insns, program->bf_len, &c, &error) ||
	    rj_translate(&c, &target, &code))
		abort();
	rj_cbpf_done(&c);
	return code;
}

/* As the capture has it: with the tag in the frame. */
static struct frame captured(const struct frame *f, uint32_t tag)
{
	struct frame out = *f;

	if (!tag)
		return out;
	memcpy(out.at + 16, f->at + 12, f->len - 12);
	out.len = 12;
	put_u32(&out, tag);
	out.len = f->len + 4;
	return out;
}

static void check_way(const struct bpf_program *program, const struct way *w, const struct frame *f)
{
	struct rj_assembler code = translate(program, w->hook, w->is_careful);
	struct frame seen = captured(f, w->tag);
	struct pcap_pkthdr header = { .caplen = (bpf_u_int32)seen.len,
				      .len = (bpf_u_int32)seen.len };
	uint8_t *copy = unit_copy(f->at, f->len);
	struct ebpf m = { .data = copy,
			  .len = (uint32_t)f->len,
			  .tag = w->tag,
			  .gso_segs = 5,
			  .is_xdp = w->hook == RJ_TRANSLATE_XDP };
	bool want = pcap_offline_filter(program, &header, seen.at);
	uint64_t segments = want ? 0 : m.is_xdp ? 1 : 5;

	m.linear_len = m.len < w->linear_len ? m.len : w->linear_len;
	CHECK_EQ(ebpf_run(&m, &code), want);
	CHECK_EQ(m.counters[RJ_COUNT_PACKETS], segments);
	CHECK_EQ(m.counters[RJ_REASON_FILTERED], segments);
	CHECK_EQ(m.counters[RJ_REASON_UNWATCHED], 0);
	free(copy);
	rj_assembler_done(&code);
}

static struct frame some_frame(unsigned int kind)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, kind & 2 ? RJ_ETH_VLAN : RJ_ETH_IPV4);
	if (kind & 2) {
		put_u16(&f, 7);
		put_u16(&f, RJ_ETH_IPV4);
	}
	put_ipv4(&f, RJ_IP_UDP, 9 + (kind & 4 ? 300 : 0), 1, 2);
	put_udp(&f, 5, 6, 9);
	put_u8(&f, kind & 1 ? 'x' : 'y');
	if (kind & 4)
		put_fill(&f, kind & 1, 300);
	return f;
}

static void check_expression(const char *expression)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 262144);
	struct bpf_program program;

	if (pcap_compile(pcap, &program, expression, 1, PCAP_NETMASK_UNKNOWN))
		abort();
	for (unsigned int kind = 0; kind < 8; kind++) {
		struct frame f = some_frame(kind);

		for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
			check_way(&program, &ways[i], &f);
		for (f.len = 14; f.len < 60; f.len++)
			for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
				check_way(&program, &ways[i], &f);
	}
	pcap_freecode(&program);
	pcap_close(pcap);
}

TEST(translate_judges_as_libpcap)
{
	for (size_t i = 0; i < sizeof(expressions) / sizeof(*expressions); i++)
		check_expression(expressions[i]);
}

/* Marks what instruction @at goes on to. */
static void mark_next(const struct rj_assembler *code, uint32_t at, bool *is_reached)
{
	const struct bpf_insn *i = &code->insns[at];
	uint8_t class = BPF_CLASS(i->code);
	bool is_jump = (class == BPF_JMP || class == BPF_JMP32) &&
		       i->code != (BPF_JMP | BPF_CALL) && i->code != (BPF_JMP | BPF_EXIT);

	if (i->code == (BPF_LD | BPF_IMM | BPF_DW))
		is_reached[at + 1] = is_reached[at + 2] = true;
	else if (i->code != (BPF_JMP | BPF_JA) && i->code != (BPF_JMP | BPF_EXIT))
		is_reached[at + 1] = true;
	if (is_jump) {
		CHECK(i->off >= 0);
		is_reached[at + 1 + (uint32_t)i->off] = true;
	}
}

TEST(translate_writes_no_dead_code_and_no_jump_back)
{
	for (size_t n = 0; n < sizeof(expressions) / sizeof(*expressions); n++) {
		pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 262144);
		struct bpf_program program;

		if (pcap_compile(pcap, &program, expressions[n], 0, PCAP_NETMASK_UNKNOWN))
			abort();
		for (int hook = RJ_TRANSLATE_ETHERNET; hook <= RJ_TRANSLATE_XDP; hook++) {
			struct rj_assembler code =
				translate(&program, (enum rj_translate_hook)hook, false);
			bool *is_reached = calloc(code.num + 2, sizeof(*is_reached));

			is_reached[0] = true;
			for (uint32_t at = 0; at < code.num; at++) {
				CHECK(is_reached[at]);
				if (code.insns[at].code)
					mark_next(&code, at, is_reached);
			}
			CHECK(!is_reached[code.num]);
			free(is_reached);
			rj_assembler_done(&code);
		}
		pcap_freecode(&program);
		pcap_close(pcap);
	}
}
