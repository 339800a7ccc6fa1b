import { setTimeout as sleep } from 'node:timers/promises'
import type { Row } from '@regia/core'
import type { ServedTrips } from './served-trips.ts'

export type LoadResult = {
  readonly answered: number
  readonly failures: readonly unknown[]
  readonly versions: ReadonlySet<number>
}

/** Asks an endpoint from several sides until it is told to stop. */
export function startLoad(
  { send }: ServedTrips,
  endpoint: string,
  rows: readonly Row[],
  clients = 8,
): { readonly stop: () => Promise<LoadResult> } {
  const failures: unknown[] = []
  const versions = new Set<number>()
  let answered = 0
  let isStopped = false
  const ask = async (client: number): Promise<void> => {
    for (let i = client; !isStopped; i += clients) {
      const reply = await send('POST', `/api/v1/endpoints/${endpoint}/predict`, { rows: [rows[i % rows.length]] })
      if (reply.status === 200) {
        answered++
        versions.add(reply.body.version)
      } else failures.push(reply.body)
    }
  }
  const asking = Promise.all(Array.from({ length: clients }, (_, client) => ask(client)))
  return {
    stop: async () => {
      isStopped = true
      await asking
      return { answered, failures, versions }
    },
  }
}

/** Asks again and again until the answer is there. */
export async function eventually<Result>(ask: () => Promise<Result | undefined>, timeoutMs = 45_000): Promise<Result> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const result = await ask()
    if (result !== undefined) return result
    if (performance.now() > deadline) throw new Error('It did not happen in time.')
    await sleep(20)
  }
}
