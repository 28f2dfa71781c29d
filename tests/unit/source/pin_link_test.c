// SPDX-License-Identifier: BSD-3-Clause
/* Tests of the names of pinned attachments. */
#include "source/pin_dir.h"

#include "tests/unit/unit.h"

static bool is_place(const char *name)
{
	struct rj_pin_place place;
	uint64_t netns;

	return rj_pin_place_parse(name, &place, &netns);
}

TEST(pin_names_of_places_are_read_back)
{
	for (unsigned int kind = 0; kind < RJ_PIN_NUM_KINDS; kind++) {
		for (unsigned int egress = 0; egress < 2; egress++) {
			const struct rj_pin_place place = { .kind = (enum rj_pin_kind)kind,
							    .ifindex = 2147483647,
							    .is_egress = egress };
			struct rj_pin_place got = { 0 };
			char name[RJ_PIN_NAME_LEN];
			uint64_t netns = 0;

			rj_pin_place_name(&place, UINT64_MAX, name);
			CHECK(strlen(name) + 1 < sizeof(name));
			CHECK(!strchr(name, '.')); /* a BPF file system takes none */
			CHECK(rj_pin_place_parse(name, &got, &netns));
			CHECK_EQ(got.kind, kind);
			CHECK_EQ(got.is_egress, egress);
			CHECK_EQ(got.ifindex, place.ifindex);
			CHECK(netns == UINT64_MAX);
		}
	}
}

TEST(pin_name_is_of_kind_direction_interface_and_namespace)
{
	const struct rj_pin_place place = { .kind = RJ_PIN_TCX, .ifindex = 7 };
	char name[RJ_PIN_NAME_LEN];

	rj_pin_place_name(&place, 4026531840, name);
	CHECK_STR(name, "rj_tcx_in_7_4026531840");
}

TEST(pin_names_of_maps_and_of_others_are_no_places)
{
	CHECK(is_place("rj_tc_out_3_1"));
	CHECK(!is_place("rj_meta"));
	CHECK(!is_place("rj_flows"));
	CHECK(!is_place("rj_tc"));
	CHECK(!is_place("rj_tc_out_3"));
	CHECK(!is_place("rj_tc_out_3_1x"));
	CHECK(!is_place("rj_tc_out_03_1"));
	CHECK(!is_place("rj_tc_out_+3_1"));
	CHECK(!is_place("rj_tc_out__1"));
	CHECK(!is_place("rj_tc_up_3_1"));
	CHECK(!is_place("xx_tc_out_3_1"));
	CHECK(!is_place(""));
}
