import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { pythonOf } from './python.ts'

/** What a program of checks found, by name: null, or what went wrong. */
export type CheckResults = Readonly<Record<string, string | null>>

/**
 * The names under which a program reports: one for each function that `@check` stands before, one for each transport where it is `@for_each`.
 */
export function checksOf(program: string, transports: readonly string[] = []): readonly string[] {
  const found = [...readFileSync(program, 'utf8').matchAll(/^@(check|for_each)\ndef (\w+)/gm)]
  return found.flatMap(([, kind, name]) => (kind === 'check' ? [name!] : transports.map((each) => `${name} (${each})`)))
}

/** Runs a program of checks; its last line is their results as JSON. */
export async function runChecks(program: string, ...args: readonly string[]): Promise<CheckResults> {
  const { stdout } = await promisify(execFile)(pythonOf('mlflow3'), [program, ...args], { timeout: 150_000 })
  return JSON.parse(stdout.trim().split('\n').at(-1)!)
}
