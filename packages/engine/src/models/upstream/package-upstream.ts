import {
  type ImportSignature,
  RegiaError,
  type Row,
  type Signature,
  type SignatureColumn,
  type Upstream,
} from '@regia/core'
import { inputBatches } from '../input-batch.ts'
import { packAnsweredBy } from '../model-package.ts'
import { noSecrets, type ReadSecret } from './credentials.ts'
import { getMetadata, postInfer } from './post-infer.ts'
import { inferBody, readInfer } from './tensors.ts'
import { type Metadata, readMetadata, type Tensor } from './upstream-metadata.ts'

export type UpstreamToPackage = Pick<Upstream, 'url' | 'model' | 'modelVersion' | 'timeoutMs' | 'credentials'> & {
  /** What the server does not say: classes, positive class, target, which output. */
  readonly said?: Partial<ImportSignature>
  readonly example?: readonly Row[] | undefined
}

type Said = NonNullable<UpstreamToPackage['said']>

const TYPES: Readonly<Record<string, SignatureColumn['type']>> = { BOOL: 'bool', BYTES: 'string' }
const NUMBERS = new Set(['FP16', 'FP32', 'FP64', 'BF16'])
const EXAMPLE_ROWS = 5

/**
 * Packages a model that another server of the Open Inference Protocol answers for: its inputs from the server's own metadata, its example
 * with what it answers now.
 *
 * @throws RegiaError `UPSTREAM_FAILED` where the server does not answer; `MODEL_INVALID` where its model takes or gives something else than rows of columns;
 *   `UNAVAILABLE` where the secret that its server demands is missing here.
 */
export async function packageUpstream(
  source: UpstreamToPackage,
  readSecret: ReadSecret = noSecrets,
): Promise<Uint8Array> {
  const { url, model, modelVersion, timeoutMs, credentials, said = {} } = source
  const server = {
    ...{ url, model, timeoutMs },
    ...(modelVersion !== undefined && { modelVersion }),
    ...(credentials && { credentials }),
  }
  const metadata = readMetadata(server, await getMetadata(server, readSecret))
  const inputs = metadata.inputs.map(inputOf)
  const output = outputOf(metadata, said, model)
  const columns = metadata.inputs.flatMap(columnsOf)
  const signature = signatureOf(columns, output, said, model)
  const upstream: Upstream = {
    kind: 'upstream',
    ...server,
    inputs,
    output: { name: output.name, gives: givesOf(output, signature) },
  }
  const rows = source.example?.slice(0, EXAMPLE_ROWS) ?? madeUpRows(columns)
  const batch = inputBatches(signature)()
  batch.append(rows)
  const reply = await postInfer(server, inferBody(upstream, signature, batch.columns(), rows.length), readSecret)
  const { probabilities, scores } = readInfer(upstream, signature, reply, rows.length)
  const width = signature.classes?.length ?? 0
  return packAnsweredBy({
    answeredBy: upstream,
    signature,
    example: {
      rows: rows.map((row) => ({ ...row })),
      ...(source.example ? {} : { isMadeUp: true }),
      ...(probabilities
        ? { probabilities: rows.map((_, i) => [...probabilities.subarray(i * width, (i + 1) * width)]) }
        : { predictions: [...scores] }),
    },
    parity: { maxError: 0, rowCount: 0 },
    metrics: { ...said.metrics },
    learner: { name: metadata.platform ?? 'upstream', params: {} },
    featureImportance: [],
  })
}

const isMatrix = ({ shape }: Tensor): boolean => shape.length === 2

function columnsOf(tensor: Tensor): SignatureColumn[] {
  const type = TYPES[tensor.datatype] ?? (NUMBERS.has(tensor.datatype) ? 'float' : 'int')
  return columnNames(tensor).map((name) => ({ name, type, nullable: false }))
}

const columnNames = ({ name, shape }: Tensor): string[] => {
  const width = shape[1] ?? 1
  return width === 1 ? [name] : Array.from({ length: width }, (_, i) => `${name}_${i}`)
}

function inputOf(tensor: Tensor): Upstream['inputs'][number] {
  const { name, datatype, shape } = tensor
  const isRows = (shape.length === 1 || shape.length === 2) && shape.slice(1).every((size) => size >= 1)
  if (!isRows)
    throw unfit(`input "${name}" has shape [${shape.join(', ')}]`, 'Inputs must be of shape [-1] or [-1, n].')
  return { name, datatype, columns: columnNames(tensor), isMatrix: isMatrix(tensor) }
}

/** The one that was named, else probabilities by their name, else the only one of numbers. */
function outputOf({ outputs }: Metadata, said: Said, model: string): Tensor {
  const numbers = outputs.filter(({ datatype }) => NUMBERS.has(datatype))
  const named = said.output === undefined ? undefined : numbers.find(({ name }) => name === said.output)
  if (said.output !== undefined && !named) {
    throw unfit(`it has no output of numbers named "${said.output}"`, `There is: ${shownNames(numbers)}.`)
  }
  const found =
    named ?? numbers.find(({ name }) => /prob/i.test(name)) ?? (numbers.length === 1 ? numbers[0] : undefined)
  if (found && found.shape.length <= 2) return found
  throw unfit(`which output of "${model}" answers is not clear`, `Name one with --output: ${shownNames(outputs)}.`)
}

function signatureOf(inputs: readonly SignatureColumn[], output: Tensor, said: Said, model: string): Signature {
  const width = output.shape[1] ?? 1
  const target = said.target ?? 'target'
  const isRegression = said.task === 'regression' || (width === 1 && said.classes === undefined)
  if (isRegression) return { inputs: [...inputs], task: 'regression', target }
  const classes = said.classes ?? Array.from({ length: width }, (_, i) => String(i))
  if (width !== 1 && width !== -1 && classes.length !== width) {
    throw unfit(`${classes.length} classes were named`, `Output "${output.name}" of "${model}" has ${width} columns.`)
  }
  if (classes.length > 2) return { inputs: [...inputs], task: 'multiclass', target, classes }
  return { inputs: [...inputs], task: 'binary', target, classes, positive: said.positive ?? classes[1]! }
}

function givesOf({ shape }: Tensor, { task }: Signature): Upstream['output']['gives'] {
  if (task === 'regression') return 'value'
  return (shape[1] ?? 1) === 1 ? 'positive' : 'probabilities'
}

const madeUpRows = (columns: readonly SignatureColumn[]): Row[] =>
  Array.from({ length: EXAMPLE_ROWS }, (_, row) =>
    Object.fromEntries(columns.map(({ name, type }, place) => [name, madeUpCell(type, row * 3 + place * 7)])),
  )

function madeUpCell(type: SignatureColumn['type'], step: number) {
  if (type === 'string') return ''
  if (type === 'bool') return step % 2 === 0
  return type === 'float' ? (step % 11) / 4 - 1 : step % 3
}

const shownNames = (tensors: readonly Tensor[]): string => tensors.map(({ name }) => name).join(', ') || 'none'

const unfit = (why: string, hint: string): RegiaError =>
  new RegiaError('MODEL_INVALID', `The server's model cannot stand behind an endpoint: ${why}.`, { hint })
