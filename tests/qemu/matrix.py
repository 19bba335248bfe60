# SPDX-License-Identifier: Apache-2.0
"""Reads matrix.toml into a flat list of cases; its head documents the keys."""

import itertools
import re
import tomllib


class Error(Exception):
    pass


# Keys whose list means one case for each value, with what is added to the name.
SWEEPS = {
    "cpu": lambda value: value.removeprefix("cortex-"),
    "smp": lambda value: f"{value}cpu",
    "memory": lambda value: value.lower(),
    "gic": lambda value: f"gicv{value}",
    "virtualization": lambda value: "el2" if value else "el1",
    "system": lambda value: value,
}
KEYS = {
    "name": str, "use": str, "boot": str, "board": str, "program": str, "hypervisor": str, "system": str, "cpu": str, "smp": int, "memory": str, "gic": int,
    "virtualization": bool, "secure": bool, "append": str, "arguments": list, "initrd": bool, "damage": dict, "set": dict, "icount": bool, "shared_memory": bool,
    "overlay": str, "timeout": int, "steps": list, "never": list, "also_never": list, "requires": list,
}
STEPS = {"send": str, "expect": (str, list), "exit": int, "alive": (int, float), "tap": bool, "damage": str, "same": str}
OPTIONS = {"within": (int, float), "without": str, "among": str}
BOOTS = ("native", "direct", "bare", "uboot", "uefi", "uefi-disk", "tfa", "firmware", "sdcard", "fit", "board", "board-native")


def check_pattern(where, pattern):
    try:
        re.compile(pattern)
    except re.error as error:
        raise Error(f"{where}: pattern '{pattern}': {error}") from None


def check_steps(where, steps):
    for step in steps:
        kinds = [key for key in step if key in STEPS]
        if len(kinds) != 1 or set(step) - set(STEPS) - set(OPTIONS) or ("without" in step and kinds != ["alive"]) or ("among" in step) != (kinds == ["same"]):
            raise Error(f"{where}: a step is one of {', '.join(STEPS)}, with an optional within (alive: without; same: among): {step}")
        if not all(isinstance(value, {**STEPS, **OPTIONS}[key]) for key, value in step.items()):
            raise Error(f"{where}: value of the wrong type: {step}")
        if kinds[0] == "same":
            check_pattern(where, step["same"])
        if kinds[0] == "expect":
            for pattern in [step["expect"]] if isinstance(step["expect"], str) else step["expect"]:
                check_pattern(where, pattern)


def check_case(case, swept):
    where = f"case '{case.get('name', '?')}'"
    if not re.fullmatch(r"[a-z0-9-]+", case.get("name", "")):
        raise Error(f"{where}: a name is made of a-z, 0-9 and '-'")
    for key, value in case.items():
        if key not in KEYS:
            raise Error(f"{where}: unknown key '{key}'")
        values = value if key in swept else [value]
        if not all(isinstance(v, KEYS[key]) for v in values):
            raise Error(f"{where}: '{key}' is of the wrong type")
    if case["boot"] not in BOOTS:
        raise Error(f"{where}: boot is one of {', '.join(BOOTS)}")
    if ("program" in case) != (case["boot"] == "native"):
        raise Error(f"{where}: a native boot has a program, any other has none")
    if ("board" in case) != case["boot"].startswith("board"):
        raise Error(f"{where}: a board boot has a board, any other has none")
    if case["boot"] in ("direct", "uboot", "uefi", "uefi-disk", "tfa", "firmware", "board") and case["initrd"] != ("system" in case):
        raise Error(f"{where}: a system, or initrd = false")
    if not case["steps"]:
        raise Error(f"{where}: no steps: such a test cannot fail")
    for pattern in case["never"] + case.get("also_never", []):
        check_pattern(where, pattern)
    check_steps(where, case["steps"])


def expand(case):
    """One case a combination of the lists in it."""
    swept = [key for key in SWEEPS if isinstance(case.get(key), list)]
    check_case(case, swept)
    for values in itertools.product(*(case[key] for key in swept)):
        one = dict(case, **dict(zip(swept, values)))
        suffix = [SWEEPS[key](value) for key, value in zip(swept, values)]
        one["name"] = "-".join([case["name"], *suffix])
        one["never"] = case["never"] + case.get("also_never", [])
        yield one


def load(path, slow=1.0):
    with open(path, "rb") as file:
        try:
            data = tomllib.load(file)
        except tomllib.TOMLDecodeError as error:
            raise Error(str(error)) from None
    templates = data.get("template", {})
    cases = []
    for entry in data.get("case", []):
        used = entry.get("use")
        if used is not None and used not in templates:
            raise Error(f"case '{entry.get('name', '?')}': there is no template '{used}'")
        cases += expand({**data["defaults"], **templates.get(used, {}), **entry})
    names = [case["name"] for case in cases]
    for name in names:
        if names.count(name) > 1:
            raise Error(f"two cases are named '{name}'")
    for case in cases:
        case["timeout"] = int(case["timeout"] * slow)
    return cases
