"""Times the Python client of MLflow against some servers in turns: `client.py NAME=URL …` prints {name: {operation: median ms}}."""

import json
import statistics
import sys
import time

from mlflow.entities import Metric
from mlflow.tracking import MlflowClient

servers = dict(argument.split("=", 1) for argument in sys.argv[1:])
clients = {name: MlflowClient(tracking_uri=url) for name, url in servers.items()}
runs = {name: client.create_run("0").info.run_id for name, client in clients.items()}


def metrics(count, i):
    return [Metric(f"metric-{k % 20}", k + i, 1_750_000_000_000 + i, i * 50 + k // 20) for k in range(count)]


# The client puts a batch of points into its messages one by one, which is a good part of its time.
OPERATIONS = {
    "create_run": (30, lambda client, run, i: client.create_run("0", run_name=f"run-{i}")),
    "log_metric": (50, lambda client, run, i: client.log_metric(run, "loss", 1 / (i + 1), 1_750_000_000_000 + i, i)),
    "log_batch of 10 metrics": (40, lambda client, run, i: client.log_batch(run, metrics=metrics(10, i))),
    "log_batch of 1,000 metrics": (12, lambda client, run, i: client.log_batch(run, metrics=metrics(1000, i))),
}
times = {name: {operation: [] for operation in OPERATIONS} for name in servers}
for _ in range(2):
    for operation, (count, call) in OPERATIONS.items():
        for name, client in clients.items():
            call(client, runs[name], 0)
            for i in range(1, count + 1):
                started = time.perf_counter()
                call(client, runs[name], i)
                times[name][operation].append((time.perf_counter() - started) * 1000)
print(json.dumps({name: {operation: statistics.median(each) for operation, each in of.items()} for name, of in times.items()}))
