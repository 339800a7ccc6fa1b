"""Makes statistics.json: reference numbers for packages/core/src/statistics.

In a virtual environment with numpy, scipy and scikit-learn:  python statistics.py > statistics.json
"""

import json
import sys

# This file is called like a module of the standard library, which NumPy imports.
sys.path.pop(0)

import numpy as np  # noqa: E402
import scipy  # noqa: E402
import sklearn  # noqa: E402
from scipy import special, stats  # noqa: E402
from scipy.spatial.distance import jensenshannon  # noqa: E402
from sklearn.metrics import roc_auc_score  # noqa: E402

rng = np.random.default_rng(20011)


def distributions():
    xs = [-8.5, -3.0, -1.96, -0.5, 0.0, 0.1, 0.674, 1.0, 2.5, 5.0, 9.0]
    ps = [1e-12, 1e-5, 0.001, 0.025, 0.2, 0.5, 0.8, 0.975, 0.999, 1 - 1e-9]
    chi = [(x, k) for k in [1, 2, 5, 31, 200, 1500] for x in [0.01, 0.5, 3.0, 30.0, 210.0, 1600.0]]
    beta = [(x, a, b) for a, b in [(0.5, 0.5), (1, 3), (8, 3), (120, 80), (2000, 3000)] for x in [0.001, 0.1, 0.4, 0.61, 0.99]]
    t = [(x, k) for k in [1, 2, 7, 30, 400] for x in [-4.0, -0.3, 0.0, 1.2, 6.0]]
    return {
        "normalCdf": [[x, stats.norm.cdf(x)] for x in xs],
        "normalQuantile": [[p, stats.norm.ppf(p)] for p in ps],
        "chiSquareCdf": [[x, k, stats.chi2.cdf(x, k), stats.chi2.sf(x, k)] for x, k in chi],
        "chiSquareQuantile": [[p, k, stats.chi2.ppf(p, k)] for k in [1, 2, 5, 31, 200] for p in ps[1:-1]],
        "betaCdf": [[x, a, b, stats.beta.cdf(x, a, b)] for x, a, b in beta],
        "betaQuantile": [[p, a, b, stats.beta.ppf(p, a, b)] for a, b in [(0.5, 0.5), (1, 3), (8, 3), (120, 80)] for p in ps[1:-1]],
        "studentTCdf": [[x, k, stats.t.cdf(x, k), stats.t.sf(x, k)] for x, k in t],
        "studentTQuantile": [[p, k, stats.t.ppf(p, k)] for k in [1, 2, 7, 30, 400] for p in ps[1:-1]],
        "kolmogorovSurvival": [[x, special.kolmogorov(x)] for x in [0.2, 0.5, 0.9, 1.0, 1.17, 1.19, 1.36, 2.0, 4.0]],
    }


def wilson():
    rows = []
    for k, n, c in [(0, 10, 0.95), (8, 10, 0.95), (10, 10, 0.9), (37, 400, 0.99), (50_000, 100_000, 0.95)]:
        interval = stats.binomtest(k, n).proportion_ci(c, method="wilson")
        rows.append([k, n, c, interval.low, interval.high])
    return rows


def ks_case(name, x, y):
    exact = stats.ks_2samp(x, y, method="exact")
    m, n = len(x), len(y)
    return {
        "name": name,
        "x": list(map(float, x)),
        "y": list(map(float, y)),
        "statistic": exact.statistic,
        "exact": exact.pvalue,
        "limit": special.kolmogorov(exact.statistic * np.sqrt(m * n / (m + n))),
        "wasserstein": stats.wasserstein_distance(x, y),
    }


def kolmogorov_smirnov():
    return [
        ks_case("evidently", [38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0], [39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8]),
        ks_case("unequal", [1, 2, 3, 4, 5, 6, 7], [2.5, 3.5, 8, 9, 10]),
        ks_case("ties", rng.integers(0, 6, 60), rng.integers(1, 7, 45)),
        ks_case("far apart", np.arange(40.0), np.arange(100.0, 140.0)),
        ks_case("normal", rng.normal(size=80), rng.normal(0.4, 1.2, size=120)),
    ]


def contingency():
    tables = {
        "binned": [[16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8]],
        "two by two": [[200, 800], [400, 600]],
        "new category": [[500, 300, 0], [40, 20, 15]],
        "three samples": [[10, 20, 30], [6, 9, 17], [30, 5, 2]],
    }
    rows = []
    for name, table in tables.items():
        result = stats.chi2_contingency(table, correction=False)
        rows.append({"name": name, "table": table, "statistic": result.statistic, "df": int(result.dof), "pValue": result.pvalue})
    return rows


def fisher():
    tables = [[[8, 2], [1, 5]], [[13, 237], [400, 19600]], [[0, 30], [4, 900]], [[40, 60], [35, 65]], [[3000, 7000], [61000, 139000]]]
    return [{"table": t, "greater": stats.fisher_exact(t, "greater").pvalue, "less": stats.fisher_exact(t, "less").pvalue} for t in tables]


def distances():
    p, q = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.25] * 4)
    z, w = np.array([0.5, 0.5, 0.0]), np.array([0.4, 0.4, 0.2])
    return {
        "psi": special.kl_div(p, q).sum() + special.kl_div(q, p).sum(),
        "jensenShannon": jensenshannon(p, q, base=2),
        "jensenShannonWithZero": jensenshannon(z, w, base=2),
        "totalVariation": float(np.abs(p - q).sum() / 2),
    }


def delong_covariance(scores, labels):
    """DeLong's covariance straight from the 1988 definition, O(n1*n0): structural components by brute force."""
    positive, negative = labels == 1, labels == 0
    tens, ones, aucs = [], [], []
    for score in scores:
        kernel = (score[positive][:, None] > score[negative][None, :]) + 0.5 * (score[positive][:, None] == score[negative][None, :])
        tens.append(kernel.mean(axis=1))
        ones.append(kernel.mean(axis=0))
        aucs.append(kernel.mean())
    s10, s01 = np.atleast_2d(np.cov(tens)), np.atleast_2d(np.cov(ones))
    return np.array(aucs), s10 / positive.sum() + s01 / negative.sum()


def delong():
    cases = []
    for n, digits, gap in [(30, 1, 0.8), (200, 2, 1.0), (500, 6, 0.2)]:
        labels = (rng.random(n) < 0.35).astype(int)
        base = rng.normal(size=n) + gap * labels
        first = np.round(base + rng.normal(size=n), digits)
        second = np.round(base + 0.7 * rng.normal(size=n), digits)
        aucs, covariance = delong_covariance([first, second], labels)
        variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
        z = (aucs[1] - aucs[0]) / np.sqrt(variance)
        assert abs(roc_auc_score(labels, first) - aucs[0]) < 1e-12
        cases.append({
            "labels": labels.tolist(), "first": first.tolist(), "second": second.tolist(),
            "firstAuc": roc_auc_score(labels, first), "secondAuc": roc_auc_score(labels, second),
            "firstVariance": covariance[0, 0], "variance": variance, "pValue": 2 * stats.norm.sf(abs(z)),
            "interval": [aucs[1] - aucs[0] - stats.norm.ppf(0.975) * np.sqrt(variance), aucs[1] - aucs[0] + stats.norm.ppf(0.975) * np.sqrt(variance)],
        })
    return cases


def multiple_testing():
    p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]
    shuffled = [0.9, 0.004, 0.03, 0.03, 0.5, 0.0001, 1.0]
    return [{"p": p, "bh": stats.false_discovery_control(p).tolist()}, {"p": shuffled, "bh": stats.false_discovery_control(shuffled).tolist()}]


def samples():
    x = np.round(rng.normal(10, 4, size=41), 3)
    fractions = [0, 0.1, 0.25, 0.5, 0.9, 0.999, 1]
    return {"values": x.tolist(), "fractions": fractions, "quantiles": np.quantile(x, fractions).tolist(), "mean": x.mean(), "variance": x.var(ddof=1), "populationVariance": x.var()}


def numpy_default(value):
    return value.item()


json.dump(
    {
        "versions": {"python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
        "distributions": distributions(),
        "wilson": wilson(),
        "kolmogorovSmirnov": kolmogorov_smirnov(),
        "contingency": contingency(),
        "fisher": fisher(),
        "distances": distances(),
        "delong": delong(),
        "multipleTesting": multiple_testing(),
        "samples": samples(),
    },
    sys.stdout,
    indent=1,
    default=numpy_default,
)
