import type { Style } from '../terminal.ts'

const WELL = new Set(['succeeded', 'passed', 'ready', 'well', 'ok', 'done', 'closed', 'delivered'])
const ATTENTION = new Set([
  'attention',
  'skipped',
  'cancelled',
  'acknowledged',
  'too-few-rows',
  'draining',
  'waiting',
  'queued',
])
const BROKEN = new Set(['failed', 'broken', 'open'])

/** A status with its own shape, so that nobody depends on colour. */
export function statusMark(status: string, style: Style): string {
  if (WELL.has(status)) return style.green(`● ${status}`)
  if (status === 'cached') return style.dim(`◌ ${status}`)
  if (BROKEN.has(status)) return style.red(`■ ${status}`)
  if (ATTENTION.has(status)) return style.yellow(`▲ ${status}`)
  return style.blue(`○ ${status}`)
}
