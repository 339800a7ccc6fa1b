import type { EndpointSpec, LoggedPrediction, Page, WindowResult } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import type { Breakage } from '../../examples/flights/demo/breakage.ts'
import { DAY_MS, HOUR_MS } from '../../examples/flights/demo/days.ts'
import type { Flight } from '../../examples/flights/demo/flight-stream.ts'
import delays from '../../examples/flights/monitors/delays.ts'

/** The example's rule, on the fewer pairs of a smaller sample. */
export const RULE = {
  minimumDifference: -0.002,
  confidence: 0.95,
  minimumPairs: 500,
  maximumPairs: 4000,
  automatic: true,
}

/** Every item of a list, page by page. */
export async function everything<Item>(
  list: (query: { readonly limit: number; readonly cursor?: string }) => Promise<Page<Item>>,
): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | undefined
  do {
    const page = await list({ limit: 200, ...(cursor !== undefined && { cursor }) })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return items
}

/** Asks again and again until it is so. */
export async function until(isSo: () => Promise<boolean>, timeoutMs = 120_000): Promise<void> {
  const giveUpAt = Date.now() + timeoutMs
  while (!(await isSo())) {
    if (Date.now() > giveUpAt) throw new Error(`It did not come about within ${timeoutMs} ms: ${isSo}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export const logOf = (client: RegiaClient, endpoint: string): Promise<LoggedPrediction[]> =>
  everything((query) => client.endpoints.predictions(endpoint, query))

export const windowsOf = (client: RegiaClient, monitor: string): Promise<WindowResult[]> =>
  everything((query) => client.monitors.windows(monitor, query))

/** An endpoint that is watched by the example's monitor under another name. Its action, a retraining, is left out: an alert is what is asked for here. */
export async function watchedEndpoint(client: RegiaClient, spec: Pick<EndpointSpec, 'name' | 'stable'>): Promise<void> {
  await client.endpoints.apply({ description: '', ...spec })
  await client.monitors.apply({ ...delays.spec, name: spec.name, endpoint: spec.name, actions: [] })
}

/** Flights as rows of one event time, and their labels once they have landed; broken on the way where a breakage is given. */
export async function send(
  client: RegiaClient,
  endpoint: string,
  flights: readonly Flight[],
  at: number,
  { row = (same) => same, late = (same) => same }: Pick<Breakage, 'row' | 'late'> = {},
): Promise<readonly string[]> {
  const { predictions } = await client.endpoints.predict(endpoint, {
    rows: flights.map((flight) => row(flight.row)),
    at: new Date(at).toISOString(),
  })
  const ids = predictions.map(({ id }) => id)
  const labels = ids.map((predictionId, i) => ({ predictionId, label: String(late(flights[i]!.late)) }))
  await client.labels.push({ labels })
  return ids
}

const REQUESTS_A_DAY = 4

/** A day of flights, spread over four hours of it. */
export async function sendDay(
  client: RegiaClient,
  endpoint: string,
  flights: readonly Flight[],
  midnight: number,
  breakage: Pick<Breakage, 'row' | 'late'> = {},
): Promise<void> {
  const size = Math.ceil(flights.length / REQUESTS_A_DAY)
  for (let i = 0; i < REQUESTS_A_DAY; i++) {
    await send(client, endpoint, flights.slice(i * size, (i + 1) * size), midnight + (3 + 6 * i) * HOUR_MS, breakage)
  }
}

/** One more flight half a day later: event time passes the ends of all windows before, and of the time that their labels have. */
export const passTime = (client: RegiaClient, endpoint: string, flight: Flight, midnight: number) =>
  send(client, endpoint, [flight], midnight + DAY_MS / 2)

/** Where some column had drifted in so many windows in a row for the first time: the windows by themselves, without the server's rule. */
export function firstLastingDrift(windows: readonly WindowResult[], inARow: number): WindowResult | undefined {
  const judged = windows.filter(({ drift }) => drift.length > 0).sort((a, b) => a.from.localeCompare(b.from))
  const drifted = judged.map(({ drift }) => drift.filter(({ isDrifted }) => isDrifted).map(({ column }) => column))
  return judged.find((_, last) =>
    drifted[last]!.some(
      (column) =>
        drifted.slice(Math.max(0, last - inARow + 1), last + 1).every((columns) => columns.includes(column)) &&
        last >= inARow - 1,
    ),
  )
}
