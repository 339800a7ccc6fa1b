"""Graphs of one tensor of 20 columns as scikit-learn's converters write them, and what onnxruntime says of some rows.

Usage: python make.py   writes the graphs and expected.json beside itself.
Made with Python 3.11.7, scikit-learn 1.9.1, skl2onnx 1.20.0, onnxruntime 1.32.0.
"""

import json
import pathlib

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(5)
X = random.normal(size=(200, 20)).astype(np.float32)
y = (X[:, 0] - X[:, 3] + random.normal(scale=0.3, size=200) > 0).astype(np.int64)
X[random.random(X.shape) < 0.02] = np.nan
ROWS = X[:6].copy()
ROWS[1, 4] = np.nan
INPUT = [("X", FloatTensorType([None, 20]))]


def write(name, model, **options):
    graph = to_onnx(model, initial_types=INPUT, target_opset=17, **options)
    (HERE / f"{name}.onnx").write_bytes(graph.SerializeToString())
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    outputs = dict(zip([each.name for each in session.get_outputs()], session.run(None, {"X": ROWS})))
    return {
        key: value.tolist() if isinstance(value, np.ndarray) else [list(row.values()) for row in value]
        for key, value in outputs.items()
    }


classifier = make_pipeline(SimpleImputer(), LogisticRegression(max_iter=1000)).fit(X, y)
regressor = make_pipeline(SimpleImputer(), LinearRegression()).fit(X, y * 2.5)
expected = {
    "classifier": write("classifier", classifier, options={"zipmap": False}),
    "zipped": write("zipped", classifier),
    "regressor": write("regressor", regressor),
}
rows = [[None if np.isnan(cell) else float(cell) for cell in row] for row in ROWS]
(HERE / "expected.json").write_text(json.dumps({"rows": rows, **expected}, indent=1) + "\n")
