import { RegiaError } from '@regia/core'

type Reply = Readonly<Record<string, unknown>>
type Query = Readonly<Record<string, string | number>>

/** MLflow's REST as an import uses it: with patience for a busy server, page after page. */
export type MlflowRequests = {
  readonly post: (path: string, body: Reply) => Promise<Reply>
  readonly get: (path: string, query: Query) => Promise<Reply>
  /** Every item of a search that takes a body. */
  readonly pages: <Item>(path: string, body: Reply, field: string) => AsyncIterable<Item>
  /** Every item of a search that takes a query. */
  readonly queried: <Item>(path: string, query: Query, field: string) => AsyncIterable<Item>
  readonly listArtifacts: (path: string) => Promise<Reply>
  readonly openArtifact: (path: string) => Promise<ReadableStream<Uint8Array>>
}

const RETRIES = 5
const FIRST_PAUSE_MS = 500
const PASSING = new Set([408, 429, 500, 502, 503, 504])

/** @param token - A bearer token, or `user:password`. */
export function createMlflowRequests(url: string, token: string | undefined): MlflowRequests {
  const base = url.replace(/\/+$/, '')
  const headers = authorization(token)
  const api = (path: string) => `${base}/api/2.0/mlflow/${path}`

  const send = async (address: string, init: RequestInit = {}): Promise<Response> => {
    for (let attempt = 0; ; attempt++) {
      const response = await fetch(address, { ...init, headers: { ...headers, ...init.headers } }).catch(
        (cause: unknown) => cause,
      )
      if (response instanceof Response && response.ok) return response
      const mayPass = !(response instanceof Response) || PASSING.has(response.status)
      if (!mayPass || attempt === RETRIES) throw await failureOf(response, base, address)
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** attempt))
    }
  }
  const post = async (path: string, body: Reply): Promise<Reply> =>
    jsonOf(
      await send(api(path), {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    )
  const get = async (path: string, query: Query): Promise<Reply> =>
    jsonOf(await send(`${api(path)}?${queryText(query)}`))
  return {
    post,
    get,
    pages: (path, body, field) =>
      eachPage((token) => post(path, { ...body, ...(token && { page_token: token }) }), field),
    queried: (path, query, field) =>
      eachPage((token) => get(path, { ...query, ...(token && { page_token: token }) }), field),
    listArtifacts: async (path) =>
      jsonOf(await send(`${base}/api/2.0/mlflow-artifacts/artifacts?${queryText({ path })}`)),
    openArtifact: async (path) => {
      const parts = path.split('/').map(encodeURIComponent).join('/')
      const { body } = await send(`${base}/api/2.0/mlflow-artifacts/artifacts/${parts}`)
      return body ?? new ReadableStream({ start: (controller) => controller.close() })
    },
  }
}

const queryText = (query: Query): string =>
  new URLSearchParams(
    Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
  ).toString()

async function* eachPage<Item>(ask: (token: string | undefined) => Promise<Reply>, field: string): AsyncIterable<Item> {
  for (let token: string | undefined; ; ) {
    const reply = await ask(token)
    yield* (reply[field] ?? []) as readonly Item[]
    const next = reply.next_page_token
    if (typeof next !== 'string' || next === '' || next === token) return
    token = next
  }
}

/** Numbers that are none stand bare in what Python writes. */
async function jsonOf(response: Response): Promise<Reply> {
  const text = await response.text()
  try {
    return JSON.parse(text) as Reply
  } catch {
    return JSON.parse(text.replace(/([:[,]\s*)(-?Infinity|NaN)(?=\s*[,\]}])/g, '$1"$2"')) as Reply
  }
}

function authorization(token: string | undefined): Record<string, string> {
  if (!token) return {}
  return { authorization: token.includes(':') ? `Basic ${Buffer.from(token).toString('base64')}` : `Bearer ${token}` }
}

async function failureOf(outcome: unknown, base: string, address: string): Promise<RegiaError> {
  if (!(outcome instanceof Response)) {
    return new RegiaError('UNAVAILABLE', `Nothing answered at ${base}.`, {
      cause: outcome,
      hint: 'Give the address under which the MLflow server is open in a browser.',
    })
  }
  const where = new URL(address).pathname
  const text = (await outcome.text()).slice(0, 300)
  if (outcome.status === 401 || outcome.status === 403) {
    return new RegiaError('UNAUTHORIZED', `The server asks who you are (${outcome.status}).`, {
      where,
      hint: 'Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.',
    })
  }
  const code = outcome.status === 404 ? 'NOT_FOUND' : 'UNAVAILABLE'
  return new RegiaError(code, `The server answered ${outcome.status}: ${text}`, {
    where,
    hint: 'Is it an MLflow server, of 2.0 or later?',
  })
}
