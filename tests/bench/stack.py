# SPDX-License-Identifier: Apache-2.0
"""How deep EL2's stacks get at worst: frames by the compiler (-fstack-usage), calls by the objects' disassembly, indirect ones by a list.

tests/bench/indirect says which functions an object's indirect calls may reach. An object with indirect calls that is not in it, an entry that
nothing needs, a frame of unknown size or a recursion is an error; functions that recur once, or to a depth that is checked before, are named there, too, and why.
"""

import fnmatch
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


class Error(Exception):
    pass


class Function:
    def __init__(self, name, file):
        self.name, self.file = name, file
        self.calls = []  # (symbol or section, offset)
        self.indirect = False
        self.frame = None

    def __str__(self):
        return f"{self.file}:{self.name}"


def read_frames(path):
    """{name: bytes} of a .su file."""
    frames = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        place, size, kind = line.split("\t")
        if kind != "static":
            raise Error(f"{place}: a frame of a size that only run time knows ({kind})")
        name = place.rsplit(":", 1)[1]
        frames[name] = max(int(size), frames.get(name, 0))
    return frames


def frame_of(name, frames):
    """A part or a variant of a function (name.part.0, name.isra.0) may be listed without the end of its name."""
    while name not in frames and "." in name:
        name = name.rpartition(".")[0]
    return frames.get(name)


def read_object(objdump, path, file):
    """Functions of an object, and {section: [(offset, function)]}."""
    out = subprocess.run([objdump, "-dr", "--no-show-raw-insn", str(path)], capture_output=True, text=True, timeout=60, check=True).stdout
    frames = read_frames(path.with_suffix(".su"))
    functions, sections, section, now, jump = [], {}, None, None, None
    for line in out.splitlines():
        head = re.match(r"Disassembly of section (.*):", line)
        label = re.match(r"([0-9a-f]+) <(.*)>:", line)
        reloc = re.search(r"R_AARCH64_(?:CALL|JUMP)26\s+([^+\s]+)(?:\+0x([0-9a-f]+))?", line)
        if head:
            section = sections.setdefault(head.group(1), [])
        elif label:
            now = Function(label.group(2), file)
            now.frame = 0 if file.endswith(".S") else frame_of(now.name, frames)
            functions.append(now)
            section.append((int(label.group(1), 16), now))
        elif reloc:
            now.calls.append((reloc.group(1), int(reloc.group(2) or "0", 16)))
            jump = None
        elif now:
            if jump:
                now.calls.append((jump, 0))
            jump = None
            branch = re.match(r"\s+[0-9a-f]+:\s+(bl|b|blr|br)\s+(\S+)(?:\s+<([^+>]+)(\+0x[0-9a-f]+)?>)?", line)
            if branch and branch.group(1) == "bl" and branch.group(3):
                jump = branch.group(3)
            # A jump table's branch uses any register, a call at a function's end x16 or x17 (which BTI lets land anywhere).
            elif branch and (branch.group(1) == "blr" or branch.group(1) == "br" and branch.group(2) in ("x16", "x17")):
                now.indirect = True
    return functions, sections


class Graph:
    def __init__(self, objdump, el2, files):
        self.objdump, self.el2 = objdump, el2
        self.functions, self.sections, self.by_name, self.targets, self.twice, self.deep = [], {}, {}, {}, set(), {}
        for file in files:
            functions, sections = read_object(objdump, el2 / f"{file}.o", file)
            self.functions += functions
            self.sections[file] = sections
            for f in functions:
                self.by_name.setdefault(f.name.split(".")[0], []).append(f)
        for f in self.functions:
            if f.frame is None:
                raise Error(f"{f}: the compiler does not say how large its frame is")
        self.read_list(HERE / "indirect")

    def read_list(self, path):
        wanted = {f"{f.file}/{f.name.split('.')[0]}": f for f in self.functions if f.indirect}
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            pattern, names = line.split(":", 1)
            if pattern == "twice":
                self.twice |= {id(f) for name in names.split() for f in self.named(name, None, f"{path.name}:{number}")}
                continue
            if pattern.startswith("deep "):
                self.deep |= {id(f): int(pattern.split()[1]) for name in names.split() for f in self.named(name, None, f"{path.name}:{number}")}
                continue
            callers = [f for place, f in wanted.items() for one in pattern.split() if fnmatch.fnmatch(f.file, one) or fnmatch.fnmatch(place, one)]
            if not callers:
                raise Error(f"{path.name}:{number}: nothing in {pattern} calls indirectly")
            for f in callers:
                self.targets.setdefault(id(f), []).extend(g for name in names.split() for g in self.named(name, f, f"{path.name}:{number}"))
        missing = sorted(place for place, f in wanted.items() if id(f) not in self.targets)
        if missing:
            raise Error(f"{path.name} does not say what these call indirectly: " + " ".join(missing))

    def named(self, name, caller, where):
        file, _, function = name.rpartition("/")
        if function == "tables":
            found = self.tables(file or caller.file)
        else:
            found = [g for g in self.by_name.get(function, []) if not file or g.file == file]
        if not found:
            raise Error(f"{where}: there is no function {name}")
        return found

    def tables(self, file):
        """Functions that the object's constants point to."""
        out = subprocess.run([self.objdump, "-r", str(self.el2 / f"{file}.o")], capture_output=True, text=True, timeout=60, check=True).stdout
        found = []
        for section, records in re.findall(r"RELOCATION RECORDS FOR \[(.*)\]:\n((?:.+\n)*)", out):
            if ".debug" in section:
                continue
            for symbol, offset in re.findall(r"R_AARCH64_ABS64\s+([^+\s]+)(?:\+0x([0-9a-f]+))?", records):
                found += self.resolve(self.any_of(file), symbol, int(offset or "0", 16))
        return found

    def any_of(self, file):
        return next(f for f in self.functions if f.file == file)

    def resolve(self, f, symbol, offset):
        section = self.sections[f.file].get(symbol)
        if section:
            return [max((s for s in section if s[0] <= offset), key=lambda s: s[0])[1]]
        own = [g for g in self.functions if g.file == f.file and g.name == symbol]
        return own or [g for g in self.by_name.get(symbol.split(".")[0], []) if g.name == symbol]

    def callees(self, f):
        found = {}
        for symbol, offset in f.calls:
            for g in self.resolve(f, symbol, offset):
                found[id(g)] = g
        for g in self.targets.get(id(f), []):
            found[id(g)] = g
        return list(found.values())

    def deepest(self, name):
        """(bytes, [functions on the way]) below a function."""
        known, path = {}, []

        def walk(f):
            if path.count(f) == 2 or (f in path and id(f) in self.deep):
                return 0, []
            if f in path and id(f) not in self.twice:
                raise Error("recursion: " + " -> ".join(str(g) for g in path[path.index(f):] + [f]))
            if id(f) not in known:
                path.append(f)
                below = max((walk(g) for g in self.callees(f)), key=lambda d: d[0], default=(0, []))
                path.pop()
                known[id(f)] = (f.frame * self.deep.get(id(f), 1) + below[0], [f, *below[1]])
            return known[id(f)]

        start = self.by_name.get(name)
        if not start:
            raise Error(f"there is no function {name}")
        return max((walk(f) for f in start), key=lambda d: d[0])


# Stacks: where they are entered, what the entry itself pushes, and how large they are (a Kconfig symbol, or bytes).
STACKS = {
    "exit": (["exit_access", "exit_sysreg", "exit_hvc", "gicv3_handle_irqs", "gicv2_handle_irqs", "exit_sgis", "exit_requests", "exit_sync_rest", "exit_call", "exit_requests_rest",
              "exit_serror"], 16, "CPU_STACK_SIZE"),
    "cpu-start": (["boot_cpu_main", "secondary_main", "el2_fault_leave"], 0, "CPU_STACK_SIZE"),
    "boot": (["boot_main"], 0, "BOOT_STACK_SIZE"),
    "fault": (["el2_fault"], 0, "CPU_FAULT_STACK_SIZE"),
}
MARGIN = 8  # an eighth of a stack stays free at worst


def sizes(build):
    found = dict(re.findall(r"CONFIG_(\w+)=(\d+)", (build / ".config").read_text()))
    found.update(re.findall(r"#define (CPU_FAULT_STACK_SIZE) (\d+)", (HERE.parent.parent / "arch/arm64/offsets.h").read_text()))
    return {name: int(size) for name, size in found.items()}


def measure(context, objdump):
    """{stack: deepest}; an error when one comes too near to its end."""
    el2 = context.build / "el2"
    graph = Graph(objdump, el2, sorted(str(p.relative_to(el2))[:-2] for p in el2.rglob("*.o")))
    limits, depths = sizes(context.build), {}
    for name, (roots, pushed, limit) in STACKS.items():
        depth, path = max((graph.deepest(root) for root in roots), key=lambda d: d[0])
        depths[name] = depth + pushed
        if depths[name] > limits[limit] - limits[limit] // MARGIN:
            raise Error(f"stack '{name}': {depths[name]} of {limits[limit]} bytes, by " + " -> ".join(f"{f.name} ({f.frame})" for f in path))
    return depths
