import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type LeasedStep, RegiaError, type StepManifest, type StepResult, stepResultSchema } from '@regia/core'
import type { BlobStore } from '../blobs/index.ts'
import { findStoredBundle } from '../bundling/code-store.ts'
import { localInputs } from './local-inputs.ts'

/** The folder of one attempt: what the worker hands over, and where the process writes. */
export type AttemptFiles = { readonly dir: string; readonly manifestPath: string; readonly resultPath: string }

/** Makes the attempt's folder and writes its manifest, with inputs as files on this machine. */
export async function prepareAttempt(lease: LeasedStep, home: string, blobs: BlobStore): Promise<AttemptFiles> {
  // The token makes the name unique: a lost attempt may still be writing elsewhere.
  const dir = join(home, 'work', `${lease.runId}-${lease.step}-${lease.attempt}-${lease.leaseToken}`)
  const files = { dir, manifestPath: join(dir, 'manifest.json'), resultPath: join(dir, 'result.json') }
  const outputDir = join(dir, 'outputs')
  await makeFresh(dir, outputDir)
  const [bundlePath, inputs] = await Promise.all([
    lease.kind === 'code' ? findStoredBundle(home, lease.bundleDigest) : '',
    localInputs(lease.inputs, join(dir, 'inputs'), blobs),
  ])
  const { leaseToken: _, expiresAt: __, bundleDigest: ___, timeoutMs: ____, inputs: _____, ...attempt } = lease
  const manifest: StepManifest = {
    ...attempt,
    protocol: 1,
    bundlePath,
    inputs,
    outputDir,
    resultPath: files.resultPath,
  }
  await writeFile(files.manifestPath, JSON.stringify(manifest))
  return files
}

/** A folder of that name is rare, so that it is only looked for where making it made less than all of it. */
async function makeFresh(dir: string, outputDir: string): Promise<void> {
  const firstMade = await mkdir(outputDir, { recursive: true })
  if (firstMade !== undefined && resolve(firstMade) !== resolve(outputDir)) return
  await rm(dir, { recursive: true, force: true })
  await mkdir(outputDir, { recursive: true })
}

/** @throws RegiaError `STEP_OUTPUT_INVALID` when the process left no proper result. */
export async function readResult({ resultPath }: AttemptFiles, step: string): Promise<StepResult> {
  const text = await readFile(resultPath, 'utf8').catch(() => '')
  const parsed = stepResultSchema.safeParse(text === '' ? undefined : JSON.parse(text))
  if (parsed.success) return parsed.data
  throw new RegiaError('STEP_OUTPUT_INVALID', `Step "${step}" left no result that can be read.`, {
    where: resultPath,
    hint: `Expected the JSON of the step protocol, version 1. ${parsed.error.issues[0]?.message ?? ''}`,
  })
}
