import type { Clock, IdFactory } from '@regia/core'
import type { Database } from './database/database.ts'
import type { EventBus } from './events/bus.ts'
import type { App } from './http/app.ts'
import {
  exampleOf,
  type RegistryProtocol,
  registryEndpoints,
  webhookMessageOf,
} from './protocols/mlflow/registry/index.ts'
import { addEndpoints } from './protocols/mlflow/wire/index.ts'
import { createSealer } from './secrets/sealed-text.ts'
import { WebhookService } from './webhooks/index.ts'

export type WebhookWiring = {
  readonly database: Database
  readonly events: EventBus
  readonly clock: Clock
  readonly newId: IdFactory
  readonly onError: (error: unknown) => void
  readonly home: string
  readonly projectDir: string
  readonly allowsPrivate: boolean
}

/** Webhooks, which are told of the registry's changes in the words of MLflow's receivers. */
export function wireWebhooks({ home, projectDir, events, ...wiring }: WebhookWiring): WebhookService {
  return new WebhookService({
    ...wiring,
    secrets: { variables: process.env, projectDir },
    sealer: createSealer(home),
    messageOf: webhookMessageOf,
    exampleOf,
    publish: events.publish,
  })
}

/** The registry and its webhooks as MLflow's clients ask for them. */
export function addRegistryProtocol(app: App, parts: RegistryProtocol & { readonly webhooks: WebhookService }): void {
  addEndpoints(app, registryEndpoints(parts))
}
