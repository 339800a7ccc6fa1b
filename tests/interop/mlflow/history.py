"""Fills a tracker with what people leave behind: `history.py URI FOLDER` with a server's address or a folder's."""

import sys
from pathlib import Path

import mlflow
import numpy as np
from mlflow.tracking import MlflowClient
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression

uri, scratch = sys.argv[1], Path(sys.argv[2])
mlflow.set_tracking_uri(uri)
client = MlflowClient()
x = np.array([[0.0], [1.0], [2.0], [3.0]], dtype="float32")
model = LogisticRegression().fit(x, [0, 0, 1, 1])
onnx = to_onnx(model, x[:1], options={"zipmap": False})

experiment = mlflow.set_experiment("history")
client.set_experiment_tag(experiment.experiment_id, "team", "ops")
with mlflow.start_run(run_name="parent", description="# A note\nwith *two* lines"):
    for child in range(12):
        with mlflow.start_run(run_name=f"child {child}", nested=True):
            mlflow.log_params({"depth": child, "text": "ü" * 40})
            for step in range(30):
                mlflow.log_metric("train/loss", 1 / (step + 1), step=step)
            mlflow.log_metrics({"nan": float("nan"), "inf": float("-inf")})
            mlflow.log_text(f"report of {child}", "reports/report.txt")
    # Three points of one step, the last of them twice.
    run_id = mlflow.active_run().info.run_id
    for value in (1.0, 2.0, 2.0):
        client.log_metric(run_id, "same step", value, timestamp=1_750_000_000_000, step=7)
    mlflow.log_input(mlflow.data.from_numpy(x, name="numbers"), context="training")
    mlflow.onnx.log_model(onnx, name="line", pip_requirements=["onnxruntime"], registered_model_name="line")
    mlflow.onnx.log_model(onnx, name="line", pip_requirements=["onnxruntime"], registered_model_name="line")
    mlflow.onnx.log_model(onnx, name="line", pip_requirements=["onnxruntime"], registered_model_name="line")

client.delete_model_version("line", "2")
client.set_registered_model_alias("line", "champion", "3")
client.set_registered_model_tag("line", "kind", "linear")
client.set_model_version_tag("line", "3", "reviewed", "yes")
client.update_registered_model("line", "A line through *four* points.")
with mlflow.start_run(run_name="failed") as failed:
    pass
client.set_terminated(failed.info.run_id, "FAILED")
with mlflow.start_run(run_name="deleted") as deleted:
    mlflow.log_metric("x", 1)
client.delete_run(deleted.info.run_id)
