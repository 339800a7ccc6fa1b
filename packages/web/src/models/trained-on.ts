import type { ModelVersion } from '@regia/core'
import { formatDay } from '../kernel/time.ts'

/** The event times that a version was trained on. */
export function trainedOn(version: ModelVersion): string {
  const span = version.package?.trainedOn
  return span ? `${formatDay(span.from)} to ${formatDay(span.until)} ${span.until.slice(0, 4)}` : 'unknown days'
}
