// SPDX-License-Identifier: BSD-3-Clause
/*
 * A program on librejoice that loses the right to enter the namespace it watches: usage: outside
 * NETNS IFACE ATTACH. Says "watching", and the lines it is told; watches until SIGINT; prints how
 * often it was woken.
 */
#include <rejoice/rejoice.h>

#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile sig_atomic_t is_over;

static void on_signal(int number)
{
	(void)number;
	is_over = 1;
}

static void on_notice(void *user, int level, const char *line)
{
	(void)user, (void)level;
	printf("%s\n", line);
	fflush(stdout);
}

static void on_record(void *user, const struct rj_record *record)
{
	(void)user, (void)record;
}

static int drop_sys_admin(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data))
		return -1;
	data[0].effective &= ~CAP_TO_MASK(CAP_SYS_ADMIN);
	data[0].permitted &= ~CAP_TO_MASK(CAP_SYS_ADMIN);
	return (int)syscall(SYS_capset, &header, data);
}

int main(int argc, char **argv)
{
	struct rj_options options = { .size = sizeof(options), .on_record = on_record };
	struct rj_live_options live = { .size = sizeof(live), .on_notice = on_notice };
	struct rj_session *s = NULL;
	int num_polls = 0, err;

	if (argc != 4)
		return 2;
	live.netns = argv[1];
	live.interfaces = argv[2];
	live.attach = argv[3];
	signal(SIGINT, on_signal);
	err = rj_session_open(&options, &s);
	err = err ? err : rj_session_watch(s, &live);
	if (err || drop_sys_admin()) {
		printf("%s\n", s ? rj_session_error(s) : "no session");
		return 1;
	}
	printf("watching\n");
	fflush(stdout);
	while (!is_over && rj_session_poll(s, 100) >= 0)
		num_polls++;
	err = rj_session_finish(s);
	rj_session_close(s);
	printf("%d polls\n", num_polls);
	return err < 0;
}
