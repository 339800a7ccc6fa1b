import { RegiaError } from '@regia/core'
import type { Follower } from './model-deps.ts'

export type Wanted = { readonly model: string; readonly version?: number; readonly alias?: string }

/** Refuses to take away what an endpoint serves or follows. @throws RegiaError `CONFLICT` naming the endpoint. */
export function assertNotFollowed(followers: readonly Follower[], wanted: Wanted, act: 'deleted' | 'renamed'): void {
  const found = followers.find((each) => isSame(each, wanted))
  if (!found) return
  const { model, version, alias } = wanted
  const [what, where] =
    alias !== undefined
      ? [`The alias "${alias}" of "${model}"`, `${model}@${alias}`]
      : version !== undefined
        ? [`Version ${version} of "${model}"`, `${model}@${version}`]
        : [`The model "${model}"`, model]
  throw new RegiaError('CONFLICT', `${what} cannot be ${act}: endpoint "${found.endpoint}" serves it.`, {
    where,
    hint: `Point the endpoint elsewhere or delete it first: regia endpoints show ${found.endpoint}`,
  })
}

const isSame = (follower: Follower, { model, version, alias }: Wanted): boolean =>
  follower.model === model &&
  (alias === undefined || follower.alias === alias) &&
  (version === undefined || follower.version === version)
