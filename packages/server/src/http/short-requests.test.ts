import { connect } from 'node:net'
import fastify from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import type { App } from './app.ts'
import { BusySockets } from './busy-sockets.ts'
import { addFastLane } from './fast-lane.ts'
import { readShortHead } from './short-head.ts'
import type { Lane } from './short-requests.ts'

const IDLE_MS = 300
let app: App
afterEach(() => app.close())

/** A lane that takes `/fast` and says how it was asked; everything else is the framework's. */
async function listening(): Promise<{ readonly port: number; readonly short: () => number }> {
  app = fastify()
  app.addContentTypeParser('*', { parseAs: 'string' }, async (_: unknown, body: string | Buffer) => body)
  app.post('/slow', async ({ body }) => `framework ${String(body).length}`)
  let short = 0
  const lane: Lane = ({ url, headers }) =>
    url === '/fast'
      ? (body, send) => {
          if (!('x-long' in headers)) short++
          setImmediate(() => send(200, { body: `lane ${Buffer.from(body).toString()}` }))
        }
      : undefined
  addFastLane(app, lane, new BusySockets(), { maxBodyBytes: 1_000_000, idleMs: IDLE_MS })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  return { port: typeof address === 'object' && address ? address.port : 0, short: () => short }
}

const post = (path: string, body: string, headers = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

/** Sends pieces one after the other and gathers what comes until there are so many answers or the end. */
function exchange(port: number, pieces: readonly string[], answers: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    const finish = () => {
      socket.destroy()
      resolve(text)
    }
    socket.setNoDelay(true)
    socket.on('data', (chunk) => {
      text += chunk.toString()
      const heads = text.split('HTTP/1.1 ').length - 1
      if (heads >= answers && /\r\n\r\n.+$/s.test(text)) finish()
    })
    socket.on('close', finish)
    socket.on('error', reject)
    void (async () => {
      for (const piece of pieces) {
        socket.write(piece)
        await new Promise((sent) => setTimeout(sent, 20))
      }
    })()
  })
}

describe('short requests', () => {
  it('answers a whole request, and the next on the same connection', async () => {
    const { port, short } = await listening()
    const text = await exchange(port, [post('/fast', 'one'), post('/fast', 'zwölf €')], 2)
    expect(text).toContain('lane one')
    expect(text).toContain('lane zwölf €')
    expect(text.match(/HTTP\/1\.1 200 OK\r\n/g)).toHaveLength(2)
    expect(short()).toBe(2)
  })

  it('hands a connection over with every byte for what the lane leaves to the framework', async () => {
    const { port } = await listening()
    const text = await exchange(
      port,
      [
        post('/fast', 'one'),
        post('/slow', 'x'.repeat(70), 'Content-Type: text/x\r\n'),
        post('/fast', 'three', 'X-Long: 1\r\n'),
      ],
      3,
    )
    expect(text).toContain('framework 70')
    expect(text).toContain('lane three')
  })

  it.each([
    ['in two pieces', [post('/fast', 'abcdef').slice(0, -3), 'def']],
    ['cut in its head', [post('/fast', 'abcdef').slice(0, 12), post('/fast', 'abcdef').slice(12)]],
    ['chunked', ['POST /fast HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\nX-Big: é\r\n\r\nabcdef']],
  ])('gives a request that comes %s to the parser of Node', async (_, pieces) => {
    const { port } = await listening()
    expect(await exchange(port, pieces, 1)).toContain('lane abcdef')
  })

  it('answers pipelined requests in their order', async () => {
    const { port } = await listening()
    const text = await exchange(port, [post('/fast', 'one') + post('/fast', 'two'), post('/fast', 'three')], 3)
    expect(text.match(/lane (?:one|two|three)/g)).toEqual(['lane one', 'lane two', 'lane three'])
  })

  it('keeps the order when the next request comes before the answer to the first', async () => {
    const { port } = await listening()
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    let text = ''
    const both = new Promise<void>((resolve) =>
      socket.on('data', (chunk) => {
        text += chunk.toString()
        if (text.includes('lane second')) resolve()
      }),
    )
    socket.write(post('/fast', 'first'), () => socket.write(post('/fast', 'second')))
    await both
    socket.destroy()
    expect(text.indexOf('lane first')).toBeLessThan(text.indexOf('lane second'))
  })

  it('closes a connection on which nothing comes', async () => {
    const { port } = await listening()
    const socket = connect(port, '127.0.0.1')
    await new Promise((resolve) => socket.once('close', resolve))
    expect(socket.destroyed).toBe(true)
  })
})

describe('readShortHead', () => {
  const head = (lines: string): string => `POST /v2 HTTP/1.1\r\n${lines}`

  it('reads what is plain', () => {
    expect(readShortHead(head('Host: a:1\r\nContent-Length: 12\r\nConnection: keep-alive'))).toEqual({
      head: { method: 'POST', url: '/v2', headers: { host: 'a:1', 'content-length': '12', connection: 'keep-alive' } },
      length: 12,
    })
  })

  // Each of these can mean two things to two parsers: request smuggling begins there.
  it.each([
    ['another method', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1'],
    ['an old version', 'POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 1'],
    ['no path', 'POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1'],
    ['a space in the path', 'POST /a b HTTP/1.1\r\nHost: a\r\nContent-Length: 1'],
    ['no host', head('Content-Length: 1')],
    ['two hosts', head('Host: a\r\nHost: b\r\nContent-Length: 1')],
    ['no length', head('Host: a')],
    ['two lengths', head('Host: a\r\nContent-Length: 1\r\ncontent-length: 1')],
    ['a signed length', head('Host: a\r\nContent-Length: +1')],
    ['a length in hexadecimal', head('Host: a\r\nContent-Length: 0x1')],
    ['a list of lengths', head('Host: a\r\nContent-Length: 1, 1')],
    ['chunks', head('Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked')],
    ['a space before the colon', head('Host: a\r\nContent-Length : 1')],
    ['a folded line', head('Host: a\r\nX: b\r\n c\r\nContent-Length: 1')],
    ['a bare line feed', head('Host: a\nContent-Length: 1')],
    ['a NUL', head('Host: a\r\nX: \0\r\nContent-Length: 1')],
    ['a packed body', head('Host: a\r\nContent-Length: 1\r\nContent-Encoding: gzip')],
    ['an expectation', head('Host: a\r\nContent-Length: 1\r\nExpect: 100-continue')],
    ['a connection that ends', head('Host: a\r\nContent-Length: 1\r\nConnection: close')],
    ['an upgrade', head('Host: a\r\nContent-Length: 1\r\nConnection: upgrade\r\nUpgrade: h2c')],
    ['a prototype’s name', head('Host: a\r\n__proto__: x\r\nContent-Length: 1\r\n__proto__: y')],
  ])('leaves %s to the parser of Node', (_, text) => {
    expect(readShortHead(text)).toBeUndefined()
  })
})
