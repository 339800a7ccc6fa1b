import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createServer, type RegiaServer } from '@regia/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pythonOf } from '../python.ts'

const SCRIPT = fileURLToPath(new URL('registry.py', import.meta.url))

/** What registry.py prints. */
type Seen = Readonly<Record<string, unknown>>

let folder: string
let server: RegiaServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'regia-registry-'))
  server = await createServer({ home: join(folder, 'home'), projectDir: folder, allowPrivateWebhooks: true })
})

afterAll(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe.each([
  ['mlflow3', 'new', /^3\./],
  ['mlflow2', 'old', /^2\./],
] as const)('the registry through the unchanged client: %s', (client, tag, version) => {
  let seen: Seen

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(pythonOf(client), [SCRIPT, server.url])
    seen = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  })

  it('makes, promotes, copies, finds and deletes', () => {
    expect(seen.client).toMatch(version)
    const name = `registry-${tag}`
    expect(seen.registry).toEqual({
      model: [{ a: '1' }, 'd'],
      version: ['1', 'READY', { k: 'v' }, 'vd'],
      alias: ['1', ['champion'], { champion: '1' }],
      stage: ['Production', ['1']],
      copied: [`${name}-copy`, `models:/${name}/1`, 's3://bucket/model'],
      tags: { k: 'v', x: 'y' },
      models: [`${name}-copy`, name],
      versions: [[name, ['champion']]],
      again: 'RESOURCE_ALREADY_EXISTS',
      outside: 'INVALID_PARAMETER_VALUE',
      nobody: 'RESOURCE_DOES_NOT_EXIST',
    })
    expect(seen.gone).toBe('RESOURCE_DOES_NOT_EXIST')
  })

  it('keeps prompts apart from models', () => {
    expect(seen.prompts).toEqual({
      second: '2',
      first: 'Hello you!',
      production: 'Hi {{name}}!',
      'among models': false,
      'as a model': 'RESOURCE_ALREADY_EXISTS',
    })
  })

  it('is told by webhooks, where it knows them, whose signatures its own code finds right', () => {
    const told = {
      made: ['hook', 'ACTIVE', 'dd', null, 8],
      trial: [true, 200, 'thanks'],
      received: [
        ['registered_model.created', 'example_model', true],
        ['registered_model.created', 'told', true],
        ['model_version.created', 'told', true],
        ['model_version_tag.set', 'told', true],
        ['model_version_tag.deleted', 'told', true],
        ['model_version_alias.created', 'told', true],
        ['model_version_alias.deleted', 'told', true],
        ['prompt.created', 'told-prompt', true],
        ['prompt_version.created', 'told-prompt', true],
      ],
      changed: ['hook2', 'DISABLED', true, ['hook2']],
      gone: 'RESOURCE_DOES_NOT_EXIST',
    }
    expect(seen.webhooks).toEqual(tag === 'new' ? told : undefined)
  })
})
