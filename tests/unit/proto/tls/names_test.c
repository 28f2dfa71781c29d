/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of TLS extensions. */
#include "proto/tls/names.h"

#include "tests/unit/unit.h"

TEST(tls_names_no_reserved_and_no_grease_extension)
{
	for (unsigned int i = 0; i < 16; i++)
		CHECK(!rj_tls_extension_name((uint16_t)(0x0a0a + i * 0x1010)).text);
	CHECK(!rj_tls_extension_name(40).text);
	CHECK(!rj_tls_extension_name(46).text);
	CHECK(!rj_tls_extension_name(53).text);
	CHECK(!rj_tls_extension_name(62).text);
	CHECK(!rj_tls_extension_name(0xffff).text);
	CHECK_STR(rj_tls_extension_name(0).text, "server_name");
	CHECK_STR(rj_tls_extension_name(61).text, "rrc");
	CHECK_STR(rj_tls_extension_name(0xfe0d).text, "encrypted_client_hello");
}
