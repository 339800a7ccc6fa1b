import { type Artifact, canonicalJson, digestOf, RegiaError, type StepResult } from '@regia/core'
import type { BlobStore } from '../blobs/index.ts'

type Outputs = Extract<StepResult, { readonly status: 'succeeded' }>['outputs']

/** Puts what a step made into the blob store. Files of the attempt's own folder are moved, others (an input handed on) copied. */
export async function keepOutputs(
  outputs: Outputs,
  ownDir: string,
  blobs: BlobStore,
): Promise<Record<string, Artifact>> {
  const entries = Object.entries(outputs).map(async ([name, output]) => {
    return [name, await keepOutput(output, ownDir, blobs)] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

async function keepOutput(output: Outputs[string], ownDir: string, blobs: BlobStore): Promise<Artifact> {
  const { kind, path, value, rowCount, columns } = output
  if (kind === 'value' || kind === 'report') {
    const bytes = Buffer.from(canonicalJson(value ?? null))
    return { kind, digest: digestOf(bytes), sizeBytes: bytes.length, value: value ?? null }
  }
  if (path === undefined) throw new RegiaError('STEP_OUTPUT_INVALID', `A ${kind} output names no file.`)
  const { digest, sizeBytes } = await blobs.putFile(path, { move: path.startsWith(ownDir) })
  return { kind, digest, sizeBytes, ...(rowCount !== undefined && { rowCount }), ...(columns && { columns }) }
}
