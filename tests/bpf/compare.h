/* SPDX-License-Identifier: BSD-3-Clause */
/* Host state against kernel state, member by member, in words. Included by parity.c alone. */
#ifndef RJ_TESTS_BPF_COMPARE_H
#define RJ_TESTS_BPF_COMPARE_H

#include <inttypes.h>
#include <stddef.h>

#include "tests/bpf/kernel_side.h"

/* Set when enough has been told: differences are then found in silence. */
static bool is_quiet;

struct field {
	const char *name;
	size_t off, len;
};

#define FIELD(noun, member)                                                                        \
	{                                                                                          \
#member, offsetof(struct noun, member), sizeof(((struct noun *)0)->member)         \
	}
#define NUM(table) (sizeof(table) / sizeof(*(table)))

static const struct field key_fields[] = {
	FIELD(rj_key, addr[0]), FIELD(rj_key, addr[1]),	  FIELD(rj_key, port[0]),
	FIELD(rj_key, port[1]), FIELD(rj_key, proto),	  FIELD(rj_key, kind),
	FIELD(rj_key, version), FIELD(rj_key, direction),
};

static const struct field packet_fields[] = {
	FIELD(rj_packet, key.addr[0]), FIELD(rj_packet, key.addr[1]),
	FIELD(rj_packet, key.port[0]), FIELD(rj_packet, key.port[1]),
	FIELD(rj_packet, key.proto),   FIELD(rj_packet, key.kind),
	FIELD(rj_packet, key.version), FIELD(rj_packet, key.direction),
	FIELD(rj_packet, time_ns),     FIELD(rj_packet, ip_len),
	FIELD(rj_packet, payload_len), FIELD(rj_packet, tcp_seq),
	FIELD(rj_packet, tcp_ack),     FIELD(rj_packet, frag_id),
	FIELD(rj_packet, payload_off), FIELD(rj_packet, tcp_window),
	FIELD(rj_packet, ip_id),       FIELD(rj_packet, num_segments),
	FIELD(rj_packet, segment_len), FIELD(rj_packet, vlan),
	FIELD(rj_packet, side),	       FIELD(rj_packet, bits),
	FIELD(rj_packet, ttl),	       FIELD(rj_packet, tcp_flags),
	FIELD(rj_packet, tcp_opt_len), FIELD(rj_packet, icmp_type),
	FIELD(rj_packet, icmp_code),   FIELD(rj_packet, ifindex),
	FIELD(rj_packet, num_vlans),   FIELD(rj_packet, frag_off),
	FIELD(rj_packet, frag_proto),  FIELD(rj_packet, num_tunnels),
	FIELD(rj_packet, ip_off),      FIELD(rj_packet, tcp_opts),
};

static const struct field half_fields[] = {
	FIELD(rj_half, payload_bytes), FIELD(rj_half, ip_bytes),  FIELD(rj_half, last_ns),
	FIELD(rj_half, packets),       FIELD(rj_half, slot),	  FIELD(rj_half, next_seq),
	FIELD(rj_half, ttl_min),       FIELD(rj_half, tcp_flags), FIELD(rj_half, tcp_bits),
	FIELD(rj_half, bits),
};

/* rest and head_len are bit fields of one word */
#define TLS_REST_OFF (offsetof(struct rj_rest, tls.head) + 4)

static const struct field rest_fields[] = {
	FIELD(rj_rest, first_ns),      FIELD(rj_rest, num_splt),   FIELD(rj_rest, num_ids),
	FIELD(rj_rest, tls.next),      FIELD(rj_rest, tls.head),   { "tls.rest", TLS_REST_OFF, 4 },
	FIELD(rj_rest, tls.num_words), FIELD(rj_rest, tls.state),  FIELD(rj_rest, tls.bits),
	FIELD(rj_rest, first_ids),     FIELD(rj_rest, low_seq),	   FIELD(rj_rest, sample_base),
	FIELD(rj_rest, num_samples),   FIELD(rj_rest, bad_l4),	   FIELD(rj_rest, lost_samples),
	FIELD(rj_rest, retrans),       FIELD(rj_rest, ooo),	   FIELD(rj_rest, hole[0]),
	FIELD(rj_rest, hole[1]),       FIELD(rj_rest, hole[2]),	   FIELD(rj_rest, hole[3]),
	FIELD(rj_rest, syn_seq),       FIELD(rj_rest, syn_window), FIELD(rj_rest, syn_opt_len),
	FIELD(rj_rest, also_missed),   FIELD(rj_rest, ifindex),	   FIELD(rj_rest, vlan),
	FIELD(rj_rest, num_vlans),     FIELD(rj_rest, icmp_type),  FIELD(rj_rest, icmp_code),
	FIELD(rj_rest, syn_ip),	       FIELD(rj_rest, syn_opts),   FIELD(rj_rest, also),
	FIELD(rj_rest, tls_seq),       FIELD(rj_rest, syn_before),
};

static const struct field flow_fields[] = {
	FIELD(rj_flow, start_ns),   FIELD(rj_flow, owner),	   FIELD(rj_flow, dying),
	FIELD(rj_flow, originator), FIELD(rj_flow, originator_by), FIELD(rj_flow, starter),
	FIELD(rj_flow, zero),
};

static const char *const counter_names[RJ_NUM_COUNTERS] = {
#define X(name, number, text) [number] = text,
	RJ_REASONS(X)
#undef X
		[RJ_COUNT_PACKETS] = "packets",
	[RJ_COUNT_IN_FLOWS] = "in_flows",
	[RJ_COUNT_HANDED_UP] = "handed_up",
	[RJ_COUNT_BYTES] = "bytes",
	[RJ_COUNT_SAMPLES] = "samples",
	[RJ_COUNT_SAMPLES_LOST] = "samples_lost",
	[RJ_COUNT_SLOTS_SHORT] = "slots_short",
	[RJ_COUNT_CUTS_LATE] = "cuts_late",
	[RJ_COUNT_LOST_FULL] = "samples lost: ring full",
	[RJ_COUNT_LOST_REST] = "samples lost: rest",
	[RJ_COUNT_LOST_FIRST] = "samples lost: first payload",
	[RJ_COUNT_LOST_HANDSHAKE] = "samples lost: handshake",
	[RJ_COUNT_LOST_BUDGET] = "samples lost: budget",
	[RJ_COUNT_LOST_LONG] = "samples lost: long",
};

static size_t fields_len(const struct field *fields, size_t num)
{
	size_t len = 0;

	for (size_t i = 0; i < num; i++)
		len += fields[i].len;
	return len;
}

/* The tables must name every byte: what is not named is not compared. */
static bool fields_are_whole(void)
{
	return fields_len(key_fields, NUM(key_fields)) == sizeof(struct rj_key) &&
	       fields_len(packet_fields, NUM(packet_fields)) == sizeof(struct rj_packet) &&
	       fields_len(half_fields, NUM(half_fields)) == sizeof(struct rj_half) &&
	       fields_len(rest_fields, NUM(rest_fields)) == sizeof(struct rj_rest) &&
	       fields_len(flow_fields, NUM(flow_fields)) ==
		       sizeof(struct rj_flow) - sizeof(((struct rj_flow *)0)->half);
}

static void print_value(const uint8_t *at, size_t len)
{
	uint64_t value = 0;

	if (len == 1 || len == 2 || len == 4 || len == 8) {
		memcpy(&value, at, len); /* the host's byte order, which tests run on, is little */
		printf("%" PRIu64, value);
		return;
	}
	while (len--)
		printf("%02x", *at++);
}

/* Says each member that differs; true when none does. */
static bool are_equal(const char *what, const struct field *fields, size_t num, const void *host,
		      const void *kernel)
{
	bool is_equal = true;

	for (size_t i = 0; i < num; i++) {
		const uint8_t *h = (const uint8_t *)host + fields[i].off;
		const uint8_t *k = (const uint8_t *)kernel + fields[i].off;

		if (!memcmp(h, k, fields[i].len))
			continue;
		is_equal = false;
		if (is_quiet)
			continue;
		printf("  %s.%s: host ", what, fields[i].name);
		print_value(h, fields[i].len);
		printf(", kernel ");
		print_value(k, fields[i].len);
		printf("\n");
	}
	return is_equal;
}

static bool are_equal_words(const char *what, const uint32_t *host, const uint32_t *kernel,
			    uint32_t num)
{
	bool is_equal = true;

	for (uint32_t i = 0; i < num; i++) {
		if (host[i] == kernel[i])
			continue;
		if (!is_quiet)
			printf("  %s[%u]: host %u, kernel %u\n", what, i, host[i], kernel[i]);
		is_equal = false;
	}
	return is_equal;
}

static bool are_equal_hists(unsigned int side, const struct rj_hist *host,
			    const struct rj_hist *kernel)
{
	if (!memcmp(host, kernel, sizeof(*host)))
		return true;
	if (!is_quiet)
		printf("  side %u:\n", side);
	return are_equal_words("hist.len", host->len, kernel->len, RJ_LEN_BINS) &
	       are_equal_words("hist.gap", host->gap, kernel->gap, RJ_GAP_BINS);
}

static uint32_t num_kept(uint32_t num, uint32_t capacity)
{
	return num < capacity ? num : capacity;
}

static void print_entry(const char *whose, uint64_t e)
{
	printf("%s len %u us %" PRIu64 " flags %02x", whose, rj_splt_len(e),
	       (uint64_t)rj_splt_us(e),
	       (unsigned int)(e >> (RJ_SPLT_TIME_BITS + RJ_SPLT_LEN_BITS)));
}

static bool are_equal_splts(unsigned int side, uint32_t num, const __u64 *host, const __u64 *kernel)
{
	for (uint32_t i = 0; i < num; i++) {
		if (host[i] == kernel[i])
			continue;
		if (is_quiet)
			return false;
		printf("  side %u, splt[%u] of %u: ", side, i, num);
		print_entry("host", host[i]);
		print_entry(", kernel", kernel[i]);
		printf("\n");
		return false;
	}
	return true;
}

static bool are_equal_records(unsigned int side, uint32_t num, const __u64 *host,
			      const __u64 *kernel)
{
	for (uint32_t i = 0; i < num; i++) {
		if (host[i] == kernel[i])
			continue;
		if (!is_quiet)
			printf("  side %u, records[%u] of %u: host %016llx, kernel %016llx\n", side,
			       i, num, host[i], kernel[i]);
		return false;
	}
	return true;
}

static bool are_equal_ids(unsigned int side, uint32_t num, const __u16 *host, const __u16 *kernel)
{
	for (uint32_t i = 0; i < num; i++) {
		if (host[i] == kernel[i])
			continue;
		if (!is_quiet)
			printf("  side %u, ids[%u] of %u: host %u, kernel %u\n", side, i, num,
			       host[i], kernel[i]);
		return false;
	}
	return true;
}

static bool are_equal_seqs(unsigned int side, const struct rj_seq *host,
			   const struct rj_seq *kernel)
{
	const struct rj_rest *rest = host->rest;
	uint32_t num_ids = rest->num_ids > RJ_FIRST_IDS ? rest->num_ids - RJ_FIRST_IDS : 0;

	return are_equal_splts(side, num_kept(rest->num_splt, host->capacity), host->splt,
			       kernel->splt) &&
	       are_equal_records(side, num_kept(rest->tls.num_words, host->num_words),
				 host->records, kernel->records) &&
	       are_equal_ids(side, num_kept(num_ids, host->capacity), host->ids, kernel->ids);
}

/* What is in a side's slot. Of samples the host knows nothing. */
static bool are_equal_slots(const struct model *m, unsigned int side, const struct rj_seq *host,
			    const struct rj_seq *kernel)
{
	struct rj_rest rest = *kernel->rest;
	char name[16];

	if (m->limits.sample_bytes) {
		rest.sample_base = 0;
		rest.num_samples = 0;
		rest.lost_samples = 0;
	}
	snprintf(name, sizeof(name), "rest[%u]", side);
	if (memcmp(host->rest, &rest, sizeof(rest)))
		return are_equal(name, rest_fields, NUM(rest_fields), host->rest, &rest);
	if (m->limits.with_hist && !are_equal_hists(side, host->hist, kernel->hist))
		return false;
	return are_equal_seqs(side, host, kernel);
}

/*
 * are_equal_halves - one side of a flow. Slots are the kernel's alone: what counts is that there
 * is one where packets came.
 */
static bool are_equal_halves(const struct kernel *k, const struct model *m, unsigned int side,
			     const struct model_flow *host, const struct rj_flow *kernel)
{
	const struct rj_seq seq = kernel_seq(k, &kernel->half[side]);
	struct rj_half half = kernel->half[side];
	char name[16];

	snprintf(name, sizeof(name), "half[%u]", side);
	if (!half.slot != !host->slot[side]) {
		if (is_quiet)
			return false;
		printf("  %s.slot: host has %s, kernel %u\n", name,
		       host->slot[side] ? "one" : "none", half.slot);
		return false;
	}
	half.slot = 0;
	if (m->limits.sample_bytes)
		half.bits &= RJ_HALF_LISTED | RJ_HALF_NUMBERED | RJ_HALF_STARTED;
	if (memcmp(&host->flow.half[side], &half, sizeof(half)))
		return are_equal(name, half_fields, NUM(half_fields), &host->flow.half[side],
				 &half);
	return !host->slot[side] || are_equal_slots(m, side, &host->seq[side], &seq);
}

static bool are_equal_flows(const struct kernel *k, const struct model *m,
			    const struct model_flow *host, const struct rj_flow *kernel)
{
	return are_equal("flow", flow_fields, NUM(flow_fields), &host->flow, kernel) &
	       are_equal_halves(k, m, 0, host, kernel) & are_equal_halves(k, m, 1, host, kernel);
}

static bool are_equal_counters(const uint64_t *host, const uint64_t *kernel)
{
	bool is_equal = true;

	for (unsigned int i = 0; i < RJ_NUM_COUNTERS; i++) {
		if (host[i] == kernel[i])
			continue;
		if (!is_quiet)
			printf("  counter %s: host %" PRIu64 ", kernel %" PRIu64 "\n",
			       counter_names[i], host[i], kernel[i]);
		is_equal = false;
	}
	return is_equal;
}

static void dump(const struct frame *f)
{
	printf("  frame of %u bytes, gso_segs %u, gso_size %u:", f->len, f->gso_segs, f->gso_size);
	for (uint32_t i = 0; i < f->len; i++)
		printf("%s%02x", i % 32 ? "" : "\n    ", f->bytes[i]);
	printf("\n");
}

#endif
