import { rmSync } from 'node:fs'
import { digestOf, type PipelineGraph, pipelineGraphSchema } from '@regia/core'
import { pipeline, step, z } from 'regia'
import { atMost, type Claim, median } from '../claim.ts'
import { startRegia, temporaryFolder } from '../regia-process.ts'

const NODES = 10_000
const LAYER = 100
const ROUNDS = 5

const sum = step({
  name: 'sum',
  in: { a: z.number(), b: z.number(), c: z.number() },
  out: { total: z.number() },
  run: ({ a, b, c }) => ({ total: a + b + c }),
})

/** From the author's function to a graph that was found valid, and then a server that takes it. */
export async function measureLargeGraph(say: (text: string) => void): Promise<readonly Claim[]> {
  say(`pipelines: a graph of ${NODES} nodes`)
  const compileMs: number[] = []
  let graph = compiled()
  for (let i = 0; i < ROUNDS; i++) {
    const startedAt = performance.now()
    graph = compiled()
    compileMs.push(performance.now() - startedAt)
  }
  return [
    atMost(`a graph of ${NODES} nodes, 3 wires each: compiled and validated`, median(compileMs) / 1000, 's', 1),
    atMost('the same graph checked, ordered and kept by a running server', (await deployMs(graph)) / 1000, 's', 1),
  ]
}

/** Layers of nodes that each take what three of the layer before give. */
function compiled(): PipelineGraph {
  const { graph } = pipeline('large', {}, () => {
    let before = Array.from({ length: LAYER }, (_, i) => sum({ a: i, b: i, c: i }).total)
    for (let made = LAYER; made < NODES; made += LAYER) {
      const wire = (i: number) => before[i % LAYER] ?? 0
      before = Array.from({ length: LAYER }, (_, i) => sum({ a: wire(i), b: wire(i + 1), c: wire(i + 2) }).total)
    }
  })
  const codeDigest = digestOf('sum')
  const parsed = pipelineGraphSchema.parse({ ...graph, steps: graph.steps.map((each) => ({ ...each, codeDigest })) })
  if (parsed.steps.length !== NODES) throw new Error(`the graph has ${parsed.steps.length} steps`)
  return parsed
}

async function deployMs(graph: PipelineGraph): Promise<number> {
  const project = temporaryFolder()
  const server = await startRegia(project)
  try {
    const { digest } = await server.client.blobs.write(new TextEncoder().encode('export {}'))
    const taken: number[] = []
    for (let i = 0; i < ROUNDS; i++) {
      // Another text: an unchanged graph is not kept twice.
      const changed = { ...graph, description: `The ${i}th` }
      const startedAt = performance.now()
      await server.client.pipelines.deploy('large', { graph: changed, bundleDigest: digest, projectDir: project })
      taken.push(performance.now() - startedAt)
    }
    return median(taken)
  } finally {
    await server.stop()
    rmSync(project, { recursive: true, force: true })
  }
}
