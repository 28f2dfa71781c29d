// SPDX-License-Identifier: BSD-3-Clause
/* Files by their first bytes. */
#include "source/kinds.h"

#include <stddef.h>
#include <string.h>

#define PACKED(by, command)                                                                        \
	"it is compressed by " by ": `" command " FILE | rejoice read -` reads it"
#define OTHER(what) "it is a capture of " what ": `editcap -F pcapng FILE NEW` makes a pcapng of it"

/* As the formats' own documents and magic(5) have them. */
static const struct kind {
	const char *head;
	size_t len;
	const char *what;
} kinds[] = {
	{ "\x28\xb5\x2f\xfd", 4, PACKED("zstd", "zstd -dc") },
	{ "\x04\x22\x4d\x18", 4, PACKED("lz4", "lz4 -dc") },
	{ "\x02\x21\x4c\x18", 4, PACKED("lz4", "lz4 -dc") },
	{ "\xfd"
	  "7zXZ\0",
	  6, PACKED("xz", "xz -dc") },
	{ "BZh", 3, PACKED("bzip2", "bzip2 -dc") },
	{ "LZIP", 4, PACKED("lzip", "lzip -dc") },
	{ "\x1f\x9d", 2, PACKED("compress", "gzip -dc") },
	{ "7z\xbc\xaf\x27\x1c", 6, "it is a 7z archive: unpack it first" },
	{ "PK\x03\x04", 4, PACKED("zip", "unzip -p") },
	{ "snoop\0\0\0", 8, OTHER("snoop") },
	{ "RTSS", 4, OTHER("Network Monitor") },
	{ "GMBU", 4, OTHER("Network Monitor") },
	{ "TRSNIFF data", 12, OTHER("Sniffer") },
	{ "XCP\0", 4, OTHER("NetXray") },
	{ "ObserverPktBuff", 15, OTHER("Observer") },
};

const char *rj_kind_of(const uint8_t *head)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!memcmp(head, kinds[i].head, kinds[i].len))
			return kinds[i].what;
	return NULL;
}
