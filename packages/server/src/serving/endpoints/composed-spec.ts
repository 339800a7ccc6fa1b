import {
  type ComposedEndpointSpec,
  type EndpointSpec,
  isComposed,
  membersOf,
  RegiaError,
  type Row,
  type ServedEndpointSpec,
} from '@regia/core'
import { packageComposition } from '../composition/index.ts'
import type { EndpointGateway } from '../gateway/endpoint-gateway.ts'
import type { ModelDirectory } from '../gateway/model-directory.ts'

type Deps = {
  readonly directory: Pick<ModelDirectory, 'registerComposition'>
  /** @throws RegiaError `NOT_FOUND`. */
  readonly get: (endpoint: string) => EndpointGateway
}

/**
 * A composed endpoint serves a version like any other: the composition itself, registered under the endpoint's name. A changed one is the
 * next version.
 *
 * @throws RegiaError `NOT_FOUND` for a member that is none; `INVALID_INPUT` where it would ask itself, or members do not fit;
 *   `ENDPOINT_NOT_READY` where a member does not serve yet; `CONFLICT` where the endpoint's name is that of another model.
 */
export async function serveComposition(spec: ComposedEndpointSpec, deps: Deps): Promise<ServedEndpointSpec> {
  assertNoCircle(spec, (name) => deps.get(name).spec)
  const bytes = packageComposition(spec.compose, (endpoint) => {
    const { stable } = deps.get(endpoint)
    if (!stable) throw notReady(endpoint)
    return { signature: stable.signature, exampleRow: stable.registered.package.example.rows[0] as Row | undefined }
  })
  return { ...spec, stable: `${spec.name}@${await deps.directory.registerComposition(spec.name, bytes)}` }
}

/** @throws RegiaError `INVALID_INPUT` where an endpoint would ask itself; what `specOf` throws for a member that is none. */
export function assertNoCircle(spec: ComposedEndpointSpec, specOf: (endpoint: string) => EndpointSpec): void {
  const waiting = [...membersOf(spec.compose)]
  const seen = new Set<string>()
  for (const name of waiting) {
    if (name === spec.name) throw circle(spec.name, [...seen])
    if (seen.has(name)) continue
    seen.add(name)
    const member = specOf(name)
    if (isComposed(member)) waiting.push(...membersOf(member.compose))
  }
}

const circle = (name: string, through: readonly string[]): RegiaError =>
  new RegiaError('INVALID_INPUT', `Endpoint "${name}" would ask itself, through ${through.join(', ') || 'itself'}.`, {
    where: 'compose',
    hint: 'Name members that do not lead back to it.',
  })

const notReady = (name: string): RegiaError =>
  new RegiaError('ENDPOINT_NOT_READY', `Member "${name}" serves nothing yet.`, {
    where: 'compose',
    hint: `See "regia endpoints show ${name}" for why.`,
  })
