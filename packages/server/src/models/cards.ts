import { type CardEdit, type CardText, cardMarkdown, type ModelCard, type Page } from '@regia/core'
import type { Connection, Database, Tables } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'
import { pageOf } from '../http/paging.ts'
import { getModel, type Listed, type Window } from './read-models.ts'
import { getVersion } from './read-versions.ts'
import type { RegistryWriter } from './registry-writer.ts'

/** Of the text that the model's versions share. */
const OF_MODEL = 0

export type NewCardText = {
  readonly model: string
  /** The model's own text where absent. */
  readonly version?: number | undefined
  readonly text: CardText
  readonly by: string
  readonly at: string
}

/** What people write about models and versions. */
export class ModelCards {
  readonly #database: Database
  readonly #writer: RegistryWriter

  constructor(database: Database, writer: RegistryWriter) {
    this.#database = database
    this.#writer = writer
  }

  /** @throws RegiaError `NOT_FOUND`. */
  get(model: string, version: number | string): Promise<ModelCard> {
    return readCard(this.#database, model, version)
  }

  /** Replaces the text of a version, or of its model where no version is named. @throws RegiaError `NOT_FOUND`. */
  write(edit: Omit<NewCardText, 'at'>): Promise<CardEdit> {
    return this.#writer.change(edit.model, ({ transaction, at }) => writeCardText(transaction, { ...edit, at }))
  }

  /** Newest first. @throws RegiaError `NOT_FOUND`. */
  async edits(model: string, version: number | undefined, { limit, offset }: Window): Promise<Page<CardEdit>> {
    const { items, total } = await listCardEdits(this.#database, model, version, { limit, offset })
    return pageOf(items, total, offset)
  }
}

/** What the version says of itself, over what its model says. @throws RegiaError `NOT_FOUND`. */
async function readCard(connection: Connection, model: string, version: number | string): Promise<ModelCard> {
  const found = await getVersion(connection, model, version)
  const [ofModel, own] = [await lastEdit(connection, model, OF_MODEL), await lastEdit(connection, model, found.version)]
  const text = { ...(ofModel && decodeJson(ofModel.text)), ...(own && decodeJson(own.text)) }
  const edits = [ofModel, own].filter((edit) => edit !== undefined)
  const last = edits.toSorted((a, b) => (a.edited_at < b.edited_at ? 1 : -1))[0]
  return {
    model,
    version: found.version,
    text,
    ...(last && { editedAt: last.edited_at, editedBy: last.edited_by }),
    markdown: cardMarkdown(found, text),
  }
}

/** Every earlier text stays, with who wrote it and when. @throws RegiaError `NOT_FOUND`. */
export async function writeCardText(connection: Connection, edit: NewCardText): Promise<CardEdit> {
  const { model, text, by, at } = edit
  const version = await keyOf(connection, model, edit.version)
  const { number } = (await lastEdit(connection, model, version)) ?? { number: 0 }
  const row = { model, version, number: number + 1, text: encodeJson(text), edited_by: by, edited_at: at }
  await connection.insertInto('model_card').values(row).execute()
  return editOf(row)
}

/** Newest first. @throws RegiaError `NOT_FOUND`. */
async function listCardEdits(
  connection: Connection,
  model: string,
  ofVersion: number | undefined,
  { limit, offset }: Window,
): Promise<Listed<CardEdit>> {
  const version = await keyOf(connection, model, ofVersion)
  const edits = connection.selectFrom('model_card').where('model', '=', model).where('version', '=', version)
  const rows = await edits.selectAll().orderBy('number', 'desc').limit(limit).offset(offset).execute()
  const { total } = await edits.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items: rows.map(editOf), total: Number(total) }
}

async function keyOf(connection: Connection, model: string, version: number | undefined): Promise<number> {
  if (version !== undefined) return (await getVersion(connection, model, version)).version
  await getModel(connection, model)
  return OF_MODEL
}

const lastEdit = (connection: Connection, model: string, version: number) =>
  connection
    .selectFrom('model_card')
    .selectAll()
    .where('model', '=', model)
    .where('version', '=', version)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()

const editOf = ({ model, version, text, edited_by, edited_at }: Tables['model_card']): CardEdit => ({
  model,
  ...(version !== OF_MODEL && { version }),
  text: decodeJson(text),
  by: edited_by,
  at: edited_at,
})
