// SPDX-License-Identifier: BSD-3-Clause
/* Tests of the time resolution of capture files. */
#include "source/precision.h"

#include "tests/unit/unit.h"

static int decimals_of(const char *hex)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	int decimals = rj_capture_decimals(bytes, len);

	free(bytes);
	return decimals;
}

/* A section header and an interface with one option, little-endian. */
#define SECTION_LE "0a0d0d0a 1c000000 4d3c2b1a 01000000 ffffffffffffffff 1c000000 "
#define INTERFACE_LE(option) "01000000 20000000 01000000 00000400 " option " 00000000 20000000"

TEST(precision_pcap_tells_by_its_magic_number)
{
	CHECK_EQ(decimals_of("d4c3b2a1"), 6);
	CHECK_EQ(decimals_of("a1b2c3d4"), 6);
	CHECK_EQ(decimals_of("4d3cb2a1"), 9);
	CHECK_EQ(decimals_of("a1b23c4d"), 9);
}

TEST(precision_pcapng_tells_by_its_first_interface)
{
	CHECK_EQ(decimals_of(SECTION_LE INTERFACE_LE("09000100 09000000")), 9);
	CHECK_EQ(decimals_of(SECTION_LE INTERFACE_LE("09000100 06000000")), 6);
	CHECK_EQ(decimals_of(SECTION_LE INTERFACE_LE("09000100 03000000")), 6);
	CHECK_EQ(decimals_of(SECTION_LE INTERFACE_LE("02000100 41000000")), 6);
}

TEST(precision_pcapng_in_powers_of_two)
{
	CHECK_EQ(decimals_of(SECTION_LE INTERFACE_LE("09000100 94000000")), 6);
	CHECK_EQ(decimals_of(SECTION_LE INTERFACE_LE("09000100 9e000000")), 9);
}

TEST(precision_pcapng_of_the_other_byte_order)
{
	CHECK_EQ(decimals_of(
			 "0a0d0d0a 0000001c 1a2b3c4d 00010000 ffffffffffffffff 0000001c "
			 "00000001 00000020 00010000 00040000 00090001 09000000 00000000 00000020"),
		 9);
}

TEST(precision_is_microseconds_where_the_head_ends_early)
{
	const char *whole = SECTION_LE INTERFACE_LE("09000100 09000000");
	size_t len;
	uint8_t *bytes = unit_unhex(whole, &len);

	/* the option's value stands 28 + 16 + 4 bytes in */
	for (size_t i = 0; i < len; i++) {
		uint8_t *part = unit_copy(bytes, i);

		CHECK_EQ(rj_capture_decimals(part, i), i < 52 ? 6 : 9);
		free(part);
	}
	free(bytes);
}
