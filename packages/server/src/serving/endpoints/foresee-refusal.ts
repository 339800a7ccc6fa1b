import {
  type ComposedEndpointSpec,
  type EndpointSpec,
  isComposed,
  membersOf,
  RegiaError,
  type ServedEndpointSpec,
} from '@regia/core'
import { assertConstant } from '../gateway/fallback.ts'
import type { ModelDirectory, RegisteredVersion } from '../gateway/model-directory.ts'
import { assertJudgeable } from './assert-judgeable.ts'
import { assertServable, unknownModel } from './assert-servable.ts'
import { assertNoCircle } from './composed-spec.ts'

export type ForeseeOptions = {
  /** The others that would be applied with it. */
  readonly planned: readonly EndpointSpec[]
  readonly directory: Pick<ModelDirectory, 'find'>
  readonly findSpec: (endpoint: string) => ServedEndpointSpec | undefined
  /** @throws RegiaError `NOT_FOUND`. */
  readonly getSpec: (endpoint: string) => EndpointSpec
}

/** Why applying a spec would be refused, as far as that can be told without doing it: what it names is not there, or does not fit. */
export async function foreseeRefusal(spec: EndpointSpec, options: ForeseeOptions): Promise<RegiaError | undefined> {
  try {
    if (isComposed(spec)) assertMembers(spec, options)
    else await assertModels(spec, options)
    return undefined
  } catch (error) {
    if (error instanceof RegiaError) return error
    throw error
  }
}

function assertMembers(spec: ComposedEndpointSpec, { planned, getSpec }: ForeseeOptions): void {
  const specOf = (name: string): EndpointSpec => planned.find((each) => each.name === name) ?? getSpec(name)
  for (const member of membersOf(spec.compose)) specOf(member)
  assertNoCircle(spec, specOf)
}

/**
 * Whether what a spec names is registered, and fits.
 *
 * @returns The spec, as one that serves a model.
 * @throws RegiaError `NOT_FOUND`, `INVALID_INPUT`; `CONFLICT` where the endpoint serves another model already.
 */
export async function assertModels(
  spec: EndpointSpec,
  { directory, findSpec }: Pick<ForeseeOptions, 'directory' | 'findSpec'>,
): Promise<ServedEndpointSpec> {
  assertServable(spec, findSpec(spec.name))
  const known = async (ref: string): Promise<RegisteredVersion> => {
    const found = await directory.find(ref)
    if (!found) throw unknownModel(ref)
    return found
  }
  const stable = await known(spec.stable)
  assertConstant(spec.fallback, stable.package.signature)
  assertJudgeable(spec, stable.package.signature)
  if (spec.fallback && 'model' in spec.fallback) await known(spec.fallback.model)
  return spec
}
