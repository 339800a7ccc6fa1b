import type { Claim } from '../claim.ts'
import { median, ratioAtMost } from '../claim.ts'
import { treeCpuSeconds } from '../process-tree.ts'
import type { Contender } from './contenders.ts'
import { loadInChild } from './load-generator.ts'
import type { BenchModel } from './model.ts'

const CONNECTIONS = 16
const SECONDS = 5
/** Before each measurement, under the same load: others had their turn meanwhile. */
const WARM_SECONDS = 2
const ROUNDS = 3

export type Measured = {
  readonly name: string
  /** Processor time of the whole server for one request. */
  readonly cpuMicroseconds: number
  readonly topPerSecond: number
}

/** How many times fewer microseconds of processor time a request must cost beside each peer. */
const GOALS: Readonly<Record<string, number>> = { fastapi: 5, mlflow: 8, bentoml: 8, mlserver: 8 }

/** A wrong answer must not win a race. */
export async function assertAnswers({ name, target, read }: Contender, model: BenchModel): Promise<void> {
  for (const [i, body] of target.bodies.slice(0, 20).entries()) {
    const response = await fetch(`http://127.0.0.1:${target.port}${target.path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    const got = read(await response.text())
    const expected = model.expected[i]![1]!
    if (!(Math.abs(got - expected) < 1e-5)) throw new Error(`${name} answers ${got} for row ${i}, not ${expected}`)
  }
}

/** Rounds of all contenders in turn, so that what disturbs the machine disturbs each of them. */
export async function measureTop(contenders: readonly Contender[], say: (text: string) => void): Promise<Measured[]> {
  const rounds = contenders.map((): { cpu: number[]; top: number[] } => ({ cpu: [], top: [] }))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { name, pid, target }] of contenders.entries()) {
      await loadInChild(target, { connections: CONNECTIONS, seconds: WARM_SECONDS })
      const before = treeCpuSeconds(pid)
      const report = await loadInChild(target, { connections: CONNECTIONS, seconds: SECONDS })
      if (report.failures > 0) throw new Error(`${name} failed ${report.failures} requests: ${report.failure}`)
      rounds[i]!.cpu.push(((treeCpuSeconds(pid) - before) / report.requests) * 1e6)
      rounds[i]!.top.push(report.perSecond)
    }
    say(`serving: round ${round + 1} of ${ROUNDS}`)
  }
  return contenders.map(({ name }, i) => ({
    name,
    cpuMicroseconds: median(rounds[i]!.cpu),
    topPerSecond: median(rounds[i]!.top),
  }))
}

/** p99 under half of the load that a contender can answer: its own, and of ours under the same load. */
export type HalfLoad = {
  readonly perSecond: number
  readonly p99Ms: number
  readonly oursMs: ReadonlyMap<string, number>
}

/** @param ours - Those that are asked under each of the loads. */
export async function measureHalfLoad(
  contenders: readonly Contender[],
  tops: readonly Measured[],
  ours: readonly Contender[],
): Promise<ReadonlyMap<string, HalfLoad>> {
  const loads = new Map<string, HalfLoad>()
  for (const [i, contender] of contenders.entries()) {
    const rate = tops[i]!.topPerSecond / 2
    const asked = ours.includes(contender) ? [contender] : [contender, ...ours]
    const runs = asked.map((): number[] => [])
    for (let round = 0; round < ROUNDS; round++) {
      for (const [place, { target }] of asked.entries()) {
        await loadInChild(target, { connections: 64, seconds: WARM_SECONDS, rate })
        runs[place]!.push((await loadInChild(target, { connections: 64, seconds: SECONDS, rate })).p99Ms)
      }
    }
    const p99 = new Map(asked.map(({ name }, place) => [name, median(runs[place]!)]))
    loads.set(contender.name, { perSecond: rate, p99Ms: p99.get(contender.name)!, oursMs: p99 })
  }
  return loads
}

export function onlineClaims(
  what: string,
  ours: Measured,
  peers: readonly Measured[],
  loads: ReadonlyMap<string, HalfLoad>,
): Claim[] {
  const own = loads.get(ours.name)!
  return peers.flatMap((peer) => [
    ratioAtMost(
      `CPU of a single-row request, ${what} (${Math.round(ours.topPerSecond)} a second)`,
      ours.cpuMicroseconds,
      'µs',
      `${peer.name} (${Math.round(peer.topPerSecond)} a second)`,
      peer.cpuMicroseconds,
      1 / GOALS[peer.name]!,
    ),
    ratioAtMost(
      `p99 at half of the top load of ${peer.name} (${Math.round(loads.get(peer.name)!.perSecond)} a second), ${what}`,
      loads.get(peer.name)!.oursMs.get(ours.name)!,
      'ms',
      peer.name,
      loads.get(peer.name)!.p99Ms,
      1,
    ),
    ratioAtMost(
      `p99 at half of its own top load (${Math.round(own.perSecond)} a second), ${what}`,
      own.p99Ms,
      'ms',
      `${peer.name} at half of its own`,
      loads.get(peer.name)!.p99Ms,
      1,
    ),
  ])
}
