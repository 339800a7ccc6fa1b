import type { Artifact, Digest, GraphStep } from '@regia/core'
import { cacheKey, inputText, keyParts } from '../cache-key.ts'
import { valueArtifact } from '../resolve-inputs.ts'

type Inputs = Readonly<Record<string, Artifact>>

/**
 * The keys of a mapped step's elements: that of the step itself, with the element's content as the mapped input. A step that is called
 * without a map on the same content has the same key, and so takes the same result.
 *
 * @param inputs - All inputs of the step, as its own key is made of.
 */
export function elementKeys(
  step: GraphStep,
  input: string,
  inputs: Inputs,
  lockfileDigest: Digest | undefined,
): (element: Artifact) => Digest {
  const { map: _, ...rest } = step
  const single: GraphStep = { ...rest, inputs: { ...step.inputs, [input]: { from: 'value' } } }
  const others = Object.fromEntries(Object.entries(inputs).filter(([name]) => !isOfInput(name, input)))
  const parts = keyParts(single, { ...others, [input]: valueArtifact(null) }, lockfileDigest)
  return (element) => cacheKey({ ...parts, [`input ${input}`]: inputText(element) })
}

/** Lists stand as `name[0]`, `name[1]` …. */
export const isOfInput = (name: string, input: string): boolean => name === input || name.startsWith(`${input}[`)
