// SPDX-License-Identifier: BSD-3-Clause
/* A finished flow as fields: Joy's keys in Joy's order, then ours. */
#include "flow/record.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "bpf/accumulate.h"
#include "features/community.h"
#include "flow/seq.h"
#include "flow/tls_list.h"

/* clang-format off: a table */
/* id, name, type, unit, IPFIX element, reference, meaning */
#define FIELDS(X)                                                                                  \
	X(RECORD, "", OBJECT, "", 0, "", "a flow")                                                 \
	X(SA, "sa", ADDRESS, "", 27, "Joy", "address of the originator")                           \
	X(DA, "da", ADDRESS, "", 28, "Joy", "address of the responder")                            \
	X(PR, "pr", UINT, "", 4, "Joy", "IP protocol number")                                      \
	X(SP, "sp", UINT, "", 7, "Joy", "originator's port; null without ports")                   \
	X(DP, "dp", UINT, "", 11, "Joy", "responder's port; null without ports")                   \
	X(BYTES_OUT, "bytes_out", UINT, "bytes", 0, "Joy",                                         \
	  "transport payload by the IP length, from the originator")                               \
	X(PACKETS_OUT, "num_pkts_out", UINT, "packets", 0, "Joy", "packets from the originator")   \
	X(BYTES_IN, "bytes_in", UINT, "bytes", 0, "Joy",                                           \
	  "transport payload by the IP length, from the responder")                                \
	X(PACKETS_IN, "num_pkts_in", UINT, "packets", 0, "Joy", "packets from the responder")      \
	X(IP_BYTES_OUT, "ip_bytes_out", UINT, "bytes", 1, "",                                      \
	  "sum of IP total lengths, from the originator")                                          \
	X(IP_BYTES_IN, "ip_bytes_in", UINT, "bytes", 0, "",                                        \
	  "sum of IP total lengths, from the responder")                                           \
	X(TIME_START, "time_start", TIME, "seconds", 154, "Joy", "time of the first packet")       \
	X(TIME_END, "time_end", TIME, "seconds", 155, "Joy", "time of the last packet")            \
	X(PACKETS, "packets", ARRAY, "", 0, "Joy", "lengths and times of the first packets")       \
	X(PACKET, "packets[]", OBJECT, "", 0, "Joy", "one packet")                                 \
	X(PACKET_B, "b", UINT, "bytes", 0, "Joy", "its payload length")                            \
	X(PACKET_DIR, "dir", STRING, "", 0, "Joy", "> from the originator, < from the responder")  \
	X(PACKET_IPT, "ipt", UINT, "milliseconds", 0, "Joy",                                       \
	  "since the packet before; the first: since time_start")                                  \
	X(LEN_HIST, "len_hist", OBJECT, "", 0, "",                                                 \
	  "packets by payload length: bin i counts 2^(i-1) <= b < 2^i, bin 0 empty ones")          \
	X(IPT_HIST, "ipt_hist", OBJECT, "", 0, "",                                                 \
	  "packets by microseconds since the same side's packet before, likewise")                 \
	X(HIST_OUT, "out", ARRAY, "packets", 0, "", "from the originator")                         \
	X(HIST_IN, "in", ARRAY, "packets", 0, "", "from the responder")                            \
	X(HIST_BIN, "bin", UINT, "packets", 0, "", "one bin")                                      \
	X(BYTE_DIST, "byte_dist", ARRAY, "bytes", 0, "Joy",                                        \
	  "bytes of each value in the first payload of both directions")                           \
	X(BYTE_COUNT, "byte_dist[]", UINT, "bytes", 0, "", "bytes of one value")                   \
	X(BYTE_MEAN, "byte_dist_mean", FLOAT, "", 0, "Joy", "mean of those bytes; absent without") \
	X(BYTE_STD, "byte_dist_std", FLOAT, "", 0, "Joy", "their sample deviation")                \
	X(ENTROPY, "entropy", FLOAT, "bits", 0, "Joy",                                             \
	  "bits a byte of that distribution, 0 to 8; absent without bytes")                        \
	X(TOTAL_ENTROPY, "total_entropy", FLOAT, "bits", 0, "Joy", "entropy times its bytes")      \
	X(IP, "ip", OBJECT, "", 0, "Joy", "what IP headers tell")                                  \
	X(OUT, "out", OBJECT, "", 0, "Joy", "of the originator's packets")                         \
	X(IN, "in", OBJECT, "", 0, "Joy", "of the responder's packets")                            \
	X(TTL, "ttl", UINT, "hops", 52, "Joy", "smallest time to live or hop limit")               \
	X(IP_IDS, "id", ARRAY, "", 0, "Joy", "IPv4 identifications of the first packets")          \
	X(IP_ID, "id[]", UINT, "", 54, "RFC 791 3.1", "one identification")                        \
	X(TCP, "tcp", OBJECT, "", 0, "Joy", "what SYN and SYN/ACK say")                            \
	X(FIRST_SEQ, "first_seq", UINT, "", 0, "Joy", "sequence number of the SYN")                \
	X(TCP_FLAGS, "flags", STRING, "", 0, "Joy", "its flags: F S R P A U E C")                  \
	X(TCP_WINDOW, "first_window_size", UINT, "bytes", 0, "Joy", "its window, not scaled")      \
	X(TCP_OPT_LEN, "opt_len", UINT, "bytes", 0, "Joy", "length of its options")                \
	X(TCP_OPTS, "opts", ARRAY, "", 0, "Joy", "its options in order")                           \
	X(TCP_OPT, "opts[]", OBJECT, "", 0, "Joy", "one option")                                   \
	X(OPT_NOOP, "noop", UINT, "", 0, "RFC 9293 3.2", "padding")                                \
	X(OPT_MSS, "mss", UINT, "bytes", 0, "RFC 9293 3.7.1", "maximum segment size")              \
	X(OPT_WS, "ws", UINT, "bits", 0, "RFC 7323 2.2", "window scale")                           \
	X(OPT_SACKP, "sackp", UINT, "", 0, "RFC 2018 2", "selective acknowledgements permitted")   \
	X(OPT_TS, "ts", OBJECT, "", 0, "RFC 7323 3.2", "timestamps")                               \
	X(OPT_TS_VAL, "val", UINT, "", 0, "RFC 7323 3.2", "timestamp value")                       \
	X(OPT_TS_ECR, "ecr", UINT, "", 0, "RFC 7323 3.2", "timestamp echo reply")                  \
	X(OPT_KIND, "kind", UINT, "", 0, "RFC 9293 3.1", "kind of another option")                 \
	X(OPT_DATA, "data", HEX, "", 0, "RFC 9293 3.1", "its data")                                \
	X(OPT_MALFORMED, "malformed", OBJECT, "", 0, "Joy", "option whose length cannot be")       \
	X(OPT_LEN, "len", UINT, "bytes", 0, "RFC 9293 3.1", "the length it claims")                \
	X(RETRANS_OUT, "retrans_out", UINT, "packets", 0, "RFC 9293 3.4",                          \
	  "segments with bytes that were seen before, from the originator; absent when 0")         \
	X(RETRANS_IN, "retrans_in", UINT, "packets", 0, "RFC 9293 3.4",                            \
	  "likewise, from the responder")                                                          \
	X(OOO_OUT, "ooo_out", UINT, "packets", 0, "RFC 9293 3.4",                                  \
	  "segments that came after later bytes, from the originator; absent when 0")              \
	X(OOO_IN, "ooo_in", UINT, "packets", 0, "RFC 9293 3.4", "likewise, from the responder")    \
	X(ICMP, "icmp", OBJECT, "", 0, "RFC 792", "the first ICMP message")                        \
	X(ICMP_TYPE, "type", UINT, "", 176, "RFC 792", "its type")                                 \
	X(ICMP_CODE, "code", UINT, "", 177, "RFC 792", "its code")                                 \
	X(COMMUNITY_ID, "community_id", STRING, "", 0, "Community ID v1", "flow hash with seed 0") \
	X(VLANS, "vlan", ARRAY, "", 0, "IEEE 802.1Q",                                              \
	  "VLAN identifiers of the first packet, outermost first")                                 \
	X(VLAN, "vlan[]", UINT, "", 58, "IEEE 802.1Q", "one identifier")                           \
	X(TUNNELS, "tunnel", ARRAY, "", 0, "",                                                     \
	  "tunnels that the first packet came in, outermost first; the flow is what is in them")   \
	X(TUNNEL, "tunnel[]", OBJECT, "", 0, "", "one tunnel")                                     \
	X(TUNNEL_TYPE, "type", STRING, "", 0, "",                                                  \
	  "ipip 6in4 4in6 6in6 gre etherip mpls erspan vxlan geneve gtp-u teredo")                 \
	X(TUNNEL_SA, "sa", ADDRESS, "", 27, "", "its end on the originator's side")                \
	X(TUNNEL_DA, "da", ADDRESS, "", 28, "", "its other end")                                   \
	X(TUNNEL_ID, "id", UINT, "", 351, "", "key, VNI, session or TEID of the first packet")     \
	X(IFNAME, "ifname", STRING, "", 82, "", "interface it was first seen on; live only")       \
	X(IFNAMES, "ifnames", ARRAY, "", 0, "",                                                    \
	  "interfaces it was seen on where these are several, the first one first; live only")     \
	X(IFNAMES_ONE, "ifnames[]", STRING, "", 82, "", "one of them")                             \
	X(DEBUG, "debug", OBJECT, "", 0, "Joy",                                                    \
	  "what went wrong with this flow; absent when nothing")                                   \
	X(INVALID, "invalid", UINT, "packets", 0, "Joy",                                           \
	  "packets whose transport header is cut off or contradicts the IP length")                \
	X(SAMPLES_LOST, "samples_lost", UINT, "", 0, "",                                           \
	  "pieces of payload that did not reach the dissectors; live only")                        \
	X(IFNAMES_MISSED, "ifnames_missed", UINT, "", 0, "",                                       \
	  "1: it was seen on more interfaces than ifnames has room for; live only")                \
	X(SRLT_CUT, "srlt_cut", UINT, "directions", 0, "",                                         \
	  "directions whose list of TLS records ends before their last record")                    \
	X(EXPIRE_TYPE, "expire_type", STRING, "", 0, "Joy",                                        \
	  "a or i: ended by the active or idle limit")                                             \
	X(END_REASON, "end_reason", STRING, "", 136, "", "fin rst idle active evicted eof stop")
/* clang-format on */

enum field {
#define X(id, name, type, unit, ipfix, reference, meaning) F_##id,
	FIELDS(X)
#undef X
		NUM_FIELDS
};

const struct rj_field rj_record_fields[NUM_FIELDS + 1] = {
#define X(id, name, type, unit, ipfix, reference, meaning)                                         \
	[F_##id] = { name, RJ_TYPE_##type, unit, ipfix, reference, meaning },
	FIELDS(X)
#undef X
};

#define F(id) (&rj_record_fields[F_##id])

/* struct walk - what the parts below pass on: the record, who visits, who is out and who is in. */
struct walk {
	const struct rj_record *r;
	struct rj_visitor *v;
	unsigned int out;
	unsigned int in;
};

static const struct rj_half *half_of(const struct walk *w, unsigned int side)
{
	return &w->r->flow->half[side];
}

static const struct rj_rest *rest_of(const struct walk *w, unsigned int side)
{
	return w->r->seq[side].rest;
}

static void put_u64(const struct walk *w, const struct rj_field *f, uint64_t value)
{
	w->v->ops->u64(w->v, f, value);
}

static void put_text(const struct walk *w, const struct rj_field *f, const char *text)
{
	w->v->ops->string(w->v, f, text, strlen(text));
}

static void open(const struct walk *w, const struct rj_field *f)
{
	w->v->ops->open(w->v, f);
}

static void close(const struct walk *w)
{
	w->v->ops->close(w->v);
}

static void put_time(const struct walk *w, const struct rj_field *f, uint64_t ns)
{
	w->v->ops->time(w->v, f, ns + (uint64_t)w->r->clock_ns, w->r->time_decimals);
}

static void put_port(const struct walk *w, const struct rj_field *f, unsigned int side)
{
	uint8_t proto = w->r->key->proto;

	if (proto == RJ_IP_TCP || proto == RJ_IP_UDP || proto == RJ_IP_SCTP || proto == RJ_IP_DCCP)
		put_u64(w, f, w->r->key->port[side]);
	else
		w->v->ops->null(w->v, f);
}

/* IPv6 with an address that looks like one of IPv4 in IPv6 is said as what it is. */
static void put_ip_address(const struct walk *w, const struct rj_field *f, unsigned int version,
			   const __u64 *end)
{
	const uint8_t *addr = (const uint8_t *)end;
	char text[INET6_ADDRSTRLEN];

	if (version == 6 && IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)addr) &&
	    inet_ntop(AF_INET6, addr, text, sizeof(text)))
		put_text(w, f, text);
	else
		w->v->ops->address(w->v, f, addr);
}

static void put_address(const struct walk *w, const struct rj_field *f, unsigned int side)
{
	put_ip_address(w, f, w->r->key->version, w->r->key->addr[side]);
}

static void put_key(const struct walk *w)
{
	const struct rj_key *key = w->r->key;

	put_address(w, F(SA), w->out);
	put_address(w, F(DA), w->in);
	put_u64(w, F(PR), key->proto);
	put_port(w, F(SP), w->out);
	put_port(w, F(DP), w->in);
}

static void put_counters(const struct walk *w)
{
	put_u64(w, F(BYTES_OUT), half_of(w, w->out)->payload_bytes);
	put_u64(w, F(PACKETS_OUT), half_of(w, w->out)->packets);
	put_u64(w, F(BYTES_IN), half_of(w, w->in)->payload_bytes);
	put_u64(w, F(PACKETS_IN), half_of(w, w->in)->packets);
	put_u64(w, F(IP_BYTES_OUT), half_of(w, w->out)->ip_bytes);
	put_u64(w, F(IP_BYTES_IN), half_of(w, w->in)->ip_bytes);
	put_time(w, F(TIME_START), w->r->flow->start_ns);
	put_time(w, F(TIME_END), rj_flow_last(w->r->flow));
}

/* The two sequences as one, by time; at equal times the originator's first. */
static void put_packets(const struct walk *w)
{
	const struct rj_seq *seq[] = { &w->r->seq[w->out], &w->r->seq[w->in] };
	uint32_t len[] = { rj_seq_len(seq[0]), rj_seq_len(seq[1]) };
	uint32_t at[] = { 0, 0 };
	uint64_t before_us = 0;

	open(w, F(PACKETS));
	while (at[0] < len[0] || at[1] < len[1]) {
		unsigned int from = at[0] >= len[0] ||
				    (at[1] < len[1] && rj_splt_us(seq[1]->splt[at[1]]) <
							       rj_splt_us(seq[0]->splt[at[0]]));
		uint64_t entry = seq[from]->splt[at[from]++];
		uint64_t us = rj_splt_us(entry);

		/* two CPUs at once may leave a gap in the kernel's sequence */
		if (!entry && at[from] > 1)
			continue;
		open(w, F(PACKET));
		put_u64(w, F(PACKET_B), rj_splt_len(entry));
		put_text(w, F(PACKET_DIR), from ? "<" : ">");
		put_u64(w, F(PACKET_IPT), us > before_us ? (us - before_us) / 1000 : 0);
		close(w);
		if (us > before_us)
			before_us = us;
	}
	close(w);
}

static void put_bins(const struct walk *w, const struct rj_field *f, const uint32_t *bins,
		     unsigned int num)
{
	open(w, f);
	for (unsigned int i = 0; i < num; i++)
		put_u64(w, F(HIST_BIN), bins[i]);
	close(w);
}

static void put_hists(const struct walk *w)
{
	const struct rj_hist *out = w->r->seq[w->out].hist;
	const struct rj_hist *in = w->r->seq[w->in].hist;

	open(w, F(LEN_HIST));
	put_bins(w, F(HIST_OUT), out->len, RJ_LEN_BINS);
	put_bins(w, F(HIST_IN), in->len, RJ_LEN_BINS);
	close(w);
	open(w, F(IPT_HIST));
	put_bins(w, F(HIST_OUT), out->gap, RJ_GAP_BINS);
	put_bins(w, F(HIST_IN), in->gap, RJ_GAP_BINS);
	close(w);
}

static void put_f64(const struct walk *w, const struct rj_field *f, double value)
{
	w->v->ops->f64(w->v, f, value);
}

static void put_byte_dist(const struct walk *w, const struct rj_byte_dist *d)
{
	open(w, F(BYTE_DIST));
	for (unsigned int i = 0; i < RJ_BYTE_VALUES; i++)
		put_u64(w, F(BYTE_COUNT), d->count[i]);
	close(w);
	if (!d->total)
		return;
	put_f64(w, F(BYTE_MEAN), d->mean);
	put_f64(w, F(BYTE_STD), d->deviation);
}

/* As Joy has it: the counts even where all are 0, what follows from them only where one is not. */
static void put_bytes(const struct walk *w)
{
	static const uint64_t none[RJ_BYTE_VALUES];
	struct rj_byte_dist d = { .count = none };

	if (w->r->bytes)
		rj_bytes_dist(w->r->bytes, &d);
	if (rj_feature_on(w->r->features, RJ_FEATURE_BD))
		put_byte_dist(w, &d);
	if (!d.total || !rj_feature_on(w->r->features, RJ_FEATURE_ENTROPY))
		return;
	put_f64(w, F(ENTROPY), d.entropy);
	put_f64(w, F(TOTAL_ENTROPY), d.entropy * (double)d.total);
}

static void put_ip_side(const struct walk *w, const struct rj_field *f, unsigned int side)
{
	const struct rj_half *half = half_of(w, side);
	const struct rj_seq *seq = &w->r->seq[side];
	uint32_t num = rj_seq_num_ids(seq);

	if (!half->packets)
		return;
	if (num > w->r->limits->num_packets)
		num = w->r->limits->num_packets;
	open(w, f);
	put_u64(w, F(TTL), half->ttl_min);
	if (seq->rest->num_ids) {
		open(w, F(IP_IDS));
		for (uint32_t i = 0; i < num; i++)
			put_u64(w, F(IP_ID), rj_seq_id(seq, i));
		close(w);
	}
	close(w);
}

static void put_ip(const struct walk *w)
{
	open(w, F(IP));
	put_ip_side(w, F(OUT), w->out);
	put_ip_side(w, F(IN), w->in);
	close(w);
}

static void put_flags(const struct walk *w, uint8_t flags)
{
	char text[9];
	size_t len = 0;

	for (unsigned int i = 0; i < 8; i++)
		if (flags >> i & 1)
			text[len++] = "FSRPAUEC"[i];
	w->v->ops->string(w->v, F(TCP_FLAGS), text, len);
}

static uint64_t be(const uint8_t *at, unsigned int len)
{
	uint64_t value = 0;

	while (len--)
		value = value << 8 | *at++;
	return value;
}

/* An option with its data, RFC 9293 3.1 and where noted; its length is known to be right. */
static void put_option(const struct walk *w, uint8_t kind, const uint8_t *data, unsigned int len)
{
	open(w, F(TCP_OPT));
	if (kind == 2 && len == 2) {
		put_u64(w, F(OPT_MSS), be(data, 2));
	} else if (kind == 3 && len == 1) {
		put_u64(w, F(OPT_WS), *data);
	} else if (kind == 4 && !len) {
		w->v->ops->null(w->v, F(OPT_SACKP));
	} else if (kind == 8 && len == 8) {
		open(w, F(OPT_TS));
		put_u64(w, F(OPT_TS_VAL), be(data, 4));
		put_u64(w, F(OPT_TS_ECR), be(data + 4, 4));
		close(w);
	} else {
		put_u64(w, F(OPT_KIND), kind);
		w->v->ops->hex(w->v, F(OPT_DATA), data, len);
	}
	close(w);
}

static void put_bad_option(const struct walk *w, uint8_t kind, unsigned int claimed_len)
{
	open(w, F(TCP_OPT));
	open(w, F(OPT_MALFORMED));
	put_u64(w, F(OPT_KIND), kind);
	put_u64(w, F(OPT_LEN), claimed_len);
	close(w);
	close(w);
}

static void put_options(const struct walk *w, const struct rj_rest *rest)
{
	const uint8_t *opts = rest->syn_opts;
	unsigned int left = rest->syn_opt_len;

	open(w, F(TCP_OPTS));
	while (left && *opts) { /* kind 0 ends the list */
		unsigned int len = left > 1 ? opts[1] : 0;

		if (*opts == 1) {
			open(w, F(TCP_OPT));
			w->v->ops->null(w->v, F(OPT_NOOP));
			close(w);
			len = 1;
		} else if (len < 2 || len > left) {
			put_bad_option(w, *opts, len);
			break;
		} else {
			put_option(w, *opts, opts + 2, len - 2);
		}
		opts += len;
		left -= len;
	}
	close(w);
}

static void put_tcp_side(const struct walk *w, const struct rj_field *f, unsigned int side)
{
	const struct rj_half *half = half_of(w, side);

	if (!(half->tcp_bits & RJ_TCP_HAS_SYN))
		return;
	open(w, f);
	put_flags(w, half->tcp_bits & RJ_TCP_SYN_ACK ? RJ_TCP_SYN | RJ_TCP_ACK : RJ_TCP_SYN);
	put_u64(w, F(TCP_WINDOW), rest_of(w, side)->syn_window);
	put_u64(w, F(TCP_OPT_LEN), rest_of(w, side)->syn_opt_len);
	put_options(w, rest_of(w, side));
	close(w);
}

static void put_tcp(const struct walk *w)
{
	const struct rj_half *out = half_of(w, w->out);
	const struct rj_half *in = half_of(w, w->in);

	if (!((out->tcp_bits | in->tcp_bits) & RJ_TCP_HAS_SYN))
		return;
	open(w, F(TCP));
	if (out->tcp_bits & RJ_TCP_HAS_SYN)
		put_u64(w, F(FIRST_SEQ), rest_of(w, w->out)->syn_seq);
	put_tcp_side(w, F(OUT), w->out);
	put_tcp_side(w, F(IN), w->in);
	close(w);
}

static void put_nonzero(const struct walk *w, const struct rj_field *f, uint64_t value)
{
	if (value)
		put_u64(w, f, value);
}

static void put_order(const struct walk *w)
{
	put_nonzero(w, F(RETRANS_OUT), rest_of(w, w->out)->retrans);
	put_nonzero(w, F(RETRANS_IN), rest_of(w, w->in)->retrans);
	put_nonzero(w, F(OOO_OUT), rest_of(w, w->out)->ooo);
	put_nonzero(w, F(OOO_IN), rest_of(w, w->in)->ooo);
}

static void put_icmp(const struct walk *w)
{
	if (w->r->key->proto != RJ_IP_ICMP && w->r->key->proto != RJ_IP_ICMPV6)
		return;
	open(w, F(ICMP));
	put_u64(w, F(ICMP_TYPE), rest_of(w, w->r->flow->starter)->icmp_type);
	put_u64(w, F(ICMP_CODE), rest_of(w, w->r->flow->starter)->icmp_code);
	close(w);
}

static void put_vlans(const struct walk *w)
{
	const struct rj_rest *rest = rest_of(w, w->r->flow->starter);

	if (!rest->num_vlans)
		return;
	open(w, F(VLANS));
	for (unsigned int i = 0; i < rest->num_vlans && i < RJ_MAX_VLANS; i++)
		put_u64(w, F(VLAN), rest->vlan[i]);
	close(w);
}

static void put_interfaces(const struct walk *w)
{
	const struct rj_record *r = w->r;

	if (r->num_ifnames)
		put_text(w, F(IFNAME), r->ifname[0]);
	if (r->num_ifnames < 2)
		return;
	open(w, F(IFNAMES));
	for (unsigned int i = 0; i < r->num_ifnames; i++)
		put_text(w, F(IFNAMES_ONE), r->ifname[i]);
	close(w);
}

/* Of IP in IP the name says which versions. */
static const char *tunnel_type(const struct rj_tunnel *t)
{
	static const char *const texts[] = {
#define X(name, number, text) [number] = text,
		RJ_TUNNELS(X)
#undef X
	};

	if (t->type == RJ_TUNNEL_IP4)
		return t->version == 4 ? "ipip" : "4in6";
	if (t->type == RJ_TUNNEL_IP6)
		return t->version == 4 ? "6in4" : "6in6";
	return texts[t->type];
}

static void put_tunnels(const struct walk *w)
{
	const struct rj_tunnels *all = w->r->tunnels;

	if (!all)
		return;
	open(w, F(TUNNELS));
	for (unsigned int i = 0; i < all->num && i < RJ_MAX_TUNNELS; i++) {
		const struct rj_tunnel *t = &all->at[i];
		bool is_back = all->side != w->out;

		open(w, F(TUNNEL));
		put_text(w, F(TUNNEL_TYPE), tunnel_type(t));
		put_ip_address(w, F(TUNNEL_SA), t->version, is_back ? t->dst : t->src);
		put_ip_address(w, F(TUNNEL_DA), t->version, is_back ? t->src : t->dst);
		if (t->has_id)
			put_u64(w, F(TUNNEL_ID), t->id);
		close(w);
	}
	close(w);
}

static void put_debug(const struct walk *w)
{
	uint64_t invalid = (uint64_t)rest_of(w, 0)->bad_l4 + rest_of(w, 1)->bad_l4;
	uint64_t lost = (uint64_t)rest_of(w, 0)->lost_samples + rest_of(w, 1)->lost_samples;
	unsigned int missed = rest_of(w, 0)->also_missed | rest_of(w, 1)->also_missed;
	unsigned int cut = rj_tls_is_cut(half_of(w, 0), rest_of(w, 0)) +
			   rj_tls_is_cut(half_of(w, 1), rest_of(w, 1));

	if (!invalid && !lost && !missed && !cut)
		return;
	open(w, F(DEBUG));
	put_nonzero(w, F(INVALID), invalid);
	put_nonzero(w, F(SAMPLES_LOST), lost);
	put_nonzero(w, F(IFNAMES_MISSED), missed);
	put_nonzero(w, F(SRLT_CUT), cut);
	close(w);
}

/* A flow that FIN or RST closed says so, whatever made us write it at last. */
static void put_end(const struct walk *w)
{
	static const char *const words[] = {
#define X(name, number, text) [number] = text,
		RJ_ENDS(X)
#undef X
	};
	const struct rj_flow *flow = w->r->flow;

	if (rj_is_closed(flow)) {
		bool is_fin = flow->half[0].tcp_flags & flow->half[1].tcp_flags & RJ_TCP_FIN;

		put_text(w, F(END_REASON), is_fin ? "fin" : "rst");
		return;
	}
	if (w->r->end == RJ_END_ACTIVE || w->r->end == RJ_END_IDLE)
		put_text(w, F(EXPIRE_TYPE), w->r->end == RJ_END_ACTIVE ? "a" : "i");
	put_text(w, F(END_REASON), words[w->r->end]);
}

static void put_extras(const struct walk *w)
{
	const struct rj_record *r = w->r;

	put_order(w);
	put_icmp(w);
	if (rj_feature_on(r->features, RJ_FEATURE_COMMUNITY)) {
		char id[RJ_COMMUNITY_ID_LEN];

		rj_community_id(r->key, r->flow, r->seq[r->flow->starter].rest, id);
		put_text(w, F(COMMUNITY_ID), id);
	}
	put_vlans(w);
	put_tunnels(w);
}

/* What the dissectors found, and the TLS records, which were found without them. */
static void put_protocol(const struct walk *w)
{
	const struct rj_record *r = w->r;
	struct rj_tls_merge m;

	if (rj_tls_merge_init(&m, r->seq, w->out, r->limits->num_records))
		rj_dissect_emit_records(r->dissect, r->features->dissectors, w->out, &m.records,
					w->v);
	else if (r->dissect)
		rj_dissect_emit(r->dissect, w->out, w->v);
}

static bool sent_syn(const struct rj_half *half)
{
	return half->tcp_bits & RJ_TCP_HAS_SYN && !(half->tcp_bits & RJ_TCP_SYN_ACK);
}

/*
 * The side that began: by a SYN, even one that was not the first packet, or as the protocol
 * shows.
 */
static unsigned int originator(const struct rj_record *r)
{
	const struct rj_half *half = r->flow->half;
	int seen = r->dissect ? rj_dissect_originator(r->dissect) : -1;

	if (r->flow->originator_by == RJ_ORIG_FIRST && sent_syn(&half[0]) != sent_syn(&half[1]))
		return sent_syn(&half[1]);
	if (r->flow->originator_by == RJ_ORIG_FIRST && seen >= 0)
		return (unsigned int)seen;
	return r->flow->originator;
}

void rj_record_visit(const struct rj_record *r, struct rj_visitor *v)
{
	struct walk w = { .r = r, .v = v, .out = originator(r) };

	w.in = !w.out;
	open(&w, F(RECORD));
	put_key(&w);
	put_counters(&w);
	if (rj_feature_on(r->features, RJ_FEATURE_SPLT))
		put_packets(&w);
	if (rj_feature_on(r->features, RJ_FEATURE_HIST))
		put_hists(&w);
	put_bytes(&w);
	if (!r->features->is_bare) {
		put_ip(&w);
		put_tcp(&w);
	}
	put_protocol(&w);
	if (!r->features->is_bare)
		put_extras(&w);
	put_interfaces(&w);
	put_debug(&w);
	put_end(&w);
	close(&w);
}

/* Where the side was seen: its first interface first. */
static unsigned int add_interfaces(uint32_t *seen, unsigned int num, const struct rj_rest *rest)
{
	seen[num++] = rest->ifindex;
	for (unsigned int i = 0; i < RJ_MAX_ALSO; i++)
		seen[num++] = rest->also[i];
	return num;
}

/* Each once; two CPUs may have noted one at the same time. */
void rj_record_name_interfaces(struct rj_record *r,
			       const char *(*ifname)(void *user, uint32_t ifindex), void *user)
{
	uint32_t seen[RJ_MAX_IFNAMES];
	unsigned int num = add_interfaces(seen, 0, r->seq[r->flow->starter].rest);

	num = add_interfaces(seen, num, r->seq[!r->flow->starter].rest);
	for (unsigned int i = 0; i < num; i++) {
		const char *name;
		unsigned int j = 0;

		while (seen[j] != seen[i])
			j++;
		name = seen[i] && i == j ? ifname(user, seen[i]) : NULL;
		if (name)
			r->ifname[r->num_ifnames++] = name;
	}
}
