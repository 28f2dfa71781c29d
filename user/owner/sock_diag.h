/* SPDX-License-Identifier: BSD-3-Clause */
/* What the kernel says of this network namespace: its sockets, by sock_diag(7), and addresses. */
#ifndef RJ_OWNER_SOCK_DIAG_H
#define RJ_OWNER_SOCK_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/*
 * struct rj_diag_socket - addresses as in struct rj_key, ports in host order; what it is not bound
 * or connected to is 0 (of IPv4 ::ffff:0.0.0.0).
 * @version: 4 too for a socket of IPv6 that is bound to an address of IPv4
 * @takes_ipv4: one of IPv6, bound to no address, that is for both
 */
struct rj_diag_socket {
	uint8_t local[16];
	uint8_t remote[16];
	uint16_t local_port;
	uint16_t remote_port;
	uint8_t proto;
	uint8_t version;
	bool is_listening;
	bool takes_ipv4;
	uint32_t inode;
};

/* rj_sock_diag_sockets - tells of all of TCP and UDP that are open. 0 or a negative errno. */
RJ_MUST_CHECK int rj_sock_diag_sockets(void (*each)(void *user, const struct rj_diag_socket *s),
				       void *user);

/* rj_sock_diag_addresses - tells of all that an interface has, as in struct rj_key. Likewise. */
RJ_MUST_CHECK int rj_sock_diag_addresses(void (*each)(void *user, const uint8_t addr[16]),
					 void *user);

/* rj_sock_diag_read, rj_sock_diag_read_address - one message's payload; false where it is none. */
bool rj_sock_diag_read(const void *payload, size_t len, uint8_t proto, struct rj_diag_socket *out);
bool rj_sock_diag_read_address(const void *payload, size_t len, uint8_t out[16]);

#endif
