"""Models that scikit-learn, XGBoost, LightGBM and PyTorch made, as ONNX, with what the libraries say when trees are left out.

    python -m pip install numpy==2.4.6 scikit-learn==1.9.1 skl2onnx==1.20.0 xgboost==3.2.0 lightgbm==4.7.0 \
        onnxmltools==1.16.0 onnx==1.23.2 onnxruntime==1.32.0 torch==2.15.0
    python make.py

Writes one .onnx file for each model, and expected.json: rows, and for some numbers of rounds the answers of the library itself.
`network-int8.onnx` is what onnxruntime's quantize_dynamic makes of `network.onnx`.
"""

import json
import os
import platform
import warnings

import lightgbm
import numpy as np
import onnx
import onnxmltools
import onnxruntime
import skl2onnx
import sklearn
import torch
import xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as MlFloat
from onnxruntime.quantization import QuantType, quantize_dynamic
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)

warnings.filterwarnings("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
FEATURES = 5
rng = np.random.default_rng(7)
# Quarters, which float32 holds: no row lies between a threshold and its rounding.
X = (np.round(rng.normal(size=(900, FEATURES)) * 4) / 4).astype(np.float32)
noise = rng.normal(size=len(X))
value = X[:, 0] * 2 + np.abs(X[:, 1]) - X[:, 2] * X[:, 3] + 0.5 * noise
binary = (value > 0.5).astype(np.int64)
three = np.digitize(value, [-0.5, 1.5]).astype(np.int64)
train, test = slice(0, 600), slice(600, 640)
rows = X[test]
expected = {
    "versions": {
        "python": platform.python_version(),
        **{m.__name__: m.__version__ for m in (np, sklearn, skl2onnx, xgboost, lightgbm, onnxmltools, onnx, onnxruntime)},
        "torch": torch.__version__.split("+")[0],
    },
    "rows": rows.tolist(),
    "models": {},
}


def save(name, model, answers, kind, rounds):
    with open(os.path.join(HERE, f"{name}.onnx"), "wb") as file:
        file.write(model.SerializeToString())
    expected["models"][name] = {
        "kind": kind,
        "rounds": rounds,
        "answers": {str(k): np.asarray(a, dtype=np.float64).round(9).tolist() for k, a in answers.items()},
    }


def sklearn_onnx(model):
    options = {"zipmap": False} if hasattr(model, "predict_proba") else {}
    return to_onnx(model, X[:1], options={type(model): options} if options else None, target_opset={"": 17, "ai.onnx.ml": 3})


def forest(name, model, target, kind):
    model.fit(X[train], target[train])
    answers = {}
    for k in (1, 7, model.n_estimators):
        trees = model.estimators_[:k]
        if kind == "classifier":
            answers[k] = np.mean([tree.predict_proba(rows) for tree in trees], axis=0)
        else:
            answers[k] = np.mean([tree.predict(rows) for tree in trees], axis=0)[:, None]
    save(name, sklearn_onnx(model), answers, kind, model.n_estimators)


forest("forest-two", RandomForestClassifier(20, max_depth=4, random_state=1), binary, "classifier")
forest("forest-three", RandomForestClassifier(20, max_depth=4, random_state=1), three, "classifier")
forest("forest-value", RandomForestRegressor(20, max_depth=4, random_state=1), value, "regressor")
forest("extra-value", ExtraTreesRegressor(20, max_depth=4, random_state=1), value, "regressor")

boosted = GradientBoostingClassifier(n_estimators=30, max_depth=3, random_state=1).fit(X[train], binary[train])
staged = list(boosted.staged_predict_proba(rows))
save("boosted-two", sklearn_onnx(boosted), {k: staged[k - 1] for k in (1, 7, 30)}, "classifier", 30)


def xgb(name, model, target, kind):
    model.fit(X[train], target[train])
    ask = model.predict_proba if kind == "classifier" else lambda r, **k: model.predict(r, **k)[:, None]
    answers = {k: ask(rows, iteration_range=(0, k)) for k in (1, 7, 25)}
    save(name, onnxmltools.convert_xgboost(model, initial_types=[("x", MlFloat([None, FEATURES]))]), answers, kind, 25)


common = dict(n_estimators=25, max_depth=3, learning_rate=0.3, random_state=1)
xgb("xgboost-two", xgboost.XGBClassifier(**common), binary, "classifier")
xgb("xgboost-three", xgboost.XGBClassifier(**common), three, "classifier")
xgb("xgboost-value", xgboost.XGBRegressor(**common), value, "regressor")


def lgb(name, model, target, kind):
    model.fit(X[train], target[train])
    ask = model.predict_proba if kind == "classifier" else lambda r, **k: model.predict(r, **k)[:, None]
    answers = {k: ask(rows, num_iteration=k) for k in (1, 7, 25)}
    options = {"zipmap": False} if kind == "classifier" else {}
    graph = onnxmltools.convert_lightgbm(model, initial_types=[("x", MlFloat([None, FEATURES]))], **options)
    save(name, graph, answers, kind, 25)


small = dict(n_estimators=25, num_leaves=8, learning_rate=0.2, random_state=1, verbose=-1, n_jobs=1)
lgb("lightgbm-two", lightgbm.LGBMClassifier(**small), binary, "classifier")
lgb("lightgbm-three", lightgbm.LGBMClassifier(**small), three, "classifier")
lgb("lightgbm-value", lightgbm.LGBMRegressor(**small), value, "regressor")

# A network as torch.onnx.export writes it, and what onnxruntime's own tool makes of it.
torch.manual_seed(7)
network = torch.nn.Sequential(
    torch.nn.Linear(FEATURES, 72), torch.nn.ReLU(), torch.nn.Linear(72, 64), torch.nn.ReLU(), torch.nn.Linear(64, 3)
)
path = os.path.join(HERE, "network.onnx")
batch = {"x": {0: "rows"}}
torch.onnx.export(
    network, (torch.tensor(rows),), path, input_names=["x"], output_names=["y"], dynamic_axes=batch, opset_version=17, dynamo=False
)
quantised = os.path.join(HERE, "network-int8.onnx")
reduced = os.path.join(HERE, "network-int7.onnx")
quantize_dynamic(path, quantised, per_channel=True, weight_type=QuantType.QInt8)
quantize_dynamic(path, reduced, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)


def ask(file):
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    # One row at a time: the scale of a batch is that of all of its rows.
    return [session.run(None, {"x": row[None]})[0][0].tolist() for row in rows]


expected["network"] = {"float32": ask(path), "int8": ask(quantised), "int7": ask(reduced)}

# float16 as NumPy rounds: ordinary numbers, halves between two of them, both ends, subnormal numbers.
ordinary = rng.normal(size=100) * 10.0 ** rng.integers(-9, 6, size=100)
edges = [0, -0.0, 1, 65504, 65519, 65519.99, 65520, 1e9, 2**-14, 2**-14 - 2**-26, 2**-24, 2**-25, 2**-25 * 1.001, 2**-26, 1 + 2**-11, 1 + 3 * 2**-11]
sixteen = np.array([*ordinary, *edges, *(-np.array(edges[2:]))], dtype=np.float32)
with np.errstate(over="ignore"):
    bits = sixteen.astype(np.float16).view(np.uint16)
expected["float16"] = [[float(value), int(half)] for value, half in zip(sixteen, bits)]

with open(os.path.join(HERE, "expected.json"), "w") as file:
    json.dump(expected, file)
    file.write("\n")
