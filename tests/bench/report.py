# SPDX-License-Identifier: Apache-2.0
"""What was measured as text, as a plot, and as a part of docs/performance.md."""

import math
import re

PEERS = {"bao": "Bao", "jailhouse": "Jailhouse", "xen": "Xen", "xen-null": "Xen null", "kvm": "KVM"}


def short(n):
    """A figure in at most five characters."""
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if n >= 10 * size or (n >= size and n % size == 0 and unit != "k"):
            return f"{n / size:.0f} {unit}" if n >= 100 * size else f"{n / size:.3g} {unit}"
    return str(n)


def best_peer(row):
    peers = row.get("peers")
    if not peers:
        return ""
    name = min(peers, key=peers.get)
    return f"{short(peers[name])} {PEERS[name]}"


def lines_of(configs, rows, results):
    """(configuration, row, figure) in the order of bench.toml."""
    for config in configs:
        for row in rows:
            figure = results[config["name"]].get(row["name"])
            if figure is not None:
                yield config, row, figure


def table(configs, rows, phases, results, budgets):
    out = [f"{'':52} {'measured':>9} {'budget':>9} {'goal':>9}  best peer"]
    last = None
    for config, row, figure in lines_of(configs, rows, results):
        if config is not last:
            out += ["", config["title"]]
            last = config
        budget, goal = budgets.get(config["name"], row["name"]), row.get("goal")
        missed = " missed" if goal and figure > goal else ""
        out.append(f"  {row['title'][:50]:50} {figure:9} {budget if budget is not None else '-':>9} {goal or '':>9}  {best_peer(row)}{missed}")
    out += ["", "boot, by phase"]
    for phase in phases:
        name = phase["name"].replace(" ", "-")
        out.append(f"  {phase['title'][:50]:50} {results['phase'][name]:9} {budgets.get('phase', name) or '-':>9}")
    for kind, unit in (("size", "bytes"), ("stack", "bytes")):
        out += ["", f"{kind}, in {unit}"]
        out += [f"  {name:50} {figure:9} {budgets.get(kind, name) if budgets.get(kind, name) is not None else '-':>9}" for name, figure in results[kind].items()]
    return "\n".join(out)


# ---- the plot: a line a row, logarithmic, peers as dots ----

LEFT, WIDTH, ROW, TOP, RIGHT = 330, 560, 26, 64, 30
COLOURS = {"bao": "#8a6d00", "jailhouse": "#7a3fa0", "xen": "#2f6f4f", "xen-null": "#58a27c", "kvm": "#777777"}


def plot(rows, results):
    shown = [(row, results["boot" if row["name"].startswith("boot") else "gicv3"].get(row["name"])) for row in rows if row.get("peers")]
    shown = [(row, figure) for row, figure in shown if figure is not None]
    top = max(max(row["peers"].values()) for row, _ in shown)
    low, high = 1.5, math.log10(top) + 0.1

    def x(n):
        return LEFT + (math.log10(n) - low) / (high - low) * WIDTH

    height = TOP + ROW * len(shown) + 40
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + RIGHT} {height}" font-family="sans-serif" font-size="12">',
           f'<rect width="{LEFT + WIDTH + RIGHT}" height="{height}" fill="#ffffff"/>',
           '<text x="12" y="20" font-size="14" font-weight="bold">Executed instructions for one operation, without the guest\'s own</text>']
    legend, at = [("bulkhead", "Bulkhead", "#c02020"), *((k, v, COLOURS[k]) for k, v in PEERS.items())], 12
    for key, name, colour in legend:
        out.append(marker(key, at + 6, 40, colour) + f'<text x="{at + 16}" y="44">{name}</text>')
        at += 34 + 7 * len(name)
    out.append(f'<path d="M{at + 2} 34v12" stroke="#c02020" stroke-width="1"/><text x="{at + 10}" y="44">goal</text>')
    for power in range(math.ceil(low), math.floor(high) + 1):
        out.append(f'<path d="M{x(10**power):.1f} {TOP - 8}V{height - 26}" stroke="#dddddd"/>'
                   f'<text x="{x(10**power):.1f}" y="{height - 10}" text-anchor="middle" fill="#555555">{short(10**power)}</text>')
    for i, (row, figure) in enumerate(shown):
        y = TOP + ROW * i + ROW / 2
        out.append(f'<text x="{LEFT - 10}" y="{y + 4:.0f}" text-anchor="end">{escape(row["title"])}</text>')
        out.append(f'<path d="M{x(figure):.1f} {y}H{x(max(row["peers"].values())):.1f}" stroke="#eeeeee"/>')
        out += [marker(key, x(n), y, COLOURS[key]) for key, n in row["peers"].items()]
        if row.get("goal"):
            out.append(f'<path d="M{x(row["goal"]):.1f} {y - 7}v14" stroke="#c02020" stroke-width="1"/>')
        out.append(marker("bulkhead", x(figure), y, "#c02020"))
    return "\n".join([*out, "</svg>"]) + "\n"


def marker(key, x, y, colour):
    if key == "bulkhead":
        return f'<rect x="{x - 5:.1f}" y="{y - 5}" width="10" height="10" fill="{colour}"/>'
    return f'<circle cx="{x:.1f}" cy="{y}" r="4" fill="{colour}"/>'


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


# ---- docs/performance.md: what is between two comments ----

def markdown(configs, rows, results):
    first = configs[0]["name"]
    others = [c for c in configs[1:] if c["name"] != "boot"]
    head = ["operation", "Bulkhead", "goal", *PEERS.values()]
    out = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        figure = results[first].get(row["name"], results["boot"].get(row["name"]))
        if row["name"].startswith("boot"):
            figure = results["boot"].get(row["name"])
        if figure is None:
            continue
        different = [f"{c['title']}: {results[c['name']][row['name']]}" for c in others if results[c["name"]].get(row["name"], figure) != figure]
        cell = f"**{figure if figure < 10000 else short(figure)}**" + (f" ({'; '.join(different)})" if different and not row["name"].startswith("boot") else "")
        goal = short(row["goal"]) if row.get("goal") else ""
        out.append("| " + " | ".join([row["title"], cell, goal, *(short(row["peers"][p]) if p in row.get("peers", {}) else "" for p in PEERS)]) + " |")
    return "\n".join(out)


def plain(figures, titles):
    return "\n".join(["| | |", "|---|---|", *(f"| {titles.get(name, name)} | {figure} |" for name, figure in figures.items())])


def update_docs(docs, configs, rows, phases, results):
    (docs / "performance.svg").write_text(plot(rows, results))
    page = docs / "performance.md"
    text = page.read_text()
    titles = {p["name"].replace(" ", "-"): p["title"] for p in phases}
    parts = {"operations": markdown(configs, rows, results), "boot": plain(results["phase"], titles), "size": plain(results["size"], {}),
             "stack": plain(results["stack"], {})}
    for name, part in parts.items():
        text, n = re.subn(rf"(<!-- {name} -->\n).*?(<!-- end -->)", lambda m, p=part: m.group(1) + p + "\n" + m.group(2), text, flags=re.S)
        if n != 1:
            raise OSError(f"{page} has no part `{name}`")
    page.write_text(text)
