import { z } from 'zod'
import { pageQuerySchema } from '../http/paging.ts'

/** A page of what is there, or of what was deleted and can be restored. */
export const deletedQuerySchema = pageQuerySchema.extend({ deleted: z.stringbool().default(false) })
