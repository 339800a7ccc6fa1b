"""A scikit-learn pipeline with text and numbers: each column is an input of its own in the graph."""

import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from penguins import MEASURES, make, records, write

measures, islands, species = make()
frame = pd.DataFrame(measures, columns=MEASURES).assign(island=islands)
columns = ColumnTransformer(
    [("words", OneHotEncoder(handle_unknown="ignore"), ["island"]), ("numbers", StandardScaler(), MEASURES)]
)
model = make_pipeline(columns, RandomForestClassifier(n_estimators=30, max_depth=5, random_state=0)).fit(frame, species)

types = [(name, FloatTensorType([None, 1])) for name in MEASURES] + [("island", StringTensorType([None, 1]))]
onnx = to_onnx(model, initial_types=types, options={"zipmap": False}, target_opset=17)

few = slice(0, 50)
write(
    "sklearn",
    onnx.SerializeToString(),
    records(measures[few], island=islands[few].tolist()),
    model.predict_proba(frame[few]),
    target="species",
)
