"""XGBoost with missing values and two classes: all columns are one tensor, and the graph knows the classes as 0 and 1."""

import numpy as np
import onnxmltools
import xgboost
from onnxmltools.convert.common.data_types import FloatTensorType

from penguins import MEASURES, make, records, write

measures, _, species = make(seed=8)
measures[np.random.default_rng(0).random(measures.shape) < 0.1] = np.nan
is_gentoo = (species == "Gentoo").astype(int)
model = xgboost.XGBClassifier(n_estimators=40, max_depth=4, random_state=0, n_jobs=1).fit(measures, is_gentoo)

onnx = onnxmltools.convert_xgboost(model, initial_types=[("x", FloatTensorType([None, 4]))], target_opset=15)

few = slice(0, 50)
write(
    "xgboost",
    onnx.SerializeToString(),
    records(measures[few]),
    model.predict_proba(measures[few]),
    target="species",
    columns=[{"name": name, "nullable": True} for name in MEASURES],
    classes=["other", "Gentoo"],
    positive="Gentoo",
)
