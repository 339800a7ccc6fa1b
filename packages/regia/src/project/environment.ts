import { userInfo } from 'node:os'
import { RegiaError } from '@regia/core'
import { z } from 'zod'

const environmentSchema = z.object({
  /** Folder that holds everything Regia keeps; `.regia` of the project where absent. */
  REGIA_HOME: z.string().min(1).optional(),
  /** A Regia elsewhere: commands talk to it and touch no home of their own. */
  REGIA_URL: z.url({ protocol: /^https?$/ }).optional(),
  REGIA_TOKEN: z.string().min(8).max(1000).optional(),
  /** The environment of the project; its base where absent. */
  REGIA_ENV: z.string().min(1).optional(),
  USER: z.string().optional(),
})

export type Environment = {
  readonly home: string | undefined
  readonly url: string | undefined
  readonly token: string | undefined
  /** The project's environment that was asked for, by `--env` or REGIA_ENV. */
  readonly name: string | undefined
  /** Any other variable, for what a project keeps by reference. */
  readonly variable: (name: string) => string | undefined
  /** Who acts, for histories. */
  readonly user: string
}

/** Reads the environment variables that Regia knows; the only place that does. An empty one counts as absent. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>, chosen?: string): Environment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  const parsed = environmentSchema.safeParse(given)
  if (!parsed.success) throw environmentError(parsed.error.issues[0]!, given)
  const { REGIA_HOME, REGIA_URL, REGIA_TOKEN, REGIA_ENV, USER } = parsed.data
  return {
    home: REGIA_HOME,
    url: REGIA_URL,
    token: REGIA_TOKEN,
    name: chosen ?? REGIA_ENV,
    variable: (name) => variables[name],
    user: USER ?? accountName(),
  }
}

/** Containers and cron often set no USER; some containers have a user id without a name. */
function accountName(): string {
  try {
    return userInfo().username
  } catch {
    return 'somebody'
  }
}

function environmentError(issue: z.core.$ZodIssue, given: Readonly<Record<string, unknown>>): RegiaError {
  const name = String(issue.path[0])
  const got = name === 'REGIA_TOKEN' ? 'a text that is too short or too long' : `"${String(given[name])}"`
  return new RegiaError('CONFIG_INVALID', `The environment variable ${name} is ${got}: ${issue.message}.`, {
    where: name,
    hint:
      name === 'REGIA_URL'
        ? 'Set it to an address such as http://127.0.0.1:4300, or unset it.'
        : 'Mend it or unset it.',
  })
}
