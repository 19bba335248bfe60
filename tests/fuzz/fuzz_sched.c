/* SPDX-License-Identifier: Apache-2.0 */
/* Large shared CPUs against the model, guided by coverage: bytes are VMs, slices and windows, then what happens. */
#define M_FUZZ
#include "tests/unit/sched_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *next, *end;

static uint8_t byte(void)
{
	return next < end ? *next++ : 0;
}

static void read_setup(void)
{
	memset(&setup, 0, sizeof(setup));
	setup.nr_vms = 1 + byte() % MODEL_VMS;
	setup.nr_vcpus = 1 + byte() % MODEL_VCPUS;
	setup.nr_windows = byte() % (MODEL_WINDOWS + 1);
	setup.punctual = byte() & 1;
	for (uint32_t i = 0; i < setup.nr_vms; i++)
		setup.slice[i] = 1 + byte();
	for (uint32_t i = 0; i < setup.nr_vcpus; i++)
		setup.vm_of[i] = byte() % setup.nr_vms;
	for (uint32_t i = 0, at = 0; i < setup.nr_windows; i++) {
		uint8_t whose = byte();

		at += 1 + byte() * 4;
		setup.windows[i] = (struct sched_window){at, whose & 0x40 ? NULL : &real.vms[whose % setup.nr_vms], whose & 0x80};
	}
}

/* To when the scheduler wants to be asked at the latest, unless it may be late. */
static void pass_time(uint64_t ticks)
{
	if (!real.asked)
		model_pick();
	if (setup.punctual && real.until != NEVER)
		ticks = u64_min(ticks, real.until - real.now);
	if (ticks)
		model_tick(ticks);
	if (real.now >= real.until)
		model_pick();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 4096)
		return 0;
	next = data;
	end = data + size;
	read_setup();
	model_start(byte());
	while (next < end) {
		uint8_t what = byte(), v = byte();

		if (what < 80)
			model_wake(v % setup.nr_vcpus);
		else if (what < 120)
			model_block(v % setup.nr_vcpus);
		else if (what < 130)
			model_yield();
		else if (what < 150)
			model_pick();
		else if (what < 240)
			pass_time(v);
		else
			pass_time((uint64_t)v << (what & 15)); /* up to several frames */
	}
	return 0;
}
