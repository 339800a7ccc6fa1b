import type { Upstream } from '@regia/core'
import { z } from 'zod'
import { failed } from './post-infer.ts'

const tensorSchema = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.coerce.number().int()).min(1),
})
export type Tensor = z.infer<typeof tensorSchema>

const metadataSchema = z.object({
  platform: z.string().optional(),
  inputs: z.array(tensorSchema).min(1),
  outputs: z.array(tensorSchema).min(1),
})
/** What the protocol tells of a model. The first dimension of each tensor is that of the rows. */
export type Metadata = z.infer<typeof metadataSchema>

/** @throws RegiaError `UPSTREAM_FAILED` for what is no metadata. */
export function readMetadata(server: Pick<Upstream, 'url' | 'model' | 'timeoutMs'>, json: unknown): Metadata {
  const read = metadataSchema.safeParse(json)
  if (read.success) return read.data
  const issue = read.error.issues[0]
  throw failed(server, `its metadata is wrong at "${issue?.path.join('.')}": ${issue?.message}`)
}
