import type { LeasedStep, LeaseReport, StepEvent } from '@regia/core'

/** What a worker needs of the control plane. The SDK's `leases` fulfils it. */
export type WorkerClient = {
  /** Waits up to `waitMs` for attempts that fit into what is free. */
  readonly acquire: (
    body: {
      readonly worker: string
      readonly cpu: number
      readonly memoryMb: number
      readonly limit: number
      readonly waitMs: number
    },
    signal?: AbortSignal,
  ) => Promise<{ readonly steps: readonly LeasedStep[] }>
  /** Prolongs the lease and hands over events. `cancel` asks the worker to stop the attempt. @throws RegiaError `LEASE_LOST`. */
  readonly heartbeat: (
    stepRunId: string,
    body: { readonly leaseToken: number; readonly events: readonly StepEvent[] },
  ) => Promise<{ readonly expiresAt: string; readonly cancel: boolean }>
  /** Ends the attempt. @throws RegiaError `LEASE_LOST` when another attempt has taken its place. */
  readonly report: (stepRunId: string, body: LeaseReport & { readonly events?: readonly StepEvent[] }) => Promise<void>
}
