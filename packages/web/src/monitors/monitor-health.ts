import type { Monitor } from '@regia/core'
import type { Health } from '../kernel/health.ts'

export function monitorHealth(monitor: Monitor): Health {
  if (monitor.openAlertCount > 0) return 'attention'
  const status = monitor.lastWindow?.status
  return status === undefined || status === 'too-few-rows' ? 'unknown' : status
}
