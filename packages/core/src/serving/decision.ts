import { z } from 'zod'
import { idSchema, nameSchema, type PageQuery, timestampSchema } from '../kernel/index.ts'
import { releaseFiguresSchema } from './release.ts'
import { shadowComparisonSchema } from './shadow.ts'

export const DECISION_KINDS = [
  'created',
  'changed',
  'deployed',
  'shadow-started',
  'canary-started',
  'canary-advanced',
  'experiment-started',
  'bandit-started',
  'shares-changed',
  'paused',
  'resumed',
  'recommended',
  'promoted',
  'refused',
  'rolled-back',
  'stopped',
] as const
export type DecisionKind = (typeof DECISION_KINDS)[number]

export const decisionSchema = z.object({
  id: idSchema('decision'),
  endpoint: nameSchema,
  kind: z.enum(DECISION_KINDS),
  fromVersion: z.number().int().optional(),
  toVersion: z.number().int().optional(),
  by: z.string(),
  reason: z.string(),
  /** The figures on which it was taken. */
  comparison: shadowComparisonSchema.optional(),
  release: releaseFiguresSchema.optional(),
  /** Event time of the endpoint when it was taken. */
  eventTime: timestampSchema.optional(),
  at: timestampSchema,
})
export type Decision = z.infer<typeof decisionSchema>

/** `by` of a decision that the rules of a canary, experiment or bandit took … */
export const RELEASE_RULE = 'release rule'
/** … the rule of a version in shadow … */
export const PROMOTION_RULE = 'promotion rule'
/** … and of one that follows from something else: an alias was moved, a release was taken out of the file. */
export const BY_REGIA = 'regia'

/** Who decides: rules, Regia as it follows an alias or a file, a person by hand. */
export const DECIDERS = ['rule', 'regia', 'person'] as const
export type Decider = (typeof DECIDERS)[number]

/**
 * Who took a decision about an endpoint, from its `by`.
 *
 * @param by - As the decision says it; whatever is neither a rule nor Regia is a person.
 * @example deciderOf('release rule') // 'rule'
 */
export function deciderOf(by: string): Decider {
  if (by === RELEASE_RULE || by === PROMOTION_RULE) return 'rule'
  return by === BY_REGIA ? 'regia' : 'person'
}

/** A page of decisions: all, or those of one who decides, or of some kinds. */
export type DecisionListQuery = PageQuery & {
  readonly by?: Decider | undefined
  readonly kinds?: readonly DecisionKind[] | undefined
}
