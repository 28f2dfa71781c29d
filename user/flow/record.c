// SPDX-License-Identifier: BSD-3-Clause
/* A finished flow as fields: Joy's keys in Joy's order, then ours. */
#include "flow/record.h"

#include "bpf/accumulate.h"
#include "features/community.h"
#include "flow/about.h"
#include "flow/record_walk.h"
#include "flow/seq.h"
#include "flow/tcp_fingerprint.h"
#include "flow/tls_list.h"
#include "proto/fingerprint.h"

static void put_labels(const struct walk *w, const struct rj_field *f, unsigned int side)
{
	const struct rj_labels *labels = w->r->labels;
	const struct rj_key *key = w->r->key;
	uint64_t found;

	if (!labels)
		return;
	found = rj_subnets_find(labels->subnets, (const uint8_t *)key->addr[side],
				key->version == 4);
	if (!found)
		return;
	open(w, f);
	for (unsigned int i = 0; i < labels->num; i++)
		if (found >> i & 1)
			put_text(w, F(LABEL), labels->name[i]);
	close(w);
}

static void put_address(const struct walk *w, const struct rj_field *f, unsigned int side)
{
	rj_record_put_ip_address(w, f, w->r->key->version, w->r->key->addr[side]);
}

static void put_key(const struct walk *w)
{
	static const struct rj_step steps[] = {
		{ RJ_STEP_ADDRESS, F(SA), NULL }, { RJ_STEP_ADDRESS, F(DA), NULL },
		{ RJ_STEP_U64, F(PR), NULL },	  { RJ_STEP_U64, F(SP), NULL },
		{ RJ_STEP_U64, F(DP), NULL },
	};
	static const struct rj_step portless[RJ_NUM_STEPS(steps)] = {
		{ RJ_STEP_ADDRESS, F(SA), NULL }, { RJ_STEP_ADDRESS, F(DA), NULL },
		{ RJ_STEP_U64, F(PR), NULL },	  { RJ_STEP_NULL, F(SP), NULL },
		{ RJ_STEP_NULL, F(DP), NULL },
	};
	const struct rj_step *step = has_ports(w->r) ? steps : portless;
	const struct rj_key *key = w->r->key;
	size_t num = RJ_NUM_STEPS(steps);
	uint64_t values[7];

	rj_step_address(values, key->addr[w->out]);
	rj_step_address(values + 2, key->addr[w->in]);
	values[4] = key->proto;
	values[5] = key->port[w->out];
	values[6] = key->port[w->in];
	if (rj_record_is_odd(key->version, key->addr[0]) ||
	    rj_record_is_odd(key->version, key->addr[1])) {
		put_address(w, F(SA), w->out);
		put_address(w, F(DA), w->in);
		put_steps(w, step + 2, num - 2, values + 4, 1);
	} else {
		put_steps(w, step, num, values, 1);
	}
	put_labels(w, F(SA_LABELS), w->out);
	put_labels(w, F(DA_LABELS), w->in);
}

static void put_counters(const struct walk *w)
{
	static const struct rj_step steps[] = {
		{ RJ_STEP_U64, F(BYTES_OUT), NULL },	{ RJ_STEP_U64, F(PACKETS_OUT), NULL },
		{ RJ_STEP_U64, F(BYTES_IN), NULL },	{ RJ_STEP_U64, F(PACKETS_IN), NULL },
		{ RJ_STEP_U64, F(IP_BYTES_OUT), NULL }, { RJ_STEP_U64, F(IP_BYTES_IN), NULL },
		{ RJ_STEP_TIME, F(TIME_START), NULL },	{ RJ_STEP_TIME, F(TIME_END), NULL },
	};
	const struct rj_half *out = half_of(w, w->out), *in = half_of(w, w->in);
	const uint64_t clock = (uint64_t)w->r->clock_ns;
	const uint64_t decimals = (uint64_t)w->r->time_decimals;
	const uint64_t values[] = {
		out->payload_bytes,
		out->packets,
		in->payload_bytes,
		in->packets,
		out->ip_bytes,
		in->ip_bytes,
		w->r->flow->start_ns + clock,
		decimals,
		rj_flow_last(w->r->flow) + clock,
		decimals,
	};

	put_steps(w, steps, RJ_NUM_STEPS(steps), values, 1);
}

static void put_times(const struct walk *w)
{
	const struct rj_record *r = w->r;
	uint64_t clock = (uint64_t)r->clock_ns;

	w->v->ops->time(w->v, F(TIME_START), r->flow->start_ns + clock, r->time_decimals);
	w->v->ops->time(w->v, F(TIME_END), rj_flow_last(r->flow) + clock, r->time_decimals);
}

struct sequence sequence_of(const struct walk *w)
{
	struct sequence s = { .side = { w->out, w->in } };

	for (unsigned int i = 0; i < RJ_NUM_SIDES; i++) {
		const struct rj_seq *seq = &w->r->seq[s.side[i]];

		s.at[i] = s.first[i] = seq->splt;
		s.end[i] = seq->splt + rj_seq_len(seq);
	}
	return s;
}

static inline bool next(struct sequence *s, struct listed *out)
{
	unsigned int from;
	uint64_t entry, us;

	do {
		bool has_in = s->at[1] != s->end[1];

		if (s->at[0] != s->end[0])
			from = has_in && rj_splt_us(*s->at[1]) < rj_splt_us(*s->at[0]);
		else if (has_in)
			from = 1;
		else
			return false;
		entry = *s->at[from]++;
		/* two CPUs at once may leave a gap in the kernel's sequence */
	} while (!entry && s->at[from] - s->first[from] > 1);
	out->side = s->side[from];
	us = rj_splt_us(entry);
	out->len = rj_splt_len(entry);
	out->gap_ms = us > s->before_us ? (us - s->before_us) / 1000 : 0;
	if (us > s->before_us)
		s->before_us = us;
	return true;
}

bool next_listed(struct sequence *s, struct listed *out)
{
	return next(s, out);
}

/* So many at a time. */
#define NUM_ROWS 32u

static void put_packets(const struct walk *w)
{
	static const struct rj_step_word directions[] = { { ">", 1 }, { "<", 1 } };
	static const struct rj_step steps[] = {
		{ RJ_STEP_OPEN, F(PACKET), NULL },
		{ RJ_STEP_U64, F(PACKET_B), NULL },
		{ RJ_STEP_WORD, F(PACKET_DIR), directions },
		{ RJ_STEP_U64, F(PACKET_IPT), NULL },
		{ RJ_STEP_CLOSE, NULL, NULL },
	};
	struct sequence all = sequence_of(w);
	struct listed packet;
	uint64_t values[NUM_ROWS][3];
	size_t num = 0;

	open(w, F(PACKETS));
	while (next(&all, &packet)) {
		values[num][0] = packet.len;
		values[num][1] = packet.side == w->in;
		values[num][2] = packet.gap_ms;
		if (++num < NUM_ROWS)
			continue;
		put_steps(w, steps, RJ_NUM_STEPS(steps), values[0], num);
		num = 0;
	}
	put_steps(w, steps, RJ_NUM_STEPS(steps), values[0], num);
	close(w);
}

static void put_bins(const struct walk *w, const struct rj_field *f, const uint32_t *bins,
		     unsigned int num)
{
	uint64_t wide[RJ_GAP_BINS > RJ_LEN_BINS ? RJ_GAP_BINS : RJ_LEN_BINS];

	for (unsigned int i = 0; i < num; i++)
		wide[i] = bins[i];
	put_numbers(w, f, F(HIST_BIN), wide, num);
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

static void put_order(const struct walk *w)
{
	put_nonzero(w, F(RETRANS_OUT), rest_of(w, w->out)->retrans);
	put_nonzero(w, F(RETRANS_IN), rest_of(w, w->in)->retrans);
	put_nonzero(w, F(OOO_OUT), rest_of(w, w->out)->ooo);
	put_nonzero(w, F(OOO_IN), rest_of(w, w->in)->ooo);
}

static void put_about(const struct walk *w, const struct rj_about *a)
{
	const struct rj_key *key = &a->key;

	open(w, F(ABOUT_ONE));
	rj_record_put_ip_address(w, F(ABOUT_SA), key->version, key->addr[a->side]);
	rj_record_put_ip_address(w, F(ABOUT_DA), key->version, key->addr[!a->side]);
	put_u64(w, F(ABOUT_PR), key->proto);
	if (a->has_ports) {
		put_u64(w, F(ABOUT_SP), key->port[a->side]);
		put_u64(w, F(ABOUT_DP), key->port[!a->side]);
	} else {
		w->v->ops->null(w->v, F(ABOUT_SP));
		w->v->ops->null(w->v, F(ABOUT_DP));
	}
	close(w);
}

static void put_abouts(const struct walk *w)
{
	const struct rj_abouts *all = w->r->about;

	if (!all)
		return;
	open(w, F(ABOUT));
	for (uint32_t i = 0; i < all->num; i++)
		put_about(w, &all->at[i]);
	close(w);
	put_nonzero(w, F(ABOUT_MISSED), all->missed);
}

static void put_icmp(const struct walk *w)
{
	if (w->r->key->proto != RJ_IP_ICMP && w->r->key->proto != RJ_IP_ICMPV6)
		return;
	open(w, F(ICMP));
	put_u64(w, F(ICMP_TYPE), rest_of(w, w->r->flow->starter)->icmp_type);
	put_u64(w, F(ICMP_CODE), rest_of(w, w->r->flow->starter)->icmp_code);
	put_abouts(w);
	close(w);
}

static unsigned int num_beyond(unsigned int num, unsigned int room)
{
	return num > room ? num - room : 0;
}

/* Lists of records that are shown, and end too early. */
static unsigned int num_cut(const struct walk *w)
{
	unsigned int num = rj_tls_is_cut(half_of(w, 0), rest_of(w, 0)) +
			   rj_tls_is_cut(half_of(w, 1), rest_of(w, 1));

	for (unsigned int side = 0; num && side < RJ_NUM_SIDES; side++)
		num -= rj_tls_is_cut(half_of(w, side), rest_of(w, side)) &&
		       !rj_tls_is_shown(rest_of(w, side), w->r->dissect, side);
	return num;
}

static void put_debug(const struct walk *w)
{
	uint64_t invalid = (uint64_t)rest_of(w, 0)->bad_l4 + rest_of(w, 1)->bad_l4;
	uint64_t lost = (uint64_t)rest_of(w, 0)->lost_samples + rest_of(w, 1)->lost_samples;
	unsigned int missed = rest_of(w, 0)->also_missed | rest_of(w, 1)->also_missed;
	unsigned int vlans = num_beyond(rest_of(w, w->r->flow->starter)->num_vlans, RJ_MAX_VLANS);
	unsigned int tunnels = w->r->tunnels ? num_beyond(w->r->tunnels->num, RJ_MAX_TUNNELS) : 0;
	unsigned int cut = num_cut(w);
	bool is_short = w->r->is_untold || (w->r->traits && w->r->traits->is_cut);

	if (!invalid && !lost && !missed && !vlans && !tunnels && !cut && !is_short)
		return;
	open(w, F(DEBUG));
	put_nonzero(w, F(INVALID), invalid);
	put_nonzero(w, F(SAMPLES_LOST), lost);
	put_nonzero(w, F(IFNAMES_MISSED), missed);
	put_nonzero(w, F(VLANS_MISSED), vlans);
	put_nonzero(w, F(TUNNELS_MISSED), tunnels);
	put_nonzero(w, F(SRLT_CUT), cut);
	put_nonzero(w, F(FEATURES_CUT), is_short);
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
	uint8_t ended = half_of(w, w->out)->tcp_flags;

	/* of a direction alone its own FIN is all there can be */
	if (!w->r->key->direction)
		ended &= half_of(w, w->in)->tcp_flags;
	if (ended & RJ_TCP_FIN || rj_is_closed(w->r->flow)) {
		put_text(w, F(END_REASON), ended & RJ_TCP_FIN ? "fin" : "rst");
		return;
	}
	if (w->r->end == RJ_END_REUSE) { /* of a flow whose other direction was not seen */
		put_text(w, F(END_REASON), "fin");
		return;
	}
	if (w->r->end == RJ_END_ACTIVE || w->r->end == RJ_END_IDLE)
		put_text(w, F(EXPIRE_TYPE), w->r->end == RJ_END_ACTIVE ? "a" : "i");
	put_text(w, F(END_REASON), words[w->r->end]);
}

/* Of few addresses that one hides in, each can be tried. */
static bool is_hidden(const struct rj_record *r)
{
	return r->anonymizer &&
	       (rj_anonymizer_hides(r->anonymizer, (const uint8_t *)r->key->addr[0]) ||
		rj_anonymizer_hides(r->anonymizer, (const uint8_t *)r->key->addr[1]));
}

static void put_extras(const struct walk *w)
{
	const struct rj_record *r = w->r;

	put_order(w);
	put_icmp(w);
	if (rj_feature_on(r->features, RJ_FEATURE_COMMUNITY) && !is_hidden(r)) {
		char id[RJ_COMMUNITY_ID_LEN];

		rj_community_id(r->key, r->flow, r->seq[r->flow->starter].rest, id);
		put_text(w, F(COMMUNITY_ID), id);
	}
	rj_record_put_way(w);
}

/* What the dissectors found, and the TLS records, which were found without them. */
static void put_protocol(const struct walk *w)
{
	const struct rj_record *r = w->r;
	struct rj_tls_merge m;

	if (rj_tls_merge_init(&m, r->seq, r->dissect, w->out, r->limits->num_records))
		rj_dissect_emit_records(r->dissect, rj_feature_shown(r->features), w->out,
					&m.records, w->v);
	else if (r->dissect)
		rj_dissect_emit(r->dissect, rj_feature_shown(r->features), w->out, w->v);
}

static void put_tcp_fingerprint(const struct walk *w, struct rj_fingerprints *f, unsigned int side)
{
	rj_tcp_fingerprint(f, w->r->key->version, half_of(w, side), rest_of(w, side));
}

static void put_fingerprints(const struct walk *w)
{
	const struct rj_feature_set *features = w->r->features;
	struct rj_fingerprints f;

	if (!rj_feature_on(features, RJ_FEATURE_FINGERPRINT))
		return;
	rj_fp_start(&f, w->v, features->npf, rj_feature_on(features, RJ_FEATURE_RAW));
	if (w->r->key->proto == RJ_IP_TCP) {
		put_tcp_fingerprint(w, &f, w->out);
		put_tcp_fingerprint(w, &f, w->in);
	}
	if (w->r->dissect)
		rj_dissect_fingerprints(w->r->dissect, &f);
	if (!w->r->key->direction && f.client == (int)w->in)
		rj_fp_reversed(&f);
	rj_fp_end(&f);
}

static bool sent_syn(const struct rj_half *half)
{
	return half->tcp_bits & RJ_TCP_HAS_SYN && !(half->tcp_bits & RJ_TCP_SYN_ACK);
}

/*
 * The side that began: by a SYN, even one that was not the first packet, or as the protocol
 * shows. Of a direction alone its sender.
 */
static unsigned int originator(const struct rj_record *r)
{
	const struct rj_half *half = r->flow->half;
	int seen = r->dissect ? rj_dissect_originator(r->dissect) : -1;

	if (r->key->direction)
		return r->key->direction - 1u;
	if (r->flow->originator_by == RJ_ORIG_FIRST && sent_syn(&half[0]) != sent_syn(&half[1]))
		return sent_syn(&half[1]);
	if (r->flow->originator_by == RJ_ORIG_FIRST && seen >= 0)
		return (unsigned int)seen;
	return r->flow->originator;
}

static void visit(const struct rj_record *r, struct rj_visitor *v)
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
	rj_record_put_bytes(&w);
	rj_record_put_malware(&w);
	if (!r->features->is_bare)
		rj_record_put_headers(&w);
	rj_record_put_wht(&w);
	put_protocol(&w);
	rj_record_put_traits(&w);
	put_fingerprints(&w);
	if (!r->features->is_bare)
		put_extras(&w);
	rj_record_put_interfaces(&w);
	put_debug(&w);
	put_end(&w);
	close(&w);
}

uint64_t rj_record_last_ns(const struct rj_record *r)
{
	return rj_flow_last(r->flow);
}

bool rj_record_visit_owners(const struct rj_record *r, struct rj_visitor *v)
{
	struct walk w = { .r = r, .v = v, .out = originator(r) };
	bool is_known;

	if (is_hidden(r))
		return false;
	w.in = !w.out;
	open(&w, F(RECORD));
	put_key(&w);
	put_times(&w);
	is_known = rj_record_put_owners(&w);
	close(&w);
	return is_known;
}

void rj_record_walk(const struct rj_record *r, struct rj_visitor *v)
{
	struct rj_anonymous anonymous;

	if (!r->anonymizer) {
		visit(r, v);
		return;
	}
	rj_anonymous_begin(&anonymous, r->anonymizer, v);
	visit(r, &anonymous.relay.visitor);
	rj_anonymous_end(&anonymous);
}

void rj_record_visit(const struct rj_record *r, struct rj_visitor *v)
{
	if (r->enricher)
		r->enricher->visit(r->enricher, r, v);
	else
		rj_record_walk(r, v);
}
