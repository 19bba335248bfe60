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


def pool(context):
    """(stage-2 tables, the rest of the pool) of a system with one VM of two CPUs on a board of two."""
    config = {"name": "size", "system": "size", "gic": 3, "smp": 2}
    dtb = bench.board_dtb(context, config, True)
    itb = context.make_system(bench.HERE / "size.its", {}, "bench-size")
    out = subprocess.run([str(context.product("bulkhead")), "plan", "--json", str(dtb), str(itb)], capture_output=True, text=True, timeout=60, check=True).stdout
    plan = json.loads(out)
    tables = sum(vm["stage2"]["tablePages"] * vm["stage2"]["granule"] for vm in plan["vms"])
    return tables, int(plan["hypervisor"]["pool"]["size"], 0) - tables


def writable(nm, elf):
    """(EL2's own translation tables, all else that stays writable)."""
    out = subprocess.run([nm, "-S", str(elf)], capture_output=True, text=True, timeout=60, check=True).stdout
    tables = int(re.search(r"^[0-9a-f]+ ([0-9a-f]+) \w el2_table_memory$", out, re.M).group(1), 16)
    begin, end = (int(re.search(rf"^([0-9a-f]+) .*\b{name}$", out, re.M).group(1), 16) for name in ("_data", "_writable_end"))
    return tables, end - begin - tables


def measure(context, nm):
    elf = context.product("bulkhead.elf")
    sizes = sections(elf)
    figures = {name: sum(sizes.get(section, 0) for section in parts) for name, parts in {**RESIDENT, **BOOT}.items()}
    tables, rest = pool(context)
    el2_tables, data = writable(nm, elf)
    ram = {
        "ram-code": sum(pages(sizes.get(section, 0)) for section in RESIDENT["text"]),
        "ram-constants": pages(figures["rodata"]),
        "ram-el2-tables": el2_tables,
        "ram-stage2-tables": tables,
        "ram-stacks-vms-vcpus-dtb": rest,
        "ram-data": data,
    }
    return {**figures, **ram, "ram": sum(ram.values())}
