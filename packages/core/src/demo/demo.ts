import { z } from 'zod'
import { nameSchema, timestampSchema } from '../kernel/index.ts'

/** A project's demonstration while it runs: its chapters, how far it is, and what a visitor may do to it. The client that tells it keeps it up to date. */
export const demoSchema = z.object({
  title: z.string(),
  chapters: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      status: z.enum(['waiting', 'running', 'done', 'failed']),
      progress: z.number().min(0).max(1),
      detail: z.string(),
    }),
  ),
  /** What can be broken, and mended again. */
  actions: z.array(z.object({ name: nameSchema, label: z.string(), description: z.string(), isActive: z.boolean() })),
  /** The time that the replay has reached. */
  eventTime: timestampSchema.optional(),
})
export type Demo = z.infer<typeof demoSchema>

/** A visitor's wish, handed to the client that tells the story. */
export const demoActionSchema = z.object({ name: nameSchema, active: z.boolean(), requestedAt: timestampSchema })
export type DemoAction = z.infer<typeof demoActionSchema>
