import { type ImportSignature, RegiaError } from '@regia/core'
import { type ForeignGraph, nameInFile } from '../foreign-graph.ts'
import { outcomeOfGraph } from '../mlflow/outcome-of-graph.ts'

/**
 * What a graph answers, by what people said of it and else by itself.
 *
 * @throws RegiaError `MODEL_INVALID` where both leave it open; the hint names the options.
 */
export function outcomeOfFile(foreign: ForeignGraph, said: ImportSignature | undefined) {
  const { output, classes, task } = said ?? {}
  const outputs = output === undefined ? foreign.outputs : foreign.outputs.filter(({ name }) => name === output)
  if (outputs.length === 0) throw noAnswer(foreign, output)
  const [first] = outputs
  const isCalledSo = outputs.some(({ name, shape }) => /prob/i.test(name) && (shape?.at(-1) ?? 1) > 1)
  const isClassifier =
    task === undefined ? foreign.isClassifier || classes !== undefined || isCalledSo : task !== 'regression'
  const known = classes ?? foreign.classes
  try {
    return outcomeOfGraph({ ...foreign, outputs, isClassifier, classes: known })
  } catch (cause) {
    if (!(cause instanceof RegiaError)) throw cause
    const hint =
      outputs.length > 1
        ? `Say which: --output ${first?.name ?? 'NAME'}.`
        : 'If these are probabilities, name the classes in their order: --classes no,yes. If they are several values, import one graph for each.'
    throw new RegiaError('MODEL_INVALID', `The ONNX file cannot be imported: ${cause.message}`, { cause, hint })
  }
}

function noAnswer({ model, outputs }: ForeignGraph, wanted: string | undefined): RegiaError {
  const names = outputs.map(({ name }) => name).join(', ')
  if (wanted !== undefined && names !== '') {
    return new RegiaError('MODEL_INVALID', `The ONNX file gives no numbers named "${wanted}", but ${names}.`, {
      hint: 'Say one of them: --output NAME.',
    })
  }
  const given = model.graph.outputs.map(
    ({ name, type }) => `${nameInFile(name)} (${type.kind === 'tensor' ? type.elementType : 'no tensor'})`,
  )
  return new RegiaError(
    'MODEL_INVALID',
    `The ONNX file gives no probabilities and no number: ${given.join(', ') || 'nothing'}.`,
    {
      hint: 'Convert a model that gives probabilities, or one number a row. For skl2onnx: options={"zipmap": False}, and probability=True in an SVC.',
    },
  )
}
