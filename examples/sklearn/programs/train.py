"""Trains scikit-learn, converts with skl2onnx: train.py TRAIN TREES SEED MODEL SIGNATURE."""

import json
import os
import sys
import zlib

import pandas as pd
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier

train_path, trees, seed, model_path, signature_path = sys.argv[1:]
table = pd.read_parquet(train_path)
target = table.pop("cultivar")
features = table.astype("float32")

# Trees need no scaling; without it the graph, in 32 bits, takes the very branches that scikit-learn takes.
model = RandomForestClassifier(n_estimators=int(trees), random_state=zlib.crc32(seed.encode()))
model.fit(features.to_numpy(), target)

graph = to_onnx(model, features[:1].to_numpy(), options={"zipmap": False})
with open(model_path, "wb") as file:
    file.write(graph.SerializeToString())
signature = {
    "target": "cultivar",
    "columns": list(features.columns),
    "classes": list(model.classes_),
    "reference": "train",
    # What scikit-learn itself says: Regia measures how far the graph is from it.
    "expected": model.predict_proba(features[:50].to_numpy()).max(axis=1).tolist(),
}
with open(signature_path, "w") as file:
    json.dump(signature, file)
with open(os.environ["REGIA_EVENTS"], "a") as events:
    accuracy = float(model.score(features.to_numpy(), target))
    events.write(json.dumps({"type": "metric", "name": "trainAccuracy", "value": accuracy, "step": 0}) + "\n")
