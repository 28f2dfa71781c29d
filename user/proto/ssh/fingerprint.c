// SPDX-License-Identifier: BSD-3-Clause
/* Fingerprints of KEXINIT: Mercury's NPF and HASSH. */
#include "proto/ssh/session.h"

/* struct role - what is told of a client or server: fields, and the lists of its direction. */
struct role {
	const char *npf_name;
	enum rj_fp_field npf;
	enum rj_fp_field hassh;
	enum rj_fp_field hassh_raw;
	enum rj_ssh_list lists[4];
};

static const struct role roles[] = {
	{ "ssh/",
	  RJ_FP_SSH,
	  RJ_FP_HASSH,
	  RJ_FP_HASSH_RAW,
	  { RJ_SSH_KEX, RJ_SSH_C_ENCRYPTION, RJ_SSH_C_MAC, RJ_SSH_C_COMPRESSION } },
	{ "ssh_server/",
	  RJ_FP_SSH_SERVER,
	  RJ_FP_HASSH_SERVER,
	  RJ_FP_HASSH_SERVER_RAW,
	  { RJ_SSH_KEX, RJ_SSH_S_ENCRYPTION, RJ_SSH_S_MAC, RJ_SSH_S_COMPRESSION } },
};

static void write_npf(const struct role *role, const struct rj_ssh_kexinit *k,
		      struct rj_fingerprints *f)
{
	rj_fp_begin(&f->text, RJ_FP_NO_DIGEST);
	rj_fp_word(&f->text, role->npf_name);
	for (unsigned int i = 0; i < RJ_SSH_NUM_LISTS; i++) {
		rj_fp_char(&f->text, '(');
		rj_fp_hex(&f->text, k->lists[i].at, k->lists[i].left);
		rj_fp_char(&f->text, ')');
	}
	rj_fp_write(f, role->npf);
}

static void write_hassh(const struct role *role, const struct rj_ssh_kexinit *k,
			struct rj_fingerprints *f)
{
	rj_fp_begin(&f->text, RJ_FP_MD5);
	for (unsigned int i = 0; i < sizeof(role->lists) / sizeof(*role->lists); i++) {
		const struct rj_cursor *list = &k->lists[role->lists[i]];

		if (i)
			rj_fp_char(&f->text, ';');
		rj_fp_put(&f->text, (const char *)list->at, list->left);
	}
	rj_fp_write_md5(f, role->hassh, role->hassh_raw);
}

void rj_ssh_session_fingerprints(const struct rj_ssh_session *session, struct rj_fingerprints *f)
{
	int client = rj_ssh_session_client(session);
	struct rj_ssh_kexinit lists;

	f->client = client;
	for (unsigned int side = 0; client >= 0 && side < 2; side++) {
		const struct role *role = &roles[side];

		if (rj_ssh_session_lists(session, (unsigned int)client ^ side, &lists))
			continue;
		write_npf(role, &lists, f);
		write_hassh(role, &lists, f);
	}
}
