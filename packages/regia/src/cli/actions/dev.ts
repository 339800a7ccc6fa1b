import type { DeployTarget } from '../../project/deploy.ts'
import { deployProject } from '../../project/deploy-project.ts'
import { findProject } from '../../project/find-project.ts'
import { ownHome } from '../../project/own-home.ts'
import { resolveStack } from '../../project/stack.ts'
import { changedFiles } from '../../project/watch-files.ts'
import type { Action } from '../command.ts'
import type { Context } from '../context.ts'
import { plural } from './format.ts'
import { sayChanged, sayFailure } from './say-changed.ts'
import { announce, assertPort, ROLES } from './up.ts'

const HOST = '127.0.0.1'
const CONFIG = /^regia\.config\.(ts|js|mjs)$/

/** `up`, with what the project declares deployed at once and again at every save; an error is shown and the next save is waited for. */
export const dev: Action<{ port: number }> = async ({ port }, context) => {
  assertPort(port)
  const project = await findProject(context.workingDir, context.environment.name)
  const stack = await resolveStack(context.environment, project)
  const owner = await ownHome({ stack, project, host: HOST, port, token: context.environment.token, roles: ROLES })
  try {
    announce(owner, stack, ROLES, context)
    const deploy = deployer({ client: owner.client, home: stack.home, project }, context)
    // Watched before the first look, so that a save during it is not missed.
    const changes = changedFiles({ dir: project.dir, signal: context.signal })
    for (let next = changes.next(); ; next = changes.next()) {
      await deploy()
      const { value: changed } = await next
      if (!changed) break
      sayChanged(changed, context)
      if (changed.some((path) => CONFIG.test(path)))
        context.output.line('  The config of the project was changed: start "regia dev" again for that.')
    }
    context.output.line('Stopping …')
  } finally {
    await owner.close()
  }
}

/** Deploys, and says of which pipelines there is a new version. */
function deployer(target: DeployTarget, context: Context): () => Promise<void> {
  const known = new Map<string, number>()
  const { output } = context
  return async () => {
    try {
      const { pipelines } = await output.waiting('Deploying the project', deployProject(target))
      const fresh = pipelines.filter(({ pipeline, version }) => known.get(pipeline) !== version)
      for (const { pipeline, version } of fresh) known.set(pipeline, version)
      const named = fresh.map(({ pipeline, version }) => `${pipeline} version ${version}`).join(', ')
      const text = fresh.length > 0 ? named : `nothing changed in ${plural(pipelines.length, 'pipeline')}`
      output.line(`${output.style.green('✓')} Deployed: ${text}`)
    } catch (error) {
      await sayFailure(error, 'dev', context)
    }
  }
}
