"""Makes the ONNX files beside it: what other tools write, sound and unsound, and what onnxruntime says of some rows.

    python make.py

Made with onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6 and Python 3.11.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto as T
from onnx import helper, numpy_helper

OUT = Path(__file__).parent
rng = np.random.default_rng(1)
WEIGHTS = rng.normal(size=(3, 2)).astype(np.float32)
expected = {}


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def build(nodes, inputs, outputs, constants=(), opset=17, ir=8, others=(), functions=()):
    graph = helper.make_graph(
        nodes, "g", inputs, outputs, [numpy_helper.from_array(array, name) for name, array in constants]
    )
    opsets = [helper.make_opsetid("", opset), *(helper.make_opsetid(domain, version) for domain, version in others)]
    return helper.make_model(
        graph, opset_imports=opsets, ir_version=ir, producer_name="make.py", functions=list(functions)
    )


def save(name, model, feeds=None, output=None):
    data = model.SerializeToString()
    (OUT / f"{name}.onnx").write_bytes(data)
    if feeds is None:
        return
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    count = len(next(iter(feeds.values())))
    width = session.get_inputs()[0].shape
    if width[0] == 1:
        parts = [session.run([output], {key: array[i : i + 1] for key, array in feeds.items()})[0] for i in range(count)]
        answers = np.concatenate(parts)
    else:
        (answers,) = session.run([output], feeds)
    expected[name] = {
        "inputs": {key: array.tolist() for key, array in feeds.items()},
        "answers": answers.astype(float).tolist(),
    }


def dense(x="x", to="probabilities", kind=T.FLOAT):
    """Three numbers in, the probabilities of two classes out."""
    return [helper.make_node("MatMul", [x, "w"], ["logits"]), helper.make_node("Softmax", ["logits"], [to], axis=1)]


floats = rng.normal(size=(6, 3)).astype(np.float32)
probabilities = value("probabilities", T.FLOAT, ["n", 2])

# Element types of inputs: each is what the graph wants, whatever a client sends.
save("float16", build(dense(), [value("x", T.FLOAT16, ["n", 3])], [value("probabilities", T.FLOAT16, ["n", 2])],
                      [("w", WEIGHTS.astype(np.float16))]), {"x": floats.astype(np.float16)}, "probabilities")
save("double", build(dense(), [value("x", T.DOUBLE, ["n", 3])], [value("probabilities", T.DOUBLE, ["n", 2])],
                     [("w", WEIGHTS.astype(np.float64))]), {"x": floats.astype(np.float64)}, "probabilities")
counts = rng.integers(0, 9, size=(6, 3))
save("int64", build([helper.make_node("Cast", ["x"], ["f"], to=T.FLOAT), *dense("f")], [value("x", T.INT64, ["n", 3])],
                    [probabilities], [("w", WEIGHTS)]), {"x": counts.astype(np.int64)}, "probabilities")

# One tensor for each column, flat and not, text among them; a label beside the probabilities.
words = helper.make_node("LabelEncoder", ["island"], ["code"], domain="ai.onnx.ml", keys_strings=["Biscoe", "Dream"],
                         values_floats=[1.0, 2.0], default_float=0.0)
columns = [
    words,
    helper.make_node("Cast", ["count"], ["counted"], to=T.FLOAT),
    helper.make_node("Reshape", ["mass", "column"], ["massed"]),
    helper.make_node("Concat", ["code", "counted", "massed"], ["f"], axis=1),
    *dense("f"),
    helper.make_node("ArgMax", ["probabilities"], ["label"], axis=1, keepdims=0),
]
save(
    "columns",
    build(
        columns,
        [value("island", T.STRING, ["n", 1]), value("count", T.INT64, ["n", 1]), value("mass", T.FLOAT, ["n"])],
        [value("label", T.INT64, ["n"]), probabilities],
        [("w", WEIGHTS), ("column", np.array([-1, 1]))],
        others=[("ai.onnx.ml", 3)],
    ),
    {
        "island": np.array([["Biscoe"], ["Dream"], ["Elsewhere"]], dtype=object),
        "count": np.array([[1], [2], [3]], dtype=np.int64),
        "mass": np.array([0.5, -1, 2], dtype=np.float32),
    },
    "probabilities",
)

# Exported for one row: the first size is 1. The one graph does not care, the other does; more of these in ../fixed-rows.
save("one-row", build(dense(), [value("x", T.FLOAT, [1, 3])], [value("probabilities", T.FLOAT, [1, 2])],
                      [("w", WEIGHTS)]), {"x": floats}, "probabilities")
save("one-row-only", build([helper.make_node("Reshape", ["x", "shape"], ["f"]), *dense("f")],
                           [value("x", T.FLOAT, [1, 3])], [value("probabilities", T.FLOAT, [1, 2])],
                           [("w", WEIGHTS), ("shape", np.array([1, 3]))]), {"x": floats}, "probabilities")
# Takes any number of rows, but looks at all of them.
save("mixed-rows", build([helper.make_node("ReduceMean", ["x"], ["mean"], axes=[0], keepdims=1),
                          helper.make_node("Sub", ["x", "mean"], ["f"]), *dense("f")],
                         [value("x", T.FLOAT, ["n", 3])], [probabilities], [("w", WEIGHTS)]))

# A node that is a function of the file's own, as PyTorch's exporter may write it.
scaled = helper.make_function(
    "own", "Scaled", ["a"], ["b"],
    [helper.make_node("Constant", [], ["two"], value=numpy_helper.from_array(np.float32(2))),
     helper.make_node("Mul", ["a", "two"], ["b"])],
    [helper.make_opsetid("", 17)],
)
save("function", build([helper.make_node("Scaled", ["x"], ["f"], domain="own"), *dense("f")],
                       [value("x", T.FLOAT, ["n", 3])], [probabilities], [("w", WEIGHTS)], others=[("own", 1)],
                       functions=[scaled]), {"x": floats}, "probabilities")

# A sequence beside the probabilities; and nothing but a sequence.
save("sequence", build([*dense(), helper.make_node("SequenceConstruct", ["probabilities"], ["parts"])],
                       [value("x", T.FLOAT, ["n", 3])],
                       [probabilities, helper.make_tensor_sequence_value_info("parts", T.FLOAT, None)],
                       [("w", WEIGHTS)]), {"x": floats}, "probabilities")
save("sequence-only", build([*dense(), helper.make_node("SequenceConstruct", ["probabilities"], ["parts"])],
                            [value("x", T.FLOAT, ["n", 3])],
                            [helper.make_tensor_sequence_value_info("parts", T.FLOAT, None)], [("w", WEIGHTS)]))
# Two outputs of numbers, of which nothing says which is the answer.
save("two-answers", build([helper.make_node("MatMul", ["x", "w"], ["a"]), helper.make_node("Neg", ["a"], ["b"])],
                          [value("x", T.FLOAT, ["n", 3])], [value("a", T.FLOAT, ["n", 1]), value("b", T.FLOAT, ["n", 1])],
                          [("w", WEIGHTS[:, :1])]), {"x": floats}, "b")

# What ONNX Runtime does not have.
save("new-format", build(dense(), [value("x", T.FLOAT, ["n", 3])], [probabilities], [("w", WEIGHTS)], ir=99))
save("new-operators", build(dense(), [value("x", T.FLOAT, ["n", 3])], [probabilities], [("w", WEIGHTS)], opset=99))
save("unknown-operators", build([helper.make_node("Wobble", ["x"], ["a"]), helper.make_node("Shake", ["a"], ["f"], domain="my.ops"),
                                 *dense("f")], [value("x", T.FLOAT, ["n", 3])], [probabilities], [("w", WEIGHTS)],
                                others=[("my.ops", 1)]))
save("no-kernel", build([helper.make_node("Det", ["x"], ["y"])], [value("x", T.DOUBLE, ["n", 3, 3])],
                        [value("y", T.DOUBLE, ["n"])]))

# Weights in files: beside the graph, in a folder below, and where nobody should look.
for name, location in [("beside", "beside.onnx.data"), ("below", "weights/w.bin"), ("outside", "../../secret.bin"),
                       ("rooted", "/etc/hostname")]:
    model = build(dense(), [value("x", T.FLOAT, ["n", 3])], [probabilities], [("w", WEIGHTS)])
    tensor = model.graph.initializer[0]
    raw = tensor.raw_data
    tensor.ClearField("raw_data")
    tensor.data_location = T.EXTERNAL
    for key, text in [("location", location), ("offset", "0"), ("length", str(len(raw)))]:
        tensor.external_data.add(key=key, value=text)
    (OUT / f"{name}.onnx").write_bytes(model.SerializeToString())
    if name in ("beside", "below"):
        path = OUT / location
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(raw)
        expected[name] = expected["one-row"]

# Not rows of a table.
save("pictures", build([helper.make_node("GlobalAveragePool", ["x"], ["p"]), helper.make_node("Flatten", ["p"], ["f"]),
                        *dense("f")], [value("x", T.FLOAT, ["n", 3, 8, 8])], [probabilities], [("w", WEIGHTS)]))
save("open-width", build(dense(), [value("x", T.FLOAT, ["n", "k"])], [probabilities], [("w", WEIGHTS)]), {"x": floats},
     "probabilities")

(OUT / "expected.json").write_text(json.dumps(expected) + "\n")
