import { createModelServer, jsonLines } from '@regia/server'
import { readModelSource } from '../../bundles/index.ts'
import type { Action } from '../command.ts'
import { assertPort, untilStopped } from './up.ts'

type ServeInput = {
  model: string
  host: string
  port: number
  name: string | undefined
  version: number
  logDir: string | undefined
}

export const serve: Action<ServeInput> = async (input, context) => {
  assertPort(input.port)
  const model = await readModelSource({ ...input, workingDir: context.workingDir, connect: () => context.connect() })
  const { token } = context.environment
  const server = await createModelServer({
    bytes: model.bytes,
    name: model.name,
    version: model.version,
    host: input.host,
    port: input.port,
    ...(token !== undefined && { token }),
    ...(input.logDir !== undefined && { logDir: input.logDir }),
    onEvent: jsonLines((line) => context.terminal.writeError(line), Date.now),
  })
  const { style } = context.output
  context.output.result({ url: server.url, model: model.name, version: model.version, pid: process.pid }, () =>
    [
      `${style.green('●')} ${model.name} version ${model.version} at ${style.bold(server.url)}`,
      style.dim(`  POST /predict or /v2/models/${model.name}/infer · GET / shows a request · Ctrl-C stops it`),
    ].join('\n'),
  )
  await untilStopped(context.signal)
  await server.close()
}
