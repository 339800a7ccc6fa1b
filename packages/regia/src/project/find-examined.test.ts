import { type Digest, digestSchema } from '@regia/core'
import { createClient } from '@regia/sdk'
import { describe, expect, it } from 'vitest'
import { findExamined } from './check-graph.ts'

const digest = (letter: string): Digest => digestSchema.parse(`sha256:${letter.repeat(64)}`)
const test = { kind: 'table', digest: digest('c'), sizeBytes: 30 }

/** What a server answers: version 1 was judged by a gate, version 2 was made from it. */
const REPLIES: Readonly<Record<string, unknown>> = {
  '/api/v1/models/late/versions/1': {
    ...{ model: 'late', version: 1, packageDigest: digest('a'), package: {} },
    lineage: { runId: 'run_1', datasets: [], params: {}, artifacts: {} },
  },
  '/api/v1/models/late/versions/2': {
    ...{ model: 'late', version: 2, packageDigest: digest('b'), package: {} },
    lineage: { runId: 'run_1', datasets: [], params: {}, artifacts: {}, optimisation: { fromVersion: 1 } },
  },
  '/api/v1/runs/run_1': {
    graph: { steps: [{ id: 'judge', kind: 'gate' }] },
    steps: [{ step: 'judge', inputs: { model: { kind: 'model', digest: digest('a'), sizeBytes: 20 }, test } }],
  },
}

const client = createClient({
  url: 'http://localhost',
  fetch: async (input) => {
    const { pathname } = new URL(String(input))
    return pathname.startsWith('/api/v1/blobs/')
      ? new Response(new Uint8Array(7))
      : Response.json(REPLIES[pathname] ?? { error: { code: 'NOT_FOUND', message: pathname } })
  },
})

describe('findExamined', () => {
  it('finds the table of the gate that judged a version', async () => {
    const examined = await findExamined(client, await client.models.version('late', 1))
    expect(examined).toEqual({ model: { kind: 'model', digest: digest('a'), sizeBytes: 20 }, test })
  })

  it('takes the same table for a version that was optimised from it', async () => {
    const examined = await findExamined(client, await client.models.version('late', 2))
    expect(examined).toEqual({ model: { kind: 'model', digest: digest('b'), sizeBytes: 7 }, test })
  })
})
