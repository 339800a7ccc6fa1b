import type { Row, ServedEndpointSpec } from '@regia/core'
import type { PredictCall, ServedVersion } from './answer.ts'

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
  return { ...call, rows: call.rows.map((row) => without(row, column)) }
}

function without(row: Row, column: string): Row {
  if (!Object.hasOwn(row, column)) return row
  const { [column]: _, ...rest } = row
  return rest
}
