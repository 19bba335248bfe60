# SPDX-License-Identifier: Apache-2.0
"""Follows every instruction of a QEMU run (-d exec, one instruction a block) and says which function it belongs to."""

import bisect
import collections
import os
import subprocess
import threading
import time

import measure

SECONDS = 300
STUB_END = 0x40100000  # QEMU's own first instructions and the DTB are below


class Symbols:
    """Functions of an ELF linked at 0, once it is known where it was loaded."""

    def __init__(self, nm, elf):
        out = subprocess.run([nm, "-n", "--defined-only", str(elf)], capture_output=True, text=True, timeout=60, check=True).stdout
        entries = [(int(a, 16), name) for a, kind, name in (line.split() for line in out.splitlines()) if kind in "tT" and not name.startswith("$")]
        self.starts = [address for address, _ in entries]
        self.names = [name for _, name in entries]
        self.address = {name: address for address, name in entries}
        end = [int(line.split()[0], 16) for line in out.splitlines() if line.split()[-1] in ("_end", "image_end")]
        self.end = max(end)
        self.base = None

    def holds(self, pc):
        return self.base is not None and self.base <= pc < self.base + self.end

    def name(self, pc):
        return self.names[bisect.bisect(self.starts, pc - self.base) - 1]


def instructions(command, log):
    """Yields (cpu, pc) of each instruction, until the guest says that it is done."""
    fifo = log.with_suffix(".fifo")
    if fifo.exists():
        fifo.unlink()
    os.mkfifo(fifo)
    version = subprocess.run([command[0], "-accel", "tcg,help"], capture_output=True, text=True, timeout=60, check=False)
    single = ["-accel", "tcg,one-insn-per-tb=on"] if "one-insn-per-tb" in version.stdout + version.stderr or has_one_insn(command[0]) else ["-singlestep"]
    command = [*command, *single, "-d", "exec,nochain", "-D", str(fifo)]
    done = threading.Event()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL) as process:
        def watch():
            text = b""
            end = time.monotonic() + SECONDS
            while time.monotonic() < end and b"bench done" not in text and len(text) < measure.OUTPUT:
                some = os.read(process.stdout.fileno(), 65536)
                if not some:
                    break
                text += some
            done.set()
            log.write_bytes(text)
            process.kill()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            last = None
            with open(fifo, "rb", buffering=1 << 20) as lines:
                for line in lines:
                    # The last one is given back when it turns out that it was not executed: an interrupt came before it.
                    if line.startswith(b"Trace "):
                        if last:
                            yield last
                        colon, slash = line.index(b":"), line.index(b"/")
                        last = int(line[6:colon]), int(line[slash + 1:slash + 17], 16)
                    elif line.startswith(b"Stopped "):
                        last = None
        finally:
            process.kill()
            watcher.join()
            fifo.unlink()


def has_one_insn(qemu):
    """-one-insn-per-tb came with 8.1, and -singlestep went later."""
    text = subprocess.run([qemu, "--help"], capture_output=True, text=True, timeout=60, check=False).stdout
    return "one-insn-per-tb" in text


class Follower:
    """Places the two programs as their first instructions are met."""

    def __init__(self, context, nm):
        self.el2 = Symbols(nm, context.product("bulkhead.elf"))
        self.guest = Symbols(nm, context.product("guest/bench.elf"))

    def place(self, cpu, pc):
        if self.el2.base is None and pc >= STUB_END:
            self.el2.base = pc
        elif self.el2.base is not None and self.guest.base is None and cpu == 0 and not self.el2.holds(pc):
            self.guest.base = pc


def boot_functions(context, config, phases, nm):
    """{phase: Counter of instructions by function}, in the phases' order, the hash and copy of images apart."""
    f = Follower(context, nm)
    starts = {}
    for phase in phases:
        for symbol in phase["from"]:
            if symbol not in f.el2.address:
                raise measure.Error(f"boot phase '{phase['name']}': there is no function {symbol}")
            starts[f.el2.address[symbol]] = phase["name"]
    apart = {symbol: phase["name"] for phase in phases for symbol in phase.get("functions", [])}
    counts = {phase["name"]: collections.Counter() for phase in phases}
    now = phases[0]["name"]
    log = context.log_dir / f"bench-{config['name']}-trace.log"
    for cpu, pc in instructions(measure.command(context, config, True), log):
        f.place(cpu, pc)
        if f.el2.base is None:
            continue
        if f.guest.base is not None:
            break
        now = starts.get(pc - f.el2.base, now)
        function = f.el2.name(pc)
        counts[apart.get(function, now)][function] += 1
    return counts


def profile(context, config, row, nm):
    """Counter of EL2's instructions by function in the operation's last round, and the order in which functions came."""
    f = Follower(context, nm)
    until = row.get("until", "end")
    log = context.log_dir / f"profile-{row['name']}.log"
    counts, order, best, active = collections.Counter(), [], (collections.Counter(), []), False
    for cpu, pc in instructions(measure.command(context, config, True, row["name"]), log):
        f.place(cpu, pc)
        if f.el2.holds(pc):
            if active:
                name = f.el2.name(pc)
                counts[name] += 1
                if not order or order[-1][0] != (cpu, name):
                    order.append([(cpu, name), 0])
                order[-1][1] += 1
        elif f.guest.holds(pc):
            at = pc - f.guest.base
            if at == f.guest.address["bench_begin"] and not active:
                active, counts, order = True, collections.Counter(), []
            elif active and at in ends(f.guest, until):
                active, best = False, (counts, order)
    return best


def ends(guest, until):
    a = guest.address
    return {"end": {a["bench_end"]}, "irq": {a["bench_end"], a["vectors"] + 0x280}, "cpu": {a["bench_end"], a["secondary_entry"]},
            "reset": {a["image_start"]}}[until]
