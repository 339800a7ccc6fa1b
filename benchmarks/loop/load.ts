import { Agent, request } from 'node:http'
import { median } from '../claim.ts'

export type Load = { readonly pid: number; readonly port: number; readonly path: string; readonly body: string }

/** Sends a bounded number of requests over so many connections that stay open; any answer but 200 is an error. */
export async function drive(
  { port, path, body }: Load,
  connections: number,
  requests: number,
): Promise<{ readonly medianMs: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const latencies: number[] = []
  let sent = 0
  const worker = async () => {
    while (sent < requests) {
      sent++
      const startedAt = performance.now()
      await post(agent, port, path, body)
      latencies.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  agent.destroy()
  return { medianMs: median(latencies) }
}

export function post(agent: Agent, port: number, path: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const outgoing = request({ agent, host: '127.0.0.1', port, path, method: 'POST', headers }, (response) => {
      response.resume()
      response.once('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`HTTP ${response.statusCode} from ${path}`)),
      )
    })
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}
