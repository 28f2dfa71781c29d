/* SPDX-License-Identifier: BSD-3-Clause */
/* What container runtimes write of their containers, as JSON. */
#ifndef RJ_OWNER_STATE_H
#define RJ_OWNER_STATE_H

#include "owner/container.h"
#include "owner/gap.h"
#include "owner/tree.h"

/*
 * rj_state_read - looks for the container @c->id where its runtime keeps state below @t (with an
 * unknown runtime: where any of those does that leave it out of the path), and fills those of
 * runtime, name, image and the pod's that are empty. Returns RJ_GAP_NONE where the container was
 * found, else why not: as where the state says another pod than @c->pod_uid.
 */
enum rj_gap rj_state_read(const struct rj_tree *t, struct rj_container *c);

/*
 * rj_state_text - copies the text at @from to @out of @size bytes, if that is empty and the text
 * is neither too long nor has blanks or control characters.
 */
void rj_state_text(const char *from, size_t len, char *out, size_t size);

#endif
