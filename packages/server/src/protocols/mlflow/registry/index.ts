import type { Endpoint } from '../wire/index.ts'
import { aliasEndpoints } from './alias-endpoints.ts'
import { modelEndpoints } from './model-endpoints.ts'
import type { RegistryProtocol } from './registry-protocol.ts'
import { versionEndpoints } from './version-endpoints.ts'
import { type WebhookProtocol, webhookEndpoints } from './webhook-endpoints.ts'

export type { RegistryProtocol } from './registry-protocol.ts'
export { locationOf } from './version-endpoints.ts'
export type { WebhookProtocol } from './webhook-endpoints.ts'
export { exampleOf, webhookMessageOf } from './webhook-messages.ts'

/** Every RPC of the registry: models, versions, stages, aliases, webhooks; prompts are models of a kind. */
export const registryEndpoints = (
  protocol: RegistryProtocol & { readonly webhooks: WebhookProtocol },
): readonly Endpoint[] => [
  ...modelEndpoints(protocol),
  ...versionEndpoints(protocol),
  ...aliasEndpoints(protocol),
  ...webhookEndpoints(protocol.webhooks),
]
