"""Executes a notebook for a step: variables go into a cell after the one tagged "parameters", the executed copy is kept.

    python run_notebook.py REQUEST.json

Exits with 1 when a cell fails, 3 when a package is missing; the last lines on standard error say what.
"""

import html
import json
import os
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    nbformat, nbclient = load_packages()
    notebook = nbformat.read(request["notebook"], as_version=4)
    assert_python(notebook)
    assign(nbformat, notebook, request["variables"])
    kernel = notebook.metadata.get("kernelspec", {}).get("name", "python3")
    client = nbclient.NotebookClient(
        notebook,
        timeout=None,
        kernel_name=kernel_or_default(kernel),
        resources={"metadata": {"path": os.path.dirname(request["notebook"])}},
        on_cell_start=lambda cell, cell_index: tell_progress(cell_index, len(notebook.cells)),
        on_cell_executed=lambda cell, cell_index, execute_reply: print_outputs(cell),
    )
    try:
        client.execute()
    except nbclient.exceptions.CellExecutionError as error:
        fail(notebook, error)
    if request["executed"]:
        nbformat.write(notebook, request["executed"])
    if request["page"]:
        with open(request["page"], "w", encoding="utf-8") as file:
            file.write(page(notebook))


def load_packages():
    try:
        import ipykernel  # noqa: F401  the kernel that nbclient starts
        import nbclient
        import nbformat
    except ImportError as error:
        print(f"{sys.executable} has no package {error.name}: {sys.executable} -m pip install nbclient ipykernel", file=sys.stderr)
        sys.exit(3)
    return nbformat, nbclient


def assert_python(notebook):
    language = notebook.metadata.get("kernelspec", {}).get("language") or notebook.metadata.get("language_info", {}).get("name")
    if language not in (None, "python"):
        print(f"The notebook is one of {language}; a notebook step runs Python. Run {language} in a command step.", file=sys.stderr)
        sys.exit(3)


def kernel_or_default(name):
    """The kernel that the notebook was written with, where this machine has it."""
    from jupyter_client.kernelspec import KernelSpecManager

    return name if name in KernelSpecManager().find_kernel_specs() else "python3"


def assign(nbformat, notebook, variables):
    lines = [f"{name} = {literal(value)}" for name, value in variables.items()]
    if not lines:
        return
    cell = nbformat.v4.new_code_cell("# Given by Regia\n" + "\n".join(lines))
    cell.metadata["tags"] = ["injected-parameters"]
    if notebook.nbformat_minor < 5:
        cell.pop("id", None)
    tagged = [i for i, each in enumerate(notebook.cells) if "parameters" in each.metadata.get("tags", [])]
    notebook.cells.insert(tagged[0] + 1 if tagged else 0, cell)


def literal(value):
    """JSON and Python differ in true, false and null only."""
    return repr(value)


def tell_progress(index, count):
    with open(os.environ["REGIA_EVENTS"], "a", encoding="utf-8") as file:
        file.write(json.dumps({"type": "progress", "fraction": index / count, "message": f"cell {index + 1} of {count}"}) + "\n")


def print_outputs(cell):
    """What a cell printed is a part of the log."""
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            stream = sys.stderr if output.name == "stderr" else sys.stdout
            stream.write(output.text)
            stream.flush()


def fail(notebook, error):
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                trace = [plain(line) for line in output.traceback][-12:]
                print("\n".join(trace), file=sys.stderr)
                first = cell.source.strip().splitlines()[0] if cell.source.strip() else ""
                print(f"cell {number} ({first[:80]}): {output.ename}: {output.evalue}", file=sys.stderr)
                sys.exit(1)
    print(error, file=sys.stderr)
    sys.exit(1)


def plain(text):
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def page(notebook):
    try:
        from nbconvert import HTMLExporter

        return HTMLExporter(template_name="lab").from_notebook_node(notebook)[0]
    except ImportError:
        return plain_page(notebook)


def plain_page(notebook):
    """A page without nbconvert: sources and outputs one below another."""
    parts = ["<!doctype html><meta charset='utf-8'><title>Notebook</title>"]
    for cell in notebook.cells:
        parts.append(f"<pre class='{cell.cell_type}'>{html.escape(cell.source)}</pre>")
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:
                parts.append(f"<img alt='' src='data:image/png;base64,{data['image/png'].strip()}'>")
            elif "text/html" in data:
                parts.append(data["text/html"])
            else:
                text = output.get("text") or data.get("text/plain") or ""
                parts.append(f"<pre class='output'>{html.escape(text)}</pre>")
    return "\n".join(parts)


if __name__ == "__main__":
    main()
