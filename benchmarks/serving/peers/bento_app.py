"""The same with BentoML's service API."""

import os

import bentoml
import numpy as np
import onnxruntime


@bentoml.service(workers=1, traffic={"timeout": 60})
class Model:
    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])

    @bentoml.api
    async def predict(self, rows: list[list[float]]) -> dict:
        labels, probabilities = self.session.run(None, {"X": np.asarray(rows, dtype=np.float32)})
        return {"labels": labels.tolist(), "probabilities": probabilities.tolist()}
