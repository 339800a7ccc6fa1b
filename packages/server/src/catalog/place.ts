import { type CatalogEntry, RegiaError } from '@regia/core'

/** An entry where it is used: whose it is, where its paths start, who needs it. */
export type EntryPlace = {
  readonly pipeline: string
  readonly name: string
  readonly entry: CatalogEntry
  /** The folder of the project that the pipeline's version came from. */
  readonly projectDir: string
  /** Absent for the base. */
  readonly environment: string | undefined
  /** Ids of the steps that read or save it. */
  readonly steps: readonly string[]
}

export type FileEntry = Extract<CatalogEntry, { readonly path: string }>

/** What an entry stands for, in words: its path or address, or the name and version of what Regia keeps. */
export function targetOf(entry: CatalogEntry): string {
  if ('path' in entry) return entry.path
  if (entry.kind === 'dataset') return `${entry.dataset}@${entry.version ?? 'latest'}`
  return `${entry.model}@${entry.version}`
}

/** The same fault with the entry, its path, its environment and the steps that need it. */
export function atEntry(error: unknown, place: EntryPlace): unknown {
  if (!(error instanceof RegiaError)) return error
  const { name, environment, steps, entry } = place
  const inEnvironment = environment === undefined ? '' : ` in the environment "${environment}"`
  const who = steps.length === 0 ? '' : `, which ${namesOf(steps)} ${steps.length === 1 ? 'needs' : 'need'}`
  return new RegiaError(error.code, `Catalog entry "${name}"${inEnvironment}${who}: ${error.message}`, {
    where: `${targetOf(entry)} (pipeline "${place.pipeline}")`,
    ...(error.hint !== undefined && { hint: error.hint }),
    ...(error.data !== undefined && { data: error.data }),
    cause: error,
  })
}

const SHOWN_STEPS = 5

function namesOf(steps: readonly string[]): string {
  const shown = steps.slice(0, SHOWN_STEPS).map((step) => `"${step}"`)
  const more = steps.length > SHOWN_STEPS ? [`${steps.length - SHOWN_STEPS} more`] : []
  return `${steps.length === 1 ? 'step' : 'steps'} ${[...shown, ...more].join(', ')}`
}
