import {
  canonicalJson,
  type EndpointPlan,
  type EndpointSpec,
  type ErrorBody,
  type MonitorSpec,
  type NotifierSpec,
  notifierSpecSchema,
  type ScheduleSpec,
  scheduleSpecSchema,
} from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { deployPipelines } from '../../project/deploy.ts'
import { type Entry, loadEntries } from '../../project/entries.ts'
import type { Action } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { membersFirst } from './members-first.ts'

/** What applying does to one thing. */
type Change = {
  readonly kind: 'endpoint' | 'monitor' | 'schedule' | 'notifier'
  readonly name: string
  readonly action: 'create' | 'change' | 'keep'
  readonly fields: readonly string[]
  /** Of an endpoint: what stood in each changed field, and what will. */
  readonly differences?: EndpointPlan['fields']
  /** Why applying it would be refused. */
  readonly refusal?: ErrorBody
}

/** A kind of thing that a project declares and the server keeps. */
type Subject<Spec extends { readonly name: string }> = {
  readonly kind: Change['kind']
  readonly declared: (entry: Entry) => readonly Spec[]
  readonly known: (client: RegiaClient) => Promise<readonly Spec[]>
  readonly apply: (client: RegiaClient, spec: Spec) => Promise<unknown>
  /** In which order they can be applied, where one needs another. */
  readonly order?: (specs: readonly Spec[]) => readonly Spec[]
  /** How what is declared differs, where the server tells that field by field. */
  readonly plan?: (client: RegiaClient, specs: readonly Spec[]) => Promise<readonly Change[]>
}

const ALL = { limit: 1000 }

const endpoints: Subject<EndpointSpec> = {
  kind: 'endpoint',
  declared: ({ discovery }) => discovery.endpoints,
  known: async (client) => (await client.endpoints.list(ALL)).items.map(({ spec }) => spec),
  apply: (client, spec) => client.endpoints.apply(spec),
  order: membersFirst,
  plan: async (client, specs) =>
    (await client.endpoints.plan(specs)).map(({ name, action, fields, refusal }) => ({
      kind: 'endpoint',
      ...{ name, action },
      fields: [...new Set(fields.map(({ field }) => field.split('.')[0]!))],
      ...(fields.length > 0 && { differences: fields }),
      ...(refusal && { refusal }),
    })),
}
const monitors: Subject<MonitorSpec> = {
  kind: 'monitor',
  declared: ({ discovery }) => discovery.monitors,
  known: async (client) => (await client.monitors.list(ALL)).items.map(({ spec }) => spec),
  apply: (client, spec) => client.monitors.apply(spec),
}
const schedules: Subject<ScheduleSpec> = {
  kind: 'schedule',
  declared: ({ discovery }) => discovery.schedules,
  known: async (client) => (await client.schedules.list(ALL)).items.map((each) => scheduleSpecSchema.parse(each)),
  apply: (client, spec) => client.schedules.apply(spec),
}
const notifiers: Subject<NotifierSpec> = {
  kind: 'notifier',
  declared: ({ discovery }) => discovery.notifiers,
  known: async (client) => (await client.notifiers.list(ALL)).items.map((each) => notifierSpecSchema.parse(each)),
  apply: (client, spec) => client.notifiers.apply(spec),
}

export const apply: Action<{ dryRun: boolean }> = async (input, context) => {
  const connection = await context.connect({ needsGateway: true })
  const { client, project } = connection
  const entries = await context.output.waiting('Reading the project', loadEntries(project))
  const hooks: Hook[] = []
  const wishes = [
    await wish(client, endpoints, entries),
    await wish(client, monitors, entries),
    await wish(client, { ...schedules, apply: keepHook(hooks) }, entries),
    await wish(client, notifiers, entries),
  ]
  if (!input.dryRun) {
    await deployPipelines(connection, entries)
    for (const { fulfil } of wishes) await fulfil()
  }
  const planned = wishes.flatMap((each) => each.changes)
  // What was applied was not refused: of two that need each other the first may have made room for the second.
  const changes: readonly Change[] = input.dryRun ? planned : planned.map(({ refusal: _, ...change }) => change)
  context.output.result({ applied: !input.dryRun, changes, ...(hooks.length > 0 && { hooks }) }, () =>
    [describe(changes, input.dryRun, context.output), ...hooks.map((hook) => hookText(hook, context.output))].join(
      '\n',
    ),
  )
  return changes.some(({ refusal }) => refusal) ? EXIT.failed : EXIT.ok
}

/** A webhook that is new: its secret is told now and never again. */
type Hook = { readonly schedule: string; readonly path: string; readonly secret: string }

const keepHook =
  (hooks: Hook[]) =>
  async (client: RegiaClient, spec: ScheduleSpec): Promise<void> => {
    const { name, webhookPath, secret } = await client.schedules.apply(spec)
    if (webhookPath !== undefined && secret !== undefined) hooks.push({ schedule: name, path: webhookPath, secret })
  }

const hookText = ({ schedule, path, secret }: Hook, { style }: Output): string =>
  `${style.bold(`Webhook of ${schedule}`)}: POST ${path} with "authorization: Bearer ${secret}". Keep the secret, it is not shown again.`

/** What a project wants of one kind, how that differs from what is there, and how to bring it about. */
async function wish<Spec extends { readonly name: string }>(
  client: RegiaClient,
  { kind, declared, known, apply, order, plan }: Subject<Spec>,
  entries: readonly Entry[],
): Promise<{ readonly changes: readonly Change[]; readonly fulfil: () => Promise<void> }> {
  const specs = entries.flatMap(declared)
  const compared = async (): Promise<readonly Change[]> => {
    const there = new Map((await known(client)).map((spec) => [spec.name, spec]))
    return specs.map((spec) => changeOf(kind, spec, there.get(spec.name)))
  }
  return {
    changes: specs.length === 0 ? [] : await (plan?.(client, specs) ?? compared()),
    fulfil: async () => {
      for (const spec of order?.(specs) ?? specs) await apply(client, spec)
    },
  }
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

const sideText = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))

function describe(changes: readonly Change[], isDryRun: boolean, { style }: Output): string {
  if (changes.length === 0) return 'This project declares no endpoint, monitor, schedule or notifier.'
  const marks = { create: style.green('+ create'), change: style.yellow('~ change'), keep: style.dim('  keep  ') }
  const refused = changes.flatMap(({ refusal }) => refusal ?? [])
  const lines = changes.flatMap(({ kind, name, action, fields, differences = [], refusal }) => [
    `${marks[action]}  ${kind} ${name}${fields.length ? style.dim(`  (${fields.join(', ')})`) : ''}`,
    ...differences.map(({ field, before, after }) => `            ${field}: ${sideText(before)} → ${sideText(after)}`),
    ...(refusal ? [`            ${style.red('✗')} ${[refusal.message, refusal.hint].filter(Boolean).join(' ')}`] : []),
  ])
  const isQuiet = changes.every(({ action }) => action === 'keep')
  return [
    ...lines,
    ...(refused.length > 0 ? [`Applying would be refused, for ${refused.length} of them.`] : []),
    isQuiet
      ? 'Nothing to change.'
      : isDryRun
        ? 'Nothing was changed: this is a dry run.'
        : `${style.green('✓')} Applied.`,
  ].join('\n')
}
