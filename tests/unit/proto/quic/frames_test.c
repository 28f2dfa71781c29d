/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of reading the frames of an Initial. */
#include "proto/quic/frames.h"

#include "tests/unit/unit.h"

/* Reads all frames of @hex: how many, and the last of them; -1 where one is broken. */
static int read_all(const char *hex, struct rj_quic_frame *last)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	struct rj_cursor c = rj_cursor_init(bytes, len, true);
	int num = 0;

	while (num >= 0 && c.left)
		num = rj_quic_frame_next(&c, last) ? -1 : num + 1;
	free(bytes); /* of the frame only lengths are looked at */
	return num;
}

static void check_last(const char *hex, int num, enum rj_quic_frame_type type)
{
	struct rj_quic_frame frame = { .type = RJ_QUIC_FRAME_NOTHING };

	CHECK_EQ(read_all(hex, &frame), num);
	CHECK_EQ(frame.type, type);
}

TEST(quic_frames_that_say_nothing)
{
	check_last("00", 1, RJ_QUIC_FRAME_NOTHING);
	check_last("0000000000", 1, RJ_QUIC_FRAME_NOTHING);
	check_last("01 00 01 01", 4, RJ_QUIC_FRAME_NOTHING);
	check_last("02 05 4001 00 00", 1, RJ_QUIC_FRAME_NOTHING);
	check_last("02 05 01 02 00 01 01 02 02", 1, RJ_QUIC_FRAME_NOTHING);
	check_last("03 05 01 00 00 01 02 03 01", 2, RJ_QUIC_FRAME_NOTHING);
}

TEST(quic_frames_with_handshake_bytes)
{
	struct rj_quic_frame frame;

	CHECK_EQ(read_all("01 06 4405 02 aabb", &frame), 2);
	CHECK_EQ(frame.type, RJ_QUIC_FRAME_CRYPTO);
	CHECK_EQ(frame.offset, 0x405);
	CHECK_EQ(frame.data.left, 2);
	check_last("06 00 00", 1, RJ_QUIC_FRAME_CRYPTO);
	check_last("4006 00 00", 1, RJ_QUIC_FRAME_CRYPTO);
}

TEST(quic_frames_that_close)
{
	struct rj_quic_frame frame;

	CHECK_EQ(read_all("1c 4178 06 03 616263", &frame), 1);
	CHECK_EQ(frame.type, RJ_QUIC_FRAME_CLOSE);
	CHECK_EQ(frame.error, 0x178);
	CHECK_EQ(frame.data.left, 3);
}

TEST(quic_frames_that_an_initial_has_not)
{
	static const char *const rows[] = { "04", "05", "07 00", "08 00", "1d 00 00", "1e", "7f" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rj_quic_frame frame;

		CHECK_EQ(read_all(rows[i], &frame), -1);
	}
}

TEST(quic_frames_cut_at_every_byte_are_malformed)
{
	static const char *const rows[] = { "03 45ff 4001 01 4002 01 02 03 04 4005",
					    "06 80000001 4003 aabbcc", "1c 4178 4006 03 616263" };

	for (size_t i = 0; i < 3; i++) {
		size_t len;
		uint8_t *bytes = unit_unhex(rows[i], &len);

		for (size_t n = 0; n < len; n++) {
			uint8_t *exact = unit_copy(bytes, n);
			struct rj_cursor c = rj_cursor_init(exact, n, true);
			struct rj_quic_frame frame;

			CHECK_EQ(rj_quic_frame_next(&c, &frame), RJ_MALFORMED);
			CHECK_EQ(c.left, n);
			free(exact);
		}
		free(bytes);
	}
}

TEST(quic_frames_whose_counts_lie)
{
	struct rj_quic_frame frame;

	CHECK_EQ(read_all("02 05 01 ffffffffffffffff 00 01 01", &frame), -1);
	CHECK_EQ(read_all("06 00 ffffffffffffffff aa", &frame), -1);
	CHECK_EQ(read_all("1c 00 00 ffffffffffffffff aa", &frame), -1);
}
