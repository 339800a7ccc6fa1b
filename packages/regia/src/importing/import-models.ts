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
    await sendFiles(job, source.modelFiles(model), (path, bytes) =>
      regia.tracking.writeModelFile(model.id, path, bytes),
    )
    if (model.status !== 'pending') await regia.tracking.finishLoggedModel(model.id, { status: model.status })
    report.loggedModels.imported++
  }
}
