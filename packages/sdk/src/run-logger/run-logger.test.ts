import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type LogBatch, type LoggedMetric, RegiaError } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient } from '../client.ts'
import { createRunLogger, type RunLoggerOptions } from './run-logger.ts'

/** What happens to a request: it is answered, taken and its reply lost, refused before it is read, or never answered. */
type Fate = 'answer' | 'lose reply' | 'drop' | 'busy' | 'broken' | 'silence'

/** A server that keeps a run's logs as the real one does: all of a batch or nothing, exact duplicates once, params that stay. */
async function logServer(fates: Fate[] = []) {
  const batches: Partial<LogBatch>[] = []
  const metrics = new Map<string, LoggedMetric>()
  const params = new Map<string, string>()
  const tags = new Map<string, string>()
  let open = 0
  let mostOpen = 0

  const take = (batch: Partial<LogBatch>): RegiaError | undefined => {
    const changed = Object.entries(batch.params ?? {}).find(([key, value]) => (params.get(key) ?? value) !== value)
    if (changed) return new RegiaError('CONFLICT', `Param "${changed[0]}" cannot change.`)
    if (batch.metrics?.some(({ key }) => key.startsWith('refused'))) return new RegiaError('INVALID_INPUT', 'No.')
    batches.push(batch)
    for (const metric of batch.metrics ?? []) metrics.set(JSON.stringify(metric), metric)
    for (const [key, value] of Object.entries(batch.params ?? {})) params.set(key, value)
    for (const [key, value] of Object.entries(batch.tags ?? {})) tags.set(key, value)
    return undefined
  }
  const server: Server = createServer(async (request, response) => {
    mostOpen = Math.max(mostOpen, ++open)
    response.on('close', () => {
      open--
    })
    const fate = fates.shift() ?? 'answer'
    if (fate === 'silence') return undefined
    if (fate === 'drop') return request.socket.destroy()
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const answer = (status: number, code: 'TOO_MANY_REQUESTS' | 'INTERNAL') =>
      response.writeHead(status).end(JSON.stringify({ error: { code, message: 'Later.' } }))
    if (fate === 'busy') return answer(429, 'TOO_MANY_REQUESTS')
    if (fate === 'broken') return answer(500, 'INTERNAL')
    const error = take(JSON.parse(Buffer.concat(chunks).toString()))
    if (fate === 'lose reply') return request.socket.destroy()
    if (error) return response.writeHead(409).end(JSON.stringify({ error: error.toBody() }))
    return response.writeHead(204).end()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const logger = (options: Partial<RunLoggerOptions> = {}) =>
    createRunLogger(createClient({ url }), { runId: 'r1', ...options })
  return { logger, batches, metrics, params, tags, server, mostOpen: () => mostOpen }
}

describe('createRunLogger', () => {
  it('sends what is logged within a moment as one batch, with the times at which it was logged', async () => {
    const server = await logServer()
    let nowMs = 1000
    const logger = server.logger({ now: () => nowMs })
    logger.logParams({ trees: 200, shape: [1, 2], name: 'x' })
    logger.logMetric('loss', 0.5, { step: 1 })
    nowMs = 2000
    logger.logMetrics({ loss: Number.NaN, acc: 1 }, { step: 2 })
    logger.logMetric('late', 1, { at: new Date(5) })
    logger.setTag('stage', 'a')
    logger.setTag('stage', 'b')
    await logger.flush()
    expect(server.batches).toEqual([
      {
        params: { trees: '200', shape: '[1,2]', name: 'x' },
        metrics: [
          { key: 'loss', value: 0.5, step: 1, atMs: 1000 },
          { key: 'loss', value: 'NaN', step: 2, atMs: 2000 },
          { key: 'acc', value: 1, step: 2, atMs: 2000 },
          { key: 'late', value: 1, step: 0, atMs: 5 },
        ],
        tags: { stage: 'b' },
      },
    ])
  })

  it('cuts batches at the limits of a batch, keeps the order and has one request under way', async () => {
    const server = await logServer()
    const logger = server.logger()
    for (let step = 0; step < 2500; step++) logger.logMetric('loss', step, { step, at: 1 })
    for (let i = 0; i < 250; i++) logger.logParam(`p${i}`, i)
    await logger.flush()
    expect(server.batches.map(({ metrics = [], params = {} }) => metrics.length + Object.keys(params).length)).toEqual([
      1000, 1000, 600, 100, 50,
    ])
    const steps = server.batches.flatMap(({ metrics = [] }) => metrics.map(({ step }) => step))
    expect(steps).toEqual(Array.from({ length: 2500 }, (_, step) => step))
    expect(server.mostOpen()).toBe(1)
  })

  it('counts nothing twice and loses nothing where replies are lost, connections break and the server is busy', async () => {
    const server = await logServer(['lose reply', 'drop', 'busy', 'broken', 'lose reply', 'answer', 'lose reply'])
    const logger = server.logger({ intervalMs: 1 })
    for (let step = 0; step < 2000; step++) await logger.logMetric('loss', 1, { step })
    await logger.end()
    expect(server.metrics.size).toBe(2000)
    expect(server.batches.length).toBeGreaterThan(3)
  })

  it('sends again what is never answered', async () => {
    const server = await logServer(['silence', 'silence'])
    const logger = server.logger({ requestTimeoutMs: 100 })
    logger.logMetric('loss', 1)
    await logger.end()
    expect(server.metrics.size).toBe(1)
  })

  it('tells of what is refused once and throws it once, while everything else arrives', async () => {
    const server = await logServer()
    const told: string[] = []
    const logger = server.logger({ onProblem: (problem) => told.push(`${problem.code} ${problem.message}`) })
    logger.logParam('depth', 3)
    logger.logParam('depth', 4)
    for (let step = 0; step < 50; step++) logger.logMetric(step === 17 ? 'refused' : 'loss', 1, { step })
    logger.logMetric('a//b', 1)
    // A caller without types.
    logger.logMetric('text', JSON.parse('"0.5"'))
    logger.logParam('after', 1)
    await expect(logger.flush()).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('4 logs were refused'),
    })
    await logger.flush()
    expect(told.sort()).toEqual([
      'CONFLICT The param "depth" was not logged: Param "depth" cannot change.',
      expect.stringContaining('The metric "a//b" was not logged: it is not a plain path'),
      'INVALID_INPUT The metric "refused" was not logged: No.',
      'INVALID_INPUT The metric "text" was not logged: it is "0.5", which is no number.',
    ])
    expect(server.metrics.size).toBe(49)
    expect(Object.fromEntries(server.params)).toEqual({ depth: '3', after: '1' })
  })

  it('asks who logs to wait while the buffer is full, and loses nothing', async () => {
    const server = await logServer(['busy', 'busy'])
    const logger = server.logger({ bufferSize: 100, intervalMs: 1 })
    let isWaiting = true
    const full = logger.logMetrics(Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`m${i}`, i]))).then(() => {
      isWaiting = false
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(isWaiting).toBe(true)
    expect(logger.unsent().flatMap(({ metrics = [] }) => metrics)).toHaveLength(150)
    await full
    await logger.end()
    expect(server.metrics.size).toBe(150)
    expect(logger.unsent()).toEqual([])
  })

  it('gives a server up that stays away, and then says what was lost', async () => {
    const server = await logServer()
    server.server.close()
    const logger = server.logger({ patienceMs: 300, intervalMs: 1 })
    for (let step = 0; step < 3000; step++) logger.logMetric('loss', 1, { step })
    await expect(logger.end()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('3 logs were refused. The first: 1000 entries were not logged'),
    })
  })

  it('takes nothing after its end, and says so', async () => {
    const server = await logServer()
    const told: string[] = []
    const logger = server.logger({ onProblem: ({ message }) => told.push(message) })
    await logger.end()
    await logger.setTag('late', '1')
    expect(told).toEqual(['The tag "late" was not logged: its run is over.'])
    expect(server.tags.size).toBe(0)
  })
})
