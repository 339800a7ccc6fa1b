import { resolve } from 'node:path'
import {
  comparedFigures,
  type Decision,
  type Endpoint,
  endpointSpecSchema,
  RegiaError,
  type ShadowComparison,
} from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { decisionTable } from './decisions.ts'
import { formatNumber, formatScore, formatTime, plural } from './format.ts'
import { parseJson, readText } from './read-rows.ts'
import { statusMark } from './status-mark.ts'

type CreateInput = {
  name: string
  stable: string
  shadow: string | undefined
  canary: string | undefined
  experiment: string | undefined
  bandit: string | undefined
  description: string | undefined
}

export const createEndpoint: Action<CreateInput> = async (input, context) => {
  const parsed = endpointSpecSchema.safeParse({
    name: input.name,
    stable: input.stable,
    ...(input.shadow && { shadow: { model: input.shadow } }),
    ...(await policies(input, context.workingDir)),
    ...(input.description && { description: input.description }),
  })
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new RegiaError('INVALID_INPUT', `The endpoint is wrong at "${issue.path.join('.')}": ${issue.message}.`, {
      where: `endpoint ${input.name}`,
      hint: 'A name has letters, digits, ".", "_" and "-"; models are named MODEL@ALIAS, such as penguins@champion; docs/releases.md shows policies.',
    })
  }
  const { client } = await context.connect({ needsGateway: true })
  const endpoint = await client.endpoints.apply(parsed.data)
  const { output } = context
  output.result(endpoint, () => `${output.style.green('✓')} ${endpoint.spec.name} serves ${servesText(endpoint)}.`)
}

/** Policies of releases, each written as JSON or in a JSON file. */
async function policies(input: CreateInput, workingDir: string): Promise<Readonly<Record<string, unknown>>> {
  const given: Record<string, unknown> = {}
  for (const kind of ['canary', 'experiment', 'bandit'] as const) {
    const text = input[kind]
    if (text === undefined) continue
    const isJson = text.trimStart().startsWith('{')
    given[kind] = parseJson(isJson ? text : await readText(resolve(workingDir, text)), isJson ? `--${kind}` : text)
  }
  return given
}

export const listEndpoints: Action<Record<never, never>> = async (_input, context) => {
  const { client } = await context.connect({ needsGateway: true })
  const page = await client.endpoints.list({ limit: 1000 })
  const { output } = context
  output.result(page, () =>
    page.items.length === 0
      ? 'No endpoints yet. Declare one in endpoints/ and run "regia apply".'
      : output.table(page.items, [
          { title: 'endpoint', value: (each) => each.spec.name },
          { title: 'serves', value: servesText },
          { title: 'predictions', value: (each) => formatNumber(each.predictionCount), align: 'right' },
          { title: 'labels', value: (each) => formatNumber(each.labelCount), align: 'right' },
          { title: 'errors', value: (each) => formatNumber(each.errorCount), align: 'right' },
          { title: 'event time', value: (each) => formatTime(each.watermark) },
        ]),
  )
}

/** What answers and what shadows it, by version. */
export const servesText = (endpoint: Endpoint): string =>
  endpoint.deployments
    .filter(({ role }) => role !== 'previous')
    .map(
      ({ model, version, role, share, state }) =>
        `${model} ${version}${shareText(role, share)}${state === 'ready' ? '' : ` (${state})`}`,
    )
    .join(', ') || 'nothing'

function shareText(role: string, share: number | undefined): string {
  const percent = share === undefined ? '' : `${formatNumber(share * 100)} %`
  const words = [role === 'stable' ? '' : role, percent].filter((word) => word !== '').join(' ')
  return words === '' ? '' : ` (${words})`
}

export const showEndpoint: Action<{ name: string }> = async (input, context) => {
  const { client } = await context.connect({ needsGateway: true })
  const [endpoint, decisions] = await Promise.all([
    client.endpoints.get(input.name),
    client.endpoints.decisions(input.name, { limit: 10 }),
  ])
  context.output.result({ ...endpoint, decisions: decisions.items }, () =>
    describeEndpoint(endpoint, decisions.items, context.output),
  )
}

function describeEndpoint(endpoint: Endpoint, decisions: readonly Decision[], output: Output): string {
  const { style } = output
  const deployments = output.table(endpoint.deployments, [
    { title: 'role', value: (each) => each.role },
    { title: 'model', value: (each) => `${each.model} ${each.version}` },
    {
      title: 'share',
      value: (each) => (each.share === undefined ? '' : `${formatNumber(each.share * 100)} %`),
      align: 'right',
    },
    { title: 'state', value: (each) => statusMark(each.state, style) },
    { title: 'since', value: (each) => formatTime(each.since) },
    { title: 'error', value: (each) => each.error ?? '', shrinks: true },
  ])
  const traffic = output.table(endpoint.traffic, [
    { title: 'version', value: (each) => String(each.version), align: 'right' },
    { title: 'requests', value: (each) => formatNumber(each.requestCount), align: 'right' },
    { title: 'errors', value: (each) => formatNumber(each.errorCount), align: 'right' },
    { title: 'per second', value: (each) => formatNumber(each.requestsPerSecond), align: 'right' },
    { title: 'p50 ms', value: (each) => formatNumber(each.p50Ms), align: 'right' },
    { title: 'p99 ms', value: (each) => formatNumber(each.p99Ms), align: 'right' },
  ])
  const sections = [`${style.bold(endpoint.spec.name)}  ${endpoint.spec.description}`.trim(), deployments]
  sections.push(
    [
      plural(endpoint.predictionCount, 'prediction'),
      plural(endpoint.labelCount, 'label'),
      plural(endpoint.errorCount, 'error'),
    ].join(', '),
  )
  if (endpoint.traffic.length) sections.push(traffic)
  if (endpoint.release) {
    const { kind, state, reason } = endpoint.release
    sections.push(`${kind} ${state}: ${reason} See "regia endpoints release ${endpoint.spec.name}".`)
  }
  if (endpoint.comparison) sections.push(describeComparison(endpoint.comparison))
  if (decisions.length) sections.push(decisionTable(decisions, output))
  if (endpoint.rollbackVersion)
    sections.push(
      style.dim(`"regia endpoints rollback ${endpoint.spec.name}" brings version ${endpoint.rollbackVersion} back.`),
    )
  return sections.join('\n\n')
}

export const describeComparison = (found: ShadowComparison) =>
  `Version ${found.challengerVersion} in shadow of ${found.championVersion}: ${found.verdict}. ${found.reason}\n` +
  `  ${comparedBy(found)}, difference ${formatScore(found.difference)}` +
  (found.interval ? ` [${formatScore(found.interval.lower)}, ${formatScore(found.interval.upper)}]` : '') +
  `, ${formatNumber(found.labelledPairCount)} labelled pairs`

function comparedBy(found: ShadowComparison): string {
  const { label, champion, challenger } = comparedFigures(found)
  return `${label} ${formatScore(challenger)} against ${formatScore(champion)}`
}
