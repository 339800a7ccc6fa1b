import type { EndpointSpec } from '@regia/core'
import type { KindOfRelease, ReleaseRecord } from '../release-record.ts'
import { banditStrategy } from './bandit.ts'
import { canaryStrategy } from './canary.ts'
import { experimentStrategy } from './experiment.ts'
import type { Look, PlannedArm, ReleaseQuestion } from './strategy.ts'

export { type Act, type Broken, inPlay, type Look, type PlannedArm, type ReleaseQuestion } from './strategy.ts'

const STRATEGIES = { canary: canaryStrategy, experiment: experimentStrategy, bandit: banditStrategy } as const

/** The policy of release that an endpoint names; undefined where it has none, or a version in shadow. */
export function policyOf({ canary, experiment, bandit }: EndpointSpec): KindOfRelease | undefined {
  if (canary) return { kind: 'canary', policy: canary }
  if (experiment) return { kind: 'experiment', policy: experiment }
  return bandit && { kind: 'bandit', policy: bandit }
}

/** The versions that a policy names, in its order, with their first shares. */
export function plannedArms(wanted: KindOfRelease): readonly PlannedArm[] {
  switch (wanted.kind) {
    case 'canary':
      return STRATEGIES.canary.arms(wanted.policy)
    case 'experiment':
      return STRATEGIES.experiment.arms(wanted.policy)
    case 'bandit':
      return STRATEGIES.bandit.arms(wanted.policy)
  }
}

export const roleOf = (kind: KindOfRelease['kind']): 'canary' | 'arm' => STRATEGIES[kind].role
export const restartsOnChange = (kind: KindOfRelease['kind']): boolean => STRATEGIES[kind].restartsOnChange

export type AnyQuestion = Omit<ReleaseQuestion<'canary'>, 'record'> & { readonly record: ReleaseRecord }

/** What is to be done about a release now. */
export function lookAt({ record, ...known }: AnyQuestion): Look {
  switch (record.kind) {
    case 'canary':
      return STRATEGIES.canary.look({ ...known, record })
    case 'experiment':
      return STRATEGIES.experiment.look({ ...known, record })
    case 'bandit':
      return STRATEGIES.bandit.look({ ...known, record })
  }
}
