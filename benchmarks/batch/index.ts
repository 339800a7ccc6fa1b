/** `npm run bench -- batch`: files scored from Parquet to Parquet beside onnxruntime alone. */
export { batchBenchmark as default } from '../serving/batch.ts'
