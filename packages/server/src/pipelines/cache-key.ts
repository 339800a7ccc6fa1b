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
    ...(step.save !== undefined && { save: step.save }),
    ...commandParts(step),
    ...mapParts(step),
    ...Object.fromEntries(Object.entries(step.env).map(([name, value]) => [`env ${name}`, shown(value)])),
    ...inputParts(step, inputs),
  }
}

/** The digest of all the parts: equal parts, equal key. */
export const cacheKey = (parts: KeyParts): Digest => digestOfJson({ format: KEY_FORMAT, parts })

/** The files behind the code's digest. They decide nothing, but say which of them changed when it did. */
export const codeFileParts = ({ codeFiles = {} }: GraphStep): KeyParts =>
  Object.fromEntries(Object.entries(codeFiles).map(([file, digest]) => [`code ${file}`, digest]))

export const isCodeFile = (part: string): boolean => part.startsWith('code ')

function commandParts({ command }: GraphStep): KeyParts {
  if (!command) return {}
  return {
    command: shown(canonicalJson(command.argv)),
    ...(command.files && { 'command files': command.files }),
    ...(command.notebook !== undefined && { notebook: command.notebook }),
  }
}

/** How many run at once changes nothing about the result. */
function mapParts({ map }: GraphStep): KeyParts {
  if (!map) return {}
  const { input, by, minimumSuccess } = map
  return { map: canonicalJson({ input, by, minimumSuccess }) }
}

/** By the step's declared inputs and not only by what came, so that an optional input that is absent differs from one that is not declared. */
function inputParts(step: GraphStep, inputs: Readonly<Record<string, Artifact>>): KeyParts {
  const names = Object.entries(step.inputs).flatMap(([name, ref]) => {
    if (ref.from === 'list') return ref.items.map((_, i) => `${name}[${i}]`)
    const items = ref.from === 'either' ? Object.keys(inputs).filter((each) => each.startsWith(`${name}[`)) : []
    return items.length > 0 ? items : [name]
  })
  return Object.fromEntries(names.map((name) => [`input ${name}`, inputText(inputs[name])]))
}

/** What an input is to the key: short values as they are, everything else by its digest. */
export function inputText(artifact: Artifact | undefined): string {
  if (artifact === undefined) return 'absent'
  return artifact.kind === 'value' ? shown(canonicalJson(artifact.value ?? null)) : artifact.digest
}

const shown = (text: string): string => (text.length <= MAX_SHOWN_LENGTH ? text : digestOf(text))
