import { sql, type Transaction } from 'kysely'
import type { Tables } from '../../database/database.ts'
import type { OldModel, OldRun } from './find-old.ts'

type Tx = Transaction<Tables>

const RUN_VALUES = ['run_param', 'run_tag', 'latest_metric', 'run_model_input', 'run_model_output'] as const
const MODEL_VALUES = ['logged_model_param', 'logged_model_tag', 'logged_model_metric'] as const

/** Takes a run away, and leaves word of what is left of it. False where somebody has restored it meanwhile. */
export async function forgetRun(transaction: Tx, run: OldRun, until: number): Promise<boolean> {
  const { numDeletedRows } = await transaction
    .deleteFrom('tracked_run')
    .where('seq', '=', run.seq)
    .where('deleted_ms', '<=', until)
    .executeTakeFirst()
  if (numDeletedRows === 0n) return false
  for (const table of RUN_VALUES) await transaction.deleteFrom(table).where('run_seq', '=', run.seq).execute()
  await forgetInputs(transaction, run.seq)
  await leaveRemains(transaction, run.seq, run.folder)
  return true
}

/** With datasets that no other run read. */
async function forgetInputs(transaction: Tx, seq: number): Promise<void> {
  const inputs = await transaction.selectFrom('run_input').select('dataset_id').where('run_seq', '=', seq).execute()
  await transaction.deleteFrom('run_input').where('run_seq', '=', seq).execute()
  for (const { dataset_id } of inputs) {
    await sql`
      delete from tracked_dataset where id = ${dataset_id}
      and not exists (select 1 from run_input where dataset_id = ${dataset_id})
    `.execute(transaction)
  }
}

export async function forgetModel(transaction: Tx, { id, folder }: OldModel): Promise<void> {
  for (const table of MODEL_VALUES) await transaction.deleteFrom(table).where('model_id', '=', id).execute()
  await transaction.deleteFrom('logged_model').where('id', '=', id).execute()
  if (folder !== undefined) await leaveRemains(transaction, null, folder)
}

/** False where somebody has restored it, or something of it stays. */
export async function forgetExperiment(transaction: Tx, id: number, until: number): Promise<boolean> {
  const { rows } = await sql<{ is_empty: number }>`
    select not exists (select 1 from tracked_run where experiment_id = ${id})
      and not exists (select 1 from logged_model where experiment_id = ${id}) as is_empty
    from experiment where id = ${id} and deleted_ms <= ${until}
  `.execute(transaction)
  if (rows[0]?.is_empty !== 1) return false
  await transaction.deleteFrom('experiment_tag').where('experiment_id', '=', id).execute()
  await transaction.deleteFrom('tracked_dataset').where('experiment_id', '=', id).execute()
  await transaction.deleteFrom('experiment').where('id', '=', id).execute()
  return true
}

async function leaveRemains(transaction: Tx, run_seq: number | null, folder: string | undefined): Promise<void> {
  await transaction
    .insertInto('purged_remains')
    .values({ run_seq, folder: folder ?? null })
    .execute()
}
