import { type Server as HttpServer, STATUS_CODES } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import type { BusySockets } from './busy-sockets.ts'
import { readShortHead } from './short-head.ts'
import { type RequestHead, replyHeaders, type WireReply } from './wire-message.ts'

/** Answers the request with this body; calls `send` once. `isGone` says whether the asker has left. */
export type AnswerBody = (
  body: Uint8Array,
  send: (status: number, reply: WireReply) => void,
  isGone: () => boolean,
) => void

/** Who answers a request with this head; undefined leaves it to the framework. */
export type Lane = (head: RequestHead) => AnswerBody | undefined

const HEAD_END = Buffer.from('\r\n\r\n')
const MAX_HEAD_BYTES = 8_192
const MAX_WAITING_BYTES = 65_536
const MAX_PARTS = 8
/** What comes in parts slower than this is left to Node's parser, which has limits for it. */
const PART_MS = 5_000
/** Clients send the same few heads again and again: those are read once. */
const MAX_KNOWN_HEADS = 512

/**
 * Answers requests that arrive whole in one read without Node's HTTP parser, whose objects for each request cost more than a small model.
 *
 * Only what is plain beyond doubt is taken: one complete HTTP/1.1 request with a content length and headers that occur once. Everything
 * else (the first bytes of a large body, a pipelined one, an unusual header, any other route) goes on, bytes untouched, to Node's own
 * parser, which then keeps the connection.
 */
export function addShortRequests(server: HttpServer, lane: Lane, busy: BusySockets, idleMs: number): void {
  // Node's own comes first: it is added by the server's constructor.
  const [toNode, ...others] = server.listeners('connection')
  if (!toNode) return
  server.removeAllListeners('connection')
  for (const listener of others) server.on('connection', listener as (socket: Socket) => void)
  const heads = new Map<string, KnownHead>()
  const options = { lane, busy, heads, idleMs, handOver: (socket: Socket) => Reflect.apply(toNode, server, [socket]) }
  server.on('connection', (socket) => new ShortConnection(socket, options))
}

export type ShortListenerOptions = {
  readonly lane: Lane
  readonly busy: BusySockets
  readonly idleMs: number
  /** Gets every connection on which anything but a plain request came, paused, with those bytes still to be read. */
  readonly handOver: (socket: Socket) => void
  /** How long the next part of a body is waited for. */
  readonly partMs?: number
}

/** A listener for short requests alone. */
export function createShortListener(options: ShortListenerOptions): Server {
  const heads = new Map<string, KnownHead>()
  const all = { ...options, heads, waitsForBody: true }
  return createServer({ allowHalfOpen: true }, (socket) => new ShortConnection(socket, all))
}

type KnownHead = { readonly head: RequestHead; readonly length: number } | 'unusual'

type ConnectionOptions = {
  readonly lane: Lane
  readonly busy: BusySockets
  readonly heads: Map<string, KnownHead>
  readonly idleMs: number
  readonly handOver: (socket: Socket) => void
  /** Whether a body that comes in a few parts, as many clients send it after its head, is waited for. */
  readonly waitsForBody?: boolean
  readonly partMs?: number
}

/** A connection from its first byte until it ends or is handed over. */
class ShortConnection {
  readonly #socket: Socket
  readonly #options: ConnectionOptions
  #isAnswering = false
  #waiting: Buffer[] = []
  #waitingBytes = 0
  /** What has come of a request that is not whole yet. */
  #part: Buffer | undefined
  #partCount = 0
  readonly #onData = (chunk: Buffer): void => this.#receive(chunk)
  readonly #onTimeout = (): void => this.#leaveIdle()
  readonly #onError = (): void => this.#onClose()
  readonly #onClose = (): void => {
    this.#waiting = []
    this.#socket.destroy()
  }
  readonly #isGone = (): boolean => this.#socket.destroyed

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket
    this.#options = options
    socket.setNoDelay(true)
    socket.setTimeout(options.idleMs)
    socket.on('data', this.#onData)
    socket.on('timeout', this.#onTimeout)
    socket.on('error', this.#onError)
    socket.on('end', this.#onClose)
  }

  #receive(chunk: Buffer): void {
    if (this.#isAnswering) this.#keepWaiting(chunk)
    else this.#take(this.#part ? Buffer.concat([this.#part, chunk]) : chunk)
  }

  #take(chunk: Buffer): void {
    const headEnd = chunk.indexOf(HEAD_END)
    const body = chunk.subarray(headEnd + HEAD_END.length)
    const isHead = headEnd > 0 && headEnd <= MAX_HEAD_BYTES
    const known = isHead ? this.#headOf(chunk.toString('latin1', 0, headEnd)) : 'unusual'
    const isWhole = known !== 'unusual' && body.length === known.length
    if (known !== 'unusual' && !isWhole && this.#isAwaited(known, body.length)) {
      this.#keepPart(chunk)
      return
    }
    if (this.#part) this.#forgetPart()
    const answer = isWhole ? this.#options.lane(known.head) : undefined
    if (!answer) {
      this.#handOver(chunk)
      return
    }
    this.#isAnswering = true
    this.#options.busy.begin(this.#socket)
    answer(body, (status, reply) => this.#send(status, reply), this.#isGone)
  }

  /** Only of a request that would be taken, and only a few parts: who sends byte by byte is for Node's parser. */
  #isAwaited({ head, length }: Exclude<KnownHead, 'unusual'>, received: number): boolean {
    const { waitsForBody, lane } = this.#options
    const isShort = received < length && length <= MAX_WAITING_BYTES && this.#partCount < MAX_PARTS
    return waitsForBody === true && isShort && lane(head) !== undefined
  }

  #keepPart(chunk: Buffer): void {
    this.#part = chunk
    this.#partCount++
    this.#socket.setTimeout(this.#options.partMs ?? PART_MS)
  }

  #forgetPart(): void {
    this.#part = undefined
    this.#partCount = 0
    this.#socket.setTimeout(this.#options.idleMs)
  }

  #headOf(text: string): KnownHead {
    const { heads } = this.#options
    const known = heads.get(text)
    if (known) return known
    const read = readShortHead(text) ?? 'unusual'
    if (heads.size >= MAX_KNOWN_HEADS) heads.clear()
    heads.set(text, read)
    return read
  }

  #send(status: number, reply: WireReply): void {
    if (!this.#isAnswering) return
    const socket = this.#socket
    if (!socket.destroyed) write(socket, status, reply, this.#options.busy.isDraining)
    this.#isAnswering = false
    // Last: a server that closes ends the connection here.
    this.#options.busy.end(socket)
    if (this.#waiting.length > 0) this.#next()
  }

  #keepWaiting(chunk: Buffer): void {
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.length
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#socket.pause()
  }

  /** What came while a request was answered is for Node's parser: pipelining is rare. */
  #next(): void {
    const chunk = Buffer.concat(this.#waiting)
    this.#waiting = []
    if (!this.#socket.destroyed) this.#handOver(chunk)
  }

  #handOver(chunk: Buffer): void {
    const socket = this.#socket
    socket.off('data', this.#onData)
    socket.off('timeout', this.#onTimeout)
    socket.off('error', this.#onError)
    socket.off('end', this.#onClose)
    socket.setTimeout(0)
    socket.pause()
    socket.unshift(chunk)
    this.#options.handOver(socket)
    process.nextTick(() => socket.resume())
  }

  #leaveIdle(): void {
    if (this.#part) this.#handOver(this.#part)
    else if (!this.#isAnswering) this.#socket.destroy()
  }
}

let date = { second: 0, text: '' }

function dateText(): string {
  const second = Math.floor(Date.now() / 1000)
  if (second !== date.second) date = { second, text: new Date(second * 1000).toUTCString() }
  return date.text
}

function write(socket: Socket, status: number, reply: WireReply, isLast: boolean): void {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`
  const headers = replyHeaders(reply)
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`
  head += `x-content-type-options: nosniff\r\ndate: ${dateText()}\r\nconnection: ${isLast ? 'close' : 'keep-alive'}\r\n\r\n`
  const { body } = reply
  if (typeof body === 'string') {
    // One byte a character is written faster, and an answer in numbers is such.
    socket.write(head + body, headers['content-length'] === body.length ? 'latin1' : 'utf8')
    return
  }
  socket.cork()
  socket.write(head, 'latin1')
  socket.write(body)
  socket.uncork()
}
