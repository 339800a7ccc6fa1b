import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Artifact, RegiaError, type Run } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'

type Wanted<Name extends string> = Readonly<Record<Name, readonly [step: string, output: string]>>

/** Brings tables of a run into a folder, as Parquet files; one that is there already is taken. */
export async function fetchArtifacts<Name extends string>(
  client: RegiaClient,
  folder: string,
  runId: string,
  wanted: Wanted<Name>,
): Promise<Record<Name, string>> {
  const run = await client.runs.get(runId)
  await mkdir(folder, { recursive: true })
  const paths: Partial<Record<Name, string>> = {}
  for (const name of Object.keys(wanted) as Name[])
    paths[name] = await fetchArtifact(client, folder, artifactOf(run, wanted[name]))
  // Every name was set above.
  return paths as Record<Name, string>
}

function artifactOf(run: Run, [step, output]: readonly [string, string]): Artifact {
  const artifact = run.steps.find((each) => each.step === step)?.outputs[output]
  if (artifact) return artifact
  throw new RegiaError('NOT_FOUND', `Run ${run.pipeline} #${run.number} made no "${output}" in a step "${step}".`, {
    hint: `"regia runs show ${run.id} --json" says what it made.`,
  })
}

async function fetchArtifact(client: RegiaClient, folder: string, { digest }: Artifact): Promise<string> {
  const path = join(folder, `${digest.slice('sha256:'.length)}.parquet`)
  if (existsSync(path)) return path
  await writeFile(`${path}.partial`, await client.blobs.read(digest))
  await rename(`${path}.partial`, path)
  return path
}
