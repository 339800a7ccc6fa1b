import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

/** Where requests go and what they say; bodies are sent in turn, so that no server meets one row only. */
export type Target = {
  readonly port: number
  readonly path: string
  readonly bodies: readonly string[]
  readonly contentType?: string
}

/** A closed loop sends the next request when the last was answered; with a rate, requests leave on time whatever happens to the others. */
export type Plan = {
  readonly connections: number
  readonly seconds: number
  /** Requests per second. */
  readonly rate?: number
}

export type LoadReport = {
  readonly requests: number
  readonly failures: number
  /** First failed answer, shortened. */
  readonly failure?: string
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** So that hardly ever garbage of its own is collected while it waits for an answer. */
const ROOMY = ['--min-semi-space-size=128', '--max-semi-space-size=128']

const HEADER_END = Buffer.from('\r\n\r\n')

/**
 * Asks a server over connections that stay open. Latency is counted from when a request should have left, so that a server that
 * stalls is charged for what had to wait.
 */
export async function generateLoad(target: Target, plan: Plan): Promise<LoadReport> {
  const requests = target.bodies.map((body) => encode(target, body))
  const latencies: number[] = []
  let failures = 0
  let failure: string | undefined
  let sent = 0
  const startedAt = performance.now()
  const endsAt = startedAt + plan.seconds * 1000
  const lines = await Promise.all(Array.from({ length: plan.connections }, () => Line.open(target.port)))
  const ask = async (line: Line, dueAt: number): Promise<void> => {
    const { status, text } = await line.ask(requests[sent++ % requests.length]!)
    latencies.push(performance.now() - dueAt)
    if (status === 200) return
    failures++
    failure ??= `${status} ${text().slice(0, 300)}`
  }
  if (plan.rate === undefined) {
    await Promise.all(
      lines.map(async (line) => {
        while (performance.now() < endsAt) await ask(line, performance.now())
      }),
    )
  } else await onTime(lines, plan.rate, startedAt, endsAt, ask)
  const seconds = (performance.now() - startedAt) / 1000
  for (const line of lines) line.close()
  latencies.sort((a, b) => a - b)
  const quantile = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))]!
  return {
    requests: latencies.length,
    failures,
    ...(failure !== undefined && { failure }),
    perSecond: latencies.length / seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  }
}

/** The same in a process of its own, so that its work is not in the way of what it measures. */
export async function loadInChild(target: Target, plan: Plan): Promise<LoadReport> {
  const folder = mkdtempSync(path.join(tmpdir(), 'regia-load-'))
  const order = path.join(folder, 'order.json')
  writeFileSync(order, JSON.stringify({ target, plan }))
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [...ROOMY, import.meta.filename, order])
    return JSON.parse(stdout)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function onTime(
  lines: readonly Line[],
  rate: number,
  startedAt: number,
  endsAt: number,
  ask: (line: Line, dueAt: number) => Promise<void>,
): Promise<void> {
  const free = [...lines]
  const asking = new Set<Promise<void>>()
  let planned = 0
  while (performance.now() < endsAt) {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * rate)
    while (planned < due && free.length > 0) {
      const line = free.pop()!
      const asked = ask(line, startedAt + (planned++ / rate) * 1000).finally(() => {
        free.push(line)
        asking.delete(asked)
      })
      asking.add(asked)
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(asking)
}

function encode({ path, contentType = 'application/json' }: Target, body: string): Buffer {
  const length = Buffer.byteLength(body)
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${contentType}\r\nContent-Length: ${length}\r\n\r\n${body}`,
  )
}

type Reply = { readonly status: number; readonly text: () => string }

/** One connection, one request at a time. */
class Line {
  readonly #socket: Socket
  #received: Buffer = Buffer.alloc(0)
  #resolve: (reply: Reply) => void = () => {}
  #reject: (error: unknown) => void = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('error', (error) => this.#reject(error))
    socket.on('close', () => this.#reject(new Error('the server closed a connection')))
  }

  static open(port: number): Promise<Line> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new Line(socket)))
      socket.once('error', reject)
    })
  }

  ask(request: Buffer): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#reject = () => {}
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const headerEnd = this.#received.indexOf(HEADER_END)
    if (headerEnd < 0) return
    const header = this.#received.toString('latin1', 0, headerEnd)
    const length = Number(/content-length: (\d+)/i.exec(header)?.[1] ?? Number.NaN)
    if (Number.isNaN(length)) {
      this.#reject(new Error(`an answer without content-length: ${header}`))
      return
    }
    const end = headerEnd + 4 + length
    if (this.#received.length < end) return
    const body = this.#received.subarray(headerEnd + 4, end)
    this.#received = this.#received.subarray(end)
    this.#resolve({ status: Number(header.slice(9, 12)), text: () => body.toString() })
  }
}

// As a program: reads {target, plan} from the file that it is given, prints the report.
if (process.argv[1] === import.meta.filename) {
  const { target, plan } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Order
  console.log(JSON.stringify(await generateLoad(target, plan)))
}

type Order = { readonly target: Target; readonly plan: Plan }
