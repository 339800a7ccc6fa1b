import { connect, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import type { App } from './app.ts'
import { BusySockets } from './busy-sockets.ts'
import { drainConnections } from './drain-connections.ts'
import { addFastLane } from './fast-lane.ts'
import type { Lane } from './short-requests.ts'

async function listening(prepare: (app: App, busy: BusySockets) => void = () => {}, stallMs?: number) {
  const app: App = fastify({ forceCloseConnections: 'idle' })
  const busy = new BusySockets()
  drainConnections(app, busy, stallMs)
  prepare(app, busy)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const open = async (): Promise<Socket> => {
    const accepted = new Promise((resolve) => app.server.once('connection', resolve))
    const socket = connect(port, '127.0.0.1')
    await accepted
    return socket
  }
  return { app, port, open }
}

/** A promise and what fulfils it, and one for when somebody waits for it. */
function gate() {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>()
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  const pass = () => {
    reach()
    return opened
  }
  return { open, reached, pass }
}

describe('drainConnections', () => {
  it('lets a server close at once while a connection waits without a request', async () => {
    const { app, open } = await listening()
    const spare = await open()
    const ended = new Promise((closed) => spare.once('close', closed))
    await app.close()
    await ended
    expect(spare.destroyed).toBe(true)
  })

  it('answers what is under way, then ends the connection that the client would keep', async () => {
    const slow = gate()
    const { app, port } = await listening((each) => each.get('/', async () => slow.pass().then(() => 'done')))
    const reply = fetch(`http://127.0.0.1:${port}/`)
    await slow.reached
    const closing = app.close()
    slow.open()
    expect(await (await reply).text()).toBe('done')
    await closing
  })

  it.each([
    ['short', 10],
    ['long', 200_000],
  ])('answers a %s request that passes the framework by as well', async (_, length) => {
    const slow = gate()
    const { app, port } = await listening((each, busy) => {
      const lane: Lane = () => (_body, send) => void slow.pass().then(() => send(200, { body: 'fast' }))
      addFastLane(each, lane, busy, { maxBodyBytes: 1_000_000, idleMs: 60_000 })
    })
    const reply = fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x'.repeat(length) })
    await slow.reached
    const closing = app.close()
    slow.open()
    expect(await (await reply).text()).toBe('fast')
    await closing
  })

  it('breaks off an upload that stands still', async () => {
    const slow = gate()
    const { app, port } = await listening((each) => {
      each.addContentTypeParser('*', (_request, _body, done) => done(null))
      each.put('/', async ({ raw }) => {
        void slow.pass()
        for await (const _ of raw);
        return 'whole'
      })
    }, 50)
    const sender = connect(port, '127.0.0.1')
    sender.write('PUT / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: a/b\r\ncontent-length: 1000\r\n\r\nhalf')
    await slow.reached
    const broken = new Promise((resolve) => sender.once('close', resolve))
    await app.close()
    await broken
  })

  it('breaks off a download that nobody takes', async () => {
    const { app, port } = await listening((each) => {
      each.get('/', async () => Readable.from(repeat(Buffer.alloc(1 << 16), 4000)))
    }, 50)
    const taker = connect(port, '127.0.0.1')
    taker.write('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')
    await new Promise((resolve) => taker.once('readable', resolve))
    await app.close()
    taker.destroy()
  })

  it('waits for what the server itself is busy with', async () => {
    const slow = gate()
    const { app, port } = await listening((each) => each.get('/', async () => slow.pass().then(() => 'late')), 10)
    const reply = fetch(`http://127.0.0.1:${port}/`)
    await slow.reached
    const closing = app.close()
    await new Promise((resolve) => setTimeout(resolve, 100))
    slow.open()
    expect(await (await reply).text()).toBe('late')
    await closing
  })
})

function* repeat(piece: Buffer, times: number): Iterable<Buffer> {
  for (let i = 0; i < times; i++) yield piece
}
