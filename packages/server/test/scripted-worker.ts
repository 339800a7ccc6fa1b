import { type Artifact, digestOf, digestOfJson, type LeasedStep, type LeaseReport } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'

type Outcome = LeaseReport extends infer Report ? (Report extends unknown ? Omit<Report, 'leaseToken'> : never) : never
/** What a scripted step does with what it gets. */
export type Script = (lease: LeasedStep) => Outcome

export const PLENTY = { worker: 'scripted', cpu: 64, memoryMb: 1_000_000, limit: 100 } as const

export const valueOutput = (value: unknown): Artifact => ({
  kind: 'value',
  digest: digestOfJson(value),
  sizeBytes: 1,
  value,
})

const textOf = (value: unknown): string => {
  const text = JSON.stringify(value ?? null)
  return text.length < 100 ? text : digestOf(text)
}

/** Every output is the text `STEP(INPUTS)`: different inputs, different outputs. */
export const echo: Script = ({ stepName, inputs, outputs }) => {
  const given = Object.values(inputs).map((input) => textOf(input.value))
  const made = valueOutput(`${stepName}(${given.join(',')})`)
  return { status: 'succeeded', outputs: Object.fromEntries(Object.keys(outputs).map((name) => [name, made])) }
}

export const succeed = (value: unknown): Outcome => ({ status: 'succeeded', outputs: { out: valueOutput(value) } })

export const fail = (isRetryable = true): Outcome => ({
  status: 'failed',
  error: { code: 'USER_CODE_FAILED', message: 'It threw.' },
  isRetryable,
})

export const acquire = async (client: RegiaClient, waitMs = 0): Promise<readonly LeasedStep[]> =>
  (await client.leases.acquire({ ...PLENTY, waitMs })).steps

/** Leases and reports until nothing is left to do now. Says which steps it ran, in order. */
export async function workUntilIdle(client: RegiaClient, script: Script = echo): Promise<readonly string[]> {
  const ran: string[] = []
  for (;;) {
    const leases = await acquire(client)
    if (leases.length === 0) return ran
    for (const lease of leases) {
      ran.push(lease.step)
      await client.leases.report(lease.stepRunId, { ...script(lease), leaseToken: lease.leaseToken })
    }
  }
}
