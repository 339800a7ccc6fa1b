"""The course's exercise with the unchanged client of MLflow: a grid search of 16 random forests, tracked, registered, loaded again.

Arguments: the address of the server, a folder for files, and where it is there the folder of Adult Income. Prints one line of JSON with what it saw.
"""

import json
import os
import sys
from pathlib import Path

import mlflow
import mlflow.onnx
import mlflow.sklearn
import numpy as np
import onnxruntime
import pandas as pd
from mlflow.models import infer_signature
from mlflow.tracking import MlflowClient
from skl2onnx import to_onnx
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score, precision_score, recall_score

uri, scratch = sys.argv[1], Path(sys.argv[2])
adult = Path(sys.argv[3]) if len(sys.argv) > 3 else None
MAJOR = int(mlflow.__version__.split(".")[0])
IS_3 = MAJOR >= 3
# A model of its own for each client.
MODEL = f"income-{MAJOR}"
# The requirements of a model are not what is tested here, and finding them out takes a process for each.
REQUIREMENTS = ["scikit-learn"]

mlflow.set_tracking_uri(uri)
client = MlflowClient()
seen = {"client": mlflow.__version__}


def read(part):
    table = pd.read_csv(adult / f"adult_{part}.csv")
    numbers = ["age", "capital_gain", "capital_loss", "hours_per_week"]
    return table[numbers].astype("float32"), (table["income"].str.strip() == ">50K").astype("int64")


if adult:
    (train_x, train_y), (test_x, test_y) = read("training"), read("test")
    train_x, train_y = train_x[:8000], train_y[:8000]
else:
    x, y = make_classification(6000, 6, random_state=7, flip_y=0.05)
    table = pd.DataFrame(x.astype("float32"), columns=[f"x{i}" for i in range(6)])
    train_x, test_x, train_y, test_y = table[:4000], table[4000:], y[:4000], y[4000:]
seen["data"] = "adult" if adult else "made up"


def score(model):
    predicted = model.predict(test_x)
    return {
        "precision": precision_score(test_y, predicted, zero_division=0),
        "recall": recall_score(test_y, predicted),
        "f1": f1_score(test_y, predicted),
    }


experiment = mlflow.set_experiment(f"income with client {mlflow.__version__}")
mlflow.sklearn.autolog(log_models=False, silent=True)
scores, models = {}, {}
with mlflow.start_run(run_name="grid search") as parent:
    mlflow.set_tag("course", "mlops")
    for depth in (2, 3, 5, 8):
        for trees in (5, 10, 20, 40):
            with mlflow.start_run(run_name=f"depth {depth}, trees {trees}", nested=True) as run:
                mlflow.log_params({"depth": depth, "trees": trees})
                forest = RandomForestClassifier(n_estimators=trees, max_depth=depth, random_state=1)
                forest.fit(train_x, train_y)
                scores[run.info.run_id] = score(forest)
                models[run.info.run_id] = forest
                mlflow.log_metrics(scores[run.info.run_id])
                report = scratch / "report.txt"
                report.write_text(json.dumps(scores[run.info.run_id]))
                mlflow.log_artifact(str(report))
mlflow.sklearn.autolog(disable=True)

# The course's search.
found = mlflow.search_runs(
    experiment_ids=[experiment.experiment_id],
    filter_string="metrics.precision > 0.6 and params.depth='3'",
    order_by=["metrics.precision DESC"],
)
wanted = sorted(
    (each["precision"] for id, each in scores.items() if each["precision"] > 0.6 and models[id].max_depth == 3), reverse=True
)
seen["search"] = {"found": found["metrics.precision"].tolist(), "wanted": wanted}
children = client.search_runs([experiment.experiment_id], f"tags.mlflow.parentRunId = '{parent.info.run_id}'")
seen["children"] = len(children)
one = children[0]
seen["autolog"] = {
    "params": sorted(one.data.params)[:4],
    "has_training_score": any(key.startswith("training_") for key in one.data.metrics),
    "inputs": [(each.dataset.name, [tag.value for tag in each.tags]) for each in one.inputs.dataset_inputs],
    "status": one.info.status,
}

# Models in both flavours, registered, promoted, loaded.
best_id = max(scores, key=lambda id: scores[id]["f1"])
best = models[best_id]
onnx = to_onnx(best, train_x.to_numpy()[:1], options={"zipmap": False})
signature = infer_signature(train_x, best.predict(train_x[:5]))
name = {"name": "forest"} if IS_3 else {"artifact_path": "forest"}
onnx_name = {"name": "forest-onnx"} if IS_3 else {"artifact_path": "forest-onnx"}
with mlflow.start_run(run_id=best_id):
    # MLflow 3 keeps scikit-learn's models with skops, which wants each type named.
    trusted = {"skops_trusted_types": ["sklearn.tree._tree.Tree"]} if IS_3 else {}
    logged = mlflow.sklearn.log_model(
        best, **name, **trusted, signature=signature, pip_requirements=REQUIREMENTS, registered_model_name=f"{MODEL}-forest"
    )
    logged_onnx = mlflow.onnx.log_model(
        onnx, **onnx_name, signature=signature, input_example=train_x[:3], pip_requirements=["onnxruntime"]
    )
version = mlflow.register_model(logged_onnx.model_uri, MODEL)
client.set_registered_model_alias(MODEL, "champion", version.version)
client.set_model_version_tag(MODEL, version.version, "kind", "onnx")
client.update_model_version(MODEL, version.version, description="Sixteen forests, the best.")
# Not through pyfunc: it cannot make a table of labels and two probabilities a row.
loaded = onnxruntime.InferenceSession(mlflow.onnx.load_model(f"models:/{MODEL}@champion").SerializeToString())
labels = loaded.run(None, {loaded.get_inputs()[0].name: test_x[:200].to_numpy()})[0]
seen["onnx"] = {
    "version": version.version,
    "aliases": list(client.get_model_version_by_alias(MODEL, "champion").aliases),
    "agreement": float((labels == best.predict(test_x[:200])).mean()),
}
native = mlflow.sklearn.load_model(f"models:/{MODEL}-forest/1")
seen["sklearn"] = {"agreement": float((native.predict(test_x) == best.predict(test_x)).mean())}
seen["versions"] = [each.version for each in client.search_model_versions(f"name = '{MODEL}'")]
client.transition_model_version_stage(MODEL, version.version, "Staging")
seen["stage"] = client.get_latest_versions(MODEL, ["Staging"])[0].version
copied = client.copy_model_version(f"models:/{MODEL}/{version.version}", f"{MODEL}-production")
seen["copied"] = copied.name
probabilities = best.predict_proba(test_x[:20])[:, 1]
seen["rows"] = test_x[:20].to_dict(orient="records")
seen["probabilities"] = probabilities.tolist()

# Files up and down, in folders and with names of any kind.
folder = scratch / "folder" / "deep"
folder.mkdir(parents=True, exist_ok=True)
(folder / "ünï cödé.txt").write_text("ü")
(scratch / "folder" / "empty.bin").write_bytes(b"")
with mlflow.start_run(run_name="files") as run:
    mlflow.log_artifacts(str(scratch / "folder"), "data")
    mlflow.log_text("hello", "notes/hello.md")
    mlflow.log_dict({"a": [1, 2]}, "notes/a.json")
    mlflow.log_table({"q": ["x", "y"], "n": [1, 2]}, "table.json")
    for step in range(50):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_metrics({"nan": float("nan"), "inf": float("inf")})
run_id = run.info.run_id
seen["files"] = sorted(each.path for each in client.list_artifacts(run_id, "data"))
seen["deep"] = [each.path for each in client.list_artifacts(run_id, "data/deep")]
fetched = Path(mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="data", dst_path=str(scratch / "down")))
seen["fetched"] = (fetched / "deep" / "ünï cödé.txt").read_text()
seen["text"] = mlflow.artifacts.load_text(f"runs:/{run_id}/notes/hello.md")
seen["history"] = [(each.step, each.value) for each in client.get_metric_history(run_id, "loss")][-1]
seen["infinite"] = client.get_run(run_id).data.metrics["inf"]
seen["is_nan"] = bool(np.isnan(client.get_run(run_id).data.metrics["nan"]))

# A finished run can be changed, deleted and brought back.
client.set_tag(run_id, "late", "yes")
client.delete_run(run_id)
seen["deleted"] = client.get_run(run_id).info.lifecycle_stage
client.restore_run(run_id)
seen["restored"] = client.get_run(run_id).data.tags["late"]
try:
    client.log_param(best_id, "depth", "99")
except mlflow.exceptions.MlflowException as refused:
    seen["refused"] = refused.error_code
seen["best"] = best_id
seen["parent"] = parent.info.run_id
print(json.dumps(seen))
