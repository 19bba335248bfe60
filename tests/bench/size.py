# SPDX-License-Identifier: Apache-2.0
"""How large the hypervisor is, in bytes: its sections, and the RAM it keeps at run time, by purpose."""

import json
import re
import subprocess

import measure as bench

PAGE = 4096
# Sections by what they are at run time. The text of what a board or system does not need (GICv2 or GICv3) is unmapped, too.
RESIDENT = {"text": [".text", ".text.gicv3"], "text-gicv2": [".text.gicv2"], "text-gicv2-guest": [".text.gicv2_guest"], "rodata": [".rodata"],
            "data": [".data"], "bss": [".bss"]}
BOOT = {"boot-text": [".boot.text"], "boot-rodata": [".boot.rodata"], "boot-data": [".boot.data"]}


def sections(elf):
    """Bytes in use: the padding to whole pages, behind the last symbol of a section, is not counted."""
    headers = subprocess.run(["readelf", "-SW", str(elf)], capture_output=True, text=True, timeout=60, check=True).stdout
    table = subprocess.run(["readelf", "-sW", str(elf)], capture_output=True, text=True, timeout=60, check=True).stdout
    ends = {}
    for address, size, number in re.findall(r"\d+: ([0-9a-f]+)\s+(\w+) (?:FUNC|OBJECT)\s+\w+\s+\w+\s+(\d+) ", table):
        ends[number] = max(ends.get(number, 0), int(address, 16) + int(size, 0))
    used = {}
    for number, name, address, size in re.findall(r"\[\s*(\d+)\]\s+(\.\S+)\s+\S+\s+([0-9a-f]+)\s+[0-9a-f]+\s+([0-9a-f]+)", headers):
        used[name] = max(0, ends.get(number, 0) - int(address, 16)) or int(size, 16)
    return used


def pages(size):
    return (size + PAGE - 1) // PAGE * PAGE


# One VM of two CPUs on a board of two.
CONFIG = {"name": "size", "system": "size", "gic": 3, "smp": 2}


def pool(context):
    """(stage-2 tables, the rest of the pool)."""
    config = CONFIG
    dtb = bench.board_dtb(context, config, True)
    itb = context.make_system(bench.HERE / "size.its", {}, "bench-size")
    out = subprocess.run([str(context.product("bulkhead")), "plan", "--json", str(dtb), str(itb)], capture_output=True, text=True, timeout=60, check=True).stdout
    plan = json.loads(out)
    tables = sum(vm["stage2"]["tablePages"] * vm["stage2"]["granule"] for vm in plan["vms"])
    return tables, int(plan["hypervisor"]["pool"]["size"], 0) - tables


def el2_tables(context):
    """EL2's own translation tables, as many as boot has made: it says so."""
    command = bench.command(context, CONFIG, True)
    command[-1] += " debug"
    said = rb"EL2 keeps (\d+) KiB of its translation tables\r?\n"
    text = bench.run(command, context.log_dir / "bench-size.log", said)
    return int(re.search(said.decode(), text).group(1)) * 1024


def writable(nm, elf):
    """What stays writable of the image, without EL2's translation tables."""
    out = subprocess.run([nm, "-S", str(elf)], capture_output=True, text=True, timeout=60, check=True).stdout
    begin, end = (int(re.search(rf"^([0-9a-f]+) .*\b{name}$", out, re.M).group(1), 16) for name in ("_data", "_writable_end"))
    return end - begin


def measure(context, nm):
    elf = context.product("bulkhead.elf")
    sizes = sections(elf)
    figures = {name: sum(sizes.get(section, 0) for section in parts) for name, parts in {**RESIDENT, **BOOT}.items()}
    tables, rest = pool(context)
    ram = {
        "ram-code": sum(pages(sizes.get(section, 0)) for section in RESIDENT["text"]),
        "ram-constants": pages(figures["rodata"]),
        "ram-el2-tables": el2_tables(context),
        "ram-stage2-tables": tables,
        "ram-stacks-vms-vcpus-dtb": rest,
        "ram-data": writable(nm, elf),
    }
    return {**figures, **ram, "ram": sum(ram.values())}
