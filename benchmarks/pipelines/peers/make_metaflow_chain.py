"""Writes the chain as a Metaflow flow, whose steps must stand in the source: python make_metaflow_chain.py FILE FOLDER STEPS."""

import sys

path, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
lines = [
    "import pandas as pd",
    "from metaflow import FlowSpec, step",
    "",
    "",
    "class Chain(FlowSpec):",
    "    @step",
    "    def start(self):",
    '        table = pd.DataFrame({"id": range(100), "value": [float(i) for i in range(100)]})',
    f'        table.to_parquet("{folder}/t0.parquet")',
    f"        self.next(self.{'s1' if count > 2 else 'end'})",
    "",
]
for i in range(1, count - 1):
    following = f"s{i + 1}" if i < count - 2 else "end"
    lines += [
        "    @step",
        f"    def s{i}(self):",
        f'        table = pd.read_parquet("{folder}/t{i - 1}.parquet")',
        f'        table.assign(value=table["value"] + 1).to_parquet("{folder}/t{i}.parquet")',
        f"        self.next(self.{following})",
        "",
    ]
lines += [
    "    @step",
    "    def end(self):",
    f'        table = pd.read_parquet("{folder}/t{count - 2}.parquet")',
    '        table = table.assign(value=table["value"] + 1)',
    f'        table.to_parquet("{folder}/t{count - 1}.parquet")',
    f'        assert table["value"].sum() == {sum(range(100)) + 100 * (count - 1)}',
    "",
    "",
    'if __name__ == "__main__":',
    "    Chain()",
    "",
]
with open(path, "w") as file:
    file.write("\n".join(lines))
