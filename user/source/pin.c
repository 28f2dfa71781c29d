// SPDX-License-Identifier: BSD-3-Clause
/* The directory of pins: its lock, its names, the maps in it. */
#include "source/pin.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "source/pin_dir.h"
#include "source/pin_settings.h"

#define META "rj_meta"

static int cannot(const char *path, int err, struct rj_error *error)
{
	if (err == -EACCES || err == -EPERM)
		return rj_error_set(
			error, -EPERM,
			"%s: not permitted to use it for pins; give the directory to this "
			"user, or be root",
			path);
	return rj_error_set(error, err, "%s: cannot be used for pins: %s", path, strerror(-err));
}

/* The file system of @path, or of what it will be in. */
static int check_bpffs(const char *path, struct rj_error *error)
{
	char *copy = strdup(path);
	struct statfs fs;
	int err = copy ? 0 : -ENOMEM;

	if (!err && statfs(path, &fs))
		err = errno == ENOENT && !statfs(dirname(copy), &fs) ? 0 : -errno;
	free(copy);
	if (err)
		return cannot(path, err, error);
	if ((uint32_t)fs.f_type == BPF_FS_MAGIC)
		return 0;
	return rj_error_set(
		error, -ENOTDIR,
		"%s: not on a BPF file system; `mount -t bpf bpf /sys/fs/bpf` makes one, "
		"then say --pin /sys/fs/bpf/NAME",
		path);
}

static int open_locked(struct rj_pin *p, bool is_new, struct rj_error *error)
{
	struct stat st;
	int err = check_bpffs(p->path, error);

	if (err)
		return err;
	if (is_new && mkdir(p->path, 0700) && errno != EEXIST)
		return cannot(p->path, -errno, error);
	p->fd = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->fd < 0 || fstat(p->fd, &st))
		return cannot(p->path, -errno, error);
	p->inode = (uint32_t)st.st_ino;
	if (!flock(p->fd, LOCK_EX | LOCK_NB))
		return 0;
	if (errno == EWOULDBLOCK)
		return rj_error_set(error, -EBUSY,
				    "%s: another rejoice is at work with it; end that one first",
				    p->path);
	return cannot(p->path, -errno, error);
}

static void count(void *user, const char *name)
{
	unsigned int *num = user;

	(void)name;
	(*num)++;
}

static void unpin(void *user, const char *name)
{
	const struct rj_pin *p = user;
	char path[PATH_MAX];

	if (rj_pin_name(p, name, path))
		unlink(path);
}

/* Maps without rj_meta: whoever pinned them did not come to the end of it, and attached nothing. */
static void look_inside(struct rj_pin *p)
{
	char path[PATH_MAX];

	p->is_whole = rj_pin_name(p, META, path) && !access(path, F_OK);
	if (!p->is_whole)
		rj_pin_each(p, count, &p->num_cleaned);
}

int rj_pin_open(const char *path, bool is_new, struct rj_pin **out, struct rj_error *error)
{
	struct rj_pin *p = calloc(1, sizeof(*p));
	struct stat st;
	int err;

	if (!p)
		return rj_error_set(error, -ENOMEM, "out of memory");
	p->fd = -1;
	p->meta_fd = -1;
	p->path = strdup(path);
	if (!stat("/proc/thread-self/ns/net", &st))
		p->netns = st.st_ino;
	err = p->path ? open_locked(p, is_new, error) :
			rj_error_set(error, -ENOMEM, "out of memory");
	if (err) {
		rj_pin_close(p);
		return err;
	}
	look_inside(p);
	if (is_new && p->num_cleaned)
		rj_pin_each(p, unpin, p);
	*out = p;
	return 0;
}

void rj_pin_close(struct rj_pin *p)
{
	if (!p)
		return;
	if (p->fd >= 0)
		close(p->fd);
	if (p->meta_fd >= 0)
		close(p->meta_fd);
	free(p->path);
	free(p);
}

const char *rj_pin_path(const struct rj_pin *p)
{
	return p->path;
}

bool rj_pin_is_whole(const struct rj_pin *p)
{
	return p && p->is_whole;
}

unsigned int rj_pin_num_cleaned(const struct rj_pin *p)
{
	return p->num_cleaned;
}

int rj_pin_give(struct rj_pin *p, uid_t uid, struct rj_error *error)
{
	struct stat st, named;

	if (fstat(p->fd, &st) || lstat(p->path, &named))
		return cannot(p->path, -errno, error);
	/* a link, which an earlier owner may have put there, must not give away what it leads to */
	if (st.st_uid != uid && (st.st_uid || st.st_ino != named.st_ino))
		return rj_error_set(error, -EEXIST,
				    "%s: is not root's to give to another user; say chown, or "
				    "--pin with the directory itself",
				    p->path);
	if (st.st_uid != uid && fchown(p->fd, uid, (gid_t)-1))
		return cannot(p->path, -errno, error);
	p->meta_fd = rj_pin_map_fd(p, META);
	return p->meta_fd < 0 ? cannot(p->path, p->meta_fd, error) : 0;
}

bool rj_pin_may_change(const struct rj_pin *p)
{
	return !p || !faccessat(p->fd, ".", W_OK | X_OK, AT_EACCESS);
}

uint32_t rj_pin_handle(const struct rj_pin *p)
{
	return p ? p->inode : 0;
}

bool rj_pin_name(const struct rj_pin *p, const char *name, char *out)
{
	/* whoever it was given to need not be let through the directories above it */
	if (p->meta_fd >= 0)
		return (size_t)snprintf(out, PATH_MAX, "/proc/self/fd/%d/%s", p->fd, name) <
		       PATH_MAX;
	return (size_t)snprintf(out, PATH_MAX, "%s/%s", p->path, name) < PATH_MAX;
}

void rj_pin_each(const struct rj_pin *p, void (*use)(void *user, const char *name), void *user)
{
	struct dirent **entries;
	int num = scandir(p->path, &entries, NULL, NULL);

	for (int i = 0; i < num; i++) {
		if (!strncmp(entries[i]->d_name, RJ_PIN_PREFIX, strlen(RJ_PIN_PREFIX)))
			use(user, entries[i]->d_name);
		free(entries[i]);
	}
	if (num >= 0)
		free(entries);
}

int rj_pin_map_fd(const struct rj_pin *p, const char *name)
{
	char path[PATH_MAX];

	return rj_pin_name(p, name, path) ? bpf_obj_get(path) : -ENAMETOOLONG;
}

int rj_pin_check_settings(const struct rj_pin *p, const char *settings, struct rj_error *error)
{
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info), zero = 0;
	struct rj_meta meta;
	int fd = rj_pin_map_fd(p, META);
	int err;

	if (fd < 0)
		return cannot(p->path, fd, error);
	err = bpf_map_get_info_by_fd(fd, &info, &len);
	/* the first words of another build's may be of any length */
	if (!err && info.value_size != sizeof(meta))
		err = -EPROTO;
	err = err ? err : bpf_map_lookup_elem(fd, &zero, &meta);
	close(fd);
	if (err)
		return rj_error_set(error, -EEXIST,
				    "%s: its pins are of another version of rejoice; "
				    "`rejoice unpin %s` removes them",
				    p->path, p->path);
	meta.settings[sizeof(meta.settings) - 1] = 0;
	return rj_pin_compare_settings(meta.settings, settings, p->path, error);
}

static bool has_shape(int fd, const struct bpf_map_info *shape)
{
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info);

	return !bpf_map_get_info_by_fd(fd, &info, &len) && info.type == shape->type &&
	       info.key_size == shape->key_size && info.value_size == shape->value_size &&
	       info.max_entries == shape->max_entries;
}

static int not_usable(const struct rj_pin *p, const char *name, int err, struct rj_error *error)
{
	if (err == -EPERM || err == -EACCES)
		return cannot(p->path, err, error);
	return rj_error_set(
		error, -EEXIST, "%s/%s: %s; `rejoice unpin %s` removes the pins", p->path, name,
		err == -EPROTO ? "a map of another shape than this build's" : strerror(-err),
		p->path);
}

int rj_pin_take_map(const struct rj_pin *p, const char *name, const struct bpf_map_info *shape,
		    struct rj_error *error)
{
	int fd = rj_pin_map_fd(p, name);

	if (fd < 0)
		return not_usable(p, name, fd, error);
	if (has_shape(fd, shape))
		return fd;
	close(fd);
	return not_usable(p, name, -EPROTO, error);
}

static int reuse_map(const struct rj_pin *p, struct bpf_map *map, struct rj_error *error)
{
	/* as this build would make it */
	const struct bpf_map_info shape = { .type = bpf_map__type(map),
					    .key_size = bpf_map__key_size(map),
					    .value_size = bpf_map__value_size(map),
					    .max_entries = bpf_map__max_entries(map) };
	int fd = rj_pin_take_map(p, bpf_map__name(map), &shape, error);
	int err;

	if (fd < 0)
		return fd;
	err = bpf_map__reuse_fd(map, fd);
	close(fd);
	return err ? not_usable(p, bpf_map__name(map), err, error) : 0;
}

/* Whose sockets are is known to the process whose hooks say so, and its names of processes. */
static bool is_pinned(const struct bpf_map *map)
{
	static const char *const of_owners[] = { "rj_sockets", "rj_listeners", "rj_peers" };

	for (size_t i = 0; i < sizeof(of_owners) / sizeof(*of_owners); i++)
		if (!strcmp(bpf_map__name(map), of_owners[i]))
			return false;
	return !bpf_map__is_internal(map);
}

int rj_pin_reuse(const struct rj_pin *p, struct bpf_object *object, struct rj_error *error)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		int err = is_pinned(map) ? reuse_map(p, map, error) : 0;

		if (err)
			return err;
	}
	return 0;
}

int rj_pin_map(const struct rj_pin *p, const char *name, int fd, struct rj_error *error)
{
	char path[PATH_MAX];
	int err;

	if (!rj_pin_name(p, name, path))
		return cannot(p->path, -ENAMETOOLONG, error);
	err = bpf_obj_pin(fd, path);
	return err ? cannot(p->path, err, error) : 0;
}

static int pin_own(const struct rj_pin *p, const struct bpf_map *map, struct rj_error *error)
{
	return rj_pin_map(p, bpf_map__name(map), bpf_map__fd(map), error);
}

int rj_pin_maps(const struct rj_pin *p, struct bpf_object *object, struct rj_error *error)
{
	const struct bpf_map *meta = NULL;
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		int err = 0;

		if (!strcmp(bpf_map__name(map), META))
			meta = map;
		else if (is_pinned(map))
			err = pin_own(p, map, error);
		if (err)
			return err;
	}
	return meta ? pin_own(p, meta, error) : -ENOENT;
}

void rj_pin_remove(struct rj_pin *p)
{
	/* first what says that all is there: whoever finds the rest knows it for a rest */
	unpin(p, META);
	rj_pin_each(p, unpin, p);
	rmdir(p->path);
}
