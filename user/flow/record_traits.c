// SPDX-License-Identifier: BSD-3-Clause
/* What a record says of single packets: first payload, TCP numbers and headers, Joy's guess. */
#include "bpf/accumulate.h"
#include "features/os.h"
#include "flow/record_walk.h"

static void put_payload(const struct walk *w, const struct rj_traits *t)
{
	const struct rj_prefix *out = &t->prefix[w->out], *in = &t->prefix[w->in];

	if (!out->len && !in->len)
		return;
	open(w, F(PAYLOAD));
	if (out->len)
		put_hex(w, F(PAYLOAD_OUT), out->bytes, out->len);
	if (in->len)
		put_hex(w, F(PAYLOAD_IN), in->bytes, in->len);
	close(w);
}

#define MAX_SALT (RJ_MAX_PACKETS > RJ_SALT_PACKETS ? RJ_MAX_PACKETS : RJ_SALT_PACKETS)

/* The first number as it is, then how far each is from the one before. */
static void put_sequence_numbers(const struct walk *w, const struct rj_field *list,
				 const struct rj_field *one, const struct rj_salt *salt,
				 bool is_ack)
{
	uint64_t steps[MAX_SALT];
	uint32_t before = 0;

	for (uint32_t i = 0; i < salt->num; i++) {
		struct rj_salt_pair pair = rj_salt_at(salt, i);
		uint32_t number = is_ack ? pair.ack : pair.seq;

		steps[i] = number - before;
		before = number;
	}
	put_numbers(w, list, one, steps, salt->num);
}

static void put_salt(const struct walk *w, const struct rj_traits *t)
{
	const struct rj_salt *out = &t->salt[w->out], *in = &t->salt[w->in];

	if (out->num) {
		put_sequence_numbers(w, F(OSEQ), F(OSEQ_ONE), out, false);
		put_sequence_numbers(w, F(OACK), F(OACK_ONE), out, true);
	}
	if (in->num) {
		put_sequence_numbers(w, F(ISEQ), F(ISEQ_ONE), in, false);
		put_sequence_numbers(w, F(IACK), F(IACK_ONE), in, true);
	}
}

/* Of the originator, as Joy has it. */
static void put_hd(const struct walk *w, const struct rj_traits *t)
{
	const struct rj_hd *hd = &t->hd[w->out];
	uint32_t len = w->r->features->number[RJ_NUMBER_HD];
	uint8_t values[RJ_HD_MAX_LEN], counts[RJ_HD_MAX_LEN];

	if (hd->num < 2)
		return;
	for (uint32_t i = 0; i < len; i++)
		values[i] = hd->first[i] & hd->constant[i];
	rj_hd_counts(hd, len, counts);
	open(w, F(HD));
	put_u64(w, F(HD_N), hd->num);
	put_hex(w, F(HD_CM), hd->constant, len);
	put_hex(w, F(HD_CV), values, len);
	put_hex(w, F(HD_SM), counts, len);
	put_hex(w, F(HD_I), hd->first, len);
	close(w);
}

static const char *os_of(const struct walk *w, unsigned int side)
{
	if (!(half_of(w, side)->tcp_bits & RJ_TCP_HAS_SYN))
		return NULL;
	return rj_os_name(half_of(w, side)->ttl_min, rest_of(w, side)->syn_window);
}

static void put_os(const struct walk *w)
{
	const char *out = os_of(w, w->out), *in = os_of(w, w->in);

	if (!rj_feature_on(w->r->features, RJ_FEATURE_OS) || (!out && !in))
		return;
	open(w, F(OS));
	if (out)
		put_text(w, F(OS_OUT), out);
	if (in)
		put_text(w, F(OS_IN), in);
	close(w);
}

static void put_idp(const struct walk *w, const struct rj_field *f, const struct rj_field *len,
		    const struct rj_idp *idp)
{
	if (!idp->bytes.len)
		return;
	put_hex(w, f, idp->bytes.data, idp->bytes.len);
	put_u64(w, len, idp->bytes.len);
}

bool rj_record_put_owners(const struct walk *w)
{
	struct rj_owner_names *names = w->r->owner_names;

	return names && names->emit(names, w->r, w->out, w->v);
}

void rj_record_put_traits(const struct walk *w)
{
	const struct rj_traits *t = w->r->traits;

	if (t) {
		put_payload(w, t);
		put_salt(w, t);
		rj_record_put_ppi(w, &t->ppi);
	}
	if (rj_feature_on(w->r->features, RJ_FEATURE_FPX))
		rj_record_put_fpx(w);
	/* where Joy has them */
	if (rj_feature_on(w->r->features, RJ_FEATURE_PROCESS))
		rj_record_put_owners(w);
	if (t)
		put_hd(w, t);
	put_os(w);
	if (t) {
		put_idp(w, F(IDP_OUT), F(IDP_LEN_OUT), &t->idp[w->out]);
		put_idp(w, F(IDP_IN), F(IDP_LEN_IN), &t->idp[w->in]);
	}
}
