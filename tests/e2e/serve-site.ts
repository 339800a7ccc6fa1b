import type { TestProject } from 'vitest/node'
import { startPenguins } from './penguins-site.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the control room answers. */
    readonly siteUrl: string
  }
}

/** One server for all files: the one that `REGIA_E2E_URL` names, such as a running demo, or a small project of our own. */
export default async function serveSite(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env.REGIA_E2E_URL
  if (running) {
    project.provide('siteUrl', running)
    return async () => {}
  }
  const site = await startPenguins()
  project.provide('siteUrl', site.url)
  return site.stop
}
