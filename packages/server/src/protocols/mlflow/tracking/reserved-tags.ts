import type { ExperimentRecord, RunChange, RunRecord } from '@regia/core'
import type { KeyValue } from '../wire/index.ts'
import { NAME_TAG, NOTE_TAG, PARENT_TAG, USER_TAG } from './vocabulary.ts'

/** Tags of which some are fields of ours. */
export type PartedTags = {
  readonly tags: readonly KeyValue[]
  readonly change: Pick<RunChange, 'name' | 'parentId' | 'note'>
}

/** Takes what is a field of a run out of its tags; the last of several with one key counts. */
export function partRunTags(tags: readonly KeyValue[]): PartedTags {
  const change: { name?: string; parentId?: string; note?: string } = {}
  const others: KeyValue[] = []
  for (const tag of tags) {
    if (tag.key === NAME_TAG) change.name = tag.value
    else if (tag.key === PARENT_TAG) change.parentId = tag.value
    else if (tag.key === NOTE_TAG) change.note = tag.value
    else others.push(tag)
  }
  return { tags: others, change }
}

/** Every tag that a client sees. */
export function tagsOfRun(run: RunRecord): readonly KeyValue[] {
  const tags = toKeyValues(run.tags)
  if (run.name !== '') tags.push({ key: NAME_TAG, value: run.name })
  if (run.parentId !== undefined) tags.push({ key: PARENT_TAG, value: run.parentId })
  if (run.note !== undefined) tags.push({ key: NOTE_TAG, value: run.note })
  const isForeign = run.source === 'mlflow' || run.source === 'import'
  if (!isForeign && run.user !== undefined && run.tags[USER_TAG] === undefined) {
    tags.push({ key: USER_TAG, value: run.user })
  }
  return tags
}

export function tagsOfExperiment({ tags, note }: ExperimentRecord): readonly KeyValue[] {
  return note === undefined ? toKeyValues(tags) : [...toKeyValues(tags), { key: NOTE_TAG, value: note }]
}

export function toKeyValues(record: Readonly<Record<string, string>>): KeyValue[] {
  const list: KeyValue[] = []
  for (const key in record) list.push({ key, value: record[key]! })
  return list
}
