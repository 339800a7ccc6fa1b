import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { RegiaError, type Signature } from '@regia/core'
import type { InspectedFile } from '@regia/engine'
import type { Action } from '../../command.ts'
import type { Context } from '../../context.ts'
import type { Output } from '../../output.ts'
import { formatBytes, formatNumber, formatTime, formatValue } from '../format.ts'
import { parseModelReference } from '../model-reference.ts'
import { describeReport } from '../models.ts'
import { shortList } from '../short-list.ts'
import { type AnsweredVersion, describeAnswered, isAnswered } from './describe-answered.ts'

export const inspectArchive: Action<{ model: string }> = async (input, context) => {
  const bytes = await bytesOf(input.model, context)
  if (!(bytes instanceof Uint8Array)) return context.output.result(bytes, () => describeAnswered(bytes, context.output))
  const { inspectFile } = await import('@regia/engine')
  const found = inspectFile(bytes)
  const { output } = context
  output.result(found, () => (found.kind === 'onnx' ? describeOnnx(found, output) : describePackage(found, output)))
}

/** A file that is there counts before a version of that name. A version that others answer for has nothing to unpack. */
async function bytesOf(named: string, context: Context): Promise<Uint8Array | AnsweredVersion> {
  const path = resolve(context.workingDir, named)
  if (existsSync(path)) return new Uint8Array(await readFile(path))
  if (!named.includes('@')) {
    throw new RegiaError('NOT_FOUND', `There is no file "${path}".`, {
      hint: 'Name a package, an .onnx file, or a version of the registry such as penguins@champion.',
    })
  }
  const { model, version } = parseModelReference(named)
  const { client } = await context.connect()
  const found = await client.models.version(model, version)
  if (isAnswered(found)) return found
  return client.models.archive(model, version)
}

type Fact = readonly [name: string, value: string | undefined]

const lines = (facts: readonly Fact[], { style }: Output): string[] =>
  facts.flatMap(([name, value]) => (value ? [`  ${style.dim(name.padEnd(11))} ${value}`] : []))

const opsetsText = (opsets: Readonly<Record<string, number>>): string =>
  Object.entries(opsets)
    .map(([domain, version]) => `${domain || 'ai.onnx'} ${version}`)
    .join(', ')

function describeOnnx(found: Extract<InspectedFile, { kind: 'onnx' }>, output: Output): string {
  const shaped = (things: typeof found.inputs) =>
    things.map(({ name, type, shape }) => `${name} ${type}${shape ? ` [${shape.join(', ')}]` : ''}`).join('; ')
  const facts: readonly Fact[] = [
    ['made by', found.producer],
    ['format', `IR ${found.irVersion}, operator sets ${opsetsText(found.opsets)}`],
    ['size', formatBytes(found.sizeBytes)],
    ['takes', shaped(found.inputs)],
    ['gives', shaped(found.outputs)],
    ['operators', found.operators.map(({ name, count }) => (count > 1 ? `${name} ×${count}` : name)).join(', ')],
    ['weights in', found.externalFiles.join(', ') || undefined],
  ]
  return [output.style.bold('ONNX file, not yet a package'), ...lines(facts, output)].join('\n')
}

/** What clients of the graph itself send. */
const tensorsText = ({ tensors }: Signature): string | undefined =>
  tensors &&
  shortList(
    tensors.map(
      ({ name, datatype, columns, isMatrix }) => `${name} ${datatype} ${isMatrix ? `[n, ${columns.length}]` : '[n]'}`,
    ),
  )

const namesText = ({ outputs: { label, probabilities, value } = { columns: 0 } }: Signature): string | undefined =>
  [label, probabilities, value].filter((name) => name !== undefined).join(', ') || undefined

function describePackage(found: Exclude<InspectedFile, { kind: 'onnx' }>, output: Output): string {
  const { package: manifest, archive, graph } = found
  const { signature, parity, example, notes = [] } = manifest
  const inputs = signature.inputs.map(({ name, type, nullable }) => `${name}: ${type}${nullable ? '?' : ''}`)
  const facts: readonly Fact[] = [
    ['about', archive?.description || undefined],
    ['registered', archive && formatTime(archive.registeredAt)],
    ['task', `${signature.task} of ${signature.target}${signature.classes ? `: ${shortList(signature.classes)}` : ''}`],
    ['inputs', shortList(inputs)],
    ['tensors', tensorsText(signature)],
    ['answers as', namesText(signature)],
    ['learner', `${manifest.learner.name} ${formatValue(manifest.learner.params)}`],
    [
      'trained on',
      manifest.trainedOn && `${formatTime(manifest.trainedOn.from)} to ${formatTime(manifest.trainedOn.until)}`,
    ],
    ['graph', `${formatBytes(graph.sizeBytes)}, IR ${graph.irVersion}, operator sets ${opsetsText(graph.opsets)}`],
    [
      'parity',
      parity.rowCount === 0
        ? 'not measured'
        : `${parity.maxError.toExponential(1)} over ${formatNumber(parity.rowCount)} rows`,
    ],
    ['example', `${example.rows.length} rows${example.isMadeUp ? ', made up' : ''}`],
    ['reference', manifest.referenceProfile ? 'yes' : 'none'],
    ['licence', archive?.card.licence],
    [
      'data',
      archive?.lineage.datasets.map(({ name, version }) => `${name} version ${version}`).join(', ') || undefined,
    ],
    ['package', found.packageDigest],
    ['notes', notes.join(' ') || undefined],
  ]
  const title = archive ? `${archive.model} version ${archive.version}` : 'model package'
  const files = output.table(found.files, [
    { title: 'file', value: ({ name }) => name },
    { title: 'size', value: ({ sizeBytes }) => formatBytes(sizeBytes), align: 'right' },
    { title: 'digest', value: ({ digest }) => digest.slice(0, 19) },
  ])
  return [
    output.style.bold(title),
    ...lines(facts, output),
    '',
    files,
    ...(archive?.report ? ['', describeReport(archive.report, output)] : []),
  ].join('\n')
}
