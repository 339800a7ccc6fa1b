"""What MLflow's own clients of its scoring server get, beside what onnxruntime says of the same graph.

Usage: calls.py CASE.json   prints {"check": null or "what went wrong", …}
"""

import json
import sys
import traceback

import numpy as np
import onnxruntime
import pandas as pd
import requests
from mlflow.deployments import get_deploy_client
from mlflow.pyfunc.scoring_server import predictions_to_json
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

with open(sys.argv[1]) as file:
    CASE = json.load(file)

URL = f"http://{CASE['http']}"
HOST, PORT = CASE["http"].split(":")
CLIENT = ScoringServerClient(HOST, int(PORT))
CHECKS = {}


def check(function):
    CHECKS[function.__name__] = function
    return function


def table(model, count=20):
    names = {"trips": ["miles", "place", "wind"], "every": ["size", "gap", "count", "flag", "code", "time"]}[model]
    return pd.DataFrame(CASE["rows"][model][:count])[names]


def graph(model, frame):
    feed = {}
    session = onnxruntime.InferenceSession(CASE["graphs"][model])
    kinds = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(bool)": np.bool_}
    for tensor in session.get_inputs():
        values = frame[tensor.name].to_numpy()
        feed[tensor.name] = np.array(values, dtype=kinds.get(tensor.type, np.object_)).reshape(-1, 1)
    return session.run(None, feed)


def labels(frame):
    return [str(label) == "true" for label in graph("trips", frame)[0].reshape(-1)]


@check
def waits_until_it_is_ready():
    CLIENT.wait_server_ready(timeout=30)
    CLIENT.ping()
    assert CLIENT.get_version().strip() != ""
    assert requests.get(f"{URL}/health").status_code == 200


@check
def scores_a_table_with_gaps():
    frame = table("trips")
    assert frame["wind"].isna().any()
    answer = CLIENT.invoke(frame)
    assert answer["predictions"] == labels(frame), answer
    assert answer.get_predictions("ndarray").tolist() == labels(frame)
    assert list(answer.get_predictions("dataframe")[0]) == labels(frame)


@check
def answers_in_the_form_of_the_original():
    import io

    frame = table("trips")
    original = io.StringIO()
    predictions_to_json(np.array(labels(frame)), original)
    reply = requests.post(f"{URL}/invocations", json={"dataframe_records": json.loads(frame.to_json(orient="records"))})
    assert json.loads(reply.text) == json.loads(original.getvalue()), reply.text
    assert reply.headers["content-type"].startswith("application/json")


@check
def scores_lists_and_columns():
    frame = table("trips").dropna()
    rows = frame.to_numpy().tolist()
    assert CLIENT.invoke(rows)["predictions"] == labels(frame)
    columns = {name: frame[name].tolist() for name in frame}
    for form in ("inputs", "instances"):
        reply = requests.post(f"{URL}/invocations", json={form: columns})
        assert reply.json()["predictions"] == labels(frame), reply.text


@check
def scores_csv_of_pandas():
    frame = table("trips")
    text = frame.to_csv(index=False)
    reply = requests.post(f"{URL}/invocations", data=text, headers={"content-type": "text/csv"})
    assert reply.json()["predictions"] == labels(frame), reply.text


@check
def scores_another_endpoint_under_its_name():
    frame = table("every")
    client = ScoringServerClient(HOST, int(PORT))
    client.url_prefix = f"{URL}/api/v1/endpoints/every"
    client.ping()
    moments = pd.to_datetime(frame["time"])
    got = client.invoke(frame.assign(time=moments))["predictions"]
    times = moments.astype("datetime64[ms, UTC]").astype("int64")
    np.testing.assert_allclose(got, graph("every", frame.assign(time=times))[0].reshape(-1), atol=1e-6, rtol=0)


@check
def answers_the_client_of_deployments():
    frame = table("trips").dropna()
    client = get_deploy_client(URL)
    inputs = {"dataframe_split": frame.to_dict(orient="split")}
    assert client.predict(endpoint="trips", inputs=inputs)["predictions"] == labels(frame)


@check
def refuses_in_the_form_of_the_original():
    reply = requests.post(f"{URL}/invocations", json={"rows": []})
    assert reply.status_code == 400, reply.text
    assert set(reply.json()) == {"error_code", "message"}, reply.text
    try:
        CLIENT.invoke(pd.DataFrame({"miles": ["far"], "place": ["JFK"], "wind": [1.0]}))
        raise AssertionError("it was not refused")
    except Exception as error:
        assert "miles" in str(error) and "far" in str(error), error


results = {}
for name, run in CHECKS.items():
    try:
        run()
        results[name] = None
    except Exception:
        results[name] = traceback.format_exc()
print(json.dumps(results))
