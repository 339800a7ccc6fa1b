import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AnsweredBy } from '@regia/core'
import { expect, it, onTestFinished } from 'vitest'
import { writePackageArchive } from './archive/index.ts'
import { scoreFile } from './batch/index.ts'
import { packAnsweredBy, readModelPackage } from './model-package.ts'

const packageOf = (answeredBy: AnsweredBy): Uint8Array =>
  packAnsweredBy({
    answeredBy,
    signature: { inputs: [{ name: 'x', type: 'float', nullable: false }], task: 'regression', target: 'y' },
    example: { rows: [{ x: 1 }], predictions: [1] },
    parity: { maxError: 0, rowCount: 0 },
    metrics: {},
    learner: { name: 'others', params: {} },
    featureImportance: [],
  })

const OTHERS: readonly [AnsweredBy, string][] = [
  [
    {
      kind: 'upstream',
      ...{ url: 'http://triton:8000', model: 'late', timeoutMs: 1000 },
      inputs: [{ name: 'x', datatype: 'FP32', columns: ['x'], isMatrix: false }],
      output: { name: 'y', gives: 'value' },
    },
    'the server http://triton:8000 answers for it',
  ],
  [
    {
      kind: 'composition',
      composition: { kind: 'sequence', members: [{ endpoint: 'a', scoreAs: 'x' }, { endpoint: 'b' }] },
    },
    'it asks the endpoints a, b',
  ],
]

it.each(OTHERS)('a model without a graph is told so where one is needed (%#)', async (answeredBy, who) => {
  const bytes = packageOf(answeredBy)
  const record = {
    ...{ model: 'm', version: 1, registeredAt: '2026-03-01T00:00:00.000Z', description: '', tags: {}, card: {} },
    lineage: { datasets: [], params: {}, artifacts: {} },
  }
  expect(() => writePackageArchive(bytes, record)).toThrow(
    expect.objectContaining({
      code: 'MODEL_INVALID',
      message: `It cannot leave as a file: the model has no graph of its own, ${who}.`,
      hint: expect.stringContaining('regia predict'),
    }),
  )
  const folder = await mkdtemp(join(tmpdir(), 'regia-own-graph-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const inputPath = join(folder, 'in.csv')
  await writeFile(inputPath, 'x\n1\n')
  await expect(
    scoreFile({ model: readModelPackage(bytes), inputPath, outputPath: join(folder, 'out.csv') }),
  ).rejects.toMatchObject({ code: 'MODEL_INVALID', message: expect.stringContaining(who) })
})
