import { rmSync } from 'node:fs'
import { type Claim, median, notMeasured, ratioAtMost } from '../claim.ts'
import { temporaryFolder } from '../regia-process.ts'
import { type Contender, findPeers, OURS, type Peer, ROUNDS, regia } from './contenders.ts'

/** Fewer are for trying the benchmark out: its claims are about 100. */
const STEPS = Number(process.env.BENCH_STEPS ?? 100)

/** The same chain with each tool: the whole command from its start to its end, nothing cached, each tool's own folder made by a short run before. */
export async function measureChain(say: (text: string) => void): Promise<readonly Claim[]> {
  const folder = temporaryFolder()
  try {
    const peers = await findPeers(folder, say)
    const ours = { inProcess: regia('inProcess', folder), local: regia('local', folder) }
    const contenders = [
      ours.inProcess,
      ours.local,
      ...peers.flatMap(({ contender }) => ('run' in contender ? [contender] : [])),
    ]
    const seconds = await race(contenders, say)
    return peers.map((peer) => claimOf(peer, seconds, ours[peer.beside].name))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function claimOf({ name, beside, limit, contender }: Peer, seconds: Seconds, ourName: string): Claim {
  const claim = `${STEPS} steps with a small Parquet table each, ${OURS[beside]}, the whole command`
  const [our, their] = [seconds.get(ourName), seconds.get(name)]
  if (typeof our === 'number' && typeof their === 'number') return ratioAtMost(claim, our, 's', name, their, limit)
  const why = 'why' in contender ? contender.why : String(typeof our === 'number' ? their : our)
  return notMeasured(claim, 's', name, `≤ ${limit} × ${name}`, why)
}

/** Median seconds of each contender, or what went wrong. */
type Seconds = ReadonlyMap<string, number | string>

/** In turns, so that a busy moment of the machine meets all of them. */
async function race(contenders: readonly Contender[], say: (text: string) => void): Promise<Seconds> {
  const taken = new Map<string, number[]>()
  const broken = new Map<string, string>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, rounds, run } of contenders.filter(({ name }) => !broken.has(name))) {
      if (round >= rounds) continue
      try {
        // Databases and configurations are made the first time; that is not what is measured.
        if (round === 0) await run(2, -1)
        const seconds = await run(STEPS, round)
        say(`pipelines: ${name}, ${STEPS} steps: ${seconds.toFixed(2)} s`)
        taken.set(name, [...(taken.get(name) ?? []), seconds])
      } catch (error) {
        broken.set(name, error instanceof Error ? error.message : String(error))
      }
    }
  }
  const medians = [...taken].map(([name, values]): [string, number | string] => [name, median(values)])
  return new Map([...medians, ...broken])
}
