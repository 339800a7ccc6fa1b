import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { peerPython } from '../peer-python.ts'
import { BIN, freePort, regia, startRegia, temporaryFolder } from '../regia-process.ts'
import { loadInChild, type Target } from './load-generator.ts'
import type { BenchModel } from './model.ts'

const PEERS = path.join(import.meta.dirname, 'peers')
const PEER_NAMES = ['fastapi', 'mlflow', 'bentoml', 'mlserver'] as const
export type PeerName = (typeof PEER_NAMES)[number]

/** A server under load: the process whose whole tree is charged, and what is asked of it. */
export type Contender = {
  readonly name: string
  readonly pid: number
  readonly target: Target
  /** Probability of the second class in an answer. */
  readonly read: (answer: string) => number
  readonly stop: () => Promise<void>
}

/** The Pythons of the peers, or why one is not there. Variables such as REGIA_BENCH_FASTAPI_VENV name environments that exist. */
export async function peerPythons(say: (text: string) => void): Promise<ReadonlyMap<PeerName, string>> {
  const found = new Map<PeerName, string>()
  for (const name of PEER_NAMES) {
    const file = `serving/peers/requirements-${name}.txt`
    const peer = await peerPython(file, `REGIA_BENCH_${name.toUpperCase()}_VENV`, say)
    if ('python' in peer) found.set(name, peer.python)
    else say(`serving: without ${name}: ${peer.why}`)
  }
  return found
}

/** Ours: the whole product, with prediction log and sketches. */
export async function startOurs(model: BenchModel): Promise<Contender & { readonly url: string }> {
  const project = path.join(temporaryFolder(), 'project')
  mkdirSync(project)
  const server = await startRegia(project)
  await regia(project, server.url, ['models', 'import', model.onnx, '--name', 'bench', '--alias', 'champion'])
  await regia(project, server.url, ['endpoints', 'create', 'bench', '--stable', 'bench@champion'])
  return {
    name: 'Regia',
    url: server.url,
    pid: server.pid,
    target: {
      port: Number(new URL(server.url).port),
      path: '/api/v1/endpoints/bench/predict',
      bodies: model.rows.map((row) => JSON.stringify({ rows: [namedRow(row)] })),
    },
    read: (answer) => JSON.parse(answer).predictions[0].probabilities['1'],
    stop: server.stop,
  }
}

/** Ours from one package: no registry, no prediction log, no sketches. */
export async function startOursWithoutLog(
  ours: Contender & { readonly url: string },
  model: BenchModel,
): Promise<Contender> {
  const file = path.join(model.folder, 'bench.zip')
  await regia(model.folder, ours.url, ['models', 'package', 'bench@champion', '--out', file])
  const port = await freePort()
  const child = spawn(process.execPath, [BIN, 'serve', file, '--port', String(port), '--name', 'bench'], {
    cwd: model.folder,
    stdio: 'ignore',
    detached: true,
  })
  const target = { ...ours.target, port }
  await untilAnswers('regia serve', child, target)
  return { ...ours, name: 'Regia without its log', pid: child.pid!, target, stop: () => endGroup(child) }
}

const namedRow = (row: readonly number[]): Record<string, number> =>
  Object.fromEntries(row.map((value, i) => [`f${i}`, value]))

/** Starts a peer with one worker, as its own documentation has it for production, without access logs. */
export async function startPeer(name: PeerName, python: string, model: BenchModel): Promise<Contender> {
  const port = await freePort()
  const bin = path.dirname(python)
  const { command, cwd, target, read } = PEER_SETUPS[name]({ bin, port, model })
  const child = spawn(command[0]!, command.slice(1), {
    cwd,
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, MODEL: model.onnx, BENTOML_DO_NOT_TRACK: 'True' },
    stdio: 'ignore',
    detached: true,
  })
  await untilAnswers(name, child, target)
  return { name, pid: child.pid!, target, read, stop: () => endGroup(child) }
}

type Setup = {
  readonly command: readonly string[]
  readonly cwd: string
  readonly target: Target
  readonly read: (answer: string) => number
}
type Place = { readonly bin: string; readonly port: number; readonly model: BenchModel }

const rowsBodies = ({ rows }: BenchModel): string[] => rows.map((row) => JSON.stringify({ rows: [row] }))

const PEER_SETUPS: Readonly<Record<PeerName, (place: Place) => Setup>> = {
  fastapi: ({ bin, port, model }) => ({
    command: [`${bin}/uvicorn`, 'fastapi_app:app', '--port', `${port}`, '--log-level', 'warning', '--no-access-log'],
    cwd: PEERS,
    target: { port, path: '/predict', bodies: rowsBodies(model) },
    read: (answer) => JSON.parse(answer).probabilities[0][1],
  }),
  mlflow: ({ bin, port, model }) => ({
    command: [
      ...[`${bin}/mlflow`, 'models', 'serve', '-m', model.mlflowModel],
      ...['--env-manager', 'local', '--port', `${port}`, '--workers', '1'],
    ],
    cwd: model.folder,
    target: { port, path: '/invocations', bodies: model.rows.map((row) => JSON.stringify({ inputs: [row] })) },
    read: (answer) => JSON.parse(answer).predictions.probabilities[0][1],
  }),
  bentoml: ({ bin, port, model }) => ({
    command: [`${bin}/bentoml`, 'serve', 'bento_app:Model', '--port', `${port}`],
    cwd: PEERS,
    target: { port, path: '/predict', bodies: rowsBodies(model) },
    read: (answer) => JSON.parse(answer).probabilities[0][1],
  }),
  mlserver: ({ bin, port, model }) => ({
    command: [`${bin}/mlserver`, 'start', '.'],
    cwd: mlserverFolder(port, model),
    target: {
      port,
      path: '/v2/models/bench/infer',
      bodies: model.rows.map((data) =>
        JSON.stringify({ inputs: [{ name: 'X', shape: [1, data.length], datatype: 'FP32', data }] }),
      ),
    },
    read: (answer) => JSON.parse(answer).outputs[1].data[1],
  }),
}

/** In its own process, without a second one for inference: faster for a model as small as this. */
function mlserverFolder(port: number, model: BenchModel): string {
  const folder = temporaryFolder()
  cpSync(path.join(PEERS, 'mlserver_runtime.py'), path.join(folder, 'mlserver_runtime.py'))
  const settings = { http_port: port, grpc_port: port + 1, metrics_port: port + 2, parallel_workers: 0, debug: false }
  const parameters = { uri: model.onnx }
  const modelSettings = { name: 'bench', implementation: 'mlserver_runtime.Onnx', parameters }
  writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings))
  writeFileSync(path.join(folder, 'model-settings.json'), JSON.stringify(modelSettings))
  return folder
}

async function untilAnswers(name: string, child: ChildProcess, target: Target): Promise<void> {
  let last: unknown
  for (let tries = 0; tries < 240; tries++) {
    if (child.exitCode !== null) throw new Error(`${name} ended with exit code ${child.exitCode}`)
    try {
      const { failures, failure } = await loadInChild(target, { connections: 1, seconds: 0.05 })
      if (failures === 0) return
      last = failure
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  await endGroup(child)
  throw new Error(`${name} did not answer within a minute: ${String(last)}`)
}

/** Asked first, since some keep their workers in groups of their own. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  process.kill(-child.pid, 'SIGTERM')
  const killing = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), 5_000)
  await ended
  clearTimeout(killing)
}
