import { type LineageNode, RegiaError } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeJson } from '../database/json-text.ts'
import type { NodeRef } from './trace.ts'
import { describeTrackedRun } from './tracked-runs.ts'

/** `NAME@VERSION` in its parts; the version may be an alias or `latest`. */
export function parseVersionRef(ref: string): { readonly name: string; readonly version: string } | undefined {
  const parts = /^(.+)@([^@/]+)$/.exec(ref)
  return parts ? { name: parts[1]!, version: parts[2]! } : undefined
}

/** `RUN/step/output` in its parts. */
export function parseArtifactRef(ref: string) {
  const parts = /^([^/]+)\/([^/]+)\/(.+)$/.exec(ref)
  return parts ? { runId: parts[1]!, step: parts[2]!, output: parts[3]! } : undefined
}

export const artifactRef = (runId: string, step: string, output: string): string => `${runId}/${step}/${output}`

/** What a node is called and since when it is there; nothing where it is not (any more). */
export async function describeNode(connection: Connection, { kind, ref }: NodeRef): Promise<LineageNode | undefined> {
  switch (kind) {
    case 'run':
      return describeRun(connection, ref)
    case 'artifact':
      return describeArtifact(connection, ref)
    case 'dataset':
      return describeDataset(connection, ref)
    case 'model':
      return describeModel(connection, ref)
    case 'endpoint':
      return describeEndpoint(connection, ref)
  }
}

async function describeRun(connection: Connection, ref: string): Promise<LineageNode | undefined> {
  const row = await connection
    .selectFrom('run')
    .select(['pipeline', 'number', 'created_at'])
    .where('id', '=', ref)
    .executeTakeFirst()
  return row
    ? { kind: 'run', ref, label: `${row.pipeline} #${row.number}`, at: row.created_at }
    : describeTrackedRun(connection, ref)
}

async function describeArtifact(connection: Connection, ref: string): Promise<LineageNode | undefined> {
  const name = parseArtifactRef(ref)
  if (!name) return undefined
  const row = await connection
    .selectFrom('step_run')
    .select(['outputs', 'finished_at'])
    .where('run_id', '=', name.runId)
    .where('step', '=', name.step)
    .executeTakeFirst()
  const outputs = row ? decodeJson(row.outputs) : {}
  const artifact = Object.hasOwn(outputs, name.output) ? outputs[name.output] : undefined
  if (!row || !artifact) return undefined
  const label = `${name.step}.${name.output} (${artifact.kind})`
  return { kind: 'artifact', ref, label, ...(row.finished_at !== null && { at: row.finished_at }) }
}

async function describeDataset(connection: Connection, ref: string): Promise<LineageNode | undefined> {
  const parsed = parseVersionRef(ref)
  if (!parsed) return undefined
  const row = await connection
    .selectFrom('dataset_version')
    .select(['version', 'created_at'])
    .where('dataset', '=', parsed.name)
    .$if(parsed.version !== 'latest', (select) => select.where('version', '=', Number(parsed.version)))
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!row) return undefined
  const { name } = parsed
  return { kind: 'dataset', ref: `${name}@${row.version}`, label: `${name} version ${row.version}`, at: row.created_at }
}

async function describeModel(connection: Connection, ref: string): Promise<LineageNode | undefined> {
  const parsed = parseVersionRef(ref)
  if (!parsed) return undefined
  const { name } = parsed
  const version = /^\d+$/.test(parsed.version)
    ? Number(parsed.version)
    : await versionOfAlias(connection, name, parsed.version)
  if (version === undefined) return undefined
  const row = await connection
    .selectFrom('model_version')
    .select('created_at')
    .where('model', '=', name)
    .where('version', '=', version)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row && { kind: 'model', ref: `${name}@${version}`, label: `${name} version ${version}`, at: row.created_at }
}

async function versionOfAlias(connection: Connection, model: string, alias: string): Promise<number | undefined> {
  const row = await connection
    .selectFrom('model_alias')
    .select('version')
    .where('model', '=', model)
    .where('alias', '=', alias)
    .executeTakeFirst()
  return row?.version
}

async function describeEndpoint(connection: Connection, ref: string): Promise<LineageNode | undefined> {
  const row = await connection.selectFrom('endpoint').select('created_at').where('name', '=', ref).executeTakeFirst()
  return row && { kind: 'endpoint', ref, label: ref, at: row.created_at }
}

const FORMS: Readonly<Record<LineageNode['kind'], string>> = {
  dataset: 'Name it as NAME@VERSION, such as sales@3 or sales@latest; "regia data list" lists datasets.',
  run: 'Name it by its id; "regia runs list" lists them.',
  artifact: 'Name it as RUN/STEP/OUTPUT with the id of the run, such as run_…/train/model.',
  model: 'Name it as NAME@VERSION or NAME@ALIAS, such as delays@champion; "regia models list" lists models.',
  endpoint: 'Name it by its name; "regia endpoints list" lists them.',
}

/** @throws RegiaError `NOT_FOUND` saying how such a thing is named. */
export async function getNode(connection: Connection, node: NodeRef): Promise<LineageNode> {
  const found = await describeNode(connection, node)
  if (found) return found
  throw new RegiaError('NOT_FOUND', `There is no ${node.kind} "${node.ref}".`, { hint: FORMS[node.kind] })
}
