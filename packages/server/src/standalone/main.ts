import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleManifestSchema } from './bundle-manifest.ts'
import { readServerEnvironment } from './environment.ts'
import { errorFields, jsonLines } from './log-line.ts'
import { createModelServer, type ModelServer } from './model-server.ts'

// What runs models would report to its maker.
process.env.ORT_DISABLE_TELEMETRY ??= '1'

/** The program of a bundle: serves the package that lies beside it until it is told to end. */
const onEvent = jsonLines((line) => process.stdout.write(line), Date.now)

try {
  const folder = import.meta.dirname
  const bundle = bundleManifestSchema.parse(JSON.parse(readFileSync(join(folder, 'bundle.json'), 'utf8')))
  const { model, version, packageDigest, regia } = bundle
  const environment = readServerEnvironment((name) => process.env[name], '0.0.0.0')
  onEvent('info', 'starting', { model, version, packageDigest, regia, node: process.versions.node, pid: process.pid })
  let server: ModelServer | undefined
  const stop = () => {
    if (!server) process.exit(0)
    server.close().then(
      () => process.exit(0),
      (error: unknown) => fail('failed-to-stop', error),
    )
  }
  process.once('SIGTERM', stop).once('SIGINT', stop)
  server = await createModelServer({
    packagePath: join(folder, bundle.package),
    name: model,
    version,
    regia,
    onEvent,
    host: environment.host,
    port: environment.port,
    limits: environment.limits,
    ...(environment.token !== undefined && { token: environment.token }),
    ...(environment.logDir !== undefined && { logDir: environment.logDir }),
  })
} catch (error) {
  fail('failed-to-start', error)
}

function fail(event: string, error: unknown): void {
  onEvent('error', event, errorFields(error))
  process.exitCode = 1
}
