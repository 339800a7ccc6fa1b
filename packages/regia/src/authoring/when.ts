import { RegiaError } from '@regia/core'
import { recordUnder } from './composition.ts'
import { conditionOf, not, type RunCondition } from './conditions.ts'
import { isRef, makeRef, type Ref, type Source, sourceOf } from './refs.ts'
import { callerLocation } from './source-location.ts'

/** What two arms give together: for each name that both have, a ref to whichever was not skipped. */
export type Either<A, B> =
  A extends Ref<infer First>
    ? B extends Ref<infer Second>
      ? Ref<First | Second>
      : undefined
    : A extends object
      ? B extends object
        ? { readonly [Name in keyof A & keyof B]: Either<A[Name], B[Name]> }
        : undefined
      : undefined

/**
 * Adds steps that run only when something of the run turns out so; otherwise they, and what depends on them, are skipped.
 * One may stand inside another: then both must hold.
 *
 * @param condition - A boolean output, such as `passed` of a gate, or a comparison such as `atLeast(scored.auc, 0.8)`.
 * @param describe - Adds the steps.
 * @param otherwise - Adds the steps that run in the other case.
 * @returns What `describe` returns. With `otherwise`: for each ref that both return, a ref to whichever is there. One of the two may be a ref
 *   to what is there in any case; then it counts when the other one was skipped.
 * @throws RegiaError `PIPELINE_INVALID` outside a pipeline, or when both arms return something that is there in any case.
 * @example when(passed, () => register('delays', trained.model, { report, alias: 'challenger' }))
 * @example const { rows } = when(equals(p.mode, 'full'), () => loadAll({}), () => loadSome({ share: 0.1 }))
 */
export function when<Result>(condition: Ref<boolean> | RunCondition, describe: () => Result): Result
export function when<A, B>(condition: Ref<boolean> | RunCondition, describe: () => A, otherwise: () => B): Either<A, B>
export function when(
  condition: Ref<boolean> | RunCondition,
  describe: () => unknown,
  otherwise?: () => unknown,
): unknown {
  const locate = callerLocation(when)
  const first = recordUnder(conditionOf(condition), describe, locate)
  if (!otherwise) return first.result
  const second = recordUnder(conditionOf(not(condition)), otherwise, locate)
  const isMade = (source: Source) => isMadeIn(source, first.made) || isMadeIn(source, second.made)
  return either(first.result, second.result, isMade, locate)
}

function either(
  first: unknown,
  second: unknown,
  isConditional: (source: Source) => boolean,
  locate: () => string | undefined,
): unknown {
  if (isRef(first) && isRef(second)) return eitherRef(sourceOf(first), sourceOf(second), isConditional, locate)
  if (!isRecord(first) || !isRecord(second)) return undefined
  const shared = Object.keys(first).filter((name) => name in second)
  return Object.fromEntries(shared.map((name) => [name, either(first[name], second[name], isConditional, locate)]))
}

/** The first of them that was not skipped is taken, so what is there in any case must come last. */
function eitherRef(
  first: Source,
  second: Source,
  isConditional: (source: Source) => boolean,
  locate: () => string | undefined,
): Ref<unknown> {
  if (!isConditional(first) && !isConditional(second)) throw nothingToChoose(locate())
  const ordered = isConditional(first) ? [first, second] : [second, first]
  return makeRef({
    from: 'either',
    items: ordered.flatMap((source) => (source.from === 'either' ? source.items : source)),
  })
}

/** Whether a source is there only when its arm ran. */
function isMadeIn(source: Source, made: ReadonlySet<string>): boolean {
  if (source.from === 'data') return made.has(source.name)
  if (source.from === 'either') return source.items.every((item) => isMadeIn(item, made))
  return source.from === 'list' && source.items.some((item) => isMadeIn(item, made))
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !isRef(value)

const nothingToChoose = (where: string | undefined) =>
  new RegiaError('PIPELINE_INVALID', 'Both arms of a "when" return something that is there in any case.', {
    hint: 'Let one arm return what a step inside it makes, or give condition and both refs to a step that chooses.',
    ...(where !== undefined && { where }),
  })
