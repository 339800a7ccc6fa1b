"""LightGBM with three classes. Its converter adds a ZipMap unless it is told not to: the import takes it off by itself."""

import lightgbm
import onnxmltools
from onnxmltools.convert.common.data_types import FloatTensorType

from penguins import MEASURES, SPECIES, make, records, write

measures, _, species = make(seed=9)
model = lightgbm.LGBMClassifier(n_estimators=20, num_leaves=15, random_state=0, n_jobs=1, verbose=-1)
model.fit(measures, [SPECIES.index(each) for each in species])

onnx = onnxmltools.convert_lightgbm(model, initial_types=[("x", FloatTensorType([None, 4]))], target_opset=15)

few = slice(0, 50)
write(
    "lightgbm",
    onnx.SerializeToString(),
    records(measures[few]),
    model.predict_proba(measures[few]),
    target="species",
    columns=MEASURES,
    classes=SPECIES,
)
