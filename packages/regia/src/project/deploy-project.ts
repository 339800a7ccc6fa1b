import type { EndpointSpec, MonitorSpec, PipelineVersion } from '@regia/core'
import { type DeployTarget, deployPipelines } from './deploy.ts'
import { loadEntries } from './entries.ts'

/** What a project declares; its pipelines as the server now keeps them. */
export type DeployedProject = {
  readonly pipelines: readonly PipelineVersion[]
  readonly endpoints: readonly EndpointSpec[]
  readonly monitors: readonly MonitorSpec[]
}

export async function deployProject(target: DeployTarget): Promise<DeployedProject> {
  const entries = await loadEntries(target.project)
  return {
    pipelines: await deployPipelines(target, entries),
    endpoints: entries.flatMap(({ discovery }) => discovery.endpoints),
    monitors: entries.flatMap(({ discovery }) => discovery.monitors),
  }
}
