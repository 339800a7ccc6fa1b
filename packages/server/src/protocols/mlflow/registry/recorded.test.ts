import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type RegiaServer } from '../../../app.ts'
import { type Answer, type Answered, readRecording, replay } from '../testing/replay.ts'
import { KNOWN_DIFFERENCES, type KnownDifference, knownDifference } from './testing/known-differences.ts'

const RECORDING = new URL('../../../../../../tests/reference/mlflow/registry-3.17.2.json', import.meta.url)

let folder: string
let server: RegiaServer
let answers: readonly Answered[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'regia-recorded-'))
  server = await createServer({ home: join(folder, 'home'), projectDir: folder })
  answers = (await replay(server.app, readRecording(RECORDING).pairs)).map(comparable)
}, 60_000)

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('requests of the registry and of webhooks recorded from a real MLflow server', () => {
  it('get the same answers', () => {
    for (const { title, recorded, ours } of answers.filter((each) => knownDifference(each) === undefined)) {
      expect.soft({ title, ...ours }).toEqual({ title, ...recorded })
    }
    expect(answers.length).toBeGreaterThan(200)
  })

  it('get other answers only where that is on purpose', () => {
    for (const answered of answers) {
      const difference = knownDifference(answered)
      if (difference) expectDifference(answered, difference)
    }
  })

  it('name no difference that is none', () => {
    for (const title of KNOWN_DIFFERENCES.flatMap(({ titles }) => titles)) {
      const answered = answers.find((each) => each.title === title)
      expect.soft({ title, ...answered?.ours }).not.toEqual({ title, ...answered?.recorded })
    }
  })
})

function expectDifference({ title, recorded, ours }: Answered, difference: KnownDifference): void {
  const { status = recorded.status, code = codeOf(recorded) } = difference
  expect.soft({ title, status: ours.status }).toEqual({ title, status })
  if (ours.status >= 400) expect.soft({ title, code: codeOf(ours) }).toEqual({ title, code })
}

const codeOf = ({ body }: Answer): unknown => (isBody(body) ? body.error_code : undefined)
const isBody = (body: unknown): body is { readonly error_code?: unknown } => typeof body === 'object' && body !== null

/** Times and tokens are each server's own. Versions in lists have their aliases here, which the original tells only of a single version. */
const comparable = ({ title, recorded, ours }: Answered): Answered => ({
  title,
  recorded: withoutOwn(recorded),
  ours: withoutOwn(ours),
})

const OWN = new Set(['creation_timestamp', 'last_updated_timestamp', 'next_page_token'])
const LISTS = new Set(['model_versions', 'latest_versions'])

const withoutOwn = (answer: Answer): Answer =>
  JSON.parse(
    JSON.stringify(answer, (key, value) => {
      if (OWN.has(key)) return '<its own>'
      if (typeof value === 'string') return value.replace(/\bwhk_\w+/g, '{hook}')
      if (key === 'aliases' && Array.isArray(value)) return value.toSorted(byText)
      if (!LISTS.has(key) || !Array.isArray(value)) return value
      const versions = value.map(({ aliases: _, ...version }: { readonly aliases?: unknown }) => version)
      return key === 'latest_versions' ? versions.toSorted(byText) : versions
    }),
  )

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
