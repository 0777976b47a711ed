"""Figures for the tests of src/evaluation/statistics: python3 -m pip install scipy scikit-learn; python3 statistics.py

The resamples are drawn as the program draws them (SplitMix64, the same seed), so that SciPy's BCa interval is that of the same resamples.
"""

import numpy as np
import scipy
import sklearn
from scipy import stats
from scipy.special import ndtr, ndtri
from scipy.stats._resampling import BootstrapResult
from sklearn.metrics import cohen_kappa_score

SEED, RESAMPLES, MASK = 0x5EED0F5C03E5, 2000, (1 << 64) - 1


def draws():
    state = SEED
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def resample(values):
    n, source, means = len(values), draws(), []
    for _ in range(RESAMPLES):
        total = 0.0
        for _ in range(n // 2):
            draw = next(source)
            total += values[((draw >> 32) * n) >> 32] + values[((draw & 0xFFFFFFFF) * n) >> 32]
        if n % 2:
            total += values[((next(source) >> 32) * n) >> 32]
        means.append(total / n)
    return np.array(means)


def show(name, values):
    same = BootstrapResult(None, resample(values), None)
    exact = stats.bootstrap((values,), np.mean, n_resamples=0, bootstrap_result=same).confidence_interval
    own = stats.bootstrap((values,), np.mean, n_resamples=200_000, rng=1, batch=1000).confidence_interval
    print(f"{name}: mean {np.mean(values):.17g}, interval {exact.low:.17g} {exact.high:.17g}; "
          f"200,000 resamples of SciPy's own: {own.low:.4f} {own.high:.4f}")
    print(f"  percentiles 50 {np.percentile(values, 50):.17g} 95 {np.percentile(values, 95):.17g}")


# Scores as they are: many high, a few low; exact in binary, so that sums are the same in any order.
SKEWED = [((i * 37) % 101) / 128 + 0.2 if i % 7 else ((i * 13) % 29) / 128 for i in range(41)]
PASSED = [0.0 if i % 9 == 0 else 1.0 for i in range(60)]
DIFFERENCES = [(((i * 29) % 64) - 30) / 256 for i in range(50)]
PAIRS = [(((i * 31) % 47) / 47, ((i * 31) % 47) / 94 + ((i * 11) % 23) / 46) for i in range(40)]
TIES = [(round(a * 4), round(b * 3)) for a, b in PAIRS]
JUDGED = [(a > 0.4, b > 0.45) for a, b in PAIRS]

if __name__ == "__main__":
    print(f"SciPy {scipy.__version__}, NumPy {np.__version__}, scikit-learn {sklearn.__version__}")
    show("skewed", SKEWED)
    show("passed", PASSED)
    show("differences", DIFFERENCES)
    print(f"spearman {stats.spearmanr(*zip(*PAIRS)).statistic:.17g} ties {stats.spearmanr(*zip(*TIES)).statistic:.17g}")
    print(f"kappa {cohen_kappa_score(*zip(*JUDGED)):.17g}")
    for x in [-9.0, -3.0, -0.5, 0.0, 1.25, 5.0]:
        print(f"ndtr({x}) {ndtr(x):.17g}")
    for p in [1e-12, 0.001, 0.025, 0.3, 0.5, 0.975, 0.9999]:
        print(f"ndtri({p}) {ndtri(p):.17g}")
