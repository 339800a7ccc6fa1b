"""Records what a real MLflow server answers to requests of the registry and of webhooks, for packages/server/src/protocols/mlflow/registry.

Start `mlflow server --backend-store-uri sqlite:///NEW.db --artifacts-destination NEW_FOLDER` on an empty database, then:
    python record_registry.py http://127.0.0.1:5000 > registry-3.17.2.json
"""

import sys

from recorder import Recorder

to = Recorder()
MODELS, VERSIONS = "/registered-models", "/model-versions"
ALIAS = MODELS + "/alias"
ROOT = "mlflow-artifacts:/1/{run}/artifacts"

to.post("/experiments/create", {"name": "registry"})
to.post("/runs/create", {"experiment_id": "1", "start_time": 1, "run_name": "r"}, take={"run": ["run", "info", "run_id"]})
to.post("/logged-models", {"experiment_id": "1", "name": "lm", "source_run_id": "{run}"}, take={"model": ["model", "info", "model_id"]})

# Models.
to.post(MODELS + "/create", {"name": "mod", "tags": [{"key": "a", "value": "1"}], "description": "d"})
to.post(MODELS + "/create", {"name": "mod"})
to.post(MODELS + "/create", {})
to.post(MODELS + "/create", {"name": ""})
to.post(MODELS + "/create", {"name": "  "})
to.post(MODELS + "/create", {"name": 5})
to.post(MODELS + "/create", {"name": "tagged", "tags": [{"key": "bad(key)", "value": "1"}]})
to.post(MODELS + "/create", {"name": "tagged", "tags": [{"key": "k" * 251, "value": "1"}]}, title="key of 251")
to.post(MODELS + "/create", {"name": "tagged", "tags": [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]}, title="a tag twice")
to.get(MODELS + "/get", {"name": "mod"})
to.get(MODELS + "/get", {"name": "zz"})
to.get(MODELS + "/get")

# Versions and their sources.
to.post(VERSIONS + "/create", {"name": "mod", "source": ROOT + "/model", "run_id": "{run}"})
to.post(VERSIONS + "/create", {"name": "mod", "source": "runs:/{run}/model", "run_id": "{run}"})
to.post(VERSIONS + "/create", {"name": "zz", "source": "s3://bucket/x"})
to.post(VERSIONS + "/create", {"name": "mod"})
for source in ["/etc", "file:///etc", "file:/etc/passwd", "relative/path", "s3://b/../x", "mlflow-artifacts:/..%2f..%2f",
               "mlflow-artifacts:/%252e%252e/%252e%252e", "http://host/a%00", "s3:/b/./x", "runs:/nope/model", "models:/nope/1",
               "models:/mod/99", "models:/mod", "models:/m-nope", "models:/mod@nope", "mlflow-artifacts:/1/other/artifacts"]:
    to.post(VERSIONS + "/create", {"name": "mod", "source": source})
to.post(VERSIONS + "/create", {"name": "mod", "source": "s3://bucket/x", "tags": [{"key": "k", "value": "v"}], "description": "vd"})
to.post(VERSIONS + "/create", {"name": "mod", "source": "models:/mod/1"}, title="of another version")
to.post(VERSIONS + "/create", {"name": "mod", "source": "models:/{model}", "model_id": "{model}"}, title="of a logged model")
to.post(VERSIONS + "/create", {"name": "mod", "source": "s3://bucket/y", "run_link": "http://link", "run_id": "r"})
to.get("/logged-models/{model}", title="the logged model knows its version")
to.get(VERSIONS + "/get", {"name": "mod", "version": "1"})
to.get(VERSIONS + "/get", {"name": "mod", "version": "99"})
to.get(VERSIONS + "/get", {"name": "mod", "version": "abc"})
to.get(VERSIONS + "/get", {"name": "mod", "version": "-1"})
to.get(VERSIONS + "/get", {"name": "mod"})
for version in ["1", "2", "3", "4", "5", "99"]:
    to.get(VERSIONS + "/get-download-uri", {"name": "mod", "version": version})

# Aliases.
to.post(ALIAS, {"name": "mod", "alias": "champion", "version": "1"})
for alias in ["latest", "LATEST", "v1", "V12", "a b", "", "x.y", "a" * 256]:
    to.post(ALIAS, {"name": "mod", "alias": alias, "version": "1"})
to.post(ALIAS, {"name": "mod", "alias": "x", "version": "99"})
to.post(ALIAS, {"name": "zz", "alias": "x", "version": "1"})
to.post(ALIAS, {"name": "mod", "alias": "x"})
to.post(ALIAS, {"name": "mod", "alias": "x", "version": "one"})
to.get(ALIAS, {"name": "mod", "alias": "champion"})
to.get(ALIAS, {"name": "mod", "alias": "nope"})
to.get(ALIAS, {"name": "mod", "alias": "1"})
to.get(ALIAS, {"name": "nomodel", "alias": "nope"})
to.get(ALIAS, {"name": "mod", "alias": "latest"})
to.delete(ALIAS, {"name": "mod", "alias": "nope"})
to.delete(ALIAS, {"name": "zz", "alias": "nope"})
to.post(ALIAS, {"name": "mod", "alias": "champion", "version": "2"}, title="move the alias")
to.get(MODELS + "/get", {"name": "mod"}, title="model with an alias")

# Stages.
STAGE = VERSIONS + "/transition-stage"
to.post(STAGE, {"name": "mod", "version": "1", "stage": "production", "archive_existing_versions": False})
to.post(STAGE, {"name": "mod", "version": "1", "stage": "bogus", "archive_existing_versions": False})
to.post(STAGE, {"name": "mod", "version": "2", "stage": "Production", "archive_existing_versions": True})
to.post(STAGE, {"name": "mod", "version": "2", "stage": "None", "archive_existing_versions": True})
to.post(STAGE, {"name": "mod", "version": "99", "stage": "Staging", "archive_existing_versions": False})
to.post(STAGE, {"name": "mod", "version": "3", "stage": "Staging"})
LATEST = MODELS + "/get-latest-versions"
to.post(LATEST, {"name": "mod"})
to.get(LATEST, {"name": "mod", "stages": ["Production"]})
to.get(LATEST, {"name": "mod", "stages": ["production", "archived"]})
to.post(LATEST, {"name": "mod", "stages": ["nope"]})
to.post(LATEST, {"name": "zz"})

# Descriptions, names and tags.
to.patch(VERSIONS + "/update", {"name": "mod", "version": "1", "description": "x"})
to.patch(VERSIONS + "/update", {"name": "mod", "version": "99", "description": "x"})
to.patch(MODELS + "/update", {"name": "mod", "description": "x"})
to.patch(MODELS + "/update", {"name": "zz", "description": "x"})
to.post(MODELS + "/set-tag", {"name": "mod", "key": "q", "value": "1"})
to.post(MODELS + "/set-tag", {"name": "mod", "key": "q"})
to.post(MODELS + "/set-tag", {"name": "mod", "value": "1"})
to.post(MODELS + "/set-tag", {"name": "zz", "key": "q", "value": "1"})
to.delete(MODELS + "/delete-tag", {"name": "mod", "key": "q"})
to.delete(MODELS + "/delete-tag", {"name": "mod", "key": "q"}, title="delete the tag again")
to.delete(MODELS + "/delete-tag", {"name": "zz", "key": "q"})
to.post(VERSIONS + "/set-tag", {"name": "mod", "version": "1", "key": "q", "value": "1"})
to.delete(VERSIONS + "/delete-tag", {"name": "mod", "version": "1", "key": "q"})
to.post(VERSIONS + "/set-tag", {"name": "mod", "version": "1", "key": "nov"}, title="a tag without a value")
to.post(VERSIONS + "/set-tag", {"name": "mod", "version": "99", "key": "q", "value": "1"})
to.post(VERSIONS + "/set-tag", {"name": "mod", "version": "1", "key": "a//b", "value": "1"})
to.delete(VERSIONS + "/delete-tag", {"name": "mod", "version": "1", "key": "nope"})

# Searches.
SEARCH = VERSIONS + "/search"
for filter in ["name='mod'", "run_id='{run}'", "source_path='s3://bucket/x'", "tags.k='v'", "tag.k = 'v' AND name = 'mod'", "foo='v'",
               "version_number > 1", "version_number = 2", "version_number <= 2 and name='mod'", "version_number = '2'", "version_number > 1.5",
               "run_id IN ('{run}','b')", "run_id NOT IN ('{run}')", "name IN ('mod')", "name LIKE 'mo%'", "name ILIKE 'MO%'", "name != 'mod'",
               "source_path LIKE 's3%'", "source_path IN ('a')", "name = 'mod' OR name='x'", "name = 5", "tags.k LIKE 'V'", "tags.k ILIKE 'V'",
               "tags.k != 'x'", "run_id = ''", "run_id != 'x'", "attribute.name = 'mod'", "(name = 'mod')", "name ="]:
    to.get(SEARCH, {"filter": filter, "max_results": "100", "order_by": ["version_number ASC"]}, title=f"VERSIONS {filter}")
to.get(SEARCH, {"max_results": "200001"})
to.get(SEARCH, {"max_results": "0"})
to.get(SEARCH, {"max_results": "abc"})
to.get(SEARCH, {"max_results": "1", "filter": "name='mod'", "order_by": ["version_number ASC"]}, title="first of the versions")
to.get(SEARCH, {"max_results": "5", "page_token": "zzz"})
for order in ["name", "version_number DESC", "creation_timestamp ASC", "last_updated_timestamp", "run_id", "foo", "version_number sideways"]:
    to.get(SEARCH, {"filter": "name='mod' and version_number < 3", "max_results": "5", "order_by": [order, "version_number"] if order[0] != "v" else [order]}, title=f"VERSIONS BY {order}")
SEARCH = MODELS + "/search"
for filter in ["name LIKE 'mod%'", "name ILIKE 'MOD%'", "name = 'mod'", "name != 'mod'", "tags.a = '1'", "tags.a != '1'", "tag.nope = '1'",
               "name = 'mod' or name='x'", "name IN ('mod','x')", "foo = 'x'", "name = 5", "name LIKE '%'"]:
    to.get(SEARCH, {"filter": filter, "max_results": "100"}, title=f"MODELS {filter}")
to.get(SEARCH, {"max_results": "1001"})
to.get(SEARCH, {"max_results": "0"}, title="no models at all")
to.get(SEARCH)
for order in ["name DESC", "timestamp", "last_updated_timestamp DESC", "creation_timestamp", "foo"]:
    to.get(SEARCH, {"max_results": "5", "order_by": [order]}, title=f"MODELS BY {order}")

# Prompts are models of a kind.
IS = {"key": "mlflow.prompt.is_prompt", "value": "true"}
to.post(MODELS + "/create", {"name": "greeting", "tags": [IS]})
to.post(VERSIONS + "/create", {"name": "greeting", "source": "dummy-source", "tags": [IS, {"key": "mlflow.prompt.text", "value": "Hi {{name}}"}]})
to.post(VERSIONS + "/create", {"name": "greeting", "source": "/etc/passwd", "tags": [IS]})
to.post(VERSIONS + "/create", {"name": "mod", "source": "models:/greeting/1"}, title="a version of a prompt")
to.post(MODELS + "/create", {"name": "greeting"}, title="a model with a prompt's name")
to.post(MODELS + "/create", {"name": "mod", "tags": [IS]}, title="a prompt with a model's name")
for filter in ["name LIKE 'greet%'", "tags.`mlflow.prompt.is_prompt` = 'true'", "tags.`mlflow.prompt.is_prompt` != 'true'",
               "tags.`mlflow.prompt.is_prompt` = 'false'", "tags.`mlflow.prompt.is_prompt` != 'true' AND name = 'mod'",
               "name = 'greeting' AND tags.`mlflow.prompt.is_prompt` = 'true'"]:
    to.get(SEARCH, {"filter": filter, "max_results": "100"}, title=f"MODELS {filter}")
    to.get(VERSIONS + "/search", {"filter": filter, "max_results": "100", "order_by": ["version_number ASC"]}, title=f"VERSIONS {filter}")

# What is gone.
to.post(MODELS + "/rename", {"name": "mod", "new_name": "renamed"})
to.post(MODELS + "/rename", {"name": "renamed", "new_name": "greeting"})
to.post(MODELS + "/rename", {"name": "zz", "new_name": "yy"})
to.post(MODELS + "/rename", {"name": "renamed"})
to.get(ALIAS, {"name": "renamed", "alias": "champion"})
to.delete(VERSIONS + "/delete", {"name": "renamed", "version": "2"})
to.delete(VERSIONS + "/delete", {"name": "renamed", "version": "2"}, title="delete the version again")
to.get(ALIAS, {"name": "renamed", "alias": "champion"}, title="the alias of a deleted version")
to.post(VERSIONS + "/create", {"name": "renamed", "source": "s3://bucket/z"}, title="no number is given twice")
to.delete(MODELS + "/delete", {"name": "renamed"})
to.delete(MODELS + "/delete", {"name": "renamed"}, title="delete the model again")
to.get(VERSIONS + "/get", {"name": "renamed", "version": "1"}, title="the version of a deleted model")
to.post(MODELS + "/create", {"name": "renamed"}, title="the name of a deleted model")

# What servers of other versions answer otherwise.
to.post(MODELS + "/create", {"name": "a/b"})
to.post(MODELS + "/create", {"name": "a:b"})
to.post(VERSIONS + "/create", {"name": "renamed", "source": ROOT + "/model", "run_id": "nonexist"}, title="bad run")

# Webhooks.
HOOKS = "/webhooks"
CREATED = {"entity": "REGISTERED_MODEL", "action": "CREATED"}
HOOK = {"name": "hook", "url": "https://93.184.216.34/hook", "events": [CREATED]}
to.post(HOOKS, {**HOOK, "secret": "s", "description": "d"}, take={"hook": ["webhook", "webhook_id"]})
to.get(HOOKS + "/{hook}", title="get the webhook")
to.get(HOOKS, title="list webhooks")
for bad in [{}, {**HOOK, "name": ""}, {**HOOK, "name": "-bad-"}, {**HOOK, "name": "n" * 64}, {**HOOK, "url": "http://93.184.216.34/"}, {**HOOK, "url": "https://127.0.0.1/"}, {**HOOK, "url": "https://[::ffff:10.0.0.1]/"},
            {**HOOK, "url": "ftp://host"}, {**HOOK, "url": "no url"},
            {**HOOK, "events": []}, {**HOOK, "events": [{"entity": "REGISTERED_MODEL", "action": "DELETED"}]}, {"name": "x", "url": HOOK["url"]}]:
    to.post(HOOKS, bad)
to.patch(HOOKS + "/{hook}", {"status": "DISABLED", "name": "other"}, title="disable the webhook")
to.patch(HOOKS + "/{hook}", {"events": [{"entity": "MODEL_VERSION_TAG", "action": "SET"}]}, title="other events")
to.get(HOOKS, {"max_results": "1"}, title="one webhook")
to.get(HOOKS + "/nope", title="get no webhook")
to.patch(HOOKS + "/nope", {"name": "x"}, title="change no webhook")
to.delete(HOOKS + "/nope", {}, title="delete no webhook")
to.post(HOOKS + "/nope/test", {}, title="test no webhook")
to.delete(HOOKS + "/{hook}", {}, title="delete the webhook")
to.get(HOOKS + "/{hook}", title="get the deleted webhook")

to.record(sys.argv[1])
