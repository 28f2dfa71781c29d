/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/about.h"

#include "tests/unit/bpf/frames.h"

static bool note(struct rj_abouts **list, const struct frame *f, size_t len)
{
	uint8_t *copy = unit_copy(f->at, len);
	bool is_noted = rj_abouts_note(list, copy, len);

	free(copy);
	return is_noted;
}

static struct frame udp_packet(unsigned int src, unsigned int dst, unsigned int dport)
{
	struct frame f = { .len = 0 };

	put_ipv4(&f, RJ_IP_UDP, 1400, src, dst);
	put_udp(&f, 40000, dport, 1400);
	return f;
}

TEST(about_has_the_key_of_the_packet_as_it_was_sent)
{
	for (unsigned int src = 1; src <= 2; src++) {
		struct frame f = udp_packet(src, 3 - src, 53);
		struct rj_abouts *list = NULL;
		const uint8_t *addr;

		CHECK(note(&list, &f, f.len));
		CHECK_EQ(list->num, 1);
		CHECK_EQ(list->at[0].key.proto, RJ_IP_UDP);
		CHECK(list->at[0].has_ports);
		CHECK_EQ(list->at[0].key.port[list->at[0].side], 40000);
		CHECK_EQ(list->at[0].key.port[!list->at[0].side], 53);
		addr = (const uint8_t *)list->at[0].key.addr[list->at[0].side];
		CHECK_EQ(addr[15], src);
		free(list);
	}
}

TEST(about_reads_the_eight_octets_of_tcp_that_every_error_has)
{
	struct frame f = { .len = 0 };
	struct rj_abouts *list = NULL;

	put_ipv6(&f, RJ_IP_TCP, 1000, 1, 2);
	put_tcp(&f, 40000, 443, RJ_TCP_ACK, 5);
	CHECK(note(&list, &f, 40 + 8));
	CHECK_EQ(list->num, 1);
	CHECK_EQ(list->at[0].key.version, 6);
	CHECK_EQ(list->at[0].key.port[!list->at[0].side], 443);
	free(list);
}

TEST(about_knows_no_ports_of_a_later_fragment_and_of_what_has_none)
{
	struct frame later = udp_packet(1, 2, 53), ping = { .len = 0 };
	struct rj_abouts *list = NULL;

	set_u16(&later, 6, 10);
	CHECK(note(&list, &later, later.len));
	put_ipv4(&ping, RJ_IP_ICMP, 8, 1, 2);
	put_icmp(&ping, 8, 0, 77);
	CHECK(note(&list, &ping, ping.len));
	CHECK_EQ(list->num, 2);
	CHECK(!list->at[0].has_ports);
	CHECK(!list->at[1].has_ports);
	free(list);
}

TEST(about_lists_each_key_once_and_counts_those_without_room)
{
	struct rj_abouts *list = NULL, *other = NULL;

	for (unsigned int i = 0; i < 3 * RJ_MAX_ABOUT; i++) {
		struct frame f = udp_packet(1, 2, i / 2);

		CHECK(note(&list, &f, f.len));
	}
	CHECK_EQ(list->num, RJ_MAX_ABOUT);
	CHECK_EQ(list->missed, RJ_MAX_ABOUT);
	CHECK(rj_abouts_join(&other, NULL));
	CHECK(!other);
	CHECK(rj_abouts_join(&other, list));
	CHECK(rj_abouts_join(&other, list));
	CHECK_EQ(other->num, RJ_MAX_ABOUT);
	CHECK_EQ(other->missed, 2 * RJ_MAX_ABOUT);
	free(list);
	free(other);
}

TEST(about_passes_over_what_is_no_packet)
{
	struct frame f = udp_packet(1, 2, 53);
	struct rj_abouts *list = NULL;

	for (size_t len = 0; len < 24; len++)
		CHECK(note(&list, &f, len));
	f.at[0] = 0x55;
	CHECK(note(&list, &f, f.len));
	CHECK(!list);
}
