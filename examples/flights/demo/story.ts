import { fileURLToPath } from 'node:url'
import { createRng, type DemoContext, type DeployedProject, type RunSummary, readTable, shuffled } from 'regia'
import { flightSchema } from '../data/flight.ts'
import { BREAKAGES } from './breakage.ts'
import { type ChapterName, Chapters } from './chapters.ts'
import { DAY_MS, HOUR_MS, midnight, pause } from './days.ts'
import { type Flight, flightStream, readFlights } from './flight-stream.ts'
import { Pace } from './pace.ts'
import { Replay } from './replay.ts'
import { refusedByChecks, type Summary, summarise, type Told } from './summary.ts'

const CONTROL = { from: midnight('2001-03-02'), until: midnight('2001-04-01'), rows: 24_000 }
const REPLAY = { from: midnight('2001-04-01'), until: midnight('2001-07-01'), share: 0.05 }
const SEED = 2001

/** The whole loop on three million flights: an ordinary client of the HTTP API tells it. */
export default async function story(demo: DemoContext): Promise<Summary | undefined> {
  const { client } = demo
  const startedAt = Date.now()
  const replay = new Replay(client, 'delays')
  const chapters = new Chapters(client, demo, () => replay.broken)
  const history = { compared: 0, different: 0 }

  await chapters.start('ingest')
  const dataset = await ingest(demo, chapters)
  const project = await demo.deploy()

  const first = await runPipeline(demo, chapters, 'train')
  const secondRun = await runPipeline(demo, chapters, 'again')

  await chapters.start('serve')
  for (const spec of project.endpoints) await client.endpoints.apply(spec)
  for (const spec of project.monitors) await client.monitors.apply(spec)
  await chapters.end('serve', 'The endpoint "delays" serves version 1 and is watched.')

  const tables = await demo.artifacts(first.id, { control: ['split', 'control'], flights: ['add-history', 'flights'] })
  const controlAlerts = await control(demo, chapters, replay, tables.control)
  await replayQuarter(demo, chapters, replay, tables.flights, history)
  const rollbackMs = await closeLoop(demo, chapters)

  const told: Told = {
    dataset,
    secondRun,
    controlAlerts,
    failedRequests: replay.counts.failed,
    history,
    rollbackMs,
    startedAt,
  }
  const summary = await summarise(client, told)
  if (demo.exit) return summary
  demo.finish(summary)
  await onlyWatch(demo, project)
  await goOn(demo, chapters, replay, tables.flights)
  return undefined
}

async function ingest({ client, resolve }: DemoContext, chapters: Chapters) {
  const flights = fileURLToPath(new URL('../data/flights-3m.parquet', resolve('vega-datasets')))
  const airports = fileURLToPath(new URL('../data/airports.csv', resolve('vega-datasets')))
  const dataset = await client.datasets.ingest('flights', {
    path: flights,
    schema: flightSchema,
    description: 'US domestic flights, January to June 2001.',
  })
  await client.datasets.ingest('airports', { path: airports, description: 'US airports with their positions.' })
  const reasons = dataset.quarantineReasons.map(({ reason, rowCount }) => `${rowCount} × ${reason}`).join(', ')
  await chapters.end(
    'ingest',
    `flights@${dataset.version}: ${dataset.validRowCount.toLocaleString('en')} rows, ${dataset.quarantinedRowCount} in quarantine (${reasons}).`,
  )
  return dataset
}

async function runPipeline({ client }: DemoContext, chapters: Chapters, chapter: ChapterName): Promise<RunSummary> {
  await chapters.start(chapter)
  const started = await client.pipelines.run('delays', { trigger: { kind: 'person', by: 'demo' } })
  for (;;) {
    const run = await client.runs.get(started.id)
    const steps = run.steps.map((step) =>
      ['succeeded', 'cached', 'skipped'].includes(step.status) ? 1 : (step.progress ?? 0),
    )
    const running = run.steps.filter((step) => step.status === 'running').map((step) => step.step)
    await chapters.progress(chapter, steps.reduce((sum, value) => sum + value, 0) / steps.length, running.join(', '))
    if (run.status === 'succeeded') {
      await chapters.end(chapter, describeRun(run))
      return run
    }
    if (run.status !== 'running' && run.status !== 'queued')
      throw new Error(`Run ${run.id} ${run.status}: ${run.error?.message ?? 'see its logs'}`)
    await pause(250)
  }
}

function describeRun(run: RunSummary): string {
  const ran = run.stepCount - run.cachedStepCount
  return ran === 0
    ? `Nothing to do: all ${run.stepCount} steps come from the cache.`
    : `${ran} steps ran, ${run.cachedStepCount} came from the cache.`
}

/** Rows of the training days that training never saw, in random order: to the monitor nothing has changed. */
async function control({ client }: DemoContext, chapters: Chapters, replay: Replay, path: string): Promise<number> {
  await chapters.start('control')
  const rows = shuffled(readFlights(await readTable(path)), createRng(SEED)).slice(0, CONTROL.rows)
  const stepMs = (CONTROL.until - CONTROL.from) / rows.length
  for (const [i, row] of rows.entries()) {
    const departedAt = Math.floor(CONTROL.from + i * stepMs)
    await replay.depart({ ...row, departedAt, landedAt: departedAt + 2 * HOUR_MS })
    if (i % 250 === 0) {
      await replay.advance(departedAt)
      await chapters.progress('control', i / rows.length, `${i.toLocaleString('en')} predictions`, departedAt)
    }
  }
  await replay.advance(CONTROL.until + DAY_MS)
  const monitor = await client.monitors.evaluate('delays')
  const alerts = await client.alerts.list({ limit: 1 })
  await chapters.end('control', `${monitor.windowCount} windows of unchanged data: ${alerts.total} alerts.`)
  return alerts.total
}

async function replayQuarter(
  demo: DemoContext,
  chapters: Chapters,
  replay: Replay,
  path: string,
  history: Told['history'],
): Promise<void> {
  await chapters.start('replay')
  const pace = new Pace(demo.client)
  let hour = 0
  for await (const flight of flightStream(path, REPLAY.from, REPLAY.until, history)) {
    if (flight.departedAt >= hour + HOUR_MS) {
      hour = Math.floor(flight.departedAt / HOUR_MS) * HOUR_MS
      await replay.advance(hour)
      await chapters.progress(
        'replay',
        (hour - REPLAY.from) / (REPLAY.until - REPLAY.from),
        `${new Date(hour).toISOString().slice(0, 10)} · ${replay.counts.requests.toLocaleString('en')} requests`,
        hour,
      )
      await pace.hold()
    }
    if (isSampled(flight, REPLAY.share)) await replay.depart(flight)
  }
  await replay.advance(REPLAY.until + DAY_MS)
  await demo.client.monitors.evaluate('delays')
  await chapters.end(
    'replay',
    `${replay.counts.requests.toLocaleString('en')} requests, ${replay.counts.failed} failed; ${replay.counts.labels.toLocaleString('en')} labels. History features: ${history.different} of ${history.compared.toLocaleString('en')} differ from the offline ones.`,
  )
}

/** The same flights in every run of the story, spread over all hours and airports. */
const isSampled = (flight: Flight, share: number): boolean =>
  (Math.imul(flight.number, 0x9e3779b1) >>> 0) / 2 ** 32 < share

/** Says how the loop closed, and shows that the way back is open. */
async function closeLoop({ client, say }: DemoContext, chapters: Chapters): Promise<number | null> {
  await chapters.start('close')
  const { items } = await client.endpoints.decisions('delays', { limit: 100 })
  for (const decision of [...items].reverse())
    say(`${decision.eventTime?.slice(0, 10) ?? ''} ${decision.kind}: ${decision.reason}`)
  for (const { number, checks } of await refusedByChecks(client))
    say(`Run #${number}: its candidate was refused by ${checks}.`)
  const endpoint = await client.endpoints.get('delays')
  if (endpoint.rollbackVersion === undefined) {
    await chapters.end('close', 'No candidate took over: version 1 still serves.')
    return null
  }
  const champion = await client.models.version('delays', 'champion')
  const started = performance.now()
  await client.endpoints.rollback('delays', { reason: 'Demonstration: the way back.' })
  const rollbackMs = Math.round(performance.now() - started)
  await client.models.promote('delays', champion.version, {
    alias: 'champion',
    reason: 'Demonstration over: forward again.',
  })
  await chapters.end(
    'close',
    `Version ${champion.version} serves. Rolled back to version ${endpoint.rollbackVersion} in ${rollbackMs} ms, and forward again.`,
  )
  return rollbackMs
}

/**
 * The flights end with June. What is replayed again would flatter a model that was trained on it, so from here on the monitor only calls for a person,
 * and nothing is tried in shadow.
 */
async function onlyWatch({ client, say }: DemoContext, { endpoints, monitors }: DeployedProject): Promise<void> {
  for (const { shadow: _, ...spec } of endpoints) await client.endpoints.apply(spec)
  for (const spec of monitors) await client.monitors.apply({ ...spec, actions: [] })
  say('The data ends here: from now on alerts call for you, and retrain nothing by themselves.')
}

/** June's last four weeks over and over, later each time, an hour a second; whoever watches may break them. */
async function goOn(
  { client, say, signal }: DemoContext,
  chapters: Chapters,
  replay: Replay,
  path: string,
): Promise<void> {
  await chapters.invite()
  say('The replay goes on slowly. Break it on the Overview, or with: regia demo break distance-x100')
  const weeks = 28 * DAY_MS
  for (let round = 1; !signal.aborted; round++) {
    let hour = 0
    for await (const flight of flightStream(path, REPLAY.until - weeks, REPLAY.until, { compared: 0, different: 0 })) {
      if (signal.aborted) return
      const shifted = shift(flight, round * weeks)
      if (shifted.departedAt >= hour + HOUR_MS) {
        hour = Math.floor(shifted.departedAt / HOUR_MS) * HOUR_MS
        await replay.advance(hour)
        await obey(client, chapters, replay)
        await chapters.moveTo(hour)
        await pause(250)
      }
      if (isSampled(flight, REPLAY.share)) await replay.depart(shifted)
    }
  }
}

const shift = (flight: Flight, by: number): Flight => ({
  ...flight,
  row: { ...flight.row, date: new Date(Date.parse(flight.row.date) + by).toISOString() },
  departedAt: flight.departedAt + by,
  landedAt: flight.landedAt + by,
})

async function obey(client: DemoContext['client'], chapters: Chapters, replay: Replay): Promise<void> {
  const { actions } = await client.demo.takeActions()
  for (const { name, active } of actions) {
    if (!BREAKAGES.some((breakage) => breakage.name === name)) continue
    if (active) replay.broken.add(name)
    else replay.broken.delete(name)
  }
  if (actions.length > 0) await chapters.send()
}
