import { isMainThread } from 'node:worker_threads'
import { RegiaError } from '@regia/core'

/** Sets environment variables of this process. @returns What puts it back as it was. */
export function enterVariables(variables: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, variables)
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

/** Relative paths in user code start at the project. @throws RegiaError `NOT_FOUND` when it is gone. */
export function enterProject(projectDir: string): () => void {
  // A thread has the folder of its process and cannot change it.
  if (!isMainThread || process.cwd() === projectDir) return () => undefined
  const before = process.cwd()
  try {
    process.chdir(projectDir)
  } catch (cause) {
    throw new RegiaError('NOT_FOUND', `The project's folder cannot be entered: ${String(cause)}`, {
      where: projectDir,
      hint: 'Its packages are resolved from there. Bring it back, or deploy the pipeline from where it is now.',
    })
  }
  return () => process.chdir(before)
}
