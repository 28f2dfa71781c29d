/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/reverse.h"

#include <arpa/inet.h>

#include "tests/unit/unit.h"

#define ZEROS "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."

/* The address of a name, from an exact copy; "" where it is of none. */
static void expect(const char *name, const char *want)
{
	char *copy = (char *)unit_copy(name, strlen(name));
	char text[INET6_ADDRSTRLEN] = "";
	uint8_t addr[16];
	size_t suffix_len;

	if (rj_reverse_read(copy, strlen(name), addr, &suffix_len)) {
		inet_ntop(AF_INET6, addr, text, sizeof(text));
		CHECK_EQ(name[strlen(name) - suffix_len], '.');
		CHECK(strstr(name + strlen(name) - suffix_len, "rpa") || strstr(name, "RPA"));
	}
	CHECK_STR(text, want);
	free(copy);
}

TEST(reverse_reads_names_of_whole_addresses)
{
	expect("1.0.77.10.in-addr.arpa", "::ffff:10.77.0.1");
	expect("255.255.255.0.IN-ADDR.ARPA", "::ffff:0.255.255.255");
	expect("b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa",
	       "4321:0:1:2:3:4:567:89ab");
	expect("B.A.9.8." ZEROS "1.2.3.4.Ip6.Arpa", "4321::89ab");
}

TEST(reverse_reads_no_other_names)
{
	expect("", "");
	expect(".in-addr.arpa", "");
	expect("in-addr.arpa", "");
	expect("0.77.10.in-addr.arpa", "");
	expect("1.1.0.77.10.in-addr.arpa", "");
	expect("256.0.77.10.in-addr.arpa", "");
	expect("1..77.10.in-addr.arpa", "");
	expect("1.0.77..in-addr.arpa", "");
	expect("a.0.77.10.in-addr.arpa", "");
	expect("1.0.77.10.in-addr.arpa.example", "");
	expect("1.0.77.10.in-addr_arpa", "");
	expect("www.example.test", "");
	expect("9.8." ZEROS "1.2.3.4.ip6.arpa", "");
	expect("g.a.9.8." ZEROS "1.2.3.4.ip6.arpa", "");
	expect("b.a.9.8." ZEROS "1.2.3-4.ip6.arpa", "");
	expect(".ip6.arpa", "");
}
