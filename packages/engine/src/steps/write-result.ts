import { rename, writeFile } from 'node:fs/promises'
import type { StepResult } from '@regia/core'

/** Writes `result.json`, whole or not at all: it is the commit of an attempt. */
export async function writeResult(path: string, result: StepResult): Promise<void> {
  await writeFile(`${path}.partial`, JSON.stringify(result))
  await rename(`${path}.partial`, path)
}
