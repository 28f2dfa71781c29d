/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/os.h"

#include "tests/unit/unit.h"

TEST(os_is_by_window_and_by_what_is_left_of_the_first_ttl)
{
	CHECK_STR(rj_os_name(64, 65535), "FreeBSD / OS X");
	CHECK_STR(rj_os_name(33, 65535), "FreeBSD / OS X");
	CHECK_STR(rj_os_name(65, 65535), "Windows XP");
	CHECK_STR(rj_os_name(128, 65535), "Windows XP");
	CHECK_STR(rj_os_name(64, 16384), "OpenBSD, AIX 4.3");
	CHECK_STR(rj_os_name(128, 16384), "Windows 2000");
	CHECK_STR(rj_os_name(128, 8192), "Windows 7, Vista, and Server 8");
	CHECK_STR(rj_os_name(50, 5840), "Linux 2.4 and 2.6");
	CHECK_STR(rj_os_name(50, 5720), "Google Customized Linux");
	CHECK_STR(rj_os_name(64, 32120), "Linux Kernel 2.2");
	CHECK_STR(rj_os_name(129, 4128), "Cisco Router IOS 12.4");
	CHECK_STR(rj_os_name(255, 8760), "Solaris 7");
}

TEST(os_of_others_is_not_known)
{
	CHECK(!rj_os_name(32, 65535));
	CHECK(!rj_os_name(0, 65535));
	CHECK(!rj_os_name(129, 65535));
	CHECK(!rj_os_name(64, 8192));
	CHECK(!rj_os_name(128, 8760));
	CHECK(!rj_os_name(64, 64240)); /* Linux of today */
}
