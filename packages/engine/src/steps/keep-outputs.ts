import { sep } from 'node:path'
import { type Artifact, canonicalJson, digestOf, RegiaError, type StepResult } from '@regia/core'
import type { BlobInfo, BlobStore } from '../blobs/index.ts'

type Outputs = Extract<StepResult, { readonly status: 'succeeded' }>['outputs']

/** Puts what a step made into the blob store. Files of the attempt's own folder are moved, others (an input handed on) copied. */
export async function keepOutputs(
  outputs: Outputs,
  ownDir: string,
  blobs: BlobStore,
): Promise<Record<string, Artifact>> {
  // Two outputs may be one file, which can be moved only once.
  const kept = new Map<string, Promise<BlobInfo>>()
  const keep = (path: string): Promise<BlobInfo> => {
    const known = kept.get(path) ?? blobs.putFile(path, { move: path.startsWith(ownDir + sep) })
    kept.set(path, known)
    return known
  }
  const entries = Object.entries(outputs).map(async ([name, output]) => [name, await artifactOf(output, keep)] as const)
  return Object.fromEntries(await Promise.all(entries))
}

async function artifactOf(output: Outputs[string], keep: (path: string) => Promise<BlobInfo>): Promise<Artifact> {
  const { kind, path, value, rowCount, columns } = output
  if (kind === 'value' || kind === 'report') {
    const bytes = Buffer.from(canonicalJson(value ?? null))
    return { kind, digest: digestOf(bytes), sizeBytes: bytes.length, value: value ?? null }
  }
  if (path === undefined) throw new RegiaError('STEP_OUTPUT_INVALID', `A ${kind} output names no file.`)
  const { digest, sizeBytes } = await keep(path)
  return { kind, digest, sizeBytes, ...(rowCount !== undefined && { rowCount }), ...(columns && { columns }) }
}
