import { LatencyHistogram } from './latency-histogram.ts'

/** What one version did in one slot of wall-clock time. */
export type SlotCounts = Totals & { latency: LatencyHistogram }

export type Totals = { requestCount: number; predictionCount: number; errorCount: number }

type Slot = { number: number; readonly byVersion: Map<number, SlotCounts> }

export const SLOT_MS = 5_000
const SLOTS = 720

function addTo(totals: Totals, add: { readonly predictions: number; readonly isError: boolean }): void {
  totals.requestCount++
  totals.predictionCount += add.predictions
  if (add.isError) totals.errorCount++
}

const emptyCounts = (): SlotCounts => ({
  requestCount: 0,
  predictionCount: 0,
  errorCount: 0,
  latency: new LatencyHistogram(),
})

/** The last hour of an endpoint's traffic in slots of five seconds, by version. */
export class TrafficRing {
  readonly #slots: (Slot | undefined)[] = new Array(SLOTS)
  readonly #totals = new Map<number, Totals>()

  /** Since the process began, by version. */
  get totals(): ReadonlyMap<number, Totals> {
    return this.#totals
  }

  count(nowMs: number, version: number, add: { predictions: number; isError: boolean; latencyMs: number }): void {
    const counts = this.#countsAt(nowMs, version)
    addTo(counts, add)
    counts.latency.add(add.latencyMs)
    const totals = this.#totals.get(version) ?? { requestCount: 0, predictionCount: 0, errorCount: 0 }
    this.#totals.set(version, totals)
    addTo(totals, add)
  }

  /** The slots from `fromMs` on, oldest first, empty ones included; the one that is still filling comes last. */
  slots(fromMs: number, nowMs: number): { readonly at: number; readonly byVersion: ReadonlyMap<number, SlotCounts> }[] {
    const last = Math.floor(nowMs / SLOT_MS)
    const first = Math.max(Math.floor(fromMs / SLOT_MS), last - SLOTS + 1)
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
      const slot = this.#slots[(first + i) % SLOTS]
      const byVersion = slot?.number === first + i ? slot.byVersion : new Map<number, SlotCounts>()
      return { at: (first + i) * SLOT_MS, byVersion }
    })
  }

  /** All that happened since `fromMs`, by version. */
  sum(fromMs: number, nowMs: number): Map<number, SlotCounts> {
    const totals = new Map<number, SlotCounts>()
    for (const { byVersion } of this.slots(fromMs, nowMs)) {
      for (const [version, counts] of byVersion) {
        const total = totals.get(version) ?? emptyCounts()
        totals.set(version, total)
        total.requestCount += counts.requestCount
        total.predictionCount += counts.predictionCount
        total.errorCount += counts.errorCount
        total.latency.merge(counts.latency)
      }
    }
    return totals
  }

  #countsAt(nowMs: number, version: number): SlotCounts {
    const number = Math.floor(nowMs / SLOT_MS)
    let slot = this.#slots[number % SLOTS]
    if (slot?.number !== number) {
      slot = { number, byVersion: new Map() }
      this.#slots[number % SLOTS] = slot
    }
    const counts = slot.byVersion.get(version) ?? emptyCounts()
    slot.byVersion.set(version, counts)
    return counts
  }
}
