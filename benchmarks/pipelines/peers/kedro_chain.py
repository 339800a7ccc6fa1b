"""The chain with Kedro: python kedro_chain.py sequential|parallel FOLDER STEPS. Each node reads and writes a small Parquet table."""

import sys

import pandas as pd
from kedro.io import DataCatalog
from kedro.pipeline import node, pipeline
from kedro_datasets.pandas import ParquetDataset


def first() -> pd.DataFrame:
    return pd.DataFrame({"id": range(100), "value": [float(i) for i in range(100)]})


def following(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(value=table["value"] + 1)


def main() -> None:
    kind, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    datasets = {f"t{i}": ParquetDataset(filepath=f"{folder}/t{i}.parquet") for i in range(count)}
    nodes = [node(first, None, "t0", name="s0")]
    nodes += [node(following, f"t{i - 1}", f"t{i}", name=f"s{i}") for i in range(1, count)]
    if kind == "parallel":
        from kedro.io import SharedMemoryDataCatalog
        from kedro.runner import ParallelRunner

        ParallelRunner(max_workers=2).run(pipeline(nodes), SharedMemoryDataCatalog(datasets))
    else:
        from kedro.runner import SequentialRunner

        SequentialRunner().run(pipeline(nodes), DataCatalog(datasets))
    total = pd.read_parquet(f"{folder}/t{count - 1}.parquet")["value"].sum()
    assert total == sum(range(100)) + 100 * (count - 1), total


if __name__ == "__main__":
    main()
