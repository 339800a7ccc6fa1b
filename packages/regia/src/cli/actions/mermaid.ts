import { type Condition, type GraphStep, type PipelineGraph, type PortRef, refText } from '@regia/core'

/** A graph as a Mermaid flowchart: sub-pipelines as frames, conditions dashed, each kind of step with its own shape. */
export function mermaidOf(graph: PipelineGraph): string {
  const steps = new Map(graph.steps.map((step, i) => [step.id, `s${i}`]))
  const sources = new Map<string, string>()
  const lines = graph.steps.flatMap((step) => edgesOf(step, steps, sources))
  return [
    'flowchart TD',
    ...[...sources].map(([text, id]) => `  ${id}${shapeOfSource(text)}`),
    ...framesOf(graph.steps, steps),
    ...lines.map((line) => `  ${line}`),
    ...(sources.size > 0
      ? [`  classDef source fill:none,stroke-dasharray:2`, `  class ${[...sources.values()].join(',')} source`]
      : []),
  ].join('\n')
}

type Ids = ReadonlyMap<string, string>

function edgesOf(step: GraphStep, steps: Ids, sources: Map<string, string>): string[] {
  const to = idOf(steps, step.id)
  const inputs = Object.entries(step.inputs).flatMap(([name, ref]) =>
    endsOf(ref).map(({ from, label }) => {
      const start = from.kind === 'step' ? idOf(steps, from.id) : sourceId(sources, from.text)
      return `${start} -->|${quoted(label === name ? name : `${label} as ${name}`)}| ${to}`
    }),
  )
  const conditions = step.when.flatMap((condition) =>
    endsOf(condition.ref).map(({ from }) => {
      const start = from.kind === 'step' ? idOf(steps, from.id) : sourceId(sources, from.text)
      return `${start} -.->|${quoted(conditionText(condition))}| ${to}`
    }),
  )
  return [...new Set([...inputs, ...conditions])]
}

const idOf = (steps: Ids, step: string): string => steps.get(step) ?? 'missing'

type End = {
  readonly from: { readonly kind: 'step'; readonly id: string } | { readonly kind: 'source'; readonly text: string }
  readonly label: string
}

/** Literal values are no nodes: they say nothing about the order. */
function endsOf(ref: PortRef): readonly End[] {
  switch (ref.from) {
    case 'step':
      return [{ from: { kind: 'step', id: ref.step }, label: ref.output }]
    case 'list':
    case 'either':
      return ref.items.flatMap(endsOf)
    case 'value':
      return []
    default:
      return [{ from: { kind: 'source', text: refText(ref) }, label: 'name' in ref ? ref.name : refText(ref) }]
  }
}

function sourceId(sources: Map<string, string>, text: string): string {
  const id = sources.get(text) ?? `d${sources.size}`
  sources.set(text, id)
  return id
}

const shapeOfSource = (text: string): string =>
  text.startsWith('param ') ? `([${quoted(text)}])` : `[(${quoted(text)})]`

type Shape = readonly [open: string, close: string]
const SHAPES: { readonly [Kind in GraphStep['kind']]: Shape } = {
  code: ['[', ']'],
  command: ['[[', ']]'],
  notebook: ['[/', '/]'],
  gate: ['{{', '}}'],
  approve: ['{', '}'],
  register: ['[(', ')]'],
  save: ['[(', ')]'],
}

function nodeOf(step: GraphStep, id: string): string {
  const [open, close] = SHAPES[step.kind]
  const kind = step.kind === 'code' ? '' : `\n${step.kind}`
  const map = step.map ? `\nfor each of ${step.map.input}${mapText(step.map.by)}` : ''
  return `${id}${open}${quoted(`${shortName(step)}${kind}${map}`)}${close}`
}

function mapText(by: NonNullable<GraphStep['map']>['by']): string {
  if (by.kind === 'rows') return `, ${by.size} rows at a time`
  return by.kind === 'partitions' ? ` by ${by.column}` : ''
}

/** Inside its frame a step needs no prefix. */
const shortName = ({ id, group }: GraphStep): string =>
  group !== undefined && id.startsWith(`${group}.`) ? id.slice(group.length + 1) : id

/** Steps at the top, and a frame in a frame for each level of sub-pipelines. */
function framesOf(steps: readonly GraphStep[], ids: Ids, parent = '', depth = 1): string[] {
  const indent = '  '.repeat(depth)
  const own = steps
    .filter(({ group = '' }) => group === parent)
    .map((step) => indent + nodeOf(step, idOf(ids, step.id)))
  const prefix = parent === '' ? '' : `${parent}.`
  const children = new Set(
    steps.flatMap(({ group = '' }) =>
      group !== parent && group.startsWith(prefix) ? [`${prefix}${group.slice(prefix.length).split('.')[0]}`] : [],
    ),
  )
  const frames = [...children].flatMap((child) => [
    `${indent}subgraph ${frameId(child)}[${quoted(child.slice(prefix.length))}]`,
    ...framesOf(steps, ids, child, depth + 1),
    `${indent}end`,
  ])
  return [...own, ...frames]
}

/** Letters, digits and `_` stand for themselves; a name such as "end" would end the frame. */
const frameId = (group: string): string =>
  `g_${group.replace(/[^A-Za-z0-9]/g, (letter) => `_${letter.codePointAt(0)?.toString(16)}_`)}`

const SIGNS: { readonly [Is in Condition['is']]: string } = {
  equal: '=',
  'not-equal': '≠',
  less: '<',
  'at-most': '≤',
  greater: '>',
  'at-least': '≥',
}

export function conditionText({ ref, is, value }: Condition): string {
  const text = refText(ref)
  if (value === true && is === 'equal') return `if ${text}`
  if ((value === false && is === 'equal') || (value === true && is === 'not-equal')) return `unless ${text}`
  return `if ${text} ${SIGNS[is]} ${JSON.stringify(value)}`
}

/** A text that Mermaid takes letter by letter: whatever means something to it or to HTML stands as its code. */
function quoted(text: string): string {
  const escaped = [...text].map((letter) => {
    if (letter === '\n') return '<br/>'
    return /["#&<>\\`{}|;[\]()]/.test(letter) || letter < ' ' ? `#${letter.codePointAt(0)};` : letter
  })
  return `"${escaped.join('')}"`
}
