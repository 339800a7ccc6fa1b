import { type ErrorBody, isErrorCode, RegiaError } from '@regia/core'

export type ClientOptions = {
  /** Where Regia listens, such as `http://127.0.0.1:4300`. */
  readonly url: string
  /** Needed where the server asks for one. */
  readonly token?: string
  /** For tests, or to reach a socket. */
  readonly fetch?: typeof fetch
}

type Query = { readonly [name: string]: string | number | boolean | undefined }
export type RequestOptions = { readonly query?: Query; readonly body?: unknown; readonly signal?: AbortSignal }

/** Sends a request and reads the reply; a reply that is an error is thrown as the `RegiaError` that the server meant. */
export type Transport = {
  readonly json: <Reply>(method: string, path: string, options?: RequestOptions) => Promise<Reply>
  readonly raw: (
    method: string,
    path: string,
    options?: RequestOptions & { readonly bytes?: BodyInit; readonly headers?: Record<string, string> },
  ) => Promise<Response>
}

/**
 * The one place that speaks HTTP for the client.
 *
 * @throws RegiaError, from both of its functions: what the server answered, or `UNAVAILABLE` when nothing answers or the answer is none of Regia's.
 *   An aborted request throws the abort itself.
 */
export function createTransport(options: ClientOptions): Transport {
  const send = options.fetch ?? fetch
  const raw: Transport['raw'] = async (method, path, request = {}) => {
    const hasBody = request.body !== undefined
    const headers = {
      ...(hasBody && { 'content-type': 'application/json' }),
      ...(options.token && { authorization: `Bearer ${options.token}` }),
      ...request.headers,
    }
    // A stream is sent while the reply is not there yet, which has to be said.
    const init: RequestInit & { duplex?: 'half' } = {
      method,
      headers,
      ...(isStream(request.bytes) && { duplex: 'half' }),
    }
    if (hasBody) init.body = JSON.stringify(request.body)
    if (request.bytes !== undefined) init.body = request.bytes
    if (request.signal) init.signal = request.signal
    const response = await reach(send, buildUrl(options.url, path, request.query), init)
    if (!response.ok) throw await errorOf(response, `${method} ${path}`)
    return response
  }
  return {
    raw,
    json: async <Reply>(method: string, path: string, request: RequestOptions = {}) => {
      const response = await raw(method, path, request)
      return (response.status === 204 ? undefined : await response.json()) as Reply
    },
  }
}

const isStream = (bytes: unknown): boolean => bytes instanceof ReadableStream

function buildUrl(base: string, path: string, query: Query = {}): string {
  const url = new URL(path, base)
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value))
  return url.href
}

async function reach(send: typeof fetch, url: string, init: RequestInit): Promise<Response> {
  try {
    return await send(url, init)
  } catch (cause) {
    if (init.signal?.aborted) throw cause
    throw new RegiaError('UNAVAILABLE', `Nothing answered at ${new URL(url).origin}.`, {
      cause,
      hint: 'Start Regia with "regia up", or set REGIA_URL to where it listens.',
    })
  }
}

async function errorOf(response: Response, where: string): Promise<RegiaError> {
  const text = await response.text()
  const body = parseErrorBody(text)
  if (body) return RegiaError.fromBody(body)
  return new RegiaError('UNAVAILABLE', `The server answered ${response.status}: ${text.slice(0, 200)}`, { where })
}

function parseErrorBody(text: string): ErrorBody | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: ErrorBody }
    return error && isErrorCode(error.code) ? error : undefined
  } catch {
    return undefined
  }
}
