import type { RegiaClient } from 'regia'
import { BREAKAGES } from './breakage.ts'
import type { Flight } from './flight-stream.ts'

const HOUR_MS = 3_600_000
const CONCURRENT_REQUESTS = 24
const LABELS_A_REQUEST = 2_000

export type ReplayCounts = { requests: number; failed: number; labels: number; failures: string[] }

/**
 * Sends flights to an endpoint as they depart, on an accelerated clock, and their labels as they land: an ordinary client of the HTTP API.
 * Event time travels with every request.
 */
export class Replay {
  readonly counts: ReplayCounts = { requests: 0, failed: 0, labels: 0, failures: [] }
  /** Names of the breakages at work. */
  readonly broken = new Set<string>()
  /** Event time that the replay has reached. */
  now = 0
  readonly #client: RegiaClient
  readonly #endpoint: string
  readonly #inFlight = new Set<Promise<void>>()
  readonly #landings = new Map<number, { predictionId: string; label: string }[]>()

  constructor(client: RegiaClient, endpoint: string) {
    this.#client = client
    this.#endpoint = endpoint
  }

  /** A departure. Waits while too many requests are under way. */
  async depart(flight: Flight): Promise<void> {
    if (this.#inFlight.size >= CONCURRENT_REQUESTS) await Promise.race(this.#inFlight)
    const request = this.#predict(flight).finally(() => this.#inFlight.delete(request))
    this.#inFlight.add(request)
  }

  /** Moves the clock: what has landed until then is reported. */
  async advance(to: number): Promise<void> {
    await Promise.all(this.#inFlight)
    this.now = to
    const landed = [...this.#landings.keys()].filter((hour) => hour * HOUR_MS + HOUR_MS <= to).sort((a, b) => a - b)
    for (const hour of landed) {
      await this.#report(this.#landings.get(hour) ?? [])
      this.#landings.delete(hour)
    }
  }

  async #predict(flight: Flight): Promise<void> {
    const row = this.#active().reduce((changed, breakage) => breakage.row?.(changed) ?? changed, flight.row)
    this.counts.requests++
    try {
      const { predictions } = await this.#client.endpoints.predict(this.#endpoint, {
        rows: [row],
        at: new Date(flight.departedAt).toISOString(),
      })
      this.#expect(predictions[0]!.id, flight)
    } catch (error) {
      this.counts.failed++
      if (this.counts.failures.length < 5)
        this.counts.failures.push(error instanceof Error ? error.message : String(error))
    }
  }

  #expect(predictionId: string, flight: Flight): void {
    const late = this.#active().reduce((value, breakage) => breakage.late?.(value) ?? value, flight.late)
    const hour = Math.floor(flight.landedAt / HOUR_MS)
    const due = this.#landings.get(hour) ?? []
    due.push({ predictionId, label: String(late) })
    this.#landings.set(hour, due)
  }

  async #report(labels: readonly { predictionId: string; label: string }[]): Promise<void> {
    for (let i = 0; i < labels.length; i += LABELS_A_REQUEST) {
      const { acceptedCount } = await this.#client.labels.push({ labels: labels.slice(i, i + LABELS_A_REQUEST) })
      this.counts.labels += acceptedCount
    }
  }

  #active() {
    return this.broken.size === 0 ? NONE : BREAKAGES.filter(({ name }) => this.broken.has(name))
  }
}

const NONE: typeof BREAKAGES = []
