import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type DemoContext, getDemoFile, loadDemo } from '../../project/demo-module.ts'
import { type DemoServer, demoServer } from '../../project/demo-server.ts'
import { deployProject } from '../../project/deploy-project.ts'
import { fetchArtifacts } from '../../project/fetch-artifacts.ts'
import { findProject, type Project } from '../../project/find-project.ts'
import { resolveStack } from '../../project/stack.ts'
import type { Action } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { createNarrator, type Narrator } from '../narrator.ts'

export const demo: Action<{ exit: boolean; port: number | undefined }> = async (input, context) => {
  const project = await findProject(context.workingDir, context.environment.name)
  getDemoFile(project)
  const { home } = await resolveStack(context.environment, project)
  const server = await demoServer({ project, home, environment: context.environment, port: input.port })
  try {
    const narrator = createNarrator(context.terminal, context.output.isJson)
    const { style } = context.output
    narrator.say(`${style.green('●')} The control room: ${style.bold(server.url)}`)
    const story = await loadDemo(project, server.home)
    const summary = await story(storyContext(server, project, input.exit, narrator, context)).catch(
      unlessStopped(context.signal),
    )
    if (context.signal.aborted) return input.exit ? EXIT.interrupted : EXIT.ok
    if (summary !== undefined) printSummary(summary, context)
    if (input.exit) return EXIT.ok
    narrator.say(
      `${style.green('●')} The control room stays open: ${style.bold(server.url)}  ${style.dim('(Ctrl-C ends it)')}`,
    )
    await untilAborted(context.signal)
    return EXIT.ok
  } finally {
    await server.stop()
  }
}

function storyContext(
  server: DemoServer,
  project: Project,
  exit: boolean,
  narrator: Narrator,
  context: Context,
): DemoContext {
  const { client, url, home } = server
  const require = createRequire(join(project.dir, 'package.json'))
  return {
    client,
    url,
    projectDir: project.dir,
    exit,
    json: context.output.isJson,
    signal: context.signal,
    chapter: narrator.chapter,
    say: narrator.say,
    progress: narrator.progress,
    resolve: (specifier) => pathToFileURL(require.resolve(specifier)).href,
    deploy: () => deployProject({ client, home, project }),
    artifacts: (runId, wanted) => fetchArtifacts(client, join(home, 'demo'), runId, wanted),
    finish: (summary) => {
      narrator.pause()
      printSummary(summary, context)
    },
  }
}

/** The summary as one line of JSON, or, for people, indented. */
const printSummary = (summary: unknown, { output }: Context): void =>
  output.result(summary, () => JSON.stringify(summary, null, 2))

/** What fails because a person ended the story is no failure. */
const unlessStopped = (signal: AbortSignal) => (error: unknown) => {
  if (!signal.aborted) throw error
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) done()
    else signal.addEventListener('abort', () => done(), { once: true })
  })
