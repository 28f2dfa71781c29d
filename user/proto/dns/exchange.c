/* SPDX-License-Identifier: BSD-3-Clause */
/* Which query of a flow a message answers or repeats. */
#include "proto/dns/exchange.h"

#define ID_FLAGS_BYTES 4u
#define COUNTS_BYTES 6u	    /* behind that of questions */
#define TYPE_CLASS_BYTES 4u /* behind a name */
#define MAX_LOOKS 16u	    /* at questions of one identifier, for a message; ours */

void rj_dns_exchange_init(struct rj_dns_exchange *x)
{
	x->num[0] = x->num[1] = 0;
}

static unsigned int lower(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? octet | 0x20u : octet;
}

static bool is_same_text(const uint8_t *a, const uint8_t *b, size_t len)
{
	size_t i = 0;

	while (i < len && lower(a[i]) == lower(b[i]))
		i++;
	return i == len;
}

/* Moves @c from the header to the first question; false when there is none. */
static bool find_question(struct rj_cursor *c)
{
	uint16_t num;

	return !rj_cursor_skip(c, ID_FLAGS_BYTES) && !rj_cursor_u16(c, &num) && num &&
	       !rj_cursor_skip(c, COUNTS_BYTES);
}

/* Of the name at @c; 0 when it is not all there or has a pointer, as the first has nowhere to. */
static size_t name_len(struct rj_cursor c)
{
	size_t left = c.left;
	uint8_t len;

	do {
		if (rj_cursor_u8(&c, &len) || len > RJ_DNS_MAX_LABEL || rj_cursor_skip(&c, len))
			return 0;
	} while (len);
	return left - c.left;
}

/* Whether @b asks what @a asks, or does not say what. Lengths of labels are no letters. */
static bool is_same_question(struct rj_cursor a, struct rj_cursor b)
{
	const uint8_t *at_a, *at_b;
	size_t len;

	if (!find_question(&b))
		return true;
	if (!find_question(&a))
		return false;
	len = name_len(a);
	if (!len || rj_cursor_bytes(&a, len + TYPE_CLASS_BYTES, &at_a) ||
	    rj_cursor_bytes(&b, len + TYPE_CLASS_BYTES, &at_b))
		return false;
	if (!memcmp(at_a, at_b, len + TYPE_CLASS_BYTES))
		return true;
	return !memcmp(at_a + len, at_b + len, TYPE_CLASS_BYTES) && is_same_text(at_a, at_b, len);
}

/* The place of the last query of @side with the identifier and question of @said; -1: none. */
static int find_query(const struct rj_dns_exchange *x, unsigned int side,
		      const struct rj_dns_said *said)
{
	unsigned int num_looks = 0;

	for (uint32_t i = x->num[side]; i-- && num_looks < MAX_LOOKS;) {
		const struct rj_dns_said *query = &x->asked[side][i].said;

		if (query->id != said->id)
			continue;
		if (is_same_question(query->bytes, said->bytes))
			return (int)i;
		num_looks++;
	}
	return -1;
}

static void take_response(struct rj_dns_exchange *x, const struct rj_dns_said *said,
			  struct rj_dns_about *out)
{
	unsigned int other = !said->side;
	int at = find_query(x, other, said);

	if (at < 0)
		return;
	x->asked[other][at].is_answered = true;
	out->has_query = true;
	out->query = x->asked[other][at].said.index;
	out->response_ns = said->time_ns - x->asked[other][at].said.time_ns;
}

static void take_query(struct rj_dns_exchange *x, const struct rj_dns_said *said,
		       struct rj_dns_about *out)
{
	int at = find_query(x, said->side, said);
	uint32_t num = x->num[said->side];

	if (at >= 0 && !x->asked[said->side][at].is_answered) {
		out->has_query = true;
		out->is_again = true;
		out->query = x->asked[said->side][at].said.index;
	} else if (num < RJ_DNS_MAX_MESSAGES) {
		x->asked[said->side][num].said = *said;
		x->asked[said->side][num].is_answered = false;
		x->num[said->side]++;
	}
}

void rj_dns_exchange_take(struct rj_dns_exchange *x, const struct rj_dns_said *said,
			  struct rj_dns_about *out)
{
	out->has_query = out->is_again = false;
	if (said->is_response)
		take_response(x, said, out);
	else
		take_query(x, said, out);
}
