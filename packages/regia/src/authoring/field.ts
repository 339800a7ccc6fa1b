import { fieldAt, RegiaError } from '@regia/core'
import { makeRef, type Ref, type Source, sourceOf } from './refs.ts'
import { callerLocation } from './source-location.ts'

/**
 * A field of an object that a run makes: for conditions, and for steps that need no more than that. A step that takes a field is not run again where
 * only other fields changed.
 *
 * @param path - Names of fields, from the outside in.
 * @throws RegiaError `PIPELINE_INVALID` for what is no value, such as a table; building the pipeline refuses a field that the schema does not have.
 * @example when(atLeast(field(evaluated.metrics, 'auc'), 0.8), () => register('late', trained.model))
 */
export function field<Value, A extends keyof Value & string>(ref: Ref<Value>, ...path: [A]): Ref<Value[A]>
export function field<Value, A extends keyof Value & string, B extends keyof Value[A] & string>(
  ref: Ref<Value>,
  ...path: [A, B]
): Ref<Value[A][B]>
export function field<
  Value,
  A extends keyof Value & string,
  B extends keyof Value[A] & string,
  C extends keyof Value[A][B] & string,
>(ref: Ref<Value>, ...path: [A, B, C]): Ref<Value[A][B][C]>
export function field(ref: Ref<unknown>, ...path: readonly string[]): Ref<unknown> {
  return makeRef(fieldOf(sourceOf(ref), path, callerLocation(field)))
}

function fieldOf(source: Source, path: readonly string[], locate: () => string | undefined): Source {
  switch (source.from) {
    case 'data':
    case 'param':
    case 'catalog':
      return { ...source, path: [...(source.path ?? []), ...path] }
    case 'value':
      return { from: 'value', value: fieldAt(source.value, path) }
    case 'either':
      return { from: 'either', items: source.items.map((item) => fieldOf(item, path, locate)) }
    default:
      throw noFields(source.from, path, locate())
  }
}

const noFields = (from: string, path: readonly string[], where: string | undefined) =>
  new RegiaError('PIPELINE_INVALID', `A ${from} has no field "${path.join('.')}".`, {
    hint: 'Only values have fields: outputs with a Zod schema, parameters, and JSON of a catalog.',
    ...(where !== undefined && { where }),
  })
