"""What a client of MLflow does with the registry, prompts and webhooks; prints what it saw as JSON. Arguments: the server's address."""

import json
import os
import sys
import threading
import time
import warnings
from http.server import BaseHTTPRequestHandler, HTTPServer

os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
warnings.filterwarnings("ignore")

import mlflow  # noqa: E402
from mlflow import MlflowClient  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402

mlflow.set_tracking_uri(sys.argv[1])
client = MlflowClient()
is_new = mlflow.__version__.startswith("3")
tag = "new" if is_new else "old"
seen = {"client": mlflow.__version__}


def refusal(work):
    try:
        work()
    except MlflowException as error:
        return error.error_code
    return None


# Models, versions, aliases, stages.
name = f"registry-{tag}"
model = client.create_registered_model(name, tags={"a": "1"}, description="d")
first = client.create_model_version(name, "s3://bucket/model", tags={"k": "v"}, description="vd")
client.set_registered_model_alias(name, "champion", first.version)
by_alias = client.get_model_version_by_alias(name, "champion")
stage = client.transition_model_version_stage(name, 1, "production").current_stage
copied = client.copy_model_version(f"models:/{name}@champion", f"{name}-copy")
client.set_model_version_tag(name, "1", "x", "y")
seen["registry"] = {
    "model": [model.tags, model.description],
    "version": [first.version, first.status, first.tags, first.description],
    "alias": [by_alias.version, list(by_alias.aliases), client.get_registered_model(name).aliases],
    "stage": [stage, [v.version for v in client.get_latest_versions(name, stages=["Production"])]],
    "copied": [copied.name, copied.source, client.get_model_version_download_uri(copied.name, copied.version)],
    "tags": client.get_model_version(name, "1").tags,
    "models": [m.name for m in client.search_registered_models(f"name LIKE '{name}%'", order_by=["name DESC"])],
    "versions": [[v.name, list(v.aliases)] for v in client.search_model_versions(f"name='{name}'")],
    "again": refusal(lambda: client.create_registered_model(name)),
    "outside": refusal(lambda: client.create_model_version(name, "/etc")),
    "nobody": refusal(lambda: client.get_registered_model("nobody")),
}
client.delete_registered_model_alias(name, "champion")
client.rename_registered_model(name, f"{name}-renamed")
client.delete_model_version(f"{name}-renamed", "1")
client.delete_registered_model(f"{name}-renamed")
seen["gone"] = refusal(lambda: client.get_registered_model(f"{name}-renamed"))

# Prompts.
prompts = mlflow.genai if is_new else mlflow
prompt = f"prompt-{tag}"
prompts.register_prompt(name=prompt, template="Hello {{name}}!", commit_message="first", tags={"t": "1"})
second = prompts.register_prompt(name=prompt, template="Hi {{name}}!")
prompts.set_prompt_alias(prompt, "production", 2)
seen["prompts"] = {
    "second": str(second.version),
    "first": prompts.load_prompt(f"prompts:/{prompt}/1").format(name="you"),
    "production": prompts.load_prompt(f"prompts:/{prompt}@production").template,
    "among models": prompt in [m.name for m in client.search_registered_models()],
    "as a model": refusal(lambda: client.create_registered_model(prompt)),
}

# Webhooks, which clients of 2.x do not know.
if is_new:
    from mlflow.webhooks.delivery import _generate_hmac_signature

    received = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            given = self.headers["X-MLflow-Signature"]
            wanted = _generate_hmac_signature(
                "s3cret", self.headers["X-MLflow-Delivery-Id"], self.headers["X-MLflow-Timestamp"], body
            )
            told = json.loads(body)
            received.append([f"{told['entity']}.{told['action']}", told["data"].get("name"), given == wanted])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"thanks")

        def log_message(self, *_):
            pass

    receiver = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    events = [
        "registered_model.created", "model_version.created", "model_version_tag.set", "model_version_tag.deleted",
        "model_version_alias.created", "model_version_alias.deleted", "prompt.created", "prompt_version.created",
    ]
    url = f"http://127.0.0.1:{receiver.server_port}/"
    hook = client.create_webhook(name="hook", url=url, events=events, secret="s3cret", description="dd")
    trial = client.test_webhook(hook.webhook_id)
    told = "told"
    client.create_registered_model(told)
    client.create_model_version(told, "s3://bucket/x")
    client.set_model_version_tag(told, "1", "k", "v")
    client.delete_model_version_tag(told, "1", "k")
    client.set_registered_model_alias(told, "champion", "1")
    client.delete_registered_model_alias(told, "champion")
    prompts.register_prompt(name="told-prompt", template="Hello {{name}}!")
    until = time.time() + 45
    while len(received) < 9 and time.time() < until:
        time.sleep(0.1)
    changed = client.update_webhook(hook.webhook_id, status="DISABLED", name="hook2")
    listed = [w.name for w in client.list_webhooks()]
    client.delete_webhook(hook.webhook_id)
    seen["webhooks"] = {
        "made": [hook.name, str(hook.status), hook.description, hook.secret, len(hook.events)],
        "trial": [trial.success, trial.response_status, trial.response_body],
        "received": received,
        "changed": [changed.name, str(changed.status), changed.events == hook.events, listed],
        "gone": refusal(lambda: client.get_webhook(hook.webhook_id)),
    }

print(json.dumps(seen))
