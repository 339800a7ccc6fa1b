import { createRng, RegiaError, type Rng, type Row } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { type Place, regiaUp, type Up } from './regia-command.ts'

/** Event time between two requests: a day is some hundred requests long. */
const PACE_MS = 4 * 60_000
const LABELS_A_REQUEST = 200

export type LabelledRow = { readonly row: Row; readonly label: string }

/** Clients of an endpoint whose server dies again and again. Each goes on when the server is back; what was answered, they write down. */
export class CrashReplay {
  /** Predictions that were answered, with the label that is due for each. */
  readonly answered = new Map<string, string>()
  /** Predictions whose label was accepted. */
  readonly labelled = new Set<string>()
  /** Rows of requests that a death cut short: they may be in the log or not. */
  unansweredRows = 0
  client: RegiaClient
  #server: Up
  #now: number
  readonly #place: Place
  readonly #endpoint: string
  readonly #rows: readonly LabelledRow[]
  #isUp: Promise<void> = Promise.resolve()

  constructor(place: Place, server: Up, endpoint: string, rows: readonly LabelledRow[], start: number) {
    this.#place = place
    this.#server = server
    this.#endpoint = endpoint
    this.#rows = rows
    this.#now = start
    this.client = createClient({ url: server.url })
  }

  /** Kills the server as a power cut of its process would, and starts another one on what it left. */
  async killAndRestart(): Promise<void> {
    let isBack = () => {}
    this.#isUp = new Promise((resolve) => {
      isBack = resolve
    })
    process.kill(this.#server.pid, 'SIGKILL')
    await this.#server.stop()
    this.#server = await regiaUp(this.#place)
    this.client = createClient({ url: this.#server.url })
    isBack()
  }

  /** One client: predictions of one to eight rows, one after the other, and their labels, until the signal. */
  async run(seed: string, signal: AbortSignal): Promise<void> {
    const rng = createRng(seed)
    const due: string[] = []
    while (!signal.aborted || due.length > 0) {
      await this.#isUp
      try {
        if (!signal.aborted) due.push(...(await this.#predict(rng)))
        if (signal.aborted || rng.next() < 0.3) await this.#label(due)
      } catch (error) {
        if (!isDeath(error)) throw error
      }
    }
  }

  stop(): Promise<unknown> {
    return this.#server.stop()
  }

  async #predict(rng: Rng): Promise<readonly string[]> {
    const rows = Array.from({ length: 1 + rng.integer(8) }, () => this.#rows[rng.integer(this.#rows.length)]!)
    this.#now += PACE_MS
    try {
      const { predictions } = await this.client.endpoints.predict(this.#endpoint, {
        rows: rows.map(({ row }) => row),
        at: new Date(this.#now).toISOString(),
      })
      for (const [i, { id }] of predictions.entries()) this.answered.set(id, rows[i]!.label)
      return predictions.map(({ id }) => id)
    } catch (error) {
      this.unansweredRows += rows.length
      throw error
    }
  }

  /**
   * Pushes what is due, and some labels that were accepted before: a request that was cut short is sent once more as well, and none may
   * count twice.
   */
  async #label(due: string[]): Promise<void> {
    const fresh = due.slice(0, LABELS_A_REQUEST)
    if (fresh.length === 0) return
    const ids = [...fresh, ...[...this.labelled].slice(-3)]
    const labels = ids.map((predictionId) => ({ predictionId, label: this.answered.get(predictionId)! }))
    const { acceptedCount, unknownIds } = await this.client.labels.push({ labels })
    if (acceptedCount !== ids.length) throw new Error(`The server has forgotten ${unknownIds.join(', ')}.`)
    for (const id of fresh) this.labelled.add(id)
    due.splice(0, fresh.length)
  }
}

/** What a client sees of a server that dies: no answer, half of one, or nobody there. */
function isDeath(error: unknown): boolean {
  if (error instanceof RegiaError) return error.code === 'UNAVAILABLE'
  return error instanceof TypeError && /terminated|fetch failed/.test(error.message)
}
