import type { Alert, MonitorSpec, WindowResult } from '@regia/core'
import type { JsonText } from '../database/json-text.ts'

/** Times that are compared are milliseconds since 1970. */
export type MonitoringTables = {
  monitor: {
    name: string
    endpoint: string
    spec: JsonText<MonitorSpec>
    created_at: string
    /** Event time up to which every window has its final verdict. */
    settled_until: number | null
  }
  /** One a monitor, version and window; replaced while labels still arrive. */
  monitor_window: {
    monitor: string
    version: number
    from_ms: number
    until_ms: number
    /** 1 once nothing can change it any more. */
    is_final: number
    result: JsonText<WindowResult>
  }
  alert: {
    id: string
    monitor: string
    version: number
    kind: Alert['kind']
    status: Alert['status']
    /** Order in which alerts opened. */
    number: number
    alert: JsonText<Alert>
  }
  /** Event time at which a monitor's action last started a run: what its cooldown counts from. */
  monitor_action: { monitor: string; pipeline: string; started_event_at: number; run_id: string }
}
