"""Records what a real MLflow server answers to requests of tracking, for packages/server/src/protocols/mlflow.

Start `mlflow server --backend-store-uri sqlite:///NEW.db --artifacts-destination NEW_FOLDER` on an empty database, then:
    python record_tracking.py http://127.0.0.1:5000 > tracking-3.17.2.json
Ids that replies bring are kept under a name (`take`) and stand in later requests as `{name}`. Needs only Python's standard library.
"""

import json
import sys

from recorder import API, JSON, Recorder

T = 1795323298890
LONG = "x" * 9000
AJAX = "/ajax-api/2.0/mlflow"


class TrackingRecorder(Recorder):
    def known(self, step, status, body):
        """Of a search that is about which runs are found in which order, only their names."""
        if status != 200 or not step["title"].startswith(("FILTER", "ORDER")):
            return {"body": body}
        names = [run["info"]["run_id"] for run in body.get("runs", [])]
        return {"found": [name for name in names if name.startswith("{")]}


recorder = TrackingRecorder()


def add(title, verb, path, query=None, **more):
    recorder.add(verb, path, title=title, query=query or None, **more)


def get(path, query=None, title=None, **more):
    add(title or f"GET {path} {json.dumps(query or {})[:90]}", "GET", path, query=query, **more)


def post(path, body, title=None, **more):
    add(title or f"POST {path} {json.dumps(body)[:90]}", "POST", path, body=body, **more)


RUN = {"run": ["run", "info", "run_id"]}
add("health", "GET", "/health", prefix="")
add("version", "GET", "/version", prefix="")
add("unknown path", "GET", "/nope")
add("wrong verb", "GET", "/runs/create")
add("unimplemented rpc", "GET", "/unified-traces")
add("experiments/list (removed)", "GET", "/experiments/list")
get("/experiments/get", {"experiment_id": "0"})
get("/experiments/get", {"experiment_id": "999"})
get("/experiments/get")
get("/experiments/get", {"experiment_id": "abc"})
get("/experiments/get-by-name", {"experiment_name": "nope"})
post("/experiments/create", {"name": "e1", "tags": [{"key": "a", "value": "b"}]})
post("/experiments/create", {"name": "e1"})
post("/experiments/create", {})
post("/experiments/create", {"name": ""})
post("/experiments/create", {"name": 123})
post("/experiments/create", {"name": "x" * 501})
post("/experiments/create", {"name": "bad", "artifact_location": "s3://b/x#frag"})
post("/experiments/create", {"name": "bad2", "artifact_location": "s3://b/x?p=../.."})
CREATE = "/experiments/create"
add("bad content-type", "POST", CREATE, text='{"name": "ct"}', headers={"content-type": "text/plain"})
add("form content-type", "POST", CREATE, text="name=ct", headers={"content-type": "application/x-www-form-urlencoded"})
add("malformed json", "POST", CREATE, text='{"name": "x"', headers=JSON)
add("double-encoded json", "POST", CREATE, text=json.dumps(json.dumps({"name": "de"})), headers=JSON)
post(CREATE, {"name": "uf", "nope": 1}, title="unknown field")
add("charset ct", "POST", CREATE, text='{"name": "cs"}', headers={"content-type": "application/json; charset=utf-8"})
add("no body delete", "POST", "/experiments/delete", text="", headers=JSON)
get("/experiments/get", {"experiment_id": "1"})
SEARCH = "/experiments/search"
post(SEARCH, {"max_results": 2})
post(SEARCH, {"max_results": 0})
post(SEARCH, {})
post(SEARCH, {"max_results": 50001})
post(SEARCH, {"max_results": 2, "filter": "name LIKE 'e%'"})
post(SEARCH, {"max_results": 2, "filter": "tags.a = 'b'", "order_by": ["name DESC"]})
post(SEARCH, {"max_results": 2, "page_token": "zzz"})
post(SEARCH, {"max_results": 5, "view_type": "DELETED_ONLY"})
post(SEARCH, {"max_results": 5, "filter": "name ="})
get(SEARCH, {"max_results": "1"}, title="GET experiments/search")
get("/experiments/get", {"experiment_id": "0"}, title="ajax mirror", prefix=AJAX)
post("/experiments/set-experiment-tag", {"experiment_id": "1", "key": "k", "value": "v"})
post("/experiments/delete-experiment-tag", {"experiment_id": "1", "key": "nope"})
post("/experiments/delete-experiment-tag", {"experiment_id": "1", "key": "k"})
post("/experiments/update", {"experiment_id": "1", "new_name": "e1b"})
post("/experiments/update", {"experiment_id": "1"})
post("/experiments/update", {"experiment_id": "1", "new_name": "Default"})
user = [{"key": "mlflow.user", "value": "u"}]
post("/runs/create", {"experiment_id": "1", "start_time": T, "tags": user}, take=RUN)
post("/runs/create", {"experiment_id": "1", "run_name": "A", "tags": [{"key": "mlflow.runName", "value": "B"}]})
post("/runs/create", {"experiment_id": "1", "start_time": T + 1, "run_name": "A", "user_id": "u2"},
     take={"run2": ["run", "info", "run_id"]})
post("/runs/create", {})
post("/runs/create", {"experiment_id": "77"})
post("/runs/create", {"experiment_id": "1", "start_time": "abc"})
post("/runs/create", {"experiment_id": "1", "start_time": str(T - 5), "run_name": "zz"}, title="start_time as string",
     take={"run3": ["run", "info", "run_id"]})
post("/runs/create", {"experiment_id": 2}, title="experiment_id int")
get("/runs/get", {"run_id": "x" * 32})
get("/runs/get", {"run_uuid": "{run}"})
get("/runs/get", {"run_uuid": "{run}", "run_id": "{run}"}, title="get run")
get("/runs/get", {"run_id": "bad id!"})
METRIC = "/runs/log-metric"
for value in [1.5, "NaN", "Infinity", "-Infinity", 3, "2.5", "abc", None, True]:
    post(METRIC, {"run_id": "{run}", "key": "m", "value": value, "timestamp": T, "step": 0})
add("raw NaN token", "POST", METRIC, headers=JSON,
    text='{"run_id": "{run}", "key": "raw", "value": NaN, "timestamp": %d, "step": 0}' % T)
for key, value in [("inf", "Infinity"), ("ninf", "-Infinity"), ("nan", "NaN")]:
    post(METRIC, {"run_id": "{run}", "key": key, "value": value, "timestamp": T, "step": 0})
post(METRIC, {"run_id": "{run}", "key": "m", "value": 1.5, "timestamp": T, "step": 0}, title="dup metric")
post(METRIC, {"run_id": "{run}", "key": "m", "value": 9, "timestamp": T, "step": -3}, title="neg step")
post(METRIC, {"run_id": "{run}", "key": "m", "value": 9, "timestamp": -1}, title="neg ts")
post(METRIC, {"run_id": "{run}", "key": "m", "value": 9})
for key in ["", "a/../b", "a//b", "bad(key)", "k" * 251, "/abs", "m\u00e9trique \u00fc:1"]:
    post(METRIC, {"run_id": "{run}", "key": key, "value": 9, "timestamp": T})
post(METRIC, {"run_id": "{run}", "key": "s", "value": 9, "timestamp": str(T), "step": "3"}, title="int64 as strings")
post(METRIC, {"run_id": "{run}", "key": "f", "value": 9, "timestamp": T + 0.5}, title="float ts")
post(METRIC, {"key": "s", "value": 9, "timestamp": T})
post(METRIC, {"run_uuid": "{run}", "key": "uuid", "value": 9, "timestamp": T}, title="run_uuid only")
history = [(4.0, T + 1, 1), (3.0, T + 2, 0), (2.0, T + 3, 2), (1.0, T + 4, 1), (0.0, T + 5, 0)]
for i, (value, at, step) in enumerate(history):
    post(METRIC, {"run_id": "{run}", "key": "h", "value": value, "timestamp": at, "step": step}, title=f"history point {i}")
HISTORY = "/metrics/get-history"
get(HISTORY, {"run_id": "{run}", "metric_key": "h"}, title="history")
get(HISTORY, {"run_id": "{run}", "metric_key": "h", "max_results": "2"})
get(HISTORY, {"run_id": "{run}", "metric_key": "nan"})
get(HISTORY, {"run_id": "{run}", "metric_key": "inf"})
get(HISTORY, {"run_id": "{run}", "metric_key": "nokey"})
get(HISTORY, {"run_id": "x" * 32, "metric_key": "h"}, title="history unknown run")
get(HISTORY, {"run_id": "{run}"})
get("/metrics/get-history-bulk", {"run_id": "{run}", "metric_key": "h"}, title="bulk", prefix=AJAX)
get("/metrics/get-history-bulk", {"metric_key": "h"}, title="bulk norun", prefix=AJAX)
INTERVAL = "/metrics/get-history-bulk-interval"
get(INTERVAL, {"run_ids": "{run}", "metric_key": "h"}, title="bulk-interval")
get(INTERVAL, {"run_ids": "{run}", "metric_key": "h", "start_step": "0"}, title="bulk-interval one end")
get(INTERVAL, {"run_ids": "{run}", "metric_key": "h", "max_results": "2501"}, title="bulk-interval 2501")
PARAM = "/runs/log-parameter"
post(PARAM, {"run_id": "{run}", "key": "p", "value": "1"})
post(PARAM, {"run_id": "{run}", "key": "p", "value": "1"}, title="same param")
post(PARAM, {"run_id": "{run}", "key": "p", "value": "2"})
post(PARAM, {"run_id": "{run}", "key": "pe", "value": ""})
post(PARAM, {"run_id": "{run}", "key": "pn"})
post(PARAM, {"run_id": "{run}", "key": "big", "value": LONG})
post(PARAM, {"run_id": "{run}", "key": "num", "value": 5})
TAG = "/runs/set-tag"
post(TAG, {"run_id": "{run}", "key": "t", "value": "1"})
post(TAG, {"run_id": "{run}", "key": "t", "value": "2"})
post(TAG, {"run_id": "{run}", "key": "t2", "value": LONG})
post("/runs/delete-tag", {"run_id": "{run}", "key": "zz"})
post("/runs/delete-tag", {"run_id": "{run}", "key": "t"})
post(TAG, {"run_id": "{run}", "key": "mlflow.runName", "value": "renamed"})
UPDATE = "/runs/update"
post(UPDATE, {"run_id": "{run}", "status": "FINISHED", "end_time": T + 10})
post(UPDATE, {"run_id": "{run}", "status": "BOGUS"})
post(UPDATE, {"run_id": "{run}", "run_name": "nn"})
BATCH = "/runs/log-batch"
post(BATCH, {"run_id": "{run}", "metrics": [{"key": "b", "value": 1, "timestamp": T}],
             "params": [{"key": "bp", "value": "1"}], "tags": [{"key": "bt", "value": "1"}]})
post(BATCH, {"run_id": "{run}"})


def points(count):
    return [{"key": f"k{i}", "value": i, "timestamp": T} for i in range(count)]


def texts(count):
    return [{"key": f"k{i}", "value": str(i)} for i in range(count)]


post(BATCH, {"run_id": "{run}", "metrics": points(1001)}, title="1001 metrics")
post(BATCH, {"run_id": "{run}", "params": texts(101)}, title="101 params")
post(BATCH, {"run_id": "{run}", "tags": texts(101)}, title="101 tags")
post(BATCH, {"run_id": "{run}", "metrics": points(1000), "params": texts(1)}, title="1001 total")
post(BATCH, {"run_id": "{run}", "params": [{"key": "d", "value": "1"}, {"key": "d", "value": "1"}]}, title="dup params")
post(BATCH, {"run_id": "{run}", "params": [{"key": "p", "value": "changed"}, {"key": "pnew", "value": "1"}]},
     title="batch change param")
post(BATCH, {"run_id": "{run}", "metrics": [{"key": "x", "timestamp": T}]})
twice = {"key": "dd", "value": 1, "timestamp": T, "step": 0}
post(BATCH, {"run_id": "{run}", "metrics": [twice, twice]}, title="dup metric in batch")
post(BATCH, {"run_id": "{run}", "metrics": "x"})
post(BATCH, {"run_id": "{run}", "tags": [{"key": f"big{i}", "value": "y" * 8000} for i in range(2)]}, title="big batch")
get("/runs/get", {"run_id": "{run}"}, title="final run")
RUNS = "/runs/search"
post(RUNS, {"experiment_ids": ["1"], "max_results": 1})
post(RUNS, {"experiment_ids": ["1"], "max_results": 2, "order_by": ["metrics.h DESC", "start_time"]})
post(RUNS, {"experiment_ids": ["1"], "max_results": 50001})
post(RUNS, {"experiment_ids": []})
post(RUNS, {})
post(RUNS, {"experiment_ids": ["abc"]})
FILTERS = [
    "metrics.h > 1", "metrics.h = '1'", "params.p = 1", "params.p = '1'", 'params."p" = "1"', "params.`p` = '1'",
    "tags.bt ILIKE '1%'", "attributes.status = 'FINISHED'", "status = 'FINISHED' and params.p='1'",
    "status = 'FINISHED' OR params.p='1'", "run_id IN ('{run}')", "attributes.run_id NOT IN ('{run}')",
    "params.p IN ('1')", "start_time > 0", "end_time > '0'", "foo.bar = '1'", "attributes.nope = 'x'", "run_name = 'nn'",
    "attributes.`run name` LIKE '%n%'", "metrics.h LIKE '1'", "artifact_uri = 'x'", "user_id = 'u2'",
    "dataset.name = 'd'", "datasets.context = 'train'", "(params.p='1')", "NOT params.p='1'",
    "metrics.h BETWEEN 1 AND 2", "params.p = '1';params.p='2'", "params.p != '1'", "metrics.nan > 0",
    "metrics.inf > 1e300", "tags.`mlflow.user` = 'u'", "experiment_id = '0'", "metrics.h > -1.5e1",
]
for text in FILTERS:
    post(RUNS, {"experiment_ids": ["1"], "filter": text}, title=f"FILTER {text}")
ORDERS = [
    "metrics.h", "metrics.`h` DESC", "attributes.start_time ASC", "start_time foo", "params.p desc", "foo", "Created",
    "run_name", "tags.t DESC", "dataset.name", "status",
]
for text in ORDERS:
    post(RUNS, {"experiment_ids": ["1"], "order_by": [text]}, title=f"ORDER {text}")
post(RUNS, {"experiment_ids": ["1"], "order_by": ["params.p", "params.p"]}, title="ORDER dup")
post("/runs/delete", {"run_id": "{run}"})
post("/runs/delete", {"run_id": "{run}"}, title="delete again")
post(METRIC, {"run_id": "{run}", "key": "m", "value": 1, "timestamp": T}, title="log to deleted")
post(UPDATE, {"run_id": "{run}", "run_name": "x"}, title="update deleted")
post(TAG, {"run_id": "{run}", "key": "t", "value": "1"}, title="tag deleted")
post("/runs/restore", {"run_id": "{run}"})
post("/runs/restore", {"run_id": "{run}"}, title="restore active")
post("/experiments/delete", {"experiment_id": "1"})
post("/experiments/delete", {"experiment_id": "1"}, title="delete exp again")
post("/runs/create", {"experiment_id": "1"}, title="run in deleted exp")
get("/experiments/get", {"experiment_id": "1"}, title="get deleted exp")
get("/experiments/get-by-name", {"experiment_name": "e1b"}, title="by-name deleted")
post("/experiments/update", {"experiment_id": "1", "new_name": "zz"}, title="rename deleted")
post("/experiments/set-experiment-tag", {"experiment_id": "1", "key": "k", "value": "v"}, title="tag deleted exp")
get("/runs/get", {"run_id": "{run2}"}, title="run of deleted exp")
post("/experiments/restore", {"experiment_id": "1"})
post("/experiments/restore", {"experiment_id": "1"}, title="restore active exp")
post("/experiments/delete", {"experiment_id": "0"}, title="delete default")
post("/experiments/restore", {"experiment_id": "0"}, title="restore default")
post("/experiments/create", {"name": "gone"}, title="create to delete", take={"gone": ["experiment_id"]})
post("/experiments/delete", {"experiment_id": "{gone}"}, title="delete the made")
post("/experiments/create", {"name": "gone"}, title="create w/ deleted name")
# Inputs, outputs and logged models.
DATASET = {"name": "d", "digest": "1", "source_type": "t", "source": "s", "schema": "sc"}
context = [{"key": "mlflow.data.context", "value": "train"}, {"key": "z", "value": "1"}]
post("/runs/log-inputs", {"run_id": "{run}", "datasets": [{"tags": context, "dataset": DATASET}], "models": [{"model_id": "m-1"}]})
post("/runs/log-inputs", {"run_id": "{run}", "datasets": [{"tags": context, "dataset": DATASET}]}, title="inputs again")
post("/runs/log-inputs", {"run_id": "{run}", "datasets": [{"dataset": {**DATASET, "name": "d" * 501}}]})
post("/runs/log-inputs", {"run_id": "nope", "datasets": []})
post("/runs/outputs", {"run_id": "{run}"})
post("/experiments/search-datasets", {"experiment_ids": ["1"]}, prefix=AJAX)
post("/experiments/search-datasets", {}, prefix=AJAX)
MODELS = "/logged-models"
t = [{"key": "t", "value": "v"}]
post(MODELS, {"experiment_id": "1", "name": "mm", "source_run_id": "{run}", "params": [{"key": "a", "value": "1"}], "tags": t},
     take={"model": ["model", "info", "model_id"]})
post(MODELS, {"experiment_id": "1", "name": "a/b"})
post(MODELS, {"experiment_id": "1"}, title="model without a name")
post(MODELS, {"experiment_id": "9999", "name": "x"})
post(MODELS, {"name": "x"})
get(MODELS + "/m-nope")
post("/runs/outputs", {"run_id": "{run}", "models": [{"model_id": "{model}", "step": 2}]})
post(METRIC, {"run_id": "{run}", "key": "acc", "value": 0.5, "timestamp": T, "model_id": "{model}", "dataset_name": "d",
              "dataset_digest": "1"}, title="metric of a model")
get(MODELS + "/{model}")
get("/runs/get", {"run_id": "{run}"}, title="run with inputs and outputs")
add("finalize", "PATCH", MODELS + "/{model}", body={"model_id": "{model}", "status": "LOGGED_MODEL_READY"})
add("finalize without a status", "PATCH", MODELS + "/{model}", body={"model_id": "{model}"})
add("model tags", "PATCH", MODELS + "/{model}/tags", body={"tags": [{"key": "b", "value": "2"}]})
add("model tags of none", "PATCH", MODELS + "/m-nope/tags", body={"tags": [{"key": "b", "value": "2"}]})
add("delete model tag", "DELETE", MODELS + "/{model}/tags/b")
add("delete model tag again", "DELETE", MODELS + "/{model}/tags/b")
post(MODELS + "/{model}/params", {"model_id": "{model}", "params": [{"key": "b", "value": "2"}]})
post(MODELS + "/search", {"experiment_ids": ["1"], "filter": "name = 'mm'"})
post(MODELS + "/search", {"experiment_ids": ["1"], "max_results": 1}, title="first of the models")
post(MODELS + "/search", {"experiment_ids": ["1"], "filter": "metrics.acc > 0.1"})
post(MODELS + "/search", {})
post(MODELS + "/search", {"experiment_ids": ["1"], "datasets": [{}]})
add("delete model", "DELETE", MODELS + "/{model}")
get(MODELS + "/{model}", title="get deleted model")
json_of_model = {"artifact_path": "x", "flavors": {"a": {"b": 1}}, "utc_time_created": "2020-01-01 00:00:00",
                 "run_id": "1", "model_uuid": "u"}
post("/runs/log-model", {"run_id": "{run}", "model_json": json.dumps(json_of_model)}, title="log-model")
post("/runs/log-model", {"run_id": "{run}", "model_json": "{"})

recorder.record(sys.argv[1])
