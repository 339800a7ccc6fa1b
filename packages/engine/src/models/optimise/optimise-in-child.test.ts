import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng, optimiseModelSchema, programSignatureSchema, stringColumn, withColumn } from '@regia/core'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { inputName, mlpGraph, mlpRows } from '../../../../../tests/fixtures/models/mlp.ts'
import { createDataEngine } from '../../data/index.ts'
import { packageOnnx } from '../foreign/package-onnx.ts'
import { optimiseInChild } from './optimise-in-child.ts'
import type { ToOptimiser } from './optimise-messages.ts'

const SIZES = [8, 128, 128, 1]
const TIMEOUT_MS = 90_000
const never = new AbortController().signal

let packageBytes: Uint8Array
beforeAll(async () => {
  const signature = programSignatureSchema.parse({
    ...{ target: 'y', task: 'binary', classes: ['no', 'yes'] },
    columns: Array.from({ length: SIZES[0]! }, (_, i) => inputName(i)),
  })
  packageBytes = await packageOnnx({ onnx: mlpGraph({ sizes: SIZES }), signature, reference: mlpRows(8, 100) })
})

/** A request over a Parquet file without a name, as a blob is. */
async function request(rowCount = 400): Promise<ToOptimiser> {
  const tempDir = await mkdtemp(join(tmpdir(), 'regia-optimise-'))
  onTestFinished(() => rm(tempDir, { recursive: true, force: true }))
  const packagePath = join(tempDir, 'before.zip')
  await writeFile(packagePath, packageBytes)
  const rng = createRng('labels')
  const labels = Array.from({ length: rowCount }, () => (rng.next() < 0.5 ? 'yes' : 'no'))
  const engine = await createDataEngine({ tempDir, threads: 1 })
  const path = join(tempDir, 'rows.parquet')
  await engine.writeTable(withColumn(mlpRows(8, rowCount), 'y', stringColumn(labels)), path)
  await engine.close()
  const { data: _, alias: __, ...rules } = optimiseModelSchema.parse({ by: 'float16', maxCost: 9 })
  return {
    ...{ packagePath, tempDir, rules, source: 'rows', seed: '1' },
    outputPath: join(tempDir, 'after.zip'),
    rows: { path },
  }
}

describe('optimiseInChild', () => {
  it('writes a package that pays, and says how far it is', { timeout: TIMEOUT_MS }, async () => {
    const asked = await request()
    const seen: number[] = []
    const report = await optimiseInChild(asked, { signal: never, onProgress: (fraction) => seen.push(fraction) })
    expect(report).toMatchObject({ pays: true, rows: { judged: 400, source: 'rows' } })
    expect(existsSync(asked.outputPath)).toBe(true)
    expect(seen.length).toBeGreaterThan(2)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })

  it('writes nothing that does not pay', { timeout: TIMEOUT_MS }, async () => {
    const asked = await request()
    const report = await optimiseInChild({ ...asked, rules: { ...asked.rules, minGain: 0.95 } }, { signal: never })
    expect(report.pays).toBe(false)
    expect(existsSync(asked.outputPath)).toBe(false)
  })

  it('hands on what is wrong, and ends when nobody wants it any more', { timeout: TIMEOUT_MS }, async () => {
    const asked = await request()
    const absent = { ...asked, rows: { path: join(asked.tempDir, 'absent.parquet') } }
    await expect(optimiseInChild(absent, { signal: never })).rejects.toMatchObject({ code: 'DATA_UNREADABLE' })
    await expect(optimiseInChild(asked, { signal: never, timeoutMs: 1 })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    })
    const stop = new AbortController()
    const stopped = optimiseInChild(asked, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(stopped).rejects.toThrow('enough')
  })

  it('says that a few rows are too few', { timeout: TIMEOUT_MS }, async () => {
    const asked = await request(30)
    await expect(optimiseInChild(asked, { signal: never })).rejects.toMatchObject({ code: 'DATA_EMPTY' })
  })
})
