// SPDX-License-Identifier: BSD-3-Clause
/* Joy's fingerprints: the SYN and the ClientHello of each side. */
#include "flow/dissect.h"
#include "flow/record_walk.h"
#include "flow/tcp_fingerprint.h"

/* struct hello - Joy's text of the flow's ClientHello, and the side that sent it; -1: none did. */
struct hello {
	int side;
	struct rj_fp_text text;
};

static void put(const struct walk *w, const struct rj_field *f, const struct rj_fp_text *t)
{
	w->v->ops->string(w->v, f, t->at, t->len);
}

/* A text that was too long is left out. */
static bool is_there(const struct rj_fp_text *t)
{
	return t->len && !t->is_over;
}

static void put_side(const struct walk *w, unsigned int side, const struct rj_field *object,
		     const struct hello *hello)
{
	bool is_client = hello->side == (int)side && is_there(&hello->text);
	struct rj_fp_text syn;

	rj_fp_begin(&syn, RJ_FP_NO_DIGEST);
	rj_tcp_fpx(&syn, half_of(w, side), rest_of(w, side));
	if (!is_client && !is_there(&syn))
		return;
	open(w, object);
	if (is_there(&syn))
		put(w, F(FPX_TCP), &syn);
	if (is_client)
		put(w, F(FPX_TLS), &hello->text);
	close(w);
}

void rj_record_put_fpx(const struct walk *w)
{
	struct hello hello; /* large: not cleared */

	if (w->r->key->proto != RJ_IP_TCP)
		return;
	rj_fp_begin(&hello.text, RJ_FP_NO_DIGEST);
	hello.side = w->r->dissect ? rj_dissect_fpx(w->r->dissect, &hello.text) : -1;
	put_side(w, w->out, F(FPX), &hello);
	put_side(w, w->in, F(FPX_IN), &hello);
}
