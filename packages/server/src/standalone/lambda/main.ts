import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleManifestSchema } from '../bundle-manifest.ts'
import { readServerEnvironment } from '../environment.ts'
import { jsonLines } from '../log-line.ts'
import { httpHandler } from './http-handler.ts'
import { objectHandler } from './object-handler.ts'
import { openFunctionModel } from './open-function-model.ts'

/** The program of a function: `handler` answers HTTP, `onObject` scores what landed in a bucket. Loaded while the runtime starts it. */
const onEvent = jsonLines((line) => process.stdout.write(line), Date.now)
const folder = import.meta.dirname
const bundle = bundleManifestSchema.parse(JSON.parse(readFileSync(join(folder, 'bundle.json'), 'utf8')))
const environment = readServerEnvironment((name) => process.env[name], '0.0.0.0')
const served = await openFunctionModel({
  packagePath: join(folder, bundle.package),
  name: bundle.model,
  version: bundle.version,
  logDir: environment.logDir,
  limits: environment.limits,
  onEvent,
})

export const handler = httpHandler({ bundle, environment, served, onEvent })
export const onObject = objectHandler({ bundle, served, onEvent, variables: process.env })
