// SPDX-License-Identifier: BSD-3-Clause
/* Joy's guess at an operating system. */
#include "features/os.h"

#include <stddef.h>

/*
 * Joy's table (osdetect.c), with its labels, which scripts look for. It is of systems of before
 * 2012; what is newer is in none of its rows. TTLs are what is left of 64, 128 and 255.
 */
static const struct {
	uint8_t min_ttl;
	uint8_t max_ttl;
	uint16_t window;
	const char *name;
} table[] = {
	{ 33, 64, 5840, "Linux 2.4 and 2.6" },
	{ 33, 64, 5720, "Google Customized Linux" },
	{ 33, 64, 16384, "OpenBSD, AIX 4.3" },
	{ 33, 64, 32120, "Linux Kernel 2.2" },
	{ 33, 64, 65535, "FreeBSD / OS X" },
	{ 65, 128, 8192, "Windows 7, Vista, and Server 8" },
	{ 65, 128, 16384, "Windows 2000" },
	{ 65, 128, 65535, "Windows XP" },
	{ 129, 255, 4128, "Cisco Router IOS 12.4" },
	{ 129, 255, 8760, "Solaris 7" },
};

const char *rj_os_name(uint8_t ttl, uint16_t window)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (ttl >= table[i].min_ttl && ttl <= table[i].max_ttl && window == table[i].window)
			return table[i].name;
	return NULL;
}
