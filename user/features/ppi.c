// SPDX-License-Identifier: BSD-3-Clause
/* Per-packet information of a TCP flow. */
#include "features/ppi.h"

#include "bpf/tcp.h"

/* What the packets of a short flow need. Ours. */
#define FIRST_BYTES 384u

/* From @before to @after in sequence space, RFC 9293 3.4: behind is negative. */
static int32_t distance(uint32_t before, uint32_t after)
{
	return (int32_t)(after - before);
}

/* Where the packet stands beside those so far, and what is the highest then. */
static void place(struct rj_ppi *ppi, const struct rj_packet *p, struct rj_ppi_packet *out)
{
	unsigned int side = p->side & 1;
	bool is_start = p->tcp_flags & RJ_TCP_SYN || !ppi->has_seq[side];
	uint32_t *high = &ppi->high_seq[side];

	out->rseq = is_start ? 0 : distance(*high, p->tcp_seq);
	out->rack = p->tcp_flags & RJ_TCP_ACK && ppi->has_seq[!side] ?
			    distance(ppi->high_seq[!side], p->tcp_ack) :
			    0;
	if (is_start || out->rseq > 0)
		*high = p->tcp_seq;
	ppi->has_seq[side] = true;
}

/* What a packet takes in the list: the next one stands aligned. */
static uint32_t len_with(uint32_t opt_len)
{
	return ((uint32_t)sizeof(struct rj_ppi_packet) + opt_len + 7) & ~7u;
}

bool rj_ppi_packet(struct rj_ppi *ppi, const struct rj_seen *s, uint32_t limit,
		   struct rj_blocks *blocks)
{
	const struct rj_packet *p = s->packet;
	unsigned int side = p->side & 1;
	uint32_t len = len_with(p->tcp_opt_len);
	struct rj_ppi_packet *one;

	/* a later fragment has no TCP header */
	if (!(p->bits & RJ_PKT_TCP) || p->bits & RJ_PKT_LATER_FRAG || ppi->num[side] >= limit)
		return true;
	one = (void *)rj_list_room(&ppi->packets, blocks, len, FIRST_BYTES);
	if (!one)
		return false;
	if (s->since_us > ppi->last_us)
		ppi->last_us = s->since_us;
	/* where it stays: words read right after their bytes were written would wait for them */
	one->since_us = ppi->last_us;
	one->seq = p->tcp_seq;
	one->ack = p->tcp_ack;
	one->payload_len = p->payload_len;
	one->side = (uint8_t)side;
	one->flags = p->tcp_flags;
	one->opt_len = p->tcp_opt_len;
	one->zero = 0;
	place(ppi, p, one);
	memcpy(one + 1, p->tcp_opts, p->tcp_opt_len);
	ppi->packets.len += len;
	ppi->num[side]++;
	return true;
}

bool rj_ppi_next(const struct rj_ppi *ppi, uint32_t *at, struct rj_ppi_packet *out,
		 const uint8_t **ret_opts)
{
	if (*at >= ppi->packets.len)
		return false;
	memcpy(out, ppi->packets.data + *at, sizeof(*out));
	*ret_opts = ppi->packets.data + *at + sizeof(*out);
	*at += len_with(out->opt_len);
	return true;
}
