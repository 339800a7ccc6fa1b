import { type CatalogEntry, RegiaError } from '@regia/core'
import { z } from 'zod'
import { type FilePort, file, folder, html, markdown, model, type PortLike, table } from '../authoring/ports.ts'
import { dataset, makeRef, type Ref, registry } from '../authoring/refs.ts'
import type { PortDocument, WireDocument } from './document.ts'

/** What the names of a file mean: what its steps make, its parameters and its catalog. */
export type Names = {
  /** By step and output. */
  readonly outputs: { readonly [step: string]: { readonly [output: string]: PortLike } }
  readonly params: readonly string[]
  readonly catalog: { readonly [name: string]: CatalogEntry }
}

/** A thing to wire, with the port that takes such a thing. */
export type Wired = { readonly wire: Ref<unknown> | unknown; readonly port: PortLike }

const JSON_PORT = z.json()

/**
 * Reads what an input is wired to.
 *
 * @throws RegiaError `STEP_INPUT_MISSING` for a name that means nothing, with the names there are.
 */
export function readWire(document: WireDocument, names: Names, where: string): Wired {
  if (Array.isArray(document)) {
    const items = document.map((item) => readWire(item, names, where))
    return { wire: items.map(({ wire }) => wire), port: { port: 'list', item: items[0]?.port ?? JSON_PORT } }
  }
  if (typeof document === 'object' && document !== null) return { wire: document.value, port: JSON_PORT }
  return typeof document === 'string' ? readName(document, names, where) : { wire: document, port: JSON_PORT }
}

function readName(text: string, names: Names, where: string): Wired {
  const [, scheme, rest = ''] = /^(dataset|model):(.+)$/.exec(text) ?? []
  if (scheme === 'dataset') return { wire: datasetOf(rest), port: table() }
  if (scheme === 'model') return { wire: registry(rest), port: model({ optional: true }) }
  if (text.startsWith('$') && names.params.includes(text.slice(1))) {
    return { wire: makeRef({ from: 'param', name: text.slice(1) }), port: JSON_PORT }
  }
  const entry = names.catalog[text]
  if (entry) return { wire: makeRef({ from: 'catalog', name: text }), port: portOfEntry(entry) }
  const made = findOutput(text, names)
  if (made) return { wire: makeRef({ from: 'data', name: made.name }), port: made.port }
  throw unknownName(text, names, where)
}

/** `step.output`, or `step` alone where it makes one thing. The name of a step may hold dots, so the last one counts. */
function findOutput(text: string, { outputs }: Names): { readonly name: string; readonly port: PortLike } | undefined {
  const [only, ...others] = Object.entries(outputs[text] ?? {})
  if (only && others.length === 0) return { name: `${text}.${only[0]}`, port: only[1] }
  const dot = text.lastIndexOf('.')
  const port = outputs[text.slice(0, dot)]?.[text.slice(dot + 1)]
  return port && { name: text, port }
}

function datasetOf(text: string): Ref<unknown> {
  const [name = '', version] = text.split('@')
  return dataset(name, version === undefined ? undefined : Number(version))
}

function portOfEntry(entry: CatalogEntry): PortLike {
  switch (entry.kind) {
    case 'table':
    case 'dataset':
      return table()
    case 'model':
      return model()
    case 'json':
      return JSON_PORT
    case 'file':
      return file(entry.mediaType)
  }
}

const NAMED_PORTS: { readonly [Name in Extract<PortDocument, string>]: () => PortLike } = {
  table: () => table(),
  file: () => file(),
  folder,
  model: () => model(),
  json: () => JSON_PORT,
  number: () => z.number(),
  string: () => z.string(),
  boolean: () => z.boolean(),
  markdown: (): FilePort => markdown(),
  html: (): FilePort => html(),
}

/** The port that a document means. */
export function readPort(document: PortDocument): PortLike {
  if (typeof document === 'string') return NAMED_PORTS[document]()
  return 'file' in document ? file(document.file) : z.fromJSONSchema(document.json)
}

function unknownName(text: string, { outputs, params, catalog }: Names, where: string): RegiaError {
  const made = Object.entries(outputs).flatMap(([step, ports]) => Object.keys(ports).map((port) => `${step}.${port}`))
  const known = [...made, ...params.map((param) => `$${param}`), ...Object.keys(catalog)]
  return new RegiaError('STEP_INPUT_MISSING', `"${text}" means nothing here.`, {
    where,
    hint: `There are: ${known.join(', ') || 'none yet'}. A text is written as { value: ${text} }.`,
  })
}
