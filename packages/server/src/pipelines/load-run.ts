import type { Connection } from '../database/database.ts'
import { getRunRow, RunWork, type StepTables, stepTables } from './run-work.ts'
import type { VersionStore } from './version-store.ts'

/** @throws RegiaError `NOT_FOUND`. */
export async function loadRun(
  connection: Connection,
  versions: VersionStore,
  runId: string,
  kept?: KeptRuns,
): Promise<RunWork> {
  const run = await getRunRow(connection, runId)
  const version = await versions.get(connection, run.pipeline, run.pipeline_version)
  const known = kept?.find(runId, run.revision)
  const steps = known
    ? await refreshed(connection, runId, known)
    : stepTables(await rowsOf(connection, runId).execute())
  return new RunWork(version, run, steps, false)
}

const rowsOf = (connection: Connection, runId: string) =>
  connection.selectFrom('step_run').selectAll().where('run_id', '=', runId).orderBy('position')

/** Workers tell of running steps in between, which says nothing about any other step and so does not change the revision. */
async function refreshed(connection: Connection, runId: string, steps: StepTables): Promise<StepTables> {
  for (const row of await rowsOf(connection, runId).where('status', '=', 'running').execute())
    steps.rows.set(row.step, row)
  return steps
}

const MAX_RUNS = 16
const MAX_ROWS = 50_000

/**
 * The steps of runs as the last transaction left them, so that the next one need not read all of them again: of a run of a thousand steps
 * each report would read a thousand rows. What is kept is taken only while the run's revision is the same.
 */
export class KeptRuns {
  readonly #kept = new Map<string, { readonly revision: number; readonly steps: StepTables }>()

  find(runId: string, revision: number): StepTables | undefined {
    const kept = this.#kept.get(runId)
    return kept?.revision === revision ? kept.steps : undefined
  }

  keep({ run, steps, isOver }: RunWork): void {
    this.#kept.delete(run.id)
    if (isOver) return
    this.#kept.set(run.id, { revision: run.revision, steps })
    while (this.#kept.size > 1 && (this.#kept.size > MAX_RUNS || this.#rowCount() > MAX_ROWS)) {
      this.#kept.delete(this.#kept.keys().next().value ?? '')
    }
  }

  drop(runId: string): void {
    this.#kept.delete(runId)
  }

  /** A transaction that was not committed has left its changes in what is kept. */
  clear(): void {
    this.#kept.clear()
  }

  #rowCount(): number {
    return [...this.#kept.values()].reduce((sum, { steps }) => sum + steps.rows.size, 0)
  }
}
