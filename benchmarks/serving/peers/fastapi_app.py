"""What a careful person writes with FastAPI: one session, one thread, a typed request and a typed answer."""

import os

import numpy as np
import onnxruntime
from fastapi import FastAPI
from pydantic import BaseModel, conlist

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
app = FastAPI()


class Request(BaseModel):
    rows: list[conlist(float, min_length=20, max_length=20)]


class Answer(BaseModel):
    labels: list[int]
    probabilities: list[list[float]]


@app.post("/predict")
async def predict(request: Request) -> Answer:
    labels, probabilities = session.run(None, {"X": np.asarray(request.rows, dtype=np.float32)})
    return Answer(labels=labels.tolist(), probabilities=probabilities.tolist())
