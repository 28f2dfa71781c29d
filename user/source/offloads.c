// SPDX-License-Identifier: BSD-3-Clause
/* Reads and sets an interface's features by ethtool's ioctl. */
#include "source/offloads.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int ask(const char *name, void *command)
{
	struct ifreq request = { .ifr_data = command };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
	if (ioctl(fd, SIOCETHTOOL, &request))
		err = -errno;
	close(fd);
	return err;
}

int rj_offloads_read(const char *name, struct rj_offloads *out)
{
	_Alignas(struct ethtool_gfeatures)
		uint8_t room[sizeof(struct ethtool_gfeatures) +
			     RJ_OFFLOAD_BLOCKS * sizeof(struct ethtool_get_features_block)] = { 0 };
	struct ethtool_gfeatures *got = (struct ethtool_gfeatures *)room;
	int err;

	got->cmd = ETHTOOL_GFEATURES;
	got->size = RJ_OFFLOAD_BLOCKS;
	err = ask(name, got);
	if (err)
		return err;
	*out = (struct rj_offloads){ .num_blocks = got->size < RJ_OFFLOAD_BLOCKS ?
							   got->size :
							   RJ_OFFLOAD_BLOCKS };
	for (uint32_t i = 0; i < out->num_blocks; i++)
		out->is_on[i] = got->features[i].active;
	return 0;
}

/* The names of all features, ETH_GSTRING_LEN bytes each; NULL when they are not to be had. */
static struct ethtool_gstrings *read_names(const char *name, uint32_t num)
{
	struct ethtool_gstrings *names = calloc(1, sizeof(*names) + (size_t)num * ETH_GSTRING_LEN);

	if (!names)
		return NULL;
	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_FEATURES;
	names->len = num;
	if (!ask(name, names) && names->len <= num)
		return names;
	free(names);
	return NULL;
}

/* The kernel refuses a number of names other than its own. */
static uint32_t num_names(const char *name)
{
	struct {
		struct ethtool_sset_info info;
		uint32_t num;
	} asked = { .info = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ull << ETH_SS_FEATURES } };

	return ask(name, &asked) || !asked.info.sset_mask ? 0 : asked.num;
}

void rj_offloads_tell(const char *name, const struct rj_offloads *before,
		      const struct rj_offloads *after, char *out, size_t len)
{
	struct ethtool_gstrings *names;
	uint32_t num;
	size_t at = 0;

	*out = 0;
	if (!memcmp(before, after, sizeof(*before)))
		return;
	num = num_names(name);
	names = num ? read_names(name, num) : NULL;
	for (uint32_t i = 0; names && i < names->len && i < before->num_blocks * 32; i++) {
		uint32_t bit = 1u << i % 32;
		const char *text = (const char *)names->data + (size_t)i * ETH_GSTRING_LEN;

		if (!((before->is_on[i / 32] ^ after->is_on[i / 32]) & bit) || at >= len)
			continue;
		at += (size_t)snprintf(out + at, len - at, "%s%.*s %s", at ? ", " : "",
				       ETH_GSTRING_LEN, text,
				       after->is_on[i / 32] & bit ? "on" : "off");
	}
	free(names);
}

void rj_offloads_restore(const char *name, const struct rj_offloads *before,
			 const struct rj_offloads *after)
{
	_Alignas(struct ethtool_sfeatures)
		uint8_t room[sizeof(struct ethtool_sfeatures) +
			     RJ_OFFLOAD_BLOCKS * sizeof(struct ethtool_set_features_block)] = { 0 };
	struct ethtool_sfeatures *set = (struct ethtool_sfeatures *)room;
	struct rj_offloads now;
	uint32_t any = 0;

	if (!memcmp(before, after, sizeof(*before)) || rj_offloads_read(name, &now))
		return;
	set->cmd = ETHTOOL_SFEATURES;
	set->size = before->num_blocks;
	for (uint32_t i = 0; i < before->num_blocks; i++) {
		set->features[i].valid = (before->is_on[i] ^ after->is_on[i]) &
					 (before->is_on[i] ^ now.is_on[i]);
		set->features[i].requested = before->is_on[i];
		any |= set->features[i].valid;
	}
	if (any)
		(void)ask(name, set);
}

bool rj_offloads_driver_is(const char *name, const char *driver)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	return !ask(name, &info) && !strncmp(info.driver, driver, sizeof(info.driver));
}
