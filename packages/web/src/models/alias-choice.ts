import { aliasSchema, type ModelVersion, type RegisteredModel } from '@regia/core'

/** Why a version cannot be given this alias; nothing where it can. */
export function aliasFault(alias: string, { aliases }: Pick<ModelVersion, 'aliases'>): string | undefined {
  if (aliases.includes(alias)) return 'It has this alias.'
  const parsed = aliasSchema.safeParse(alias)
  return parsed.success ? undefined : `An alias is a name: ${parsed.error.issues.at(-1)?.message ?? 'use letters'}.`
}

/** What becomes of an alias that is moved. */
export function whereItStands(
  alias: string,
  { aliases, protectedAliases }: Pick<RegisteredModel, 'aliases' | 'protectedAliases'>,
): string {
  const now = aliases.find((each) => each.alias === alias)
  const place = now ? `It leaves v${now.version}.` : 'It is a new one.'
  return protectedAliases.includes(alias)
    ? `${now ? `It stands at v${now.version}, and is` : 'It is'} protected: it moves when somebody else has approved.`
    : place
}
