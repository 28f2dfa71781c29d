// SPDX-License-Identifier: BSD-3-Clause
/* One line that is written over, or lines where there is no terminal to do so. */
#include "cli/progress.h"

#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REDRAW_S 0.5
#define LINE_S 1.0
#define MAX_WIDTH 200u
#define DEFAULT_WIDTH 80u

/*
 * @is_drawn: it is one line, written over; @shown: columns of it that stand there now
 * @total: of all files; @before: of those that are done
 * @rate: packets a second since @told_at
 */
static struct {
	bool is_on;
	bool is_drawn;
	size_t shown;
	uint64_t total;
	uint64_t before;
	uint64_t packets;
	double began_at;
	double told_at;
	double rate;
} progress;

static bool is_terminal(int fd)
{
	return fd >= 0 && isatty(fd);
}

bool progress_is_wanted(const struct settings *settings, const struct output *out)
{
	if (settings->progress == PROGRESS_AUTO)
		return !settings->is_quiet && is_terminal(STDERR_FILENO) && !is_terminal(out->fd);
	return settings->progress == PROGRESS_ALWAYS;
}

void progress_begin(const struct output *out, uint64_t total)
{
	progress.is_on = true;
	progress.is_drawn = is_terminal(STDERR_FILENO) && !is_terminal(out->fd);
	progress.total = total;
	progress.began_at = progress.told_at = seconds_now();
}

static void put_bytes(char *to, size_t len, uint64_t bytes)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB" };
	double value = (double)bytes / 1000;
	size_t unit = 0;

	for (; value >= 999.95 && unit + 1 < sizeof(units) / sizeof(*units); unit++)
		value /= 1000;
	snprintf(to, len, "%.1f %s", value, units[unit]);
}

/* Of a file that still grows more may have been read than there was. */
static void put_left(char *to, size_t len, uint64_t read, double elapsed)
{
	double left = (double)(progress.total - read) * elapsed / (double)read;
	uint64_t seconds = left < 1e8 ? (uint64_t)left : 100000000;

	if (seconds >= 3600)
		snprintf(to, len, ", %" PRIu64 ":%02u:%02u left", seconds / 3600,
			 (unsigned int)(seconds / 60 % 60), (unsigned int)(seconds % 60));
	else
		snprintf(to, len, ", %u:%02u left", (unsigned int)(seconds / 60),
			 (unsigned int)(seconds % 60));
}

/* The line without its end; the number of its characters, of which each is a column. */
static size_t put_line(char *to, size_t len, const struct rj_stats *stats, uint64_t read,
		       double elapsed)
{
	bool has_total = progress.total && read && read <= progress.total;
	char done[32], of[64] = "", left[48] = "";
	int num;

	put_bytes(done, sizeof(done), read);
	if (has_total) {
		char total[32];

		put_bytes(total, sizeof(total), progress.total);
		snprintf(of, sizeof(of), " of %s (%.0f %%)", total,
			 100.0 * (double)read / (double)progress.total);
		put_left(left, sizeof(left), read, elapsed);
	}
	num = snprintf(to, len, "%s%s, %" PRIu64 " packets, %" PRIu64 " flows, %.0f packets/s%s",
		       done, of, stats->packets, stats->flows, progress.rate, left);
	return (size_t)num < len ? (size_t)num : len - 1;
}

static size_t width(void)
{
	struct winsize size;
	size_t columns = DEFAULT_WIDTH;

	if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		columns = size.ws_col;
	return columns < MAX_WIDTH ? columns : MAX_WIDTH;
}

/* In one write, so that whatever ends the program leaves no half of it. */
static void put_on_terminal(const char *text, size_t len)
{
	char line[2 * MAX_WIDTH + 3] = "\r";
	size_t columns = width() - 1, num = len < columns ? len : columns, end = 1 + num;
	ssize_t done;

	memcpy(line + 1, text, num);
	for (; end - 1 < progress.shown && end - 1 < columns; end++)
		line[end] = ' ';
	if (!num)
		line[end++] = '\r';
	progress.shown = num;
	done = write(STDERR_FILENO, line, end);
	(void)done; /* whoever has lost the terminal has no use for it */
}

/* A job in the background leaves the terminal to the one that has it. */
static bool is_in_background(void)
{
	pid_t group = tcgetpgrp(STDERR_FILENO);

	return group > 0 && group != getpgrp();
}

static void tell(const struct rj_session *s, double now)
{
	struct rj_stats stats = { .size = sizeof(stats) };
	struct rj_progress file = { .size = sizeof(file) };
	char line[256];
	size_t len;

	rj_session_get_stats(s, &stats);
	rj_session_get_progress(s, &file);
	if (now > progress.told_at)
		progress.rate =
			(double)(stats.packets - progress.packets) / (now - progress.told_at);
	progress.packets = stats.packets;
	progress.told_at = now;
	len = put_line(line, sizeof(line), &stats, progress.before + file.bytes_read,
		       now - progress.began_at);
	if (!progress.is_drawn)
		fprintf(stderr, "rejoice: %s\n", line);
	else if (!is_in_background())
		put_on_terminal(line, len);
}

void progress_tell(const struct rj_session *s)
{
	double now;

	if (!progress.is_on)
		return;
	now = seconds_now();
	if (now - progress.told_at >= (progress.is_drawn ? REDRAW_S : LINE_S))
		tell(s, now);
}

void progress_next(const struct rj_session *s)
{
	struct rj_progress file = { .size = sizeof(file) };

	rj_session_get_progress(s, &file);
	progress.before += file.bytes_total ? file.bytes_total : file.bytes_read;
}

void progress_hide(void)
{
	if (progress.shown)
		put_on_terminal("", 0);
}

void progress_end(const struct rj_session *s)
{
	progress_hide();
	if (progress.is_on && !progress.is_drawn)
		tell(s, seconds_now());
	progress.is_on = false;
}
