import { z } from 'zod'

/** What lineage speaks of. `ref` is `flights@3` for a dataset version, a run's id, `RUN/step/output` for an artifact, `delays@2` for a model version, a name for an endpoint. */
export const lineageNodeSchema = z.object({
  kind: z.enum(['dataset', 'run', 'artifact', 'model', 'endpoint']),
  ref: z.string(),
  label: z.string(),
  at: z.string().optional(),
})
export type LineageNode = z.infer<typeof lineageNodeSchema>

/** What made a thing and what depends on it, as far as was asked. */
export const lineageGraphSchema = z.object({
  root: lineageNodeSchema,
  nodes: z.array(lineageNodeSchema),
  /** From what was needed to what was made, by `kind ref`. */
  edges: z.array(z.object({ from: z.string(), to: z.string() })),
  /** There is more than was asked for. */
  isCut: z.boolean(),
})
export type LineageGraph = z.infer<typeof lineageGraphSchema>
