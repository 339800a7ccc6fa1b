import {
  type Estimate,
  type ModelPackage,
  type ModelVersion,
  optimisationText,
  type RegisteredModel,
  type Report,
} from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { formatEstimate, formatNumber, formatScore, formatTime, formatValue } from './format.ts'
import { parseModelReference } from './model-reference.ts'
import { moreText } from './more-text.ts'
import { shortList } from './short-list.ts'
import { statusMark } from './status-mark.ts'

type PageInput = { readonly limit: number; readonly cursor: string | undefined }
type SearchInput = PageInput & { readonly filter: string | undefined; readonly order: readonly string[] }

const pageOf = ({ limit, cursor }: PageInput) => ({ limit, ...(cursor !== undefined && { cursor }) })

export const listModels: Action<SearchInput & { readonly deleted: boolean }> = async (input, context) => {
  const { client } = await context.connect()
  const isSearch = !input.deleted && (input.filter !== undefined || input.order.length > 0)
  const page = isSearch
    ? await client.models.search({ ...pageOf(input), ...searchOf(input) })
    : await client.models.list({ ...pageOf(input), ...(input.deleted && { deleted: true }) })
  const { output } = context
  output.result(page, () =>
    page.items.length === 0
      ? isSearch || input.deleted
        ? 'No model matches.'
        : 'No models yet. A pipeline with a register step makes them, or "regia models register".'
      : [
          output.table(page.items, [
            { title: 'model', value: (model) => model.name },
            { title: 'latest', value: (model) => String(model.latestVersion), align: 'right' },
            { title: 'aliases', value: aliasesText },
            { title: 'updated', value: (model) => formatTime(model.updatedAt) },
          ]),
          ...moreText(page.nextCursor, context),
        ].join('\n'),
  )
}

const searchOf = ({ filter, order }: { readonly filter: string | undefined; readonly order: readonly string[] }) => ({
  ...(filter !== undefined && { filter }),
  ...(order.length > 0 && { orderBy: [...order] }),
})

export const listModelVersions: Action<SearchInput> = async (input, context) => {
  const { client } = await context.connect()
  const { output } = context
  const page = await client.models.searchVersions({ ...pageOf(input), ...searchOf(input) })
  output.result(page, () =>
    page.items.length === 0
      ? 'No version matches.'
      : [
          output.table(page.items, [
            { title: 'model', value: (each) => each.model },
            { title: 'version', value: (each) => String(each.version), align: 'right' },
            { title: 'aliases', value: (each) => each.aliases.join(', ') },
            { title: 'stage', value: (each) => (each.stage === 'None' ? '' : each.stage) },
            { title: 'package', value: (each) => each.packaging.status },
            { title: 'registered', value: (each) => formatTime(each.createdAt) },
            { title: 'from', value: (each) => each.source ?? each.lineage.runId ?? '', shrinks: true },
          ]),
          ...moreText(page.nextCursor, context),
        ].join('\n'),
  )
}

const aliasesText = (model: RegisteredModel) =>
  model.aliases.map(({ alias, version }) => `${alias} → ${version}`).join(', ')

export const showModel: Action<{ model: string }> = async (input, context) => {
  const { client } = await context.connect()
  const { output } = context
  if (input.model.includes('@')) {
    const { model, version } = parseModelReference(input.model)
    const found = await client.models.version(model, version)
    return output.result(found, () => describeVersion(found, output))
  }
  const [model, versions, history] = await Promise.all([
    client.models.get(input.model),
    client.models.versions(input.model, { limit: 1000 }),
    client.models.history(input.model, { limit: 20 }),
  ])
  output.result({ ...model, versions: versions.items, history: history.items }, () =>
    [
      output.style.bold(model.name),
      model.description || undefined,
      aliasesText(model) || undefined,
      tagsText(model.tags) || undefined,
      ...(model.protectedAliases.length > 0 ? [`protected: ${model.protectedAliases.join(', ')}`] : []),
      '',
      versionTable(versions.items, output),
    ]
      .filter((line) => line !== undefined)
      .join('\n'),
  )
}

const tagsText = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')

const versionTable = (versions: readonly ModelVersion[], output: Output) =>
  output.table(versions, [
    { title: 'version', value: (each) => String(each.version), align: 'right' },
    { title: 'aliases', value: (each) => each.aliases.join(', ') },
    {
      title: 'checks',
      value: (each) => (each.report ? statusMark(each.report.passed ? 'passed' : 'failed', output.style) : 'none'),
    },
    { title: 'metrics', value: metricsText, shrinks: true },
    { title: 'registered', value: (each) => formatTime(each.createdAt) },
    { title: 'run', value: (each) => each.lineage.runId ?? '' },
  ])

const metricsText = (version: ModelVersion) =>
  Object.entries(version.report?.metrics ?? {})
    .map(([name, estimate]) => `${name} ${formatEstimate(estimate)}`)
    .join(', ')

function describeVersion(found: ModelVersion, output: Output): string {
  const { lineage } = found
  const facts: [string, string | undefined][] = [
    ['about', found.description || undefined],
    ['aliases', found.aliases.join(', ') || undefined],
    ['tags', tagsText(found.tags) || undefined],
    ['stage', found.stage === 'None' ? undefined : found.stage],
    ...(found.package ? packageFacts(found.package) : packagingFacts(found)),
    ['source', found.source],
    ['origin', lineage.origin && `${lineage.origin.model} version ${lineage.origin.version}, in another home`],
    ['run', lineage.runId ?? found.runId],
    ['pipeline', lineage.pipeline && `${lineage.pipeline.name} version ${lineage.pipeline.version}`],
    ['optimised', lineage.optimisation && optimisationText(lineage.optimisation)],
    ['data', lineage.datasets.map((each) => `${each.name} version ${each.version}`).join(', ') || undefined],
    ['package', found.packageDigest],
  ]
  const lines = facts.flatMap(([name, value]) => (value ? [`  ${output.style.dim(name.padEnd(11))} ${value}`] : []))
  return [
    output.style.bold(`${found.model} version ${found.version}`),
    ...lines,
    ...(found.report ? ['', describeReport(found.report, output)] : []),
  ].join('\n')
}

const packageFacts = ({
  learner,
  signature,
  trainedOn,
  parity,
  notes = [],
}: ModelPackage): [string, string | undefined][] => [
  ['learner', `${learner.name} ${formatValue(learner.params)}`],
  ['target', `${signature.target} (${signature.task})`],
  ['inputs', shortList(signature.inputs.map((column) => `${column.name}: ${column.type}`))],
  ['trained on', trainedOn && `${formatTime(trainedOn.from)} to ${formatTime(trainedOn.until)}`],
  [
    'parity',
    // A program may hand over a graph without saying what its training code answers.
    parity.rowCount === 0
      ? 'not measured'
      : `${parity.maxError.toExponential(1)} over ${formatNumber(parity.rowCount)} rows`,
  ],
  ['notes', notes.join(' ') || undefined],
]

const packagingFacts = ({ packaging }: ModelVersion): [string, string | undefined][] => [
  ['packaging', packaging.reason ? `${packaging.status}: ${packaging.reason}` : packaging.status],
  ['way out', packaging.hint],
]

/** Checks and metrics of a report, for a terminal. */
export function describeReport(report: Report, output: Output): string {
  const checks = output.table(report.checks, [
    { title: 'check', value: (check) => check.name },
    { title: 'status', value: (check) => statusMark(check.status, output.style) },
    { title: 'found', value: (check) => check.message, shrinks: true },
    { title: 'n', value: (check) => formatNumber(check.n), align: 'right' },
  ])
  const baselines = Object.keys(report.baselines)
  const metrics = output.table(Object.entries(report.metrics), [
    { title: 'metric', value: ([name]) => name },
    { title: 'model', value: ([, estimate]) => formatEstimate(estimate) },
    ...baselines.map((baseline) => ({
      title: baseline,
      value: ([name]: [string, Estimate]) => formatScore(report.baselines[baseline]?.[name]?.value),
      align: 'right' as const,
    })),
    { title: 'n', value: ([, estimate]) => formatNumber(estimate.n), align: 'right' },
  ])
  return `${checks}\n\n${metrics}`
}

export const promoteModel: Action<{ model: string; alias: string; reason: string | undefined }> = async (
  input,
  context,
) => {
  const { model, version } = parseModelReference(input.model)
  const { client } = await context.connect({ needsGateway: true })
  const promoted = await client.models.promote(model, version, {
    alias: input.alias,
    ...(input.reason && { reason: input.reason }),
  })
  const { output } = context
  output.result(
    promoted,
    () => `${output.style.green('✓')} ${input.alias} of ${model} is now version ${promoted.version}.`,
  )
}
