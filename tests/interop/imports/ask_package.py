"""Asks the model of an unzipped package with onnxruntime and with MLflow: python ask_package.py FOLDER ROWS.json

Prints what each says as JSON."""

import json
import sys
from pathlib import Path

import mlflow
import numpy as np
import onnxruntime

folder, rows = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
signature = json.loads((folder / "signature.json").read_text())
TYPES = {"float": np.float32, "int": np.int64, "string": str, "bool": bool}


def column(name, kind, **_):
    cells = [[row[name]] for row in rows]
    return np.array([[np.nan if cell is None else cell for cell in each] for each in cells]).astype(TYPES[kind])


feeds = {each["name"]: column(each["name"], each["type"]) for each in signature["inputs"]}
session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
label, probabilities = session.run(["label", "probabilities"], feeds)

graph = mlflow.onnx.load_model(str(folder)).graph
loaded = mlflow.pyfunc.load_model(str(folder)).predict(feeds)
print(
    json.dumps(
        {
            "labels": label.tolist(),
            "probabilities": probabilities.astype(float).tolist(),
            "mlflowInputs": [each.name for each in graph.input],
            "mlflowLabels": loaded["label"].tolist(),
            "mlflowProbabilities": loaded["probabilities"].astype(float).tolist(),
        }
    )
)
