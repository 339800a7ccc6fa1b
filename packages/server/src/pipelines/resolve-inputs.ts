import {
  type Artifact,
  canonicalJson,
  digestOf,
  fieldAt,
  type GraphStep,
  type LeasedStep,
  type PortRef,
} from '@regia/core'
import type { StepStates } from './next-steps.ts'
import { chosenRef } from './ref-state.ts'
import type { Params } from './resolve-params.ts'
import { type ResolvedRefs, refKey } from './resolve-refs.ts'

/** Inputs of a step as a worker gets them. */
export type ResolvedInputs = LeasedStep['inputs']
type ResolvedInput = ResolvedInputs[string]

/** Where the references of a run's steps lead. */
export type InputSources = { readonly params: Params; readonly refs: ResolvedRefs; readonly states: StepStates }

/** What a step whose needs are all done gets. A model reference that may be absent, and is, gives an input with neither value nor artifact. */
export function resolveInputs(step: GraphStep, sources: InputSources): ResolvedInputs {
  return Object.fromEntries(
    Object.entries(step.inputs).map(([name, ref]) => [name, resolveInput(step, name, ref, sources)]),
  )
}

function resolveInput(step: GraphStep, name: string, given: PortRef, sources: InputSources): ResolvedInput {
  const type = step.inputTypes[name]!
  const ref = chosenRef(given, sources.states)
  const isList = ref.from === 'list'
  const items = (isList ? ref.items : [ref]).map((item) => resolveRef(item, sources))
  const artifacts = items.filter((item) => item !== null)
  // What a mapped step made is opened by the worker, which keeps the order of what stands beside it.
  if (artifacts.some(({ kind }) => kind === 'list')) return { type, artifacts, isList: true }
  const values = artifacts.filter(isInline).map(({ value }) => value)
  const files = artifacts.filter((artifact) => !isInline(artifact))
  const isInlineList = isList && (type.kind === 'value' || type.kind === 'report')
  if (values.length === 0 && !isInlineList) return { type, artifacts: files, isList }
  return { type, value: isList ? values : values[0], artifacts: files, isList }
}

const isInline = ({ kind }: Artifact): boolean => kind === 'value' || kind === 'report'

function resolveRef(ref: PortRef, { params, refs, states }: InputSources): Artifact | null {
  switch (ref.from) {
    case 'param':
      return valueArtifact(fieldAt(params[ref.name], ref.path))
    case 'value':
      return valueArtifact(ref.value)
    case 'step': {
      const artifact = states.get(ref.step)?.outputs[ref.output]
      if (!artifact) throw new Error(`unreachable: "${ref.step}.${ref.output}" is not there`)
      return ref.path ? valueArtifact(fieldAt(artifact.value, ref.path)) : artifact
    }
    case 'dataset':
    case 'model':
      return refs.artifacts[refKey(ref)] ?? null
    case 'artifact':
      return { kind: ref.kind, digest: ref.digest, sizeBytes: ref.sizeBytes }
    case 'catalog': {
      const artifact = refs.artifacts[refKey(ref)] ?? null
      return artifact && ref.path ? valueArtifact(fieldAt(artifact.value, ref.path)) : artifact
    }
    case 'either': {
      const chosen = chosenRef(ref, states)
      if (chosen.from === 'either') throw new Error('unreachable: every alternative was skipped')
      return resolveRef(chosen, { params, refs, states })
    }
    case 'list':
      throw new Error('unreachable: a list within a list')
  }
}

export function valueArtifact(value: unknown): Artifact {
  const text = canonicalJson(value ?? null)
  return { kind: 'value', digest: digestOf(text), sizeBytes: Buffer.byteLength(text), value: value ?? null }
}

/** The same inputs for people: one artifact a name, lists as `name[0]`, `name[1]` …. */
export function inputArtifacts(step: GraphStep, sources: InputSources): Readonly<Record<string, Artifact>> {
  const entries = Object.entries(step.inputs).flatMap(([name, given]) => {
    const ref = chosenRef(given, sources.states)
    return ref.from === 'list'
      ? ref.items.map((item, i) => [`${name}[${i}]`, resolveRef(item, sources)] as const)
      : [[name, resolveRef(ref, sources)] as const]
  })
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, Artifact] => entry[1] !== null))
}
