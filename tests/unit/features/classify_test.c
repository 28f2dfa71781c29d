/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/classify.h"

#include <errno.h>
#include <math.h>

#include "tests/unit/features/files.h"

static bool is_near(double got, double want)
{
	return fabs(got - want) < 1e-12;
}

static double sigmoid(double score)
{
	return 1 / (1 + exp(-score));
}

/* A model of zeros but for these weights. */
static struct rj_model *model_with(unsigned int at, double splt, double bd)
{
	static struct rj_model model;

	model = (struct rj_model){ .splt = { 0 } };
	if (at < RJ_MODEL_SPLT_LEN)
		model.splt[at] = splt;
	model.bd[at] = bd;
	return &model;
}

static const struct rj_model_flow flow = { 40000, 443, 11, 13, 170, 190 };

/* By the weight 1 at one place of a flow of three packets: what stands there. */
static double value_at(unsigned int at)
{
	struct rj_classify c;

	rj_classify_start(&c, &flow);
	rj_classify_packet(&c, 149, 0);	   /* length bin 0, time bin 0 */
	rj_classify_packet(&c, 150, 49);   /* 1, 0 */
	rj_classify_packet(&c, 5000, 700); /* the last of both: 9, 9 */
	rj_classify_packet(&c, 149, 50);   /* 0, 1 */
	rj_classify_packet(&c, 300, 0);	   /* 2, 0 */
	return -log(1 / rj_classify_end(&c, model_with(at, 1e-3, 0), NULL) - 1) * 1e3;
}

TEST(classify_vector_is_joys)
{
	CHECK(fabs(value_at(0) - 1) < 1e-9);
	CHECK(fabs(value_at(1) - 443) < 1e-6); /* dp before sp */
	CHECK(fabs(value_at(3) - 13) < 1e-9);  /* in before out */
	CHECK(fabs(value_at(4) - 11) < 1e-9);
	CHECK(fabs(value_at(5) - 190) < 1e-9);
	CHECK(fabs(value_at(6) - 170) < 1e-9);
	CHECK(fabs(value_at(7) - 799) < 1e-6); /* 0 + 49 + 700 + 50 + 0 */
	/* lengths 0 -> 1 -> 9 -> 0 -> 2: of row 0 half to 1, half to 2; the others to one each */
	CHECK(fabs(value_at(8 + 1) - 0.5) < 1e-9);
	CHECK(fabs(value_at(8 + 2) - 0.5) < 1e-9);
	CHECK(fabs(value_at(8 + 19) - 1) < 1e-9);
	CHECK(fabs(value_at(8 + 90) - 1) < 1e-9);
	CHECK(fabs(value_at(8 + 0)) < 1e-9);
	/* times 0 -> 0 -> 9 -> 1 -> 0 */
	CHECK(fabs(value_at(108 + 0) - 0.5) < 1e-9);
	CHECK(fabs(value_at(108 + 9) - 0.5) < 1e-9);
	CHECK(fabs(value_at(108 + 91) - 1) < 1e-9);
	CHECK(fabs(value_at(108 + 10) - 1) < 1e-9);
}

TEST(classify_one_packet_stays_where_it_is)
{
	struct rj_classify c;

	rj_classify_start(&c, &flow);
	rj_classify_packet(&c, 450, 120); /* bins 3 and 2 */
	CHECK(is_near(rj_classify_end(&c, model_with(8 + 33, 2, 0), NULL), sigmoid(2)));
	rj_classify_start(&c, &flow);
	rj_classify_packet(&c, 450, 120);
	CHECK(is_near(rj_classify_end(&c, model_with(108 + 22, 2, 0), NULL), sigmoid(2)));
}

TEST(classify_without_packets_is_by_counters_alone)
{
	struct rj_classify c;

	rj_classify_start(&c, &flow);
	/* 0.1 * 11 packets out */
	CHECK(is_near(rj_classify_end(&c, model_with(4, 0.1, 0), NULL), sigmoid(1.1)));
}

TEST(classify_has_other_weights_for_byte_values_of_more_than_a_hundred)
{
	struct rj_byte_dist d = { .count = { [65] = 30, [66] = 70 }, .total = 100 };
	struct rj_classify c;

	rj_classify_start(&c, &flow);
	CHECK(is_near(rj_classify_end(&c, model_with(208 + 65, 9, 9), &d), 0.5)); /* none */
	d.count[65] = 50;
	d.total = 120;
	rj_classify_start(&c, &flow);
	/* 12 * 50 of 120 */
	CHECK(is_near(rj_classify_end(&c, model_with(208 + 65, 9, 12), &d), sigmoid(5)));
	rj_classify_start(&c, &flow);
	/* its own bias, not that of the other weights */
	CHECK(is_near(rj_classify_end(&c, model_with(0, 7, -1), &d), sigmoid(-1)));
}

TEST(classify_scores_beyond_all_bounds_are_certain)
{
	struct rj_classify c;

	rj_classify_start(&c, &flow);
	CHECK(rj_classify_end(&c, model_with(0, -1e300, 0), NULL) < 1e-200);
	rj_classify_start(&c, &flow);
	CHECK(rj_classify_end(&c, model_with(0, 1e300, 0), NULL) == 1);
}

static char *weights(unsigned int num, double first)
{
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	fprintf(to, "%g\n", first);
	for (unsigned int i = 1; i < num; i++)
		fprintf(to, "0\n");
	fclose(to);
	return text;
}

static int read_model(unsigned int num_splt, unsigned int num_bd, struct rj_model *out,
		      struct rj_error *error)
{
	char *texts[] = { weights(num_splt, 1.25), weights(num_bd, -0.5) };
	char paths[2][FILE_NAME_LEN], files[2 * FILE_NAME_LEN];
	int err;

	write_file(paths[0], texts[0]);
	write_file(paths[1], texts[1]);
	snprintf(files, sizeof(files), "%s:%s", paths[0], paths[1]);
	err = rj_model_read(files, out, error);
	for (unsigned int i = 0; i < 2; i++) {
		unlink(paths[i]);
		free(texts[i]);
	}
	return err;
}

TEST(classify_model_is_two_files)
{
	static struct rj_model model;
	struct rj_error error = { "" };

	CHECK_EQ(read_model(208, 464, &model, &error), 0);
	CHECK(model.splt[0] == 1.25 && model.bd[0] == -0.5 && model.bd[463] == 0);
	CHECK_EQ(read_model(207, 464, &model, &error), -EINVAL);
	CHECK(strstr(error.text, ": 207 numbers, there must be 208"));
	CHECK_EQ(read_model(208, 465, &model, &error), -EINVAL);
	CHECK(strstr(error.text, ": more than 464 numbers"));
	CHECK_EQ(rj_model_read("one", &model, &error), -EINVAL);
	CHECK(strstr(error.text, "model one: must name two files"));
	CHECK_EQ(rj_model_read(":b", &model, &error), -EINVAL);
	CHECK_EQ(rj_model_read("a:", &model, &error), -EINVAL);
	CHECK_EQ(rj_model_read("/nowhere/a:/nowhere/b", &model, &error), -ENOENT);
}
