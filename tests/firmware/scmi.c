/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SCMI platform (Arm DEN 0056): the base protocol and two clocks. The call has no arguments: it says that a message is in the memory that
 * board.dtso tells of. MMU and caches are off here, and the memory is a device's for whoever writes the message.
 */
#include "tests/firmware/firmware.h"

/* The channel's memory: DEN 0056, "shared memory based transports". */
#define CHANNEL UINT64_C(0xbff00080)
#define CHANNEL_STATUS (CHANNEL + 0x4)
#define CHANNEL_LENGTH (CHANNEL + 0x14) /* of header and payload */
#define CHANNEL_HEADER (CHANNEL + 0x18)
#define CHANNEL_PAYLOAD (CHANNEL + 0x1c)
#define PAYLOAD_WORDS 25 /* of 128 bytes */
#define STATUS_FREE 1u

enum { SUCCESS = 0, NOT_SUPPORTED = -1, NOT_FOUND = -4 };
enum { BASE = 0x10, CLOCK = 0x14 };
enum { VERSION = 0, ATTRIBUTES = 1, BASE_VENDOR = 3, BASE_PROTOCOLS = 6, CLOCK_ATTRIBUTES = 3, CLOCK_RATE_SET = 5, CLOCK_RATE_GET = 6, CLOCK_CONFIG_SET = 7 };

#define NR_CLOCKS 2
static struct {
	uint32_t rate[2]; /* Hz, the lower half first */
	uint32_t on;
} clocks[NR_CLOCKS];

/* What an answer is made of: its words behind the status. */
struct answer {
	uint32_t words[PAYLOAD_WORDS - 1];
	unsigned nr;
};

static uint32_t argument(unsigned i) { return read32(CHANNEL_PAYLOAD + 4 * i); }

static void add(struct answer *a, uint32_t word) { a->words[a->nr++] = word; }

/* 16 bytes, whatever is in them. */
static void add_text(struct answer *a, const char *s)
{
	for (unsigned i = 0; i < 4; i++) {
		uint32_t word = 0;

		for (unsigned byte = 0; byte < 4 && *s; byte++)
			word |= (uint32_t)(uint8_t)*s++ << 8 * byte;
		add(a, word);
	}
}

static int base(uint32_t message, struct answer *a)
{
	switch (message) {
	case VERSION:
		add(a, 0x20000);
		return SUCCESS;
	case ATTRIBUTES:
		add(a, 1 << 8 | 1); /* one agent, one protocol besides this */
		return SUCCESS;
	case BASE_VENDOR:
		add_text(a, "bulkhead");
		return SUCCESS;
	case BASE_PROTOCOLS: /* argument: how many to skip */
		add(a, argument(0) ? 0 : 1);
		if (!argument(0))
			add(a, CLOCK);
		return SUCCESS;
	default:
		return NOT_SUPPORTED;
	}
}

static int clock(uint32_t message, struct answer *a)
{
	uint32_t id = argument(message == CLOCK_RATE_SET ? 1 : 0);

	switch (message) {
	case VERSION:
		add(a, 0x10000);
		return SUCCESS;
	case ATTRIBUTES:
		add(a, NR_CLOCKS);
		return SUCCESS;
	case CLOCK_ATTRIBUTES: case CLOCK_RATE_SET: case CLOCK_RATE_GET: case CLOCK_CONFIG_SET:
		break;
	default:
		return NOT_SUPPORTED;
	}
	if (id >= NR_CLOCKS)
		return NOT_FOUND;
	if (message == CLOCK_ATTRIBUTES) {
		add(a, clocks[id].on);
		add_text(a, id ? "debounce" : "other");
	} else if (message == CLOCK_CONFIG_SET) {
		clocks[id].on = argument(1) & 1;
	} else {
		for (unsigned half = 0; half < 2; half++)
			if (message == CLOCK_RATE_SET)
				clocks[id].rate[half] = argument(2 + half);
			else
				add(a, clocks[id].rate[half]);
	}
	return SUCCESS;
}

void scmi_init(void)
{
	write32(CHANNEL_STATUS, STATUS_FREE);
}

/* Header: message in bits 7:0, protocol in 17:10. */
void scmi(uint64_t *x)
{
	uint32_t header = read32(CHANNEL_HEADER), message = header & 0xff, protocol = header >> 10 & 0xff;
	struct answer a = { .nr = 0 };
	int status = protocol == BASE ? base(message, &a) : protocol == CLOCK ? clock(message, &a) : NOT_SUPPORTED;

	put_text("firmware: message ");
	put_hex(header);
	put_text("\r\n");
	write32(CHANNEL_PAYLOAD, (uint32_t)status);
	for (unsigned i = 0; i < a.nr; i++)
		write32(CHANNEL_PAYLOAD + 4 + 4 * i, a.words[i]);
	write32(CHANNEL_LENGTH, 4 + 4 + 4 * a.nr);
	__asm__ volatile("dmb sy" ::: "memory"); /* the answer before it is told to be there */
	write32(CHANNEL_STATUS, STATUS_FREE);
	x[0] = 0;
}
