import { type Clock, RegiaError, type Signature } from '@regia/core'
import { modelMetadata } from './metadata.ts'
import { modelConfig } from './model-config.ts'
import type { ParsedInfer } from './parse-infer.ts'
import { type CountedVersion, type ModelStatistics, modelStatistics } from './statistics.ts'

/** The endpoint as this protocol sees it. */
export type InferEndpoint = {
  readonly spec: { readonly name: string; readonly stable: string }
  /** What answers whoever names no version. */
  readonly stable: LoadedVersion | undefined
  /** Every version that can be asked for by its number. */
  readonly loaded: readonly LoadedVersion[]
  /** What is asked of a version: its inputs, and the column that names an entity where the endpoint has one. */
  readonly askedSignature?: (signature: Signature) => Signature
}

export type LoadedVersion = { readonly version: number; readonly signature: Signature }

export type RepositoryState = {
  readonly state: 'READY' | 'LOADING' | 'UNLOADING' | 'UNAVAILABLE'
  readonly reason: string
  /** Whether somebody took it out of service. */
  readonly isUnloaded: boolean
}

/** Reads a request by the version that shall answer it. */
export type ReadInfer<Reply> = (served: LoadedVersion, clock: Clock) => ParsedInfer<Reply>

export type PredictOptions = {
  /** In the time of `performance.now()`. */
  readonly deadlineAt?: number
  readonly isGone?: () => boolean
}

export type InferenceDeps = {
  readonly version: string
  /** @throws RegiaError `NOT_FOUND`. */
  readonly get: (name: string) => InferEndpoint
  readonly names: () => readonly string[]
  readonly predict: <Reply>(
    name: string,
    read: (endpoint: InferEndpoint, clock: Clock) => ParsedInfer<Reply>,
    options: PredictOptions,
  ) => Promise<Reply>
  readonly stateOf: (name: string) => RepositoryState
  readonly load: (name: string) => Promise<void>
  readonly unload: (name: string) => Promise<void>
  readonly statisticsOf: (name: string) => readonly CountedVersion[]
}

/** What is offered beyond the protocol's core. */
export const EXTENSIONS = [
  'binary_tensor_data',
  'classification',
  'model_configuration',
  'model_repository',
  'statistics',
] as const

/** The protocol without a transport: REST and gRPC say the same. */
export class InferenceService {
  readonly #deps: InferenceDeps

  constructor(deps: InferenceDeps) {
    this.#deps = deps
  }

  server() {
    return { name: 'regia', version: this.#deps.version, extensions: [...EXTENSIONS] }
  }

  names(): readonly string[] {
    return this.#deps.names()
  }

  /** Whether every model answers but those that were taken out of service. */
  isReady(): boolean {
    return this.names().every((name) => {
      const { state, isUnloaded } = this.#deps.stateOf(name)
      return state === 'READY' || isUnloaded
    })
  }

  /** @throws RegiaError `NOT_FOUND` for a model or version that there is not. */
  isModelReady(name: string, version: string | undefined): boolean {
    if (!this.#deps.get(name).stable) return false
    this.#served(name, version)
    return this.#deps.stateOf(name).state === 'READY'
  }

  metadata(name: string, version: string | undefined) {
    const stable = this.#served(name, version)
    return modelMetadata(name, stable.version, stable.signature)
  }

  config(name: string, version: string | undefined) {
    const stable = this.#served(name, version)
    return modelConfig(name, stable.version, stable.signature)
  }

  /** @throws RegiaError `NOT_FOUND` for a model that there is not, or a version that is not loaded. */
  statistics(name: string | undefined, version: string | undefined): readonly ModelStatistics[] {
    if (name === undefined) return this.names().flatMap((each) => this.statistics(each, undefined))
    const { spec } = this.#deps.get(name)
    const loaded = this.#deps.statisticsOf(spec.name)
    const found = loaded.filter((one) => version === undefined || version === String(one.version))
    if (found.length > 0 || version === undefined) return found.map((one) => modelStatistics(name, one))
    throw notServing(name, version, loaded[0]?.version)
  }

  /** @throws what the model and the reading of the request throw. */
  async infer<Reply>(
    name: string,
    version: string | undefined,
    read: ReadInfer<Reply>,
    options: PredictOptions = {},
  ): Promise<Reply> {
    const parse = (_: InferEndpoint, clock: Clock): ParsedInfer<Reply> => {
      const served = this.#served(name, version)
      const parsed = read(served, clock)
      return version === undefined ? parsed : { ...parsed, version: served.version }
    }
    return this.#deps.predict(this.#deps.get(name).spec.name, parse, options)
  }

  index(isReadyOnly: boolean) {
    return this.names()
      .map((name) => {
        const { state, reason } = this.#deps.stateOf(name)
        const version = this.#deps.get(name).stable?.version
        return { name, ...(version !== undefined && { version: String(version) }), state, reason }
      })
      .filter(({ state }) => state === 'READY' || !isReadyOnly)
  }

  /** Puts a model back into service. @throws RegiaError `NOT_FOUND`, `INVALID_INPUT` for files or a configuration, and what loading throws. */
  async load(name: string, parameters: object): Promise<void> {
    const foreign = Object.keys(parameters).find((key) => key === 'config' || key.startsWith('file:'))
    if (foreign !== undefined) throw foreignModel(name, foreign)
    await this.#deps.load(this.#deps.get(name).spec.name)
  }

  /** Takes a model out of service once what was asked of it is answered. */
  async unload(name: string): Promise<void> {
    await this.#deps.unload(this.#deps.get(name).spec.name)
  }

  /** The error for a model that has nothing loaded. */
  notReady(name: string): RegiaError {
    return notReady(name, this.#deps.stateOf(name))
  }

  /** @throws RegiaError `NOT_FOUND` for a version that does not serve, `ENDPOINT_NOT_READY` while none does. */
  #served(name: string, version: string | undefined): LoadedVersion {
    const endpoint = this.#deps.get(name)
    const { stable, loaded } = endpoint
    if (!stable) throw this.notReady(name)
    const found = version === undefined ? stable : loaded.find((one) => String(one.version) === version)
    if (found)
      return { version: found.version, signature: endpoint.askedSignature?.(found.signature) ?? found.signature }
    throw notServing(name, version ?? '', stable.version)
  }
}

const notReady = (name: string, { isUnloaded, reason }: RepositoryState): RegiaError =>
  isUnloaded
    ? new RegiaError('ENDPOINT_NOT_READY', `Model "${name}" is out of service.`, {
        where: name,
        hint: `Put it back with POST /v2/repository/models/${name}/load.`,
      })
    : new RegiaError('ENDPOINT_NOT_READY', `Model "${name}" has no version loaded yet. ${reason}`.trim(), {
        where: name,
        hint: `See "regia endpoints show ${name}" for what it follows and why it did not load.`,
        data: { retryAfterSeconds: 5 },
      })

const notServing = (name: string, version: string, serving: number | undefined): RegiaError =>
  new RegiaError('NOT_FOUND', `Version ${version.slice(0, 50)} of "${name}" does not serve.`, {
    hint:
      serving === undefined
        ? 'No version of it does.'
        : `Version ${serving} does. Leave the version out to ask whichever serves.`,
  })

const foreignModel = (name: string, parameter: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `Model "${name}" cannot be loaded with the parameter "${parameter.slice(0, 100)}".`, {
    where: `parameters.${parameter.slice(0, 100)}`,
    hint: 'Models come from the registry: register a version, and let its alias or the endpoint name it. Then load without parameters.',
  })
