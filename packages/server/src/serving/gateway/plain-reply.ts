import { UNDECIDED } from '@regia/core'
import { type Answer, labelOf, type ServedVersion } from './answer.ts'
import { isUndecided, topClasses } from './shown-label.ts'

/** What stays the same in every reply of one version, as JSON text: building the rest by hand costs a third of `JSON.stringify`. */
type Template = { readonly labels: ReadonlyMap<string, string>; readonly classKeys: readonly string[] }

const templates = new WeakMap<ServedVersion, Template>()

/** The JSON of a `PredictResponse`. */
export function plainReply(endpoint: string, answer: Answer): string {
  const { served, predictions, from, count, ids, versions } = answer
  const template = templateOf(served)
  const stoodIn = degradedJson(answer)
  let text = `{"endpoint":"${endpoint}","model":"${served.model}","version":${served.version},"predictions":[`
  for (let row = from; row < from + count; row++) {
    const label = labelOf(served.signature, predictions, row)
    text += `${row === from ? '' : ','}{"id":"${ids[row]}"`
    if (isUndecided(answer, row)) text += `,"label":"${UNDECIDED}","isUndecided":true`
    else if (label !== undefined) text += `,"label":${template.labels.get(label)}`
    text += `,"score":${predictions.scores[row]}`
    if (predictions.probabilities) text += probabilitiesJson(template, predictions.probabilities, row)
    if (versions && versions[row] !== served.version) text += `,"version":${versions[row]}`
    if (answer.topK !== undefined) text += `,"top":${JSON.stringify(topClasses(answer, row))}`
    text += `${stoodIn}}`
  }
  return `${text}]}`
}

const degradedJson = ({ servedBy, degraded }: Answer): string =>
  servedBy === undefined
    ? ''
    : `,"servedBy":"${servedBy}"${degraded === undefined ? '' : `,"degraded":${JSON.stringify(degraded)}`}`

function probabilitiesJson({ classKeys }: Template, probabilities: Float32Array, row: number): string {
  const from = row * classKeys.length
  let text = ',"probabilities":{'
  for (let i = 0; i < classKeys.length; i++) text += `${i === 0 ? '' : ','}${classKeys[i]}${probabilities[from + i]}`
  return `${text}}`
}

function templateOf(served: ServedVersion): Template {
  const known = templates.get(served)
  if (known) return known
  const classes = served.signature.classes ?? []
  const template: Template = {
    labels: new Map(classes.map((name) => [name, JSON.stringify(name)])),
    classKeys: classes.map((name) => `${JSON.stringify(name)}:`),
  }
  templates.set(served, template)
  return template
}
