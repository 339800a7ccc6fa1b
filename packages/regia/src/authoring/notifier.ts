import { DEFINITION, type NotifierSpec, notifierSpecSchema, type SecretRef } from '@regia/core'
import type { z } from 'zod'
import { parseDeclaration } from './parse-declaration.ts'
import { type AnyPipeline, nameOfPipeline } from './pipeline.ts'
import { callerLocation } from './source-location.ts'

export type NotifierDefinition = { readonly [DEFINITION]: 'notifier'; readonly spec: NotifierSpec }

type Via = z.input<typeof notifierSpecSchema>['via']
type Smtp = Omit<Extract<Via, { readonly kind: 'smtp' }>, 'kind' | 'to'> & { readonly to: string | readonly string[] }

export type NotifierOptions = {
  readonly name: string
  /** Of what it tells; `run-recovered` is the first success after a failure. */
  readonly events: readonly NotifierSpec['events'][number][]
  /** Only of these pipelines; of all where absent. */
  readonly pipelines?: readonly (string | AnyPipeline)[]
  /** How: {@link slack}, {@link webhook}, {@link smtp} or {@link notifyBy}. */
  readonly via: Via
}

/**
 * Declares whom to tell, and of what. `regia apply` creates or changes it.
 *
 * @throws RegiaError `CONFIG_INVALID` naming the field and the line.
 * @example
 * export default notifier({
 *   name: 'on-call', events: ['run-failed', 'run-recovered', 'approval-wanted'], via: slack({ env: 'SLACK_URL' }),
 * })
 */
export function notifier(options: NotifierOptions): NotifierDefinition {
  const spec = { ...options, pipelines: options.pipelines?.map(nameOfPipeline) }
  return {
    [DEFINITION]: 'notifier',
    spec: parseDeclaration('notifier', notifierSpecSchema, spec, callerLocation(notifier)),
  }
}

/**
 * What Slack, Mattermost and others take: a POST of `{ "text": … }`.
 *
 * @param url - The address of the incoming webhook, or where it is found: it is a secret.
 * @example notifier({ name: 'team', events: ['run-failed'], via: slack({ env: 'SLACK_URL' }) })
 */
export const slack = (url: string | SecretRef): Via => ({ kind: 'slack', url })

/**
 * A POST of the notification as JSON.
 *
 * @param options - With `secret` the body is signed: `x-regia-signature: sha256=…`, its HMAC.
 * @example notifier({ name: 'hook', events: ['run-failed'], via: webhook('https://example.org/hook', { secret: { env: 'HOOK_SECRET' } }) })
 */
export const webhook = (url: string | SecretRef, options: { readonly secret?: SecretRef } = {}): Via => ({
  kind: 'webhook',
  url,
  ...(options.secret && { secret: options.secret }),
})

/**
 * Mail.
 *
 * @param options - `host`, `from` and `to`; `port` (default 587), `isSecure` for TLS from the beginning, `user` and `password`.
 * @example notifier({ name: 'mail', events: ['run-failed'], via: smtp({ host: 'mail.example.org', from: 'regia@example.org', to: 'team@example.org' }) })
 */
export const smtp = ({ to, ...options }: Smtp): Via => ({
  kind: 'smtp',
  ...options,
  to: typeof to === 'string' ? [to] : [...to],
})

/**
 * A kind of notifier that the project brings itself, from its `regia.config.ts`.
 *
 * @param type - The name that the kind has there.
 * @example notifier({ name: 'pager', events: ['run-failed'], via: notifyBy('pager', { team: 'ml' }) })
 */
export const notifyBy = (
  type: string,
  settings: Extract<NotifierSpec['via'], { kind: 'custom' }>['settings'] = {},
): Via => ({
  kind: 'custom',
  type,
  settings,
})
