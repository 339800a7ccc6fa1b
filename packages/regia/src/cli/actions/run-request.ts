import type { RunOptions } from '@regia/core'
import type { Connection, ConnectOptions } from '../../project/connect.ts'
import { deployPipeline, type FoundPipeline, findPipeline } from '../../project/deploy.ts'
import type { Context } from '../context.ts'
import type { Output } from '../output.ts'
import { parseParams } from './params.ts'

/** What `run` and `plan` were asked. */
export type RequestInput = {
  readonly pipeline: string
  readonly param: readonly string[]
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly only: readonly string[]
  readonly tags: readonly string[]
  readonly noCache: boolean
  readonly refresh: readonly string[]
  readonly version: number | undefined
  readonly channel: string | undefined
}

type Request = Omit<RunOptions, 'trigger'>

/** Everything but which version: what can be said without asking anybody. @throws RegiaError `INVALID_INPUT` for a parameter without "=". */
export function readRequest(input: RequestInput): Request {
  const parts = { from: input.from, to: input.to, only: input.only, tags: input.tags }
  const selection = Object.fromEntries(
    Object.entries(parts).flatMap(([name, given]) => (given.length > 0 ? [[name, splitNames(given)]] : [])),
  )
  return {
    params: parseParams(input.param),
    ...(input.noCache && { useCache: false }),
    ...(input.refresh.length > 0 && { refresh: splitNames(input.refresh) }),
    ...(Object.keys(selection).length > 0 && { selection }),
    ...(input.version !== undefined && { version: input.version }),
    ...(input.channel !== undefined && { channel: input.channel }),
  }
}

/** `--only a,b` is `--only a --only b`: no name holds a comma. */
const splitNames = (given: readonly string[]): string[] =>
  given.flatMap((each) => each.split(',').map((name) => name.trim())).filter((name) => name !== '')

const isOfFiles = ({ version, channel }: Request): boolean => version === undefined && channel === undefined

/** Connects and, where the files here tell the version, reads them meanwhile: neither needs the other. */
export async function connectAndRead(
  context: Context,
  pipeline: string,
  request: Request,
  options: ConnectOptions = {},
): Promise<{ readonly connection: Connection; readonly found: Promise<FoundPipeline> | undefined }> {
  let found: Promise<FoundPipeline> | undefined
  const connection = await context.connect({
    ...options,
    onProject: (project) => {
      if (!isOfFiles(request)) return
      found = findPipeline(project, pipeline)
      // Whoever waits for it is told; a connection that fails comes first.
      found.catch(() => undefined)
    },
  })
  return { connection, found }
}

/** The request with its version: the one asked for, else that of the files here, deployed where they are new. */
export async function withVersion(
  connection: Connection,
  input: RequestInput,
  request: Request,
  output: Output,
  found?: Promise<FoundPipeline>,
): Promise<Request> {
  if (!isOfFiles(request)) return request
  const { version } = await output.waiting('Bundling the code', deployPipeline(connection, input.pipeline, found))
  return { ...request, version }
}
