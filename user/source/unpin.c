// SPDX-License-Identifier: BSD-3-Clause
/* Ends what is pinned, and counts what is lost with it. */
#include "source/unpin.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpf/accumulate.h"
#include "source/kernel.h"
#include "source/netns.h"
#include "source/pin_dir.h"

/* Records of the ring that nobody has read. */
static int on_record(void *user, void *data, size_t len)
{
	struct rj_unpin_counts *out = user;
	uint32_t kind;

	(void)len;
	memcpy(&kind, data, sizeof(kind));
	if (kind == RJ_RING_FLOW) {
		const struct rj_ring_flow *cut = data;

		out->num_flows++;
		out->num_packets += rj_flow_packets(&cut->flow);
	} else if (kind == RJ_RING_ORPHAN) {
		out->num_packets += ((const struct rj_orphan *)data)->packet.num_segments;
	}
	return 0;
}

static int count_ring(int fd, struct rj_unpin_counts *out)
{
	struct ring_buffer *ring = ring_buffer__new(fd, on_record, out, NULL);
	int err = ring ? ring_buffer__consume(ring) : -errno;

	ring_buffer__free(ring);
	return err < 0 ? err : 0;
}

static int count_flows(int fd, struct rj_unpin_counts *out)
{
	struct rj_key key, *before = NULL;
	struct rj_flow flow;
	int err;

	while (!(err = bpf_map_get_next_key(fd, before, &key))) {
		before = &key;
		if (bpf_map_lookup_elem(fd, &key, &flow))
			continue;
		out->num_flows++;
		out->num_packets += rj_flow_packets(&flow);
	}
	return err == -ENOENT ? 0 : err;
}

static bool is_of_this_version(int meta_fd, struct rj_meta *out)
{
	static const char *const format = "version %u\n";
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info), zero = 0;
	char first[32];

	if (bpf_map_get_info_by_fd(meta_fd, &info, &len) || info.value_size != sizeof(*out) ||
	    bpf_map_lookup_elem(meta_fd, &zero, out))
		return false;
	snprintf(first, sizeof(first), format, RJ_ABI_VERSION);
	return !strncmp(out->settings, first, strlen(first));
}

/* Nothing is attached any more, and what ran has ended. */
static bool count(const struct rj_pin *p, struct rj_unpin_counts *out)
{
	int meta_fd = rj_pin_map_fd(p, "rj_meta");
	int flows_fd = rj_pin_map_fd(p, "rj_flows");
	int ring_fd = rj_pin_map_fd(p, "rj_ring");
	struct rj_meta meta;
	bool is_counted = meta_fd >= 0 && flows_fd >= 0 && ring_fd >= 0 &&
			  is_of_this_version(meta_fd, &meta) && !count_flows(flows_fd, out) &&
			  !count_ring(ring_fd, out);

	if (is_counted)
		out->packets_killed = rj_meta_missing(&meta);
	if (meta_fd >= 0)
		close(meta_fd);
	if (flows_fd >= 0)
		close(flows_fd);
	if (ring_fd >= 0)
		close(ring_fd);
	return is_counted;
}

/* The namespace of --netns, by its name of then; false where there was none. */
static bool named_netns(const struct rj_pin *p, char name[RJ_SETTINGS_LEN])
{
	static const char option[] = "\n--netns ";
	int fd = rj_pin_map_fd(p, "rj_meta");
	struct rj_meta meta;
	bool is_read = fd >= 0 && is_of_this_version(fd, &meta);
	const char *at = is_read ? strstr(meta.settings, option) : NULL;

	if (fd >= 0)
		close(fd);
	if (!at)
		return false;
	at += strlen(option);
	snprintf(name, RJ_SETTINGS_LEN, "%.*s", (int)strcspn(at, "\n"), at);
	return strcmp(name, "-") != 0;
}

/* What is not of this namespace may be of the one that was named, if that can be found. */
static void detach_there(struct rj_pin *p, struct rj_pin_removed *out)
{
	struct rj_netns ns = { .there = -1, .here = -1 };
	struct rj_pin_removed there;
	struct rj_error error;
	char name[RJ_SETTINGS_LEN];
	struct stat st;

	if (!named_netns(p, name) || rj_netns_open(name, &ns, &error))
		return;
	if (!fstat(ns.there, &st) && !rj_netns_enter(&ns, &error)) {
		p->netns = st.st_ino;
		rj_pin_detach(p, &there);
		rj_netns_leave(&ns);
		out->num_filters += there.num_filters;
		out->num_elsewhere = there.num_elsewhere;
	}
	rj_netns_close(&ns);
}

int rj_unpin_directory(const char *path, struct rj_unpin_counts *out, struct rj_error *error)
{
	struct rj_pin *p = NULL;
	int err = rj_pin_open(path, false, &p, error);

	if (err)
		return err;
	if (!rj_pin_is_whole(p) && !rj_pin_num_cleaned(p)) {
		err = rj_error_set(error, -ENOENT, "%s: nothing of rejoice is pinned there", path);
	} else {
		rj_pin_detach(p, &out->removed);
		if (out->removed.num_elsewhere)
			detach_there(p, &out->removed);
	}
	/* filters out of reach go on counting, and are found by their pins */
	if (!err && !out->removed.num_elsewhere) {
		rj_kernel_settle();
		out->is_counted = count(p, out);
		rj_pin_remove(p);
	}
	rj_pin_close(p);
	return err;
}
