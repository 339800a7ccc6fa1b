import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createRng,
  importSignatureSchema,
  type ModelOptimisation,
  type ModelVersion,
  type Page,
  toRows,
} from '@regia/core'
import { openModel, packageOnnxFile } from '@regia/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inputName, mlpGraph, mlpRows } from '../fixtures/models/mlp.ts'
import { type Place, regia, regiaFailure, regiaJson, regiaUp, temporaryFolder, type Up } from './regia-command.ts'

const TIMEOUT_MS = 120_000

let place: Place
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: Up
beforeAll(async () => {
  folder = await temporaryFolder()
  await writeFile(join(folder.dir, 'package.json'), '{"type":"module"}')
  place = { cwd: folder.dir }
  server = await regiaUp(place)
  await importNetwork('wide', [12, 384, 384, 1])
  await importNetwork('small', [6, 64, 64, 1])
}, TIMEOUT_MS)
afterAll(async () => {
  await server?.stop()
  await folder?.remove()
})

/** Brings a network into the registry as a stranger would, and writes rows with labels that follow it. */
async function importNetwork(name: string, sizes: readonly number[]): Promise<void> {
  const table = mlpRows(sizes[0]!, 1_200)
  const columns = Array.from({ length: sizes[0]! }, (_, i) => inputName(i))
  const graphPath = join(folder.dir, `${name}.onnx`)
  await writeFile(graphPath, mlpGraph({ sizes }))
  const rows = toRows(table)
  await writeFile(join(folder.dir, `${name}.json`), JSON.stringify(rows.slice(0, 20)))
  const said = ['--columns', columns.join(), '--classes', 'no,yes', '--target', 'y', '--task', 'binary']
  await regiaJson(place, 'models', 'import', graphPath, '--name', name, '--example', `${name}.json`, ...said)
  const model = await openModel(
    await packageOnnxFile({
      files: { 'model.onnx': graphPath },
      signature: importSignatureSchema.parse({ columns, classes: ['no', 'yes'], task: 'binary', target: 'y' }),
      example: rows.slice(0, 20).map((row) => ({ ...row })),
    }),
  )
  const { scores } = await model.predictTable(table)
  await model.close()
  const rng = createRng(name)
  const lines = rows.map((row, i) => [...Object.values(row), rng.next() < scores[i]! ? 'yes' : 'no'].join())
  await writeFile(join(folder.dir, `${name}.csv`), `${[...columns, 'y'].join()}\n${lines.join('\n')}\n`)
}

describe('regia models optimise', () => {
  it('makes a version that is smaller, and says so where it is shown', { timeout: TIMEOUT_MS }, async () => {
    const done = await regia(
      place,
      'models',
      'optimise',
      'wide@champion',
      '--by',
      'int8',
      '--data',
      'wide.csv',
      '--max-cost',
      '9',
    )
    expect(done.stdout).toMatch(/size +[\d.]+ kB +[\d.]+ kB +−7\d %/)
    expect(done.stdout).toContain('✓ wide version 2 is made from version 1.')
    expect(done.stdout).toContain('Judged on 1,200 rows of wide.csv.')
    expect(done.code).toBe(0)
    const made = await regiaJson<ModelVersion>(place, 'models', 'show', 'wide@2')
    expect(made).toMatchObject({ aliases: [], lineage: { optimisation: { fromVersion: 1, by: 'int8', pays: true } } })
    expect((await regia(place, 'models', 'show', 'wide@2')).stdout).toMatch(
      /optimised +from version 1 by int8: size −7\d %/,
    )
  })

  it('refuses what does not pay with exit code 1, and registers nothing', { timeout: TIMEOUT_MS }, async () => {
    const args = [
      'models',
      'optimise',
      'small@1',
      '--by',
      'int8',
      '--data',
      'small.csv',
      '--max-loss',
      '1',
      '--max-cost',
      '0.02',
    ]
    const refused = await regia(place, ...args)
    expect(refused.code).toBe(1)
    expect(refused.stdout).toMatch(/✗ latency: latency \+\d+ %/)
    expect(refused.stdout).toContain('It does not pay (latency): nothing was registered.')
    const asJson = await regia(place, ...args, '--json')
    expect(asJson.code).toBe(1)
    expect(JSON.parse(asJson.stdout) satisfies ModelOptimisation).toMatchObject({
      status: 'refused',
      report: { pays: false },
    })
    expect((await regiaJson<{ latestVersion: number }>(place, 'models', 'show', 'small')).latestVersion).toBe(1)
  })

  it('is listed, shown and deleted afterwards', { timeout: TIMEOUT_MS }, async () => {
    const listed = await regia(place, 'optimisations', 'list')
    expect(listed.stdout).toMatch(/registered +wide@1 +int8 +version 2/)
    const { items } = await regiaJson<Page<ModelOptimisation>>(
      place,
      ...['optimisations', 'list', '--model', 'small', '--status', 'refused'],
    )
    const id = items[0]!.id
    expect((await regia(place, 'optimisations', 'show', id)).stdout).toMatch(
      /refused\nsmall version 1 by int8, asked for by.*✗ It does not pay \(latency\)/s,
    )
    expect(await regiaJson(place, 'optimisations', 'cancel', id)).toMatchObject({ status: 'refused' })
    expect(await regiaJson(place, 'optimisations', 'delete', id)).toEqual({ optimisation: id })
    expect((await regiaFailure(place, 'optimisations', 'show', id)).error.code).toBe('NOT_FOUND')
  })

  it('says what is wrong', { timeout: TIMEOUT_MS }, async () => {
    const fails = async (...args: readonly string[]) => {
      const { code, error } = await regiaFailure(place, 'models', 'optimise', ...args)
      return [code, error.code]
    }
    expect(await fails('small@1', '--by', 'magic')).toEqual([2, 'INVALID_INPUT'])
    expect(await fails('small@1', '--by', 'int8')).toEqual([3, 'NOT_FOUND'])
    expect(await fails('small@1', '--by', 'int8', '--data', 'absent.csv')).toEqual([2, 'DATA_UNREADABLE'])
    expect(await fails('small@1', '--by', 'int8', '--data', 'nothing@2')).toEqual([3, 'NOT_FOUND'])
    expect(await fails('small@1', '--by', 'prune', '--data', 'small.csv')).toEqual([1, 'MODEL_INVALID'])
  })
})
