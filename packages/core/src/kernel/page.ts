import { z } from 'zod'

/** How every list answers: some items, the cursor of the next ones (absent on the last page), and how many there are in all. */
export const pageSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().optional(), total: z.number().int().nonnegative() })

export type Page<Item> = {
  readonly items: readonly Item[]
  readonly nextCursor?: string | undefined
  readonly total: number
}

export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z.string().max(500).optional(),
})
export type PageQuery = Partial<z.infer<typeof pageQuerySchema>>
