/** A registered model with this tag is a prompt, and its versions hold texts instead of files. */
export const IS_PROMPT = 'mlflow.prompt.is_prompt'
export const PROMPT_TEXT = 'mlflow.prompt.text'
export const PROMPT_TYPE = '_mlflow_prompt_type'

type Tags = Readonly<Record<string, string>>

export const isPrompt = (tags: Tags): boolean => tags[IS_PROMPT]?.toLowerCase() === 'true'

/** The tags that people gave to a prompt. */
export const withoutPromptTags = (tags: Tags): Tags =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => ![IS_PROMPT, PROMPT_TEXT, PROMPT_TYPE].includes(key)))
