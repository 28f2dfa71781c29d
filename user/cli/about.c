// SPDX-License-Identifier: BSD-3-Clause
/* rejoice fields and rejoice version: what it can write, what it is, what the kernel offers. */
#include <string.h>
#include <sys/utsname.h>

#include "cli/cli.h"

static const char *type_name(enum rj_type type)
{
	static const char *const names[] = {
		[RJ_TYPE_OBJECT] = "object",   [RJ_TYPE_ARRAY] = "array",
		[RJ_TYPE_UINT] = "unsigned",   [RJ_TYPE_INT] = "integer",
		[RJ_TYPE_FLOAT] = "number",    [RJ_TYPE_BOOL] = "boolean",
		[RJ_TYPE_STRING] = "string",   [RJ_TYPE_HEX] = "hex",
		[RJ_TYPE_ADDRESS] = "address", [RJ_TYPE_TIME] = "time",
		[RJ_TYPE_WORDS] = "string",    [RJ_TYPE_PATH] = "string",
	};

	return names[type];
}

static void print_field(void *user, const char *path, const struct rj_field *f)
{
	(void)user;
	printf("%s\t%s\t%s\t%s\t%s\n", path, type_name(f->type), *f->unit ? f->unit : "-",
	       *f->reference ? f->reference : "rejoice", f->meaning);
}

/* Help of these is what they print. */
static enum exit_status take_none(int argc, char **argv)
{
	if (argc == 1 || (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))))
		return EXIT_DONE;
	complain("%s: %s takes no argument", argv[argc - 1], argv[0]);
	return EXIT_USAGE;
}

int command_fields(int argc, char **argv)
{
	enum exit_status status = take_none(argc, argv);

	if (status)
		return status;
	printf("field\ttype\tunit\tsource\tmeaning\n");
	rj_fields(print_field, NULL);
	return EXIT_DONE;
}

static void print_feature(void *user, const char *name, int is_there)
{
	(void)user;
	printf("  %-35s %s\n", name,
	       is_there < 0 ? "? (to ask takes CAP_BPF and CAP_NET_ADMIN)" :
	       is_there	    ? "yes" :
			      "no");
}

int command_version(int argc, char **argv)
{
	enum exit_status status = take_none(argc, argv);
	struct utsname kernel;

	if (status)
		return status;
	printf("rejoice %s\n", rj_version());
	if (!uname(&kernel))
		printf("kernel %s %s offers:\n", kernel.release, kernel.machine);
	rj_kernel_features(print_feature, NULL);
	return EXIT_DONE;
}
