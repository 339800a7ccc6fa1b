import { type Condition, DEFINITION, definitionEnvironment, durationMs, issueText, RegiaError } from '@regia/core'
import type { PipelineDefinition, StepDefinition } from '@regia/engine'
import { z } from 'zod'
import { compileGraph, type GraphNode } from '../authoring/compile-graph.ts'
import { compose } from '../authoring/composition.ts'
import { jsonSchemaOf } from '../authoring/ports.ts'
import { isRef, type SourceCondition, sourceOf } from '../authoring/refs.ts'
import { addStep, outputsOf } from './add-step.ts'
import { type ConditionDocument, type PipelineDocument, pipelineDocumentSchema, type StepDocument } from './document.ts'
import { type Names, readWire } from './wires.ts'
import { assertStep, readStep } from './yaml-step.ts'

/** A YAML file as the bundler hands it over. */
export type YamlFile = {
  /** From the project's folder. */
  readonly file: string
  readonly document: unknown
  /** The line of each step, and of the document's other parts. */
  readonly lines: { readonly [step: string]: number }
  /** Steps that are code: those that `uses` names, and those that settings make. */
  readonly steps: { readonly [step: string]: unknown }
}

/**
 * Compiles a YAML file into the same graph that TypeScript would give. Its steps stand in any order.
 *
 * @throws RegiaError `PIPELINE_INVALID`, `STEP_INPUT_MISSING`, `STEP_OUTPUT_DUPLICATE` or `PIPELINE_CYCLE`, with the file's line.
 */
export function yamlPipeline(file: YamlFile): PipelineDefinition {
  const document = readDocument(file)
  const params = paramsOf(document.params)
  const environment = definitionEnvironment()
  const catalog = { ...document.catalog, ...(environment !== undefined && document.environments[environment]) }
  const known = Object.entries(document.steps).map(([name, given]) => readEntry(name, given, file))
  const names: Names = {
    outputs: Object.fromEntries(known.map(({ name, step, code }) => [name, outputsOf(step, code)])),
    params: Object.keys(params),
    catalog,
  }
  const nodes = known.map((entry) => nodeOf(entry, names))
  const used = new Set(nodes.flatMap(({ inputs }) => Object.values(inputs).flatMap(catalogNames)))
  const entries = Object.fromEntries(Object.entries(catalog).filter(([name]) => used.has(name)))
  return {
    [DEFINITION]: 'pipeline',
    pipelineName: document.pipeline,
    graph: {
      name: document.pipeline,
      description: document.description ?? '',
      params,
      steps: compileGraph(nodes, { params, catalog: entries }),
      ...(document.onFailure && { onFailure: document.onFailure }),
      catalog: entries,
      ...(environment !== undefined && { environment }),
    },
    steps: new Map(known.flatMap(({ code }): [string, StepDefinition][] => (code ? [[code.stepName, code]] : []))),
  }
}

type Entry = ReturnType<typeof readEntry>

function readEntry(name: string, given: unknown, { file, lines, steps }: YamlFile) {
  const where = `${file}:${lines[name] ?? 1}`
  const step = readStep(name, given, where)
  const isCode =
    'uses' in step || 'type' in step || 'sql' in step || 'split' in step || 'score' in step || 'learner' in step
  const reference = 'uses' in step ? step.uses : name
  return { name, where, step, code: isCode ? assertStep(steps[name], reference, where) : undefined }
}

/** One node, under the name that it has in the file. */
function nodeOf({ name, where, step, code }: Entry, names: Names): GraphNode {
  const [node, ...others] = compose(() => addStep(step, code, { name, where, names })).nodes
  if (!node || others.length > 0) throw new Error(`unreachable: step "${name}" is one node`)
  const produces = Object.fromEntries(Object.keys(node.outputs).map((output) => [output, `${name}.${output}`]))
  const when = [step.when ?? []].flat().map((condition) => conditionOf(condition, names, where))
  return { ...node, ...settingsOf(step), id: name, produces, definedAt: where, ...(when.length > 0 && { when }) }
}

/** What the file says of how a step runs; what it does not say stays as the step's own code has it. */
function settingsOf({
  description,
  tags,
  cache,
  retries,
  timeout,
  resources,
  env,
  secrets,
}: StepDocument): Partial<GraphNode> {
  return {
    ...(description !== undefined && { description }),
    ...(tags && { tags }),
    ...(cache !== undefined && { cache: cache !== false }),
    ...(typeof cache === 'object' && { cacheTtlMs: durationMs(cache.ttl) }),
    ...(retries !== undefined && { retries }),
    ...(timeout !== undefined && { timeoutMs: durationMs(timeout) }),
    ...(resources?.cpu !== undefined && { cpu: resources.cpu }),
    ...(resources?.memoryMb !== undefined && { memoryMb: resources.memoryMb }),
    ...(env && { env }),
    ...(secrets && { secrets }),
  }
}

const COMPARISONS = {
  equal: 'equal',
  notEqual: 'not-equal',
  less: 'less',
  atMost: 'at-most',
  greater: 'greater',
  atLeast: 'at-least',
} as const satisfies { readonly [word: string]: Condition['is'] }

function conditionOf(document: ConditionDocument, names: Names, where: string): SourceCondition {
  const isBoolean = typeof document === 'string'
  const { wire } = readWire(isBoolean ? document : document.if, names, where)
  if (!isRef(wire)) throw badCondition(where)
  if (isBoolean) return { ref: sourceOf(wire), is: 'equal', value: true }
  const found = Object.entries(COMPARISONS).filter(([word]) => word in document)
  const [comparison] = found
  if (!comparison || found.length > 1) throw badCondition(where)
  const [word, is] = comparison
  return { ref: sourceOf(wire), is, value: valueIn(document, word) }
}

const valueIn = (document: object, word: string): Condition['value'] =>
  z.json().parse(Object.entries(document).find(([name]) => name === word)?.[1])

const badCondition = (where: string) =>
  new RegiaError('PIPELINE_INVALID', 'A condition does not say what must hold.', {
    where,
    hint: 'Name a boolean, such as when: checks.passed, or compare: when: { if: evaluate.auc, atLeast: 0.7 }.',
  })

const catalogNames = (source: GraphNode['inputs'][string]): readonly string[] =>
  source.from === 'catalog' ? [source.name] : 'items' in source ? source.items.flatMap(catalogNames) : []

/** A JSON Schema, or a default whose type says the rest. */
function paramsOf(documents: PipelineDocument['params']) {
  return Object.fromEntries(
    Object.entries(documents).map(([name, given]) => {
      if (typeof given !== 'object' || given === null || Array.isArray(given)) {
        return [name, { schema: { type: jsonType(given), default: given }, default: given }]
      }
      return [name, jsonSchemaOf(z.fromJSONSchema(given))]
    }),
  )
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : value === null ? 'null' : typeof value
}

function readDocument({ file, document }: YamlFile): PipelineDocument {
  const parsed = pipelineDocumentSchema.safeParse(document)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RegiaError(
    'PIPELINE_INVALID',
    `The pipeline is wrong${issue?.path.length ? ` at ${issue.path.join('.')}` : ''}: ${issue && issueText(issue)}.`,
    { where: file, hint: 'A pipeline has a name (pipeline: NAME) and steps; docs/yaml.md shows one.' },
  )
}
