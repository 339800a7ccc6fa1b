"""Made-up penguins: four measures, an island, and the species that follows from them. The same rows every time."""

import json
from pathlib import Path

import numpy as np

SPECIES = ["Adelie", "Chinstrap", "Gentoo"]
ISLANDS = ["Biscoe", "Dream", "Torgersen"]
MEASURES = ["bill_length", "bill_depth", "flipper", "mass"]
CENTRES = np.array([[38.8, 18.3, 190.0, 3700.0], [48.8, 18.4, 196.0, 3730.0], [47.5, 15.0, 217.0, 5080.0]])
SPREAD = np.array([2.6, 1.1, 6.5, 380.0])


def make(count=600, seed=7):
    """Measures as float32 (they are sent as such), islands and species as text."""
    rng = np.random.default_rng(seed)
    kinds = rng.integers(0, len(SPECIES), count)
    measures = (CENTRES[kinds] + rng.normal(size=(count, 4)) * SPREAD * 1.3).astype(np.float32)
    likely = (kinds + rng.integers(0, 2, count)) % len(ISLANDS)
    return measures, np.array(ISLANDS)[likely], np.array(SPECIES)[kinds]


def write(name, onnx, rows, answers, **signature):
    """The model, rows to try it on, what the library itself says of them, and what ONNX does not hold.

    "expected" is what the import compares the graph with: the probability of the positive class, or of the most probable one.
    """
    answers = np.asarray(answers, dtype=float)
    signature["expected"] = (answers[:, 1] if answers.shape[1] == 2 else answers.max(axis=1)).tolist()
    out = Path(__file__).parent / "out"
    out.mkdir(exist_ok=True)
    (out / f"{name}.onnx").write_bytes(onnx)
    (out / f"{name}.rows.json").write_text(json.dumps(rows, indent=1))
    (out / f"{name}.expected.json").write_text(json.dumps(answers.tolist()))
    (out / f"{name}.signature.json").write_text(json.dumps(signature, indent=1))
    print(f"out/{name}.onnx: {len(onnx)} bytes, {len(rows)} rows to try it on")


def records(measures, **columns):
    """Rows as JSON sends them; a number that is missing is null."""
    named = {name: measures[:, i].astype(float).tolist() for i, name in enumerate(MEASURES)} | columns
    return [
        {name: None if isinstance(value, float) and np.isnan(value) else value for name, value in zip(named, values)}
        for values in zip(*named.values())
    ]
