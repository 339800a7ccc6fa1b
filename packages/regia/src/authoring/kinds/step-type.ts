import { DEFINITION, RegiaError } from '@regia/core'
import type { StepDefinition } from '@regia/engine'
import type { z } from 'zod'

/** A type of step that a project brings: called with settings, it makes a step. */
export type StepType<Settings extends z.ZodType = z.ZodType, Made = StepDefinition> = ((
  settings: z.input<Settings>,
) => Made) & {
  readonly [DEFINITION]: 'step-type'
  readonly typeName: string
  readonly settings: Settings
}

/**
 * A type of step: what several steps have in common, with settings for what differs. In TypeScript it is called; in YAML it is named,
 * `type: NAME` with `settings:`, where `regia.config.ts` names its module under `kinds.steps`.
 *
 * The settings become part of each step's code, so that another setting is another key in the cache.
 *
 * @param type - `name` is its name in YAML; `make` gets the parsed settings and returns what `step(…)` made, under a name of its own for each
 *   set of settings.
 * @throws RegiaError `INVALID_INPUT` naming the setting that is wrong, when it is called.
 * @example
 * export default defineStepType({
 *   name: 'drop-columns',
 *   settings: z.object({ columns: z.array(z.string()) }),
 *   make: ({ columns }) => step({
 *     name: `drop-${columns.join('-')}`,
 *     in: { rows: table(), columns: z.array(z.string()).default(columns) },
 *     out: { rows: table() },
 *     run: async ({ rows, columns }) => ({ rows: withoutColumns(await rows.read(), columns) }),
 *   }),
 * })
 */
export function defineStepType<Settings extends z.ZodType, Made extends StepDefinition>(type: {
  readonly name: string
  readonly settings: Settings
  readonly make: (settings: z.output<Settings>) => Made
}): StepType<Settings, Made> {
  const make = (given: z.input<Settings>): Made =>
    type.make(parseSettings(type.settings, given, `step type "${type.name}"`))
  return Object.assign(make, { [DEFINITION]: 'step-type' as const, typeName: type.name, settings: type.settings })
}

/** Settings as their schema makes them. @throws RegiaError `INVALID_INPUT` naming whose they are and what is wrong. */
export function parseSettings<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  whose: string,
): z.output<Schema> {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))
  throw new RegiaError('INVALID_INPUT', `The settings of the ${whose} are wrong: ${issues.join('; ')}.`, {
    where: whose,
    hint: 'Mend them where they are written.',
  })
}
