import type { ModelVersion, RegistryChange, WebhookEvent } from '@regia/core'
import { isPrompt, PROMPT_TEXT, withoutPromptTags } from './prompt-tags.ts'

type Data = Readonly<Record<string, unknown>>
type Message = { readonly event: WebhookEvent; readonly data: Data }

/** What a change of the registry is called, and what of it is told; nothing of a change that receivers know no event for. */
export function webhookMessageOf(change: RegistryChange): Message | undefined {
  return isPrompt(change.model.tags) ? promptMessage(change) : modelMessage(change)
}

function modelMessage(change: RegistryChange): Message | undefined {
  const { name, description, tags } = change.model
  switch (change.kind) {
    case 'model-created':
      return { event: 'registered_model.created', data: { name, tags, description } }
    case 'version-created':
      return { event: 'model_version.created', data: { name, ...versionData(change.version) } }
    case 'version-tag-set':
      return { event: 'model_version_tag.set', data: { name, ...versionTag(change) } }
    case 'version-tag-deleted':
      return { event: 'model_version_tag.deleted', data: { name, ...versionTag(change) } }
    case 'alias-set':
      return { event: 'model_version_alias.created', data: { name, ...aliasData(change) } }
    case 'alias-deleted':
      return { event: 'model_version_alias.deleted', data: { name, alias: change.alias } }
    default:
      return undefined
  }
}

function promptMessage(change: RegistryChange): Message | undefined {
  const { name, description } = change.model
  switch (change.kind) {
    case 'model-created':
      return { event: 'prompt.created', data: { name, tags: withoutPromptTags(change.model.tags), description } }
    case 'model-tag-set':
      return { event: 'prompt_tag.set', data: { name, key: change.key, value: change.value } }
    case 'model-tag-deleted':
      return { event: 'prompt_tag.deleted', data: { name, key: change.key } }
    case 'version-created':
      return { event: 'prompt_version.created', data: { name, ...promptVersionData(change.version) } }
    case 'version-tag-set':
      return { event: 'prompt_version_tag.set', data: { name, ...versionTag(change) } }
    case 'version-tag-deleted':
      return { event: 'prompt_version_tag.deleted', data: { name, ...versionTag(change) } }
    case 'alias-set':
      return { event: 'prompt_alias.created', data: { name, ...aliasData(change) } }
    case 'alias-deleted':
      return { event: 'prompt_alias.deleted', data: { name, alias: change.alias } }
  }
}

/** Versions are texts here, as everywhere in the protocol. */
const versionData = ({ version, source, runId, tags, description }: ModelVersion): Data => ({
  version: String(version),
  source: source ?? '',
  run_id: runId ?? null,
  tags,
  description: description || null,
})

const promptVersionData = ({ version, tags, description }: ModelVersion): Data => ({
  version: String(version),
  template: tags[PROMPT_TEXT] ?? null,
  tags: withoutPromptTags(tags),
  description: description || null,
})

const versionTag = ({ version, key, value }: { version: number; key: string; value?: string }): Data => ({
  version: String(version),
  key,
  ...(value !== undefined && { value }),
})

const aliasData = ({ alias, version }: { alias: string; version: number }): Data => ({
  alias,
  version: String(version),
})

const TAGS = { example_key: 'example_value' }
const OF_VERSION = { name: 'example_model', version: '1' }
const TAG = { key: 'example_key' }
const VALUED = { ...TAG, value: 'example_value' }
const ALIAS = { name: 'example_model', alias: 'example_alias' }
const PROMPT = { name: 'example_prompt' }
const OF_PROMPT_VERSION = { ...PROMPT, version: '1' }

/** What a trial message tells of. */
const EXAMPLES: Readonly<Record<WebhookEvent, Data>> = {
  'registered_model.created': { name: 'example_model', tags: TAGS, description: 'An example registered model' },
  'model_version.created': {
    ...OF_VERSION,
    source: 'models:/123',
    run_id: 'abcd1234abcd5678',
    tags: TAGS,
    description: 'An example model version',
  },
  'model_version_tag.set': { ...OF_VERSION, ...VALUED },
  'model_version_tag.deleted': { ...OF_VERSION, ...TAG },
  'model_version_alias.created': { ...ALIAS, version: '1' },
  'model_version_alias.deleted': ALIAS,
  'prompt.created': { ...PROMPT, tags: TAGS, description: 'An example prompt' },
  'prompt_version.created': {
    ...OF_PROMPT_VERSION,
    template: 'Hello {{name}}!',
    tags: TAGS,
    description: 'An example prompt version',
  },
  'prompt_tag.set': { ...PROMPT, ...VALUED },
  'prompt_tag.deleted': { ...PROMPT, ...TAG },
  'prompt_version_tag.set': { ...OF_PROMPT_VERSION, ...VALUED },
  'prompt_version_tag.deleted': { ...OF_PROMPT_VERSION, ...TAG },
  'prompt_alias.created': { ...PROMPT, alias: 'example_alias', version: '1' },
  'prompt_alias.deleted': { ...PROMPT, alias: 'example_alias' },
  'scoring-job.finished': { id: 'scj_01example0', status: 'succeeded', ...OF_VERSION, rowCount: 1000 },
}

export const exampleOf = (event: WebhookEvent): Data => EXAMPLES[event]
