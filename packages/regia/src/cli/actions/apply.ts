import { canonicalJson, type Endpoint, type EndpointSpec, type Monitor, type MonitorSpec } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { deployPipelines } from '../../project/deploy.ts'
import { loadEntries } from '../../project/entries.ts'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'

/** What applying does to one thing. */
type Change = {
  readonly kind: 'pipeline' | 'endpoint' | 'monitor'
  readonly name: string
  readonly action: 'create' | 'change' | 'keep'
  readonly fields: readonly string[]
}

export const apply: Action<{ dryRun: boolean }> = async (input, context) => {
  const connection = await context.connect({ needsGateway: true })
  const { client, project } = connection
  const entries = await context.output.waiting('Reading the project', loadEntries(project))
  const endpoints = entries.flatMap(({ discovery }) => discovery.endpoints)
  const monitors = entries.flatMap(({ discovery }) => discovery.monitors)
  const changes = [...(await endpointChanges(client, endpoints)), ...(await monitorChanges(client, monitors))]
  if (!input.dryRun) {
    await deployPipelines(connection, entries)
    for (const spec of endpoints) await client.endpoints.apply(spec)
    for (const spec of monitors) await client.monitors.apply(spec)
  }
  context.output.result({ applied: !input.dryRun, changes }, () => describe(changes, input.dryRun, context.output))
}

async function endpointChanges(client: RegiaClient, specs: readonly EndpointSpec[]): Promise<Change[]> {
  const known = new Map(
    (await client.endpoints.list({ limit: 1000 })).items.map((each: Endpoint) => [each.spec.name, each.spec]),
  )
  return specs.map((spec) => changeOf('endpoint', spec, known.get(spec.name)))
}

async function monitorChanges(client: RegiaClient, specs: readonly MonitorSpec[]): Promise<Change[]> {
  const known = new Map(
    (await client.monitors.list({ limit: 1000 })).items.map((each: Monitor) => [each.spec.name, each.spec]),
  )
  return specs.map((spec) => changeOf('monitor', spec, known.get(spec.name)))
}

/** Which fields differ between what is declared and what the server keeps. */
export function changeOf<Spec extends { readonly name: string }>(
  kind: Change['kind'],
  wanted: Spec,
  known: Spec | undefined,
): Change {
  if (!known) return { kind, name: wanted.name, action: 'create', fields: [] }
  const text = (value: unknown) => (value === undefined ? '' : canonicalJson(value))
  const before = new Map(Object.entries(known))
  const now = new Map(Object.entries(wanted))
  const fields = [...new Set([...before.keys(), ...now.keys()])].filter(
    (field) => text(before.get(field)) !== text(now.get(field)),
  )
  return { kind, name: wanted.name, action: fields.length ? 'change' : 'keep', fields }
}

function describe(changes: readonly Change[], isDryRun: boolean, { style }: Output): string {
  if (changes.length === 0) return 'This project declares no endpoint and no monitor.'
  const marks = { create: style.green('+ create'), change: style.yellow('~ change'), keep: style.dim('  keep  ') }
  const lines = changes.map(
    ({ kind, name, action, fields }) =>
      `${marks[action]}  ${kind} ${name}${fields.length ? style.dim(`  (${fields.join(', ')})`) : ''}`,
  )
  const isQuiet = changes.every(({ action }) => action === 'keep')
  return [
    ...lines,
    isQuiet
      ? 'Nothing to change.'
      : isDryRun
        ? 'Nothing was changed: this is a dry run.'
        : `${style.green('✓')} Applied.`,
  ].join('\n')
}
