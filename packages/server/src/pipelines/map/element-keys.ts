import type { Artifact, Digest, GraphStep } from '@regia/core'
import { cacheKey, inputText, keyParts } from '../cache-key.ts'
import { inputArtifacts, valueArtifact } from '../resolve-inputs.ts'
import type { RunWork } from '../run-work.ts'

/**
 * The keys of a mapped step's elements: that of the step itself, with the element's content as the mapped input. A step that is called
 * without a map on the same content has the same key, and so takes the same result.
 */
export function elementKeys(work: RunWork, step: GraphStep, input: string): (element: Artifact) => Digest {
  const { map: _, ...single } = step
  const inputs = { ...step.inputs, [input]: { from: 'value' } as const }
  const others = inputArtifacts({ ...single, inputs }, work.sources)
  const parts = keyParts(
    { ...single, inputs },
    { ...others, [input]: valueArtifact(null) },
    work.version.graph.lockfileDigest,
  )
  return (element) => cacheKey({ ...parts, [`input ${input}`]: inputText(element) })
}
