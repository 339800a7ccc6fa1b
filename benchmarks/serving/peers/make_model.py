"""Trains gradient boosting on made rows and writes it as ONNX and as an MLflow model: make_model.py FOLDER"""

import json
import pathlib
import sys

import mlflow
import numpy as np
import onnx
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier

FEATURES = 20
folder = pathlib.Path(sys.argv[1])
random = np.random.default_rng(7)
x = random.normal(size=(4000, FEATURES)).astype(np.float32)
y = (x[:, 0] * x[:, 1] + np.sin(x[:, 2] * 2) + random.normal(size=len(x)) > 0).astype(np.int64)
model = GradientBoostingClassifier(n_estimators=100, max_depth=5, random_state=7).fit(x, y)
graph = to_onnx(model, x[:1], options={"zipmap": False}, target_opset={"": 18, "ai.onnx.ml": 3})
onnx.save(graph, folder / "model.onnx")
smaller = GradientBoostingClassifier(n_estimators=90, max_depth=5, random_state=8).fit(x, y)
onnx.save(to_onnx(smaller, x[:1], options={"zipmap": False}, target_opset={"": 18, "ai.onnx.ml": 3}), folder / "next.onnx")
rows = random.normal(size=(200, FEATURES)).astype(np.float32)
(folder / "rows.json").write_text(json.dumps([[float(v) for v in row] for row in rows]))
(folder / "expected.json").write_text(json.dumps(model.predict_proba(rows).tolist()))
mlflow.onnx.save_model(graph, folder / "mlflow-model", signature=infer_signature(x, model.predict_proba(x)[:1]))
