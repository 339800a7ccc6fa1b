import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Artifact, ScoringJob, ScoringJobResult } from '@regia/core'
import type { OnScoringProgress, ScoreFileResult } from '@regia/engine'
import type { KeptJob } from './job-store.ts'
import type { ScoringDeps } from './scoring-deps.ts'

const PATIENCE_MS = 60_000

export type DoJobOptions = { readonly signal: AbortSignal; readonly onProgress: OnScoringProgress }

/**
 * Scores what a job says, in a process of its own, and keeps the result. Its folder stays when that is broken off, so that the next call
 * goes on from there.
 *
 * @throws whatever reading and scoring throw; the signal's reason when it is aborted.
 */
export async function doJob(deps: ScoringDeps, kept: KeptJob, options: DoJobOptions): Promise<ScoringJobResult> {
  const { job, inputDigest, packageDigest } = kept
  const folder = folderOf(deps, job)
  await mkdir(folder, { recursive: true })
  const outputPath = join(folder, `result.${job.spec.output.format}`)
  const { key, columns, onBadRow } = job.spec
  const scored = await deps.score(
    {
      modelPath: await deps.blobs.localPath(packageDigest),
      inputPath: await deps.blobs.localPath(inputDigest),
      inputName: inputNameOf(job),
      inputDigest,
      outputPath,
      // A process of a server that was killed ends a moment after it.
      patienceMs: PATIENCE_MS,
      onBadRow,
      ...(key !== undefined && { key }),
      ...(columns && { columns }),
    },
    options,
  )
  const result = await keepResult(deps, job, scored, outputPath)
  await forgetJob(deps, job)
  return result
}

/** Takes away what a job left while it was under way. */
export const forgetJob = (deps: Pick<ScoringDeps, 'workDir'>, job: Pick<ScoringJob, 'id'>): Promise<void> =>
  rm(folderOf(deps, job), { recursive: true, force: true })

const folderOf = ({ workDir }: Pick<ScoringDeps, 'workDir'>, { id }: Pick<ScoringJob, 'id'>): string =>
  join(workDir, id)

/** A blob has no name that would say its format. */
const inputNameOf = ({ spec: { input } }: ScoringJob): string =>
  'dataset' in input ? `${input.dataset}.parquet` : `input.${input.format}`

async function keepResult(
  { blobs, keepDataset }: ScoringDeps,
  { id, spec }: ScoringJob,
  scored: ScoreFileResult,
  outputPath: string,
): Promise<ScoringJobResult> {
  const { digest, sizeBytes } = await blobs.putFile(outputPath)
  const { rowCount, columns } = scored
  const table: Artifact = { kind: 'table', digest, sizeBytes, rowCount }
  const dataset = spec.output.dataset
  const version = dataset === undefined ? undefined : (await keepDataset(dataset, table, id)).version
  const quarantine =
    scored.quarantinePath === undefined ? undefined : (await blobs.putFile(scored.quarantinePath)).digest
  return {
    ...{ digest, sizeBytes, rowCount, columns },
    ...(dataset !== undefined && version !== undefined && { dataset: { name: dataset, version } }),
    ...(quarantine && {
      quarantine: { digest: quarantine, rowCount: scored.quarantinedRowCount, reasons: scored.reasons },
    }),
  }
}
