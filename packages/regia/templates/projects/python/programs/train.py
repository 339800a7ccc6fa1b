"""Trains scikit-learn, converts with skl2onnx: train.py TRAIN TREES SEED MODEL SIGNATURE."""

import json
import sys
import zlib

import pandas as pd
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

train_path, trees, seed, model_path, signature_path = sys.argv[1:]
table = pd.read_parquet(train_path)
columns = ["months", "monthly_fee", "support_calls", "data_gb"]
features = table[columns].astype("float32").to_numpy()
target = table["churned"].astype(str).str.lower()

model = make_pipeline(
    SimpleImputer(strategy="median"),
    RandomForestClassifier(n_estimators=int(trees), min_samples_leaf=10, random_state=zlib.crc32(seed.encode())),
)
model.fit(features, target)

graph = to_onnx(model, features[:1], options={"zipmap": False})
with open(model_path, "wb") as file:
    file.write(graph.SerializeToString())
signature = {
    "target": "churned",
    "columns": columns,
    "classes": list(model.classes_),
    "positive": "true",
    "reference": "train",
    "expected": model.predict_proba(features[:50])[:, -1].tolist(),
}
with open(signature_path, "w") as file:
    json.dump(signature, file)
