import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Row } from '@regia/core'
import { readModelPackage } from '@regia/engine'
import { everyTypeRows, packageEveryType } from '../../packages/server/test/serving/every-type.ts'
import { graphPath, graphTensors, packageGraph } from '../../packages/server/test/serving/graph-tensors.ts'
import { type ServedTrips, serveTrips } from '../../packages/server/test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../packages/server/test/serving/trips.ts'
import { tinyPackage } from '../../packages/server/test/tiny-model.ts'

/** A server with models of every kind, and the same graphs as files, so that `onnxruntime` in Python can be asked as well. */
export type ServedModels = {
  readonly served: ServedTrips
  readonly grpcPort: number
  /** What a Python program needs to know: addresses, graphs and rows. */
  readonly casePath: string
  readonly close: () => Promise<void>
}

export async function serveModels(): Promise<ServedModels> {
  const dir = mkdtempSync(join(tmpdir(), 'regia-triton-'))
  const served = await serveTrips({ grpcPort: 0, invocations: 'trips' })
  const graphs: Record<string, string> = {}
  const packages = {
    ...{ trips: await packageTrips(), every: await packageEveryType(), tiny: await tinyPackage(5) },
    ...{ matrix: await packageGraph('zipped'), value: await packageGraph('regressor') },
  }
  for (const [name, bytes] of Object.entries(packages)) {
    await served.register(name, bytes)
    await served.apply({ name, stable: `${name}@champion` })
    graphs[name] = join(dir, `${name}.onnx`)
    writeFileSync(graphs[name], readModelPackage(bytes).graph)
  }
  Object.assign(graphs, { matrix: graphPath('classifier'), value: graphPath('regressor') })
  const { grpcPort = 0, url } = served.server
  const casePath = join(dir, 'case.json')
  const rows = {
    trips: tripRows(200, 'triton').rows,
    every: everyTypeRows(200, 'triton').map(withTimes),
    matrix: graphTensors.rows,
  }
  writeFileSync(
    casePath,
    JSON.stringify({ http: url.replace('http://', ''), grpc: `127.0.0.1:${grpcPort}`, graphs, rows }),
  )
  return {
    served,
    grpcPort,
    casePath,
    close: async () => {
      await served.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Times as the graph takes them, beside the text. */
const withTimes = (row: Row): Row => ({ ...row, timeMs: Date.parse(String(row.time)) })
