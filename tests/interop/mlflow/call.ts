/** A request in words that hold for any server: ids stand as `{run:3}`, the name under which an earlier reply's id was kept. */
export type Call = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** After `/api/2.0/mlflow/`. */
  readonly path: string
  readonly body?: Readonly<Record<string, unknown>>
  /** The name for the id that a successful reply brings. */
  readonly keep?: string
}

export type Reply = { readonly status: number; readonly body: unknown }

type Ids = Map<string, string>

/** Sends calls to one server and speaks of what it made by names. */
export class Caller {
  readonly #url: string
  readonly #ids: Ids = new Map()

  constructor(url: string) {
    this.#url = url
  }

  async send(call: Call): Promise<Reply> {
    const path = this.#toIds(call.path)
    const body: unknown = call.body && JSON.parse(this.#toIds(JSON.stringify(call.body)))
    const isQuery = call.method === 'GET'
    const query = isQuery && body ? `?${queryOf(body as Record<string, unknown>)}` : ''
    const response = await fetch(`${this.#url}/api/2.0/mlflow/${path}${query}`, {
      method: call.method,
      ...(!isQuery && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) }),
    })
    const reply: unknown = await response.json().catch(() => undefined)
    if (call.keep !== undefined && response.ok) this.#keep(call.keep, idIn(reply))
    return { status: response.status, body: JSON.parse(this.#toNames(JSON.stringify(reply ?? null))) }
  }

  #keep(name: string, id: string | undefined): void {
    if (id !== undefined) this.#ids.set(name, id)
  }

  /** An id that was never made reads as one that is nowhere. */
  #toIds(text: string): string {
    return text.replace(/\{(\w+:\d+)\}/g, (_, name: string) => this.#ids.get(name) ?? UNKNOWN[name.split(':')[0]!]!)
  }

  /** Ids are long enough not to stand in a reply by chance; numbers of experiments are the same at both servers. */
  #toNames(text: string): string {
    let named = text
    for (const [name, id] of this.#ids) if (id.length >= 32) named = named.replaceAll(id, `{${name}}`)
    return named
  }
}

const UNKNOWN: Readonly<Record<string, string>> = {
  run: 'f'.repeat(32),
  experiment: '987654',
  model: `m-${'f'.repeat(32)}`,
}

function queryOf(body: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(body)) for (const each of [value].flat()) query.append(name, String(each))
  return query.toString()
}

type MadeThings = {
  readonly run?: { readonly info?: { readonly run_id?: string } }
  readonly experiment_id?: string
  readonly model?: { readonly info?: { readonly model_id?: string } }
}

function idIn(reply: unknown): string | undefined {
  const made = reply as MadeThings | undefined
  return made?.run?.info?.run_id ?? made?.model?.info?.model_id ?? made?.experiment_id
}
