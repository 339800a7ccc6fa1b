export type ChannelTables = {
  pipeline_channel: { pipeline: string; channel: string; version: number; moved_at: string; moved_by: string }
  /** Newest has the highest `number`; never changed. */
  channel_move: {
    pipeline: string
    number: number
    channel: string
    from_version: number | null
    to_version: number
    /** 1 where the move takes back an earlier one. */
    is_rollback: number
    moved_by: string
    reason: string | null
    moved_at: string
  }
}
