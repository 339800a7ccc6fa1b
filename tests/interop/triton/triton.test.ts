import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pythonOf } from '../python.ts'
import { type ServedModels, serveModels } from './served-models.ts'

const PROGRAM = fileURLToPath(new URL('./calls.py', import.meta.url))

/** The names under which the program reports: one for each check, two for those of both transports. */
function checksOf(program: string): string[] {
  const found = [...program.matchAll(/^@(check|for_each)\ndef (\w+)/gm)]
  return found.flatMap(([, kind, name]) => (kind === 'check' ? [name!] : [`${name} (http)`, `${name} (grpc)`]))
}

const CHECKS = checksOf(readFileSync(PROGRAM, 'utf8'))

let models: ServedModels
let results: Readonly<Record<string, string | null>>

beforeAll(async () => {
  models = await serveModels()
  const { stdout } = await promisify(execFile)(pythonOf('mlflow3'), [PROGRAM, models.casePath])
  results = JSON.parse(stdout.trim().split('\n').at(-1)!)
})
afterAll(() => models.close())

describe('tritonclient, unchanged', () => {
  it.each(CHECKS)('%s', (name) => {
    expect(Object.keys(results)).toContain(name)
    expect(results[name]).toBeNull()
  })
})
