import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { InferenceSession, Tensor } from 'onnxruntime-node'

const CHUNK = 8192
const DIFFERENT = 8
const { graph, rows }: { readonly graph: Uint8Array; readonly rows: number } = workerData

const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 } as const
const session = await InferenceSession.create(graph, options)
const floats = (scale: number) =>
  new Tensor(
    'float32',
    Float32Array.from({ length: CHUNK }, () => (Math.random() * 2 - 1) * scale),
    [CHUNK, 1],
  )
const wholes = (below: number) =>
  new Tensor(
    'int64',
    BigInt64Array.from({ length: CHUNK }, () => BigInt(Math.floor(Math.random() * below))),
    [CHUNK, 1],
  )
const texts = (prefix: string, below: number) =>
  new Tensor(
    'string',
    Array.from({ length: CHUNK }, () => `${prefix}${Math.floor(Math.random() * below)}`),
    [CHUNK, 1],
  )
const feeds = Array.from({ length: DIFFERENT }, () => ({
  ...{ a: floats(2), b: floats(2), c: floats(1), d: floats(2), miles: wholes(3000), hour: wholes(24) },
  ...{ origin: texts('A', 200), carrier: texts('C', 15) },
}))
await session.run(feeds[0]!, ['probabilities'])
parentPort?.postMessage(0)
if (parentPort) await once(parentPort, 'message')
let done = 0
for (let i = 0; done < rows; i++) {
  await session.run(feeds[i % DIFFERENT]!, ['probabilities'])
  done += CHUNK
}
parentPort?.postMessage(done)
