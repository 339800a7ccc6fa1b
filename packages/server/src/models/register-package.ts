import type { CardText, Digest, Lineage, ModelPackage, Report } from '@regia/core'
import { insertRequest } from './alias-requests.ts'
import { writeCardText } from './cards.ts'
import { findModel, getModel } from './read-models.ts'
import { getVersion } from './read-versions.ts'
import { moveAndTell, type Write } from './registry-writer.ts'
import { insertVersion, setVersionTag } from './write-versions.ts'

export type RegisterModel = {
  readonly model: string
  /** None where absent, but of the first version. */
  readonly alias?: string | undefined
  readonly packageDigest: Digest
  readonly report: Report | undefined
  readonly lineage: Lineage
  readonly by: string
  readonly reason: string
  readonly description?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly card?: CardText
}

/** Makes the next version of a package. The first one becomes champion, later ones get the alias; a protected alias is asked for instead. */
export async function registerPackage(write: Write, input: RegisterModel, content: ModelPackage): Promise<number> {
  const { transaction, at, tell } = write
  const { model, packageDigest, report, lineage, by, reason } = input
  const isFirst = (await findModel(transaction, model)) === undefined
  const version = await insertVersion(transaction, {
    ...{ model, packageDigest, package: content, lineage, by },
    packaging: { status: 'packaged' },
    ...(report && { report }),
    description: input.description ?? '',
    ...(lineage.runId && { runId: lineage.runId }),
    createdAt: at,
  })
  for (const [key, value] of Object.entries(input.tags ?? {}))
    await setVersionTag(transaction, { model, version }, key, value)
  if (Object.keys(input.card ?? {}).length > 0)
    await writeCardText(transaction, { model, version, text: input.card ?? {}, by, at })
  if (isFirst) await tell({ kind: 'model-created' })
  await tell({ kind: 'version-created', version: await getVersion(transaction, model, version) })
  const alias = version === 1 ? 'champion' : input.alias
  if (alias === undefined) return version
  const { protectedAliases } = await getModel(transaction, model)
  if (protectedAliases.includes(alias)) await insertRequest(transaction, { model, alias, version, by, reason }, at)
  else await moveAndTell(write, { model, alias, toVersion: version, by, reason })
  return version
}
