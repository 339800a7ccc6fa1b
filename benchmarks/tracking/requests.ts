import { Agent, request as send } from 'node:http'
import { type Claim, median, ratioAtMost } from '../claim.ts'

/** One connection that stays open, as a client of MLflow keeps it. */
export class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #url: URL

  constructor(url: string) {
    this.#url = new URL(url)
  }

  post(path: string, body: unknown): Promise<Record<string, unknown>> {
    const text = JSON.stringify(body)
    return new Promise((resolve, reject) => {
      const request = send(
        {
          agent: this.#agent,
          host: this.#url.hostname,
          port: this.#url.port,
          method: 'POST',
          path: `/api/2.0/mlflow/${path}`,
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () => {
            const reply = Buffer.concat(chunks).toString()
            if (response.statusCode === 200) resolve(JSON.parse(reply) as Record<string, unknown>)
            else reject(new Error(`${path} answered ${response.statusCode}: ${reply.slice(0, 300)}`))
          })
        },
      )
      request.on('error', reject)
      request.end(text)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

type Made = { readonly run: { readonly info: { readonly run_id: string } } }

export async function createRun(connection: Connection, number: number): Promise<string> {
  const tags = [
    { key: 'mlflow.user', value: 'ada' },
    { key: 'mlflow.source.name', value: 'train.py' },
    { key: 'mlflow.source.type', value: 'LOCAL' },
  ]
  const body = {
    experiment_id: '0',
    user_id: 'ada',
    start_time: 1_750_000_000_000 + number,
    run_name: `run-${number}`,
    tags,
  }
  const reply = (await connection.post('runs/create', body)) as Made
  return reply.run.info.run_id
}

export const batchOf = (runId: string, count: number, step: number) => ({
  run_id: runId,
  metrics: Array.from({ length: count }, (_, i) => ({
    key: `metric-${i % 20}`,
    value: Math.sin(i + step),
    timestamp: 1_750_000_000_000 + step,
    step: step * 50 + Math.floor(i / 20),
  })),
})

type Operation = (connection: Connection, runId: string, i: number) => Promise<unknown>
const OPERATIONS: readonly (readonly [string, number, Operation])[] = [
  ['create_run', 60, (connection, _, i) => createRun(connection, i)],
  [
    'log_metric',
    100,
    (connection, runId, i) =>
      connection.post('runs/log-metric', {
        run_id: runId,
        key: 'loss',
        value: 1 / (i + 1),
        timestamp: 1_750_000_000_000 + i,
        step: i,
      }),
  ],
  ['log_batch of 10 metrics', 80, (connection, runId, i) => connection.post('runs/log-batch', batchOf(runId, 10, i))],
  [
    'log_batch of 1,000 metrics',
    20,
    (connection, runId, i) => connection.post('runs/log-batch', batchOf(runId, 1_000, i)),
  ],
]

const ROUNDS = 3

/** The same requests to both servers in turns, over one open connection each. */
export async function measureRequests(regia: string, mlflow: string): Promise<readonly Claim[]> {
  const [ours, theirs] = [new Connection(regia), new Connection(mlflow)]
  const claims: Claim[] = []
  for (const [name, count, operation] of OPERATIONS) {
    const times: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      for (const [side, connection] of [ours, theirs].entries()) {
        const runId = await createRun(connection, 0)
        await operation(connection, runId, 0)
        for (let i = 1; i <= count; i++) {
          const started = performance.now()
          await operation(connection, runId, i)
          times[side]!.push(performance.now() - started)
        }
      }
    }
    claims.push(ratioAtMost(`${name}, median`, median(times[0]), 'ms', 'mlflow server', median(times[1]), 1 / 5))
  }
  ours.close()
  theirs.close()
  return claims
}
