"""The chain with Prefect: python prefect_chain.py FOLDER STEPS. Each task reads and writes a small Parquet table."""

import sys

import pandas as pd
from prefect import flow, task


@task
def first(path: str) -> str:
    pd.DataFrame({"id": range(100), "value": [float(i) for i in range(100)]}).to_parquet(path)
    return path


@task
def following(before: str, path: str) -> str:
    table = pd.read_parquet(before)
    table.assign(value=table["value"] + 1).to_parquet(path)
    return path


@flow
def chain(folder: str, count: int) -> str:
    path = first(f"{folder}/t0.parquet")
    for i in range(1, count):
        path = following(path, f"{folder}/t{i}.parquet")
    return path


if __name__ == "__main__":
    folder, count = sys.argv[1], int(sys.argv[2])
    last = chain(folder, count)
    total = pd.read_parquet(last)["value"].sum()
    assert total == sum(range(100)) + 100 * (count - 1), total
