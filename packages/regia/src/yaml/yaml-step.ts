import { isDefinition, issueText, RegiaError, type TransformKind } from '@regia/core'
import type { StepDefinition } from '@regia/engine'
import { learnerStep, scoreStep, splitStep, sqlStep } from './built-in-steps.ts'
import { STEP_SCHEMAS, STEP_WORDS, type StepDocument, type StepKindWord } from './document.ts'

/** A step that is code: it can be wired and mapped, and a step process finds it by its name. */
export type CodeStep = StepDefinition & ((wires: never) => unknown) & { readonly map: (...given: never) => unknown }

/**
 * Makes the step that a YAML file describes by settings. Each stands alone, so that a change of one leaves the results of the others valid.
 *
 * @param type - The project's own kind of step that it names.
 * @param transforms - Kinds of transforms of the project's own that it names.
 * @returns What is wrong instead, where it cannot be made: only the pipeline knows the line that this is to be said of.
 */
export function yamlStep(
  name: string,
  given: unknown,
  type?: (settings: unknown) => unknown,
  transforms: readonly TransformKind[] = [],
): CodeStep | RegiaError {
  try {
    return makeStep(name, given, type, transforms)
  } catch (error) {
    if (error instanceof RegiaError) return error
    throw error
  }
}

function makeStep(
  name: string,
  given: unknown,
  type: ((settings: unknown) => unknown) | undefined,
  transforms: readonly TransformKind[],
): CodeStep {
  const document = readStep(name, given, name)
  if ('sql' in document) return sqlStep(name, document, Object.keys(document.in))
  if ('split' in document) return splitStep(name, document)
  if ('score' in document) return scoreStep(name, document)
  if ('learner' in document) {
    const { fixed, wired } = settingsOf(document)
    return learnerStep(name, { ...document, settings: fixed }, Object.keys(wired), transforms)
  }
  if ('type' in document && type) return assertStep(type(document.settings), document.type, name)
  throw new RegiaError('PIPELINE_INVALID', `Step "${name}" is not made of settings.`, { where: name })
}

/** Settings of a learner that a parameter decides, `$trees`, become inputs; the others are part of the code. */
export function settingsOf({ settings }: StepDocument<'learner'>) {
  const entries = Object.entries(settings)
  const isWired = ([, value]: (typeof entries)[number]) => typeof value === 'string' && value.startsWith('$')
  return {
    fixed: Object.fromEntries(entries.filter((entry) => !isWired(entry))),
    wired: Object.fromEntries(entries.filter(isWired).map(([name, value]) => [name, String(value)])),
  }
}

/** A step's document, checked by the word that says what it does. */
export function readStep(name: string, given: unknown, place: string): StepDocument {
  const words = STEP_WORDS.filter((word) => typeof given === 'object' && given !== null && word in given)
  const [word] = words
  if (word === undefined || words.length > 1) throw noOneWord(name, words, place)
  const parsed = STEP_SCHEMAS[word].safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RegiaError(
    'PIPELINE_INVALID',
    `Step "${name}" is wrong${issue?.path.length ? ` at ${issue.path.join('.')}` : ''}: ${issue && issueText(issue)}.`,
    { where: place, hint: 'docs/yaml.md says what each kind of step takes.' },
  )
}

/** A step of the project's own code. @throws RegiaError `PIPELINE_INVALID` where the file exports no such step. */
export function assertStep(value: unknown, reference: string, place: string): CodeStep {
  if (typeof value === 'function' && isDefinition(value, 'step') && isCodeStep(value)) return value
  if (value instanceof RegiaError) throw RegiaError.fromBody({ ...value.toBody(), where: place })
  throw new RegiaError('PIPELINE_INVALID', `"${reference}" is no step.`, {
    where: place,
    hint: 'Name a file and what it exports of step({ … }), such as ./steps/clean.ts#clean.',
  })
}

const isCodeStep = (value: object): value is CodeStep => 'execute' in value && 'map' in value

const noOneWord = (name: string, words: readonly StepKindWord[], where: string) =>
  new RegiaError(
    'PIPELINE_INVALID',
    words.length === 0
      ? `Step "${name}" does not say what it does.`
      : `Step "${name}" says ${words.length} things that it does: ${words.join(', ')}.`,
    { where, hint: `Give exactly one of: ${STEP_WORDS.join(', ')}.` },
  )
