"""What an unchanged client of MLflow does with files. Arguments: the server's address, a folder, megabytes of the large file. The last line is JSON."""

import hashlib
import importlib.util
import json
import os
import sys
import time
from pathlib import Path

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
os.environ["MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE"] = str(10 << 20)

import mlflow
import numpy as np
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

url, folder, megabytes = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
seen = {"client": mlflow.__version__}
mlflow.set_tracking_uri(url)
mlflow.set_experiment(f"files of {mlflow.__version__}")
client = mlflow.MlflowClient()

NAMES = ["a.txt", "sub ü/b c.csv", "sub ü/deep/模型.bin", "empty", "100%.txt", "q'u&o=t+e;.txt", "w:0.npy"]
local = folder / "local"
for name in NAMES:
    (local / name).parent.mkdir(parents=True, exist_ok=True)
    (local / name).write_text("" if name == "empty" else name * 3)


def has(package):
    return importlib.util.find_spec(package) is not None


with mlflow.start_run() as run:
    mlflow.log_artifact(local / "a.txt")
    mlflow.log_artifact(local / "a.txt", "in/folder")
    mlflow.log_artifacts(local, "all")
    # Once more: each file takes its own place again.
    mlflow.log_artifacts(local, "all")
    mlflow.log_text("some text", "text/note.md")
    mlflow.log_text("<script>alert(1)</script>", "page.html")
    mlflow.log_dict({"a": [1, 2, {"b": None}]}, "dicts/d.json")
    if has("matplotlib"):
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt

        figure, axes = plt.subplots()
        axes.plot([1, 2])
        mlflow.log_figure(figure, "figures/f.png")
    if has("PIL"):
        mlflow.log_image(np.zeros((8, 9, 3), dtype=np.uint8), "image.png")
    mlflow.log_table({"x": [1, 2], "y": ["a", "b"]}, "table.json")
    mlflow.log_table({"x": [3], "y": ["c"]}, "table.json")
    seen["table"] = mlflow.load_table("table.json").to_dict(orient="list")

run_id, root = run.info.run_id, run.info.artifact_uri


def walk(path=None):
    for file in client.list_artifacts(run_id, path):
        yield [file.path, file.is_dir, file.file_size]
        if file.is_dir:
            yield from walk(file.path)


seen["run"] = run_id
seen["listed"] = [[path, size] for path, is_dir, size in walk("all") if not is_dir]
seen["names"] = [[f"all/{name}", len((local / name).read_bytes())] for name in NAMES]
seen["nothing"] = [len(client.list_artifacts(run_id, path)) for path in ("a.txt", "nowhere")]
back = Path(mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="all", dst_path=str(folder / "back")))
seen["same"] = all((back / name).read_bytes() == (local / name).read_bytes() for name in NAMES)
seen["text"] = mlflow.artifacts.load_text(f"{root}/text/note.md")
seen["dict"] = mlflow.artifacts.load_dict(f"{root}/dicts/d.json")
if has("PIL"):
    seen["image"] = list(mlflow.artifacts.load_image(f"{root}/image.png").size)

started = time.time()
try:
    mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="nowhere.txt", dst_path=str(folder / "none"))
except Exception as error:
    seen["missing"] = type(error).__name__
seen["missing_is_quick"] = time.time() - started < 20

get_artifact_repository(root).delete_artifacts("all")
seen["after_delete"] = [file.path for file in client.list_artifacts(run_id, "all")]

# In parts the client sends files from a size on; the limit is lowered rather than the disk filled.
os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = str(5 << 20)
large = folder / "large.bin"
with open(large, "wb") as file:
    for _ in range(megabytes):
        file.write(os.urandom(1_000_000))


def digest(path):
    hashed = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            hashed.update(piece)
    return hashed.hexdigest()


seen["large"] = {"digest": f"sha256:{digest(large)}"}
for way in ("true", "false"):
    os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"] = way
    os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD"] = way
    client.log_artifact(run_id, str(large), f"large-{way}")
    got = mlflow.artifacts.download_artifacts(
        run_id=run_id, artifact_path=f"large-{way}/large.bin", dst_path=str(folder / way)
    )
    seen["large"][way] = f"sha256:{digest(got)}"

print(json.dumps(seen))
