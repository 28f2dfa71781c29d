// SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause)
/* Which process a socket is of: cgroup hooks that note it at the socket. They allow everything. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/kernel.h"
#include "bpf/sockets.h"
#include "bpf/wire.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define RJ_ALLOW 1
#define RJ_TCP_CLOSE 7 /* states; the first also of UDP that is not connected */
#define RJ_TCP_LISTEN 10

const volatile __u32 rj_abi_version = RJ_ABI_VERSION;

/* Whether hooks of cgroups may look at the process that runs. */
const volatile __u8 rj_sees_task = 0;

/*
 * Names of the processes that were told of, by number. One that was not met for longest is
 * forgotten for a new one, and gets another name when it comes again.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, __u64);
} rj_processes SEC(".maps");

/* struct rj_process_met, on their way to user space. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} rj_process_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RJ_NUM_OWNER_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} rj_owner_counts SEC(".maps");

static __always_inline void rj_owner_count(__u32 which)
{
	__u64 *count = bpf_map_lookup_elem(&rj_owner_counts, &which);

	if (count)
		rj_count(count, 1);
}

/* What is gone with the process itself; whoever is told may come too late to see it in /proc. */
static __always_inline void rj_process_see(struct rj_process_met *met)
{
	const struct task_struct *task = bpf_get_current_task_btf();
	const struct inode *inode;

	met->start_ns = task->group_leader->start_boottime;
	if (!task->mm || !task->mm->exe_file) /* the kernel's own */
		return;
	inode = task->mm->exe_file->f_inode;
	met->exe_inode = inode->i_ino;
	met->exe_size = (__u64)inode->i_size;
	met->exe_device = inode->i_sb->s_dev;
}

/* rj_process_tell - false where the ring is full: then it is told of when it is met again. */
static __always_inline int rj_process_tell(__u64 name, __u64 now_ns, int is_current)
{
	struct rj_process_met *met = bpf_ringbuf_reserve(&rj_process_ring, sizeof(*met), 0);

	if (!met)
		return 0;
	__builtin_memset(met, 0, sizeof(*met));
	met->name = name;
	met->time_ns = now_ns;
	met->uid = ~0u;
	if (is_current) {
		met->cgroup = bpf_get_current_cgroup_id();
		met->uid = (__u32)bpf_get_current_uid_gid();
		bpf_get_current_comm(met->comm, sizeof(met->comm));
		if (rj_sees_task)
			rj_process_see(met);
	}
	/* whoever opens a socket may be gone soon: user space looks at it now */
	bpf_ringbuf_submit(met, 0);
	return 1;
}

/* rj_process_meet - the name of a process that has none yet; 0 where it cannot be told of. */
static __noinline __u64 rj_process_meet(__u32 pid, int is_current)
{
	__u64 now_ns = bpf_ktime_get_ns();
	__u64 name = rj_process_name(now_ns, pid);
	__u64 *known;

	/* another thread of it may be here too: then its name is the one */
	if (bpf_map_update_elem(&rj_processes, &pid, &name, BPF_NOEXIST)) {
		known = bpf_map_lookup_elem(&rj_processes, &pid);
		return known ? *known : 0;
	}
	if (rj_process_tell(name, now_ns, is_current))
		return name;
	bpf_map_delete_elem(&rj_processes, &pid);
	rj_owner_count(RJ_OWNER_RING_FULL);
	return 0;
}

static __always_inline __u64 rj_process_of(__u32 pid, int is_current)
{
	__u64 *known = bpf_map_lookup_elem(&rj_processes, &pid);

	return known ? *known : rj_process_meet(pid, is_current);
}

static __always_inline __u64 rj_process_here(void)
{
	return rj_process_of((__u32)(bpf_get_current_pid_tgid() >> 32), 1);
}

/* rj_socket_add - a socket that was not known before; false where there is no room. */
static __always_inline int rj_socket_add(__u64 cookie, const struct rj_owner *owner)
{
	struct rj_socket_set *first = rj_socket_set_of(cookie, 0), *second;
	int is_kept = first && rj_socket_set_add(first, cookie, owner);

	if (!is_kept && first) {
		rj_count(&first->elsewhere, 1);
		second = rj_socket_set_of(cookie, 1);
		is_kept = second && rj_socket_set_add(second, cookie, owner);
		if (!is_kept)
			rj_count(&first->elsewhere, (__u64)-1);
	}
	rj_owner_count(is_kept ? RJ_OWNER_SOCKETS : RJ_OWNER_NO_ROOM);
	return is_kept;
}

static __always_inline void rj_socket_remove(__u64 cookie)
{
	struct rj_socket_set *first = rj_socket_set_of(cookie, 0), *second;

	if (!first || rj_socket_set_remove(first, cookie))
		return;
	second = rj_socket_set_next(first, cookie);
	if (second && rj_socket_set_remove(second, cookie))
		rj_count(&first->elsewhere, (__u64)-1);
}

/* rj_socket_use - false where the socket is not known. */
static __always_inline int rj_socket_use(__u64 cookie, __u64 user)
{
	struct rj_socket_set *set = rj_socket_set_of(cookie, 0);

	if (!set)
		return 0;
	if (rj_socket_set_use(set, cookie, user))
		return 1;
	set = rj_socket_set_next(set, cookie);
	return set && rj_socket_set_use(set, cookie, user);
}

int rj_sock_create(struct bpf_sock *sk);
SEC("cgroup/sock_create") int rj_sock_create(struct bpf_sock *sk)
{
	struct rj_owner owner;

	owner.opener = rj_process_here();
	owner.user = owner.opener;
	if (owner.opener)
		rj_socket_add(bpf_get_socket_cookie(sk), &owner);
	return RJ_ALLOW;
}

int rj_sock_release(struct bpf_sock *sk);
SEC("cgroup/sock_release") int rj_sock_release(struct bpf_sock *sk)
{
	rj_socket_remove(bpf_get_socket_cookie(sk));
	return RJ_ALLOW;
}

/* rj_sock_bound - a socket with an address of its own, which most are that are to listen. */
static __always_inline int rj_sock_bound(struct bpf_sock *sk)
{
	struct rj_owner owner, *kept;

	if ((sk->protocol != RJ_IP_TCP && sk->protocol != RJ_IP_UDP) ||
	    !rj_socket_get(bpf_get_socket_cookie(sk), &owner))
		return RJ_ALLOW;
	kept = bpf_sk_storage_get(&rj_listeners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (kept)
		*kept = owner;
	else
		rj_owner_count(RJ_OWNER_NO_ROOM);
	return RJ_ALLOW;
}

int rj_post_bind4(struct bpf_sock *sk);
SEC("cgroup/post_bind4") int rj_post_bind4(struct bpf_sock *sk)
{
	return rj_sock_bound(sk);
}

int rj_post_bind6(struct bpf_sock *sk);
SEC("cgroup/post_bind6") int rj_post_bind6(struct bpf_sock *sk)
{
	return rj_sock_bound(sk);
}

/* rj_sock_use - the process that runs uses the socket, if it is known: kernel's own are not. */
static __always_inline int rj_sock_use(struct bpf_sock_addr *ctx)
{
	__u64 user = rj_process_here();

	if (user)
		rj_socket_use(bpf_get_socket_cookie(ctx), user);
	return RJ_ALLOW;
}

#define RJ_USE_PROGRAM(id, section)                                                                \
	int id(struct bpf_sock_addr *ctx);                                                         \
	SEC(section) int id(struct bpf_sock_addr *ctx)                                             \
	{                                                                                          \
		return rj_sock_use(ctx);                                                           \
	}

RJ_USE_PROGRAM(rj_connect4, "cgroup/connect4")
RJ_USE_PROGRAM(rj_connect6, "cgroup/connect6")
RJ_USE_PROGRAM(rj_sendmsg4, "cgroup/sendmsg4")
RJ_USE_PROGRAM(rj_sendmsg6, "cgroup/sendmsg6")

/*
 * rj_socket_meet - the process that runs uses a socket, which has been accepted if it is not known.
 * Who opened its listener is not known here. The kernel's own sockets, of which no hook tells when
 * they are closed, have no file.
 */
static __always_inline void rj_socket_meet(__u64 cookie, const struct sock *sk)
{
	struct rj_owner owner = { .user = rj_process_here() };

	if (owner.user && !rj_socket_use(cookie, owner.user) && sk && sk->sk_socket &&
	    sk->sk_socket->file)
		rj_socket_add(cookie, &owner);
}

/* accept asks for the peer's name on the way, unless its caller does not want to know it */
static __always_inline int rj_sock_accept(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	const struct tcp_sock *tcp = sk ? bpf_skc_to_tcp_sock(sk) : 0;

	if (tcp)
		rj_socket_meet(bpf_get_socket_cookie(ctx), &tcp->inet_conn.icsk_inet.sk);
	return RJ_ALLOW;
}

int rj_accept4(struct bpf_sock_addr *ctx);
SEC("cgroup/getpeername4") int rj_accept4(struct bpf_sock_addr *ctx)
{
	return rj_sock_accept(ctx);
}

int rj_accept6(struct bpf_sock_addr *ctx);
SEC("cgroup/getpeername6") int rj_accept6(struct bpf_sock_addr *ctx)
{
	return rj_sock_accept(ctx);
}

/* What is sent and received, of sockets that were handed on nothing else tells: (sk, length, …). */
static __always_inline int rj_sock_moved(const __u64 *ctx)
{
	const struct sock *sk = (const struct sock *)ctx[0];
	__u16 family = sk->__sk_common.skc_family;

	if ((int)ctx[1] > 0 && (family == RJ_AF_INET || family == RJ_AF_INET6))
		rj_socket_meet(bpf_get_socket_cookie((void *)sk), sk);
	return 0;
}

int rj_sent(const __u64 *ctx);
SEC("tp_btf/sock_send_length") int rj_sent(const __u64 *ctx)
{
	return rj_sock_moved(ctx);
}

int rj_received(const __u64 *ctx);
SEC("tp_btf/sock_recv_length") int rj_received(const __u64 *ctx)
{
	return rj_sock_moved(ctx);
}

/* rj_process_forget - its number, or what it runs, is another's from now on. */
static __always_inline int rj_process_forget(void)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u32 pid = (__u32)(pid_tgid >> 32);

	if ((__u32)pid_tgid == pid) /* its first thread */
		bpf_map_delete_elem(&rj_processes, &pid);
	return 0;
}

int rj_exec(void *ctx);
SEC("raw_tp/sched_process_exec") int rj_exec(void *ctx)
{
	(void)ctx;
	return rj_process_forget();
}

int rj_exit(void *ctx);
SEC("raw_tp/sched_process_exit") int rj_exit(void *ctx)
{
	(void)ctx;
	return rj_process_forget();
}

/*
 * rj_earlier_note - a socket that was open before the hooks were attached, and one of the processes
 * that have it; false where another is noted: the first with it, of the lowest number, which the
 * others mostly come from.
 */
static __always_inline int rj_earlier_note(__u64 cookie, __u32 pid, struct rj_owner *owner)
{
	if (rj_socket_get(cookie, owner))
		return 0;
	owner->opener = rj_process_of(pid, 0);
	owner->user = owner->opener;
	return owner->opener && rj_socket_add(cookie, owner);
}

static __always_inline int rj_is_bound(__u32 state, __u32 port)
{
	return state == RJ_TCP_LISTEN || (state == RJ_TCP_CLOSE && port);
}

/* Run by user space once, when the hooks are attached. */
int rj_open_files(struct bpf_iter__task_file *ctx);
SEC("iter/task_file") int rj_open_files(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct rj_owner owner;
	struct socket *socket;
	struct sock *sk;

	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk ||
	    (sk->__sk_common.skc_family != RJ_AF_INET && sk->__sk_common.skc_family != RJ_AF_INET6))
		return 0;
	if (rj_earlier_note(bpf_get_socket_cookie(sk), (__u32)task->tgid, &owner) &&
	    rj_is_bound(sk->__sk_common.skc_state, sk->__sk_common.skc_num))
		bpf_sk_storage_get(&rj_listeners, sk, &owner, BPF_SK_STORAGE_GET_F_CREATE);
	return 0;
}

/*
 * Where the kernel has no such iterator user space takes each socket of each process itself, and
 * asks for its name: the process that does, and the one whose sockets these are.
 */
volatile __u32 rj_noting = 0;
volatile __u32 rj_noted = 0;

static __always_inline int rj_earlier_shown(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	struct rj_owner owner;

	if (bpf_get_current_pid_tgid() >> 32 == rj_noting && sk &&
	    rj_earlier_note(bpf_get_socket_cookie(ctx), rj_noted, &owner) &&
	    rj_is_bound(sk->state, sk->src_port))
		bpf_sk_storage_get(&rj_listeners, sk, &owner, BPF_SK_STORAGE_GET_F_CREATE);
	return RJ_ALLOW;
}

int rj_shown4(struct bpf_sock_addr *ctx);
SEC("cgroup/getsockname4") int rj_shown4(struct bpf_sock_addr *ctx)
{
	return rj_earlier_shown(ctx);
}

int rj_shown6(struct bpf_sock_addr *ctx);
SEC("cgroup/getsockname6") int rj_shown6(struct bpf_sock_addr *ctx)
{
	return rj_earlier_shown(ctx);
}
