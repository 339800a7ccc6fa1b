import { listOf, oneOf, textOf } from '../kernel/search.ts'
import { SLICE_WAYS, type Slice, type SliceWay } from './slice-way.ts'

/** What of a graph is looked at; part of the URL of every page that shows one. */
export type GraphSearch = {
  /** Groups that were opened or closed by hand, with commas between. */
  readonly turned?: string | undefined
  /** The step that a slice goes around, and which way. */
  readonly around?: string | undefined
  readonly way?: SliceWay | undefined
  readonly tag?: string | undefined
}
export const graphSearch = (search: Record<string, unknown>): GraphSearch => ({
  turned: listOf(search, 'turned')?.join(','),
  around: textOf(search, 'around'),
  way: oneOf(search, 'way', SLICE_WAYS),
  tag: textOf(search, 'tag'),
})

export const sliceOf = ({ around, way }: GraphSearch): Slice | undefined =>
  around === undefined ? undefined : { step: around, way: way ?? 'both' }

/** The list of turned groups with one of them turned again. */
export function turn(turned: string | undefined, path: string): string | undefined {
  const paths = turned?.split(',') ?? []
  const next = paths.includes(path) ? paths.filter((each) => each !== path) : [...paths, path]
  return next.length > 0 ? next.join(',') : undefined
}
