export const SLICE_WAYS = ['needs', 'dependents', 'both'] as const
/** What of the graph around a step: what it needs, what depends on it, or both. */
export type SliceWay = (typeof SLICE_WAYS)[number]
export type Slice = { readonly step: string; readonly way: SliceWay }
