import type { ImportJob } from './import-mlflow.ts'
import { sendFiles } from './import-run.ts'

/** Models that runs logged, under their own ids, with their files. */
export async function importModels(job: ImportJob, experimentId: string, hereId: string): Promise<void> {
  const { regia, source, report } = job
  for await (const model of source.loggedModels(experimentId)) {
    report.loggedModels.found++
    const here = await regia.tracking.putLoggedModel(model.id, {
      experimentId: hereId,
      name: model.name,
      // Its files come while it is pending.
      status: 'pending',
      params: { ...model.params },
      tags: { ...model.tags },
      ...(model.modelType !== undefined && { modelType: model.modelType }),
      ...(model.sourceRunId !== undefined && { sourceRunId: model.sourceRunId }),
    })
    if (here.status !== 'pending') {
      report.loggedModels.skipped++
      continue
    }
    const { problems } = await sendFiles(job, `logged model ${model.id}`, source.modelFiles(model), (path, bytes) =>
      regia.tracking.writeModelFile(model.id, path, bytes),
    )
    report.problems.push(...problems)
    // It stays open for another try where something is missing.
    if (model.status !== 'pending' && problems.length === 0)
      await regia.tracking.finishLoggedModel(model.id, { status: model.status })
    report.loggedModels.imported++
  }
}
