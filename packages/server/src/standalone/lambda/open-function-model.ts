import { openModel } from '@regia/engine'
import type { ModelServerLimits } from '../limits.ts'
import type { WriteEvent } from '../log-line.ts'
import { openPredictionSink } from '../prediction-sink.ts'
import { readPackage } from '../read-package.ts'
import { ServedModel } from '../served-model.ts'

type FunctionModel = {
  readonly packagePath: string
  readonly name: string
  readonly version: number
  readonly logDir: string | undefined
  readonly limits: ModelServerLimits
  readonly onEvent: WriteEvent
}

/** The model of a function, tested and warm. It computes on the function's one thread, since one request is answered at a time. */
export async function openFunctionModel(options: FunctionModel): Promise<ServedModel> {
  const { packagePath, name, version, logDir, limits, onEvent } = options
  const clock = Date.now
  const { opened, packageDigest } = await readPackage(packagePath)
  const session = await openModel(opened)
  const sink = openPredictionSink({ name, logDir, clock, onEvent })
  const registered = { model: name, version, packageDigest, package: opened.manifest }
  const served = await ServedModel.open({ registered, session, sink, limits: { ...limits, lane: 'inline' }, clock })
  onEvent('info', 'ready', { model: name, version, packageDigest })
  return served
}
