/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the Modbus dissector; vectors of Modbus Application Protocol 1.1b3 section 6. */
#include "proto/registry.h"
#include "tests/unit/proto/talk.h"

TEST(modbus_requests_and_responses)
{
	struct talk t;

	talk_begin(&t, &rj_modbus, RJ_OVER_TCP, 502);
	/* 6.1, 6.3, 6.6, 6.12, 6.16, 6.17 */
	talk_tell(&t, 0,
		  "0001 0000 0006 11 01 0013 0013"
		  "0002 0000 0006 11 03 006b 0003"
		  "0003 0000 0006 11 06 0001 0003"
		  "0004 0000 000b 0a 10 0001 0002 04 000a 0102"
		  "0005 0000 0008 0a 16 0004 00f2 0025"
		  "0006 0000 0011 0a 17 0003 0006 000e 0003 06 00ff00ff00ff");
	talk_tell(&t, 1,
		  "0001 0000 0006 11 01 03 cd6b05"
		  "0002 0000 0009 11 03 06 022b00000064"
		  "0004 0000 0003 0a 90 02"
		  "0005 0000 0003 0a 96 7f");
	talk_end(&t, "{\"units\":[17,10],\"requests\":{\"read_coils\":1,"
		     "\"read_holding_registers\":1,\"write_single_register\":1,"
		     "\"write_multiple_registers\":1,\"mask_write_register\":1,"
		     "\"read_write_multiple_registers\":1},"
		     "\"responses\":{\"read_coils\":1,\"read_holding_registers\":1,"
		     "\"write_multiple_registers\":1,\"mask_write_register\":1},"
		     "\"exceptions\":{\"other\":1,\"illegal_data_address\":1},\"accesses\":["
		     "{\"unit\":17,\"function\":\"read_coils\",\"address\":19,\"quantity\":19},"
		     "{\"unit\":17,\"function\":\"read_holding_registers\",\"address\":107,"
		     "\"quantity\":3},"
		     "{\"unit\":17,\"function\":\"write_single_register\",\"address\":1},"
		     "{\"unit\":10,\"function\":\"write_multiple_registers\",\"address\":1,"
		     "\"quantity\":2},"
		     "{\"unit\":10,\"function\":\"mask_write_register\",\"address\":4},"
		     "{\"unit\":10,\"function\":\"read_write_multiple_registers\",\"address\":3,"
		     "\"quantity\":6}]}");
}

TEST(modbus_functions_without_a_name_are_counted_by_number)
{
	struct talk t;

	talk_begin(&t, &rj_modbus, RJ_OVER_TCP, 502);
	talk_tell(&t, 0,
		  "0001 0000 0006 01 03 0000 0001 0002 0000 0002 01 00"
		  "0003 0000 0002 01 5a");
	talk_end(&t, "{\"units\":[1],\"requests\":{\"0\":1,\"read_holding_registers\":1,\"90\":1},"
		     "\"accesses\":[{\"unit\":1,\"function\":\"read_holding_registers\","
		     "\"address\":0,\"quantity\":1}]}");
}

TEST(modbus_what_is_listed_is_capped)
{
	struct talk t;

	talk_begin(&t, &rj_modbus, RJ_OVER_TCP, 502);
	for (unsigned int i = 0; i < 12; i++) {
		char hex[64];

		snprintf(hex, sizeof(hex), "0001 0000 0006 %02x 05 %04x ff00", i, i);
		talk_tell(&t, 0, hex);
	}
	talk_end(&t, "{\"units\":[0,1,2,3,4,5,6,7],\"requests\":{\"write_single_coil\":12},"
		     "\"accesses\":[{\"unit\":0,\"function\":\"write_single_coil\",\"address\":0},"
		     "{\"unit\":1,\"function\":\"write_single_coil\",\"address\":1},"
		     "{\"unit\":2,\"function\":\"write_single_coil\",\"address\":2},"
		     "{\"unit\":3,\"function\":\"write_single_coil\",\"address\":3},"
		     "{\"unit\":4,\"function\":\"write_single_coil\",\"address\":4},"
		     "{\"unit\":5,\"function\":\"write_single_coil\",\"address\":5},"
		     "{\"unit\":6,\"function\":\"write_single_coil\",\"address\":6},"
		     "{\"unit\":7,\"function\":\"write_single_coil\",\"address\":7}]}");
}

TEST(modbus_lengths_at_their_ends)
{
	struct talk t;

	talk_begin(&t, &rj_modbus, RJ_OVER_TCP, 502);
	CHECK_EQ(talk_probe(&t, 0, "0001 0000 0001", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "0001 0000 0002", false), RJ_PROBE_MORE);
	CHECK_EQ(talk_probe(&t, 0, "0001 0000 00fe", false), RJ_PROBE_MORE);
	CHECK_EQ(talk_probe(&t, 0, "0001 0000 00ff", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "0001 01", false), RJ_PROBE_NO);
	/* a quantity too few, a byte too many, a count that lies by one both ways */
	CHECK_EQ(talk_probe(&t, 0, "0001 0000 0005 01 03 0000 00", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "0001 0000 0007 01 03 0000 0001 00", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 1, "0001 0000 0005 01 03 02 0000", false), RJ_PROBE_YES);
	CHECK_EQ(talk_probe(&t, 1, "0001 0000 0005 01 03 01 0000", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 1, "0001 0000 0005 01 03 03 0000", false), RJ_PROBE_NO);
	CHECK_EQ(talk_say(&t, 0, "0001 0001"), RJ_MALFORMED);
	talk_end(&t, "{\"malformed\":true}");
}

TEST(modbus_functions_that_nobody_has_are_no_sign)
{
	struct talk t;

	talk_begin(&t, &rj_modbus, RJ_OVER_TCP, 502);
	CHECK_EQ(talk_probe(&t, 0, "0001 0000 0002 01 5a", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "0001 0000 0003 01 83 02", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 1, "0001 0000 0003 01 83 02", false), RJ_PROBE_YES);
	talk_end(&t, "");
}

TEST(modbus_other_ports_are_not_looked_at)
{
	struct talk t;

	talk_begin(&t, &rj_modbus, RJ_OVER_TCP, 503);
	CHECK_EQ(talk_probe(&t, 0, "0001 0000 0006 01 03 0000 0001", false), RJ_PROBE_NO);
	talk_end(&t, "");
}

TEST(modbus_is_done_behind_what_live_hands_up)
{
	struct talk t;
	unsigned int num = 0;

	talk_begin(&t, &rj_modbus, RJ_OVER_TCP, 502);
	do
		talk_tell(&t, 0, "0001 0000 0006 01 03 0000 0001");
	while (!t.is_done && ++num < 1000);
	CHECK_EQ(num, 8192 / 12);
	talk_done(&t);
}
