import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { RegiaError, type Run, type RunSummary } from '@regia/core'
import { createDataEngine } from '@regia/engine'
import type { RegiaClient } from '@regia/sdk'
import { CHECKOUT, temporaryFolder } from './regia-command.ts'

/** The days that the smaller project trains on, and those that its gate tests on: earlier than the example's, so that fewer rows are enough. */
export const DAYS = { trainFrom: '2001-01-01', trainUntil: '2001-02-14', testUntil: '2001-02-21' } as const

const AIRPORTS = 'ORD DFW ATL LAX PHX STL DTW LAS MSP DEN BOS SFO EWR PHL SEA LGA'.split(' ')
const require = createRequire(import.meta.url)
const dataFile = (name: string) => join(dirname(require.resolve('vega-datasets')), '../data', name)

/** Two settings of the same steps: one that hardly learns, one that does. The gate lets both pass, so that only the comparison in shadow can tell them apart. */
const DUEL = `
import { checks, dataset, gate, pipeline, register, when, z } from 'regia'
import { addHistory, locateInTime, split } from './prepare.ts'
import { settingSchema, train } from './train.ts'

export const duelChecks = checks('duel', ({ model, test }) => model.on(test).auc().isAtLeast(0.55))

export default pipeline(
  'duel',
  { setting: settingSchema, trainFrom: z.iso.date(), trainUntil: z.iso.date(), testUntil: z.iso.date() },
  (p) => {
    const { located } = locateInTime({ flights: dataset('flights'), airports: dataset('airports') })
    const { flights } = addHistory({ located })
    const days = { trainFrom: p.trainFrom, trainUntil: p.trainUntil }
    const rows = split({ flights, ...days, testUntil: p.testUntil })
    const trained = train({ train: rows.train, labels: 'real', ...days, setting: p.setting })
    const { passed, report } = gate(duelChecks, { model: trained.model, test: rows.test })
    when(passed, () => register('duel', trained.model, { report, alias: 'challenger' }))
  },
)
`

/**
 * The flights project in a folder of its own: the example's pipeline, checks, monitor and features, unchanged, on the real flights of ten weeks
 * among sixteen airports. Every flight among them is there, so that the history features mean what they mean in the example.
 */
export async function flightsProject(): Promise<{ readonly dir: string; readonly remove: () => Promise<void> }> {
  const folder = await temporaryFolder()
  for (const part of ['pipelines', 'checks', 'features', 'data', 'regia.config.ts']) {
    await cp(join(CHECKOUT, 'examples/flights', part), join(folder.dir, part), { recursive: true })
  }
  await writeFile(join(folder.dir, 'pipelines/duel.ts'), DUEL)
  await cp(dataFile('airports.csv'), join(folder.dir, 'airports.csv'))
  const engine = await createDataEngine({ tempDir: join(folder.dir, '.duckdb'), memoryLimitMb: 400 })
  const airports = AIRPORTS.map((iata) => `'${iata}'`).join(', ')
  await engine.query({
    sql: `SELECT * FROM flights WHERE date < TIMESTAMP '2001-03-16' AND origin IN (${airports}) AND destination IN (${airports})`,
    tables: { flights: dataFile('flights-3m.parquet') },
    outputPath: join(folder.dir, 'flights.parquet'),
  })
  await engine.close()
  return folder
}

/** Waits until a run has ended, however. */
export async function finished(client: RegiaClient, runId: string): Promise<Run> {
  for (;;) {
    const run = await client.runs.get(runId)
    if (run.status !== 'queued' && run.status !== 'running') return run
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Waits for a run and throws what made it fail. */
export async function succeeded(client: RegiaClient, { id }: Pick<RunSummary, 'id'>): Promise<Run> {
  const run = await finished(client, id)
  if (run.status === 'succeeded') return run
  throw run.error ? RegiaError.fromBody(run.error) : new Error(`Run ${id} ended as ${run.status}.`)
}

/** A table that a run made, as a Parquet file outside of the server. */
export async function artifactFile(client: RegiaClient, run: Run, step: string, output: string) {
  const artifact = run.steps.find((each) => each.step === step)!.outputs[output]!
  const dir = await mkdtemp(join(tmpdir(), 'regia-test-'))
  const path = join(dir, `${output}.parquet`)
  await writeFile(path, await client.blobs.read(artifact.digest))
  return { path, remove: () => rm(dir, { recursive: true }) }
}
