import { createModelServer, jsonLines, readServerEnvironment } from '@regia/server'
import { readModelSource } from '../../bundles/index.ts'
import type { Action } from '../command.ts'
import { assertPort, untilStopped } from './up.ts'

type ServeInput = {
  model: string
  host: string | undefined
  port: number | undefined
  name: string | undefined
  version: number
  logDir: string | undefined
}

export const serve: Action<ServeInput> = async (input, context) => {
  if (input.port !== undefined) assertPort(input.port)
  // What a bundle's server reads, but that this one is for trying: it listens on loopback unless it is told otherwise.
  const settings = readServerEnvironment(context.environment.variable, '127.0.0.1')
  const { token, limits } = settings
  const logDir = input.logDir ?? settings.logDir
  const model = await readModelSource({ ...input, workingDir: context.workingDir, connect: () => context.connect() })
  const server = await createModelServer({
    bytes: model.bytes,
    name: model.name,
    version: model.version,
    host: input.host ?? settings.host,
    port: input.port ?? settings.port,
    limits,
    ...(token !== undefined && { token }),
    ...(logDir !== undefined && { logDir }),
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
