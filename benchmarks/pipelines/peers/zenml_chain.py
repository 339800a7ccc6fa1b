"""The chain with ZenML on its default local stack: python zenml_chain.py STEPS. Each step takes and gives a small table, kept as Parquet."""

import sys

import pandas as pd
from zenml import pipeline, step


@step(enable_cache=False)
def first() -> pd.DataFrame:
    return pd.DataFrame({"id": range(100), "value": [float(i) for i in range(100)]})


@step(enable_cache=False)
def following(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(value=table["value"] + 1)


@pipeline(enable_cache=False)
def chain(count: int) -> None:
    table = first()
    for _ in range(1, count):
        table = following(table)


if __name__ == "__main__":
    run = chain(int(sys.argv[1]))
    assert run.status == "completed", run.status
