import type { JsonValue, Notification, NotifierSpec, SecretRef } from '@regia/core'

export type Via = NotifierSpec['via']
export type ViaOf<Kind extends Via['kind']> = Extract<Via, { readonly kind: Kind }>

/** A kind of notifier that a project brings. What it throws is tried again later. */
export type CustomNotifier = (
  notification: Notification,
  settings: Readonly<Record<string, JsonValue>>,
) => void | Promise<void>

/** What a way of sending works with. */
export type Sending = {
  readonly notification: Notification
  /** The page that says more, whole where the server knows its address. */
  readonly link: string
  /** Reads a secret now; what it read is kept out of every message. */
  readonly read: (ref: SecretRef) => Promise<string>
  readonly custom: Readonly<Record<string, CustomNotifier>>
  /** Aborts when the time for it is over, or the server stops. */
  readonly signal: AbortSignal
}

/** Sends, or throws what is in the way. */
export type Send<Kind extends Via['kind']> = (via: ViaOf<Kind>, sending: Sending) => Promise<void>
