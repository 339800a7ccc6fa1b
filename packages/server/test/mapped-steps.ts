import type { Artifact, GraphStep, LeasedStep, PortRef } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { deploy, graph, step } from './graphs.ts'
import { type Script, succeed, workUntilIdle } from './scripted-worker.ts'

type MapOptions = Partial<NonNullable<GraphStep['map']>> & Partial<Omit<GraphStep, 'map' | 'inputs'>>

/** A step that is mapped over the items of its input `x`. */
export const mapped = (id: string, over: PortRef, { concurrency, minimumSuccess = 1, by, ...rest }: MapOptions = {}) =>
  step(id, {
    inputs: { x: over },
    map: { input: 'x', by: by ?? { kind: 'items' }, minimumSuccess, ...(concurrency !== undefined && { concurrency }) },
    backoff: { firstMs: 1, factor: 1, maximumMs: 1 },
    ...rest,
  })

/** Doubles numbers. */
export const double: Script = (lease) => succeed(Number(lease.inputs.x?.value) * 2)

export const until = async (isTrue: () => Promise<boolean>) => {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Waits until the control plane has taken a mapped step apart, or put it together. */
export const carried = (client: RegiaClient, runId: string, id: string) =>
  until(async () => {
    const { map, finishedAt, status } = (await client.runs.get(runId)).steps.find(({ step: each }) => each === id)!
    return finishedAt !== undefined || status === 'waiting' || (map?.waiting ?? 0) + (map?.running ?? 0) > 0
  })

export async function workUntilOver(client: RegiaClient, runId: string, script: Script = double): Promise<void> {
  await until(async () => {
    await workUntilIdle(client, script)
    return (await client.runs.get(runId)).finishedAt !== undefined
  })
}

export const stepOf = async (client: RegiaClient, runId: string, id: string) =>
  (await client.runs.get(runId)).steps.find((each) => each.step === id)!

async function listOf(client: RegiaClient, artifact: Artifact | undefined): Promise<readonly Artifact[]> {
  if (artifact?.kind !== 'list') throw new Error(`a ${artifact?.kind} is not a list`)
  const bytes = await client.blobs.read(artifact.digest)
  return JSON.parse(Buffer.from(bytes).toString()).items
}

export const valuesOf = async (client: RegiaClient, artifact: Artifact | undefined) =>
  (await listOf(client, artifact)).map((item) => item.value)

export async function start(client: RegiaClient, steps: readonly GraphStep[], params = {}): Promise<string> {
  await deploy(client, graph('wide', steps))
  return (await client.pipelines.run('wide', params)).id
}

export const finish = (client: RegiaClient, lease: LeasedStep) =>
  client.leases.report(lease.stepRunId, { ...double(lease), leaseToken: lease.leaseToken })
