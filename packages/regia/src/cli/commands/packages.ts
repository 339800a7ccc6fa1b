import { command } from '../command.ts'

const importCommand = command({
  name: 'models import',
  summary: 'make a version of an ONNX file, a folder of MLflow or a package',
  details:
    'An ONNX file may come from anywhere; weights beside it go along. What it does not say is found in its graph, or said by options. It is tried on the example before it is registered. A pickle is refused with the lines of Python that convert it.',
  args: { file: { description: 'model.onnx, a folder with an MLmodel, or a package (.zip)' } },
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
  ],
  load: async () => (await import('../actions/import-model/import-model.ts')).importModel,
})

export const packageCommands = [importCommand]
