/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of dissectors, in probing order: the surest signs first. */
#include "proto/registry.h"

#include <pthread.h>

/* clang-format off */
const struct rj_dissector *const rj_dissectors[] = {
	&rj_tls,
	&rj_sip, /* before HTTP, as both have OPTIONS */
	&rj_http,
	&rj_http2,
	&rj_quic,
	&rj_ssh,
	&rj_dns,
	&rj_dhcp,
	&rj_dhcpv6,
	&rj_ike,
	&rj_smtp,
	&rj_ftp,
	&rj_pop3,
	&rj_imap,
	&rj_smb,
	&rj_rdp,
	&rj_ldap,
	&rj_kerberos,
	&rj_stun,
	&rj_ntp,
	&rj_mqtt,
	&rj_bittorrent,
	&rj_wireguard,
	&rj_openvpn,
	&rj_modbus,
	&rj_prelude,
	&rj_rtp, /* least sure */
	NULL,
};
/* clang-format on */

/* By hash; some 100 ports are listed. Made with the first question, as what is below. */
#define NUM_PLACES 512u

static struct {
	uint16_t port;
	uint32_t rows;
} places[NUM_PLACES];

/* By RJ_OVER_TCP and RJ_OVER_UDP. */
static struct {
	uint32_t rows;
	uint32_t max_bytes;
} overs[RJ_OVER_TCP + RJ_OVER_UDP];

static pthread_once_t once = PTHREAD_ONCE_INIT;

static unsigned int place_of(uint16_t port)
{
	unsigned int at = port % NUM_PLACES;

	while (places[at].port && places[at].port != port)
		at = (at + 1) % NUM_PLACES;
	return at;
}

static void note_over(const struct rj_dissector *row, uint32_t bit, unsigned int over)
{
	if (!(row->over & over))
		return;
	overs[over].rows |= bit;
	if (row->max_bytes > overs[over].max_bytes)
		overs[over].max_bytes = row->max_bytes;
}

static void fill(void)
{
	for (unsigned int i = 0; rj_dissectors[i]; i++) {
		note_over(rj_dissectors[i], 1u << i, RJ_OVER_TCP);
		note_over(rj_dissectors[i], 1u << i, RJ_OVER_UDP);
		for (const uint16_t *port = rj_dissectors[i]->ports; port && *port; port++) {
			unsigned int at = place_of(*port);

			places[at].port = *port;
			places[at].rows |= 1u << i;
		}
	}
}

uint32_t rj_dissectors_of_port(uint16_t port)
{
	pthread_once(&once, fill);
	return places[place_of(port)].rows;
}

uint32_t rj_dissectors_over(unsigned int over, uint32_t *ret_max_bytes)
{
	pthread_once(&once, fill);
	*ret_max_bytes = overs[over].max_bytes;
	return overs[over].rows;
}
