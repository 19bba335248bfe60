# SPDX-License-Identifier: Apache-2.0
"""Runs the measuring guest in QEMU, with and without the hypervisor. Deterministic: nothing depends on the machine it runs on."""

import os
import pathlib
import re
import select
import subprocess
import sys
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "qemu"))
sys.dont_write_bytecode = True
import machine  # noqa: E402

SECONDS = 120  # for one boot, which takes a few
OUTPUT = 1 << 20
COUNTER = "cortex-a72,cntfrq=1000000000"  # with shift=0 a tick is an instruction


class Error(Exception):
    pass


def load(path=HERE / "bench.toml"):
    with open(path, "rb") as file:
        data = tomllib.load(file)
    return data["config"], data["row"], data["phase"]


def qemu_machine(context, config, virtualization):
    options = f"virt,gic-version={config['gic']},virtualization={'on' if virtualization else 'off'}"
    return [context.qemu, "-M", options, "-cpu", COUNTER, "-smp", str(config["smp"]), "-m", "512M", "-display", "none", "-monitor", "none",
            "-net", "none", "-rtc", "base=2026-01-02T03:04:05,clock=vm"]


def board_dtb(context, config, virtualization):
    """QEMU's DTB, in which the interrupt of the clock is an edge: the GPIO controller's is level, and both are raised by a store."""
    path = context.work_dir / f"bench-{config['name']}-{'el2' if virtualization else 'el1'}.dtb"
    command = qemu_machine(context, config, virtualization)
    command[2] += f",dumpdtb={path}"
    subprocess.run([*command, "-serial", "null"], capture_output=True, timeout=60, check=True)
    subprocess.run(["fdtput", "-t", "x", str(path), "/pl031@9010000", "interrupts", "0", "2", "1"], timeout=60, check=True)
    return path


def command(context, config, hypervisor, op=""):
    if not hypervisor:
        config = {**config, **config.get("native", {})}
    run = [*qemu_machine(context, config, hypervisor), "-serial", "stdio", "-icount", "shift=0,sleep=off", "-dtb", str(board_dtb(context, config, hypervisor))]
    arguments = f"op={op}" if op else ""
    if not hypervisor:
        return [*run, "-kernel", str(context.product("guest/bench.bin")), *(["-append", arguments] if op else [])]
    its = HERE / f"{config['system']}.its"
    itb = context.make_system(its, {**config.get("set", {}), "ARGS": arguments}, f"bench-{config['name']}")
    return [*run, "-kernel", str(context.product("bulkhead.bin")), "-initrd", str(itb), "-append", "color=off"]


def run(arguments, log, until=rb"bench done \d+\D"):
    """QEMU until the guest is done, or has said that; its output."""
    text = b""
    end = time.monotonic() + SECONDS
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL) as process:
        try:
            while time.monotonic() < end and len(text) < OUTPUT and not re.search(until, text):
                if select.select([process.stdout], [], [], 1)[0]:
                    some = os.read(process.stdout.fileno(), 65536)
                    if not some:
                        break
                    text += some
        finally:
            process.kill()
            log.write_bytes(text)
    done = re.search(until, text)
    text = text.decode(errors="replace")
    if not done or re.search(r"bench done [^0]", text):
        raise Error(f"the guest did not come to its end, or met unexpected interrupts: {log}")
    return text


def figures(text):
    return {name: int(value) for name, value in re.findall(r"bench ([a-z0-9-]+) (\d+)", text) if name != "done"}


def measure(context, config):
    """({row: ticks in a VM}, {row: ticks without a hypervisor})."""
    raw = {}
    for hypervisor in (False, True):
        name = f"bench-{config['name']}-{'el2' if hypervisor else 'native'}"
        raw[hypervisor] = figures(run(command(context, config, hypervisor), context.log_dir / f"{name}.log"))
    return raw[True], raw[False]
