import { type CatalogEntry, type GraphStep, type PipelineGraph, RegiaError } from '@regia/core'
import { suggest } from '../http/near-names.ts'

/**
 * That each save step saves one thing to an entry of the graph's catalog that can be saved to.
 *
 * @throws RegiaError `PIPELINE_INVALID` naming the step and its line.
 */
export function checkCatalog(graph: PipelineGraph): void {
  for (const step of graph.steps) if (step.kind === 'save') checkSave(graph, step)
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
