import { RegiaError, type Upstream } from '@regia/core'
import { type ReadSecret, readCredentials } from './credentials.ts'

const MAX_REPLY_BYTES = 64 * 2 ** 20

type Server = Pick<Upstream, 'url' | 'model' | 'modelVersion' | 'timeoutMs' | 'credentials'>

/**
 * Asks the server to infer.
 *
 * @throws RegiaError `UPSTREAM_FAILED` where it is away, late, refuses, or answers no JSON; `UNAVAILABLE` where its secret is missing here.
 */
export const postInfer = (server: Server, body: unknown, readSecret: ReadSecret): Promise<unknown> =>
  ask(server, '/infer', { method: 'POST', body: JSON.stringify(body) }, readSecret)

/** What the server says of its model. @throws RegiaError as {@link postInfer}. */
export const getMetadata = (server: Server, readSecret: ReadSecret): Promise<unknown> =>
  ask(server, '', { method: 'GET' }, readSecret)

type Request = { readonly method: 'GET' | 'POST'; readonly body?: string }

async function ask(server: Server, path: string, request: Request, readSecret: ReadSecret): Promise<unknown> {
  const credentials = await readCredentials(server, readSecret)
  const headers = { ...credentials.headers, ...(request.body !== undefined && { 'content-type': 'application/json' }) }
  try {
    const signal = AbortSignal.timeout(server.timeoutMs)
    // Followed, a redirect would carry the credentials elsewhere.
    const reply = await fetch(addressOf(server) + path, { ...request, headers, signal, redirect: 'error' })
    const text = await readText(reply)
    if (!reply.ok) throw refused(server, reply.status, credentials.mask(text))
    return parse(server, text, credentials.mask)
  } catch (error) {
    if (error instanceof RegiaError) throw error
    const why = credentials.mask(reasonOf(error, server.timeoutMs))
    throw failed(server, why, { cause: error, ...(/certificate/.test(why) && { hint: NO_AUTHORITY }) })
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

function parse(server: Server, text: string, mask: (text: string) => string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What the parser says would quote the text.
    throw failed(server, `its answer is no JSON: ${mask(text).slice(0, 100)}`)
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

function refused(server: Server, status: number, text: string): RegiaError {
  const why = `it answered ${status}: ${errorOf(text)}`
  if (status !== 401 && status !== 403) return failed(server, why)
  return failed(server, why, { hint: server.credentials ? WRONG_SECRET : NO_SECRET })
}

const WRONG_SECRET =
  'It does not take the secret that it was sent: look at the variable or file, or import with another.'
const NO_SECRET =
  'It demands a secret: import the model again and name it, with --secret-env VARIABLE or --secret-file PATH.'

const NO_AUTHORITY =
  'Start Regia with NODE_EXTRA_CA_CERTS=/path/to/ca.pem, the authority that signed it, and use a name that the certificate has.'

/** Another server's fault, told with its address. */
export const failed = (
  server: Server,
  why: string,
  { cause, hint = ELSEWHERE }: { readonly cause?: unknown; readonly hint?: string } = {},
): RegiaError =>
  new RegiaError(
    'UPSTREAM_FAILED',
    `The server that answers for "${server.model}" failed: ${why.replace(/\.$/, '')}.`,
    {
      where: addressOf(server),
      hint,
      cause,
    },
  )

const ELSEWHERE = 'Look at that server. A fallback can answer meanwhile, or roll back to another version.'
