import { execFile } from 'node:child_process'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { atMost, type Benchmark, type Claim, median } from '../claim.ts'
import { temporaryFolder } from '../regia-process.ts'
import { makeModel, rowsSql } from './batch/model.ts'

// Batch scoring beside onnxruntime alone. As a subject: npm run bench -- batch. By itself: node benchmarks/serving/batch.ts [--rows 10000000] [--threads 2] [--rounds 3]

const run = promisify(execFile)
const MOST_ALONE = 2_000_000
const GOAL = 0.8
/** What the process may hold at most, however long the file. */
const MEMORY_MB = 1200

export type BatchOptions = { readonly rows: number; readonly threads: number; readonly rounds: number }
type Measured = { readonly rows: number; readonly ms: number; readonly cpuMs: number; readonly maxRssMb?: number }

/** From Parquet to Parquet with every column kept, beside the same graph over tensors that are in memory already, on the same threads. */
export async function measureBatch(
  { rows, threads, rounds }: BatchOptions,
  say: (text: string) => void,
): Promise<readonly Claim[]> {
  const folder = temporaryFolder()
  const [model, input, output] = ['model.zip', 'in.parquet', 'out.parquet'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ]
  try {
    writeFileSync(model, await makeModel())
    await writeRows(input, rows)
    say(`batch: ${rows} rows, ${Math.round(statSync(input).size / 1e6)} MB of Parquet, ${threads} threads`)
    const shares: number[] = []
    const cpuShares: number[] = []
    let most = 0
    for (let round = 0; round < rounds; round++) {
      const before = await ask('alone.ts', model, String(threads), String(Math.min(rows, MOST_ALONE)))
      const ours = await ask('scored.ts', model, input, output, String(threads))
      const after = await ask('alone.ts', model, String(threads), String(Math.min(rows, MOST_ALONE)))
      const alone = (speedOf(before) + speedOf(after)) / 2
      shares.push(speedOf(ours) / alone)
      cpuShares.push((cpuOf(before) + cpuOf(after)) / 2 / cpuOf(ours))
      most = Math.max(most, ours.maxRssMb ?? 0)
      say(
        `batch: round ${round + 1} of ${rounds}: ${Math.round(speedOf(ours))} rows/s, onnxruntime alone ${Math.round(alone)}: ${percent(shares.at(-1)!)}; by processor time ${percent(cpuShares.at(-1)!)}`,
      )
    }
    const peer = 'onnxruntime alone, tensors in memory, same threads'
    const claim = `batch scoring of ${rows} rows from Parquet to Parquet, ${threads} threads`
    return [
      shareAtLeast(claim, 'of its speed', peer, median(shares)),
      // What else the machine does at the time changes this one least.
      shareAtLeast(`${claim}: rows for the same processor time`, 'of its rows', peer, median(cpuShares)),
      atMost(`most memory while scoring ${rows} rows`, most, 'MB', MEMORY_MB),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const shareAtLeast = (claim: string, unit: string, peer: string, share: number): Claim => {
  const value = Number(share.toPrecision(3))
  return { claim, value, unit, peer, peerValue: 1, ratio: value, goal: `≥ ${GOAL}`, met: share >= GOAL }
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
const cpuOf = ({ rows, cpuMs }: Measured): number => cpuMs / rows
const speedOf = ({ rows, ms }: Measured): number => (rows / ms) * 1000

async function ask(script: string, ...args: readonly string[]): Promise<Measured> {
  const file = fileURLToPath(new URL(`./batch/${script}`, import.meta.url))
  const { stdout } = await run(process.execPath, [file, ...args])
  return JSON.parse(stdout)
}

async function writeRows(file: string, rowCount: number): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GB' })
  const connection = await instance.connect()
  await connection.run('SELECT setseed(0.5)')
  await connection.run(`COPY (${rowsSql(rowCount)}) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`)
  connection.closeSync()
  instance.closeSync()
}

/** As one of the benchmarks of a subject. */
export const batchBenchmark: Benchmark = (say) =>
  measureBatch({ rows: 10_000_000, threads: availableParallelism(), rounds: 3 }, say)

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '10000000' },
      threads: { type: 'string', default: String(availableParallelism()) },
      rounds: { type: 'string', default: '3' },
    },
  })
  const options = { rows: Number(values.rows), threads: Number(values.threads), rounds: Number(values.rounds) }
  const claims = await measureBatch(options, (text) => console.error(text))
  console.table(
    claims.map(({ claim, value, unit, goal, met }) => ({
      claim,
      measured: `${value} ${unit}`,
      goal,
      met: met ? 'yes' : 'NO',
    })),
  )
}
