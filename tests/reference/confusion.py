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
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score  # noqa: E402

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


def paired_case(name, classes, n, weights, accuracies, shared):
    """Two models that err on the same rows in a share of the cases; the error of the difference from leaving out one row at a time."""
    names = np.array(classes)
    actual = rng.choice(len(classes), size=n, p=weights)
    other = (actual + rng.integers(1, len(classes), size=n)) % len(classes)
    common, own = rng.random(n), rng.random((2, n))
    predicted = []
    for accuracy, mine in zip(accuracies, own):
        luck = np.where(rng.random(n) < shared, common, mine)
        predicted.append(names[np.where(luck < accuracy, actual, other)])
    actual = names[actual]
    champion, challenger = predicted
    values = {}
    for ours, metric in {"macroF1": macro_f1, "balancedAccuracy": balanced_accuracy_score, "accuracy": accuracy_score}.items():
        both = lambda keep: metric(actual[keep], challenger[keep]) - metric(actual[keep], champion[keep])
        left_out = {}
        rows = np.arange(n)
        for row in rows:
            cell = (actual[row], champion[row], challenger[row])
            if cell not in left_out:
                left_out[cell] = both(rows != row)
        each = np.array([left_out[cell] for cell in zip(actual, champion, challenger)])
        values[ours] = {
            "champion": float(metric(actual, champion)), "challenger": float(metric(actual, challenger)),
            "jackknifeError": float(np.sqrt((n - 1) / n * np.sum((each - each.mean()) ** 2))),
        }
    triples, counts = np.unique(np.stack([actual, champion, challenger]), axis=1, return_counts=True)
    rows = [[str(a), str(p), str(q), int(count)] for (a, p, q), count in zip(triples.T, counts)]
    return {"name": name, "rows": rows, "metrics": values}


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
        "paired": [
            paired_case("a little better", ["a", "b", "rare"], 1200, [0.5, 0.42, 0.08], [0.8, 0.83], 0.7),
            paired_case("worse, on rows of its own", list("abcde"), 2000, [0.4, 0.25, 0.15, 0.12, 0.08], [0.75, 0.7], 0.2),
        ],
    },
    sys.stdout,
    indent=1,
)
