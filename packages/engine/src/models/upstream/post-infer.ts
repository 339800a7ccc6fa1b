import { RegiaError, type Upstream } from '@regia/core'

const MAX_REPLY_BYTES = 64 * 2 ** 20

type Server = Pick<Upstream, 'url' | 'model' | 'modelVersion' | 'timeoutMs'>

/** Asks the server to infer. @throws RegiaError `UPSTREAM_FAILED` where it is away, late, refuses, or answers no JSON. */
export const postInfer = (server: Server, body: unknown): Promise<unknown> =>
  ask(server, '/infer', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

/** What the server says of its model. @throws RegiaError `UPSTREAM_FAILED`. */
export const getMetadata = (server: Server): Promise<unknown> => ask(server, '', {})

async function ask(server: Server, path: string, request: RequestInit): Promise<unknown> {
  const address = addressOf(server) + path
  try {
    const signal = AbortSignal.timeout(server.timeoutMs)
    const reply = await fetch(address, { ...request, signal, redirect: 'error' })
    const text = await readText(reply)
    if (!reply.ok) throw failed(server, `it answered ${reply.status}: ${errorOf(text)}`)
    return parse(server, text)
  } catch (error) {
    if (error instanceof RegiaError) throw error
    throw failed(server, reasonOf(error, server.timeoutMs), error)
  }
}

function addressOf({ url, model, modelVersion }: Server): string {
  const versioned = modelVersion === undefined ? '' : `/versions/${encodeURIComponent(modelVersion)}`
  return `${url.replace(/\/+$/, '')}/v2/models/${encodeURIComponent(model)}${versioned}`
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > MAX_REPLY_BYTES) throw new Error(`its answer is larger than ${MAX_REPLY_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(server: Server, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw failed(server, `its answer is no JSON: ${text.slice(0, 100)}`, error)
  }
}

/** The protocol has one field for errors. */
function errorOf(text: string): string {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null && 'error' in body) return String(body.error).slice(0, 300)
  } catch {
    // Then the text itself says what there is to say.
  }
  return text.slice(0, 300)
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `it did not answer within ${timeoutMs} ms`
  return error.cause instanceof Error ? error.cause.message : error.message
}

/** Another server's fault, told with its address. */
export const failed = (server: Server, why: string, cause?: unknown): RegiaError =>
  new RegiaError('UPSTREAM_FAILED', `The server that answers for "${server.model}" failed: ${why}.`, {
    where: addressOf(server),
    hint: 'Look at that server. A fallback can answer meanwhile, or roll back to another version.',
    cause,
  })
