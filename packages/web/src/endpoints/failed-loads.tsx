import type { Deployment, Endpoint, EndpointSpec } from '@regia/core'
import { Command } from '../kernel/command.tsx'
import { Lamp } from '../kernel/lamp.tsx'
import { Card } from '../kernel/section.tsx'
import { roleWord } from './deployments.ts'
import classes from './endpoints.module.css'

/** What cannot be loaded, why, who answers meanwhile and the ways out; nothing where all is loaded. */
export function FailedLoads({ endpoint: { deployments, spec } }: { readonly endpoint: Endpoint }) {
  const failed = deployments.filter(({ state }) => state === 'failed')
  const [answering] = deployments.filter(({ role, state }) => role === 'stable' && state === 'ready')
  return failed.map((deployment) => (
    <Card key={`${deployment.model}-${deployment.version}-${deployment.role}`} pad>
      <div className={classes.failedLoad} role="alert">
        <Lamp health="broken" label="failed" />
        <div>
          <b>
            {deployment.model} v{deployment.version} ({roleWord(deployment.role)}) cannot be loaded.{' '}
            {meanwhile(deployment, answering, spec)}
          </b>
          <p>{deployment.error}</p>
          <p className={classes.wayOut}>
            Mend what is named above, or let the name stand for another version:{' '}
            <Command text={wayOut(deployment, spec.stable, answering)} />
          </p>
        </div>
      </div>
    </Card>
  ))
}

function meanwhile({ role }: Deployment, answering: Deployment | undefined, { fallback }: EndpointSpec): string {
  if (answering) return role === 'stable' ? `v${answering.version} goes on answering.` : ''
  return fallback ? 'The fallback answers.' : 'Every request fails.'
}

function wayOut({ model, role }: Deployment, stable: string | undefined, answering: Deployment | undefined): string {
  const alias = (role === 'stable' && stable?.split('@')[1]) || 'ALIAS'
  return `regia models promote ${model}@${answering?.model === model ? answering.version : 'VERSION'} --alias ${alias}`
}
