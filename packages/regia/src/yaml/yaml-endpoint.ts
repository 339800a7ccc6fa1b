import { DEFINITION, endpointSpecSchema, issueText, RegiaError } from '@regia/core'
import { z } from 'zod'
import type { EndpointDefinition } from '../authoring/declarations.ts'

/** A YAML file that declares an endpoint, as the bundler hands it over. */
export type YamlEndpoint = {
  /** From the project's folder. */
  readonly file: string
  /** `endpoint` is its name; the other words are those of `endpoint()`. */
  readonly document: { readonly [word: string]: unknown }
  /** The line of each field. */
  readonly lines: { readonly [field: string]: number }
}

/** Reads an endpoint that is written in YAML. @throws RegiaError `CONFIG_INVALID` with the file's line. */
export function yamlEndpoint({ file, document, lines }: YamlEndpoint): EndpointDefinition {
  const { endpoint: name, ...fields } = document
  const parsed = endpointSpecSchema.safeParse({ ...fields, name })
  if (parsed.success) return { [DEFINITION]: 'endpoint', spec: parsed.data }
  const [issue] = parsed.error.issues
  const place = issue?.path.join('.') ?? ''
  const field = String(issue?.path[0] ?? 'endpoint')
  throw new RegiaError('CONFIG_INVALID', `An endpoint is not valid: ${place || 'it'}: ${issue && issueText(issue)}.`, {
    where: `${file}:${lines[field === 'name' ? 'endpoint' : field] ?? 1}`,
    hint: z.prettifyError(parsed.error),
  })
}
