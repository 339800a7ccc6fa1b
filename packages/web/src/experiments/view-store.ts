/** A view that was given a name: its address, kept in this browser. The address itself can be sent to anybody. */
export type SavedView = { readonly name: string; readonly href: string }

const KEY = 'regia-run-views'
const MOST = 50

export function readViews(storage: Pick<Storage, 'getItem'>): readonly SavedView[] {
  try {
    const read: unknown = JSON.parse(storage.getItem(KEY) ?? '[]')
    return Array.isArray(read) ? read.filter(isView).slice(0, MOST) : []
  } catch {
    return []
  }
}

// Kept by this page alone, but a store can be written by anything of this origin: only an address of ours is followed.
const isView = (value: unknown): value is SavedView =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'href' in value &&
  typeof value.href === 'string' &&
  value.href.startsWith('/experiments/')

/** With this view, in place of one of the same name. */
export const withView = (views: readonly SavedView[], view: SavedView): readonly SavedView[] =>
  [view, ...views.filter(({ name }) => name !== view.name)].slice(0, MOST)

/** A full store, or one that is forbidden, must not stop anybody. */
export function keepViews(storage: Pick<Storage, 'setItem'>, views: readonly SavedView[]): boolean {
  try {
    storage.setItem(KEY, JSON.stringify(views))
    return true
  } catch {
    return false
  }
}
