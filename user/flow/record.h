/* SPDX-License-Identifier: BSD-3-Clause */
/* A finished flow: an immutable view, and walking it with a visitor. */
#ifndef RJ_FLOW_RECORD_H
#define RJ_FLOW_RECORD_H

#include <rejoice/record.h>

#include "bpf/abi.h"
#include "bpf/splt.h"
#include "features/anonymize.h"
#include "features/bytes.h"
#include "features/labels.h"
#include "flow/dissect.h"
#include "flow/feature_set.h"

/* Of each side, where its first packet was seen and where else. */
#define RJ_MAX_IFNAMES (RJ_NUM_SIDES * (1 + RJ_MAX_ALSO))

struct rj_record;

/*
 * struct rj_enricher - who adds to records, in front of their visitors; embedded first. @visit
 * calls rj_record_walk with a visitor of its own, which passes on to @v; by many threads at once.
 */
struct rj_enricher {
	void (*visit)(const struct rj_enricher *e, const struct rj_record *record,
		      struct rj_visitor *v);
};

/*
 * struct rj_owner_names - who knows the processes of sockets; embedded first. @emit writes what is
 * known of the owners of both ends of a flow, that of side @out first, and returns whether that was
 * anything; by many threads at once where records are.
 */
struct rj_owner_names {
	bool (*emit)(struct rj_owner_names *names, const struct rj_record *record, unsigned int out,
		     struct rj_visitor *v);
};

/*
 * struct rj_record - valid during the call that hands it over; all borrowed.
 * @seq: of either side; all of rest is there, hist as the limits say
 * @dissect: NULL when no payload was looked at
 * @bytes: NULL when no byte values were counted
 * @traits: what features keep of its packets, or NULL
 * @is_untold: that is for want of memory
 * @tunnels: what its packets came in, or NULL
 * @owners: of both sides as the kernel says, or NULL; @owner_names: who knows them, or NULL
 * @at, @began: places in the order of all packets, see rj_engine_at: of what made it end, and of
 *     its first packet
 * @labels: names of subnets, or NULL
 * @anonymizer: what visitors are not to be shown, or NULL
 * @enricher: who adds to it, or NULL
 * @about: of ICMP errors: what they are about, or NULL
 * @clock_ns: what to add to the flow's times for Unix time
 * @time_decimals: digits of a second the source knows, 6 or 9
 * @ifname: live: @num_ifnames interfaces it was seen on, the first one first
 */
struct rj_record {
	const struct rj_key *key;
	const struct rj_flow *flow;
	const struct rj_seq *seq;
	const struct rj_dissect *dissect;
	const struct rj_bytes *bytes;
	const struct rj_traits *traits;
	bool is_untold;
	const struct rj_tunnels *tunnels;
	const struct rj_owner *owners;
	struct rj_owner_names *owner_names;
	const struct rj_labels *labels;
	struct rj_anonymizer *anonymizer;
	const struct rj_enricher *enricher;
	const struct rj_abouts *about;
	const struct rj_feature_set *features;
	const struct rj_limits *limits;
	enum rj_end end;
	uint64_t at;
	uint64_t began;
	int64_t clock_ns;
	int time_decimals;
	const char *ifname[RJ_MAX_IFNAMES];
	unsigned int num_ifnames;
};

/* rj_record_name_interfaces - sets ifname and num_ifnames, by @ifname of what flow and seq say. */
void rj_record_name_interfaces(struct rj_record *r,
			       const char *(*ifname)(void *user, uint32_t ifindex), void *user);

/* rj_record_last_ns - when the flow's last packet was, by the clock of its times. */
uint64_t rj_record_last_ns(const struct rj_record *r);

/* rj_record_walk - as rj_record_visit, without the enricher. */
void rj_record_walk(const struct rj_record *r, struct rj_visitor *v);

/*
 * rj_record_visit_owners - one object of the flow's addresses, ports, times and owners, whatever
 * the features are; false where no owner is known. Nothing of a flow that has an end that is
 * hidden.
 */
bool rj_record_visit_owners(const struct rj_record *r, struct rj_visitor *v);

/* rj_record_fields - the rows of all fields but the dissectors'; ends with a row without a name. */
extern const struct rj_field rj_record_fields[];

#endif
