import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checksOf, runChecks } from '../python-checks.ts'
import { type ServedModels, serveModels } from '../served-models.ts'

const PROGRAM = fileURLToPath(new URL('./calls.py', import.meta.url))

const CHECKS = checksOf(PROGRAM, ['http', 'grpc'])

let models: ServedModels
let results: Readonly<Record<string, string | null>>

beforeAll(async () => {
  models = await serveModels()
  results = await runChecks(PROGRAM, models.casePath)
})
afterAll(() => models.close())

describe('tritonclient, unchanged', () => {
  it.each(CHECKS)('%s', (name) => {
    expect(Object.keys(results)).toContain(name)
    expect(results[name]).toBeNull()
  })
})
