import { z } from 'zod'

export const retentionSchema = z.object({
  /** Of each pipeline so many of the newest runs are kept whatever their age. */
  keepRuns: z.number().int().min(1).default(100),
  /** Runs that ended later than this are kept. */
  keepDays: z.number().min(0).default(90),
  /** Cached outputs that no kept run holds are kept so long after they were made. */
  keepCacheDays: z.number().min(0).default(30),
  /** Scoring jobs that are over, with their results, and optimisations of models are kept so long; jobs that made a version of a dataset stay. */
  keepJobDays: z.number().min(0).default(90),
  /** What was deleted (experiments, logged runs and models, registered models and versions) can be restored so long. */
  keepDeletedDays: z.number().min(0).default(30),
  /** Says what would go, and lets it be. */
  dryRun: z.boolean().default(true),
})
export type Retention = z.infer<typeof retentionSchema>

/** What a garbage collection took, or would take. What a dataset, model version, endpoint or kept run needs is never touched. */
export const garbageSchema = z.object({
  isDryRun: z.boolean(),
  runs: z.number().int(),
  cacheEntries: z.number().int(),
  scoringJobs: z.number().int(),
  /** Of models; what they made stays. */
  optimisations: z.number().int(),
  /** What was deleted long ago, and cannot be restored any more. */
  purged: z.object({
    experiments: z.number().int(),
    runs: z.number().int(),
    loggedModels: z.number().int(),
    models: z.number().int(),
    versions: z.number().int(),
  }),
  blobs: z.number().int(),
  bytes: z.number(),
  keptBlobs: z.number().int(),
  keptBytes: z.number(),
  /** The first few runs, for people. */
  examples: z.array(z.string()),
})
export type Garbage = z.infer<typeof garbageSchema>
