import { type Page, pageQuerySchema, RegiaError } from '@regia/core'
import { z } from 'zod'

export { pageQuerySchema }

/** A page as a reply; it may be given read-only. */
export const pageReplySchema = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: listReplySchema(item), nextCursor: z.string().optional(), total: z.number().int().nonnegative() })

export const listReplySchema = <Item extends z.ZodType>(item: Item) => z.array(item).readonly()

/** Where a page begins, from the cursor of the page before it. @throws RegiaError `INVALID_INPUT`. */
export function offsetOf({ cursor }: { readonly cursor?: string | undefined }): number {
  if (cursor === undefined) return 0
  const digits = /^o(\d{1,12})$/.exec(cursor)?.[1]
  if (digits !== undefined) return Number(digits)
  throw new RegiaError('INVALID_INPUT', `"${cursor.slice(0, 50)}" is not a cursor of this list.`, {
    where: 'query.cursor',
    hint: 'Pass the "nextCursor" of the page before, or none for the first page.',
  })
}

export function pageOf<Item>(items: readonly Item[], total: number, offset: number): Page<Item> {
  const next = offset + items.length
  return items.length > 0 && next < total ? { items, total, nextCursor: `o${next}` } : { items, total }
}
