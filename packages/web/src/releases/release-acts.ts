import { type Endpoint, isOpenRelease, type Release } from '@regia/core'
import { quoted } from '../kernel/command-text.ts'
import { formatPercent } from '../kernel/format.ts'
import { isCanaryPolicy } from './release-text.ts'

export const ACT_NAMES = ['promote', 'advance', 'pause', 'resume', 'stop', 'rollback', 'retry'] as const
export type ActName = (typeof ACT_NAMES)[number]

/** Something that a person may do about an endpoint now, and what will come of it. */
export type Act = {
  readonly name: ActName
  readonly label: string
  readonly title: string
  /** What will happen, and to whom. */
  readonly consequences: readonly string[]
  readonly done: string
  /** Of a promotion with several versions, which. */
  readonly version?: number
}

const list = (versions: readonly number[]) => versions.map((version) => `v${version}`).join(', ')

/** What can be done about an endpoint now, the gentlest first; rolling back is always the last. */
export function actsOf(endpoint: Endpoint): readonly Act[] {
  const { release } = endpoint
  if (release && isOpenRelease(release.state)) return releaseActs(endpoint, release)
  return [...shadowActs(endpoint), ...backActs(endpoint)]
}

function releaseActs(endpoint: Endpoint, release: Release): readonly Act[] {
  const { name } = endpoint.spec
  const { kind, stableVersion, arms } = release
  const others = arms.slice(1).map(({ version }) => version)
  const areMany = others.length > 1
  const taken = formatPercent(arms.slice(1).reduce((sum, { share }) => sum + share, 0))
  const back = `The ${taken} of the requests that ${list(others)} ${areMany ? 'answer go' : 'answers goes'} to v${stableVersion} with the next request; none fails.`
  const noRetry = `${list(others)} ${areMany ? 'are' : 'is'} not tried again by itself: register another version, or try again by hand.`
  return [
    ...promotions(endpoint, release),
    ...advance(name, release),
    ...holdActs(name, release),
    {
      name: 'stop',
      label: 'Stop',
      title: `Stop the ${kind} of ${name}?`,
      consequences: [back, `The ${kind} ends as "stopped", without a verdict. ${noRetry}`],
      done: `${name}: the ${kind} has ended`,
    },
    {
      name: 'rollback',
      label: 'Roll back',
      title: `Take ${list(others)} back on ${name}?`,
      consequences: [back, `The ${kind} ends as "taken back". ${noRetry}`],
      done: `${name}: v${stableVersion} answers everything`,
    },
  ]
}

/** Pausing what runs, going on with what is paused. */
function holdActs(endpoint: string, { kind, state, step }: Release): readonly Act[] {
  if (state === 'running') {
    return [
      {
        name: 'pause',
        label: 'Pause',
        title: `Pause the ${kind} of ${endpoint}?`,
        consequences: [
          'Every version keeps the share that it has now. No step is taken and nothing is promoted by itself.',
          'The rules go on and still take a version back.',
        ],
        done: `${endpoint}: the ${kind} is paused`,
      },
    ]
  }
  if (state !== 'paused') return []
  return [
    {
      name: 'resume',
      label: 'Resume',
      title: `Go on with the ${kind} of ${endpoint}?`,
      consequences: [
        step
          ? `Its step of ${step.percent}\u00a0% begins anew, with its whole hold time.`
          : 'It goes on from where it stood.',
      ],
      done: `${endpoint}: the ${kind} goes on`,
    },
  ]
}

function promotions({ spec }: Endpoint, release: Release): readonly Act[] {
  const { stableVersion, winner, verdict, reason } = release
  // What was taken out is not offered; who insists can still name it on the command line.
  const all = release.arms.slice(1)
  const others = all.length > 1 ? all.filter(({ share }) => share > 0) : all
  const best = others.find(({ version }) => version === winner) ?? others[0]
  const ordered = best ? [best, ...others.filter((arm) => arm !== best)] : others
  return ordered.map(({ version, share }) => {
    const isMeant = version === winner || (others.length === 1 && verdict === 'promote')
    return {
      name: 'promote',
      label: `Promote v${version}`,
      title: `Promote v${version} on ${spec.name}?`,
      version,
      consequences: [
        `v${version} answers every request instead of ${formatPercent(share)} of them; the ${release.kind} ends. v${stableVersion} stays loaded for a roll back.`,
        `The alias that "${spec.stable}" names moves to v${version}: whatever else follows it moves too.`,
        ...(isMeant ? [] : [`The rules have not said so: ${reason}`]),
      ],
      done: `v${version} now answers ${spec.name}`,
    }
  })
}

function advance(name: string, { kind, step, policy, arms }: Release): readonly Act[] {
  if (kind !== 'canary' || !step || !isCanaryPolicy(policy)) return []
  const percent = policy.steps[step.place]
  // From the last step the next one is the promotion, which has a button of its own.
  if (percent === undefined) return []
  const version = arms[1]?.version ?? 0
  return [
    {
      name: 'advance',
      label: `Next step: ${percent}\u00a0%`,
      title: `Give v${version} ${percent}\u00a0% of ${name}?`,
      consequences: [
        `v${version} answers ${percent}\u00a0% of the requests instead of ${step.percent}\u00a0%, without waiting for the rules. They still take it back.`,
      ],
      done: `v${version} gets ${percent}\u00a0% of ${name}`,
    },
  ]
}

function shadowActs({ spec, comparison }: Endpoint): readonly Act[] {
  if (!comparison) return []
  const { challengerVersion, championVersion, verdict, reason } = comparison
  return [
    {
      name: 'promote',
      label: `Promote v${challengerVersion}`,
      title: `Promote v${challengerVersion} on ${spec.name}?`,
      consequences: [
        `v${challengerVersion}, until now unseen, answers every request; v${championVersion} stays loaded for a roll back.`,
        ...(verdict === 'promote' ? [] : [`The rule has not been met: ${reason}`]),
      ],
      done: `v${challengerVersion} now answers ${spec.name}`,
    },
  ]
}

function backActs({ spec, rollbackVersion, deployments }: Endpoint): readonly Act[] {
  if (rollbackVersion === undefined) return []
  const serving = deployments.find(({ role }) => role === 'stable')?.version
  return [
    {
      name: 'rollback',
      label: `Roll back to v${rollbackVersion}`,
      title: `Roll ${spec.name} back to v${rollbackVersion}?`,
      consequences: [
        `v${rollbackVersion} is still loaded: it takes over every request from v${serving ?? '?'} at once, and none fails.`,
        `The alias that "${spec.stable}" names moves back to v${rollbackVersion}; v${serving ?? '?'} is not tried again by itself.`,
      ],
      done: `${spec.name} is back on v${rollbackVersion}`,
    },
  ]
}

/** Trying again what ended without a promotion; nothing where that makes no sense. */
export function retryOf({ endpoint, kind, state, arms }: Release): Act | undefined {
  if (state !== 'refused' && state !== 'stopped' && state !== 'rolled-back') return undefined
  const others = list(arms.slice(1).map(({ version }) => version))
  return {
    name: 'retry',
    label: 'Try again',
    title: `Try ${others} again on ${endpoint}?`,
    consequences: [`The ${kind} begins anew with ${others}, and counts from nothing. The rules guard it as before.`],
    done: `${endpoint}: the ${kind} begins anew`,
  }
}

/** The same in a terminal, and over HTTP. */
export function sameAs(endpoint: string, { name, version }: Act, reason: string | undefined) {
  const flags = [
    ...(version === undefined ? [] : [`--version ${version}`]),
    ...(reason === undefined ? [] : [`--reason ${quoted(reason)}`]),
  ]
  const body = { ...(version !== undefined && { version }), ...(reason !== undefined && { reason }) }
  const isEmpty = Object.keys(body).length === 0
  return {
    cli: [`regia endpoints ${name} ${endpoint}`, ...flags].join(' '),
    http: `POST /api/v1/endpoints/${encodeURIComponent(endpoint)}/${name}${isEmpty ? '' : ` ${JSON.stringify(body)}`}`,
  }
}
