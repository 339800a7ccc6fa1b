import { RegiaError, type ServedEndpointSpec } from '@regia/core'
import type { Announcement, EndpointSet } from '../endpoints/endpoint-set.ts'
import { type ModelDirectory, parseModelRef } from '../gateway/model-directory.ts'

/** Whether a rule may move what an endpoint follows: a protected alias is moved by people alone, a pinned version by nobody. */
export async function mayMoveByRule({ stable }: ServedEndpointSpec, directory: ModelDirectory): Promise<boolean> {
  const { model, name, isAlias } = parseModelRef(stable)
  return isAlias && !((await directory.isProtected?.(model, name)) ?? false)
}

/** Moves the alias that an endpoint follows, and answers when the version serves. @throws RegiaError `CONFLICT` where it follows none. */
export async function moveChampion(
  endpoints: EndpointSet,
  directory: ModelDirectory,
  { name, stable }: ServedEndpointSpec,
  version: number,
  why: Announcement,
): Promise<void> {
  const { model, name: alias, isAlias } = parseModelRef(stable)
  if (!isAlias) throw pinned(name, stable)
  await endpoints.withAnnouncement(name, why, () =>
    directory.moveAlias({ model, alias, version, by: why.by, reason: why.reason }),
  )
}

const pinned = (name: string, ref: string): RegiaError =>
  new RegiaError('CONFLICT', `Endpoint "${name}" is pinned to ${ref}, which does not move.`, {
    where: 'stable',
    hint: 'Apply the endpoint with another version, or let it follow an alias such as MODEL@champion.',
  })
