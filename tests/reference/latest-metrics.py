"""What MLflow says is the latest value of metrics that come in any order, and how many points it keeps.

Makes latest-metrics.json: batches of points, few different ones so that there are many ties, and what MLflow's own SQL store answers after each
batch. An infinity that MLflow keeps as the greatest double stands here as what was logged.

    python -m venv venv && venv/bin/pip install mlflow==3.17.2 && venv/bin/python latest-metrics.py
"""

import json
import math
import os
import random
import sys
import tempfile

# A neighbour of this file is called like a module of the standard library, which MLflow imports.
sys.path.pop(0)

import mlflow  # noqa: E402
from mlflow.entities import Metric  # noqa: E402
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore  # noqa: E402

GREATEST = sys.float_info.max
# A NaN is kept as a zero with a flag: the two tie.
VALUES = [0.0, math.nan, 0.0, math.nan, -1.0, 2.5, math.inf, -math.inf]
rng = random.Random(4)


def encode(value):
    if math.isnan(value):
        return "NaN"
    if abs(value) == math.inf or abs(value) == GREATEST:
        return "Infinity" if value > 0 else "-Infinity"
    return value


def point():
    return {
        "key": rng.choice(["a", "b", "c"]),
        "value": rng.choice(VALUES if rng.random() < 0.5 else VALUES[:4]),
        "step": rng.randint(-1, 0),
        "atMs": rng.randint(0, 1),
    }


def play(store, experiment):
    run = store.create_run(experiment, "", 0, [], "run").info.run_id
    batches = []
    for _ in range(6):
        points = [point() for _ in range(rng.choice([1, 1, 4, 12]))]
        metrics = [Metric(p["key"], p["value"], p["atMs"], p["step"]) for p in points]
        store.log_batch(run, metrics, [], [])
        latest = store.get_run(run).data._metric_objs
        batches.append(
            {
                "points": [{**p, "value": encode(p["value"])} for p in points],
                "latest": sorted(
                    (
                        {"key": m.key, "value": encode(m.value), "step": m.step, "atMs": m.timestamp}
                        for m in latest
                    ),
                    key=lambda each: each["key"],
                ),
                "kept": {key: len(store.get_metric_history(run, key)) for key in "abc"},
            }
        )
    return batches


with tempfile.TemporaryDirectory() as folder:
    store = SqlAlchemyStore(f"sqlite:///{folder}/m.db", folder)
    experiment = store.create_experiment("latest")
    fixture = {"versions": {"mlflow": mlflow.__version__}, "runs": [play(store, experiment) for _ in range(40)]}

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "latest-metrics.json"), "w") as file:
    json.dump(fixture, file, separators=(",", ":"))
    file.write("\n")
