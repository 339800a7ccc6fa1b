import { userInfo } from 'node:os'
import { durationSchema, issueText, RegiaError, trackedRunIdSchema } from '@regia/core'
import { z } from 'zod'

const environmentSchema = z.object({
  /** Folder that holds everything Regia keeps; `.regia` of the project where absent. */
  REGIA_HOME: z.string().min(1).optional(),
  /** A Regia elsewhere: commands talk to it and touch no home of their own. */
  REGIA_URL: z.url({ protocol: /^https?$/ }).optional(),
  REGIA_TOKEN: z.string().min(8).max(1000).optional(),
  /** The environment of the project; its base where absent. */
  REGIA_ENV: z.string().min(1).optional(),
  /** Webhooks may be sent to private networks, to this machine and over plain http. */
  REGIA_ALLOW_PRIVATE_WEBHOOKS: z.stringbool().optional(),
  USER: z.string().optional(),
  /** The experiment of runs that name none. */
  REGIA_EXPERIMENT: z.string().min(1).optional(),
  /** The run that "regia track" has begun: the first run of a script is this one. */
  REGIA_RUN_ID: trackedRunIdSchema.optional(),
  /** The step run inside which this process works. */
  REGIA_STEP_RUN: trackedRunIdSchema.optional(),
  /** The seed of runs that have none of their own. */
  REGIA_SEED: z.string().min(1).max(250).optional(),
  /** Milliseconds between two samples of system metrics. */
  REGIA_SYSTEM_METRICS: durationSchema.optional(),
  /** The run that is made again, by "regia reproduce"; with the id of the new run and which of the script's runs it is. */
  REGIA_REPRODUCES: trackedRunIdSchema.optional(),
  REGIA_REPRODUCTION: trackedRunIdSchema.optional(),
  REGIA_REPRODUCTION_NUMBER: z.coerce.number().int().positive().optional(),
})

export type Environment = {
  readonly home: string | undefined
  readonly url: string | undefined
  readonly token: string | undefined
  /** The project's environment that was asked for, by `--env` or REGIA_ENV. */
  readonly name: string | undefined
  readonly allowPrivateWebhooks: boolean
  /** Any other variable, for what a project keeps by reference. */
  readonly variable: (name: string) => string | undefined
  /** Who acts, for histories. */
  readonly user: string
  readonly tracking: TrackingEnvironment
}

/** What runs of this process are told from outside. */
export type TrackingEnvironment = {
  readonly experiment: string | undefined
  /** The run that "regia track" has begun. */
  readonly runId: string | undefined
  /** The step of a pipeline that this process runs. */
  readonly stepRunId: string | undefined
  readonly seed: string | undefined
  /** How often the machine is looked at, such as `10s`. */
  readonly systemMetrics: string | undefined
  /** Which run is made again, under which id, and as which of the script's runs. */
  readonly reproduction: { readonly of: string; readonly id: string; readonly number: number } | undefined
}

/** Reads the environment variables that Regia knows; the only place that does. An empty one counts as absent. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>, chosen?: string): Environment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  const parsed = environmentSchema.safeParse(given)
  if (!parsed.success) throw environmentError(parsed.error.issues[0]!, given)
  const { REGIA_HOME, REGIA_URL, REGIA_TOKEN, REGIA_ENV, REGIA_ALLOW_PRIVATE_WEBHOOKS, USER } = parsed.data
  return {
    home: REGIA_HOME,
    url: REGIA_URL,
    token: REGIA_TOKEN,
    name: chosen ?? REGIA_ENV,
    allowPrivateWebhooks: REGIA_ALLOW_PRIVATE_WEBHOOKS ?? false,
    variable: (name) => variables[name],
    user: USER ?? accountName(),
    tracking: trackingOf(parsed.data),
  }
}

function trackingOf(given: z.infer<typeof environmentSchema>): TrackingEnvironment {
  const { REGIA_REPRODUCES: of, REGIA_REPRODUCTION: id, REGIA_REPRODUCTION_NUMBER: number = 1 } = given
  return {
    experiment: given.REGIA_EXPERIMENT,
    runId: given.REGIA_RUN_ID,
    stepRunId: given.REGIA_STEP_RUN,
    seed: given.REGIA_SEED,
    systemMetrics: given.REGIA_SYSTEM_METRICS,
    reproduction: of === undefined || id === undefined ? undefined : { of, id, number },
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
  return new RegiaError('CONFIG_INVALID', `The environment variable ${name} is ${got}: ${issueText(issue)}.`, {
    where: name,
    hint:
      name === 'REGIA_URL'
        ? 'Set it to an address such as http://127.0.0.1:4300, or unset it.'
        : 'Mend it or unset it.',
  })
}
