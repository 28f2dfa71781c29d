/* SPDX-License-Identifier: BSD-3-Clause */
/* What pinned maps were made for, as text: whoever goes on with them must ask for the same. */
#ifndef RJ_SOURCE_PIN_SETTINGS_H
#define RJ_SOURCE_PIN_SETTINGS_H

#include "bpf/abi.h"
#include "core/error.h"
#include "core/status.h"

struct rj_live_config;

/*
 * rj_pin_settings - @config as lines "name value" into @out of RJ_SETTINGS_LEN bytes. An option
 * that changes what maps hold or where programs are attached is a line here. 0, or -E2BIG.
 */
RJ_MUST_CHECK int rj_pin_settings(const struct rj_live_config *config, char *out);

/*
 * rj_pin_compare_settings - 0 when @now is @pinned, else -EEXIST and the first difference in
 * @error, for the pins in @path.
 */
RJ_MUST_CHECK int rj_pin_compare_settings(const char *pinned, const char *now, const char *path,
					  struct rj_error *error);

#endif
