import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createIdFactory } from '@regia/core'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import type { App } from './app.ts'
import { BusySockets } from './busy-sockets.ts'
import { createApp } from './create-app.ts'
import { addFastLane } from './fast-lane.ts'
import { createGate } from './guard.ts'
import { createShortListener, type Lane } from './short-requests.ts'
import { addUploadScope, bodyBytes } from './upload-scope.ts'

const PATIENCE = { headMs: 300, lookMs: 150, minBytes: 20, takeMs: 300 }
const ANSWER_BYTES = 20_000_000
let app: App
const open: Socket[] = []
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy()
  await app.close()
})

/** `/lane` is taken past the framework, `/rows` by it, `/file` reads its body after a while, `/large` answers much. */
async function listening(): Promise<number> {
  const busy = new BusySockets()
  app = createApp({
    ...{ gate: createGate('127.0.0.1', undefined), token: undefined, logger: pino({ level: 'silent' }), busy },
    newId: createIdFactory(Date.now, randomBytes),
    ...{ maxBodyBytes: 1_000_000, patience: PATIENCE },
  })
  app.post('/rows', async ({ body }) => ({ rows: body }))
  app.get('/large', async () => Buffer.alloc(ANSWER_BYTES))
  addUploadScope(app, (scope) => {
    scope.post('/file', async (request) => {
      await new Promise((resolve) => setTimeout(resolve, 4 * PATIENCE.lookMs))
      let count = 0
      for await (const piece of bodyBytes(request, 10_000_000)) count += piece.byteLength
      return { count }
    })
  })
  const lane: Lane = ({ url }) =>
    url === '/lane' ? (body, send) => send(200, { body: `lane ${body.byteLength}` }) : undefined
  addFastLane(app, lane, busy, { maxBodyBytes: 1_000_000, idleMs: 60_000 })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return portOf(app.server)
}

const portOf = (server: { address: App['server']['address'] }): number => {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

function dial(port: number): Socket {
  const socket = connect(port, '127.0.0.1')
  open.push(socket)
  return socket.setNoDelay(true).on('error', () => {})
}

/** Sends the beginning, then so many bytes every now and then, until the server has said its word and ended. */
async function drip(port: number, beginning: string, piece = 'x', everyMs = 30): Promise<string> {
  const socket = dial(port)
  let reply = ''
  socket.on('data', (chunk) => {
    reply += chunk
  })
  socket.write(beginning)
  const dripping = setInterval(() => socket.writable && socket.write(piece), everyMs)
  await once(socket, 'close')
  clearInterval(dripping)
  return reply
}

const head = (path: string, length: number, type = 'application/json') =>
  `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`

const TOO_SLOW = JSON.stringify({
  error: {
    code: 'TIMEOUT',
    message: 'The request took too long to arrive.',
    hint: 'Send it again, without pauses between its parts; large tables in several requests.',
    where: 'request',
  },
})

/** Asks in both ways until the promise is fulfilled; every request must be answered. */
async function askMeanwhile(port: number, until: Promise<unknown>): Promise<number> {
  let [answered, isOver] = [0, false]
  const stop = () => {
    isOver = true
  }
  until.then(stop, stop)
  while (!isOver) {
    for (const path of ['/lane', '/rows']) {
      const headers = { 'content-type': 'application/json' }
      const reply = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body: '[1]' })
      expect(reply.status).toBe(200)
      await reply.text()
      answered++
    }
  }
  return answered
}

describe('clients that are slow', () => {
  it.each([
    ['a head', 'POST /rows HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: '],
    ['a body for the framework', head('/rows', 100_000)],
    ['a body for the lane', head('/lane', 100_000)],
    [
      'a body that says not how long it is',
      'POST /rows HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
  ])('with %s are told so and left, and nobody else waits', async (_, beginning) => {
    const port = await listening()
    const dripped = Promise.all(
      [1, 2, 3].map(() => drip(port, beginning, beginning.includes('chunked') ? '1\r\nx\r\n' : 'x')),
    )
    expect(await askMeanwhile(port, dripped)).toBeGreaterThan(10)
    for (const reply of await dripped) {
      expect(reply).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
      expect(reply.split('\r\n\r\n')[1]).toBe(TOO_SLOW)
    }
  })

  it('are waited for while a body grows fast enough', async () => {
    const port = await listening()
    const piece = 'x'.repeat(100)
    const socket = dial(port)
    const replied = once(socket, 'data')
    socket.write(head('/lane', 3_000))
    for (let sent = 0; sent < 30; sent++) {
      socket.write(piece)
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    expect(String((await replied)[0])).toContain('lane 3000')
  })

  it('are not to blame for a body that the server has not read yet', async () => {
    const port = await listening()
    const body = Buffer.alloc(5_000_000)
    const reply = await fetch(`http://127.0.0.1:${port}/file`, { method: 'POST', body })
    expect(await reply.json()).toEqual({ count: body.length })
  })

  it('that take nothing of their answer are left', async () => {
    const port = await listening()
    const accepted = once(app.server, 'connection')
    const socket = dial(port).pause()
    socket.write('GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    const [there] = await accepted
    await once(there, 'close')
    expect(there.destroyed).toBe(true)
  })

  it('that hold their half of the connection open after the answer are left, too', async () => {
    const port = await listening()
    const accepted = once(app.server, 'connection')
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      .on('error', () => {})
      .resume()
    open.push(socket)
    socket.write('this is no HTTP\r\n\r\n')
    const [there] = await accepted
    await once(socket, 'end')
    await once(there, 'close')
    expect(there.destroyed).toBe(true)
  })

  it('with a body in parts are handed to the parser of Node, with every byte that came', async () => {
    const port = await listening()
    const short = createShortListener({
      lane: () => (body, send) => send(200, { body: String(body.byteLength) }),
      ...{ busy: new BusySockets(), idleMs: 60_000, partMs: 100 },
      handOver: (socket) => app.server.emit('connection', socket),
    }).listen(0, '127.0.0.1')
    await once(short, 'listening')
    const reply = await drip(portOf(short), `${head('/rows', 1_000)}[`, '1', 250)
    expect(reply).toMatch(/^HTTP\/1\.1 408 /)
    expect(port).not.toBe(portOf(short))
    short.close()
  })
})
