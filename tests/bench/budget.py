# SPDX-License-Identifier: Apache-2.0
"""The file of budgets: `gcc VERSION`, then `CONFIGURATION ROW FIGURE` lines."""

OTHER_GCC_PERCENT = 15  # another compiler chooses other instructions
SLACK_PERCENT = 5       # a budget that far above its figure lets regressions through


class Error(Exception):
    pass


class Budgets:
    def __init__(self, path):
        self.path, self.gcc, self.limits = path, None, {}
        for number, line in enumerate(path.read_text().splitlines(), 1):
            words = line.split()
            if not words or words[0] == "#":
                continue
            if len(words) == 2 and words[0] == "gcc" and words[1].isdigit():
                self.gcc = int(words[1])
            elif len(words) == 3 and words[2].isdigit() and tuple(words[:2]) not in self.limits:
                self.limits[words[0], words[1]] = int(words[2])
            else:
                raise Error(f"{path.name}:{number}: neither `gcc VERSION` nor a new `CONFIGURATION ROW FIGURE`")
        if self.gcc is None:
            raise Error(f"{path.name}: no `gcc VERSION`")

    def get(self, config, row):
        return self.limits.get((config, row))

    def write(self, gcc, results):
        head = [line for line in self.path.read_text().splitlines() if line.startswith("#")]
        lines = [f"{config} {row} {figure}" for config, figures in results.items() for row, figure in figures.items()]
        self.path.write_text("\n".join([*head, f"gcc {gcc}", *lines]) + "\n")
        self.__init__(self.path)


def check(budgets, gcc, results):
    """Prints one line a figure; returns the exit status."""
    allowance = 0 if gcc == budgets.gcc else OTHER_GCC_PERCENT
    failed = False
    if allowance:
        print(f"# bench: the budgets are for gcc {budgets.gcc}, this build is gcc {gcc}'s: {allowance} % more is allowed")
    for config, figures in results.items():
        for row, figure in figures.items():
            limit = budgets.get(config, row)
            if limit is None:
                print(f"not ok - bench: {config} {row} is {figure} and has no budget")
                failed = True
                continue
            good = figure * 100 <= limit * (100 + allowance)
            failed |= not good
            print(f"{'ok' if good else 'not ok'} - bench: {config} {row} is {figure}, at most {limit}")
            if not allowance and figure * 100 < limit * (100 - SLACK_PERCENT):
                print(f"# bench: please lower the budget of {config} {row} to {figure} (make bench-update)")
    for config, row in sorted(set(budgets.limits) - {(c, r) for c, figures in results.items() for r in figures}):
        print(f"not ok - bench: {config} {row} has a budget and was not measured")
        failed = True
    return 1 if failed else 0
