// SPDX-License-Identifier: BSD-3-Clause
/* What a record says of the way its packets came: VLANs, tunnels, interfaces. */
#include "flow/record_walk.h"

#include <arpa/inet.h>
#include <netinet/in.h>

bool rj_record_is_odd(unsigned int version, const __u64 *addr)
{
	return version == 6 && IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)addr);
}

void rj_record_put_ip_address(const struct walk *w, const struct rj_field *f, unsigned int version,
			      const __u64 *end)
{
	const uint8_t *addr = (const uint8_t *)end;
	char text[INET6_ADDRSTRLEN];

	if (rj_record_is_odd(version, end) && inet_ntop(AF_INET6, addr, text, sizeof(text)))
		put_text(w, f, text);
	else
		w->v->ops->address(w->v, f, addr);
}

static void put_vlans(const struct walk *w)
{
	const struct rj_rest *rest = rest_of(w, w->r->flow->starter);

	if (!rest->num_vlans)
		return;
	open(w, F(VLANS));
	for (unsigned int i = 0; i < rest->num_vlans && i < RJ_MAX_VLANS; i++)
		put_u64(w, F(VLAN), rest->vlan[i]);
	close(w);
}

/* Of IP in IP the name says which versions. */
static const char *tunnel_type(const struct rj_tunnel *t)
{
	static const char *const texts[] = {
#define X(name, number, text) [number] = text,
		RJ_TUNNELS(X)
#undef X
	};

	if (t->type == RJ_TUNNEL_IP4)
		return t->version == 4 ? "ipip" : "4in6";
	if (t->type == RJ_TUNNEL_IP6)
		return t->version == 4 ? "6in4" : "6in6";
	return texts[t->type];
}

static void put_tunnels(const struct walk *w)
{
	const struct rj_tunnels *all = w->r->tunnels;

	if (!all)
		return;
	open(w, F(TUNNELS));
	for (unsigned int i = 0; i < all->num && i < RJ_MAX_TUNNELS; i++) {
		const struct rj_tunnel *t = &all->at[i];
		bool is_back = all->side != w->out;

		open(w, F(TUNNEL));
		put_text(w, F(TUNNEL_TYPE), tunnel_type(t));
		rj_record_put_ip_address(w, F(TUNNEL_SA), t->version, is_back ? t->dst : t->src);
		rj_record_put_ip_address(w, F(TUNNEL_DA), t->version, is_back ? t->src : t->dst);
		if (t->has_id)
			put_u64(w, F(TUNNEL_ID), t->id);
		close(w);
	}
	close(w);
}

void rj_record_put_way(const struct walk *w)
{
	put_vlans(w);
	put_tunnels(w);
}

void rj_record_put_interfaces(const struct walk *w)
{
	const struct rj_record *r = w->r;

	if (r->num_ifnames)
		put_text(w, F(IFNAME), r->ifname[0]);
	if (r->num_ifnames < 2)
		return;
	open(w, F(IFNAMES));
	for (unsigned int i = 0; i < r->num_ifnames; i++)
		put_text(w, F(IFNAMES_ONE), r->ifname[i]);
	close(w);
}

/* Where the side was seen: its first interface first. */
static unsigned int add_interfaces(uint32_t *seen, unsigned int num, const struct rj_rest *rest)
{
	seen[num++] = rest->ifindex;
	for (unsigned int i = 0; i < RJ_MAX_ALSO; i++)
		seen[num++] = rest->also[i];
	return num;
}

/* Each once; two CPUs may have noted one at the same time. */
void rj_record_name_interfaces(struct rj_record *r,
			       const char *(*ifname)(void *user, uint32_t ifindex), void *user)
{
	uint32_t seen[RJ_MAX_IFNAMES];
	unsigned int num = add_interfaces(seen, 0, r->seq[r->flow->starter].rest);

	num = add_interfaces(seen, num, r->seq[!r->flow->starter].rest);
	for (unsigned int i = 0; i < num; i++) {
		const char *name;
		unsigned int j = 0;

		while (seen[j] != seen[i])
			j++;
		name = seen[i] && i == j ? ifname(user, seen[i]) : NULL;
		if (name)
			r->ifname[r->num_ifnames++] = name;
	}
}
