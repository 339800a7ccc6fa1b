import { createServer, type IncomingHttpHeaders } from 'node:http'

/** How the server behaves: it may answer, hang, refuse, or answer nonsense. */
export type UpstreamMood = 'answers' | 'hangs' | 'refuses' | 'babbles'

export type UpstreamServer = {
  readonly url: string
  readonly asked: () => number
  mood: UpstreamMood
  /** Headers that it demands; who lacks one is told what came, 401. */
  demands: Readonly<Record<string, string>>
  readonly close: () => Promise<void>
}

/**
 * A server of the Open Inference Protocol with a model that no graph of ours holds: the probability of "late" grows with the miles, and
 * is higher by a tenth from SFO.
 */
export async function startUpstream(port = 0): Promise<UpstreamServer> {
  let asked = 0
  const server = createServer((request, reply) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const send = (status: number, body: unknown) => {
        reply.writeHead(status, { 'content-type': 'application/json' })
        reply.end(typeof body === 'string' ? body : JSON.stringify(body))
      }
      const lacking = Object.entries(upstream.demands).find(([name, value]) => request.headers[name] !== value)
      if (lacking) return send(401, { error: `not with ${told(request.headers, lacking[0])}` })
      if (request.method === 'GET') return send(200, METADATA)
      asked++
      if (upstream.mood === 'hangs') return undefined
      if (upstream.mood === 'refuses') return send(400, { error: 'the tensor was not to my taste' })
      if (upstream.mood === 'babbles') return send(200, '<html>')
      return send(200, infer(JSON.parse(Buffer.concat(chunks).toString())))
    })
  }).listen(port, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const upstream: UpstreamServer = {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    asked: () => asked,
    mood: 'answers',
    demands: {},
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return upstream
}

/** As careless servers do. */
const told = (headers: IncomingHttpHeaders, name: string): string => `${name}: ${String(headers[name])}`

const METADATA = {
  name: 'remote',
  platform: 'someones_library',
  inputs: [
    { name: 'numbers', datatype: 'FP32', shape: [-1, 2] },
    { name: 'origin', datatype: 'BYTES', shape: [-1] },
  ],
  outputs: [
    { name: 'label', datatype: 'INT64', shape: [-1] },
    { name: 'probabilities', datatype: 'FP32', shape: [-1, 2] },
  ],
}

type Tensor = { readonly name: string; readonly shape: readonly number[]; readonly data: readonly (number | string)[] }

function infer({ inputs }: { readonly inputs: readonly Tensor[] }) {
  const [numbers, origin] = ['numbers', 'origin'].map((name) => inputs.find((each) => each.name === name)!)
  const count = origin!.data.length
  const data = Array.from({ length: count }, (_, row) =>
    lateness(Number(numbers!.data[row * 2]), String(origin!.data[row])),
  )
  return {
    model_name: 'remote',
    outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [count, 2], data: data.flatMap((p) => [1 - p, p]) }],
  }
}

export const lateness = (miles: number, origin: string): number =>
  Math.min(0.9, miles / 1000) + (origin === 'SFO' ? 0.1 : 0)
