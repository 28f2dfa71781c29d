/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for Modbus/TCP (Modbus Messaging on TCP/IP 1.0b, Application Protocol 1.1b3). */
#include "core/text.h"
#include "proto/common/kept.h"
#include "proto/common/tally.h"
#include "proto/dissector.h"
#include "proto/registry.h"

/* Elsewhere it is not looked for: two zeros and a length are no sure sign. */
#define PORT_MODBUS 502u

/* The length in the header counts unit and PDU: 2 to 254 bytes (Messaging 3.1.3). */
#define LENGTH_MIN 2u
#define LENGTH_MAX 254u

#define EXCEPTION 0x80u
#define NUM_FUNCTIONS 128u /* Protocol 4.1: 1 to 127 */
#define NUM_EXCEPTIONS 16u
#define NUM_UNITS_MAX 8u    /* that are kept. Ours */
#define NUM_ACCESSES_MAX 8u /* likewise */

enum function {
	READ_COILS = 1,
	READ_DISCRETE_INPUTS = 2,
	READ_HOLDING_REGISTERS = 3,
	READ_INPUT_REGISTERS = 4,
	WRITE_SINGLE_COIL = 5,
	WRITE_SINGLE_REGISTER = 6,
	WRITE_MULTIPLE_COILS = 15,
	WRITE_MULTIPLE_REGISTERS = 16,
	MASK_WRITE_REGISTER = 22,
	READ_WRITE_MULTIPLE_REGISTERS = 23,
	READ_FIFO_QUEUE = 24,
};

/* Protocol 5, 6 */
static const char *const function_names[NUM_FUNCTIONS] = {
	[READ_COILS] = "read_coils",
	[READ_DISCRETE_INPUTS] = "read_discrete_inputs",
	[READ_HOLDING_REGISTERS] = "read_holding_registers",
	[READ_INPUT_REGISTERS] = "read_input_registers",
	[WRITE_SINGLE_COIL] = "write_single_coil",
	[WRITE_SINGLE_REGISTER] = "write_single_register",
	[7] = "read_exception_status",
	[8] = "diagnostics",
	[11] = "get_comm_event_counter",
	[12] = "get_comm_event_log",
	[WRITE_MULTIPLE_COILS] = "write_multiple_coils",
	[WRITE_MULTIPLE_REGISTERS] = "write_multiple_registers",
	[17] = "report_server_id",
	[20] = "read_file_record",
	[21] = "write_file_record",
	[MASK_WRITE_REGISTER] = "mask_write_register",
	[READ_WRITE_MULTIPLE_REGISTERS] = "read_write_multiple_registers",
	[READ_FIFO_QUEUE] = "read_fifo_queue",
	[43] = "encapsulated_interface_transport",
};

/* Protocol 7 */
static const char *const exception_names[NUM_EXCEPTIONS] = {
	[1] = "illegal_function",
	[2] = "illegal_data_address",
	[3] = "illegal_data_value",
	[4] = "server_device_failure",
	[5] = "acknowledge",
	[6] = "server_device_busy",
	[8] = "memory_parity_error",
	[10] = "gateway_path_unavailable",
	[11] = "gateway_target_device_failed_to_respond",
};

/* struct adu - one message. @data: behind the function code */
struct adu {
	uint8_t unit;
	uint8_t function;
	struct rj_cursor data;
};

/* struct access - what a request asks for. @quantity: 0 where one is written */
struct access {
	uint16_t address;
	uint16_t quantity;
	uint8_t unit;
	uint8_t function;
};

/* struct modbus_side - one sender. @num_bytes: of its stream that were read */
struct modbus_side {
	uint32_t counts[NUM_FUNCTIONS];
	uint32_t num_bytes;
	bool is_malformed;
};

/*
 * @exceptions: by code; those without a name count as 0
 * @server: the side that sends from the port, once something was read
 */
struct modbus_state {
	struct modbus_side sides[2];
	uint32_t exceptions[NUM_EXCEPTIONS];
	struct access accesses[NUM_ACCESSES_MAX];
	uint8_t units[NUM_UNITS_MAX];
	uint8_t num_accesses;
	uint8_t num_units;
	uint8_t server;
};

static const uint16_t ports[] = { PORT_MODBUS, 0 };

/* Messaging 3.1.3: transaction, protocol, length, unit; then function and data. */
RJ_MUST_CHECK static enum rj_status read_adu(struct rj_cursor *c, struct adu *out)
{
	struct rj_cursor ahead = *c, body;
	uint8_t zero = 0;
	struct adu adu;
	uint16_t len;
	enum rj_status st = rj_cursor_skip(&ahead, 2);

	for (unsigned int i = 0; !st && i < 2; i++) {
		st = rj_cursor_u8(&ahead, &zero);
		if (!st && zero)
			return RJ_MALFORMED;
	}
	if (!st)
		st = rj_cursor_u16(&ahead, &len);
	if (!st && (len < LENGTH_MIN || len > LENGTH_MAX))
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_sub(&ahead, len, &body);
	if (!st)
		st = rj_cursor_u8(&body, &adu.unit);
	if (!st)
		st = rj_cursor_u8(&body, &adu.function);
	if (st)
		return st;
	adu.data = body;
	*c = ahead;
	*out = adu;
	return RJ_OK;
}

/* Whether the bytes behind a count of them are as many as that says. */
static bool is_counted(struct rj_cursor data)
{
	uint8_t count;

	return !rj_cursor_u8(&data, &count) && data.left == count;
}

/* Protocol 6.11, 6.12: a request has address, quantity and values, which are counted. */
static bool is_write_request(struct rj_cursor data)
{
	return !rj_cursor_skip(&data, 4) && is_counted(data);
}

/* Whether the data of a known function has a length that a request or a response can have. */
static bool is_consistent(const struct adu *adu, bool is_response)
{
	switch (adu->function) {
	case READ_COILS:
	case READ_DISCRETE_INPUTS:
	case READ_HOLDING_REGISTERS:
	case READ_INPUT_REGISTERS:
		return is_response ? is_counted(adu->data) : adu->data.left == 4;
	case WRITE_SINGLE_COIL:
	case WRITE_SINGLE_REGISTER:
		return adu->data.left == 4;
	case WRITE_MULTIPLE_COILS:
	case WRITE_MULTIPLE_REGISTERS:
		return is_response ? adu->data.left == 4 : is_write_request(adu->data);
	case MASK_WRITE_REGISTER:
		return adu->data.left == 6;
	default:
		return adu->function < NUM_FUNCTIONS ? function_names[adu->function] != NULL :
						       is_response && adu->data.left == 1;
	}
}

static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	struct adu adu;
	enum rj_status st;

	if (m->src_port != PORT_MODBUS && m->dst_port != PORT_MODBUS)
		return RJ_PROBE_NO;
	st = read_adu(&bytes, &adu);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return is_consistent(&adu, m->src_port == PORT_MODBUS) ? RJ_PROBE_YES : RJ_PROBE_NO;
}

static void note_unit(struct modbus_state *s, uint8_t unit)
{
	for (unsigned int i = 0; i < s->num_units; i++)
		if (s->units[i] == unit)
			return;
	if (s->num_units < NUM_UNITS_MAX)
		s->units[s->num_units++] = unit;
}

/* Requests that begin with an address, and where a quantity follows it (Protocol 6). */
static void note_access(struct modbus_state *s, const struct adu *adu)
{
	bool has_quantity = (adu->function && adu->function <= READ_INPUT_REGISTERS) ||
			    adu->function == WRITE_MULTIPLE_COILS ||
			    adu->function == WRITE_MULTIPLE_REGISTERS ||
			    adu->function == READ_WRITE_MULTIPLE_REGISTERS;
	struct access access = { .unit = adu->unit, .function = adu->function };
	struct rj_cursor data = adu->data;

	if (!has_quantity && adu->function != WRITE_SINGLE_COIL &&
	    adu->function != WRITE_SINGLE_REGISTER && adu->function != MASK_WRITE_REGISTER &&
	    adu->function != READ_FIFO_QUEUE)
		return;
	if (s->num_accesses == NUM_ACCESSES_MAX || rj_cursor_u16(&data, &access.address) ||
	    (has_quantity && rj_cursor_u16(&data, &access.quantity)))
		return;
	s->accesses[s->num_accesses++] = access;
}

static void note_exception(struct modbus_state *s, const struct adu *adu)
{
	struct rj_cursor data = adu->data;
	uint8_t code;

	if (rj_cursor_u8(&data, &code))
		code = 0;
	s->exceptions[code < NUM_EXCEPTIONS && exception_names[code] ? code : 0]++;
}

static void take(struct modbus_state *s, unsigned int nr, const struct adu *adu)
{
	note_unit(s, adu->unit);
	s->sides[nr].counts[adu->function & (NUM_FUNCTIONS - 1)]++;
	if (adu->function & EXCEPTION)
		note_exception(s, adu);
	else if (nr != s->server)
		note_access(s, adu);
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct modbus_state *s = state;
	struct modbus_side *side = &s->sides[m->side];
	struct rj_cursor ahead = *c;
	struct adu adu;
	enum rj_status st = read_adu(&ahead, &adu);

	if (st == RJ_MALFORMED && c->left)
		side->is_malformed = true;
	if (st)
		return st;
	s->server = (uint8_t)(m->src_port == PORT_MODBUS ? m->side : !m->side);
	side->num_bytes += (uint32_t)(c->left - ahead.left);
	m->is_done = side->num_bytes >= RJ_OPENING_BYTES;
	if (side->num_bytes <= RJ_OPENING_BYTES)
		take(s, m->side, &adu);
	*c = ahead;
	return RJ_OK;
}

enum field {
	F_MODBUS,
	F_UNITS,
	F_UNIT,
	F_REQUESTS,
	F_RESPONSES,
	F_NUM,
	F_EXCEPTIONS,
	F_ACCESSES,
	F_ACCESS,
	F_FUNCTION,
	F_ADDRESS,
	F_QUANTITY,
	F_MALFORMED,
	NUM_FIELDS
};

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[F_MODBUS] = { "modbus", RJ_TYPE_OBJECT, "", 0, "Modbus Messaging on TCP/IP 1.0b",
		"Modbus over TCP port 502, as far as the first 8 KiB of either side tell." },
	[F_UNITS] = { "units", RJ_TYPE_ARRAY, "", 0, "Modbus Messaging 3.1.3",
		"The first units, each once, at most 8." },
	[F_UNIT] = { "unit", RJ_TYPE_UINT, "", 0, "Modbus Messaging 3.1.3",
		"Device behind the server; 0 or 255: itself." },
	[F_REQUESTS] = { "requests", RJ_TYPE_OBJECT, "", 0, "Modbus 5",
		"How many requests of each function, under its name or number." },
	[F_RESPONSES] = { "responses", RJ_TYPE_OBJECT, "", 0, "Modbus 5",
		"How many responses of each function, exceptions included." },
	[F_NUM] = { "num", RJ_TYPE_UINT, "messages", 0, "Modbus 5, 7", "Messages of one kind." },
	[F_EXCEPTIONS] = { "exceptions", RJ_TYPE_OBJECT, "", 0, "Modbus 7",
		"How many exceptions of each code, under its name; other: codes without one." },
	[F_ACCESSES] = { "accesses", RJ_TYPE_ARRAY, "", 0, "Modbus 6",
		"What the first requests with an address ask for, at most 8." },
	[F_ACCESS] = { "access", RJ_TYPE_OBJECT, "", 0, "Modbus 6", "One of them." },
	[F_FUNCTION] = { "function", RJ_TYPE_STRING, "", 0, "Modbus 5", "Function by name." },
	[F_ADDRESS] = { "address", RJ_TYPE_UINT, "", 0, "Modbus 6",
		"Address of the first coil or register, from 0 on." },
	[F_QUANTITY] = { "quantity", RJ_TYPE_UINT, "", 0, "Modbus 6",
		"How many there are; absent where it is one." },
	[F_MALFORMED] = { "malformed", RJ_TYPE_BOOL, "", 0, "",
		"What followed on a side was no message; nothing behind it was read." },
};
/* clang-format on */

static void put_units(const struct modbus_state *s, struct rj_visitor *v)
{
	if (!s->num_units)
		return;
	v->ops->open(v, &fields[F_UNITS]);
	for (unsigned int i = 0; i < s->num_units; i++)
		v->ops->u64(v, &fields[F_UNIT], s->units[i]);
	v->ops->close(v);
}

static void put_exceptions(const struct modbus_state *s, struct rj_visitor *v)
{
	const char *names[NUM_EXCEPTIONS];

	memcpy(names, exception_names, sizeof(names));
	names[0] = "other";
	rj_tally_put(v, &fields[F_EXCEPTIONS], &fields[F_NUM], names, s->exceptions,
		     NUM_EXCEPTIONS);
}

static void put_accesses(const struct modbus_state *s, struct rj_visitor *v)
{
	if (!s->num_accesses)
		return;
	v->ops->open(v, &fields[F_ACCESSES]);
	for (unsigned int i = 0; i < s->num_accesses; i++) {
		const struct access *a = &s->accesses[i];
		const char *name = function_names[a->function];

		v->ops->open(v, &fields[F_ACCESS]);
		v->ops->u64(v, &fields[F_UNIT], a->unit);
		v->ops->string(v, &fields[F_FUNCTION], name, strlen(name));
		v->ops->u64(v, &fields[F_ADDRESS], a->address);
		if (a->quantity)
			v->ops->u64(v, &fields[F_QUANTITY], a->quantity);
		v->ops->close(v);
	}
	v->ops->close(v);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct modbus_state *s = state;
	bool is_malformed = s->sides[0].is_malformed || s->sides[1].is_malformed;

	(void)originator; /* the port says who is the server */
	if (!s->num_units && !is_malformed)
		return;
	v->ops->open(v, &fields[F_MODBUS]);
	put_units(s, v);
	rj_tally_put(v, &fields[F_REQUESTS], &fields[F_NUM], function_names,
		     s->sides[!s->server].counts, NUM_FUNCTIONS);
	rj_tally_put(v, &fields[F_RESPONSES], &fields[F_NUM], function_names,
		     s->sides[s->server].counts, NUM_FUNCTIONS);
	put_exceptions(s, v);
	put_accesses(s, v);
	if (is_malformed)
		v->ops->boolean(v, &fields[F_MALFORMED], 1);
	v->ops->close(v);
}

const struct rj_dissector rj_modbus = {
	.name = "modbus",
	.reference = "Modbus Application Protocol 1.1b3",
	.over = RJ_OVER_TCP,
	.ports = ports,
	.state_bytes = sizeof(struct modbus_state),
	.max_bytes = RJ_OPENING_BYTES + LENGTH_MAX + 6,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
