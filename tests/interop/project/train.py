"""Trains one of several models, converts it with skl2onnx, and writes its own scores for comparison."""

import json
import sys

import numpy as np
import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

kind, rows_path, model_path, signature_path, scores_path, metrics_path = sys.argv[1:]
rows = pd.read_parquet(rows_path)
numbers = ["distance", "hour"]
X = rows[numbers].astype(np.float32)
late = rows["late"]
signature = {"target": "late", "columns": numbers, "metrics": {"rows": len(rows)}}
options = {"zipmap": False}

if kind == "regression":
    model = make_pipeline(StandardScaler(), LinearRegression()).fit(X, rows["delay"])
    expected = model.predict(X).ravel()
    signature["target"] = "delay"
    options = None
elif kind == "columns":
    X = rows[["distance", "hour", "carrier"]]
    encode = ColumnTransformer([("n", StandardScaler(), numbers), ("c", OneHotEncoder(handle_unknown="ignore"), ["carrier"])])
    model = make_pipeline(encode, LogisticRegression()).fit(X, late)
    expected = model.predict_proba(X)[:, 1]
    del signature["columns"]
elif kind == "three":
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(X, rows["carrier"])
    expected = model.predict_proba(X).max(axis=1)
    signature.update(target="carrier")
else:
    learner = RandomForestClassifier(20, random_state=1, max_depth=5) if kind == "forest" else LogisticRegression()
    model = make_pipeline(StandardScaler(), learner).fit(X, late)
    expected = model.predict_proba(X)[:, 1]

if kind == "columns":
    types = [("distance", FloatTensorType([None, 1])), ("hour", Int64TensorType([None, 1])), ("carrier", StringTensorType([None, 1]))]
    onnx_model = to_onnx(model, initial_types=types, options=options)
else:
    onnx_model = to_onnx(model, X[:1].to_numpy(), options=None if kind == "zipmap" else options)

signature["expected"] = [float(value) for value in expected]
if kind == "reordered":
    signature["columns"] = list(reversed(numbers))
if kind == "labels-only":
    while len(onnx_model.graph.output) > 1:
        onnx_model.graph.output.pop()

with open(model_path, "wb") as file:
    file.write(onnx_model.SerializeToString())
if kind != "unsigned":
    with open(signature_path, "w") as file:
        json.dump(signature, file)
pd.DataFrame({"score": expected}).to_parquet(scores_path, index=False)
with open(metrics_path, "w") as file:
    json.dump({"accuracy": 0.5 if kind == "regression" else float((model.predict(X) == (rows["carrier"] if kind == "three" else late)).mean())}, file)
