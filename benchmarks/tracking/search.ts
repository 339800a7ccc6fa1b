import { atMost, type Claim, median, notMeasured, ratioAtMost } from '../claim.ts'
import { Connection } from './requests.ts'

/** The experiment that seed.ts puts most runs into. */
const EXPERIMENT = '1000'
const SEARCHES = [
  ['metrics.precision > 0.9', 'metrics.loss ASC'],
  ['metrics.loss < 0.5', 'metrics.precision DESC'],
  ['metrics.recall > 0.99', 'metrics.recall DESC'],
  ["metrics.rmse < 1 and params.depth = '7'", 'metrics.r2 DESC'],
  ["metrics.precision > 0.6 and params.depth = '3'", 'metrics.precision DESC'],
] as const

const ROUNDS = 20
/** MLflow takes seconds for one. */
const PEER_ROUNDS = 2

/** A hundred runs out of a hundred thousand, filtered by one metric and ordered by one. */
export async function measureSearch(regia: string, mlflow: string | undefined): Promise<readonly Claim[]> {
  const times: number[] = []
  const theirs: number[] = []
  const ours = new Connection(regia)
  const peer = mlflow === undefined ? undefined : new Connection(mlflow)
  await timesOf(ours, 1)
  for (let round = 0; round < PEER_ROUNDS; round++) {
    times.push(...(await timesOf(ours, ROUNDS / PEER_ROUNDS)))
    if (peer) theirs.push(...(await timesOf(peer, 1)))
  }
  ours.close()
  peer?.close()
  const name = 'searching 100 of 100,000 runs by metric filter and order'
  const p95 = [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)]!
  return [
    peer
      ? ratioAtMost(`${name}, median`, median(times), 'ms', 'mlflow server', median(theirs), 1 / 20)
      : notMeasured(name, 'ms', 'mlflow server', '≤ 0.05 × mlflow server', 'it is not installed'),
    atMost(`${name}, 95th percentile`, p95, 'ms', 50),
  ]
}

async function timesOf(connection: Connection, rounds: number): Promise<readonly number[]> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    for (const [filter, order] of SEARCHES) {
      const body = { experiment_ids: [EXPERIMENT], filter, order_by: [order], max_results: 100 }
      const started = performance.now()
      const { runs } = await connection.post('runs/search', body)
      times.push(performance.now() - started)
      if (!Array.isArray(runs) || runs.length !== 100) throw new Error(`${filter} found too few runs`)
    }
  }
  return times
}
