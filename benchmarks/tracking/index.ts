import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { atMost, type Benchmark, type Claim, notMeasured } from '../claim.ts'
import { peerPython } from '../peer-python.ts'
import { residentMb } from '../process-tree.ts'
import { startRegia, temporaryFolder } from '../regia-process.ts'
import { measureArtifacts } from './artifacts.ts'
import { measureChart } from './chart.ts'
import { measureClient } from './client.ts'
import { copyToMlflow } from './copy-to-mlflow.ts'
import { type MlflowServer, startMlflow } from './mlflow-server.ts'
import { measureRequests } from './requests.ts'
import { measureSearch } from './search.ts'
import { longRunId, seedTracking } from './seed.ts'
import { measureWriters } from './writers.ts'

const RUNS = 100_000
const POINTS = 1_000_000

/** What tracking costs beside the real `mlflow server` on SQLite: the same requests in the same run. */
const tracking: Benchmark = async (say) => {
  const peer = await peerPython('tracking/requirements.txt', 'REGIA_BENCH_MLFLOW_VENV', say)
  const python = 'python' in peer ? peer.python : undefined
  if ('why' in peer) say(`tracking: without mlflow server: ${peer.why}`)
  return [...(await measureWrites(say, python)), ...(await measureReads(say, python))]
}

export default tracking

async function measureWrites(say: (text: string) => void, python: string | undefined): Promise<readonly Claim[]> {
  const project = projectFolder()
  const regia = await startRegia(project)
  let mlflow: MlflowServer | undefined
  try {
    const idle = atMost('main process of `regia up`, idle (resident)', residentMb(regia.pid), 'MB', 150)
    if (python === undefined)
      return [idle, notMeasured('writes', 'ms', 'mlflow server', '≤ 0.2 ×', 'it is not installed')]
    mlflow = await startMlflow(python)
    say('tracking: the same requests to both')
    const requests = await measureRequests(regia.url, mlflow.url)
    say('tracking: through the Python client')
    const client = await measureClient(python, regia.url, mlflow.url)
    say('tracking: eight writers at once')
    const writers = await measureWriters(regia.url, mlflow.url)
    say('tracking: a large file up and down')
    const files = await measureArtifacts(regia, mlflow)
    return [idle, ...requests, ...client, ...writers, ...files]
  } finally {
    await mlflow?.stop()
    await regia.stop()
  }
}

async function measureReads(say: (text: string) => void, python: string | undefined): Promise<readonly Claim[]> {
  const project = projectFolder()
  const home = path.join(project, 'home')
  say(`tracking: ${RUNS} runs and a curve of ${POINTS} points for both`)
  await seedTracking({ home, runs: RUNS, points: POINTS })
  const mlflow =
    python === undefined
      ? undefined
      : await startMlflow(python, (file) => copyToMlflow(path.join(home, 'regia.db'), file))
  const regia = await startRegia(project, [], home)
  try {
    say('tracking: searching')
    return [...(await measureSearch(regia.url, mlflow?.url)), ...(await measureChart(regia.url, longRunId(RUNS)))]
  } finally {
    await mlflow?.stop()
    await regia.stop()
  }
}

function projectFolder(): string {
  const folder = path.join(temporaryFolder(), 'project')
  mkdirSync(folder)
  return folder
}
