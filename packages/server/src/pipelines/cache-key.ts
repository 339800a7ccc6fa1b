import { type Artifact, canonicalJson, type Digest, digestOf, digestOfJson, type GraphStep } from '@regia/core'

/** Raised when the meaning of a part changes, so that no result from before is taken. */
const KEY_FORMAT = 1
/** Longer texts stand as their digest. */
const MAX_SHOWN_LENGTH = 200

/** What decides whether a result can be taken again, each under a name that people understand. */
export type KeyParts = Readonly<Record<string, string>>

export function keyParts(
  step: GraphStep,
  inputs: Readonly<Record<string, Artifact>>,
  lockfileDigest: Digest | undefined,
): KeyParts {
  return {
    step: `${step.kind} ${step.name}`,
    code: step.codeDigest,
    ...(lockfileDigest && { lockfile: lockfileDigest }),
    outputs: digestOfJson(step.outputs),
    ...(step.checks && { checks: digestOfJson(step.checks) }),
    ...(step.register && { register: `${step.register.model}@${step.register.alias}` }),
    ...inputParts(step, inputs),
  }
}

/** The digest of all the parts: equal parts, equal key. */
export const cacheKey = (parts: KeyParts): Digest => digestOfJson({ format: KEY_FORMAT, parts })

/** By the step's declared inputs and not only by what came, so that an optional input that is absent differs from one that is not declared. */
function inputParts(step: GraphStep, inputs: Readonly<Record<string, Artifact>>): KeyParts {
  const names = Object.entries(step.inputs).flatMap(([name, ref]) =>
    ref.from === 'list' ? ref.items.map((_, i) => `${name}[${i}]`) : [name],
  )
  return Object.fromEntries(names.map((name) => [`input ${name}`, textOf(inputs[name])]))
}

function textOf(artifact: Artifact | undefined): string {
  if (artifact === undefined) return 'absent'
  if (artifact.kind !== 'value') return artifact.digest
  const text = canonicalJson(artifact.value ?? null)
  return text.length <= MAX_SHOWN_LENGTH ? text : digestOf(text)
}
