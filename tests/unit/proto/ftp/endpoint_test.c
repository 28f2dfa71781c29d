/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of FTP's notations of endpoints that are none. */
#include "proto/ftp/endpoint.h"

#include "tests/unit/unit.h"

typedef bool read_fn(struct rj_cursor text, struct rj_endpoint *out);

static bool reads(read_fn *read, const char *text)
{
	uint8_t *exact = unit_copy(text, strlen(text));
	struct rj_endpoint out = { .port = 1 };
	bool is_one = read(rj_cursor_init(exact, strlen(text), true), &out);

	CHECK(is_one || out.port == 1);
	free(exact);
	return is_one;
}

TEST(endpoint_of_port_has_six_bytes)
{
	CHECK(reads(rj_endpoint_of_port, "0,0,0,0,0,0"));
	CHECK(reads(rj_endpoint_of_port, "255,255,255,255,255,255"));
	CHECK(!reads(rj_endpoint_of_port, "256,0,0,0,0,0"));
	CHECK(!reads(rj_endpoint_of_port, "1,2,3,4,5"));
	CHECK(!reads(rj_endpoint_of_port, "1,2,3,4,5,"));
	CHECK(!reads(rj_endpoint_of_port, "1,2,,4,5,6"));
	CHECK(!reads(rj_endpoint_of_port, "1.2.3.4.5.6"));
	CHECK(!reads(rj_endpoint_of_port, ""));
	CHECK(!reads(rj_endpoint_of_pasv, "no number"));
	CHECK(!reads(rj_endpoint_of_pasv, "7 (1,2,3,4,5,6)"));
}

TEST(endpoint_of_eprt_has_three_parts)
{
	CHECK(reads(rj_endpoint_of_eprt, "|1|1.2.3.4|0|"));
	CHECK(reads(rj_endpoint_of_eprt, "!2!::!65535!"));
	CHECK(!reads(rj_endpoint_of_eprt, "|1|1.2.3.4|65536|"));
	CHECK(!reads(rj_endpoint_of_eprt, "|1|1.2.3.4||"));
	CHECK(!reads(rj_endpoint_of_eprt, "|1|1.2.3.4|1"));
	CHECK(!reads(rj_endpoint_of_eprt, "|2|1.2.3.4|1|"));
	CHECK(!reads(rj_endpoint_of_eprt, "|1|::1|1|"));
	CHECK(!reads(rj_endpoint_of_eprt, "|3|::1|1|"));
	CHECK(!reads(rj_endpoint_of_eprt,
		     "|2|0000:0000:0000:0000:0000:0000:0000:0000:0000:0000|1|"));
	CHECK(!reads(rj_endpoint_of_eprt, ""));
	CHECK(reads(rj_endpoint_of_epsv, "a (|||1|)"));
	CHECK(!reads(rj_endpoint_of_epsv, "a (|||x|)"));
	CHECK(!reads(rj_endpoint_of_epsv, "a (|||1)"));
	CHECK(!reads(rj_endpoint_of_epsv, "a"));
}
