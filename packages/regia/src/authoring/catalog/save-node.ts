import { type CatalogEntry, RegiaError } from '@regia/core'
import type { GraphNode } from '../graph-node.ts'
import { typeOfEntry } from '../port-compatibility.ts'
import type { Source } from '../refs.ts'

/**
 * The step that keeps data under a name of the catalog: `save-NAME`. A model becomes the next version of the registered model, and gets the alias
 * by which the catalog reads it.
 *
 * @throws RegiaError `PIPELINE_INVALID` for a version that is pinned: it holds what it holds.
 */
export function saveNode(name: string, entry: CatalogEntry, source: Source, definedAt: string | undefined): GraphNode {
  const id = `save-${name}`
  const common = { id, name: id, save: name, entry, outputs: {}, produces: {}, cache: false, definedAt }
  if (entry.kind === 'model') {
    if (typeof entry.version === 'number')
      throw pinned(name, `version ${entry.version} of model ${entry.model}`, definedAt)
    const register = { model: entry.model, alias: entry.version }
    return {
      ...common,
      kind: 'register',
      register,
      inputs: { model: source },
      inputTypes: { model: typeOfEntry(entry) },
    }
  }
  if (entry.kind === 'dataset' && entry.version !== undefined) {
    throw pinned(name, `version ${entry.version} of dataset ${entry.dataset}`, definedAt)
  }
  const inputs = { data: source }
  return { ...common, kind: 'save', inputs, inputTypes: { data: typeOfEntry(entry) } }
}

const pinned = (name: string, what: string, where: string | undefined) =>
  new RegiaError('PIPELINE_INVALID', `"${name}" cannot be saved: the catalog pins it to ${what}.`, {
    hint: 'Leave out the version where it is saved, or save under another name.',
    ...(where !== undefined && { where }),
  })
