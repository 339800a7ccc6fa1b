import {
  type EndpointSpec,
  isComposed,
  membersOf,
  modelRefsOf,
  RegiaError,
  type ServedEndpointSpec,
  servesModel,
} from '@regia/core'
import { parseModelRef } from '../gateway/model-directory.ts'

/**
 * Whether an endpoint can be what its spec says, as far as that can be told without the registry.
 *
 * @throws RegiaError `INVALID_INPUT`; `CONFLICT` where it serves another model already.
 */
export function assertServable(
  spec: EndpointSpec,
  before: ServedEndpointSpec | undefined,
): asserts spec is ServedEndpointSpec {
  if (!servesModel(spec)) throw composed(spec)
  const { model } = parseModelRef(spec.stable)
  if (before && parseModelRef(before.stable).model !== model) throw otherModel(spec.name, before.stable, spec.stable)
  const { fallback: _, ...released } = spec
  const foreign = modelRefsOf(released).find((ref) => parseModelRef(ref).model !== model)
  if (foreign !== undefined) throw otherThanStable(spec, foreign)
}

/** @throws RegiaError `CONFLICT` where one of the endpoints asks the one of this name. */
export function assertAskedByNone(name: string, endpoints: readonly EndpointSpec[]): void {
  const asking = endpoints.filter((spec) => isComposed(spec) && membersOf(spec.compose).includes(name))
  if (asking.length === 0) return
  const names = asking.map((spec) => spec.name)
  throw new RegiaError('CONFLICT', `Endpoint "${name}" is a member of ${names.join(', ')}.`, {
    where: `endpoint ${name}`,
    hint: `Apply ${names[0]} without it first, or delete that.`,
  })
}

/** Which field of the spec names a model. */
const placeOf = ({ shadow, canary, experiment }: EndpointSpec, ref: string): string => {
  if (shadow?.model === ref) return 'shadow.model'
  if (canary?.model === ref) return 'canary.model'
  return `${experiment ? 'experiment' : 'bandit'}.arms`
}

const composed = ({ name }: EndpointSpec): RegiaError =>
  new RegiaError('INVALID_INPUT', `Endpoint "${name}" names no version that answers.`, {
    where: 'stable',
    hint: 'Name a registered model, such as "delays@champion".',
  })

const otherThanStable = (spec: ServedEndpointSpec, ref: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `${ref} is not a version of the model of ${spec.stable}.`, {
    where: placeOf(spec, ref),
    hint: 'A version that is released takes over the alias of the stable one, so both must be of one registered model.',
  })

export const unknownModel = (ref: string): RegiaError =>
  new RegiaError('NOT_FOUND', `There is no ${ref} in the registry.`, {
    where: ref,
    hint: 'See "regia models list" for what is registered, and which version an alias names.',
  })

const otherModel = (name: string, before: string, after: string): RegiaError =>
  new RegiaError('CONFLICT', `Endpoint "${name}" serves ${before}; it cannot change to ${after}.`, {
    where: 'stable',
    hint: 'What is counted about an endpoint is kept by version, so it stays with one registered model. Make another endpoint.',
  })
