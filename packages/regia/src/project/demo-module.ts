import { RegiaError } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import type { DeployedProject } from './deploy-project.ts'
import type { Project } from './find-project.ts'

/** What a project's demo gets to tell its story with: a client like any other, and a way to speak to whoever watches the terminal. */
export type DemoContext = {
  readonly client: RegiaClient
  /** Address of the control room. */
  readonly url: string
  readonly projectDir: string
  /** The process ends when the story has been told. */
  readonly exit: boolean
  readonly json: boolean
  /** Aborts when a person has seen enough. */
  readonly signal: AbortSignal
  /** A new part of the story begins. */
  readonly chapter: (title: string) => void
  /** A line of the story. */
  readonly say: (text: string) => void
  /** How far a part is, 0 to 1. */
  readonly progress: (label: string, fraction: number, detail?: string) => void
  /** Address of a file in a package of the project, such as `vega-datasets/data/penguins.json`. */
  readonly resolve: (specifier: string) => string
  /** Deploys the project's pipelines, and says what else it declares. */
  readonly deploy: () => Promise<DeployedProject>
  /** Files on this machine with tables that a run made, by name: `{ test: ['split', 'test'] }`. */
  readonly artifacts: <Name extends string>(
    runId: string,
    wanted: Readonly<Record<Name, readonly [step: string, output: string]>>,
  ) => Promise<Record<Name, string>>
  /** Prints the summary of a story that goes on afterwards. */
  readonly finish: (summary: unknown) => void
}

/** The module that `demo` in regia.config.ts names: its default export tells the story and resolves to its summary, or to nothing after `finish`. */
export type DemoStory = (context: DemoContext) => Promise<unknown>

/** The file that tells the project's story. @throws RegiaError `CONFIG_INVALID` where there is none. */
export function getDemoFile({ config, dir }: Project): string {
  if (config.demo) return config.demo
  throw new RegiaError('CONFIG_INVALID', 'This project has no demo.', {
    where: dir,
    hint: `Name its module in regia.config.ts: defineConfig({ name: '${config.name}', demo: './demo/story.ts' }).`,
  })
}

/** Bundles the project's demo and loads it into this process. */
export async function loadDemo(project: Project, home: string): Promise<DemoStory> {
  const file = getDemoFile(project)
  const { bundleEntry, importUserCode, prepareForUserCode, storeBundle } = await import('@regia/engine')
  const path = await storeBundle(await bundleEntry(file, project.dir), home)
  prepareForUserCode()
  const story = (await importUserCode(path, project.dir)).default
  if (isStory(story)) return story
  throw new RegiaError(
    'CONFIG_INVALID',
    `The demo exports ${story === undefined ? 'nothing' : typeof story} by default.`,
    {
      where: file,
      hint: 'Write "export default async (demo: DemoContext) => { … return summary }".',
    },
  )
}

const isStory = (value: unknown): value is DemoStory => typeof value === 'function'
