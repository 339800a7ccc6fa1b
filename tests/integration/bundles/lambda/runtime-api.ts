import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** What a function answered, or how it failed. */
export type Invocation =
  | { readonly status: 'answered'; readonly payload: unknown; readonly durationMs: number }
  | { readonly status: 'failed'; readonly error: unknown }

type Waiting = { readonly event: unknown; readonly startedAt: number; readonly done: (invocation: Invocation) => void }

export type RuntimeApi = {
  /** `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string
  readonly invoke: (event: unknown) => Promise<Invocation>
  /** Resolves when the function says that it could not be loaded. */
  readonly initError: Promise<unknown>
  readonly close: () => void
}

const ROUTE = /^\/2018-06-01\/runtime\/(?:invocation\/(next|([^/]+)\/(response|error))|(init\/error))$/

/**
 * The side of Lambda that a runtime talks to.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function openRuntimeApi(): Promise<RuntimeApi> {
  const queue: string[] = []
  const waiting = new Map<string, Waiting>()
  let asker: ServerResponse | undefined
  let tellInitError: (error: unknown) => void = () => {}
  const initError = new Promise<unknown>((resolve) => {
    tellInitError = resolve
  })

  const giveNext = (): void => {
    const id = asker && queue.shift()
    if (!asker || id === undefined) return
    asker.writeHead(200, {
      'content-type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': id,
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + 30_000),
      'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:eu-central-1:123456789012:function:late-http',
      'Lambda-Runtime-Trace-Id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1',
    })
    asker.end(JSON.stringify(waiting.get(id)?.event))
    asker = undefined
  }
  const settle = async (id: string, kind: string, request: IncomingMessage, response: ServerResponse) => {
    const found = waiting.get(id)
    waiting.delete(id)
    const payload = await json(request)
    response.writeHead(found ? 202 : 400, { 'content-type': 'application/json' }).end('{"status":"OK"}')
    if (kind === 'error') found?.done({ status: 'failed', error: payload })
    else found?.done({ status: 'answered', payload, durationMs: performance.now() - found.startedAt })
  }
  const server = createServer((request, response) => {
    const [, next, id, kind, init] = ROUTE.exec(request.url ?? '') ?? []
    if (request.method === 'GET' && next === 'next') {
      asker = response
      giveNext()
    } else if (request.method === 'POST' && id !== undefined && kind !== undefined) {
      void settle(id, kind, request, response)
    } else if (request.method === 'POST' && init !== undefined) {
      void json(request).then(tellInitError)
      response.writeHead(202).end('{"status":"OK"}')
    } else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    invoke: (event) =>
      new Promise((done) => {
        const id = randomUUID()
        waiting.set(id, { event, startedAt: performance.now(), done })
        queue.push(id)
        giveNext()
      }),
    initError,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
