"""The wines that come with scikit-learn, as a Parquet file: load.py OUTPUT."""

import sys

from sklearn.datasets import load_wine

wines = load_wine(as_frame=True)
table = wines.frame.rename(columns=lambda name: name.replace("/", "_").replace(" ", "_"))
table["cultivar"] = table.pop("target").map(lambda index: wines.target_names[index])
table.to_parquet(sys.argv[1], index=False)
print(f"{len(table)} wines of {table['cultivar'].nunique()} cultivars")
