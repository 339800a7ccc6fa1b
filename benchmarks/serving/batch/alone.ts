import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { readModelPackage } from '@regia/engine'

// onnxruntime alone: `alone.ts MODEL THREADS ROWS`. Each thread has a session of the same graph, and answers tensors that are in memory
// already, 8,192 rows at a time: 1,024 to 65,536 take as long within 3 %, and one session over two threads a tenth longer. Says rows and milliseconds as JSON, from when all threads are ready until the last is done.

const [modelPath = '', threads = '1', rows = '0'] = process.argv.slice(2)
const { graph } = readModelPackage(readFileSync(modelPath))
const workers = Array.from(
  { length: Number(threads) },
  () =>
    new Worker(new URL('./alone-thread.ts', import.meta.url), {
      workerData: { graph, rows: Number(rows) / Number(threads) },
    }),
)
const next = (worker: Worker) => new Promise<number>((resolve) => worker.once('message', resolve))
await Promise.all(workers.map(next))
const startedAt = performance.now()
const before = process.cpuUsage()
const done = workers.map(next)
for (const worker of workers) worker.postMessage('go')
const scored = (await Promise.all(done)).reduce((sum, count) => sum + count, 0)
const { user, system } = process.cpuUsage(before)
console.log(JSON.stringify({ rows: scored, ms: performance.now() - startedAt, cpuMs: (user + system) / 1000 }))
for (const worker of workers) await worker.terminate()
