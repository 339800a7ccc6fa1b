import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ScoringJob } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startServer, type TestServer } from '../../test/start-server.ts'
import { tinyPackage } from '../../test/tiny-model.ts'

const DAY_MS = 86_400_000
const PATIENCE = { timeout: 60_000, interval: 50 }
const TEST_MS = 120_000
const NOBODY = `sha256:${'0'.repeat(64)}`

/** Registers `tiny`, whose champion is version 1. */
async function withModel(started: TestServer): Promise<void> {
  await register(started.client)
}

async function register(client: RegiaClient, trees = 5): Promise<void> {
  const { digest } = await client.blobs.write(await tinyPackage(trees))
  await client.models.import('tiny', { files: { 'tiny.zip': digest } })
}

const over = (client: RegiaClient, id: string): Promise<ScoringJob> =>
  vi.waitFor(async () => {
    const job = await client.scoringJobs.get(id)
    expect(job.finishedAt).toBeDefined()
    return job
  }, PATIENCE)

const textOf = async (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream).text()
const rows = [
  { id: 'b', x: 0.9 },
  { id: 'a', x: 0.1 },
]

describe('scoring jobs', { timeout: TEST_MS }, () => {
  it('score rows, an uploaded file and a dataset alike, and keep the result', async () => {
    const started = await startServer()
    const { client } = started
    await withModel(started)
    const output = { format: 'csv' } as const
    const made = await client.scoringJobs.create({ model: 'tiny@champion', input: { rows }, key: 'id', output })
    expect(made).toMatchObject({
      status: expect.stringMatching(/queued|running/),
      model: { name: 'tiny', version: 1 },
      by: 'ada',
    })
    const job = await over(client, made.id)
    expect(job).toMatchObject({ status: 'succeeded', progress: { phase: 'done', rowsDone: 2, fraction: 1 } })
    const scored = await textOf(await client.scoringJobs.result(made.id))
    expect(scored.split('\n')[0]).toBe('id,prediction,score,probability_false,probability_true')
    expect(scored).toMatch(/^b,true,/m)
    const { digest } = await client.blobs.write(new TextEncoder().encode('id,x\nb,0.9\na,0.1\n'))
    const ofFile = await client.scoringJobs.create({
      model: 'tiny@1',
      input: { file: digest, format: 'csv' },
      key: 'id',
      output,
    })
    await over(client, ofFile.id)
    expect(await textOf(await client.scoringJobs.result(ofFile.id))).toBe(scored)
    writeFileSync(join(started.projectDir, 'rows.csv'), 'id,x\nb,0.9\na,0.1\n')
    await client.datasets.ingest('waiting', { path: 'rows.csv' })
    const ofData = await client.scoringJobs.create({
      model: 'tiny@1',
      input: { dataset: 'waiting' },
      key: 'id',
      output: { dataset: 'scores' },
    })
    expect(await over(client, ofData.id)).toMatchObject({ result: { dataset: { name: 'scores', version: 1 } } })
    const page = await client.datasets.rows('scores', 1)
    expect(page.items).toMatchObject([
      { id: 'b', prediction: 'true' },
      { id: 'a', prediction: 'false' },
    ])
    expect((await client.scoringJobs.list({ limit: 2 })).items.map(({ id }) => id)).toEqual([ofData.id, ofFile.id])
    expect(await readdir(join(started.home, 'scoring'))).toEqual([])
  })

  it('say what is wrong: no such model, file or dataset, rows that do not fit', async () => {
    const started = await startServer()
    const { client } = started
    await withModel(started)
    const create = (request: Parameters<typeof client.scoringJobs.create>[0]) => client.scoringJobs.create(request)
    await expect(create({ model: 'none@1', input: { rows } })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(create({ endpoint: 'none', input: { rows } })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(create({ model: 'tiny@1', input: { dataset: 'none' } })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(create({ model: 'tiny@1', input: { file: NOBODY, format: 'csv' } } as never)).rejects.toMatchObject({
      code: 'BLOB_MISSING',
    })
    await expect(create({ input: { rows } })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(client.scoringJobs.get('scj_00000000')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const bad = await create({ model: 'tiny@1', input: { rows: [{ x: 1 }, { x: 'much' }] } })
    expect(await over(client, bad.id)).toMatchObject({ status: 'failed', error: { code: 'SCHEMA_VIOLATED' } })
    await expect(client.scoringJobs.result(bad.id)).rejects.toMatchObject({ code: 'CONFLICT' })
    const aside = await create({
      model: 'tiny@1',
      input: { rows: [{ x: 1 }, { x: 'much' }] },
      onBadRow: 'quarantine',
      output: { format: 'csv' },
    })
    expect(await over(client, aside.id)).toMatchObject({
      status: 'succeeded',
      result: { rowCount: 1, quarantine: { rowCount: 1 } },
    })
    expect(await textOf(await client.scoringJobs.result(aside.id, { quarantine: true }))).toContain(
      'x much is not a finite number',
    )
  })

  it('run one at a time; those that wait can be cancelled', async () => {
    const started = await startServer()
    const { client } = started
    await withModel(started)
    const input = { dataset: 'many' }
    await ingestMany(started, 400_000)
    const first = await client.scoringJobs.create({ model: 'tiny@1', input })
    const second = await client.scoringJobs.create({ model: 'tiny@1', input })
    await vi.waitFor(async () => expect((await client.scoringJobs.get(first.id)).status).toBe('running'), PATIENCE)
    expect((await client.scoringJobs.get(second.id)).status).toBe('queued')
    expect(await client.scoringJobs.cancel(second.id)).toMatchObject({ status: 'cancelled' })
    expect(await client.scoringJobs.cancel(first.id)).toMatchObject({ status: 'cancelled' })
    await vi.waitFor(async () => expect(await readdir(join(started.home, 'scoring'))).toEqual([]), PATIENCE)
    expect((await client.scoringJobs.list({ status: 'cancelled' })).total).toBe(2)
  })

  it('are deleted once they are over, but for those that a dataset was made by', async () => {
    const started = await startServer()
    const { client } = started
    await withModel(started)
    await ingestMany(started, 400_000)
    const running = await client.scoringJobs.create({ model: 'tiny@1', input: { dataset: 'many' } })
    await expect(client.scoringJobs.delete(running.id)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/cannot be deleted: it is (queued|running)/),
      hint: expect.stringContaining(`regia scoring-jobs cancel ${running.id}`),
    })
    await client.scoringJobs.cancel(running.id)
    await client.scoringJobs.delete(running.id)
    await expect(client.scoringJobs.get(running.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(client.scoringJobs.delete(running.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const output = { dataset: 'scores' }
    const { id } = await client.scoringJobs.create({ model: 'tiny@1', input: { rows }, output, key: 'id' })
    await over(client, id)
    await expect(client.scoringJobs.delete(id)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('it made version 1 of the dataset "scores"'),
    })
    expect((await client.scoringJobs.list({})).items).toMatchObject([{ id, status: 'succeeded' }])
  })

  it('are collected with their results when they ended long ago', async () => {
    const started = await startServer()
    const { client, clock } = started
    await withModel(started)
    const make = async (x: number, dataset?: string) => {
      const output = dataset === undefined ? {} : { dataset }
      const { id } = await client.scoringJobs.create({ model: 'tiny@1', input: { rows: [{ id: 'a', x }] }, output })
      return over(client, id)
    }
    const [old, ofData] = [await make(0.25), await make(0.5, 'scores')]
    clock.advance(60 * DAY_MS)
    const young = await make(0.75)
    clock.advance(31 * DAY_MS)
    const planned = await client.collectGarbage()
    // Its rows and its result.
    expect(planned).toMatchObject({ isDryRun: true, scoringJobs: 1, blobs: 2 })
    expect(await client.scoringJobs.get(old.id)).toMatchObject({ status: 'succeeded' })
    expect(await client.collectGarbage({ dryRun: false })).toEqual({ ...planned, isDryRun: false })
    expect((await client.scoringJobs.list({})).items.map(({ id }) => id)).toEqual([young.id, ofData.id])
    expect(await client.blobs.exists(old.result!.digest)).toBe(false)
    for (const { result } of [young, ofData]) expect(await client.blobs.exists(result!.digest)).toBe(true)
    expect(await client.collectGarbage({ keepJobDays: 0 })).toMatchObject({ scoringJobs: 1 })
  })

  it('go on after the server was killed in the middle', async () => {
    const projectDir = mkdtempSync(join(tmpdir(), 'regia-scoring-'))
    onTestFinished(() => rmSync(projectDir, { recursive: true, force: true }))
    const [first, client] = await serve(projectDir)
    await register(client, 300)
    await ingestMany({ client, projectDir }, 1_000_000)
    const { id } = await client.scoringJobs.create({ model: 'tiny@1', input: { dataset: 'many' }, key: 'id' })
    await vi.waitFor(
      async () => expect((await client.scoringJobs.get(id)).progress.rowsDone).toBeGreaterThan(0),
      PATIENCE,
    )
    first.kill('SIGKILL')
    await once(first, 'exit')
    const [, again] = await serve(projectDir)
    const job = await over(again, id)
    expect(job).toMatchObject({ status: 'succeeded', result: { rowCount: 1_000_000 } })
    const plain = await again.scoringJobs.create({ model: 'tiny@1', input: { dataset: 'many' }, key: 'id' })
    expect((await over(again, plain.id)).result?.digest).toBe(job.result?.digest)
  })

  it('tell a webhook, signed like the others', async () => {
    const received: { signature: unknown; id: unknown; timestamp: unknown; body: string }[] = []
    const listener = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const { headers } = request
      const body = Buffer.concat(chunks).toString()
      received.push({
        signature: headers['x-mlflow-signature'],
        id: headers['x-mlflow-delivery-id'],
        timestamp: headers['x-mlflow-timestamp'],
        body,
      })
      response.writeHead(204).end()
    }).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    onTestFinished(() => void listener.close())
    const started = await startServer({ allowPrivateWebhooks: true })
    const { client } = started
    await withModel(started)
    const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`
    await client.webhooks.create({ name: 'jobs', url, events: ['scoring-job.finished'], secret: 'much' })
    await client.webhooks.create({ name: 'asked', url: `${url}asked`, events: ['prompt.created'] })
    const { id } = await client.scoringJobs.create({ model: 'tiny@1', input: { rows }, webhook: 'asked' })
    await over(client, id)
    await started.server.services.webhooks.sender.turn()
    await started.server.services.webhooks.sender.idle()
    await vi.waitFor(() => expect(received).toHaveLength(2), PATIENCE)
    const signed = received.find(({ signature }) => signature !== undefined)!
    expect(JSON.parse(signed.body)).toMatchObject({
      entity: 'scoring-job',
      action: 'finished',
      data: { id, status: 'succeeded', rowCount: 2 },
    })
    const text = `${signed.id}.${signed.timestamp}.${signed.body}`
    expect(signed.signature).toBe(`v1,${createHmac('sha256', 'much').update(text).digest('base64')}`)
  })
})

async function ingestMany({ client, projectDir }: Pick<TestServer, 'client' | 'projectDir'>, count: number) {
  const lines = Array.from({ length: count }, (_, i) => `${i},${(i % 1000) / 1000}`)
  writeFileSync(join(projectDir, 'many.csv'), `id,x\n${lines.join('\n')}\n`)
  await client.datasets.ingest('many', { path: 'many.csv' })
}

/** A server in a process of its own, to be killed. */
async function serve(projectDir: string): Promise<readonly [ChildProcess, RegiaClient]> {
  const script = fileURLToPath(new URL('../../test/serve.ts', import.meta.url))
  const args = ['--conditions=source', script, join(projectDir, '.regia'), projectDir]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = await once(child.stdout!, 'data')
  return [child, createClient({ url: String(line).trim() })]
}
