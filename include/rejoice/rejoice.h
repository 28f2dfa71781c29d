/* SPDX-License-Identifier: BSD-3-Clause */
/* librejoice: traffic in, flow records out. The command line uses this and nothing else. */
#ifndef REJOICE_REJOICE_H
#define REJOICE_REJOICE_H

#include <stddef.h>
#include <stdint.h>

#include <rejoice/record.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A session is one handle for one thread at a time; two threads use two. There
 * is no global state. All calls return 0 (or what they say) or a negative
 * errno, and rj_session_error then says in one line what, where and what to do.
 */
struct rj_session;

/*
 * struct rj_options - what to compute. Set @size to sizeof(struct rj_options)
 * and all else you do not care for to zero; members are only ever added at the
 * end, so that a program built against an older header goes on working.
 * @features: a --features list, NULL for the default set
 * @num_packets: entries of packet sequences, each direction; 0 for 50, at most 1000
 * @idle_ms, @active_ms: limits that cut flows; 0 for 10000 and 30000, RJ_NEVER for none
 * @max_flows: flows held at once; 0 for one million
 * @with_zeros: packets without payload stand in sequences too
 * @with_retrans: retransmitted segments stand in sequences too
 * @filter: a tcpdump filter, NULL for none
 * @bd_bytes: bytes of each direction's payload in byte_dist and entropy; 0: all in files, live
 *       what is sampled
 * @on_record: called for each flow that ended; the record is borrowed for the call
 * @num_tls_records: TLS records listed, each direction; 0 for 50, at most 1000
 * @on_json: instead of on_record: called for each flow that ended with its record as a line of JSON
 *       without the line end, borrowed for the call; NULL where it was lost for lack of memory
 * @num_threads: of files, among them the one that polls: 0 and 1 for that one alone, at most 16.
 *       The records, and their order, are the same. With several there is on_json alone, called by
 *       the one that polls. With max_flows below 65536 there is one.
 * @no_decap: tunnels are left closed, and flows are those of the packets that carry them
 * @follow: captures that are read still grow, and need not be there yet: see rj_session_poll
 * @byte_bins: for the feature cdist: a file of lines "byte value, bin", the bin 0 to 15; NULL for
 *       bins of 16 values each
 * @model: for the feature classify, which needs it: two files of weights "F1:F2", 208 without and
 *       464 with byte values, the bias first
 * @no_bidir: each direction is a flow of its own, whose originator is who sends
 * @labels, @num_labels: names for subnets, each "NAME:FILE": lines of ADDRESS or ADDRESS/LENGTH;
 *       at most 64 names
 * @anonymize: NULL, or a file of such lines: records show addresses in these subnets as 16 bytes in
 *       hexadecimal, AES-128 (ECB) by the key in @anon_key, a file of 16 bytes: of an IPv6 address,
 *       or of an IPv4 address and 12 zero bytes. Flows with such an end have no community_id.
 * @anon_users: NULL, or a file of names, a line each: in URIs of HTTP they are shown likewise, AES
 *       of the name filled up with 0xff
 * @npf: Mercury's notation of fingerprints of TLS and QUIC: 1 + 0, 1 or 2; 0 for notation 1
 * @fp_db: for the feature match, which needs it: a database of fingerprints, see
 *       rejoice/fingerprint_db.h
 */
struct rj_options {
	size_t size;
	const char *features;
	uint32_t num_packets;
	uint64_t idle_ms;
	uint64_t active_ms;
	uint32_t max_flows;
	uint8_t with_zeros;
	uint8_t with_retrans;
	const char *filter;
	void (*on_record)(void *user, const struct rj_record *record);
	void *user;
	uint64_t bd_bytes;
	uint32_t num_tls_records;
	uint8_t no_decap;
	void (*on_json)(void *user, const char *line, size_t len);
	uint32_t num_threads;
	uint8_t follow;
	const char *byte_bins;
	const char *model;
	uint8_t no_bidir;
	const char *const *labels;
	uint32_t num_labels;
	const char *anonymize;
	const char *anon_key;
	const char *anon_users;
	uint32_t npf;
	const char *fp_db;
};

#define RJ_NEVER UINT64_MAX

/*
 * struct rj_live_options - what to watch; @size as above.
 * @interfaces: names, separated by commas; "any": all there are and will be
 * @attach: "auto", "xdp", "xdp-generic", "tcx", "tc"; NULL for auto
 * @direction: "both", "in", "out"; NULL for both
 * @sample_bytes: payload of each side handed to the dissectors; 0 for 8192
 * @kernel_flows: entries of the kernel's flow map; 0 for 65536
 * @pin: NULL, or a directory of a BPF file system: programs and flows stay at work there when the
 *       session is closed or the process dies, and the next session with the same options goes on
 *       with them. Its stats count from when the pins were made.
 * @netns: network namespace of the interfaces: a name of `ip netns`, a process, a path; NULL for
 *       the caller's
 * @promisc: the cards also take what is not addressed to them
 * @on_notice: NULL, or called during watch and poll with a line about interfaces that come, go or
 *       cannot be watched; @level is one of RJ_NOTICE_*
 * @stay_in_netns: the calling thread goes to @netns for good. Else it goes there and comes back in
 *       this call, in rj_session_poll and in rj_session_finish, each of which needs CAP_SYS_ADMIN;
 *       without it interfaces are no longer followed and clsact filters stay at the end.
 * @pin_owner: a user that root gives the directory of pins to, for when the process has become that
 *       user: interfaces that come later are pinned too. 0: it stays as it is.
 * @cmdline: for the feature process: the arguments of processes too, which can hold secrets
 * @kubernetes: likewise: names of pods that no file of this host says are asked of the API there,
 *       "https://HOST[:PORT]", or "in-cluster" for where a pod finds it; NULL: no API is asked
 * @kubernetes_credentials: a folder with token and ca.crt; NULL for where a pod has them
 * @on_owners: NULL, or called, behind on_record or on_json, for each flow of which an owner is
 *       known: with its addresses, ports, times, exe and exe_da as a line of JSON, as
 *       rj_session_process_map reads it, whether the feature process is on or not; @line NULL: it
 *       was lost for lack of memory. Not for flows with an end that is anonymized.
 */
struct rj_live_options {
	size_t size;
	const char *interfaces;
	const char *attach;
	const char *direction;
	uint32_t sample_bytes;
	uint32_t kernel_flows;
	const char *pin;
	const char *netns;
	uint8_t promisc;
	void (*on_notice)(void *user, int level, const char *line);
	void *notice_user;
	uint8_t stay_in_netns;
	uint32_t pin_owner;
	uint8_t cmdline;
	const char *kubernetes;
	const char *kubernetes_credentials;
	void (*on_owners)(void *user, const char *line, size_t len);
	void *owners_user;
};

#define RJ_NOTICE_WARNING 0 /* something is not as asked for */
#define RJ_NOTICE_NOTE 1    /* an interface that was named came or went */
#define RJ_NOTICE_DETAIL 2  /* for the curious */

/*
 * A frame of a capture for rj_session_feed; borrowed. One of IEEE 802.11 may hold several packets.
 * @link_type: LINKTYPE_ (DLT_) number
 */
struct rj_session_frame {
	int link_type;
	uint64_t time_ns;
	const void *data;
	uint32_t captured_len;
	uint32_t wire_len;
};

/*
 * struct rj_stats - @size as above. Always
 * packets == packets_in_flows + the sum of set_aside.
 * @packets_unlisted: live: packets that went around the flow map: there was no room for a list
 * @cuts_late: live: packets that should have cut their flow, but the ring buffer was full
 * @lost: samples_lost by the reasons that rj_loss_name names
 * @datagrams_whole: payload that came in IP fragments and was put together for the dissectors;
 *     else _overlapped (given up, RFC 5722), _incomplete or _over_limit (of memory, or gaps)
 * @set_aside: packets in no flow, by the reasons that rj_set_aside_name names
 * @with_owners: live with the feature process, where this machine can, or with a process map; else
 *     the others are 0
 * @sockets_owned: sockets of which a process was noted; @sockets_unowned: could not be: there was
 *     no memory, or no room to tell of the process; by /proc: of the sockets at the last look
 * @processes: that had sockets; @processes_gone: of these: were gone when they were looked for;
 *     @processes_forgotten: of these: made room for others; @processes_hidden: of these: what they
 *     run is not for this user to see, or they have other numbers in this PID namespace
 * @executables_unread: files that they run and that have no digest: not for this user to read,
 *     longer than 1 GiB, or changed meanwhile; @executables_crowded: likewise, too many waited
 * @owners_unknown: ends of records whose process is not known any more
 * @flows_unowned: records without a process at either end
 * @containers: that processes were in, of those with an id; @containers_forgotten: of these: made
 *     room for others, and count again when they come again
 * @cgroups_gone: processes whose cgroup was not found by its id: it had gone, or cannot be seen
 * @containers_stateless: of the containers: whose name and image the runtime's files did not say,
 *     by the reasons that rj_gap_name names; @pods_nameless: likewise pods, of each container
 * @with_kubernetes: the API is asked; @kubernetes_requests: sent; @kubernetes_failed: of these, by
 *     the reasons that rj_kubernetes_failure_name names; @kubernetes_pods: in the last answer
 * @owners_method: RJ_OWNERS_HOOKS: by the kernel; _PROC: sockets and /proc, looked at @owner_scans
 *     times; _FILE: by rj_session_process_map
 * @flows_joined: with a process map: records with a process; @flows_doubtful: with an end that
 *     several processes fit, which is left out
 * @map_rows: of the process map; @map_malformed: lines that are wrong; @map_over_limit: without
 *     room
 */
#define RJ_OWNERS_HOOKS 1
#define RJ_OWNERS_PROC 2
#define RJ_OWNERS_FILE 3
#define RJ_MAX_SET_ASIDE 32
#define RJ_MAX_LOST 16
#define RJ_MAX_GAPS 16
struct rj_stats {
	size_t size;
	uint64_t packets;
	uint64_t packets_in_flows;
	uint64_t bytes;
	uint64_t flows;
	uint64_t samples;
	uint64_t samples_lost;
	uint64_t set_aside[RJ_MAX_SET_ASIDE];
	uint64_t flows_evicted;
	uint64_t dissect_malformed;
	uint64_t dissect_over_budget;
	uint64_t packets_unlisted;
	uint64_t cuts_late;
	uint64_t lost[RJ_MAX_LOST];
	uint64_t datagrams_whole;
	uint64_t datagrams_overlapped;
	uint64_t datagrams_incomplete;
	uint64_t datagrams_over_limit;
	uint64_t with_owners;
	uint64_t sockets_owned;
	uint64_t sockets_unowned;
	uint64_t processes;
	uint64_t processes_gone;
	uint64_t processes_forgotten;
	uint64_t owners_unknown;
	uint64_t flows_unowned;
	uint64_t processes_hidden;
	uint64_t executables_unread;
	uint64_t executables_crowded;
	uint64_t containers;
	uint64_t containers_forgotten;
	uint64_t cgroups_gone;
	uint64_t containers_stateless[RJ_MAX_GAPS];
	uint64_t pods_nameless[RJ_MAX_GAPS];
	uint64_t with_kubernetes;
	uint64_t kubernetes_requests;
	uint64_t kubernetes_pods;
	uint64_t kubernetes_failed[RJ_MAX_GAPS];
	uint64_t owners_method;
	uint64_t owner_scans;
	uint64_t flows_joined;
	uint64_t flows_doubtful;
	uint64_t map_rows;
	uint64_t map_malformed;
	uint64_t map_over_limit;
};

/*
 * struct rj_progress - of the capture that is being read; @size as above.
 * @bytes_read: of the file itself, compressed as it may be
 * @bytes_total: the file's length; 0: not known, as of a pipe
 * @bytes_waiting: read of a frame that is not whole: with @follow its rest is to come
 */
struct rj_progress {
	size_t size;
	uint64_t bytes_read;
	uint64_t bytes_total;
	uint64_t bytes_waiting;
};

/*
 * rj_session_open - a session in *@out; on failure *@out may still be one, which tells the
 * error.
 */
RJ_API int rj_session_open(const struct rj_options *options, struct rj_session **out);

/* rj_session_read_file - from now on the session's packets come from this capture; "-": stdin. */
RJ_API int rj_session_read_file(struct rj_session *s, const char *path);

/*
 * rj_session_process_map - reads whose flows were, as rj_session_watch wrote down (on_owners, or
 * records themselves), for captures that were taken meanwhile; "-": stdin. A flow is joined with
 * those of its addresses and ports, in either direction, that were at its time, by clocks that are
 * apart by at most @slack_ms; where several processes fit none is shown. 0; 1: some lines are wrong
 * or the rest could not be read: rj_session_error has the first, the others are used; or a
 * negative errno: nothing was read.
 */
RJ_API int rj_session_process_map(struct rj_session *s, const char *path, uint64_t slack_ms);

/* rj_session_watch - from now on they come from the kernel. */
RJ_API int rj_session_watch(struct rj_session *s, const struct rj_live_options *options);

/*
 * rj_session_watching - how the session's interfaces are watched, for people; "" when they are
 * not.
 */
RJ_API const char *rj_session_watching(const struct rj_session *s);

/*
 * struct rj_unpinned - what rj_unpin took away; @size as above.
 * @num_links, @num_filters: attachments; @num_elsewhere: filters it could not reach, because they
 *       are of another network namespace: they go on, and the directory stays for another try there
 * @num_flows, @num_packets: in the kernel and in no record
 * @packets_killed: lost with processes that were killed before they had written their records
 * @is_counted: the three are known: the maps are whole, and of this version
 * @error: when it failed, the line that says why
 */
struct rj_unpinned {
	size_t size;
	uint32_t num_links;
	uint32_t num_filters;
	uint32_t num_elsewhere;
	uint8_t is_counted;
	uint64_t num_flows;
	uint64_t num_packets;
	uint64_t packets_killed;
	char error[512];
};

/* rj_unpin - detaches and removes what sessions pinned in the directory. */
RJ_API int rj_unpin(const char *directory, struct rj_unpinned *out);

/* rj_session_feed - hands over one frame instead; not while there is a source. */
RJ_API int rj_session_feed(struct rj_session *s, const struct rj_session_frame *frame);

/*
 * rj_session_poll - waits at most @timeout_ms for packets. 1: go on; 0: the source is over. To call
 * it again is to say that the records of the last call are safe: with pins, those of a process that
 * is killed before are counted as lost. -EINTR: a signal ended the reading of a file or pipe.
 *
 * With @follow: the end of a file is not the end, and a file that is not there, or has no whole
 * header, is waited for. While nothing comes, time goes on by this host's clock and idle flows end.
 * -ESTALE: the file was read to its end, and another one has its name now, or it was truncated:
 * finish, and read the name again. A pipe is over when nobody writes to it.
 */
RJ_API int rj_session_poll(struct rj_session *s, int timeout_ms);

/*
 * rj_session_finish - ends the source, if any, and every flow: as "eof" where rj_session_poll had
 * come to the end of a file, else as "stop". The session can be given another source then: a file
 * is its own time.
 */
RJ_API int rj_session_finish(struct rj_session *s);

/* rj_session_get_stats - up to now; fills out->size bytes. */
RJ_API int rj_session_get_stats(const struct rj_session *s, struct rj_stats *out);

/* rj_session_get_progress - how far the capture is read; all 0 where there is none. */
RJ_API int rj_session_get_progress(const struct rj_session *s, struct rj_progress *out);

/* rj_set_aside_name - "not_ip", …; NULL behind the last reason. */
RJ_API const char *rj_set_aside_name(unsigned int reason);

/* rj_loss_name - why samples are lost: "full", …; NULL behind the last. */
RJ_API const char *rj_loss_name(unsigned int loss);

/* rj_gap_name - why names of a container or pod are not known: "absent", …; likewise. */
RJ_API const char *rj_gap_name(unsigned int gap);

/* rj_kubernetes_failure_name - why the API gave no list: "connect", …; likewise. */
RJ_API const char *rj_kubernetes_failure_name(unsigned int failure);

/* rj_session_error - the line about the last call that failed; "" when none did. */
RJ_API const char *rj_session_error(const struct rj_session *s);

/* rj_session_close - gives everything back, detaches; takes NULL. Flows not finished are lost. */
RJ_API void rj_session_close(struct rj_session *s);

/*
 * rj_record_json - the record as one line of JSON without the line end, in *@out
 * of *@out_len bytes, borrowed until the next record of the session. 0 or -ENOMEM.
 */
RJ_API int rj_record_json(struct rj_session *s, const struct rj_record *record, const char **out,
			  size_t *out_len);

/*
 * struct rj_joy_options - what Joy's line needs beside the record; @size as above.
 * @is_unidirectional: the session has no_bidir: Joy then writes "<" for every packet, and the first
 *       ipt is 0
 * @with_example: the key `example`, all payload bytes of the flow
 * @no_packets: `packets` is empty
 * @no_active: a flow that the active limit cut has no expire_type (Joy's preemptive_timeout)
 */
struct rj_joy_options {
	size_t size;
	uint8_t is_unidirectional;
	uint8_t with_example;
	uint8_t no_active;
	uint8_t no_packets;
};

/* rj_record_joy - as rj_record_json, but Joy's keys alone, and numbers as Joy prints them. */
RJ_API int rj_record_joy(struct rj_session *s, const struct rj_record *record,
			 const struct rj_joy_options *options, const char **out, size_t *out_len);

/* struct rj_setting - a member of a line of settings: @text, or @number where that is NULL. */
struct rj_setting {
	const char *name;
	const char *text;
	uint64_t number;
};

/* rj_session_settings_json - @num of them as one line of JSON, borrowed as rj_record_json's. */
RJ_API int rj_session_settings_json(struct rj_session *s, const struct rj_setting *settings,
				    size_t num, const char **out, size_t *out_len);

/* rj_fields - calls back for every field rejoice can write: path ("tls.sni") and row. */
RJ_API void rj_fields(void (*row)(void *user, const char *path, const struct rj_field *field),
		      void *user);

/*
 * rj_kernel_features - calls back for each thing asked of this kernel: 1 it is there, 0 it is
 * not, negative this process may not ask.
 */
RJ_API void rj_kernel_features(void (*feature)(void *user, const char *name, int is_there),
			       void *user);

/* rj_version - of the library, "0.1.0". */
RJ_API const char *rj_version(void);

#ifdef __cplusplus
}
#endif
#endif
