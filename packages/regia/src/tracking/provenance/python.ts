import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import { z } from 'zod'

const pythonSchema = z.object({ version: z.string(), executable: z.string(), packages: z.array(z.string()) })

/** The Python that a command runs in. */
export type Python = z.infer<typeof pythonSchema>

const QUESTION = `
import json, platform, sys
from importlib.metadata import distributions
found = {d.metadata["Name"] + "@" + d.version for d in distributions() if d.metadata["Name"]}
print(json.dumps({"version": platform.python_version(), "executable": sys.executable, "packages": sorted(found)}))
`

export const isPython = (program: string): boolean => /^(python|pypy)[\d.]*(\.exe)?$/i.test(basename(program))

/** Version and packages of the Python that `program` starts; nothing where it is none or does not answer. */
export function askPython(program: string, cwd: string): Promise<Python | undefined> {
  if (!isPython(program)) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    execFile(program, ['-c', QUESTION], { cwd, timeout: 20_000, maxBuffer: 16_000_000 }, (error, stdout) => {
      resolve(error ? undefined : parsePython(stdout))
    })
  })
}

function parsePython(text: string): Python | undefined {
  try {
    return pythonSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
