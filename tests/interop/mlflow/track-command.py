"""A script that knows nothing of Regia: MLflow finds the run that "regia track" has begun."""

import os
import random
import sys

import mlflow

random.seed(int(os.environ["REGIA_SEED"]))
with mlflow.start_run() as run:
    mlflow.log_param("depth", 3)
    for step in range(5):
        mlflow.log_metric("loss", random.random(), step=step)
    mlflow.log_text("größer", "notes/a.txt")
    mlflow.set_tag("set", " ".join(sorted({"a", "b", "c"})))
    print(run.info.run_id)
with mlflow.start_run(run_name="another") as other:
    mlflow.log_metric("loss", 1)
sys.exit(int(sys.argv[1]))
