import { deepPackage } from '../../../tests/fixtures/models/graph-packages.ts'
import { ModelThreads, openModel } from '../src/models/index.ts'

// Ends the threads in the middle of a batch, again and again. onnxruntime would abort this process if a thread went from under it.
const ROWS = 20_000
for (let round = 0; round < 5; round++) {
  const threads = new ModelThreads({ size: 1 })
  const model = await openModel(await deepPackage(), { threads, loadIn: 'threads' })
  const batch = model.createBatch()
  const names = model.signature.inputs.map(({ name }) => name)
  batch.append(Array.from({ length: ROWS }, (_, i) => Object.fromEntries(names.map((name) => [name, i % 7]))))
  const asked = model.predictInThread(batch)
  await new Promise((resolve) => setTimeout(resolve, 5 * round))
  await threads.close()
  const { predictions } = await asked
  console.log(predictions.rowCount)
  await model.close()
}
