"""What a client of MLflow sees of a tracker, as JSON that is the same for the same content: `digest.py URI`."""

import json
import math
import sys
import tempfile
from pathlib import Path

import mlflow
from mlflow.tracking import MlflowClient

mlflow.set_tracking_uri(sys.argv[1])
client = MlflowClient()


def number(value):
    # Servers say the greatest double where folders hold an infinity.
    if abs(value) == sys.float_info.max:
        value = math.copysign(math.inf, value)
    return value if math.isfinite(value) else str(value)


def files(run_id):
    with tempfile.TemporaryDirectory() as folder:
        if not client.list_artifacts(run_id):
            return {}
        root = Path(client.download_artifacts(run_id, "", folder))
        return {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*")) if path.is_file()}


seen = {}
for experiment in client.search_experiments():
    for run in client.search_runs([experiment.experiment_id]):
        own = [tag for tag in run.data.tags if tag.startswith("import.")]
        seen[run.info.run_id] = {
            "experiment": experiment.name,
            "name": run.info.run_name,
            "status": run.info.status,
            "times": [run.info.start_time, run.info.end_time],
            "params": dict(sorted(run.data.params.items())),
            "tags": {key: run.data.tags[key] for key in sorted(run.data.tags) if key not in own},
            "history": {
                key: sorted([point.timestamp, point.step, number(point.value)] for point in client.get_metric_history(run.info.run_id, key))
                for key in sorted(run.data.metrics)
            },
            "files": files(run.info.run_id),
            "inputs": [[each.dataset.name, each.dataset.digest] for each in run.inputs.dataset_inputs],
        }
models = {
    model.name: {
        "description": model.description,
        "tags": model.tags,
        "aliases": {alias: str(version) for alias, version in model.aliases.items()},
        "versions": {
            str(version.version): {"tags": version.tags, "run": version.run_id}
            for version in client.search_model_versions(f"name = '{model.name}'")
        },
    }
    for model in (client.get_registered_model(each.name) for each in client.search_registered_models())
}
if "line" in models:
    loaded = mlflow.onnx.load_model("models:/line@champion")
    models["line"]["loads"] = [output.name for output in loaded.graph.output]
print(json.dumps({"runs": seen, "models": models}, sort_keys=True))
