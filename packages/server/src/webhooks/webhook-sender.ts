import { toIso, type WebhookId } from '@regia/core'
import type { Database } from '../database/database.ts'
import {
  bringForward,
  dueDeliveries,
  endAttempt,
  forgetDeliveries,
  holdBack,
  type Outgoing,
  takeDelivery,
} from './outbox.ts'
import { type SendDeps, type Sent, sendDelivery } from './send-delivery.ts'
import { findWebhook } from './webhook-store.ts'

export type SenderDeps = SendDeps & {
  readonly database: Database
  readonly publish: (type: 'webhook', id: string) => void
  readonly onError: (error: unknown) => void
}

/** How long to wait after each attempt that failed; after the last one it is given up. */
const WAITS_MS = [5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 21_600_000] as const
const LONGEST_WAIT_MS = 21_600_000
/** However few attempts it had, since others went before. */
const GIVE_UP_MS = 3 * 86_400_000
/** Longer than any attempt: one that is still not ended after it died with its process. */
const LEASE_MS = 35_000
/** So long a webhook rests after a failure, with everything that waits for it. */
const REST_MS = 60_000
const PER_TURN = 200
const REMEMBER_MS = 30 * 86_400_000
const FORGET_EVERY_MS = 3_600_000

/** Sends what was written down. Each webhook is served on its own, so that one that hangs keeps no other waiting. */
export class WebhookSender {
  readonly #deps: SenderDeps
  readonly #stop = new AbortController()
  readonly #busy = new Map<WebhookId, Promise<void>>()
  #forgetAt = 0

  constructor(deps: SenderDeps) {
    this.#deps = deps
  }

  get stopped(): AbortSignal {
    return this.#stop.signal
  }

  /** Takes up what an earlier process died with. */
  async start(): Promise<void> {
    await bringForward(this.#deps.database, this.#deps.clock(), LEASE_MS)
  }

  /** Begins to send what is due; does not wait for answers. */
  async turn(): Promise<void> {
    const { database, clock } = this.#deps
    await this.#forget()
    const due = await dueDeliveries(database, { now: clock(), busy: [...this.#busy.keys()], limit: PER_TURN })
    for (const [webhook, waiting] of Map.groupBy(due, (delivery) => delivery.webhook)) {
      if (!this.#busy.has(webhook)) this.#begin(webhook, waiting)
    }
  }

  /** Until nothing is being sent. */
  async idle(): Promise<void> {
    while (this.#busy.size > 0) await Promise.all(this.#busy.values())
  }

  /** Sends what is due once more, for at most so long; what is cut off is sent again after the next start. */
  async finish(withinMs: number): Promise<void> {
    const timer = setTimeout(() => this.#stop.abort(), withinMs)
    await this.turn()
    await this.idle()
    clearTimeout(timer)
    this.#stop.abort()
  }

  #begin(webhook: WebhookId, waiting: readonly Outgoing[]): void {
    const sending = this.#sendAll(webhook, waiting)
      .catch(this.#deps.onError)
      .finally(() => this.#busy.delete(webhook))
    this.#busy.set(webhook, sending)
  }

  async #sendAll(id: WebhookId, waiting: readonly Outgoing[]): Promise<void> {
    const { database, clock } = this.#deps
    for (const delivery of waiting) {
      const webhook = await findWebhook(database, id)
      if (!webhook || this.stopped.aborted) return
      if (!(await takeDelivery(database, delivery, clock() + LEASE_MS))) continue
      const sent = await sendDelivery(this.#deps, webhook, delivery, this.stopped)
      // Stopped in the middle: nobody knows whether it arrived, so that it is sent again.
      if (!sent.isDelivered && this.stopped.aborted) return
      if (await this.#end(delivery, sent)) return
    }
  }

  /** @returns Whether it waits for another attempt, and all others of its webhook with it. */
  async #end({ id, webhook, attempts, at }: Outgoing, sent: Sent): Promise<boolean> {
    const { database, clock, publish } = this.#deps
    const now = clock()
    const seen = { responseStatus: sent.responseStatus, error: sent.error }
    const wait = sent.isWorthAnother && now - Date.parse(at) < GIVE_UP_MS ? WAITS_MS[attempts] : undefined
    if (wait === undefined) {
      await endAttempt(database, id, { status: sent.isDelivered ? 'delivered' : 'failed', ...seen })
    } else {
      const nextAt = now + Math.min(Math.max(wait, sent.retryAfterMs ?? 0), LONGEST_WAIT_MS)
      await endAttempt(database, id, { status: 'waiting', nextAt, ...seen })
      await holdBack(database, webhook, Math.min(nextAt, now + REST_MS))
    }
    publish('webhook', webhook)
    return wait !== undefined
  }

  async #forget(): Promise<void> {
    const { database, clock } = this.#deps
    const now = clock()
    if (now < this.#forgetAt) return
    this.#forgetAt = now + FORGET_EVERY_MS
    await forgetDeliveries(database, toIso(now - REMEMBER_MS))
  }
}
