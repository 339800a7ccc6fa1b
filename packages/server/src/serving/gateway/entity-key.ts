import type { Row, ServedEndpointSpec, Signature } from '@regia/core'
import { type PredictCall, type ServedVersion, withRows } from './answer.ts'

/** The column that keeps an entity at one version, where the endpoint names one. */
export const stickyColumnOf = ({ canary, experiment, bandit }: ServedEndpointSpec): string | undefined =>
  (canary ?? experiment ?? bandit)?.sticky

/**
 * The request as a version wants it: without the entity's column, where that is none of its inputs. Clients send the column as long as the
 * endpoint names it, whether or not a release runs.
 */
export function withoutEntity(
  call: PredictCall,
  { signature }: ServedVersion,
  column: string | undefined,
): PredictCall {
  if (column === undefined || signature.inputs.some(({ name }) => name === column)) return call
  return withRows(
    call,
    call.rows.map((row) => without(row, column)),
  )
}

const askedOf = new WeakMap<Signature, Map<string, Signature>>()

/** What is asked of a version: its inputs, and the entity's column where that is none of them. The same for the same signature and column. */
export function withEntity(signature: Signature, column: string | undefined): Signature {
  if (column === undefined || signature.inputs.some(({ name }) => name === column)) return signature
  const byColumn = askedOf.get(signature) ?? new Map<string, Signature>()
  askedOf.set(signature, byColumn)
  const known = byColumn.get(column)
  if (known) return known
  const entity = {
    name: column,
    type: 'string',
    nullable: true,
    description: 'Keeps an entity at one version.',
  } as const
  const asked = { ...signature, inputs: [...signature.inputs, entity] }
  byColumn.set(column, asked)
  return asked
}

function without(row: Row, column: string): Row {
  if (!Object.hasOwn(row, column)) return row
  const { [column]: _, ...rest } = row
  return rest
}
