/* SPDX-License-Identifier: BSD-3-Clause */
#include "bpf/socket_set.h"

#include "tests/unit/unit.h"

static struct rj_owner owner_of(uint64_t cookie)
{
	return (struct rj_owner){ .opener = cookie * 10, .user = cookie * 10 + 1 };
}

static int add(struct rj_socket_set *set, uint64_t cookie)
{
	const struct rj_owner owner = owner_of(cookie);

	return rj_socket_set_add(set, cookie, &owner);
}

static void check_has(const struct rj_socket_set *set, uint64_t cookie)
{
	const struct rj_owner want = owner_of(cookie);
	struct rj_owner got = { 0 };

	CHECK(rj_socket_set_get(set, cookie, &got));
	CHECK_EQ(got.opener, want.opener);
	CHECK_EQ(got.user, want.user);
}

TEST(socket_set_has_what_was_put_in)
{
	struct rj_socket_set set = { 0 };
	struct rj_owner owner;

	CHECK(!rj_socket_set_get(&set, 7, &owner));
	CHECK(add(&set, 7));
	CHECK(add(&set, UINT64_MAX));
	check_has(&set, 7);
	check_has(&set, UINT64_MAX);
	CHECK(!rj_socket_set_get(&set, 8, &owner));
	CHECK_EQ(set.claims, 0);
}

TEST(socket_set_is_full_and_has_room_again)
{
	struct rj_socket_set set = { 0 };
	struct rj_owner owner;

	for (uint64_t cookie = 1; cookie <= RJ_SOCKET_WAYS; cookie++)
		CHECK(add(&set, cookie));
	CHECK(!add(&set, 100));
	for (uint64_t cookie = 1; cookie <= RJ_SOCKET_WAYS; cookie++)
		check_has(&set, cookie);
	CHECK(rj_socket_set_remove(&set, 3));
	CHECK(!rj_socket_set_remove(&set, 3));
	CHECK(!rj_socket_set_get(&set, 3, &owner));
	CHECK(add(&set, 100));
	check_has(&set, 100);
	check_has(&set, 4);
	CHECK_EQ(set.claims, 0);
}

TEST(socket_set_of_another_cpu_is_left_alone)
{
	struct rj_socket_set set = { .claims = 1 };
	struct rj_owner owner;

	CHECK(!add(&set, 7));
	CHECK(!rj_socket_set_get(&set, 7, &owner));
	CHECK_EQ(set.claims, 1);
}

TEST(socket_set_notes_who_uses_a_socket)
{
	struct rj_socket_set set = { 0 };
	struct rj_owner owner = { 0 };

	CHECK(!rj_socket_set_use(&set, 7, 5));
	CHECK(add(&set, 6));
	CHECK(add(&set, 7));
	CHECK(rj_socket_set_use(&set, 7, 5));
	CHECK(rj_socket_set_get(&set, 7, &owner));
	CHECK_EQ(owner.opener, 70);
	CHECK_EQ(owner.user, 5);
	check_has(&set, 6);
}
