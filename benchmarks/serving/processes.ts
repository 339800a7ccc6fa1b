import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { boolColumn, createRng, floatColumn, gradientBoosting, makeTable, passthrough, tabularModel } from '@regia/core'
import { writeModelPackage } from '@regia/engine'
import { atMost, type Benchmark, median, ratioAtMost } from '../claim.ts'
import { cpuSeconds, treeCpuSeconds } from '../process-tree.ts'
import { type RegiaProcess, regia, startRegia, temporaryFolder } from '../regia-process.ts'
import { loadInChild, type Target } from './load-generator.ts'

const COUNTS = [0, 1, 2] as const
const CONNECTIONS = 48
const SECONDS = 3
const ROUNDS = 3
const INPUTS = 20
/** Tens of microseconds a row: a model that computes for less is served best by one process. */
const TREES = 600

type Served = { readonly count: number; readonly server: RegiaProcess; readonly target: Target }
type Round = { readonly perSecond: number; readonly cpu: number; readonly firstCpu: number; readonly failures: number }

/**
 * One server alone, and with one and two gateway processes: requests a second, processor time of all processes for a request, and that of
 * the first one, which writes the log and is what more processes cannot go beyond.
 */
export const measureProcesses: Benchmark = async (say) => {
  const { archive, bodies } = await makeModel()
  const served: Served[] = []
  try {
    for (const count of COUNTS) served.push(await start(count, archive, bodies))
    for (const { target } of served) await loadInChild(target, { connections: CONNECTIONS, seconds: 2 })
    const rounds = served.map((): Round[] => [])
    for (let i = 0; i < ROUNDS; i++) for (const [at, one] of served.entries()) rounds[at]!.push(await measure(one))
    const at = (place: number, key: keyof Round): number => median(rounds[place]!.map((round) => round[key]))
    for (const [place, { count }] of served.entries()) {
      say(
        `serving: ${count} gateways: ${at(place, 'perSecond').toFixed(0)} requests/s, ${at(place, 'cpu').toFixed(0)} µs a request, ${at(place, 'firstCpu').toFixed(0)} µs of them in the first process`,
      )
    }
    const failures = rounds.flat().reduce((sum, round) => sum + round.failures, 0)
    return [
      atMost('failed requests with several processes', failures, 'requests', 0),
      ratioAtMost('first process, 2 gateways', at(2, 'firstCpu'), 'µs/request', 'alone', at(0, 'firstCpu'), 0.9),
      ratioAtMost('all processes, 2 gateways', at(2, 'cpu'), 'µs/request', 'alone', at(0, 'cpu'), 2),
    ]
  } finally {
    for (const { server } of served) await server.stop()
  }
}

async function measure({ server, target }: Served): Promise<Round> {
  const before = [treeCpuSeconds(server.pid), cpuSeconds(server.pid)] as const
  const { requests, perSecond, failures } = await loadInChild(target, { connections: CONNECTIONS, seconds: SECONDS })
  const perRequest = (seconds: number): number => (seconds / requests) * 1e6
  return {
    perSecond,
    failures,
    cpu: perRequest(treeCpuSeconds(server.pid) - before[0]),
    firstCpu: perRequest(cpuSeconds(server.pid) - before[1]),
  }
}

async function start(count: number, archive: string, bodies: readonly string[]): Promise<Served> {
  const project = path.join(temporaryFolder(), 'project')
  mkdirSync(project)
  const server = await startRegia(project, ['--no-worker', '--gateways', `${count}`])
  await regia(project, server.url, ['models', 'import', archive, '--name', 'bench', '--alias', 'champion'])
  await regia(project, server.url, ['endpoints', 'create', 'bench', '--stable', 'bench@champion'])
  const port = Number(new URL(server.url).port)
  return { count, server, target: { port, path: '/api/v1/endpoints/bench/predict', bodies } }
}

async function makeModel() {
  const rng = createRng('processes')
  const names = Array.from({ length: INPUTS }, (_, i) => `x${i}`)
  const values = names.map(() => Array.from({ length: 2_000 }, () => rng.normal()))
  const late = values[0]!.map((value, i) => value + values[1]![i]! * values[2]![i]! + rng.normal() > 0)
  const columns = Object.fromEntries(names.map((name, i) => [name, floatColumn(values[i]!)]))
  const train = makeTable({ ...columns, late: boolColumn(late) })
  const model = tabularModel({
    transforms: [passthrough(names)],
    learner: gradientBoosting({ trees: TREES, leaves: 31 }),
  })
  const { bytes } = await writeModelPackage({ fitted: model.fit(train, { target: 'late' }), train })
  const archive = path.join(temporaryFolder(), 'bench.zip')
  writeFileSync(archive, bytes)
  const rowOf = (i: number) => Object.fromEntries(names.map((name, at) => [name, values[at]![i]!]))
  return { archive, bodies: Array.from({ length: 200 }, (_, i) => JSON.stringify({ rows: [rowOf(i)] })) }
}

if (import.meta.main) console.table(await measureProcesses((text) => console.error(text)))
