"""Makes the folders beside it: models as MLflow's own client uploads them, and what the models say.

    python make.py

Made with mlflow 3.17.2, scikit-learn 1.9.1, skl2onnx 1.20.0, onnx 1.23.2, numpy 2 and Python 3.11.
"""

import json
import shutil
from pathlib import Path

import mlflow
import numpy as np
import onnx
import pandas as pd
from mlflow.models import infer_signature
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import LinearSVC

OUT = Path(__file__).parent
LEFT_OUT = {"conda.yaml", "python_env.yaml", "requirements.txt"}

expected = {}


def save(name, model, rows, answers, **options):
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    mlflow.onnx.save_model(model, str(folder), **options)
    trim(folder)
    expected[name] = {"rows": rows, "answers": np.asarray(answers, dtype=float).tolist()}


def trim(folder):
    """Environments name versions of half the world and are not looked at."""
    for path in folder.iterdir():
        if path.name in LEFT_OUT:
            path.unlink()


iris = load_iris(as_frame=True)
X, y = iris.data, iris.target
probe = X.iloc[[0, 60, 120]]

# A data frame: columns by name. Labels are numbers.
logistic = LogisticRegression(max_iter=200).fit(X, y)
as_onnx = to_onnx(logistic, X.to_numpy(np.float32)[:1], options={"zipmap": False})
save(
    "columns",
    as_onnx,
    probe.to_dict("records"),
    logistic.predict_proba(probe),
    signature=infer_signature(X, logistic.predict(X)),
    input_example=X.head(3),
)

# An array, two classes as texts, probabilities as a ZipMap, and the doubles that scikit-learn computes with.
names = np.where(y == 0, "setosa", "other")
forest = RandomForestClassifier(n_estimators=3, max_depth=3, random_state=1).fit(X.to_numpy(), names)
zipped = to_onnx(forest, X.to_numpy(np.float32)[:1])
order = [f"X_{i}" for i in range(4)]
save(
    "zipmap",
    zipped,
    [dict(zip(order, map(float, row))) for row in probe.to_numpy()],
    forest.predict_proba(probe.to_numpy()),
    signature=infer_signature(X.to_numpy()),
)

# A regression on an array with an example and a signature of a tensor.
line = LinearRegression().fit(X.to_numpy()[:, :3], X.to_numpy()[:, 3])
linear = to_onnx(line, X.to_numpy(np.float64)[:1, :3])
save(
    "tensor",
    linear,
    [dict(zip(order, map(float, row[:3]))) for row in probe.to_numpy()],
    line.predict(probe.to_numpy()[:, :3]),
    signature=infer_signature(X.to_numpy()[:, :3], line.predict(X.to_numpy()[:, :3])),
    input_example=X.to_numpy()[:2, :3],
)

# Weights in a file beside the graph, and no signature at all.
net = MLPClassifier(hidden_layer_sizes=(128,), max_iter=60, random_state=1).fit(X.to_numpy(), y)
weights = to_onnx(net, X.to_numpy(np.float32)[:1], options={"zipmap": False})
for tensor in weights.graph.initializer:
    # Only raw bytes can lie in a file of their own.
    tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor), tensor.name))
save(
    "external",
    weights,
    [dict(zip(order, map(float, row))) for row in probe.to_numpy()],
    net.predict_proba(probe.to_numpy()),
)

# Columns of several types, each an input of its own.
people = pd.DataFrame({"age": [20.0, 40.0, 60.0, 30.0] * 5, "work": ["office", "farm", "office", "farm"] * 5})
rich = np.array([0, 0, 1, 1] * 5)
mixed = make_pipeline(
    ColumnTransformer([("work", OneHotEncoder(), ["work"]), ("age", "passthrough", ["age"])]), LogisticRegression()
).fit(people, rich)
types = [("age", FloatTensorType([None, 1])), ("work", StringTensorType([None, 1]))]
save(
    "mixed",
    to_onnx(mixed, initial_types=types, options={"zipmap": False}),
    people.head(3).to_dict("records"),
    mixed.predict_proba(people.head(3)),
    signature=infer_signature(people, rich),
    input_example=people.head(2),
)

# A graph that holds the labels of its training rows beside its classes.
near = KNeighborsClassifier(3).fit(X.to_numpy()[::10], y[::10])
save(
    "neighbours",
    to_onnx(near, X.to_numpy(np.float32)[:1], options={"zipmap": False}),
    [dict(zip(order, map(float, row))) for row in probe.to_numpy()],
    near.predict_proba(probe.to_numpy()),
)

# Distances from a plane, in the place of probabilities.
margin = LinearSVC(random_state=1).fit(X.to_numpy(), y)
save("margins", to_onnx(margin, X.to_numpy(np.float32)[:1]), [], [], signature=infer_signature(X), input_example=X.head(2))

# Pictures: tensors of more than two dimensions.
pixel = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [None, 2, 2])
score = helper.make_tensor_value_info("score", TensorProto.FLOAT, [None])
axes = numpy_helper.from_array(np.array([1, 2], dtype=np.int64), "axes")
total = helper.make_node("ReduceSum", ["pixels", "axes"], ["score"], keepdims=0)
picture = helper.make_model(
    helper.make_graph([total], "sum", [pixel], [score], [axes]), opset_imports=[helper.make_opsetid("", 17)]
)
picture.ir_version = 10
save("pictures", picture, [], [], signature=infer_signature(np.zeros((2, 2, 2), np.float32), np.zeros(2, np.float32)))

# A pickle; its bytes are never looked at, so that some will do.
folder = OUT / "pickled"
shutil.rmtree(folder, ignore_errors=True)
mlflow.sklearn.save_model(logistic, str(folder), signature=infer_signature(X), serialization_format="cloudpickle")
trim(folder)
(folder / "model.pkl").write_bytes(b"not a real pickle")

(OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
