import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf, pipelineGraphSchema, runSchema } from '@regia/core'
import SqliteDatabase from 'better-sqlite3'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openService } from '../../test/open-service.ts'
import { PLENTY } from '../../test/scripted-worker.ts'
import { migrate } from '../database/migrate.ts'
import { MIGRATIONS } from '../database/migrations.ts'

const VALUE = { kind: 'value', schema: {} }
const step = (id: string, more: object = {}) => ({
  id,
  name: id,
  kind: 'code',
  inputs: {},
  inputTypes: {},
  outputs: { out: VALUE },
  codeDigest: digestOf(id),
  cache: true,
  retries: 0,
  timeoutMs: 60_000,
  cpu: 1,
  memoryMb: 512,
  ...more,
})
/** A graph as it was written before: one reference as condition, nothing of what has a default now. */
const OLD_GRAPH = {
  name: 'old',
  description: '',
  params: {},
  steps: [step('test'), step('keep', { when: { from: 'step', step: 'test', output: 'out' } })],
}
const AT = '2026-01-01T00:00:00.000Z'
const RUN_ID = `run_${'0'.repeat(26)}`

async function oldDatabase(): Promise<string> {
  const path = join(mkdtempSync(join(tmpdir(), 'regia-old-')), 'regia.db')
  const database = new Kysely<unknown>({ dialect: new SqliteDialect({ database: new SqliteDatabase(path) }) })
  await migrate(
    database,
    MIGRATIONS.filter(({ name }) => !/^pipelines-[2-9]/.test(name)),
    () => AT,
  )
  await sql`insert into pipeline_version values ('old', 1, ${digestOf('v')}, ${digestOf('b')}, ${JSON.stringify(OLD_GRAPH)}, '/project', ${AT})`.execute(
    database,
  )
  const trigger = JSON.stringify({ kind: 'person', by: 'ada' })
  const refs = JSON.stringify({ artifacts: {}, datasets: [] })
  await sql`insert into run values (${RUN_ID}, 'old', 1, 1, 'running', '{}', ${refs}, ${trigger}, 1, 2, 0, 0, '{}', ${AT}, ${AT}, null, null)`.execute(
    database,
  )
  for (const [position, name] of ['test', 'keep'].entries()) {
    const id = `stp_${String(position).padStart(26, '0')}`
    const [status, notBefore] = position === 0 ? ['queued', 0] : ['waiting', null]
    const attempts = JSON.stringify(position === 0 ? [{ number: 1, status: 'queued', queuedAt: AT }] : [])
    await sql`insert into step_run (id, run_id, step, position, status, inputs, outputs, attempts, not_before)
      values (${id}, ${RUN_ID}, ${name}, ${position}, ${status}, '{}', '{}', ${attempts}, ${notBefore})`.execute(
      database,
    )
  }
  await database.destroy()
  return path
}

describe('a database of before', () => {
  it('has its graphs and runs as they are written now, and goes on with them', async () => {
    const { service, close } = await openService(await oldDatabase())
    onTestFinished(close)
    const { graph } = await service.get('old')
    expect(pipelineGraphSchema.parse(graph)).toEqual(graph)
    expect(graph.steps[1]?.when).toEqual([
      { ref: { from: 'step', step: 'test', output: 'out' }, is: 'equal', value: true },
    ])
    expect(runSchema.parse(await service.runs.get(RUN_ID))).toMatchObject({ onFailure: 'continue', status: 'running' })
    const never = new AbortController().signal
    for (const expected of ['test', 'keep']) {
      const [lease] = await service.leases.acquire({ ...PLENTY, waitMs: 0 }, never)
      expect(lease?.step).toBe(expected)
      const { stepRunId, leaseToken } = lease!
      const out = { kind: 'value', digest: digestOf('true'), sizeBytes: 4, value: true } as const
      await service.leases.report(stepRunId, { status: 'succeeded', leaseToken, outputs: { out } }, [])
    }
    expect((await service.runs.get(RUN_ID)).status).toBe('succeeded')
  })
})
