"""Makes releases.json: reference numbers for the statistics of releases.

In a virtual environment with scipy, statsmodels, mmh3 and ssrm-test:  python releases.py > releases.json
"""

import json
import sys
from importlib.metadata import version

# Files here are called like modules of the standard library, which NumPy imports.
sys.path.pop(0)

import mmh3  # noqa: E402
import numpy as np  # noqa: E402

np.Inf = np.inf  # ssrm-test 0.1.5 was written for NumPy 1

import scipy  # noqa: E402
import statsmodels  # noqa: E402
from scipy import integrate, optimize, special, stats  # noqa: E402
from ssrm_test.ssrm_test import sequential_bayes_factors  # noqa: E402
from statsmodels.stats import power, proportion, weightstats  # noqa: E402

rng = np.random.default_rng(20055)
A = [38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0]
B = [39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8]


def murmur():
    texts = ["", "a", "ab", "abc", "abcd", "hello", "delays-17/AA1042", "ü", "naïve/客户-7", "🙂 and more", "x" * 100]
    return [[text, seed, mmh3.hash(text, seed, signed=False)] for text in texts for seed in [0, 42, 0xFFFFFFFF]]


def mann_whitney_case(name, x, y):
    x, y = np.asarray(x, float), np.asarray(y, float)
    has_ties = len(np.unique(np.concatenate([x, y]))) < len(x) + len(y)
    methods = {"normal": "asymptotic"} if has_ties else {"normal": "asymptotic", "exact": "exact"}
    p = lambda method, alternative: stats.mannwhitneyu(y, x, alternative=alternative, method=method).pvalue
    return {
        "name": name, "x": x.tolist(), "y": y.tolist(), "u": stats.mannwhitneyu(y, x).statistic,
        "methods": [{"method": ours, "pValue": p(theirs, "two-sided"), "greater": p(theirs, "greater"), "less": p(theirs, "less")}
                    for ours, theirs in methods.items()],
    }


def mann_whitney():
    return [
        mann_whitney_case("eight of each", A, B),
        mann_whitney_case("three of each", [1, 2, 3], [4, 5, 6]),
        mann_whitney_case("unequal", rng.normal(size=5), rng.normal(1, 1, size=31)),
        mann_whitney_case("ties", [1, 2, 2, 3, 3, 3, 9], [2, 3, 4, 4, 5, 9]),
        mann_whitney_case("sixty and ninety", rng.normal(size=60).round(3), rng.normal(0.4, 2, size=90).round(3)),
    ]


def shift_by_inversion(x, y, confidence, method):
    """The Hodges-Lehmann shift, and all shifts that SciPy's test does not reject."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    differences = np.sort(np.subtract.outer(y, x).ravel())
    between = (differences[1:] + differences[:-1]) / 2
    accepted = [stats.mannwhitneyu(y - shift, x, method=method).pvalue > 1 - confidence for shift in between]
    first, last = np.flatnonzero(accepted)[[0, -1]]
    return {"x": x.tolist(), "y": y.tolist(), "confidence": confidence, "estimate": np.median(differences),
            "lower": differences[first], "upper": differences[last + 1]}


def shifts():
    small = [shift_by_inversion(A, B, 0.95, "exact"), shift_by_inversion(rng.normal(size=6), rng.normal(2, 1, size=9), 0.9, "exact")]
    large = [shift_by_inversion(rng.normal(size=20), rng.normal(1, 1, size=33), c, "asymptotic") for c in [0.8, 0.98]]
    return small + large


def binned_mann_whitney():
    cases = []
    for m, n, k, drift in [(40, 60, 6, 0.0), (500, 90, 12, 0.7), (3, 4, 3, 0.0)]:
        x = np.clip(np.round(rng.normal(k / 2, k / 6, size=m)), 0, k - 1).astype(int)
        y = np.clip(np.round(rng.normal(k / 2 + drift, k / 6, size=n)), 0, k - 1).astype(int)
        test = stats.mannwhitneyu(y, x, use_continuity=False, method="asymptotic")
        moved = stats.mannwhitneyu(y - 2, x, use_continuity=False, method="asymptotic")
        cases.append({"first": np.bincount(x, minlength=k).tolist(), "second": np.bincount(y, minlength=k).tolist(),
                      "probabilityAbove": test.statistic / (m * n), "pValue": test.pvalue,
                      "movedProbability": moved.statistic / (m * n), "movedPValue": moved.pvalue})
    return cases


def mixture():
    """Likelihood ratios averaged over effects by numerical integration; no closed form."""
    rows = []
    for z in [-3.0, -0.4, 0.0, 1.0, 2.5, 4.0]:
        for ratio in [0.01, 0.5, 1.0, 30.0]:
            tau = np.sqrt(ratio)  # with V = 1
            weigh = lambda effect: stats.norm.pdf(effect, 0, tau) * np.exp(effect * z - effect**2 / 2)
            ends = (-12 * max(1, tau) - abs(z), 12 * max(1, tau) + abs(z))
            both = integrate.quad(weigh, *ends, points=[0, z], limit=500, epsabs=0, epsrel=1e-11)[0]
            upper = 2 * integrate.quad(weigh, 0, ends[1], points=[max(z, 0.1)], limit=500, epsabs=0, epsrel=1e-11)[0]
            rows.append([z, ratio, np.log(both), np.log(upper)])
    return rows


def critical():
    rows = []
    for alpha in [0.5, 0.05, 0.001]:
        for ratio in [0.02, 1.0, 50.0]:
            log_ratio = lambda z: -0.5 * np.log1p(ratio) + ratio * z * z / (2 * (1 + ratio))
            upper = lambda z: log_ratio(z) + np.log(2) + stats.norm.logcdf(z * np.sqrt(ratio / (1 + ratio)))
            rows.append([alpha, ratio, *[optimize.brentq(lambda z: f(z) + np.log(alpha), 0, 1000, xtol=1e-12) for f in (log_ratio, upper)]])
    return rows


def log_share_above(successes, n, limit):
    """The mixture over Jeffreys' prior above the limit, by numerical integration over the angle of the share."""
    log_likelihood = lambda p: special.xlogy(successes, p) + special.xlog1py(n - successes, -p)
    base = log_likelihood(limit)
    angle = np.arcsin(np.sqrt(limit))
    mode = np.clip(np.arcsin(np.sqrt(successes / n)), angle, np.pi / 2)
    weigh = lambda t: np.exp(log_likelihood(np.sin(t) ** 2) - max(base, log_likelihood(np.sin(mode) ** 2)))
    near = np.clip([mode - 5 / np.sqrt(n), mode, mode + 5 / np.sqrt(n)], angle, np.pi / 2)
    area = integrate.quad(weigh, angle, np.pi / 2, points=sorted(set(near)), limit=2000, epsabs=0, epsrel=1e-11)[0]
    return np.log(area) + max(base, log_likelihood(np.sin(mode) ** 2)) - base - np.log(np.pi / 2 - angle)


def shares():
    cases = [(8, 100, 0.01), (0, 40, 0.05), (1, 1, 0.01), (3, 5000, 0.001), (600, 1000, 0.55), (1000, 1000, 0.99), (12, 20_000, 0.001)]
    ratios = [[s, n, p, log_share_above(s, n, p)] for s, n, p in cases]
    bounds = []
    for s, n in [(8, 100), (1, 1000), (40, 60), (300, 40_000)]:
        for alpha in [0.05, 0.001]:
            root = optimize.brentq(lambda p: log_share_above(s, n, p) + np.log(alpha), 1e-12, s / n, xtol=1e-13)
            bounds.append([s, n, alpha, root])
    return {"ratios": ratios, "lower": bounds}


def proportions():
    rows = []
    for a, m, b, n in [(48, 80, 56, 70), (200, 1000, 240, 1000), (0, 30, 3, 25), (10, 10, 9, 12), (5, 100_000, 21, 90_000)]:
        for confidence in [0.95, 0.99]:
            lower, upper = proportion.confint_proportions_2indep(b, n, a, m, method="newcomb", compare="diff", alpha=1 - confidence)
            rows.append([a, m, b, n, confidence, lower, upper, proportion.proportions_ztest([b, a], [n, m])[1]])
    return rows


def means():
    rows = []
    for m, n, shift in [(50, 80, 0.3), (400, 90, 0.0)]:
        x, y = rng.normal(size=m).round(3), rng.normal(shift, 2, size=n).round(3)
        compare = weightstats.CompareMeans.from_data(y, x)
        lower, upper = compare.zconfint_diff(alpha=0.05, usevar="unequal")
        rows.append({"x": x.tolist(), "y": y.tolist(), "pValue": compare.ztest_ind(usevar="unequal")[1], "lower": lower, "upper": upper})
    return rows


def powers():
    shares = []
    for baseline, effect in [(0.1, 0.01), (0.5, -0.05), (0.002, 0.001), (0.9, 0.03)]:
        for n, ratio, alpha in [(2000, 1, 0.05), (10_000, 0.25, 0.01), (30_000, 1, 0.025)]:
            found = proportion.power_proportions_2indep(effect, baseline, nobs1=ratio * n, ratio=1 / ratio, alpha=alpha, return_results=False)
            shares.append([baseline, effect, n, ratio, alpha, float(found)])
    means = []
    for effect in [0.05, 0.2]:
        for n, ratio, alpha in [(300, 1, 0.05), (2000, 3, 0.01)]:
            found = power.NormalIndPower().power(effect, n, alpha, ratio=ratio)
            needed = power.NormalIndPower().solve_power(effect, power=0.9, alpha=alpha, ratio=ratio)
            means.append([effect, n, ratio, alpha, float(found), float(needed)])
    return {"shares": shares, "means": means}


def sample_ratios():
    rows = []
    for observed, planned in [([5050, 4950], [0.5, 0.5]), ([821_588, 815_482], [0.5, 0.5]), ([90, 4, 6], [0.9, 0.05, 0.05]), ([0, 12], [0.5, 0.5]), ([10_400, 9600], [0.5, 0.5])]:
        total = sum(observed)
        expected = [total * share for share in planned]
        factor = sequential_bayes_factors(np.array([observed]), np.array(planned), dirichlet_concentration=1000)[0]
        rows.append([observed, planned, stats.chisquare(observed, expected).pvalue, float(np.log(factor))])
    return rows


def best_arms(laws):
    """P(best) and E[max] - mean by adaptive quadrature, one arm at a time."""
    ends = [min(law.ppf(1e-13) for law in laws), max(law.isf(1e-13) for law in laws)]
    knots = sorted({float(law.ppf(q)) for law in laws for q in [1e-9, 1e-4, 0.02, 0.5, 0.98, 1 - 1e-4, 1 - 1e-9]})
    run = lambda f: sum(integrate.quad(f, a, b, limit=400, epsabs=1e-13, epsrel=1e-11)[0] for a, b in zip([ends[0]] + knots, knots + [ends[1]]))
    others = lambda x, arm: np.prod([law.cdf(x) for i, law in enumerate(laws) if i != arm])
    chances = [run(lambda x: law.pdf(x) * others(x, i)) for i, law in enumerate(laws)]
    maximum = sum(run(lambda x: x * law.pdf(x) * others(x, i)) for i, law in enumerate(laws))
    return {"probabilityBest": chances, "expectedLoss": [maximum - law.mean() for law in laws]}


def bandits():
    cases = []
    for arms in [[(100, 50), (100, 60)], [(100, 50), (100, 60), (5, 3)], [(20_000, 1000), (20_000, 1100), (900, 40)], [(0, 0), (10, 1)], [(2e6, 1e6), (2e6, 1.001e6)]]:
        laws = [stats.beta(1 + s, 1 + n - s) for n, s in arms]
        cases.append({"arms": [[n, s, s] for n, s in arms], **best_arms(laws)})
    real = [rng.normal(mean, 3, size=n).round(2) for mean, n in [(10, 80), (11, 50), (10.5, 4)]]
    sums = [[len(v), float(v.sum()), float((v**2).sum())] for v in real]
    pooled = np.concatenate(real)
    laws = []
    for v in real:
        n, weight, shape = len(v), 1 + len(v), 1.5 + len(v) / 2
        mean = (pooled.mean() + v.sum()) / weight
        scale = 1.5 * pooled.var() + ((v - v.mean()) ** 2).sum() / 2 + n * (v.mean() - pooled.mean()) ** 2 / (2 * weight)
        laws.append(stats.t(2 * shape, mean, np.sqrt(scale / (shape * weight))))
    cases.append({"arms": sums, **best_arms(laws)})
    return cases


json.dump({
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "mmh3": version("mmh3"), "ssrm-test": version("ssrm-test")},
    "murmur": murmur(), "mannWhitney": mann_whitney(), "shifts": shifts(), "binnedMannWhitney": binned_mann_whitney(),
    "mixture": mixture(), "critical": critical(), "shares": shares(), "proportions": proportions(), "means": means(),
    "powers": powers(), "sampleRatios": sample_ratios(), "bandits": bandits(),
}, sys.stdout)
