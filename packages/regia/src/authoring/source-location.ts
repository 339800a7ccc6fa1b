/**
 * Where the caller of `below` stands, as `file:line` relative to the working directory; a step's author is shown this place.
 * The text is made when it is asked for: formatting a stack, and reading a source map for it, costs more than most definitions.
 *
 * @param below - The function whose caller is meant.
 */
export function callerLocation(below: (...args: never[]) => unknown): () => string | undefined {
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, below)
  return () => locationIn(holder.stack ?? '')
}

function locationIn(stack: string): string | undefined {
  const [, caller] = stack.split('\n')
  const match = caller && /\(?(?:file:\/\/)?([^()\s]+):(\d+):\d+\)?$/.exec(caller)
  if (!match) return undefined
  const folder = `${process.cwd()}/`
  const path = match[1]!.replaceAll('\\', '/')
  return `${path.startsWith(folder) ? path.slice(folder.length) : path}:${match[2]}`
}
