import type { Endpoint, Release, ReleaseArm, RuleOutcome } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { describeComparison, servesText } from './endpoints.ts'
import { formatNumber, formatScore, formatTime } from './format.ts'
import { moreText } from './more-text.ts'

type Input = { readonly name: string; readonly reason: string | undefined }
type Body = { readonly reason?: string }

/** Does something about a release by hand and tells what serves then. */
const actByHand =
  (
    act: (client: RegiaClient, name: string, body: Body) => Promise<Endpoint>,
    told: (endpoint: Endpoint) => string,
  ): Action<Input> =>
  async ({ name, reason }, context) => {
    const { client } = await context.connect({ needsGateway: true })
    const startedAt = performance.now()
    const endpoint = await act(client, name, { ...(reason && { reason }) })
    const tookMs = Math.round(performance.now() - startedAt)
    const { output } = context
    output.result({ ...endpoint, tookMs }, () => `${output.style.green('✓')} ${told(endpoint)} (${tookMs} ms).`)
  }

const serves = (endpoint: Endpoint): string => `${endpoint.spec.name} serves ${servesText(endpoint)}`

export const rollbackEndpoint = actByHand((client, name, body) => client.endpoints.rollback(name, body), serves)
export const resumeRelease = actByHand((client, name, body) => client.endpoints.resume(name, body), serves)
export const advanceRelease = actByHand((client, name, body) => client.endpoints.advance(name, body), serves)
export const stopRelease = actByHand((client, name, body) => client.endpoints.stop(name, body), serves)
export const pauseRelease = actByHand(
  (client, name, body) => client.endpoints.pause(name, body),
  (endpoint) => `${serves(endpoint)}: paused`,
)

export const promoteEndpoint: Action<Input & { readonly version: number | undefined }> = (input, context) => {
  const { version } = input
  const promote = actByHand(
    (client, name, body) => client.endpoints.promote(name, { ...body, ...(version !== undefined && { version }) }),
    serves,
  )
  return promote(input, context)
}

export const retryRelease: Action<{ readonly name: string }> = async ({ name }, context) => {
  const { client } = await context.connect({ needsGateway: true })
  const endpoint = await client.endpoints.retry(name)
  const { output } = context
  output.result(endpoint, () => `${output.style.green('✓')} ${serves(endpoint)}.`)
}

export const deleteEndpoint: Action<{ readonly name: string }> = async ({ name }, context) => {
  const { client } = await context.connect({ needsGateway: true })
  await client.endpoints.remove(name)
  const { output } = context
  output.result({ name, isDeleted: true }, () => `${output.style.green('✓')} ${name} serves no more.`)
}

export const showRelease: Action<{ readonly name: string }> = async ({ name }, context) => {
  const { client } = await context.connect({ needsGateway: true })
  const release = await client.endpoints.release(name)
  context.output.result(release ?? null, () =>
    release ? describeRelease(release, context.output) : `Nothing was ever released on ${name}.`,
  )
}

type ListInput = { readonly name: string; readonly limit: number; readonly cursor: string | undefined }

export const listReleases: Action<ListInput> = async ({ name, limit, cursor }, context) => {
  const { client } = await context.connect({ needsGateway: true })
  const page = await client.endpoints.releases(name, { limit, ...(cursor !== undefined && { cursor }) })
  const { output } = context
  output.result(page, () =>
    page.items.length === 0
      ? `Nothing was ever released on ${name}.`
      : [releaseTable(page.items, output), ...moreText(page.nextCursor, context)].join('\n'),
  )
}

const releaseTable = (releases: readonly Release[], output: Output): string =>
  output.table(releases, [
    { title: 'release', value: ({ kind }) => kind },
    { title: 'versions', value: ({ arms }) => arms.slice(1).map(versionOf).join(', ') },
    { title: 'beside', value: ({ stableVersion }) => String(stableVersion), align: 'right' },
    { title: 'state', value: ({ state }) => state },
    { title: 'begun', value: ({ startedAt }) => formatTime(startedAt) },
    { title: 'ended', value: ({ endedAt }) => formatTime(endedAt) },
    { title: 'because', value: ({ reason }) => reason, shrinks: true },
  ])

const versionOf = ({ version }: ReleaseArm): string => String(version)

function describeRelease(release: Release, output: Output): string {
  const { style } = output
  const { kind, state, step, reason, analysis } = release
  const place = step ? ` at ${step.percent} %, step ${step.place} of ${step.of}` : ''
  const since = `since ${formatTime(release.startedAt)}${release.endedAt ? `, until ${formatTime(release.endedAt)}` : ''}`
  const sections = [
    `${style.bold(`${release.endpoint}: ${kind} ${state}${place}`)}, ${since}`,
    reason,
    armTable(release, output),
  ]
  if (step) {
    sections.push(
      `${formatNumber(step.requestCount)} of ${formatNumber(step.neededCount)} requests in this step, not before ${formatTime(step.until)}.`,
    )
  }
  if (release.comparison) sections.push(describeComparison(release.comparison))
  if (analysis) sections.push(`${analysis.metric}, ${analysis.method}: ${analysis.verdict}. ${analysis.reason}`)
  if (release.rules.length > 0) sections.push(ruleTable(release.rules, output))
  return sections.join('\n\n')
}

const armTable = ({ arms, bandit }: Release, output: Output): string =>
  output.table(arms, [
    { title: 'version', value: ({ version }) => String(version), align: 'right' },
    { title: 'role', value: ({ role }) => role },
    { title: 'share', value: ({ share }) => `${formatNumber(share * 100)} %`, align: 'right' },
    { title: 'requests', value: ({ requestCount }) => formatNumber(requestCount), align: 'right' },
    { title: 'failed', value: ({ errorCount }) => formatNumber(errorCount), align: 'right' },
    { title: 'p50 ms', value: ({ p50Ms }) => formatNumber(p50Ms), align: 'right' },
    { title: 'p99 ms', value: ({ p99Ms }) => formatNumber(p99Ms), align: 'right' },
    { title: 'metrics', value: metricsText, shrinks: true },
    ...(bandit
      ? [
          {
            title: 'best with',
            value: ({ version }: ReleaseArm) =>
              formatScore(bandit.arms.find((arm) => arm.version === version)?.probabilityBest),
          },
        ]
      : []),
    { title: 'trouble', value: ({ failure }) => failure ?? '', shrinks: true },
  ])

const metricsText = ({ metrics }: ReleaseArm): string =>
  metrics
    .map(({ name, mean, interval, n }) => {
      const range = interval ? ` [${formatScore(interval.lower)}, ${formatScore(interval.upper)}]` : ''
      return `${name} ${formatScore(mean)}${range} of ${formatNumber(n)}`
    })
    .join(', ')

const ruleTable = (rules: readonly RuleOutcome[], output: Output): string =>
  output.table(rules, [
    { title: 'rule', value: ({ rule }) => rule },
    { title: 'state', value: ({ state }) => state },
    { title: 'figures', value: ({ sentence }) => sentence, shrinks: true },
  ])
