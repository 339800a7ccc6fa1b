"""Makes training.json: what scikit-learn and onnx say about small data sets.

Run with Python 3.11, numpy 2.4.6, scikit-learn 1.9.1 and onnx 1.19.1: python training.py
"""

import base64
import json
import pathlib

import numpy as np
import onnx
import sklearn
from onnx import TensorProto, helper
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

random = np.random.default_rng(7)
rows = 240
x = np.float32(np.column_stack([random.normal(3, 10, rows), random.normal(size=rows), random.integers(0, 6, rows)]))
signal = 0.08 * x[:, 0] + x[:, 1] + np.sin(x[:, 2]) + random.normal(scale=0.7, size=rows)
late = (signal > 0.4).astype(int)
kind = np.digitize(signal, [-0.4, 1.0])
weights = np.round(random.uniform(0.2, 3, rows), 3)
gappy = x.copy()
gappy[random.uniform(size=rows) < 0.2, 0] = np.nan
gappy[random.uniform(size=rows) < 0.1, 2] = np.nan


def logistic(target, c, sample_weight=None):
    regression = LogisticRegression(C=c, tol=1e-12, max_iter=10_000)
    # The scaler sees no weights: the learner's own standards do not either.
    model = make_pipeline(StandardScaler(), regression)
    model.fit(np.float64(x), target, logisticregression__sample_weight=sample_weight)
    return {"l2": 1 / c, "probabilities": model.predict_proba(np.float64(x)).tolist()}


# One leaf-wise tree, and boosting with every value in a bin of its own; min_samples_leaf 1, since scikit-learn counts rows
# where others estimate them by hessians.
tree = DecisionTreeRegressor(max_leaf_nodes=9, min_samples_leaf=12).fit(x, signal)
boosting = {"max_iter": 12, "max_leaf_nodes": 7, "learning_rate": 0.2, "l2_regularization": 0.5, "early_stopping": False}
boosting |= {"min_samples_leaf": 1, "max_bins": 255, "max_depth": None}
classifier = HistGradientBoostingClassifier(**boosting).fit(gappy, late)
weighted = HistGradientBoostingClassifier(**boosting).fit(gappy, late, sample_weight=weights)
regressor = HistGradientBoostingRegressor(**boosting).fit(gappy, signal)

# A graph as other tools write it: numbers in typed fields instead of raw bytes, a sequence of maps as an output, a nested graph.
branch = helper.make_graph([helper.make_node("Identity", ["w"], ["b"])], "branch", [], [])
foreign = helper.make_model(
    helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "w"], ["y"], name="multiply"),
            helper.make_node("If", ["c"], ["z"], then_branch=branch, else_branch=branch),
            helper.make_node(
                "ZipMap", ["y"], ["maps"], domain="ai.onnx.ml", classlabels_int64s=[-3, 2**40], some_float=0.5, some_text="é"
            ),
        ],
        "foreign",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 2]), helper.make_tensor_value_info("c", TensorProto.BOOL, [])],
        [
            helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 1]),
            helper.make_value_info("maps", helper.make_sequence_type_proto(helper.make_map_type_proto(7, helper.make_tensor_type_proto(1, [])))),
        ],
        [
            helper.make_tensor("w", TensorProto.FLOAT, [2, 1], [1.5, -2.25]),
            helper.make_tensor("i", TensorProto.INT64, [3], [-(2**63), -1, 2**62]),
            helper.make_tensor("d", TensorProto.DOUBLE, [1], [0.1]),
            helper.make_tensor("b8", TensorProto.BOOL, [2], [True, False]),
            helper.make_tensor("s", TensorProto.STRING, [2], ["a", "é"]),
        ],
    ),
    opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)],
    producer_name="other",
    ir_version=8,
)

fixture = {
    "versions": {"numpy": np.__version__, "sklearn": sklearn.__version__, "onnx": onnx.__version__},
    "x": x.T.tolist(),
    "gappy": [[None if np.isnan(value) else float(value) for value in column] for column in gappy.T],
    "late": late.tolist(),
    "kind": kind.tolist(),
    "signal": signal.tolist(),
    "weights": weights.tolist(),
    "logistic": {
        "binary": logistic(late, 0.5),
        "weighted": logistic(late, 2.0, weights),
        "multiclass": logistic(kind, 1.0),
    },
    "tree": tree.predict(x).tolist(),
    "boosting": {
        "classifier": classifier.predict_proba(gappy)[:, 1].tolist(),
        "weighted": weighted.predict_proba(gappy)[:, 1].tolist(),
        "regressor": regressor.predict(gappy).tolist(),
    },
    "foreignModel": base64.b64encode(foreign.SerializeToString()).decode(),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixture) + "\n")
