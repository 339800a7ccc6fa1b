import { command } from '../command.ts'

const importCommand = command({
  name: 'models import',
  summary: 'make a version of an ONNX file, a folder of MLflow, a package, or a model on another server',
  details:
    'An ONNX file may come from anywhere; weights beside it go along. What it does not say is found in its graph, or said by options. It is tried on the example before it is registered. A pickle is refused with the lines of Python that convert it. A server of the Open Inference Protocol can answer for a model that is no ONNX: name the model by its address there, and the token that it demands by the variable or file that holds it.',
  args: {
    file: { description: 'model.onnx, a folder with an MLmodel, a package (.zip), or http://HOST/v2/models/MODEL' },
  },
  options: {
    name: { type: 'text', value: 'MODEL', description: 'the model that gets a version', required: true },
    columns: {
      type: 'text',
      value: 'NAMES',
      description: 'its inputs in the order of the graph, such as "miles,stops:int,carrier:string?"; "?" may be null',
    },
    classes: { type: 'text', value: 'NAMES', description: 'in the order of the probabilities, such as "no,yes"' },
    positive: { type: 'text', value: 'CLASS', description: 'the class that scores speak of; the last where absent' },
    target: { type: 'text', value: 'NAME', description: 'what it predicts' },
    task: { type: 'text', value: 'TASK', description: 'binary, multiclass or regression' },
    output: { type: 'text', value: 'NAME', description: 'the output of the graph that is the answer' },
    signature: { type: 'text', value: 'FILE', description: 'JSON file that says all this' },
    example: {
      type: 'text',
      value: 'FILE',
      description: 'rows that it takes: JSON, JSON lines, CSV or Parquet; made up from the types where absent',
    },
    secretEnv: {
      type: 'text',
      value: 'NAME',
      description: 'another server demands the token in this environment variable of the server',
    },
    secretFile: {
      type: 'text',
      value: 'PATH',
      description: 'another server demands the token in this file, which the server reads',
    },
    secretAs: { type: 'text', value: 'HOW', description: 'bearer (the default), basic:USER or header:NAME' },
    alias: {
      type: 'text',
      value: 'ALIAS',
      description: 'what the version gets: challenger where absent; the first is champion',
    },
    description: { type: 'text', value: 'TEXT', description: 'what it is, in Markdown' },
    tag: { type: 'list', value: 'KEY=VALUE', description: 'a tag; may be given several times' },
  },
  examples: [
    'regia models import model.onnx --name penguins',
    'regia models import model.onnx --name late --columns "miles,stops:int,carrier" --classes no,yes --target late --example rows.json',
    'regia models import mlruns/0/models/m-0123/artifacts --name late',
    'regia models import http://triton:8000/v2/models/late --name late --classes no,yes',
    'regia models import https://models.example.org/v2/models/late --name late --secret-env TRITON_TOKEN',
  ],
  load: async () => (await import('../actions/import-model/import-model.ts')).importModel,
})

const packageCommand = command({
  name: 'models package',
  summary: 'write a version as one zip: package, signature, example, checks, lineage, licences, card, MLmodel',
  details:
    'Equal versions give equal bytes, on every machine. "regia models import" takes the file in another home; unzipped, mlflow.onnx.load_model loads it.',
  args: { model: { description: 'MODEL@ALIAS or MODEL@VERSION, such as penguins@champion' } },
  options: {
    out: { type: 'text', value: 'FILE', description: 'where it goes; MODEL-VERSION.zip where absent' },
  },
  examples: ['regia models package penguins@champion --out penguins.zip'],
  load: async () => (await import('../actions/package-archive/write-archive.ts')).writeArchive,
})

const inspect = command({
  name: 'models inspect',
  summary: 'show what is in a package, a version or an ONNX file, without running it',
  args: { model: { description: 'FILE (.zip or .onnx), MODEL@ALIAS or MODEL@VERSION' } },
  examples: [
    'regia models inspect penguins.zip',
    'regia models inspect penguins@champion --json',
    'regia models inspect model.onnx',
  ],
  load: async () => (await import('../actions/package-archive/inspect-archive.ts')).inspectArchive,
})

const verify = command({
  name: 'models verify',
  summary: 'look for everything that is wrong with a package, and ask it its example',
  details:
    'Digests, missing and unknown files, signature against graph, the example as one batch and row by row. Exit code 1 when a fault is found; each is named.',
  args: { file: { description: 'a package that "regia models package" wrote' } },
  examples: ['regia models verify penguins.zip', 'regia models verify penguins.zip --json'],
  load: async () => (await import('../actions/package-archive/verify-archive.ts')).verifyArchive,
})

export const packageCommands = [importCommand, packageCommand, inspect, verify]
