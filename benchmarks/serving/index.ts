import path from 'node:path'
import { type Benchmark, type Claim, notMeasured } from '../claim.ts'
import { temporaryFolder } from '../regia-process.ts'
import { measureAlone, measureChanges } from './changes.ts'
import { type Contender, peerPythons, startOurs, startOursWithoutLog, startPeer } from './contenders.ts'
import { measureManyModels } from './many-models.ts'
import { type BenchModel, makeModel } from './model.ts'
import { assertAnswers, measureHalfLoad, measureTop, onlineClaims } from './online.ts'
import { measureProcesses } from './processes.ts'

/** What serving costs beside FastAPI with onnxruntime, `mlflow models serve`, BentoML and MLServer: the same model and rows in the same run. */
const serving: Benchmark = async (say) => {
  const pythons = await peerPythons(say)
  const exporter = pythons.get('mlflow')
  if (exporter === undefined) return [notMeasured('serving', 'µs', null, '', 'the model cannot be exported')]
  const model = await makeModel(exporter, path.join(temporaryFolder()))
  return [
    ...(await measureOnline(model, pythons, say)),
    ...(await measureManyModels(say)),
    ...(await measureProcesses(say)),
  ]
}

export default serving

async function measureOnline(
  model: BenchModel,
  pythons: Awaited<ReturnType<typeof peerPythons>>,
  say: (text: string) => void,
): Promise<readonly Claim[]> {
  const contenders: Contender[] = []
  try {
    const regia = await startOurs(model)
    contenders.push(regia)
    for (const [name, python] of pythons) {
      say(`serving: starting ${name}`)
      contenders.push(await startPeer(name, python, model))
    }
    const withoutLog = await startOursWithoutLog(regia, model)
    contenders.push(withoutLog)
    for (const contender of contenders) await assertAnswers(contender, model)
    const [ours, ...others] = await measureTop(contenders, say)
    const [bare, peers] = [others.at(-1)!, others.slice(0, -1)]
    const loads = await measureHalfLoad(contenders, [ours!, ...others], [regia, withoutLog])
    for (const { stop } of contenders.splice(1)) await stop()
    say('serving: one request at a time, and changes under full load')
    return [
      ...onlineClaims('log and sketches on', ours!, peers, loads),
      ...onlineClaims('log and sketches off', bare, peers, loads),
      ...(await measureAlone(regia)),
      ...(await measureChanges(regia, model)),
    ]
  } finally {
    for (const { stop } of contenders) await stop()
  }
}
