import {
  attr,
  createGraphBuilder,
  createRng,
  encodeModel,
  type GraphBuilder,
  packInputs,
  type Signature,
  type SignatureColumn,
} from '@regia/core'
import { describe, expect, it } from 'vitest'
import type { InputColumns } from './model-session.ts'
import { loadGraph } from './onnx-graph.ts'
import { importOnnxRuntime } from './onnx-runtime.ts'

/** Sums whatever is fed, each column in its own way, so that two that change places change the answer. */
type Subject = {
  readonly floats: number
  readonly ints?: number
  readonly join: (graph: GraphBuilder, floats: readonly string[], ints: readonly string[]) => string
  /** Names of the inputs that the packed graph has. */
  readonly takes: readonly string[]
}

const side = (graph: GraphBuilder, parts: readonly string[]): string =>
  graph.node('Concat', parts, { axis: attr.int(1) })
const weighed = (graph: GraphBuilder, matrix: string, width: number): string => {
  const weights = Array.from({ length: width }, (_, i) => 1.5 ** i)
  const data = Float32Array.from(weights)
  return graph.node('MatMul', [matrix, graph.constant({ elementType: 'float', dims: [width, 1], data })])
}
const cast = (graph: GraphBuilder, name: string): string => graph.node('Cast', [name], { to: attr.int(1) })

const SUBJECTS: Readonly<Record<string, Subject>> = {
  'all columns that one Concat joins': {
    floats: 5,
    join: (graph, floats) => weighed(graph, side(graph, floats), 5),
    takes: ['c'],
  },
  'columns of a Concat beside others': {
    floats: 5,
    join: (graph, floats) => {
      const doubled = floats.slice(0, 2).map((name) => graph.node('Add', [name, name]))
      return weighed(graph, side(graph, [doubled[0]!, ...floats.slice(2), doubled[1]!]), 5)
    },
    takes: ['joined float', 'f0', 'f1'],
  },
  'columns that several nodes read': {
    floats: 4,
    join: (graph, floats) => graph.node('Add', [weighed(graph, side(graph, floats), 4), floats[3]!]),
    takes: ['f3', 'joined float'],
  },
  'columns that no Concat joins': {
    floats: 3,
    join: (graph, [a, b, c]) => graph.node('Sub', [graph.node('Mul', [a!, b!]), c!]),
    takes: ['packed float'],
  },
  'whole numbers and others': {
    floats: 3,
    ints: 4,
    join: (graph, floats, ints) =>
      weighed(graph, side(graph, [...floats, ...ints.map((name) => cast(graph, name))]), 7),
    takes: ['joined float', 'packed int64'],
  },
  'too few columns to gain anything': {
    floats: 2,
    join: (graph, floats) => weighed(graph, side(graph, floats), 2),
    takes: ['f0', 'f1'],
  },
}

const columnsOf = ({ floats, ints = 0 }: Subject): readonly SignatureColumn[] => [
  ...Array.from({ length: floats }, (_, i) => ({ name: `f${i}`, type: 'float', nullable: false }) as const),
  ...Array.from({ length: ints }, (_, i) => ({ name: `i${i}`, type: 'int', nullable: false }) as const),
]

function graphOf(subject: Subject): Uint8Array {
  const graph = createGraphBuilder('sum')
  const columns = columnsOf(subject)
  for (const { name, type } of columns) graph.input(name, type === 'float' ? 'float' : 'int64', ['rows', 1])
  const named = (letter: string) => columns.map(({ name }) => name).filter((name) => name.startsWith(letter))
  const sum = subject.join(graph, named('f'), named('i'))
  graph.node('Identity', [sum], {}, { output: 'prediction' })
  graph.output('prediction', 'float', ['rows', 1])
  return encodeModel(graph.build())
}

function drawColumns(subject: Subject, rowCount: number): InputColumns {
  const rng = createRng('columns')
  return columnsOf(subject).map(({ type }) =>
    type === 'float'
      ? Float32Array.from({ length: rowCount }, () => rng.normal())
      : BigInt64Array.from({ length: rowCount }, () => BigInt(rng.integer(1000))),
  )
}

/** What onnxruntime says of the graph as it is, fed column by column. */
async function askPlain(graph: Uint8Array, subject: Subject, columns: InputColumns, rowCount: number) {
  const { InferenceSession, Tensor } = await importOnnxRuntime()
  const session = await InferenceSession.create(graph)
  const feeds = Object.fromEntries(
    columnsOf(subject).map(({ name }, i) => {
      const values = columns[i]!
      const tensor =
        values instanceof Float32Array
          ? new Tensor('float32', values, [rowCount, 1])
          : new Tensor('int64', values as BigInt64Array, [rowCount, 1])
      return [name, tensor]
    }),
  )
  const { prediction } = await session.run(feeds)
  await session.release()
  return prediction?.data
}

describe.each(Object.entries(SUBJECTS))('packed inputs: %s', (_, subject) => {
  const graph = graphOf(subject)
  const inputs = columnsOf(subject)
  const signature: Signature = { inputs, task: 'regression' } as Signature

  it('give the answers of the graph as it came, to the last bit', async () => {
    const loaded = await loadGraph(graph, signature)
    for (const rowCount of [1, 2, 77]) {
      const columns = drawColumns(subject, rowCount)
      const { scores } = await loaded.run(columns, rowCount)
      expect([...scores]).toEqual([...((await askPlain(graph, subject, columns, rowCount)) as Float32Array)])
    }
    await loaded.release()
  })

  it('are as few as can be', async () => {
    const { InferenceSession } = await importOnnxRuntime()
    const { bytes } = packInputs(
      graph,
      inputs.map(({ name }) => name),
    )
    const session = await InferenceSession.create(bytes)
    expect(session.inputNames.map((name) => name.replace(/^Concat.*/, 'c')).toSorted()).toEqual(
      subject.takes.toSorted(),
    )
    await session.release()
  })
})
