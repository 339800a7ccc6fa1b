import { randomFillSync } from 'node:crypto'
import { createWriteStream, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { atMost, type Claim, notMeasured, ratioAtMost } from '../claim.ts'
import { residentMb } from '../process-tree.ts'
import { temporaryFolder } from '../regia-process.ts'
import { runCommand, secondsOf } from '../timed-command.ts'

/** A gigabyte unless said otherwise: for four there must be 16 GB of free disk. */
const SIZE_BYTES = Number(process.env.REGIA_BENCH_ARTIFACT_MB ?? 1_000) * 1_000_000
const PIECE_BYTES = 1 << 20
const ROUNDS = 3
/** How much more memory the server may take while a file goes through it, whatever the file's size. */
const MAX_GROWTH_MB = 100
/** What a socket and a second process cost beside the disk. */
const DISK_LIMIT = 1.5
/** The original neither hashes what it takes nor waits until the disk has it. */
const PEER_LIMITS = { up: 1.25, down: 1 } as const

type Server = { readonly url: string; readonly pid: number }
type Times = { readonly up: number; readonly down: number }

/**
 * A large file up and down through the proxy of both servers, sent and fetched by curl, beside what the disk and a digest cost by themselves: `cp`,
 * `sync` and `sha256sum` for what is kept, `dd` with `conv=fsync` for what is fetched. The best of some rounds each.
 */
export async function measureArtifacts(regia: Server, mlflow: Server | undefined): Promise<readonly Claim[]> {
  const size = `${SIZE_BYTES / 1e6} MB`
  const hasCurl = await runCommand(['curl', '--version']).then(
    () => true,
    () => false,
  )
  if (!hasCurl) return [notMeasured(`${size} up and down`, 's', null, `≤ ${DISK_LIMIT} × the disk`, 'there is no curl')]
  const folder = temporaryFolder()
  try {
    const file = path.join(folder, 'file')
    await writeRandom(file)
    const disk = await timesOfDisk(file)
    const { times: ours, growthMb } = await timesOf(regia, file)
    const theirs = mlflow && (await timesOf(mlflow, file)).times
    const beside = (way: 'up' | 'down') => {
      const [claim, limit] = [`an artifact of ${size} ${way}`, PEER_LIMITS[way]]
      return theirs === undefined
        ? notMeasured(claim, 's', 'mlflow server', `≤ ${limit} × mlflow server`, 'it is not installed')
        : ratioAtMost(claim, ours[way], 's', 'mlflow server', theirs[way], limit)
    }
    return [
      ratioAtMost(`an artifact of ${size} up`, ours.up, 's', 'cp, sync and sha256sum', disk.up, DISK_LIMIT),
      ratioAtMost(`an artifact of ${size} down`, ours.down, 's', 'dd conv=fsync', disk.down, DISK_LIMIT),
      beside('up'),
      beside('down'),
      atMost('… memory of the server above what it was before', growthMb, 'MB', MAX_GROWTH_MB),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function timesOfDisk(file: string): Promise<Times> {
  const copy = `${file}.copy`
  const all: Times[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const down = await secondsOf(['dd', `if=${file}`, `of=${copy}`, 'bs=1M', 'conv=fsync'])
    rmSync(copy)
    const copied = await secondsOf(['cp', '--reflink=never', file, copy])
    const synced = await secondsOf(['sync', copy])
    all.push({ down, up: copied + synced + (await secondsOf(['sha256sum', file])) })
    rmSync(copy)
  }
  return best(all)
}

async function timesOf(server: Server, file: string): Promise<{ readonly times: Times; readonly growthMb: number }> {
  const before = residentMb(server.pid)
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, residentMb(server.pid))
  }, 20)
  const all: Times[] = []
  try {
    for (let round = 0; round < ROUNDS; round++) {
      // Each round is other content: what is there already need not be kept again.
      await changeByte(file, round)
      all.push(await upAndDown(`${server.url}/api/2.0/mlflow-artifacts/artifacts/0/bench/artifacts/file`, file))
    }
    return { times: best(all), growthMb: most - before }
  } finally {
    clearInterval(watch)
  }
}

async function upAndDown(address: string, file: string): Promise<Times> {
  const got = `${file}.got`
  const curl = ['curl', '-sS', '--fail']
  const up = await secondsOf([...curl, '-T', file, address, '-o', '/dev/null'])
  const down = await secondsOf([...curl, address, '-o', got])
  if (statSync(got).size !== SIZE_BYTES) throw new Error('the file came back shorter or longer')
  rmSync(got)
  await runCommand([...curl, '-X', 'DELETE', address])
  return { up, down }
}

const best = (all: readonly Times[]): Times => ({
  up: Math.min(...all.map(({ up }) => up)),
  down: Math.min(...all.map(({ down }) => down)),
})

/** Bytes that no file system makes smaller: a random piece, numbered. */
async function writeRandom(file: string): Promise<void> {
  const piece = randomFillSync(Buffer.alloc(PIECE_BYTES))
  const out = createWriteStream(file)
  for (let written = 0, i = 0; written < SIZE_BYTES; i++) {
    piece.writeUInt32LE(i)
    const part = Buffer.from(piece.subarray(0, Math.min(PIECE_BYTES, SIZE_BYTES - written)))
    written += part.length
    if (!out.write(part)) await new Promise((resolve) => out.once('drain', () => resolve(undefined)))
  }
  await new Promise((resolve) => out.end(() => resolve(undefined)))
}

async function changeByte(file: string, round: number): Promise<void> {
  const opened = await open(file, 'r+')
  await opened.write(Buffer.from([round]), 0, 1, 8)
  await opened.close()
}
