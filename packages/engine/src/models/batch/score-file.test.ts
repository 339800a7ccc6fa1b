import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Table } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trainOnTrips, trip, trips } from '../../../../../tests/fixtures/models/trips.ts'
import { createDataEngine, type DataEngine } from '../../data/index.ts'
import {
  type ModelSession,
  type OpenedPackage,
  openModel,
  readModelPackage,
  scoreFile,
  writeModelPackage,
} from '../index.ts'

let folder = ''
let train: Table
let model: ModelSession
let opened: OpenedPackage
let engine: DataEngine
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'score-'))
  engine = await createDataEngine({ tempDir: join(folder, 'spill') })
  const trained = trainOnTrips()
  train = trained.train
  opened = readModelPackage((await writeModelPackage(trained)).bytes)
  model = await openModel(opened)
})
afterAll(async () => {
  await model.close()
  await rm(folder, { recursive: true, force: true })
})

describe('scoreFile', () => {
  const score = (inputPath: string, outputPath: string) => scoreFile({ model: opened, inputPath, outputPath })

  it('keeps rows, order and columns, and adds prediction, score and probabilities', async () => {
    const test = trips(4000, 4)
    const input = join(folder, 'in.parquet')
    const output = join(folder, 'scored.parquet')
    await engine.writeTable(test, input)
    const fractions: number[] = []
    const result = await scoreFile({
      model: opened,
      inputPath: input,
      outputPath: output,
      onProgress: (p) => fractions.push(p.fraction),
    })
    expect(result.rowCount).toBe(4000)
    expect(fractions.at(-1)).toBe(1)
    const scored = await engine.readTable(output)
    expect(Object.keys(scored.columns)).toEqual([
      ...Object.keys(test.columns),
      'prediction',
      'score',
      'probability_false',
      'probability_true',
    ])
    const expected = await model.predictTable(test)
    expect(scored.columns.score).toEqual({ type: 'float', values: Float64Array.from(expected.scores) })
    expect(scored.columns.miles).toEqual(test.columns.miles)
  })

  it('reads and writes CSV', async () => {
    const input = join(folder, 'in.csv')
    await writeFile(
      input,
      'id,at,miles,place,wind,isFull\n007,2001-01-31T10:05:00Z,300,JFK,0.5,true\n008,2001-01-31T10:05:00Z,300,JFK,,false\n',
    )
    const output = join(folder, 'new', 'out.csv')
    await score(input, output)
    const { rows } = await engine.rows({ path: output, limit: 5 })
    const { scores } = await model.predictRows([trip])
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatchObject({ miles: 300, prediction: scores[0]! > 0.5 })
    expect(rows[0]?.score).toBeCloseTo(scores[0]!, 6)
    expect(await readdir(join(folder, 'new'))).toEqual(['out.csv'])
  })

  it.each([
    ['a missing column', 'at,miles,place,wind\n1,1,a,1\n', 'COLUMN_MISSING'],
    [
      'a row that the model does not take',
      'at,miles,place,wind,isFull\n2001-01-01,1,a,1,true\n2001-01-01,,a,1,true\n',
      'SCHEMA_VIOLATED',
    ],
    ['a column named like a score', 'at,miles,place,wind,isFull,score\n2001-01-01,1,a,1,true,2\n', 'INVALID_INPUT'],
  ])('refuses %s', async (_, content, code) => {
    const input = join(folder, 'bad.csv')
    await writeFile(input, content)
    await expect(score(input, join(folder, 'bad-out.csv'))).rejects.toMatchObject({ code })
    expect((await readdir(folder)).filter((name) => name.endsWith('.scoring') || name === 'bad-out.csv')).toEqual([])
  })

  it('stops when it is cancelled', async () => {
    const input = join(folder, 'cancel.parquet')
    await engine.writeTable(train, input)
    const signal = AbortSignal.abort()
    const work = scoreFile({ model: opened, inputPath: input, outputPath: join(folder, 'x.csv'), signal })
    await expect(work).rejects.toMatchObject({ code: 'RUN_CANCELLED' })
  })
})
