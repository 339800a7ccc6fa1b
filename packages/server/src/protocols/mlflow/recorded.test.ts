import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type RegiaServer } from '../../app.ts'
import {
  differenceOf,
  KNOWN_DIFFERENCES,
  type KnownDifference,
  OLDER_DIFFERENCES,
} from './testing/known-differences.ts'
import { type Answer, type Answered, normalise, readRecording, readReplies, replay } from './testing/replay.ts'

const RECORDING = new URL('../../../../../tests/reference/mlflow/tracking-3.17.2.json', import.meta.url)

const OLDER = new URL('../../../../../tests/reference/mlflow/tracking-3.6.1.dev0.json', import.meta.url)

let folder: string
let server: RegiaServer
let answers: readonly Answered[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'regia-recorded-'))
  server = await createServer({ home: join(folder, 'home'), projectDir: folder })
  answers = await replay(server.app, readRecording(RECORDING).pairs)
}, 60_000)

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('requests of tracking recorded from a real MLflow server', () => {
  it('get the same answers', () => {
    for (const answered of answers.filter((each) => differenceOf(each) === undefined)) {
      expect.soft({ title: answered.title, ...answered.ours }).toEqual({ title: answered.title, ...answered.recorded })
    }
    expect(answers.length).toBeGreaterThan(200)
  })

  it('get other answers only where that is on purpose', () => {
    for (const answered of answers) {
      const difference = differenceOf(answered)
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

describe('what an older server answered to the same requests', () => {
  it('is what we answer, but where the newer one differs', () => {
    const ofTitle = new Map(answers.map((answered) => [answered.title, answered]))
    for (const { title, status, ...reply } of readReplies(OLDER)) {
      const answered = ofTitle.get(title)
      if (
        !answered ||
        OLDER_DIFFERENCES.flatMap(({ titles }) => titles).includes(title) ||
        differenceOf(answered) !== undefined
      )
        continue
      expect.soft({ title, status: answered.ours.status }).toEqual({ title, status })
      if ('found' in reply) expect.soft({ title, found: answered.ours.found }).toEqual({ title, found: reply.found })
      if ('body' in reply)
        expect.soft({ title, body: answered.ours.body }).toEqual({ title, body: normalise(reply.body) })
    }
  })
})

function expectDifference({ title, recorded, ours }: Answered, difference: KnownDifference): void {
  const { status = recorded.status, code = codeOf(recorded), metrics } = difference
  if (metrics) expect.soft(without(ours, metrics)).toEqual(without(recorded, metrics))
  expect.soft({ title, status: ours.status }).toEqual({ title, status })
  // Where the recorded code is the database's, ours says what was wrong.
  if (ours.status >= 400 && code !== 'BAD_REQUEST') expect.soft({ title, code: codeOf(ours) }).toEqual({ title, code })
}

const codeOf = ({ body }: Answer): unknown => (isBody(body) ? body.error_code : undefined)

const isBody = (body: unknown): body is { readonly error_code?: unknown } => typeof body === 'object' && body !== null

const without = (answer: Answer, metrics: readonly string[]): unknown =>
  JSON.parse(JSON.stringify(answer), (_, value) =>
    Array.isArray(value) ? value.filter((item) => !metrics.includes(item?.key)) : value,
  )
