import { encodeModel, type OnnxGraph, type OnnxModel, RegiaError } from '@regia/core'
import { importOnnxRuntime } from '../onnx-runtime.ts'

/**
 * Why ONNX Runtime refuses a graph, in full and with the way out: it names only the first operator that it lacks.
 *
 * @param cause - What it said.
 */
export async function explainUnloadable(model: OnnxModel, cause: unknown): Promise<unknown> {
  const said = cause instanceof Error ? cause.message : String(cause)
  const [, irLimit] = /max supported IR version: (\d+)/.exec(said) ?? []
  if (irLimit !== undefined) {
    return unavailable(
      `it is written in version ${model.irVersion} of the ONNX format; this ONNX Runtime reads up to ${irLimit}`,
      `Write it in an older one: m = onnx.load("model.onnx"); m.ir_version = ${irLimit}; onnx.save(m, "model.onnx").`,
      cause,
    )
  }
  const [, domain, opset] = /support for domain (\S+) is till opset (\d+)/.exec(said) ?? []
  if (domain !== undefined) {
    const key = domain === 'ai.onnx' ? '' : domain
    return unavailable(
      `it uses operator set ${model.opsets[key] ?? '?'} of ${domain}; this ONNX Runtime has up to ${opset}`,
      `Convert it for an older one: target_opset=${opset} in skl2onnx and onnxmltools, opset_version=${opset} in torch.onnx.export.`,
      cause,
    )
  }
  if (!/No Op registered|not a registered function|No opset import|Could not find an implementation/.test(said)) {
    return new RegiaError('MODEL_INVALID', said, { hint: CHECK_HINT, cause })
  }
  const lacking = await operatorsLacking(model)
  const [, kernel] = /Could not find an implementation for (\S+)/.exec(said) ?? []
  const all = kernel === undefined ? lacking : [...lacking, `${kernel} for the types that it is used with`]
  return unavailable(
    `this ONNX Runtime does not have ${all.join(', ') || 'one of its operators'}`,
    'Convert it with operators of ONNX and ai.onnx.ml; operators of a library of its own cannot be loaded.',
    cause,
  )
}

const CHECK_HINT =
  'Look what is wrong with it: onnx.checker.check_model("model.onnx", full_check=True). Sparse weights and element types of less than 8 bits are not read.'

type Operator = { readonly domain: string; readonly opType: string }

/** Of all that the graph uses, those that the runtime does not know. */
async function operatorsLacking(model: OnnxModel): Promise<readonly string[]> {
  const { InferenceSession } = await importOnnxRuntime()
  const lacking: string[] = []
  for (const { domain, opType } of operatorsIn(model.graph)) {
    const fault = await InferenceSession.create(withOne(model, { domain, opType }), { logSeverityLevel: 4 }).then(
      (session) => session.release().then(() => ''),
      String,
    )
    if (/No Op registered|not a registered function|No opset import/.test(fault)) {
      lacking.push(`${opType} (${domain || 'ai.onnx'} ${model.opsets[domain] ?? 'without a version'})`)
    }
  }
  return lacking
}

/** A graph of one node without inputs: an operator that is known complains of those, one that is not of itself. */
const withOne = (model: OnnxModel, { domain, opType }: Operator): Uint8Array =>
  encodeModel({
    ...model,
    metadata: {},
    graph: {
      name: 'probe',
      nodes: [{ name: '', domain, opType, inputs: [], outputs: ['y'], attributes: {} }],
      initializers: [],
      inputs: [],
      outputs: [{ name: 'y', type: { kind: 'tensor', elementType: 'float' } }],
    },
  })

function operatorsIn(graph: OnnxGraph, found = new Map<string, Operator>()): readonly Operator[] {
  for (const { domain, opType, attributes } of graph.nodes) {
    found.set(`${domain}.${opType}`, { domain, opType })
    for (const attribute of Object.values(attributes)) {
      if (attribute.type === 'graph') operatorsIn(attribute.value, found)
    }
  }
  return [...found.values()]
}

const unavailable = (fault: string, hint: string, cause: unknown): RegiaError =>
  new RegiaError('MODEL_INVALID', `The graph cannot be loaded: ${fault}.`, { hint, cause })
