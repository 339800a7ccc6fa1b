import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type RegiaClient } from '@regia/sdk'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'

const SERVE = join(import.meta.dirname, '..', '..', 'test', 'serve.ts')
const WRITERS = 8
const POINTS = 50
/** Long enough for every writer to have had many answers. */
const WRITES_BEFORE_KILL = 400

async function serve(
  projectDir: string,
): Promise<{ readonly client: RegiaClient; readonly kill: () => Promise<void> }> {
  const args = ['--conditions=source', SERVE, join(projectDir, '.regia'), projectDir, '1000']
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const died = once(child, 'exit')
  const kill = async () => {
    if (child.kill('SIGKILL')) await died
  }
  onTestFinished(kill)
  const [line] = await once(child.stdout!, 'data')
  return { client: createClient({ url: String(line).trim() }), kill }
}

type Batch = { readonly run: string; readonly number: number }

const batchOf = (number: number) => ({
  metrics: Array.from({ length: POINTS }, (_, i) => ({ key: `m${i % 5}`, value: number + i, step: number, atMs: i })),
  params: { [`p${number}`]: `${number}` },
  tags: { last: `${number}` },
})

/** Writes to a run of its own, and to one that all write to, until nobody answers. */
async function write(client: RegiaClient, writer: number, onAnswer: () => void): Promise<readonly Batch[]> {
  const acknowledged: Batch[] = []
  try {
    await client.tracking.create({ id: `own-${writer}`, name: 'own' })
    for (let i = 0; ; i++) {
      const number = i * WRITERS + writer
      const run = i % 2 === 0 ? 'shared' : `own-${writer}`
      await client.tracking.log(run, batchOf(number))
      acknowledged.push({ run, number })
      onAnswer()
    }
  } catch {
    return acknowledged
  }
}

describe('tracking on a server that is killed', () => {
  it('keeps every write that was acknowledged, each whole, and none twice', async () => {
    const projectDir = mkdtempSync(join(tmpdir(), 'regia-tracking-kill-'))
    onTestFinished(() => rmSync(projectDir, { recursive: true, force: true }))
    const { client, kill } = await serve(projectDir)
    await client.tracking.create({ id: 'shared' })
    let answers = 0
    let killing: Promise<void> | undefined
    const onAnswer = () => {
      answers += 1
      if (answers === WRITES_BEFORE_KILL) killing = kill()
    }
    const all = await Promise.all(Array.from({ length: WRITERS }, (_, i) => write(client, i, onAnswer)))
    await killing
    const acknowledged = all.flat()
    expect(acknowledged.length).toBeGreaterThanOrEqual(WRITES_BEFORE_KILL)

    const again = await serve(projectDir)
    const runs = ['shared', ...Array.from({ length: WRITERS }, (_, i) => `own-${i}`)]
    const before = pointsOf(projectDir)
    for (const run of runs) {
      const { params, metrics } = await again.client.tracking.get(run)
      const kept = Object.keys(params).map((key) => Number(key.slice(1)))
      const mine = acknowledged.filter((batch) => batch.run === run).map(({ number }) => number)
      expect(kept).toEqual(expect.arrayContaining(mine))
      // A batch that nobody was told about may be there, but then all of it.
      expect(before.get(run) ?? 0).toBe(kept.length * POINTS)
      const last = Math.max(...kept)
      expect(new Set(metrics.map(({ step }) => step))).toEqual(new Set(kept.length === 0 ? [] : [last]))
    }
    // Who got no answer sends again: what was written stays as it was.
    for (const { run, number } of acknowledged) await again.client.tracking.log(run, batchOf(number))
    expect(pointsOf(projectDir)).toEqual(before)
  }, 60_000)
})

/** How many points each run has. */
function pointsOf(projectDir: string): ReadonlyMap<string, number> {
  const file = new SqliteDatabase(join(projectDir, '.regia', 'regia.db'), { readonly: true })
  const rows = file
    .prepare('select id, count(*) as points from tracked_run join metric_point on run_seq = seq group by id')
    .raw()
    .all() as [string, number][]
  file.close()
  return new Map(rows)
}
