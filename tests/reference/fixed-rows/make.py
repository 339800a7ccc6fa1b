"""Makes the ONNX files beside it, whose makers fixed the number of rows, and what onnxruntime says of some rows, asked as each file demands.

    python make.py

Made with torch 2.15.0, onnxscript 0.7.2, skl2onnx 1.20.0, scikit-learn 1.9.1, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6 and Python 3.11.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto as T
from onnx import helper, numpy_helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF

OUT = Path(__file__).parent
ROWS = 11
rng = np.random.default_rng(7)
torch.manual_seed(7)
expected = {}


def padded(array, start, size):
    """Rows from `start`, the last one again where there are fewer."""
    places = np.minimum(np.arange(start, start + size), len(array) - 1)
    return array[places]


def save(name, model, feeds, output, size):
    data = model if isinstance(model, bytes) else model.SerializeToString()
    (OUT / f"{name}.onnx").write_bytes(data)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    count = len(next(iter(feeds.values())))
    answers = []
    for start in range(0, count, size):
        given = {key: padded(array, start, size) for key, array in feeds.items()}
        (found,) = session.run([output], given)
        answers += found.reshape(size, -1)[: count - start].astype(float).tolist()
    expected[name] = {"inputs": {key: array.tolist() for key, array in feeds.items()}, "answers": answers}


class Recurrent(torch.nn.Module):
    """Reads twelve numbers as three steps of four: its views say how many rows there are."""

    def __init__(self):
        super().__init__()
        self.gru = torch.nn.GRU(4, 6, batch_first=True)
        self.out = torch.nn.Linear(6, 3)

    def forward(self, x):
        _, last = self.gru(x.view(x.shape[0], 3, 4))
        return torch.softmax(self.out(last[0]), dim=1)


def without_traces(model):
    """The exporter notes on every node where in the files of its machine it came from."""
    del model.metadata_props[:]
    for graph in [model.graph, *model.functions]:
        del graph.metadata_props[:]
        for node in graph.node:
            del node.metadata_props[:]
            node.doc_string = ""
    for info in [*model.graph.input, *model.graph.output, *model.graph.value_info]:
        del info.metadata_props[:]
    return model


def exported(network, size):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        torch.onnx.export(
            network, (torch.zeros(size, 12),), str(path), input_names=["steps"], output_names=["probabilities"],
            dynamo=True, external_data=False, verbose=False,
        )
        return without_traces(onnx.load(path)).SerializeToString()


steps = rng.normal(size=(ROWS, 12)).astype(np.float32)
network = Recurrent().eval()
save("gru-1", exported(network, 1), {"steps": steps}, "probabilities", 1)
save("gru-4", exported(network, 4), {"steps": steps}, "probabilities", 4)

# A Gaussian process of scikit-learn, converted for one row.
train = rng.normal(size=(20, 3)).astype(np.float32)
process = GaussianProcessRegressor(RBF(), alpha=1e-3).fit(train, train.sum(axis=1))
some = rng.normal(size=(ROWS, 3)).astype(np.float32)
converted = convert_sklearn(process, initial_types=[("X", FloatTensorType([1, 3]))], target_opset=17)
save("process-1", converted, {"X": some}, converted.graph.output[0].name, 1)


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def build(nodes, inputs, outputs, constants=(), opset=17):
    graph = helper.make_graph(
        nodes, "g", inputs, outputs, [numpy_helper.from_array(array, name) for name, array in constants]
    )
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 3 if opset > 12 else 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8 if opset > 12 else 3, producer_name="make.py")


WEIGHTS = rng.normal(size=(3, 2)).astype(np.float32)
dense = [helper.make_node("MatMul", ["f", "w"], ["logits"]), helper.make_node("Softmax", ["logits"], ["p"], axis=1)]

# Says nothing of its own when it is asked two rows: it answers, but something else.
centred = [helper.make_node("ReduceMean", ["x"], ["mean"], axes=[0], keepdims=1),
           helper.make_node("Sub", ["x", "mean"], ["centre"]), helper.make_node("Add", ["centre", "x"], ["f"]), *dense]
for size in (1, 4):
    save(f"centred-{size}", build(centred, [value("x", T.FLOAT, [size, 3])], [value("p", T.FLOAT, [size, 2])],
                                  [("w", WEIGHTS)]), {"x": some}, "p", size)

# One tensor for each column, of one dimension, text among them; a branch; an answer without a dimension for rows.
mixed = [
    helper.make_node("LabelEncoder", ["island"], ["code"], domain="ai.onnx.ml", keys_strings=["Biscoe", "Dream"],
                     values_floats=[1.0, 2.0], default_float=0.0),
    helper.make_node("Cast", ["count"], ["counted"], to=T.FLOAT),
    helper.make_node("Add", ["code", "counted"], ["sum"]),
    helper.make_node("Squeeze", ["sum", "zero"], ["scalar"]),
    helper.make_node("Greater", ["scalar", "two"], ["is-large"]),
    helper.make_node(
        "If", ["is-large"], ["y"],
        then_branch=helper.make_graph([helper.make_node("Mul", ["scalar", "two"], ["twice"])], "then", [],
                                      [value("twice", T.FLOAT, [])]),
        else_branch=helper.make_graph([helper.make_node("Neg", ["scalar"], ["minus"])], "else", [],
                                      [value("minus", T.FLOAT, [])]),
    ),
    helper.make_node("Reshape", ["y", "one"], ["answer"]),
]
save(
    "columns-1",
    build(mixed, [value("island", T.STRING, [1]), value("count", T.INT64, [1])], [value("answer", T.FLOAT, [1])],
          [("zero", np.array([0])), ("two", np.array(2, np.float32)), ("one", np.array([1]))]),
    {
        "island": np.array(["Biscoe", "Dream", "Elsewhere", "Dream"], dtype=object),
        "count": np.array([1, 2, 3, -4], dtype=np.int64),
    },
    "answer",
    1,
)

# Of operators from before there were loops as they are now.
old = build([helper.make_node("Reshape", ["x", "shape"], ["f"]), *dense], [value("x", T.FLOAT, [1, 3]), value("w", T.FLOAT, [3, 2]), value("shape", T.INT64, [2])],
            [value("p", T.FLOAT, [1, 2])], [("w", WEIGHTS), ("shape", np.array([1, 3]))], opset=8)
save("old-1", old, {"x": some}, "p", 1)

(OUT / "expected.json").write_text(json.dumps(expected) + "\n")
