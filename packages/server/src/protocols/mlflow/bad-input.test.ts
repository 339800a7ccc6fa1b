import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type RegiaServer } from '../../app.ts'
import { type RecordedPair, readRecording } from './testing/replay.ts'

const RECORDING = new URL('../../../../../tests/reference/mlflow/tracking-3.17.2.json', import.meta.url)

let folder: string
let server: RegiaServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'regia-bad-input-'))
  server = await createServer({ home: join(folder, 'home'), projectDir: folder })
}, 60_000)

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e300,
  '',
  '\u0000',
  "' OR 1=1 --",
  '../../etc/passwd',
  'constructor',
  'x'.repeat(9_000),
  '\uD800',
  [],
  [null],
  [[[]]],
  [{ key: null }],
  [{ key: 'toString', value: {} }],
  {},
  { __proto__: { isAdmin: true } },
]

type Request = RecordedPair['request']

/** One good request of every kind. */
function kinds(): readonly Request[] {
  const found = new Map<string, Request>()
  for (const { request } of readRecording(RECORDING).pairs) {
    const fields = Object.keys({ ...(request.body as object | undefined), ...request.query })
    if (fields.length > 0) found.set(`${request.verb} ${request.path} ${fields.join()}`, request)
  }
  return [...found.values()]
}

async function send({ verb, path }: Request, values: Readonly<Record<string, unknown>>): Promise<void> {
  const isQuery = verb === 'GET'
  const query = isQuery ? `?${new URLSearchParams(Object.entries(values).map(([k, v]) => [k, String(v)]))}` : ''
  const reply = await server.app.inject({ method: verb, url: path + query, ...(!isQuery && { payload: values }) })
  const told = `${verb} ${path} ${JSON.stringify(values).slice(0, 200)}: ${reply.body.slice(0, 200)}`
  expect(reply.statusCode, told).toBeLessThan(500)
  if (reply.statusCode >= 400) {
    expect(reply.json(), told).toEqual({ error_code: expect.any(String), message: expect.any(String) })
  }
}

describe('odd values', () => {
  it("never are the server's fault", async () => {
    for (const request of kinds()) {
      const good = { ...(request.body as object | undefined), ...request.query }
      for (const field of Object.keys(good)) for (const odd of ODD) await send(request, { ...good, [field]: odd })
    }
  }, 120_000)
})
