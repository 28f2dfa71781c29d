/* SPDX-License-Identifier: BSD-3-Clause */
/* What a TLS session says of itself beside its hellos. */
#include "core/buffer.h"
#include "proto/tls/session.h"
#include "sink/jsonw.h"
#include "tests/unit/unit.h"

/* What is emitted of a session, NULL where nothing is; on the heap. */
static char *text_of(const struct rj_tls_session *session)
{
	struct rj_buffer out;
	struct rj_jsonw w;

	rj_buffer_init(&out, 4096);
	rj_jsonw_init(&w, &out, &(struct rj_jsonw_keys){ 0 });
	rj_tls_session_emit(session, NULL, &w.visitor);
	rj_buffer_put(&out, "", 1);
	return (char *)out.data;
}

static void check(const struct rj_tls_session *session, const char *want)
{
	char *text = text_of(session);

	CHECK_STR(text, want);
	free(text);
}

TEST(tls_session_says_what_carries_it_where_it_is_not_tcp)
{
	struct rj_tls_session session = { .is_retried = true };

	check(&session, "{\"hrr\":true}");
	session.transport = RJ_TLS_OVER_DTLS;
	check(&session, "{\"transport\":\"dtls\",\"hrr\":true}");
	session.transport = RJ_TLS_OVER_QUIC;
	check(&session, "{\"transport\":\"quic\",\"hrr\":true}");
}

TEST(tls_session_that_knows_its_carrier_alone_says_nothing)
{
	struct rj_tls_session session = { .transport = RJ_TLS_OVER_QUIC };

	check(&session, "");
}
