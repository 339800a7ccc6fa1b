import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Artifact, getNumericColumn, head, selectColumns, type Table, toRows } from '@regia/core'
import { createDataEngine, folderBlobStore, type ModelSession, openModel } from '@regia/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Deployed } from '../fixtures/steps/fake-control-plane.ts'
import { deployTo, outputsOf, withWorker } from '../fixtures/steps/worker-at-work.ts'
import { flightRows, keepTable } from './rows.ts'

const PROJECT_DIR = fileURLToPath(new URL('./project/', import.meta.url))

let home: string
let deployed: Deployed
let stored: Artifact
const rows: Table = flightRows()

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'regia-sklearn-'))
  deployed = await deployTo(home, 'programs.ts', PROJECT_DIR)
  stored = await keepTable(rows, home)
})

afterAll(() => rm(home, { recursive: true, force: true }))

const train = async (kind: string) => {
  const inputs = { rows: { type: { kind: 'table' as const }, artifacts: [stored], isList: false } }
  return (await withWorker(home, deployed, (plane) => plane.ask(kind, { inputs, memoryMb: 1_000 }))).report
}

type Trained = { readonly session: ModelSession; readonly expected: Float64Array }

async function trained(kind: string): Promise<Trained> {
  const { model, scores } = outputsOf(await train(kind))
  const blobs = folderBlobStore(join(home, 'blobs'))
  const engine = await createDataEngine({ tempDir: join(home, 'spill') })
  const table = await engine.readTable(await blobs.localPath(scores!.digest))
  return {
    session: await openModel(await blobs.read(model!.digest)),
    expected: getNumericColumn(table, 'score').values,
  }
}

/** scikit-learn computes in 64 bits, the graph in 32. */
const TOLERANCE = 1e-5

describe('a scikit-learn model that skl2onnx converted', () => {
  it.each([
    ['tensor', ['distance', 'hour'], 'binary'],
    ['zipmap', ['distance', 'hour'], 'binary'],
    ['columns', ['distance', 'hour', 'carrier'], 'binary'],
    ['forest', ['distance', 'hour'], 'binary'],
    ['three', ['distance', 'hour'], 'multiclass'],
    ['regression', ['distance', 'hour'], 'regression'],
  ])('answers raw rows as scikit-learn does: %s', async (kind, columns, task) => {
    const { session, expected } = await trained(kind)
    const { signature, parity, metrics, learner } = session.manifest
    expect(signature.inputs.map(({ name }) => name)).toEqual(columns)
    expect(signature.task).toBe(task)
    expect(signature.classes).toEqual({ binary: ['no', 'yes'], multiclass: ['AA', 'DL', 'UA'] }[task])
    expect(signature.positive).toBe(task === 'binary' ? 'yes' : undefined)
    expect(metrics).toEqual({ rows: 400 })
    expect(learner.name).toBe('skl2onnx')
    expect(parity.rowCount).toBe(400)
    // Values of the regression are some tens, so their float32 steps are larger.
    const scale = task === 'regression' ? 10 : 1
    expect(parity.maxError).toBeLessThan(TOLERANCE * scale)

    const { scores } = await session.predictTable(rows)
    expect(largestError(scores, expected)).toBeLessThan(TOLERANCE * scale)
    const sent = toRows(selectColumns(head(rows, 10), columns))
    expect(largestError((await session.predictRows(sent)).scores, expected.subarray(0, 10))).toBeLessThan(
      TOLERANCE * scale,
    )
    expect((await session.selfTest()).maxError).toBeLessThan(TOLERANCE * scale)
    await session.close()
  })

  it('is refused when its graph does not say what the training code says', async () => {
    expect(await train('reordered')).toMatchObject({
      status: 'failed',
      isRetryable: false,
      error: {
        code: 'MODEL_INVALID',
        message: expect.stringMatching(/in \d+ of 400 rows the graph says something else than the training code/),
        hint: expect.stringContaining('order of the columns'),
        where: 'step "reordered", attempt 1',
      },
    })
  })

  it('is refused without probabilities, and without a signature', async () => {
    expect(await train('labels-only')).toMatchObject({
      error: { code: 'MODEL_INVALID', hint: expect.stringContaining('must give probabilities') },
    })
    expect(await train('unsigned')).toMatchObject({
      error: {
        code: 'STEP_OUTPUT_INVALID',
        message: expect.stringContaining('no signature beside it'),
        hint: expect.stringContaining('{"target": "late"}'),
      },
    })
  })
})

const largestError = (got: Float32Array, expected: Float64Array): number =>
  got.length === expected.length
    ? Math.max(...got.map((value, i) => Math.abs(value - expected[i]!)))
    : Number.POSITIVE_INFINITY
