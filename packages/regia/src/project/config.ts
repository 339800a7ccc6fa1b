import { nameSchema } from '@regia/core'
import { z } from 'zod'

/** Where a project's declarations stand by custom. */
const USUAL_ENTRIES = ['pipelines/**/*.ts', 'endpoints/**/*.ts', 'monitors/**/*.ts', 'checks/**/*.ts']

/** What `regia.config.ts` exports. */
export const projectConfigSchema = z.strictObject({
  name: nameSchema,
  /** Files, from the project's folder, that declare pipelines, endpoints, monitors and checks; may hold `*` and `**`. */
  entries: z.array(z.string().min(1)).max(100).default(USUAL_ENTRIES),
  /** The module that `regia demo` runs. */
  demo: z.string().min(1).optional(),
})
export type ProjectConfig = z.infer<typeof projectConfigSchema>
