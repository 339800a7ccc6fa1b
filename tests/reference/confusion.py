"""Makes confusion.json: macro F1 and balanced accuracy with their standard errors, from labels alone.

In a virtual environment with numpy and scikit-learn:  python confusion.py > confusion.json
"""

import json
import sys
import warnings
from importlib.metadata import version

# Files here are called like modules of the standard library, which NumPy imports.
sys.path.pop(0)

import numpy as np  # noqa: E402
from sklearn.metrics import balanced_accuracy_score, f1_score  # noqa: E402

warnings.filterwarnings("ignore", message="y_pred contains classes not in y_true")
rng = np.random.default_rng(50122)


def macro_f1(actual, predicted):
    return f1_score(actual, predicted, average="macro", zero_division=0)


def jackknife(metric, actual, predicted):
    """The standard error from leaving out one row at a time; rows of one cell of the matrix leave out the same."""
    n = len(actual)
    left_out = {}
    for row in range(n):
        cell = (actual[row], predicted[row])
        if cell not in left_out:
            left_out[cell] = metric(np.delete(actual, row), np.delete(predicted, row))
    values = np.array([left_out[cell] for cell in zip(actual, predicted)])
    return float(np.sqrt((n - 1) / n * np.sum((values - values.mean()) ** 2)))


def case(name, classes, n, weights, accuracy):
    names = np.array(classes)
    actual = rng.choice(len(classes), size=n, p=weights)
    other = (actual + rng.integers(1, len(classes), size=n)) % len(classes)
    predicted = np.where(rng.random(n) < accuracy, actual, other)
    actual, predicted = names[actual], names[predicted]
    cells, counts = np.unique(np.stack([actual, predicted]), axis=1, return_counts=True)
    return {
        "name": name,
        "confusion": [[str(a), str(p), int(count)] for (a, p), count in zip(cells.T, counts)],
        **{ours: {"value": float(metric(actual, predicted)), "jackknifeError": jackknife(metric, actual, predicted)}
           for ours, metric in {"macroF1": macro_f1, "balancedAccuracy": balanced_accuracy_score}.items()},
    }


json.dump(
    {
        "versions": {name: version(name) for name in ["numpy", "scikit-learn"]},
        "cases": [
            case("three classes, one rare", ["setosa", "versicolor", "virginica"], 1500, [0.6, 0.35, 0.05], 0.8),
            case("two classes", ["no", "yes"], 800, [0.7, 0.3], 0.75),
            case("seven classes", list("abcdefg"), 4000, [0.3, 0.2, 0.15, 0.15, 0.1, 0.06, 0.04], 0.6),
            case("a class that is only predicted", ["a", "b", "c"], 600, [0.5, 0.5, 0.0], 0.9),
            case("as good as right", ["a", "b", "c"], 900, [0.4, 0.3, 0.3], 0.99),
        ],
    },
    sys.stdout,
    indent=1,
)
