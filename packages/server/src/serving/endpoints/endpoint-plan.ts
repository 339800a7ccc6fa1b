import { canonicalJson, type EndpointPlan, type EndpointSpec, isComposed } from '@regia/core'

type Field = EndpointPlan['fields'][number]

/** What applying a spec would change, field by field down to the last one. */
export function planEndpoint(wanted: EndpointSpec, known: EndpointSpec | undefined): EndpointPlan {
  if (!known) return { name: wanted.name, action: 'create', fields: [] }
  const fields = differences('', asWritten(known, wanted), wanted)
  return { name: wanted.name, action: fields.length > 0 ? 'change' : 'keep', fields }
}

/** A composition gets its `stable` from the server; what does not name one leaves it as it is. */
function asWritten(known: EndpointSpec, wanted: EndpointSpec): EndpointSpec {
  if (!isComposed(known) || !isComposed(wanted) || wanted.stable !== undefined) return known
  const { stable: _given, ...written } = known
  return written
}

function differences(place: string, before: unknown, after: unknown): Field[] {
  if (textOf(before) === textOf(after)) return []
  if (!isRecord(before) || !isRecord(after))
    return [{ field: place, ...sideOf('before', before), ...sideOf('after', after) }]
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return keys.flatMap((key) => differences(place === '' ? key : `${place}.${key}`, before[key], after[key]))
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string => (value === undefined ? '' : canonicalJson(value))

const sideOf = (side: 'before' | 'after', value: unknown): Partial<Field> =>
  value === undefined ? {} : { [side]: value }
