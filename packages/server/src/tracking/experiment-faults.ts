import { RegiaError, TRACKING_LIMITS } from '@regia/core'
import type { ExperimentRow } from './experiment-record.ts'

export function assertName(name: string): void {
  const { experimentNameLength } = TRACKING_LIMITS
  if (name.length > 0 && name.length <= experimentNameLength) return
  throw new RegiaError('INVALID_INPUT', `The name of an experiment has ${name.length} characters.`, {
    where: 'name',
    hint: `Give it 1 to ${experimentNameLength}.`,
  })
}

export function assertNote(note: string | null | undefined): void {
  if (note == null || note.length <= TRACKING_LIMITS.noteLength) return
  throw new RegiaError('INVALID_INPUT', `The note has ${note.length} characters.`, {
    where: 'note',
    hint: `At most ${TRACKING_LIMITS.noteLength} are kept; log a longer text as a file.`,
  })
}

export function assertActive(row: ExperimentRow): void {
  if (row.deleted_ms === null) return
  throw new RegiaError('CONFLICT', `The experiment ${row.id} is deleted.`, {
    hint: 'Restore it first.',
    data: { lifecycle: 'deleted' },
  })
}

export const notFound = (id: string, state: string): RegiaError =>
  new RegiaError('NOT_FOUND', `The experiment ${id} ${state}.`, { hint: 'Look at its lifecycle.' })
