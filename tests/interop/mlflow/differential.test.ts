import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from '@regia/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Call, Caller } from './call.ts'
import { excuse } from './known-differences.ts'
import { type Server, startMlflow } from './mlflow-server.ts'
import { normalised } from './normalise.ts'
import { createRandom, type Random } from './random.ts'
import { nextRegistryCall } from './registry-calls.ts'
import { nextTrackingCall } from './tracking-calls.ts'

let mlflow: Server
let folder: string

beforeAll(async () => {
  mlflow = await startMlflow()
  folder = mkdtempSync(join(tmpdir(), 'regia-differential-'))
})

afterAll(async () => {
  await mlflow?.close()
  rmSync(folder, { recursive: true, force: true })
})

const CALLS = 1_500

type Sequence = { readonly name: string; readonly next: (random: Random) => () => Call }

const SEQUENCES: readonly Sequence[] = [
  {
    name: 'tracking',
    next: (random) => {
      const made = { runs: 0, experiments: 0, models: 0 }
      return () => nextTrackingCall(random, made)
    },
  },
  { name: 'registry', next: (random) => () => nextRegistryCall(random) },
]

/** Another sequence each time it is asked for: REGIA_SEED=17 npm run test:interop. */
const SEED = Number(process.env.REGIA_SEED ?? 1)

describe('a random sequence of calls', () => {
  // One after the other on the same real server: what the first leaves there is in neither's way.
  it.each(SEQUENCES)('is answered as the real server answers it: $name', async ({ name, next }) => {
    const regia = await createServer({ home: join(folder, name), projectDir: folder })
    try {
      const random = createRandom(SEED)
      const nextCall = next(random)
      const theirs = new Caller(mlflow.url)
      const ours = new Caller(regia.url)
      const seen = { same: 0, excused: 0, refused: 0 }
      const differences: unknown[] = []
      for (let i = 0; i < CALLS; i++) {
        const call = nextCall()
        const [their, our] = [await theirs.send(call), await ours.send(call)]
        if (their.status >= 400) seen.refused++
        if (JSON.stringify(normalised(their)) === JSON.stringify(normalised(our))) seen.same++
        else if (excuse(call, their, our) !== undefined) seen.excused++
        else differences.push({ call, theirs: normalised(their), ours: normalised(our), message: our.body })
      }
      expect(differences.slice(0, 3)).toEqual([])
      // Neither all good nor all bad, or the sequence says little.
      expect(seen.same).toBeGreaterThan(CALLS * 0.9)
      expect(seen.refused).toBeGreaterThan(CALLS * 0.1)
      expect(seen.refused).toBeLessThan(CALLS * 0.6)
    } finally {
      await regia.close()
    }
  })
})
