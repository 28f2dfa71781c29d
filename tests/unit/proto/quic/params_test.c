/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of reading transport parameters. */
#include "proto/quic/params.h"

#include "tests/unit/unit.h"

struct opened {
	uint8_t *bytes;
	struct rj_cursor list;
	enum rj_status status;
};

static struct opened open_hex(const char *hex, bool is_listed)
{
	struct opened o = { .status = RJ_OK };
	size_t len;

	o.bytes = unit_unhex(hex, &len);
	o.status = rj_quic_params_open(rj_cursor_init(o.bytes, len, true), is_listed, &o.list);
	return o;
}

static void check_param(struct opened *o, bool is_listed, uint64_t id, size_t id_len,
			size_t value_len, const char *name)
{
	struct rj_quic_param p;

	CHECK_EQ(rj_quic_params_next(&o->list, is_listed, &p), RJ_OK);
	CHECK_EQ(p.id, id);
	CHECK_EQ(p.raw_id.left, id_len);
	CHECK_EQ(p.value.left, value_len);
	CHECK(!name == !p.name);
	if (name && p.name)
		CHECK_STR(p.name, name);
}

TEST(quic_params_of_varints)
{
	struct opened o = open_hex("04 08 ffffffffffffffff 80004752 04 00000001 7129 02 4368 0f 00"
				   "c00000000000001b 01 aa",
				   false);

	CHECK_EQ(o.status, RJ_OK);
	check_param(&o, false, 4, 1, 8, "initial_max_data");
	CHECK_EQ(*o.list.at, 0x80); /* as it was written: four bytes where two would do */
	check_param(&o, false, 0x4752, 4, 4, "google_version");
	check_param(&o, false, 0x3129, 2, 2, "user_agent");
	check_param(&o, false, 0xf, 1, 0, "initial_source_connection_id");
	check_param(&o, false, 27, 8, 1, NULL);
	CHECK_EQ(o.list.left, 0);
	free(o.bytes);
}

TEST(quic_params_of_early_drafts)
{
	struct opened o = open_hex("000a 0004 0002 8001 000c 0000", true);

	CHECK_EQ(o.status, RJ_OK);
	check_param(&o, true, 4, 2, 2, "initial_max_data");
	check_param(&o, true, 0xc, 2, 0, "disable_active_migration");
	CHECK_EQ(o.list.left, 0);
	free(o.bytes);
}

static void check_fault(const char *hex, bool is_listed)
{
	struct opened o = open_hex(hex, is_listed);
	struct rj_quic_param p;

	if (!o.status)
		CHECK_EQ(rj_quic_params_next(&o.list, is_listed, &p), RJ_MALFORMED);
	free(o.bytes);
}

TEST(quic_params_that_lie)
{
	check_fault("04", false);
	check_fault("04 02 00", false);
	check_fault("04 ffffffffffffffff 00", false);
	check_fault("0004 0004 0002", true);
	check_fault("0003 000c 0000", true);
	check_fault("0005 000c 0000", true);
	check_fault("00", true);
}
