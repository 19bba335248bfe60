# SPDX-License-Identifier: Apache-2.0
"""What a case needs on disk, and its QEMU command line."""

import functools
import mmap
import os
import pathlib
import re
import shutil
import subprocess
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
UBOOT = pathlib.Path("/usr/lib/u-boot/qemu_arm64/u-boot.bin")
UEFI = pathlib.Path("/usr/share/qemu-efi-aarch64/QEMU_EFI.fd")
# For what is not started by -kernel: clear of the DTB at the start of RAM.
STUB_ADDRESS = 0x41000000
LOAD_ADDRESS = 0x42000000
TFA_LOAD_ADDRESS = 0x60000000
TFA_SYSTEM_ADDRESS = 0x62000000
FIRMWARE_DTB_ADDRESS = 0x5fe00000  # as tests/firmware/firmware.c has it
# The architected pointer authentication algorithm takes most of the time when it is emulated; another one is allowed.
CPU_PROPERTIES = {"max": ",pauth-impdef=on"}


class Failure(Exception):
    pass


class Skip(Exception):
    pass


class Context:
    """The build directory, its derived files (each made once a run), and what this QEMU can do."""

    def __init__(self, build, qemu, newer=None):
        self.build = build.resolve()
        self.qemu = qemu
        self.newer = newer  # for cases that the other is too old for; None: there is none
        self.log_dir = self.build / "qemu-logs"
        self.work_dir = self.build / "qemu"
        self.log_dir.mkdir(parents=True, exist_ok=True)
        self.work_dir.mkdir(parents=True, exist_ok=True)
        self.lock = threading.Lock()
        self.compared = {}  # what a step compares among cases: the first one's name and texts

    def product(self, name):
        path = self.build / name
        if not path.exists():
            raise Failure(f"{path} has not been built")
        return path

    @functools.lru_cache
    def ask_qemu(self, qemu, *arguments):
        done = subprocess.run([qemu, *arguments], capture_output=True, text=True, timeout=60, check=False)
        return done.stdout

    def qemu_version(self, qemu):
        match = re.search(r"version (\d+)\.(\d+)", self.ask_qemu(qemu, "--version"))
        return (int(match.group(1)), int(match.group(2))) if match else (0, 0)

    def choose_qemu(self, case):
        """The first one that is new enough for the case, and has its machine and CPU."""
        requirements = [r.partition(":") for r in case.get("requires", [])]
        wanted = max((value for kind, _, value in requirements if kind == "qemu"), default="0")
        machines = [value for kind, _, value in requirements if kind == "machine"]
        version = tuple(int(part) for part in wanted.split("."))
        fitting = [qemu for qemu in filter(None, (self.qemu, self.newer))
                   if self.qemu_version(qemu) >= version and all(self.has_machine(qemu, machine) for machine in machines)]
        if not fitting:
            raise Skip(f"needs QEMU {' with '.join(filter(None, [wanted if wanted != '0' else '', *machines]))}: see tools/setup/qemu-backport")
        for qemu in fitting:
            if self.has_cpu(qemu, case["cpu"]):
                return qemu
        raise Skip(f"this QEMU has no {case['cpu']}")

    def has_machine(self, qemu, name):
        return re.search(rf"^{re.escape(name)} ", self.ask_qemu(qemu, "-M", "help"), re.M) is not None

    def has_cpu(self, qemu, name):
        return re.search(rf"^\s*{re.escape(name)}\s*$", self.ask_qemu(qemu, "-M", "virt", "-cpu", "help"), re.M) is not None

    def system(self, case):
        """The case's system file: qemu-virt's example as make built it, or one of tests/qemu/systems or another board's, made here."""
        its = ROOT / "tests/qemu/systems" / f"{case['system']}.its"
        if "board" in case:
            its = ROOT / "boards" / case["board"] / f"{case['system']}.its"
        if not its.exists():
            return self.product(f"{case['system']}.itb")
        with self.lock:
            name = case["name"] if "set" in case else f"{case['board']}-{its.stem}" if "board" in case else its.stem
            return self.make_system(its, case.get("set", {}), name)

    def make_system(self, its, values, name):
        """mkimage on a copy of the .its in which @X@ is the value of X."""
        text = its.read_text()
        for key, value in values.items():
            text = text.replace(f"@{key}@", value)
        left = re.search(r"@[A-Z]+@", text)
        if left:
            raise Failure(f"{its.name}: {left.group()} has no value")
        for binary in sorted(set(re.findall(r'/incbin/\("([^"]+)"\)', text))):
            self.product(f"images/{binary}")
        if shutil.which("mkimage") is None:
            raise Skip("mkimage (u-boot-tools) is not installed")
        source, itb = self.work_dir / f"{name}.its", self.work_dir / f"{name}.itb"
        source.write_text(text)
        done = subprocess.run(["mkimage", "-D", f"-I dts -O dtb -i {self.build}/images -i {its.parent}", "-f", str(source), str(itb)],
                              capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0 or not itb.exists():
            raise Failure(f"mkimage of {its.name}: {done.stderr.strip() or done.stdout.strip()}")
        return itb

    def disk(self, itb, name):
        """What `make run-uboot` boots from."""
        if shutil.which("mcopy") is None:
            raise Skip("mtools is not installed")
        files = [str(self.product("boot.scr")), str(self.product("bulkhead.bin")), f"system.itb={itb}"]
        return self.make_disk(name, files)

    def make_disk(self, name, files):
        image = self.work_dir / f"{name}.img"
        done = subprocess.run([str(ROOT / "tools/image/fat-disk"), str(image), *files], capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            raise Failure(f"fat-disk: {done.stderr.strip()}")
        return image

    def damaged(self, itb, damage, name):
        """A copy of the system file with something wrong: cut to `keep` bytes, or one byte inverted `at` an offset.

        A negative number counts from the end; a string is a percentage of the file. `behind` puts the offset behind a text in it.
        """
        data = bytearray(itb.read_bytes())

        def place(value):
            if isinstance(value, str):
                return len(data) * int(value.rstrip("%")) // 100
            return value if value >= 0 else len(data) + value

        if "keep" in damage:
            del data[place(damage["keep"]):]
        if "at" in damage:
            start = 0
            if "behind" in damage:
                text = damage["behind"].encode()
                start = data.find(text) + len(text)
                if start < len(text):
                    raise Failure(f"{itb} does not contain '{damage['behind']}'")
            data[start + place(damage["at"])] ^= 0xff
        path = self.work_dir / f"{name}.itb"
        path.write_bytes(data)
        return path


def check_requirements(case, context):
    for requirement in case.get("requires", []):
        kind, _, value = requirement.partition(":")
        if kind in ("qemu", "machine"):
            continue
        if kind == "file":
            if not pathlib.Path(value).exists() and not (context.build / value).exists():
                raise Skip(f"{value} is not there")
        elif requirement == "large":
            if not os.environ.get("LARGE"):
                raise Skip("it takes minutes: `make check-large` runs it, or LARGE=1 in the environment")
        elif kind == "large":
            if not (context.build / "images" / value).exists():
                raise Skip(f"{value} is not in the cache: `make check-large` puts it there")
        elif kind == "program":
            if shutil.which(value) is None:
                raise Skip(f"{value} is not installed")
        else:
            raise Failure(f"unknown requirement '{requirement}'")


def put_words(address, words):
    """Instructions in memory, two to a loader device."""
    arguments = []
    for i in range(0, len(words), 2):
        arguments += ["-device", f"loader,addr={address + i * 4:#x},data={words[i] | words[i + 1] << 32:#x},data-len=8"]
    return arguments


def bare_arguments(hypervisor):
    """No firmware: the CPU starts at its highest exception level, in a stub that does what the boot protocol says and jumps."""
    stub = [0xd2a80000,  # movz x0, #0x4000, lsl #16: QEMU's DTB at the start of RAM
            0xd2a00001 | (LOAD_ADDRESS >> 16) << 5,  # movz x1, #(LOAD_ADDRESS >> 16), lsl #16
            0xd61f0020,  # br x1
            0xd503201f]  # nop
    return ["-device", f"loader,file={hypervisor},addr={LOAD_ADDRESS:#x},force-raw=on", *put_words(STUB_ADDRESS, stub), "-device", f"loader,addr={STUB_ADDRESS:#x},cpu-num=0"]


def behind_firmware(case, context, machine, itb):
    """The DTB for a payload of firmware at EL3.

    QEMU describes PSCI only where it is its own: the DTB is that of the machine without EL3. TF-A brings no initrd along, so the DTB names it, as a board's boot loader behind TF-A would. What the case overlays it with is added.
    """
    for program in ("fdtput", "dtc"):
        if shutil.which(program) is None:
            raise Skip(f"{program} (device-tree-compiler) is not installed")
    dtb = context.work_dir / f"{case['name']}.dtb"
    subprocess.run([*machine[:2], f"{machine[2].removesuffix(',secure=on')},dumpdtb={dtb}", *machine[3:], "-display", "none", "-net", "none", "-serial", "null"], capture_output=True, timeout=60, check=True)
    end = TFA_SYSTEM_ADDRESS + itb.stat().st_size
    for name, value in (("start", TFA_SYSTEM_ADDRESS), ("end", end)):
        subprocess.run(["fdtput", "-t", "x", str(dtb), "/chosen", f"linux,initrd-{name}", "0", f"{value:x}"], capture_output=True, timeout=60, check=True)
    if "overlay" in case:
        source, overlay, merged = ROOT / case["overlay"], dtb.with_suffix(".dtbo"), dtb.with_suffix(".merged.dtb")
        subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", str(overlay), str(source)], capture_output=True, timeout=60, check=True)
        subprocess.run(["fdtoverlay", "-i", str(dtb), "-o", str(merged), str(overlay)], capture_output=True, timeout=60, check=True)
        dtb = merged
    return dtb


def payload_arguments(hypervisor, itb):
    """What firmware at EL3 goes on with: EL2 at 0x60000000."""
    return ["-device", f"loader,file={hypervisor},addr={TFA_LOAD_ADDRESS:#x},force-raw=on",
            "-device", f"loader,file={itb},addr={TFA_SYSTEM_ADDRESS:#x},force-raw=on"]


def tfa_arguments(dtb):
    """TF-A's last step without it, with QEMU's PSCI: SCTLR_EL2 has its RES1 bits, x0 = 0, and the DTB is at the start of RAM."""
    stub = [0xd2a00001 | (TFA_LOAD_ADDRESS >> 16) << 5,  # movz x1, #(TFA_LOAD_ADDRESS >> 16), lsl #16
            0xd2810602,  # movz x2, #0x0830
            0xf2a618a2,  # movk x2, #0x30c5, lsl #16
            0xd51c1002,  # msr sctlr_el2, x2
            0xd2800000,  # mov x0, #0
            0xd61f0020]  # br x1
    return ["-dtb", str(dtb), *put_words(STUB_ADDRESS, stub), "-device", f"loader,addr={STUB_ADDRESS:#x},cpu-num=0"]


def firmware_arguments(firmware, dtb):
    """It says in x0 where the DTB is, which QEMU does not touch there: with -dtb it would write what RAM there is into it."""
    return ["-bios", str(firmware), "-device", f"loader,file={dtb},addr={FIRMWARE_DTB_ADDRESS:#x},force-raw=on"]


def uefi_disk(case, context, machine, hypervisor, itb):
    """An EFI system partition with the hypervisor as the program to be started, the system file and a device tree beside it: firmware itself has ACPI."""
    if not UEFI.exists() or shutil.which("mcopy") is None:
        raise Skip(f"{UEFI} (qemu-efi-aarch64) or mtools is not there")
    dtb = context.work_dir / f"{case['name']}.dtb"
    subprocess.run([*machine[:2], f"{machine[2]},dumpdtb={dtb}", *machine[3:], "-display", "none", "-net", "none"], capture_output=True, timeout=60, check=True)
    disk = context.make_disk(case["name"], [f"EFI/BOOT/BOOTAA64.EFI={hypervisor}", f"system.itb={itb}", f"board.dtb={dtb}"])
    return ["-drive", f"if=none,id=disk,format=raw,readonly=on,file={disk}", "-device", "virtio-blk-device,drive=disk"]


def boot_arguments(case, context, machine):
    if case["boot"] == "native":
        return ["-kernel", str(context.product(f"guest/{case['program']}.bin"))]
    hypervisor = str(context.product(case["hypervisor"]))
    if case["boot"] == "bare":
        return bare_arguments(hypervisor)
    itb = None
    if case["initrd"]:
        itb = context.system(case)
        if "damage" in case:
            itb = context.damaged(itb, case["damage"], case["name"])
    if case["boot"] in ("tfa", "firmware"):
        dtb = behind_firmware(case, context, machine, itb)
        starts = tfa_arguments(dtb) if case["boot"] == "tfa" else firmware_arguments(context.product("firmware/firmware.bin"), dtb)
        return payload_arguments(hypervisor, itb) + starts
    if case["boot"] == "uefi":
        if not UEFI.exists():
            raise Skip(f"{UEFI} (qemu-efi-aarch64) is not there")
        return ["-machine", "acpi=off", "-bios", str(UEFI), "-kernel", hypervisor, *(["-initrd", str(itb)] if itb else [])]
    if case["boot"] == "uefi-disk":
        return ["-bios", str(UEFI), *uefi_disk(case, context, machine, hypervisor, itb)]
    if case["boot"] == "direct":
        return ["-kernel", hypervisor, *(["-initrd", str(itb)] if itb else [])]
    if not UBOOT.exists():
        raise Skip(f"{UBOOT} (u-boot-qemu) is not there")
    if case["boot"] == "sdcard":
        disk = context.product("sdcard-qemu-virt.img")
    elif case["boot"] == "fit":
        disk = context.make_disk(case["name"], [str(context.product("boot.scr")), f"bulkhead.fit={context.product('bulkhead-qemu-virt.fit')}"])
    else:
        disk = context.disk(itb, case["name"])
    return ["-bios", str(UBOOT), "-drive", f"if=none,id=disk,format=raw,readonly=on,file={disk}", "-device", "virtio-blk-device,drive=disk"]


def memory_file(case, context):
    return context.work_dir / f"{case['name']}.ram"


def damage_memory(case, context, text):
    """Changes a letter of every place in the machine's RAM that has this text, as a defect of the memory would."""
    with open(memory_file(case, context), "r+b") as file, mmap.mmap(file.fileno(), 0) as ram:
        found, at = 0, ram.find(text.encode())
        while at >= 0:
            ram[at] ^= 1
            found += 1
            at = ram.find(text.encode(), at + 1)
    if not found:
        raise Failure(f"'{text}' is nowhere in memory")


def board_command(case, context, qemu):
    """What `make run` runs; `env` is there to pass QEMU on."""
    context.product("dtbs/complete")
    arguments = ["--native", str(context.build)] if case["boot"] == "board-native" else [str(context.build), str(context.system(case))]
    return ["env", f"QEMU={qemu}", f"APPEND={case['append']}", str(ROOT / "boards" / case["board"] / "run"), *arguments]


def command(case, context):
    qemu = context.choose_qemu(case)
    check_requirements(case, context)
    if "board" in case:
        return board_command(case, context, qemu)
    options = [f"gic-version={case['gic']}", f"virtualization={'on' if case['virtualization'] else 'off'}"]
    if case["secure"]:
        options.append("secure=on")
    cpu = case["cpu"] + CPU_PROPERTIES.get(case["cpu"], "")
    machine = [qemu, "-M", ",".join(["virt", *options]), "-cpu", cpu, "-smp", str(case["smp"]), "-m", case["memory"]]
    arguments = [*machine, "-display", "none", "-monitor", "none", "-serial", "stdio", "-net", "none", "-no-reboot", "-rtc", "base=2026-01-02T03:04:05"]
    if case["shared_memory"]:
        ram = memory_file(case, context)
        ram.unlink(missing_ok=True)
        arguments += ["-object", f"memory-backend-file,id=ram,size={case['memory']},mem-path={ram},share=on", "-machine", "memory-backend=ram"]
    if case["icount"]:
        arguments += ["-icount", "shift=0,sleep=off"]
    arguments += boot_arguments(case, context, machine)
    if case["append"] and case["boot"] in ("native", "direct"):
        arguments += ["-append", case["append"]]
    return arguments + case["arguments"]
