import { RegiaError } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { PACKAGES_FILE, PROVENANCE_FILE } from '../provenance/kept-files.ts'
import { provenanceSchema } from '../provenance/provenance.ts'

const SHOWN = 5

/** How the Pythons of two runs differ: version and installed packages. */
export async function pythonNotes(client: RegiaClient, before: string, now: string): Promise<string[]> {
  const [was, is] = await Promise.all([pythonOf(client, before), pythonOf(client, now)])
  const differing = [...was.packages].filter((each) => !is.packages.has(each))
  const more = differing.length > SHOWN ? ` and ${differing.length - SHOWN} more` : ''
  return [
    ...(was.version === is.version ? [] : [`Python was ${was.version} then, and is ${is.version} now.`]),
    ...(differing.length === 0
      ? []
      : [`Python packages are not those of then: then ${differing.slice(0, SHOWN).join(', ')}${more}.`]),
  ]
}

async function pythonOf(client: RegiaClient, runId: string) {
  const [provenance, packages] = await Promise.all([
    readText(client, runId, PROVENANCE_FILE),
    readText(client, runId, PACKAGES_FILE),
  ])
  return {
    version: provenanceSchema.parse(JSON.parse(provenance)).python?.version ?? 'another program',
    packages: new Set(packages.split('\n').filter(Boolean)),
  }
}

/** Empty where there is no such file. */
async function readText(client: RegiaClient, runId: string, path: string): Promise<string> {
  try {
    return await (await client.tracking.readFile(runId, path)).text()
  } catch (error) {
    if (error instanceof RegiaError && error.code === 'NOT_FOUND') return ''
    throw error
  }
}
