import { Agent, request } from 'node:http'
import type { Row } from '@regia/core'

export type KeptReply = {
  readonly status: number
  readonly version: number
  readonly ids: readonly string[]
  readonly latencyMs: number
}

/** What clients got: whole replies, and what broke off. */
export type KeptResult = { readonly replies: readonly KeptReply[]; readonly broken: readonly Error[] }

export type KeptClients = {
  readonly replies: readonly KeptReply[]
  readonly broken: readonly Error[]
  readonly stop: () => Promise<KeptResult>
}

/** Sends one prediction over a connection that is kept. */
export function predictKept(agent: Agent, url: string, endpoint: string, rows: readonly Row[]): Promise<KeptReply> {
  const body = JSON.stringify({ rows })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const sentAt = performance.now()
  return new Promise((resolve, reject) => {
    const asked = request(
      `${url}/api/v1/endpoints/${endpoint}/predict`,
      { agent, method: 'POST', headers },
      (reply) => {
        const chunks: Buffer[] = []
        reply.on('data', (chunk: Buffer) => chunks.push(chunk))
        reply.once('error', reject)
        reply.once('end', () => {
          const { version, predictions } = JSON.parse(Buffer.concat(chunks).toString()) as {
            version: number
            predictions?: { id: string }[]
          }
          const ids = (predictions ?? []).map(({ id }) => id)
          resolve({ status: reply.statusCode ?? 0, version, ids, latencyMs: performance.now() - sentAt })
        })
      },
    )
    asked.once('error', reject)
    asked.end(body)
  })
}

/** Each client has one connection, which the operating system gave to one of the processes, and opens another when it breaks. */
export function startKept(
  url: string,
  endpoint: string,
  rowsOf: (client: number, turn: number) => readonly Row[],
  clientCount = 16,
): KeptClients {
  const replies: KeptReply[] = []
  const broken: Error[] = []
  let isStopped = false
  const ask = async (client: number): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let turn = 0; !isStopped; turn++) {
      try {
        replies.push(await predictKept(agent, url, endpoint, rowsOf(client, turn)))
      } catch (error) {
        if (error instanceof Error) broken.push(error)
      }
    }
    agent.destroy()
  }
  const asking = Promise.all(Array.from({ length: clientCount }, (_, client) => ask(client)))
  return {
    replies,
    broken,
    stop: async () => {
      isStopped = true
      await asking
      return { replies, broken }
    },
  }
}
