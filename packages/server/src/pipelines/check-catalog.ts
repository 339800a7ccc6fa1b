import { type CatalogEntry, flatRefs, type GraphStep, type PipelineGraph, type PortType, RegiaError } from '@regia/core'
import { suggest } from '../http/near-names.ts'

/**
 * That each save step saves one thing to an entry of the graph's catalog that can be saved to, and that what is read is what the input takes.
 *
 * @throws RegiaError `PIPELINE_INVALID`, `STEP_OUTPUT_DUPLICATE`, naming the step and its line.
 */
export function checkCatalog(graph: PipelineGraph): void {
  for (const step of graph.steps) {
    if (step.kind === 'save') checkSave(graph, step)
    checkReads(graph, step)
  }
  checkSavedOnce(graph)
}

const HELD: { readonly [Kind in CatalogEntry['kind']]: PortType['kind'] } = {
  table: 'table',
  dataset: 'table',
  file: 'file',
  json: 'value',
  model: 'model',
}

function checkReads(graph: PipelineGraph, step: GraphStep): void {
  for (const [input, given] of Object.entries(step.inputs)) {
    const wanted = step.inputTypes[input]?.kind
    for (const ref of flatRefs(given)) {
      if (ref.from !== 'catalog') continue
      const held = HELD[assertThere(graph, step, ref.name).kind]
      if (held === wanted) continue
      const message = `Step "${step.id}" takes a ${wanted} as "${input}", and "${ref.name}" in the catalog holds a ${held}.`
      throw invalid(step, message, `Declare the entry as a ${wanted}, or the input as a ${held}.`)
    }
  }
}

function checkSave(graph: PipelineGraph, step: GraphStep): void {
  if (step.save === undefined || Object.keys(step.inputs).length !== 1 || step.map) {
    throw invalid(
      step,
      `Step "${step.id}" is to save, but not one thing to one entry.`,
      'Give it one input and "save".',
    )
  }
  const refusal = refusalOf(assertThere(graph, step, step.save))
  if (refusal) throw invalid(step, `Step "${step.id}" cannot save to "${step.save}": ${refusal.why}`, refusal.hint)
}

/** Of two steps that always save to one entry nobody could say whose content stays. Those under conditions may be arms that exclude each other. */
function checkSavedOnce({ steps }: PipelineGraph): void {
  const savers = new Map<string, GraphStep>()
  for (const step of steps) {
    if (step.save === undefined || step.when.length > 0) continue
    const other = savers.get(step.save)
    if (other) {
      const message = `Steps "${other.id}" and "${step.id}" both save to "${step.save}".`
      throw new RegiaError('STEP_OUTPUT_DUPLICATE', message, {
        where: step.definedAt ?? step.id,
        hint: 'Save one of them under another name.',
      })
    }
    savers.set(step.save, step)
  }
}

function refusalOf(entry: CatalogEntry): { readonly why: string; readonly hint: string } | undefined {
  if (entry.kind === 'model') {
    const hint = `Use register('${entry.model}', model): the registry keeps versions, checks and lineage.`
    return { why: 'it is a registered model.', hint }
  }
  if (entry.kind === 'dataset') {
    if (entry.version === undefined) return undefined
    return { why: `it is pinned to version ${entry.version}.`, hint: 'Save to an entry without a version.' }
  }
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(entry.path)) return undefined
  return { why: 'it is an address, which can be read only.', hint: 'Save to a path of the project or to a dataset.' }
}

function assertThere({ catalog }: PipelineGraph, step: GraphStep, name: string): CatalogEntry {
  const entry = Object.hasOwn(catalog, name) ? catalog[name] : undefined
  if (entry) return entry
  const names = Object.keys(catalog)
  const hint = names.length > 0 ? suggest(name, names) : 'The pipeline has no catalog.'
  throw invalid(step, `Step "${step.id}" names "${name}", which is not in the catalog.`, hint)
}

const invalid = (step: GraphStep, message: string, hint: string): RegiaError =>
  new RegiaError('PIPELINE_INVALID', message, { where: step.definedAt ?? step.id, hint })
