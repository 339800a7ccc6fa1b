import type { Context } from '../context.ts'
import { failureOf, printFailure } from '../failure.ts'

const MAX_NAMED = 5

/** Names the files that were saved. */
export function sayChanged(changed: readonly string[], { output }: Context): void {
  const named = changed.slice(0, MAX_NAMED).join(', ')
  const more = changed.length > MAX_NAMED ? ` and ${changed.length - MAX_NAMED} more` : ''
  output.line(`\n${output.style.blue('○')} saved: ${named}${more}`)
}

/** Shows an error of a command that goes on. */
export async function sayFailure(error: unknown, what: string, { terminal, output }: Context): Promise<void> {
  printFailure(await failureOf(error, what), terminal, output.isJson)
}
