import type { Health } from '../kernel/health.ts'

export type PaletteItem = {
  readonly kind:
    | 'page'
    | 'run'
    | 'experiment'
    | 'model'
    | 'dataset'
    | 'endpoint'
    | 'monitor'
    | 'pipeline'
    | 'schedule'
    | 'action'
  readonly title: string
  readonly href: string
  readonly health?: Health | undefined
}

const MOST = 40

/** The items that hold the letters of `text` in order, the closest first. */
export function rankItems(items: readonly PaletteItem[], text: string): readonly PaletteItem[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return items.slice(0, MOST)
  return items
    .map((item) => ({ item, rank: rankOf(`${item.title} ${item.kind}`.toLowerCase(), wanted) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, MOST)
    .map(({ item }) => item)
}

function rankOf(title: string, wanted: string): number {
  if (title.startsWith(wanted)) return 4
  if (title.split(/[\s@#_-]+/).some((word) => word.startsWith(wanted))) return 3
  if (title.includes(wanted)) return 2
  let at = -1
  for (const letter of wanted.replaceAll(' ', '')) {
    at = title.indexOf(letter, at + 1)
    if (at < 0) return 0
  }
  return 1
}
