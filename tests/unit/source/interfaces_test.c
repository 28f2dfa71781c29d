/* SPDX-License-Identifier: BSD-3-Clause */
#include "source/interfaces.h"

#include <errno.h>

#include "tests/unit/unit.h"

/* struct world - what the list does, as words: "+eth0 -eth0"; attaching to @refused fails. */
struct world {
	struct rj_interfaces list;
	char log[4096];
	const char *refused;
	uint32_t seen;
};

static void put(struct world *w, char sign, const char *name)
{
	size_t len = strlen(w->log);

	snprintf(w->log + len, sizeof(w->log) - len, "%c%s ", sign, name);
}

static int attach(void *user, struct rj_interface *i)
{
	struct world *w = user;

	if (w->refused && !strcmp(w->refused, i->name)) {
		put(w, '!', i->name);
		return -EOPNOTSUPP;
	}
	put(w, '+', i->name);
	return 0;
}

static void detach(void *user, struct rj_interface *i)
{
	put(user, '-', i->name);
}

static const struct rj_interfaces_ops ops = { .attach = attach, .detach = detach };

static void begin(struct world *w, const char *names)
{
	struct rj_error error;

	*w = (struct world){ .seen = 1 };
	CHECK_EQ(rj_interfaces_init(&w->list, names, &ops, w, &error), 0);
}

static void news(struct world *w, struct rj_link link)
{
	CHECK_EQ(rj_interfaces_note(&w->list, &link, w->seen), 0);
}

static void there(struct world *w, int index, const char *name)
{
	struct rj_link link = { .index = index };

	snprintf(link.name, sizeof(link.name), "%s", name);
	news(w, link);
}

static void slave(struct world *w, int index, const char *name, int master)
{
	struct rj_link link = { .index = index, .master = master, .is_bonded = true };

	snprintf(link.name, sizeof(link.name), "%s", name);
	news(w, link);
}

static void gone(struct world *w, int index)
{
	news(w, (struct rj_link){ .index = index, .is_gone = true, .name = "x" });
}

/* What was done since the last time. */
static void expect(struct world *w, const char *want)
{
	rj_interfaces_settle(&w->list, SIZE_MAX);
	CHECK_STR(w->log, want);
	*w->log = 0;
}

TEST(interfaces_that_are_named_are_watched_once_and_others_not)
{
	struct world w;

	begin(&w, "eth1,eth0,eth1");
	there(&w, 1, "lo");
	there(&w, 2, "eth0");
	CHECK_STR(rj_interfaces_missing(&w.list), "eth1");
	there(&w, 3, "eth1");
	CHECK(!rj_interfaces_missing(&w.list));
	expect(&w, "+eth0 +eth1 ");
	there(&w, 2, "eth0"); /* more news of it is nothing new */
	there(&w, 4, "eth2");
	expect(&w, "");
	rj_interfaces_done(&w.list);
}

TEST(interfaces_of_any_are_all_there_are_and_will_be)
{
	struct world w;

	begin(&w, "any");
	there(&w, 2, "eth0");
	there(&w, 1, "lo");
	expect(&w, "+lo +eth0 ");
	there(&w, 9, "veth1");
	expect(&w, "+veth1 ");
	gone(&w, 9);
	expect(&w, "-veth1 ");
	CHECK(!rj_interfaces_missing(&w.list));
	rj_interfaces_done(&w.list);
}

TEST(interfaces_that_vanish_keep_their_names_and_are_watched_when_they_are_back)
{
	struct world w;

	begin(&w, "eth0,ppp0");
	there(&w, 2, "eth0");
	there(&w, 3, "ppp0");
	expect(&w, "+eth0 +ppp0 ");
	gone(&w, 3);
	gone(&w, 3); /* twice told is once */
	gone(&w, 77);
	expect(&w, "-ppp0 ");
	CHECK_STR(rj_interfaces_find(&w.list, 3)->name, "ppp0");
	there(&w, 4, "ppp0");
	expect(&w, "+ppp0 ");
	CHECK_STR(rj_interfaces_find(&w.list, 3)->name, "ppp0");
	CHECK(!rj_interfaces_find(&w.list, 77));
	gone(&w, 4);
	there(&w, 4, "ppp0"); /* the same index again */
	expect(&w, "-ppp0 +ppp0 ");
	rj_interfaces_done(&w.list);
}

TEST(interfaces_that_are_renamed_stay_watched_under_their_new_name)
{
	struct world w;

	begin(&w, "eth0");
	there(&w, 2, "eth0");
	expect(&w, "+eth0 ");
	there(&w, 2, "wan0");
	expect(&w, "");
	CHECK_STR(rj_interfaces_find(&w.list, 2)->name, "wan0");
	there(&w, 5, "tmp0");
	there(&w, 5, "eth0"); /* another one gets the name that was asked for */
	expect(&w, "+eth0 ");
	rj_interfaces_done(&w.list);
}

TEST(interfaces_that_refuse_are_not_asked_again_and_again)
{
	struct world w;

	begin(&w, "any");
	w.refused = "can0";
	there(&w, 2, "can0");
	there(&w, 3, "eth0");
	expect(&w, "!can0 +eth0 ");
	there(&w, 2, "can0");
	expect(&w, "");
	there(&w, 2, "can1"); /* by another name it may be another thing */
	expect(&w, "+can1 ");
	gone(&w, 2);
	there(&w, 2, "can0");
	expect(&w, "-can1 !can0 ");
	rj_interfaces_done(&w.list);
}

TEST(interfaces_in_a_bond_are_left_to_it_where_it_is_watched)
{
	struct world w;

	begin(&w, "any");
	slave(&w, 2, "eth0", 4);
	slave(&w, 3, "eth1", 4);
	there(&w, 4, "bond0");
	expect(&w, "+bond0 ");
	there(&w, 2, "eth0"); /* it leaves the bond */
	expect(&w, "+eth0 ");
	slave(&w, 2, "eth0", 4); /* and joins it again */
	expect(&w, "-eth0 ");
	rj_interfaces_done(&w.list);

	begin(&w, "eth0,bond0,eth1");
	slave(&w, 2, "eth0", 4);
	there(&w, 4, "bond0");
	expect(&w, "+bond0 ");
	rj_interfaces_done(&w.list);

	begin(&w, "eth0,eth1"); /* without the master, they are what was asked for */
	slave(&w, 2, "eth0", 4);
	slave(&w, 3, "eth1", 4);
	there(&w, 4, "bond0");
	expect(&w, "+eth0 +eth1 ");
	rj_interfaces_done(&w.list);

	begin(&w, "any"); /* a master that cannot be watched is no reason to see nothing */
	w.refused = "bond0";
	slave(&w, 5, "eth0", 4);
	there(&w, 4, "bond0");
	expect(&w, "!bond0 +eth0 ");
	rj_interfaces_done(&w.list);
}

/* XDP cannot be attached below a program that is there. */
TEST(interfaces_ports_come_before_their_bridge)
{
	struct world w;
	struct rj_link port = { .index = 5, .master = 4, .name = "eth0" };

	begin(&w, "any");
	there(&w, 4, "br0");
	news(&w, port);
	expect(&w, "+eth0 +br0 ");
	rj_interfaces_done(&w.list);
}

TEST(interfaces_in_no_new_list_are_gone)
{
	struct world w;

	begin(&w, "any");
	there(&w, 1, "lo");
	there(&w, 2, "eth0");
	there(&w, 3, "eth1");
	expect(&w, "+lo +eth0 +eth1 ");
	w.seen++;
	there(&w, 1, "lo");
	there(&w, 3, "eth1");
	there(&w, 8, "eth8");
	rj_interfaces_end_list(&w.list, w.seen);
	expect(&w, "-eth0 +eth8 ");
	rj_interfaces_done(&w.list);
}

TEST(interfaces_are_attached_and_detached_in_slices)
{
	struct world w;

	begin(&w, "any");
	for (int i = 1; i <= 5; i++)
		there(&w, i, "e");
	CHECK_EQ(rj_interfaces_settle(&w.list, 2), 1);
	CHECK_STR(w.log, "+e +e ");
	CHECK_EQ(rj_interfaces_settle(&w.list, 2), 1);
	CHECK_EQ(rj_interfaces_settle(&w.list, 2), 0);
	CHECK_STR(w.log, "+e +e +e +e +e ");
	*w.log = 0;
	CHECK(rj_interfaces_detach(&w.list, 4));
	CHECK(!rj_interfaces_detach(&w.list, 4));
	CHECK_STR(w.log, "-e -e -e -e -e ");
	rj_interfaces_done(&w.list);
}

TEST(interfaces_come_and_go_by_the_thousand_within_bounds)
{
	struct world w;

	begin(&w, "any");
	for (int i = 1; i < 20000; i++) {
		there(&w, i, "veth");
		rj_interfaces_settle(&w.list, SIZE_MAX);
		if (i > 100)
			gone(&w, i - 100);
		*w.log = 0;
	}
	CHECK_EQ(w.list.num_gone, RJ_MAX_GONE);
	CHECK_EQ(w.list.num, RJ_MAX_GONE + 100);
	CHECK(!rj_interfaces_find(&w.list, 1));
	CHECK(rj_interfaces_find(&w.list, 19000));
	rj_interfaces_done(&w.list);
}

TEST(interfaces_names_that_cannot_be_are_refused)
{
	static const char *const incomplete[] = { ",", "eth0,", ",eth0", "eth0,,eth1" };
	struct rj_interfaces l;
	struct rj_error error;

	for (size_t i = 0; i < sizeof(incomplete) / sizeof(*incomplete); i++)
		CHECK_EQ(rj_interfaces_init(&l, incomplete[i], &ops, NULL, &error), -EINVAL);
	CHECK_EQ(rj_interfaces_init(&l, "", &ops, NULL, &error), -ENODEV);
	CHECK_EQ(rj_interfaces_init(&l, "sixteenletters00", &ops, NULL, &error), -ENODEV);
	CHECK(rj_interfaces_are_several("any"));
	CHECK(rj_interfaces_are_several("a,b"));
	CHECK(!rj_interfaces_are_several("eth0"));
	CHECK(rj_interfaces_have_ether("lo"));
	CHECK(rj_interfaces_have_ether("lo,lo"));
	CHECK(!rj_interfaces_have_ether("any"));
	CHECK(!rj_interfaces_have_ether("lo,no-such-one"));
	CHECK(!rj_interfaces_have_ether("lo,a-name-longer-than-there-can-be"));
}
