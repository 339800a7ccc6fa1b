import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Claim, ratioAtMost } from '../claim.ts'

type Times = Readonly<Record<string, Readonly<Record<string, number>>>>

/**
 * The same through the Python client. What it takes against a server that does nothing is its own time: each operation is reported with it and
 * with it taken off.
 */
export async function measureClient(python: string, regia: string, mlflow: string): Promise<readonly Claim[]> {
  const nothing = await startNothing()
  try {
    const servers = [`regia=${regia}`, `mlflow=${mlflow}`, `nothing=${nothing.url}`]
    const { stdout } = await promisify(execFile)(python, [path.join(import.meta.dirname, 'client.py'), ...servers])
    const times = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Times
    return Object.entries(times.regia ?? {}).flatMap(([operation, ours]) => {
      const theirs = times.mlflow![operation]!
      const own = times.nothing![operation]!
      return [
        ratioAtMost(`${operation} through the Python client`, ours, 'ms', 'mlflow server', theirs, 1 / 5),
        ratioAtMost(
          `… without the client's own ${own.toFixed(1)} ms`,
          Math.max(ours - own, 0.01),
          'ms',
          'mlflow server',
          theirs - own,
          1 / 5,
        ),
      ]
    })
  } finally {
    nothing.close()
  }
}

/** Answers every request at once, with what a run looks like. */
async function startNothing(): Promise<{ readonly url: string; readonly close: () => void }> {
  const info = {
    run_id: 'f'.repeat(32),
    run_uuid: 'f'.repeat(32),
    experiment_id: '0',
    status: 'RUNNING',
    lifecycle_stage: 'active',
    artifact_uri: 'x',
  }
  const body = JSON.stringify({ run: { info: { ...info, start_time: 1, user_id: '' }, data: {} } })
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () =>
      response.setHeader('content-type', 'application/json').end(request.url?.includes('create') ? body : '{}'),
    )
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() }
}
