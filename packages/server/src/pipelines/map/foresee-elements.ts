import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Artifact, Digest, GraphStep } from '@regia/core'
import type { Connection } from '../../database/database.ts'
import { valueArtifact } from '../resolve-inputs.ts'
import { elementKeys, isOfInput } from './element-keys.ts'
import { findKnownResults } from './known-results.ts'

const ELEMENTS_PER_LOOK = 500

/** How many elements of a mapped step the cache has, in words for a plan; nothing where that takes more than a look, such as cutting a table. */
export async function foreseeElements(
  connection: Connection,
  step: GraphStep,
  inputs: Readonly<Record<string, Artifact>>,
  lockfileDigest: Digest | undefined,
  nowMs: number,
): Promise<string | undefined> {
  const { map } = step
  const elements = map?.by.kind === 'items' ? plainElements(map.input, inputs) : undefined
  if (!map || !elements) return undefined
  const keyOf = elementKeys(step, map.input, inputs, lockfileDigest)
  const source = { usesCache: true, cacheTtlMs: step.cacheTtlMs, recovered: undefined }
  let known = 0
  for (let first = 0; first < elements.length; first += ELEMENTS_PER_LOOK) {
    const part = elements.slice(first, first + ELEMENTS_PER_LOOK)
    const wanted = part.map((artifact, i) => ({ number: first + i, key: keyOf(artifact) }))
    known += (await findKnownResults(connection, wanted, source, nowMs)).size
    await nextTurn()
  }
  return `${known} of ${elements.length} elements are in the cache.`
}

/** The elements where they stand in the input itself: an array of values or of references. */
function plainElements(input: string, inputs: Readonly<Record<string, Artifact>>): readonly Artifact[] | undefined {
  const given = Object.entries(inputs).filter(([name]) => isOfInput(name, input))
  if (given.some(([, { kind }]) => kind === 'list')) return undefined
  const [only] = given
  if (only?.[0] !== input) return given.map(([, artifact]) => artifact)
  return Array.isArray(only[1].value) ? only[1].value.map(valueArtifact) : undefined
}
