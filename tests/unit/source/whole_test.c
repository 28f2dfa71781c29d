/* SPDX-License-Identifier: BSD-3-Clause */
#include "source/whole.h"

#include "bpf/accumulate.h"
#include "tests/unit/bpf/frames.h"

/* What came out, summed over records. */
struct result {
	uint64_t packets, bytes;
	uint32_t num_vlans;
};

static void on_record(void *user, const struct rj_record *r)
{
	struct result *result = user;

	result->packets += rj_flow_packets(r->flow);
	result->bytes += r->flow->half[0].ip_bytes + r->flow->half[1].ip_bytes;
	result->num_vlans = r->seq[r->flow->starter].rest->num_vlans;
}

static struct rj_engine *start(struct result *result)
{
	struct rj_engine_options o = { .limits.num_packets = 50,
				       .max_flows = 100,
				       .on_record = on_record,
				       .user = result };
	struct rj_engine *e;

	if (rj_engine_new(&o, &e))
		abort();
	return e;
}

/* Six tags, then TCP of @payload_len. */
static struct frame tagged(size_t payload_len)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_VLAN);
	for (unsigned int i = 1; i <= 6; i++) {
		put_u16(&f, i);
		put_u16(&f, i < 6 ? RJ_ETH_VLAN : RJ_ETH_IPV4);
	}
	put_ipv4(&f, RJ_IP_TCP, 20 + payload_len, 1, 2);
	put_tcp(&f, 40000, 443, RJ_TCP_ACK, 5);
	put_fill(&f, 'x', payload_len);
	return f;
}

/* As the kernel hands it up: from byte @from on, at most as much as there is room for. */
static void take(struct rj_engine *e, const struct frame *f, size_t from, uint32_t segment_len,
		 struct rj_meta *meta)
{
	struct rj_ring_frame *up = calloc(1, sizeof(*up));
	size_t len = f->len - from;

	if (!up)
		abort();
	up->kind = RJ_RING_FRAME;
	up->wire_len = (uint32_t)len;
	up->len = len < RJ_WHOLE_BYTES ? (uint32_t)len : RJ_WHOLE_BYTES;
	up->time_ns = 1000;
	up->segment_len = segment_len;
	up->is_bare = from != 0;
	up->type = (uint16_t)(f->at[12] << 8 | f->at[13]);
	memcpy(up->bytes, f->at + from, up->len);
	rj_whole_take(e, up, meta);
	free(up);
}

TEST(whole_counts_a_frame_in_its_flow)
{
	struct result result = { 0 };
	struct rj_engine *e = start(&result);
	struct rj_meta meta = { .ringed = 0 };
	struct frame f = tagged(100);

	take(e, &f, 0, 0, &meta);
	take(e, &f, 14, 0, &meta); /* an interface without link header */
	rj_engine_flush(e, RJ_END_EOF);
	CHECK_EQ(result.packets, 2);
	CHECK_EQ(result.bytes, 2 * 140);
	CHECK_EQ(meta.ringed, 2);
	CHECK_EQ(meta.unfolded, 0);
	CHECK_EQ(meta.whole_bytes, 2 * 140);
	CHECK_EQ(rj_whole_unread(&meta), 0);
	rj_engine_free(e);
}

TEST(whole_counts_a_super_packet_as_its_segments_by_the_wires_lengths)
{
	struct result result = { 0 };
	struct rj_engine *e = start(&result);
	struct rj_meta meta = { .ringed = 0 };
	struct frame f = tagged(10000);

	take(e, &f, 0, 1000, &meta);
	rj_engine_flush(e, RJ_END_EOF);
	CHECK_EQ(result.packets, 10);
	CHECK_EQ(result.bytes, 10000 + 10 * 40);
	CHECK_EQ(result.num_vlans, 6);
	CHECK_EQ(meta.ringed, 10);
	CHECK_EQ(meta.unfolded, 9);
	CHECK_EQ(meta.whole_bytes, 10000 + 10 * 40);
	rj_engine_free(e);
}

TEST(whole_sets_aside_by_reason_what_cannot_be_read_here_either)
{
	struct result result = { 0 };
	struct rj_engine *e = start(&result);
	struct rj_meta meta = { .ringed = 0 };
	struct frame arp = { .len = 0 }, tags = { .len = 0 };

	put_ethernet(&arp, RJ_ETH_VLAN);
	put_u16(&arp, 1);
	put_u16(&arp, RJ_ETH_ARP);
	put_fill(&arp, 0, 28);
	take(e, &arp, 0, 0, &meta);
	put_ethernet(&tags, RJ_ETH_VLAN);
	while (tags.len < RJ_WHOLE_BYTES + 100)
		put_u32(&tags, RJ_ETH_VLAN);
	take(e, &tags, 0, 0, &meta);
	rj_engine_flush(e, RJ_END_EOF);
	CHECK_EQ(result.packets, 0);
	CHECK_EQ(meta.unread[RJ_REASON_NOT_IP], 1);
	CHECK_EQ(meta.unread[RJ_REASON_LINK_TRUNCATED], 1);
	CHECK_EQ(rj_whole_unread(&meta), 2);
	CHECK_EQ(meta.ringed, 2);
	rj_engine_free(e);
}
