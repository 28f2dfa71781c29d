/* SPDX-License-Identifier: BSD-3-Clause */
/* The vectors: `openssl enc -aes-128-ecb -nopad -K 000102030405060708090a0b0c0d0e0f`. */
#include "features/anonymize.h"

#include <rejoice/rejoice.h>

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "sink/jsonw.h"
#include "tests/unit/unit.h"

/* 0a000001 and 12 zero bytes, and the others likewise */
#define HIDDEN_10_0_0_1 "2af761a74167853b8277a7d2c45c4166"
#define HIDDEN_10_0_0_2 "fe6a5a305c20a4a15dd9db0a69c64df4"
#define HIDDEN_DB8_1 "ea7211a762470e4df518c5222f00c79f"
/* the name and 0xff up to 16 bytes; of the last, 18 bytes, up to 32 */
#define HIDDEN_ALICE "f6d8a9516c8e9177fab8ced89ed58086"
#define HIDDEN_JOHN_DOE "343162ed4b856ce5bb899e768528ef5b"
#define HIDDEN_LONG "2d8359e1f6b9be88d1ea36b6cfdefe6c9cf34a237a159341d8fa8876b05fd4eb"

static void write_file(char *path, const void *bytes, size_t len)
{
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	close(fd);
}

static int make(const char *subnets, const char *users, size_t key_len, struct rj_anonymizer **out,
		struct rj_error *error)
{
	char paths[3][24] = { "/tmp/rj_anon_XXXXXX", "/tmp/rj_anon_XXXXXX", "/tmp/rj_anon_XXXXXX" };
	const struct rj_anonymizer_files files = { .subnets = subnets ? paths[0] : NULL,
						   .key = paths[1],
						   .users = users ? paths[2] : NULL };
	uint8_t key[32];
	int err;

	for (unsigned int i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	write_file(paths[0], subnets ? subnets : "", subnets ? strlen(subnets) : 0);
	write_file(paths[1], key, key_len);
	write_file(paths[2], users ? users : "", users ? strlen(users) : 0);
	err = rj_anonymizer_new(&files, out, error);
	for (unsigned int i = 0; i < 3; i++)
		unlink(paths[i]);
	return err;
}

static struct rj_anonymizer *made(const char *subnets, const char *users)
{
	struct rj_anonymizer *a = NULL;
	struct rj_error error;

	if (make(subnets, users, 16, &a, &error))
		abort();
	return a;
}

/* struct shown - what a visitor is told, as JSON. */
struct shown {
	struct rj_buffer out;
	struct rj_jsonw json;
	struct rj_jsonw_keys keys;
	struct rj_anonymous anonymous;
	struct rj_visitor *v;
};

static const struct rj_field object = { .name = "o", .type = RJ_TYPE_OBJECT };
static const struct rj_field array = { .name = "a", .type = RJ_TYPE_ARRAY };
static const struct rj_field address = { .name = "sa", .type = RJ_TYPE_ADDRESS };

static void begin(struct shown *s, struct rj_anonymizer *a)
{
	rj_buffer_init(&s->out, 1u << 20);
	s->keys = (struct rj_jsonw_keys){ 0 };
	rj_jsonw_init(&s->json, &s->out, &s->keys);
	rj_anonymous_begin(&s->anonymous, a, &s->json.visitor);
	s->v = &s->anonymous.relay.visitor;
	s->v->ops->open(s->v, &array);
}

static void expect(struct shown *s, const char *want)
{
	s->v->ops->close(s->v);
	rj_anonymous_end(&s->anonymous);
	CHECK(!rj_jsonw_failed(&s->json));
	rj_buffer_put(&s->out, "", 1);
	CHECK_STR((char *)s->out.data, want);
	rj_buffer_done(&s->out);
}

static void show_address_of(struct shown *s, const struct rj_field *f, const char *text)
{
	uint8_t addr[16] = { [10] = 0xff, [11] = 0xff };
	bool is_ipv4 = !strchr(text, ':');

	if (inet_pton(is_ipv4 ? AF_INET : AF_INET6, text, is_ipv4 ? addr + 12 : addr) != 1)
		abort();
	s->v->ops->address(s->v, f, addr);
}

static void show_address(struct shown *s, const char *text)
{
	show_address_of(s, &address, text);
}

static void show_subnet(struct shown *s, const char *text)
{
	static const struct rj_field subnet = { .name = "subnet", .type = RJ_TYPE_ADDRESS };

	show_address_of(s, &subnet, text);
}

/* Rows stay where they are: writers know them by their address. */
static const struct rj_field texts[] = {
	{ .name = "method", .type = RJ_TYPE_STRING },
	{ .name = "uri", .type = RJ_TYPE_PATH },
	{ .name = "version", .type = RJ_TYPE_STRING },
	{ .name = "Host", .type = RJ_TYPE_STRING },
	{ .name = "client_id", .type = RJ_TYPE_PATH },
	{ .name = "user_name", .type = RJ_TYPE_PATH },
	{ .name = "topic", .type = RJ_TYPE_PATH },
	{ .name = "from", .type = RJ_TYPE_WORDS },
};

static void show_element(struct shown *s, const char *name, const char *text)
{
	unsigned int i = 0;

	while (strcmp(texts[i].name, name))
		i++;
	s->v->ops->open(s->v, &object);
	s->v->ops->string(s->v, &texts[i], text, strlen(text));
	s->v->ops->close(s->v);
}

TEST(anonymize_hides_addresses_of_its_subnets_alone)
{
	struct rj_anonymizer *a = made("10.0.0.0/30\n2001:db8::/32\n", NULL);
	struct shown s;

	begin(&s, a);
	show_address(&s, "10.0.0.1");
	show_address(&s, "10.0.0.2");
	show_address(&s, "10.0.0.4");
	show_address(&s, "2001:db8::1");
	show_address(&s, "2001:db9::1");
	expect(&s, "[\"" HIDDEN_10_0_0_1 "\",\"" HIDDEN_10_0_0_2 "\",\"10.0.0.4\",\"" HIDDEN_DB8_1
		   "\",\"2001:db9::1\"]");
	rj_anonymizer_free(a);
	rj_anonymizer_free(NULL);
}

/* A record shows such an address as text, lest it look like the one of IPv4. */
TEST(anonymize_hides_addresses_that_come_as_text)
{
	struct rj_anonymizer *a = made("10.0.0.0/30\n", NULL);
	static const struct rj_field other = { .name = "x", .type = RJ_TYPE_STRING };
	struct shown s;

	begin(&s, a);
	s.v->ops->string(s.v, &address, "::ffff:10.0.0.1", 15);
	s.v->ops->string(s.v, &address, "::ffff:10.0.0.9", 15);
	s.v->ops->string(s.v, &address, "", 0);
	s.v->ops->string(s.v, &other, "::ffff:10.0.0.1", 15);
	expect(&s, "[\"" HIDDEN_10_0_0_1 "\",\"::ffff:10.0.0.9\",\"\",\"::ffff:10.0.0.1\"]");
	rj_anonymizer_free(a);
}

TEST(anonymize_hides_what_dns_says_of_addresses)
{
	struct rj_anonymizer *a = made("10.0.0.0/30\n2001:db8::/32\n", NULL);
	static const struct rj_field name = { .name = "qn", .type = RJ_TYPE_STRING };
	static const char v6[] = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
				 ".ip6.arpa";
	struct shown s;

	begin(&s, a);
	s.v->ops->string(s.v, &name, "1.0.0.10.in-addr.arpa", 21);
	s.v->ops->string(s.v, &name, "9.0.0.10.in-addr.arpa", 21);
	s.v->ops->string(s.v, &name, v6, sizeof(v6) - 1);
	show_subnet(&s, "10.0.0.0");
	show_subnet(&s, "11.0.0.0");
	show_subnet(&s, "2001:db8::");
	show_subnet(&s, "2001:db9::");
	expect(&s, "[\"" HIDDEN_10_0_0_1 ".in-addr.arpa\",\"9.0.0.10.in-addr.arpa\","
		   "\"" HIDDEN_DB8_1 ".ip6.arpa\",\"11.0.0.0\",\"2001:db9::\"]");
	rj_anonymizer_free(a);
}

TEST(anonymize_hides_names_in_uris_and_lists_them_behind_the_version)
{
	struct rj_anonymizer *a = made(NULL, "alice\njohn.doe\na-name-of-18-bytes\n");
	struct shown s;

	begin(&s, a);
	show_element(&s, "method", "alice");
	show_element(&s, "uri", "/x?user=alice&y=john.doe");
	show_element(&s, "version", "HTTP/1.1");
	show_element(&s, "Host", "alice");
	show_element(&s, "uri", "/a-name-of-18-bytes");
	show_element(&s, "version", "HTTP/1.1");
	show_element(&s, "uri", "/malice");
	show_element(&s, "version", "HTTP/1.1");
	show_address(&s, "10.0.0.1");
	expect(&s, "[{\"method\":\"alice\"},"
		   "{\"uri\":\"/x?user=" HIDDEN_ALICE "&y=" HIDDEN_JOHN_DOE "\"},"
		   "{\"version\":\"HTTP/1.1\"},"
		   "{\"usernames\":[\"" HIDDEN_ALICE "\",\"" HIDDEN_JOHN_DOE "\"]},"
		   "{\"Host\":\"alice\"},"
		   "{\"uri\":\"/" HIDDEN_LONG "\"},{\"version\":\"HTTP/1.1\"},"
		   "{\"usernames\":[\"" HIDDEN_LONG "\"]},"
		   "{\"uri\":\"/malice\"},{\"version\":\"HTTP/1.1\"},\"10.0.0.1\"]");
	rj_anonymizer_free(a);
}

TEST(anonymize_hides_names_and_addresses_in_what_mail_and_file_transfer_say)
{
	static const struct rj_field rows[] = {
		{ .name = "text", .type = RJ_TYPE_WORDS },
		{ .name = "address", .type = RJ_TYPE_WORDS },
		{ .name = "command", .type = RJ_TYPE_STRING },
		{ .name = "dn", .type = RJ_TYPE_WORDS },
		{ .name = "cname", .type = RJ_TYPE_WORDS, .reference = "RFC 4120 5.2.2" },
		{ .name = "cname", .type = RJ_TYPE_STRING, .reference = "RFC 1035 section 3.3.1" }
	};
	struct rj_anonymizer *a = made("10.0.0.0/30\n2001:db8::/32\n", "alice\njohn.doe\n");
	static const struct {
		unsigned int row;
		const char *text;
	} said[] = {
		{ 0, "Hello [10.0.0.1], 10.0.0.9 and IPv6:2001:db8::1. Or 10.0.0.2:25" },
		{ 1, "alice@example.test" },
		{ 1, "malice.x@10.0.0.1.example" },
		{ 0, "/home/alice/a \"john.doe\"" },
		{ 2, "alice 10.0.0.1" },
		{ 3, "uid=alice,ou=alices" },
		{ 4, "alice/admin" },
		{ 5, "alice.test" },
	};
	struct shown s;

	begin(&s, a);
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		s.v->ops->string(s.v, &rows[said[i].row], said[i].text, strlen(said[i].text));
	expect(&s, "[\"Hello [" HIDDEN_10_0_0_1 "], 10.0.0.9 and IPv6:" HIDDEN_DB8_1
		   ". Or " HIDDEN_10_0_0_2 ":25\",\"" HIDDEN_ALICE "@example.test\","
		   "\"malice.x@" HIDDEN_10_0_0_1 ".example\","
		   "\"/home/" HIDDEN_ALICE "/a \\\"" HIDDEN_JOHN_DOE "\\\"\",\"alice 10.0.0.1\","
		   "\"uid=" HIDDEN_ALICE ",ou=alices\",\"" HIDDEN_ALICE "/admin\",\"alice.test\"]");
	rj_anonymizer_free(a);
}

TEST(anonymize_hides_names_and_addresses_in_what_sip_says)
{
	struct rj_anonymizer *a = made("10.0.0.0/30\n", "alice\n");
	struct shown s;

	begin(&s, a);
	show_element(&s, "from", "\"alice\" <sip:alice@10.0.0.1:5060>");
	show_element(&s, "version", "2");
	show_element(&s, "uri", "/sip:alice@"); /* as Joy's */
	expect(&s, "[{\"from\":\"\\\"" HIDDEN_ALICE "\\\" <sip:" HIDDEN_ALICE "@" HIDDEN_10_0_0_1
		   ":5060>\"},{\"version\":\"2\"},{\"uri\":\"/sip:alice@\"}]");
	rj_anonymizer_free(a);
}

TEST(anonymize_hides_names_in_what_mqtt_says)
{
	struct rj_anonymizer *a = made(NULL, "alice\njohn.doe\n");
	struct shown s;

	begin(&s, a);
	show_element(&s, "version", "5.0");
	show_element(&s, "client_id", "phone-alice");
	show_element(&s, "user_name", "john.doe");
	show_element(&s, "topic", "home/alice/door");
	show_element(&s, "topic", "malice/#");
	expect(&s, "[{\"version\":\"5.0\"},{\"client_id\":\"phone-" HIDDEN_ALICE "\"},"
		   "{\"user_name\":\"" HIDDEN_JOHN_DOE "\"},"
		   "{\"topic\":\"home/" HIDDEN_ALICE "/door\"},{\"topic\":\"malice/#\"}]");
	rj_anonymizer_free(a);
}

TEST(anonymize_hands_on_what_it_does_not_hide)
{
	struct rj_anonymizer *a = made("0.0.0.0/0\n::/0\n", "alice\n");
	struct shown s;

	begin(&s, a);
	s.v->ops->open(s.v, &object);
	s.v->ops->name(s.v, "one", 3);
	s.v->ops->u64(s.v, &object, 1);
	s.v->ops->name(s.v, "two", 3);
	s.v->ops->i64(s.v, &object, -2);
	s.v->ops->name(s.v, "three", 5);
	s.v->ops->f64(s.v, &object, 0.5);
	s.v->ops->name(s.v, "four", 4);
	s.v->ops->boolean(s.v, &object, 1);
	s.v->ops->name(s.v, "five", 4);
	s.v->ops->null(s.v, &object);
	s.v->ops->name(s.v, "six", 3);
	s.v->ops->hex(s.v, &object, "\x0a\x0b", 2);
	s.v->ops->name(s.v, "seven", 5);
	s.v->ops->time(s.v, &object, 1500000000ull, 9);
	s.v->ops->close(s.v);
	expect(&s, "[{\"one\":1,\"two\":-2,\"three\":0.5,\"four\":true,\"five\":null,"
		   "\"six\":\"0a0b\",\"seven\":1.500000000}]");
	rj_anonymizer_free(a);
}

/* struct named - fields in which users are named: how many there are, and whether all are known. */
struct named {
	size_t num;
	bool is_known;
};

static const char *const named_in[] = {
	"sip.request_uri", "sip.from",		"sip.to",	 "sip.call_id",	   "sip.via[]",
	"sip.contact[]",   "http.uri",		"http2.path",	 "quic.text",	   "dns.text",
	"dhcp.text",	   "dhcpv6.text",	"smtp.banner",	 "smtp.argument",  "smtp.text",
	"smtp.helo",	   "smtp.address",	"ftp.banner",	 "ftp.argument",   "ftp.text",
	"ftp.system",	   "pop3.banner",	"pop3.argument", "pop3.text",	   "imap.banner",
	"imap.argument",   "imap.text",		"smb.called",	 "smb.netname",	   "smb.user",
	"rdp.cookie",	   "rdp.routing_token", "ldap.dn",	 "ldap.base",	   "kerberos.cname",
	"stun.username",   "mqtt.client_id",	"mqtt.topic",	 "mqtt.user_name", "rtp.sdes_cname",
};
#define NUM_NAMED_IN (sizeof(named_in) / sizeof(*named_in))

static void look_at_type(void *user, const char *path, const struct rj_field *f)
{
	struct named *named = user;
	bool is_named = f->type == RJ_TYPE_WORDS || f->type == RJ_TYPE_PATH;
	size_t i = 0;

	while (i < NUM_NAMED_IN && strcmp(named_in[i], path) != 0)
		i++;
	named->num += is_named;
	if (is_named != (i < NUM_NAMED_IN)) {
		named->is_known = false;
		CHECK_STR(path, is_named ? "no field that names users" : "its type says so");
	}
	/* a new one is seen by its name */
	if (f->type == RJ_TYPE_STRING && strstr(f->name, "user"))
		CHECK_STR(f->name, "user_agent");
}

TEST(anonymize_knows_by_their_type_what_names_users)
{
	struct named named = { .is_known = true };

	rj_fields(look_at_type, &named);
	CHECK(named.is_known);
	CHECK_EQ(named.num, NUM_NAMED_IN);
}

TEST(anonymize_wants_a_key_of_16_bytes)
{
	struct rj_anonymizer *a = NULL;
	struct rj_anonymizer_files files = { .subnets = "/dev/null", .key = "/nowhere/key" };
	struct rj_error error;

	CHECK_EQ(make("10.0.0.0/8\n", NULL, 15, &a, &error), -EINVAL);
	CHECK(strstr(error.text, ": a key has 16 bytes, and this file fewer"));
	CHECK_EQ(make("10.0.0.0/8\n", NULL, 0, &a, &error), -EINVAL);
	CHECK_EQ(make("10.0.0.0/8\n", NULL, 17, &a, &error), -EINVAL);
	CHECK(strstr(error.text, ": a key has 16 bytes, and this file more"));
	CHECK_EQ(make("10.0.0.0/8\nx\n", NULL, 16, &a, &error), -EINVAL);
	CHECK(strstr(error.text, ":2: x: no subnet"));
	CHECK_EQ(rj_anonymizer_new(&files, &a, &error), -ENOENT);
	CHECK_STR(error.text, "/nowhere/key: cannot be read: No such file or directory");
}

#define NUM_THREADS 4
#define NUM_RECORDS 2000

static void *show_records(void *user)
{
	for (unsigned int i = 0; i < NUM_RECORDS; i++) {
		struct shown s;

		begin(&s, user);
		show_address(&s, i % 2 ? "10.0.0.1" : "10.0.0.2");
		expect(&s, i % 2 ? "[\"" HIDDEN_10_0_0_1 "\"]" : "[\"" HIDDEN_10_0_0_2 "\"]");
	}
	return NULL;
}

TEST(anonymize_is_for_several_threads_at_once)
{
	struct rj_anonymizer *a = made("10.0.0.0/8\n", NULL);
	pthread_t threads[NUM_THREADS];

	for (unsigned int i = 0; i < NUM_THREADS; i++)
		if (pthread_create(&threads[i], NULL, show_records, a))
			abort();
	for (unsigned int i = 0; i < NUM_THREADS; i++)
		pthread_join(threads[i], NULL);
	rj_anonymizer_free(a);
}
