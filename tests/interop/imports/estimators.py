"""Converts estimators of scikit-learn, XGBoost and LightGBM: python estimators.py FOLDER

Writes NAME.onnx for each, and expected.json with what the library and what onnxruntime say of some rows."""

import json
import sys
import warnings
from pathlib import Path

import lightgbm
import numpy as np
import onnxmltools
import onnxruntime
import xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from skl2onnx import to_onnx
from sklearn import ensemble, linear_model, naive_bayes, neighbors, svm, tree
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

warnings.filterwarnings("ignore")
OUT = Path(sys.argv[1])
X, y = load_iris(return_X_y=True)
X = X.astype(np.float32)
LABELS = {"numbers": y, "two": (y > 0).astype(int), "texts": np.array(["a", "b", "c"])[y]}
rows = X[::7]
expected = {}


def save(name, onnx, answers):
    data = onnx.SerializeToString()
    (OUT / f"{name}.onnx").write_bytes(data)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    last = session.run(None, {session.get_inputs()[0].name: rows})[-1]
    runtime = [list(each.values()) for each in last] if isinstance(last, list) else np.asarray(last).reshape(len(rows), -1)
    expected[name] = {
        "rows": rows.astype(float).tolist(),
        "library": np.asarray(answers, dtype=float).reshape(len(rows), -1).tolist(),
        "onnxruntime": np.asarray(runtime, dtype=float).tolist(),
    }


def logistic():
    return linear_model.LogisticRegression(max_iter=500)


CLASSIFIERS = {
    "logistic": logistic(),
    "forest": ensemble.RandomForestClassifier(8, random_state=0),
    "boosting": ensemble.GradientBoostingClassifier(n_estimators=8, random_state=0),
    "histogram": ensemble.HistGradientBoostingClassifier(max_iter=8, random_state=0),
    "bagging": ensemble.BaggingClassifier(n_estimators=4, random_state=0),
    "ada": ensemble.AdaBoostClassifier(n_estimators=5, random_state=0),
    "stacking": ensemble.StackingClassifier([("a", logistic()), ("b", naive_bayes.GaussianNB())]),
    "tree": tree.DecisionTreeClassifier(max_depth=4, random_state=0),
    "bayes": naive_bayes.GaussianNB(),
    "neighbours": neighbors.KNeighborsClassifier(),
    "network": MLPClassifier((8,), max_iter=300, random_state=0),
    "vectors": svm.SVC(probability=True, random_state=0),
    "calibrated": CalibratedClassifierCV(svm.LinearSVC(random_state=0)),
    "linear-discriminant": LinearDiscriminantAnalysis(),
    "quadratic-discriminant": QuadraticDiscriminantAnalysis(),
    "one-against-rest": OneVsRestClassifier(logistic()),
    "pipeline": make_pipeline(SimpleImputer(), PolynomialFeatures(), SelectKBest(k=5), StandardScaler(), logistic()),
}
for name, model in CLASSIFIERS.items():
    for kind, labels in LABELS.items():
        model.fit(X, labels)
        for zipmap in (False, True):
            onnx = to_onnx(model, X[:1], options={id(model): {"zipmap": zipmap}}, target_opset=17)
            save(f"{name}-{kind}{'-zipped' if zipmap else ''}", onnx, model.predict_proba(rows))

REGRESSORS = {
    "linear": linear_model.LinearRegression(),
    "forest-of-numbers": ensemble.RandomForestRegressor(8, random_state=0),
    "boosting-of-numbers": ensemble.GradientBoostingRegressor(n_estimators=8, random_state=0),
    "neighbours-of-numbers": neighbors.KNeighborsRegressor(),
    "poisson": linear_model.PoissonRegressor(),
}
for name, model in REGRESSORS.items():
    save(name, to_onnx(model.fit(X, X[:, 2] + y), X[:1], target_opset=17), model.predict(rows))

types = {"initial_types": [("x", FloatTensorType([None, 4]))], "target_opset": 15}
for kind in ("numbers", "two"):
    model = xgboost.XGBClassifier(n_estimators=8, n_jobs=1).fit(X, LABELS[kind])
    save(f"xgboost-{kind}", onnxmltools.convert_xgboost(model, **types), model.predict_proba(rows))
    model = lightgbm.LGBMClassifier(n_estimators=8, n_jobs=1, verbose=-1).fit(X, LABELS[kind])
    for zipmap in (False, True):
        onnx = onnxmltools.convert_lightgbm(model, zipmap=zipmap, **types)
        save(f"lightgbm-{kind}{'-zipped' if zipmap else ''}", onnx, model.predict_proba(rows))
model = xgboost.XGBRegressor(n_estimators=8, n_jobs=1).fit(X, X[:, 2])
save("xgboost-of-numbers", onnxmltools.convert_xgboost(model, **types), model.predict(rows))
model = lightgbm.LGBMRegressor(n_estimators=8, n_jobs=1, verbose=-1).fit(X, X[:, 2])
save("lightgbm-of-numbers", onnxmltools.convert_lightgbm(model, **types), model.predict(rows))

# What gives margins or labels alone has no probabilities to serve.
for name, model in {"margins": svm.LinearSVC(random_state=0), "ridge": linear_model.RidgeClassifier()}.items():
    save(name, to_onnx(model.fit(X, y), X[:1], target_opset=17), np.zeros(len(rows)))

(OUT / "expected.json").write_text(json.dumps(expected))
