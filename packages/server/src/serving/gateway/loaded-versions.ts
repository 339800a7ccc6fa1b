import {
  type Clock,
  type Deployment as DeploymentView,
  RegiaError,
  type ServingLimits,
  type Signature,
  toIso,
} from '@regia/core'
import { type Deployment, deploy } from './deployment.ts'
import type { AnsweredBatch } from './micro-batcher.ts'
import type { ModelDirectory, RegisteredVersion } from './model-directory.ts'

type Role = DeploymentView['role']
type Loading = { readonly registered: RegisteredVersion; readonly role: Role }
type Failure = Loading & { readonly error: string; readonly at: number }

export type LoadedVersionsOptions = {
  readonly directory: Pick<ModelDirectory, 'open'>
  readonly clock: Clock
  readonly limits: () => ServingLimits
  readonly onAnswered: (deployment: Deployment, batch: AnsweredBatch) => void
}

/** Loads versions and lets go of them, and knows what is on its way in or out. */
export class LoadedVersions {
  readonly #options: LoadedVersionsOptions
  readonly #since = new Map<Deployment, number>()
  readonly #draining = new Set<Deployment>()
  #failures: readonly Failure[] = []
  #loading: readonly Loading[] = []

  constructor(options: LoadedVersionsOptions) {
    this.#options = options
  }

  /**
   * The one that is loaded already, or else a new one.
   *
   * @param mayComeLater - Takes one whose server or package is away just now: it answers once that is back.
   * @throws what loading throws.
   */
  async load(
    registered: RegisteredVersion,
    role: Role,
    known: Iterable<Deployment>,
    mayComeLater = false,
  ): Promise<Deployment> {
    const loaded = [...known].find((one) => isSame(one.registered, registered))
    if (loaded) {
      loaded.limit(this.#options.limits())
      return loaded
    }
    this.#loading = [...this.#loading, { registered, role }]
    const { directory, limits, onAnswered } = this.#options
    try {
      const session = await directory.open(registered)
      const deployment = await deploy(registered, session, { onAnswered, limits: limits(), mayComeLater })
      this.restart(deployment)
      return deployment
    } catch (error) {
      this.#fail(registered, role, error)
      throw error
    } finally {
      this.#loading = this.#loading.filter((entry) => entry.registered !== registered)
    }
  }

  /** A version that only listens, shares the traffic or waits to be rolled back to must not stop the stable one; its failure is shown. */
  async tryLoad(
    registered: RegisteredVersion,
    role: Role,
    known: Iterable<Deployment>,
    mayComeLater = false,
  ): Promise<Deployment | undefined> {
    return this.load(registered, role, known, mayComeLater).catch(() => undefined)
  }

  /** The same for one whose answers stand beside those of another, which must speak of the same classes. */
  async tryLoadBeside(
    stable: Deployment,
    registered: RegisteredVersion,
    role: Role,
    known: Iterable<Deployment>,
  ): Promise<Deployment | undefined> {
    const difference = differenceOf(stable.signature, registered.package.signature)
    if (difference === undefined) return this.tryLoad(registered, role, known)
    this.#fail(registered, role, otherAnswers(registered, stable.version, difference))
    return undefined
  }

  /** Its role begins now. */
  restart(deployment: Deployment): void {
    this.#since.set(deployment, this.#options.clock())
  }

  forgetFailures(): void {
    this.#failures = []
  }

  failureOf(version: number): string | undefined {
    return this.#failures.find(({ registered }) => registered.version === version)?.error
  }

  /** Frees a version once it has answered what it took. */
  async release(deployment: Deployment): Promise<void> {
    this.#since.delete(deployment)
    this.#draining.add(deployment)
    await deployment.close()
    this.#draining.delete(deployment)
  }

  /** A loaded version as the endpoint shows it. */
  view(deployment: Deployment, role: Role, share?: number): DeploymentView {
    const { registered, execution, failure } = deployment
    const known = this.#view(registered, role, failure ? 'failed' : 'ready', this.#since.get(deployment))
    return {
      ...known,
      ...(failure !== undefined && { error: messageOf(failure) }),
      ...(share !== undefined && { share }),
      ...execution,
    }
  }

  /** Those that do not answer: on their way in or out, or failed. */
  others(): readonly DeploymentView[] {
    return [
      ...[...this.#draining].map(({ registered }) => this.#view(registered, 'previous', 'draining')),
      ...this.#loading.map(({ registered, role }) => this.#view(registered, role, 'loading')),
      ...this.#failures.map(({ registered, role, error, at }) => ({
        ...this.#view(registered, role, 'failed', at),
        error,
      })),
    ]
  }

  #fail(registered: RegisteredVersion, role: Role, error: unknown): void {
    this.#failures = [...this.#failures, { registered, role, error: messageOf(error), at: this.#options.clock() }]
  }

  #view(
    { model, version }: RegisteredVersion,
    role: Role,
    state: DeploymentView['state'],
    since = this.#options.clock(),
  ): DeploymentView {
    return { model, version, role, state, since: toIso(since) }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export const isSame = (a: RegisteredVersion, b: RegisteredVersion): boolean =>
  a.model === b.model && a.version === b.version && a.packageDigest === b.packageDigest

/** In which words the answers of two versions differ; undefined where they speak of the same. */
function differenceOf(stable: Signature, other: Signature): string | undefined {
  if (stable.task !== other.task) return `it answers a ${other.task} task, not ${stable.task}`
  const [ours, theirs] = [stable.classes ?? [], other.classes ?? []]
  if (ours.length !== theirs.length || ours.some((name, i) => name !== theirs[i])) {
    return `its classes are ${theirs.slice(0, 10).join(', ')}, not ${ours.slice(0, 10).join(', ')}`
  }
  return stable.positive === other.positive
    ? undefined
    : `its positive class is ${other.positive}, not ${stable.positive}`
}

const otherAnswers = ({ version }: RegisteredVersion, stable: number, difference: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `Version ${version} cannot share the traffic with version ${stable}: ${difference}.`)
