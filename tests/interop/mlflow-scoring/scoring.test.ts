import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CheckResults, checksOf, runChecks } from '../python-checks.ts'
import { type ServedModels, serveModels } from '../served-models.ts'

const PROGRAM = fileURLToPath(new URL('./calls.py', import.meta.url))

let models: ServedModels
let results: CheckResults

beforeAll(async () => {
  models = await serveModels()
  results = await runChecks(PROGRAM, models.casePath)
})
afterAll(() => models?.close())

describe('MLflow’s clients of its scoring server, unchanged', () => {
  it.each(checksOf(PROGRAM))('%s', (name) => {
    expect(Object.keys(results)).toContain(name)
    expect(results[name]).toBeNull()
  })
})
