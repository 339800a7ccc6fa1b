import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createClient, type RegiaClient } from '@regia/sdk'
import { createServer, type RegiaServer } from '@regia/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pythonOf } from '../python.ts'

const SCRIPT = fileURLToPath(new URL('course.py', import.meta.url))
const ADULT = fileURLToPath(new URL('../../../../shared/data/adult', import.meta.url))
const PATIENCE = { timeout: 60_000, interval: 200 }

/** What course.py prints. */
type Seen = {
  readonly client: string
  readonly data: string
  readonly search: { readonly found: readonly number[]; readonly wanted: readonly number[] }
  readonly children: number
  readonly autolog: {
    readonly has_training_score: boolean
    readonly inputs: readonly unknown[]
    readonly status: string
  }
  readonly onnx: { readonly version: string; readonly aliases: readonly string[]; readonly agreement: number }
  readonly rows: readonly Record<string, number>[]
  readonly probabilities: readonly number[]
  readonly best: string
  readonly parent: string
} & Readonly<Record<string, unknown>>

let folder: string
let server: RegiaServer
let regia: RegiaClient

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'regia-course-'))
  server = await createServer({ home: join(folder, 'home'), projectDir: folder })
  regia = createClient({ url: server.url })
  if (!existsSync(ADULT)) console.warn('Adult Income is not here: the exercise runs on made-up data.')
})

afterAll(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function follow(client: 'mlflow3' | 'mlflow2'): Promise<Seen> {
  const args = [SCRIPT, server.url, mkdtempSync(join(folder, `${client}-`)), ...(existsSync(ADULT) ? [ADULT] : [])]
  const { stdout } = await promisify(execFile)(pythonOf(client), args, { maxBuffer: 10_000_000 })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Seen
}

describe.each([
  ['mlflow3', 'income-3', /^3\./],
  ['mlflow2', 'income-2', /^2\./],
] as const)("the course's grid search with the unchanged client: %s", (client, model, version) => {
  let seen: Seen

  beforeAll(async () => {
    seen = await follow(client)
  })

  it('tracks sixteen forests with autolog, nested, and finds them again', () => {
    expect(seen.client).toMatch(version)
    expect(seen.children).toBe(16)
    expect(seen.search.wanted.length).toBeGreaterThan(0)
    expect(seen.search.found).toEqual(seen.search.wanted)
    expect(seen.autolog).toMatchObject({ has_training_score: true, status: 'FINISHED' })
    expect(seen.autolog.inputs).toContainEqual(['dataset', ['train']])
    expect(seen).toMatchObject({ history: [49, 0.02], is_nan: true, refused: 'INVALID_PARAMETER_VALUE' })
    expect(seen).toMatchObject({ deleted: 'deleted', restored: 'yes' })
  })

  it('takes files up and brings them down', () => {
    expect(seen).toMatchObject({
      files: ['data/deep', 'data/empty.bin'],
      deep: ['data/deep/ünï cödé.txt'],
      fetched: 'ü',
      text: 'hello',
    })
  })

  it('registers, promotes and loads models of both flavours', () => {
    expect(seen.onnx).toEqual({ version: '1', aliases: ['champion'], agreement: 1 })
    expect(seen).toMatchObject({
      sklearn: { agreement: 1 },
      versions: ['1'],
      stage: '1',
      copied: `${model}-production`,
    })
  })

  it('shows the same to our own client', async () => {
    const { items } = await regia.tracking.search({ filter: `metrics.f1 > 0 and params.depth = '3'`, limit: 1000 })
    expect(items.filter(({ parentId }) => parentId === seen.parent)).toHaveLength(4)
    const best = await regia.tracking.get(seen.best)
    expect(best).toMatchObject({ source: 'mlflow', status: 'succeeded', parentId: seen.parent })
    const { files } = await regia.tracking.files(seen.best)
    expect(files.map(({ path }) => path)).toContain('report.txt')
  })

  it('serves the ONNX model as it is, and says how to go on with the other', async () => {
    await expect.poll(() => packagingOf(model), PATIENCE).toMatchObject({ status: 'packaged' })
    await expect
      .poll(() => packagingOf(`${model}-forest`), PATIENCE)
      .toMatchObject({
        status: 'refused',
        reason: expect.stringMatching(/pickle|skops/),
        hint: expect.stringContaining('mlflow.onnx.log_model'),
      })
    await regia.endpoints.apply({ name: model, stable: `${model}@champion`, description: '' })
    const { predictions } = await regia.endpoints.predict(model, { rows: [...seen.rows] })
    const scores = predictions.map(({ score }) => score)
    expect(scores).toHaveLength(seen.probabilities.length)
    for (const [i, expected] of seen.probabilities.entries()) expect(scores[i]).toBeCloseTo(expected, 5)
  })
})

const packagingOf = async (model: string) => (await regia.models.version(model, 1)).packaging
