"""Makes evaluation.json: reference numbers for packages/core/src/evaluation.

In a virtual environment with numpy, scipy and scikit-learn:  python evaluation.py > evaluation.json
"""

import json
import sys

# A neighbour of this file is called like a module of the standard library, which NumPy imports.
sys.path.pop(0)

import numpy as np  # noqa: E402
import sklearn  # noqa: E402
from sklearn import metrics  # noqa: E402
from sklearn.calibration import calibration_curve  # noqa: E402

rng = np.random.default_rng(318)


def binary(n, digits):
    labels = (rng.random(n) < 0.3).astype(int)
    scores = np.round(1 / (1 + np.exp(-(rng.normal(size=n) + 1.4 * labels - 1))), digits)
    predicted = (scores > 0.5).astype(int)
    fpr, tpr, _ = metrics.roc_curve(labels, scores, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    frequency, mean = calibration_curve(labels, scores, n_bins=10)
    bins = np.minimum(9, np.floor(scores * 10)).astype(int)
    ece = sum((bins == b).mean() * abs(scores[bins == b].mean() - labels[bins == b].mean()) for b in set(bins))
    return {
        "labels": labels.tolist(),
        "scores": scores.tolist(),
        "metrics": {
            "auc": metrics.roc_auc_score(labels, scores),
            "accuracy": metrics.accuracy_score(labels, predicted),
            "precision": metrics.precision_score(labels, predicted),
            "recall": metrics.recall_score(labels, predicted),
            "f1": metrics.f1_score(labels, predicted),
            "averagePrecision": metrics.average_precision_score(labels, scores),
            "logLoss": metrics.log_loss(labels, scores),
            "brier": metrics.brier_score_loss(labels, scores),
            "ece": ece,
        },
        "roc": np.column_stack([fpr, tpr]).tolist(),
        "precisionRecall": np.column_stack([recall, precision])[-2::-1].tolist(),
        "calibration": np.column_stack([mean, frequency]).tolist(),
        "confusion": metrics.confusion_matrix(labels, predicted).tolist(),
        "weights": (weights := rng.integers(0, 4, n)).tolist(),
        "weighted": {
            "auc": metrics.roc_auc_score(labels, scores, sample_weight=weights),
            "averagePrecision": metrics.average_precision_score(labels, scores, sample_weight=weights),
            "f1": metrics.f1_score(labels, predicted, sample_weight=weights),
            "logLoss": metrics.log_loss(labels, scores, sample_weight=weights),
        },
    }


def multiclass(n):
    labels = rng.integers(0, 3, n)
    logits = rng.normal(size=(n, 3))
    logits[np.arange(n), labels] += 1.2
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    predicted = probabilities.argmax(axis=1)
    return {
        "labels": labels.tolist(),
        "probabilities": probabilities.tolist(),
        "metrics": {
            "auc": metrics.roc_auc_score(labels, probabilities, multi_class="ovr", average="macro"),
            "accuracy": metrics.accuracy_score(labels, predicted),
            "precision": metrics.precision_score(labels, predicted, average="macro"),
            "recall": metrics.recall_score(labels, predicted, average="macro"),
            "f1": metrics.f1_score(labels, predicted, average="macro"),
            "averagePrecision": metrics.average_precision_score(np.eye(3)[labels], probabilities, average="macro"),
            "logLoss": metrics.log_loss(labels, probabilities),
            "brier": ((np.eye(3)[labels] - probabilities) ** 2).sum(axis=1).mean(),
        },
    }


def regression(n):
    actual = rng.normal(20, 7, n)
    predicted = actual + rng.normal(1, 3, n)
    return {
        "actual": actual.tolist(),
        "predicted": predicted.tolist(),
        "metrics": {
            "mae": metrics.mean_absolute_error(actual, predicted),
            "rmse": metrics.root_mean_squared_error(actual, predicted),
            "r2": metrics.r2_score(actual, predicted),
        },
    }


json.dump(
    {
        "versions": {"python": sys.version.split()[0], "numpy": np.__version__, "scikit-learn": sklearn.__version__},
        "binary": [binary(60, 2), binary(150, 9)],
        "multiclass": multiclass(90),
        "regression": regression(80),
    },
    sys.stdout,
    indent=1,
    default=lambda value: value.item(),
)
