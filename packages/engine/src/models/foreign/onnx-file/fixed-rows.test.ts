import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Cell, fromRows, type ImportSignature, importSignatureSchema, type Row } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findArchiveFaults, importPackage, writePackageArchive } from '../../archive/index.ts'
import { scoreFile } from '../../batch/index.ts'
import { readModelPackage } from '../../model-package.ts'
import { openModel } from '../../open-model.ts'
import { packageOnnxFile } from './package-onnx-file.ts'

/** Files made for a fixed number of rows, and what onnxruntime in Python says of some rows, asked so many at a time. */
const FILES = fileURLToPath(new URL('../../../../../../tests/reference/fixed-rows/', import.meta.url))
type Expected = { readonly inputs: Record<string, (Cell | Cell[])[]>; readonly answers: number[][] }
const expected: Record<string, Expected> = JSON.parse(readFileSync(join(FILES, 'expected.json'), 'utf8'))

/** One tensor as columns f0, f1, …; several as columns of their names. */
function rowsOf(name: string): Row[] {
  const tensors = Object.entries(expected[name]!.inputs)
  return tensors[0]![1].map((_, i) =>
    Object.fromEntries(
      tensors.flatMap(([tensor, values]) =>
        [values[i]!].flat().map((cell, k): [string, Cell] => [tensors.length === 1 ? `f${k}` : tensor, cell]),
      ),
    ),
  )
}

const said = (fields: Record<string, unknown>): ImportSignature => importSignatureSchema.parse(fields)
const packaged = (name: string, signature?: ImportSignature) =>
  packageOnnxFile({ files: { 'model.onnx': join(FILES, `${name}.onnx`) }, signature, example: rowsOf(name) })

async function open(name: string, signature?: ImportSignature) {
  const model = await openModel(await packaged(name, signature))
  onTestFinished(() => model.close())
  return model
}

function expectAnswers(name: string, got: ArrayLike<number>, from = 0): void {
  const answers = expected[name]!.answers.slice(from).flat()
  expect(got.length).toBeLessThanOrEqual(answers.length)
  for (let i = 0; i < got.length; i++) {
    expect(Math.abs(got[i]! - answers[i]!), `${name} ${i}`).toBeLessThan(1e-5 * Math.max(1, Math.abs(answers[i]!)))
  }
}

const three = said({ classes: ['a', 'b', 'c'] })
const two = said({ classes: ['no', 'yes'] })

describe('a graph that was made for a fixed number of rows', () => {
  it.each([
    ['gru-1', three, 1],
    ['gru-4', three, 4],
    ['centred-1', two, 1],
    ['columns-1', undefined, 1],
  ] as const)('answers any number as onnxruntime answers so many at a time: %s', async (name, signature, size) => {
    const model = await open(name, signature)
    const rows = rowsOf(name)
    expect(model.manifest.rowsAtOnce).toBe(size)
    expect(model.manifest.notes?.at(-1)).toContain(size === 1 ? 'takes one row at a time' : `takes ${size} rows`)
    for (const count of [1, 2, 3, 4, 5, rows.length].filter((each) => each <= rows.length)) {
      const { probabilities, scores } = await model.predictRows(rows.slice(0, count))
      expectAnswers(name, probabilities ?? scores)
    }
    const batch = model.createBatch()
    batch.append(rows.slice(1))
    const { predictions } = await model.predictInThread(batch)
    expectAnswers(name, predictions.probabilities ?? predictions.scores, 1)
    const types = Object.fromEntries(model.signature.inputs.map((input) => [input.name, input.type]))
    const table = fromRows(
      Array.from({ length: 2000 }, (_, i) => rows[i % rows.length]!),
      types,
    )
    const scored = await model.predictTable(table)
    expect(scored.rowCount).toBe(2000)
    expectAnswers(name, (scored.probabilities ?? scored.scores).slice(0, 2))
    expect((await model.selfTest()).unsafeBatching).toBeUndefined()
  })

  it.each([
    ['gru-4', three],
    ['columns-1', undefined],
  ] as const)('scores a file of any length, text among it: %s', async (name, signature) => {
    const folder = await mkdtemp(join(tmpdir(), 'regia-fixed-rows-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const opened = readModelPackage(await packaged(name, signature))
    const known = rowsOf(name)
    const columns = Object.keys(known[0]!)
    const rows = Array.from({ length: 9001 }, (_, i) => known[i % known.length]!)
    const inputPath = join(folder, 'in.csv')
    const outputPath = join(folder, 'out.jsonl')
    await writeFile(
      inputPath,
      [columns.join(','), ...rows.map((row) => columns.map((each) => row[each]).join(','))].join('\n'),
    )
    await scoreFile({ model: opened, inputPath, outputPath, threads: 1 })
    const scored = (await readFile(outputPath, 'utf8')).trim().split('\n')
    expect(scored).toHaveLength(9001)
    const { answers } = expected[name]!
    for (const [i, line] of scored.entries()) {
      const found = JSON.parse(line)
      const wanted = answers[i % known.length]!
      const got =
        wanted.length === 1 ? [found.prediction] : ['a', 'b', 'c'].map((label) => found[`probability_${label}`])
      for (const [k, value] of wanted.entries()) {
        if (Math.abs(got[k] - value) > 1e-5 * Math.max(1, Math.abs(value))) throw new Error(`row ${i}: ${line}`)
      }
    }
  })

  it('goes into a package and comes out of it as it was', async () => {
    const bytes = await packaged('gru-1', three)
    const archive = writePackageArchive(bytes, {
      ...{ model: 'gru', version: 1, registeredAt: '2026-03-01T00:00:00.000Z', description: '', tags: {}, card: {} },
      lineage: { datasets: [], params: {}, artifacts: {} },
    })
    expect((await findArchiveFaults(archive)).faults).toEqual([])
    expect(Buffer.compare((await importPackage(archive)).bytes, bytes)).toBe(0)
  })

  it('goes without a loop where nothing in it minds', async () => {
    const model = await open('process-1')
    expect(model.manifest.rowsAtOnce).toBeUndefined()
    expectAnswers('process-1', (await model.predictRows(rowsOf('process-1'))).scores)
  })

  it.each([
    ['centred-4', two, /otherwise when they come together/, /do not touch each other/],
    ['old-1', two, /takes exactly one row, and its operator set 8 is too old/, /dynamic_shapes/],
  ] as const)(
    'is refused with the way out where rows touch each other, or operators are too old: %s',
    async (name, signature, message, hint) => {
      await expect(packaged(name, signature)).rejects.toMatchObject({
        code: 'MODEL_INVALID',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      })
    },
  )
})
