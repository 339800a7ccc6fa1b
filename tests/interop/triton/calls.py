"""What the real tritonclient gets of a server, beside what onnxruntime says of the same graphs.

Usage: calls.py CASE.json   prints {"check": null or "what went wrong", …}
"""

import asyncio
import json
import queue
import sys
import traceback

import numpy as np
import onnxruntime
import tritonclient.grpc as over_grpc
import tritonclient.grpc.aio
import tritonclient.http as over_http
import tritonclient.http.aio
from tritonclient.utils import InferenceServerException

with open(sys.argv[1]) as file:
    CASE = json.load(file)

TRANSPORTS = {
    "http": (over_http, over_http.InferenceServerClient(CASE["http"], concurrency=8)),
    "grpc": (over_grpc, over_grpc.InferenceServerClient(CASE["grpc"])),
}
CHECKS = {}


def check(function):
    CHECKS[function.__name__] = function
    return function


def for_each(function):
    """A check of both transports."""
    for transport, (module, client) in TRANSPORTS.items():
        CHECKS[f"{function.__name__} ({transport})"] = lambda m=module, c=client, t=transport: function(m, c, t)
    return function


def column(model, name, count):
    return [row[name] for row in CASE["rows"][model][:count]]


def graph(model, feed):
    session = onnxruntime.InferenceSession(CASE["graphs"][model])
    return session.run(None, {name: values.reshape(-1, 1) for name, values in feed.items()})


def floats(values, dtype=np.float32):
    return np.array([np.nan if value is None else value for value in values], dtype=dtype)


def trips(count=5, dtype=np.float64):
    return {
        "miles": np.array(column("trips", "miles", count), dtype=dtype),
        "place": np.array(column("trips", "place", count), dtype=np.object_),
        "wind": floats(column("trips", "wind", count)),
    }


def expected_trips(count=5):
    feed = trips(count)
    feed["miles"] = feed["miles"].astype(np.float32)
    return graph("trips", feed)


def every(count=7):
    return {
        "size": np.array(column("every", "size", count), dtype=np.float32),
        "gap": floats(column("every", "gap", count)),
        "count": np.array(column("every", "count", count), dtype=np.int64),
        "flag": np.array(column("every", "flag", count), dtype=np.bool_),
        "code": np.array(column("every", "code", count), dtype=np.object_),
        "time": np.array(column("every", "time", count), dtype=np.object_),
    }


def expected_every(count=7):
    feed = every(count)
    feed["time"] = np.array(column("every", "timeMs", count), dtype=np.int64)
    return graph("every", feed)[0].reshape(-1)


NAMES = {"float64": "FP64", "float32": "FP32", "float16": "FP16", "object": "BYTES", "bool": "BOOL"}


def tensors(module, arrays, **options):
    inputs = []
    for name, values in arrays.items():
        datatype = NAMES.get(values.dtype.name, values.dtype.name.upper())
        tensor = module.InferInput(name, list(values.shape), datatype)
        tensor.set_data_from_numpy(values, **options)
        inputs.append(tensor)
    return inputs


def same(got, wanted):
    np.testing.assert_allclose(got, wanted, atol=1e-6, rtol=0)


def refused(call, *words):
    try:
        call()
    except InferenceServerException as error:
        text = f"{error.status()} {error.message()}"
        missing = [word for word in words if word not in text]
        assert not missing, f"{missing} not in: {text}"
        return
    raise AssertionError("it was not refused")


@for_each
def tells_what_it_is(module, client, transport):
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("trips")
    assert client.is_model_ready("trips", "1")
    extra = {"as_json": True} if transport == "grpc" else {}
    server = client.get_server_metadata(**extra)
    assert server["name"] == "regia" and "binary_tensor_data" in server["extensions"], server
    metadata = client.get_model_metadata("every", **extra)
    inputs = {tensor["name"]: tensor["datatype"] for tensor in metadata["inputs"]}
    assert inputs == {
        "size": "FP64", "gap": "FP64", "count": "INT64", "flag": "BOOL", "code": "BYTES", "time": "BYTES",
    }, inputs
    assert metadata["platform"] == "onnx_onnxv1" and metadata["versions"] == ["1"], metadata
    config = client.get_model_config("every", **extra)
    config = config.get("config", config)
    assert config["input"][2]["data_type"] == "TYPE_INT64", config


@for_each
def infers_in_binary_by_default(module, client, transport):
    _, probabilities = expected_trips()
    result = client.infer("trips", tensors(module, trips()), request_id="one")
    same(result.as_numpy("probabilities"), probabilities)
    labels = [label.decode() for label in result.as_numpy("label")]
    assert labels == [str(value) for value in expected_trips()[0].reshape(-1)], labels
    assert len(set(result.as_numpy("prediction_id"))) == 5
    response = result.get_response()
    assert (response["id"] if transport == "http" else response.id) == "one"


@for_each
def takes_every_type(module, client, transport):
    result = client.infer("every", tensors(module, every()))
    same(result.as_numpy("score"), expected_every())


@for_each
def takes_wider_and_narrower_numbers(module, client, transport):
    wanted = expected_every()
    arrays = every()
    counts = arrays["count"]
    for dtype in (np.int8, np.int16, np.int32):
        arrays["count"] = counts.astype(dtype)
        same(client.infer("every", tensors(module, arrays)).as_numpy("score"), wanted)
    arrays["size"] = arrays["size"].astype(np.float64)
    arrays["time"] = np.array(column("every", "timeMs", 7), dtype=np.int64)
    same(client.infer("every", tensors(module, arrays)).as_numpy("score"), wanted)
    arrays = every()
    arrays["size"] = arrays["size"].astype(np.float16)
    rounded = {**every(), "size": arrays["size"].astype(np.float32)}
    rounded["time"] = np.array(column("every", "timeMs", 7), dtype=np.int64)
    same(client.infer("every", tensors(module, arrays)).as_numpy("score"), graph("every", rounded)[0].reshape(-1))


@for_each
def takes_a_column_of_shape_n_1(module, client, transport):
    arrays = {name: values.reshape(-1, 1) for name, values in trips().items()}
    same(client.infer("trips", tensors(module, arrays)).as_numpy("probabilities"), expected_trips()[1])


@check
def infers_in_json():
    client = TRANSPORTS["http"][1]
    arrays = every()
    arrays["gap"] = np.nan_to_num(arrays["gap"])
    feed = {**arrays, "time": np.array(column("every", "timeMs", 7), dtype=np.int64)}
    result = client.infer(
        "every",
        tensors(over_http, arrays, binary_data=False),
        outputs=[over_http.InferRequestedOutput("score", binary_data=False)],
    )
    same(result.as_numpy("score"), graph("every", feed)[0].reshape(-1))
    assert "data" in result.get_response()["outputs"][0]


@check
def mixes_json_and_binary():
    client = TRANSPORTS["http"][1]
    arrays = trips()
    inputs = tensors(over_http, {"place": arrays["place"]}, binary_data=False)
    inputs += tensors(over_http, {"miles": arrays["miles"], "wind": arrays["wind"]})
    outputs = [
        over_http.InferRequestedOutput("label", binary_data=False),
        over_http.InferRequestedOutput("probabilities", binary_data=True),
    ]
    result = client.infer("trips", inputs, outputs=outputs)
    same(result.as_numpy("probabilities"), expected_trips()[1])
    assert list(result.as_numpy("label")) == [str(value) for value in expected_trips()[0].reshape(-1)]


@for_each
def packs_both_ways(module, client, transport):
    _, probabilities = expected_trips(200)
    for coding in ("gzip", "deflate"):
        options = (
            {"request_compression_algorithm": coding, "response_compression_algorithm": coding}
            if transport == "http"
            else {"compression_algorithm": coding}
        )
        result = client.infer("trips", tensors(module, trips(200)), **options)
        same(result.as_numpy("probabilities"), probabilities)


@for_each
def ranks_classes(module, client, transport):
    output = module.InferRequestedOutput("probabilities", class_count=2)
    result = client.infer("trips", tensors(module, trips()), outputs=[output])
    for row, wanted in zip(result.as_numpy("probabilities"), expected_trips()[1]):
        value, index, label = row[0].decode().split(":")
        assert int(index) == int(np.argmax(wanted)), row
        assert label == ["false", "true"][int(index)], row
        same(float(value), wanted.max())
    assert result.as_numpy("label") is None


@for_each
def answers_many_at_once(module, client, transport):
    _, probabilities = expected_trips(200)
    arrays = trips(200)
    answers = queue.Queue()
    pending = []
    for i in range(200):
        one = tensors(module, {name: values[i : i + 1] for name, values in arrays.items()})
        if transport == "http":
            pending.append(client.async_infer("trips", one, request_id=str(i)))
        else:
            client.async_infer("trips", one, lambda result, error: answers.put((result, error)), request_id=str(i))
    results = [each.get_result() for each in pending]
    while len(results) < 200:
        result, error = answers.get(timeout=60)
        assert error is None, error
        results.append(result)
    for result in results:
        response = result.get_response()
        place = int(response["id"] if transport == "http" else response.id)
        same(result.as_numpy("probabilities")[0], probabilities[place])


@for_each
def answers_the_asynchronous_client(module, client, transport):
    _, probabilities = expected_trips(100)

    async def ask():
        async with module.aio.InferenceServerClient(CASE[transport]) as other:
            assert await other.is_server_ready() and await other.is_model_ready("trips")
            arrays = trips(100)
            each = [tensors(module, {name: values[i : i + 1] for name, values in arrays.items()}) for i in range(100)]
            return await asyncio.gather(*[other.infer("trips", one) for one in each])

    for place, result in enumerate(asyncio.run(ask())):
        same(result.as_numpy("probabilities")[0], probabilities[place])


@check
def streams_asynchronously():
    arrays = trips(10)
    _, probabilities = expected_trips(10)

    async def ask():
        async def requests():
            for i in range(10):
                one = {name: values[i : i + 1] for name, values in arrays.items()}
                yield {
                    "model_name": "trips",
                    "inputs": tensors(over_grpc, one),
                    "request_id": str(i),
                }

        seen = {}
        async with over_grpc.aio.InferenceServerClient(CASE["grpc"]) as other:
            async for result, error in other.stream_infer(requests()):
                assert error is None, error
                response = result.get_response()
                seen[int(response.id)] = result.as_numpy("probabilities")[0]
        return seen

    seen = asyncio.run(ask())
    assert sorted(seen) == list(range(10)), sorted(seen)
    for place, got in seen.items():
        same(got, probabilities[place])


@check
def streams():
    client = TRANSPORTS["grpc"][1]
    answers = queue.Queue()
    client.start_stream(lambda result, error: answers.put((result, error)))
    _, probabilities = expected_trips(20)
    arrays = trips(20)
    for i in range(20):
        one = {name: values[i : i + 1] for name, values in arrays.items()}
        client.async_stream_infer(
            "trips" if i != 7 else "nothing",
            tensors(over_grpc, one),
            request_id=str(i),
            enable_empty_final_response=True,
        )
    seen = {}
    failed = []
    for _ in range(20):
        result, error = answers.get(timeout=60)
        if error is not None:
            failed.append(error.message())
        else:
            response = result.get_response()
            assert response.parameters["triton_final_response"].bool_param is True, response
            seen[int(response.id)] = result.as_numpy("probabilities")[0]
    client.stop_stream()
    assert len(failed) == 1 and "nothing" in failed[0], failed
    assert sorted(seen) == [i for i in range(20) if i != 7], sorted(seen)
    for place, got in seen.items():
        same(got, probabilities[place])


@for_each
def counts_what_it_does(module, client, transport):
    def stats():
        extra = {"as_json": True} if transport == "grpc" else {}
        return client.get_inference_statistics("tiny", **extra)["model_stats"][0]

    inputs = tensors(module, {"x": np.array([0.1, 0.9, 0.5])})
    client.infer("tiny", inputs)
    before = stats()
    for _ in range(3):
        client.infer("tiny", inputs)
    refused(lambda: client.infer("tiny", tensors(module, trips())), "There is no input")
    after = stats()

    def grew(*path):
        a, b = before, after
        for key in path:
            a, b = a.get(key, {}), b.get(key, {})
        return int(b or 0) - int(a or 0)

    assert after["name"] == "tiny" and after["version"] == "1"
    assert grew("inference_count") == 9 and grew("execution_count") == 3, (before, after)
    for part in ("success", "queue", "compute_input", "compute_infer", "compute_output"):
        assert grew("inference_stats", part, "count") == 3, (part, before, after)
        assert grew("inference_stats", part, "ns") > 0, (part, before, after)
    assert grew("inference_stats", "fail", "count") == 1, (before, after)
    batch = next(each for each in after["batch_stats"] if int(each["batch_size"]) == 3)
    assert int(batch["compute_infer"]["count"]) >= 4, batch


@for_each
def loads_and_unloads(module, client, transport):
    def index():
        if transport == "grpc":
            return client.get_model_repository_index(as_json=True)["models"]
        return client.get_model_repository_index()

    state = lambda: {each["name"]: each["state"] for each in index()}
    inputs = tensors(module, {"x": np.array([0.1])})
    assert state()["tiny"] == "READY"
    client.unload_model("tiny")
    assert state()["tiny"] == "UNAVAILABLE" and not client.is_model_ready("tiny")
    refused(lambda: client.infer("tiny", inputs), "out of service", "503" if transport == "http" else "UNAVAILABLE")
    client.load_model("tiny")
    assert state()["tiny"] == "READY"
    assert client.infer("tiny", inputs).as_numpy("probabilities").shape == (1, 2)
    refused(lambda: client.load_model("tiny", config="{}"), '"config"', "registry")
    files = {"file:1/model.onnx": b"x"}
    refused(lambda: client.load_model("tiny", config="{}", files=files), "registry")
    refused(lambda: client.load_model("nothing"), "nothing")


@for_each
def refuses_in_words(module, client, transport):
    bad = "400" if transport == "http" else "INVALID_ARGUMENT"
    missing = "404" if transport == "http" else "NOT_FOUND"
    refused(lambda: client.infer("nothing", tensors(module, trips())), missing, "nothing")
    refused(lambda: client.infer("trips", tensors(module, trips()), model_version="9"), missing, "Version 9")
    arrays = trips()
    arrays["miles"] = arrays["miles"].reshape(1, 5)
    refused(lambda: client.infer("trips", tensors(module, arrays)), bad, "miles", "[1,5]")
    arrays = trips()
    arrays["wind"] = arrays["place"]
    refused(lambda: client.infer("trips", tensors(module, arrays)), bad, '"wind"', "BYTES", "FP64")
    arrays = every()
    arrays["count"] = np.array([2**53 + 1] * 7, dtype=np.int64)
    refused(lambda: client.infer("every", tensors(module, arrays)), bad, '"count"', str(2**53 + 1), "2^53")
    arrays = trips()
    arrays["miles"][2] = np.nan
    refused(lambda: client.infer("trips", tensors(module, arrays)), bad, '"miles"', "NaN", "not nullable")
    arrays = trips()
    arrays["place"][1] = b"\xff\xfe"
    refused(lambda: client.infer("trips", tensors(module, arrays)), bad, '"place"', "UTF-8")
    asked = [module.InferRequestedOutput("nothing")]
    refused(lambda: client.infer("trips", tensors(module, trips()), outputs=asked), bad, "nothing", "probabilities")


@for_each
def takes_large_whole_numbers_for_text(module, client, transport):
    arrays = every()
    wanted = {**arrays, "code": np.array(["9007199254740993"] * 7, dtype=np.object_)}
    arrays["code"] = np.array([9007199254740993] * 7, dtype=np.int64)
    got = client.infer("every", tensors(module, arrays)).as_numpy("score")
    same(got, client.infer("every", tensors(module, wanted)).as_numpy("score"))
    if transport == "http":
        got = client.infer("every", tensors(module, {**arrays, "gap": np.zeros(7)}, binary_data=False))
        zero = client.infer("every", tensors(module, {**wanted, "gap": np.zeros(7)}))
        same(got.as_numpy("score"), zero.as_numpy("score"))


@for_each
def takes_infinity_as_missing_where_it_may_be(module, client, transport):
    arrays = trips()
    arrays["wind"][:] = np.inf
    missing = trips()
    missing["wind"][:] = np.nan
    got = client.infer("trips", tensors(module, arrays)).as_numpy("probabilities")
    same(got, client.infer("trips", tensors(module, missing)).as_numpy("probabilities"))


def matrix():
    return np.array([floats(row) for row in CASE["rows"]["matrix"]])


def graph_of_matrix(model):
    session = onnxruntime.InferenceSession(CASE["graphs"][model])
    names = [each.name for each in session.get_outputs()]
    return dict(zip(names, session.run(None, {"X": matrix()})))


@for_each
def takes_the_tensor_that_the_graph_had(module, client, transport):
    extra = {"as_json": True} if transport == "grpc" else {}
    metadata = client.get_model_metadata("matrix", **extra)
    inputs = [(each["name"], each["datatype"], [int(size) for size in each["shape"]]) for each in metadata["inputs"]]
    assert inputs == [("X", "FP32", [-1, 20])], metadata
    wanted = graph_of_matrix("matrix")
    for dtype in (np.float32, np.float64):
        result = client.infer("matrix", tensors(module, {"X": matrix().astype(dtype)}))
        same(result.as_numpy("output_probability"), wanted["probabilities"])
        labels = result.as_numpy("output_label")
        assert labels.dtype == np.int64 and (labels == wanted["label"]).all(), labels
    same(client.infer("value", tensors(module, {"X": matrix()})).as_numpy("variable"), graph_of_matrix("value")["variable"])


@for_each
def gives_outputs_by_either_name(module, client, transport):
    for name in ("output_probability", "probabilities"):
        asked = [module.InferRequestedOutput(name)]
        result = client.infer("matrix", tensors(module, {"X": matrix()}), outputs=asked)
        same(result.as_numpy(name), graph_of_matrix("matrix")["probabilities"])
        assert result.as_numpy("output_label") is None


@for_each
def takes_a_tensor_a_column_of_the_same_model(module, client, transport):
    arrays = {f"f{place}": matrix()[:, place] for place in range(20)}
    result = client.infer("matrix", tensors(module, arrays))
    same(result.as_numpy("output_probability"), graph_of_matrix("matrix")["probabilities"])
    bad = "400" if transport == "http" else "INVALID_ARGUMENT"
    mixed = {"X": matrix(), "f3": arrays["f3"]}
    refused(lambda: client.infer("matrix", tensors(module, mixed)), bad, '"X"', '"f3"', "together")
    wrong = matrix()
    wrong[2, 0] = np.nan
    refused(lambda: client.infer("matrix", tensors(module, {"X": wrong})), bad, "row 2", "column 0", '"f0"', "NaN")


@check
def takes_the_tensor_in_json():
    client = TRANSPORTS["http"][1]
    whole = np.nan_to_num(matrix())
    inputs = tensors(over_http, {"X": whole}, binary_data=False)
    outputs = [over_http.InferRequestedOutput(name, binary_data=False) for name in ("output_label", "output_probability")]
    result = client.infer("matrix", inputs, outputs=outputs)
    session = onnxruntime.InferenceSession(CASE["graphs"]["matrix"])
    labels, probabilities = session.run(["label", "probabilities"], {"X": whole})
    same(result.as_numpy("output_probability"), probabilities)
    assert (result.as_numpy("output_label") == labels).all()


@check
def keeps_a_deadline():
    client = TRANSPORTS["grpc"][1]
    try:
        client.infer("trips", tensors(over_grpc, trips(200)), client_timeout=1e-6)
        raise AssertionError("it was not refused")
    except InferenceServerException as error:
        # Whoever is quicker says so: the client that the time is up, or the server that it would not do.
        assert error.status() in ("StatusCode.DEADLINE_EXCEEDED", "StatusCode.UNAVAILABLE"), error
    assert client.infer("trips", tensors(over_grpc, trips()), client_timeout=30).as_numpy("label").shape == (5,)


results = {}
for name, run in CHECKS.items():
    try:
        run()
        results[name] = None
    except Exception:
        results[name] = traceback.format_exc()
print(json.dumps(results))
