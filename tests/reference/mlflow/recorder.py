"""Asks a real MLflow server and writes down what it answers. Needs only Python's standard library."""

import json
import urllib.error
import urllib.parse
import urllib.request

API = "/api/2.0/mlflow"
JSON = {"content-type": "application/json"}


class Recorder:
    """Steps in their order. Ids that replies bring are kept under a name (`take`) and stand in later requests as `{name}`."""

    def __init__(self):
        self.steps = []
        self.ids = {}

    def add(self, verb, path, body=None, query=None, text=None, headers=None, title=None, take=None, prefix=API):
        request = {"verb": verb, "path": prefix + path}
        given = {"query": query, "body": body, "text": text, "headers": headers}
        request.update({name: value for name, value in given.items() if value is not None})
        said = json.dumps(body if query is None else query)[:90]
        step = {"title": title or f"{verb} {path} {said}", "request": request, **({"take": take} if take else {})}
        self.steps.append(step)

    def get(self, path, query=None, **more):
        self.add("GET", path, query=query or {}, **more)

    def post(self, path, body, **more):
        self.add("POST", path, body=body, **more)

    def patch(self, path, body, **more):
        self.add("PATCH", path, body=body, **more)

    def delete(self, path, body, **more):
        self.add("DELETE", path, body=body, **more)

    def record(self, base):
        """Sends everything to the server at `base` and prints the pairs as JSON."""
        pairs = [self._pair(base, step) for step in self.steps]
        version = self._send(base, {"verb": "GET", "path": "/version"})[1]
        about = "Recorded from a real MLflow server on SQLite, in this order, on an empty database."
        print('{"about": %s,\n "version": %s,\n "pairs": [' % (json.dumps(about), json.dumps(version)))
        print(",\n".join("  " + json.dumps(pair) for pair in pairs))
        print("]}")

    def _pair(self, base, step):
        status, text = self._send(base, step["request"])
        body = parsed(text)
        for name, path in step.get("take", {}).items() if status == 200 else []:
            found = body
            for part in path:
                found = found[part]
            self.ids[name] = found
        # What is no JSON is a page for people.
        known = {} if body is None else self.known(step, status, shortened(json.loads(self._named(text))))
        return {**step, "reply": {"status": status, **known}}

    def known(self, step, status, body):
        """What is written down of a reply."""
        return {"body": body}

    def _filled(self, value):
        text = json.dumps(value)
        for name, known in self.ids.items():
            text = text.replace("{" + name + "}", known)
        return json.loads(text)

    def _named(self, text):
        for name, known in self.ids.items():
            # The number of an experiment may stand anywhere.
            if len(known) >= 32:
                text = text.replace(known, "{" + name + "}")
        return text

    def _send(self, base, request):
        request = self._filled(request)
        query = request.get("query")
        # A list comes once for each of its items.
        url = base + request["path"] + ("?" + urllib.parse.urlencode(query, doseq=True) if query else "")
        body = json.dumps(request["body"]) if "body" in request else request.get("text")
        headers = request.get("headers", JSON if body is not None else {})
        data = None if body is None else body.encode()
        asked = urllib.request.Request(url, data=data, headers=headers, method=request["verb"])
        try:
            with urllib.request.urlopen(asked) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def shortened(value):
    """Long texts of one letter stand as `x*6000`, so that the file stays small."""
    if isinstance(value, str) and len(value) > 200 and len(set(value)) == 1:
        return f"{value[0]}*{len(value)}"
    if isinstance(value, list):
        return [shortened(one) for one in value]
    if isinstance(value, dict):
        return {key: shortened(one) for key, one in value.items()}
    return value
