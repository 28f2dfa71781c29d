/* SPDX-License-Identifier: BSD-3-Clause */
/* The few kernel types that programs outside the packet path look into (CO-RE). */
#ifndef RJ_BPF_KERNEL_H
#define RJ_BPF_KERNEL_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	void *key;
	void *value;
};

struct super_block {
	unsigned int s_dev;
};

struct inode {
	struct super_block *i_sb;
	unsigned long i_ino;
	long long i_size;
};

struct file {
	struct inode *f_inode;
};

struct mm_struct {
	struct file *exe_file;
};

struct task_struct {
	int tgid;
	struct task_struct *group_leader;
	__u64 start_boottime;
	struct mm_struct *mm;
};

typedef struct {
	long long counter;
} atomic64_t;

struct sock_common {
	unsigned short skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	atomic64_t skc_cookie;
};

struct socket;

struct sock {
	struct sock_common __sk_common;
	struct socket *sk_socket;
};

struct inet_sock {
	struct sock sk;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
};

struct mptcp_sock {
	struct inet_connection_sock sk;
};

struct socket {
	struct file *file;
	struct sock *sk;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

#pragma clang attribute pop

#endif
