import type { NotificationEvent, NotifierSpec } from '@regia/core'
import type { Generated } from 'kysely'
import type { JsonText } from '../database/json-text.ts'

export type NotificationTables = {
  notifier: { name: string; spec: JsonText<NotifierSpec>; created_at: string }
  /** What is to be told to whom: written with what happened, sent afterwards until it arrived. */
  notification: {
    id: Generated<number>
    notifier: string
    event: NotificationEvent
    /** What happened; a notifier is told of it once. */
    occasion: string
    title: string
    text: string
    path: string
    at: string
    status: 'waiting' | 'sent' | 'failed'
    attempts: number
    /** Milliseconds since 1970: not to be sent earlier. */
    next_at: number
    error: string | null
  }
  /** What has been told of already, so that a start after a crash tells of the rest and of nothing twice. */
  told: { occasion: string; told_at: string }
  /** How far a source has been read. */
  told_position: { source: string; position: number }
}
